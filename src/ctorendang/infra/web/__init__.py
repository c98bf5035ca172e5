"""The web: from an ASGI request to a tenant's page or problem."""
