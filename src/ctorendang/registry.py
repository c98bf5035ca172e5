"""Every domain of the product, lowest first: one line a domain."""
