"""Setting connections up, and what administrators see of them."""
