"""CTO profiles, skills and reviews."""
