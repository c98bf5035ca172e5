"""Finding CTOs, keeping the index in step, and saved searches with alerts."""
