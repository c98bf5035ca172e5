"""The tenant's access policy."""
