"""Postgres: the base of all models and the unit of work."""
