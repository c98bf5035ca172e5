"""Single sign-on: each tenant's own identity providers."""
