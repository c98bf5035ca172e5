"""Deferred work: the outbox, its leases and its worker."""
