"""Bringing profiles in from a file: all of its rows or none."""
