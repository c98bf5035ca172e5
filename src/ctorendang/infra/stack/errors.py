"""Why the stack does not start."""


class CannotStart(Exception):
    """A component did not start; the message is one line that says what to do."""
