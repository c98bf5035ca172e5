"""Themes: packages of tokens, settings, templates and assets that give each tenant its own look."""
