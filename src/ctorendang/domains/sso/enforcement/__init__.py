"""Requiring single sign-on without locking anybody out."""
