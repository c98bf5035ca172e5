"""What people say about themselves and how they want to be treated."""
