"""Clients of the services outside."""
