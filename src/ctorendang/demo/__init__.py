"""Believable data to try the product with: people, profiles, reviews and projects that do not exist."""

from ctorendang.demo.loading import PASSWORD, TENANTS, Loaded, load

__all__ = ["PASSWORD", "TENANTS", "Loaded", "load"]
