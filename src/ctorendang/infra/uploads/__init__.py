"""Files that people give us: what they are, what is made of them, and how they come into the object store."""
