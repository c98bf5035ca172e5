"""These tests read mail too: the application as the domains' tests serve it."""

from tests.domains.conftest import inbox, marketplaces, product, site

__all__ = ["inbox", "marketplaces", "product", "site"]
