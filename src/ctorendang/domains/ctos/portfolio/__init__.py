"""Work that CTOs show: what it was, with pictures and files."""
