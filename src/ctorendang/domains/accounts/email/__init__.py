"""Changing one's address."""
