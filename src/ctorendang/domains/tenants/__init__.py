"""Tenants, their domains, and tenants as code."""
