"""E-mail domains that a tenant has proven to be its own."""
