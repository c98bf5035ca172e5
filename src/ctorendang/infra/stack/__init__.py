"""The real components on a machine of one's own: PostgreSQL, Valkey, Typesense and a mail catcher."""

from ctorendang.infra.stack.errors import CannotStart
from ctorendang.infra.stack.stack import EmbeddedStack

__all__ = ["CannotStart", "EmbeddedStack"]
