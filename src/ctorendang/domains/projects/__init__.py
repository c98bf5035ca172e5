"""What companies need done."""
