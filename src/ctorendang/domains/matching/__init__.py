"""Which CTOs fit a project, and why."""
