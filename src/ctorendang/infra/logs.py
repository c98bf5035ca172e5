"""Structured logs: one JSON object a line, with the request's id and tenant, and without secrets."""

import logging
import re
import sys
from typing import Any

import structlog

_SECRET_NAME = re.compile(r"pass(word|wd)?|secret|token|cookie|authorization|api[_-]?key|otp|credential", re.IGNORECASE)
# What follows a telling word (also in an address within an address), stands before the host of an address, is spelled
# like a key of an API, or is the address of a calendar, which whoever knows it may read.
_SECRET_TEXT = re.compile(
    r"(bearer\s+|(?:token|password|secret)(?:=|%3d))[^\s&\"']+|(?<=://)[^/\s@]+(?=@)|\bsk-[\w-]+"
    r"|(?<=/calendar/)[\w-]{20,}",
    re.IGNORECASE,
)
_HIDDEN = "[hidden]"


def hide_secrets(_logger: Any, _method: str, event: Any) -> Any:
    """A structlog processor: values of telling names, and what follows telling words, are not written down."""
    return {name: _HIDDEN if _SECRET_NAME.search(str(name)) else _hide(value) for name, value in event.items()}


def hide_secrets_in(text: str) -> str:
    """The text without passwords, tokens and keys, as far as they can be told."""
    return _SECRET_TEXT.sub(rf"\1{_HIDDEN}", text)


def _hide(value: Any) -> Any:
    if isinstance(value, str):
        return hide_secrets_in(value)
    if isinstance(value, dict):
        return hide_secrets(None, "", value)
    if isinstance(value, list | tuple):
        return [_hide(each) for each in value]
    return value


def configure_logs() -> None:
    """Send the product's and the libraries' logs to standard output as JSON."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(foreign_pre_chain=shared, processor=structlog.processors.JSONRenderer())
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
