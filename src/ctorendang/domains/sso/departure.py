"""Where a browser is sent so that a provider vouches for its person."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Departure:
    """The provider's address.

    Attributes:
        form: fields to be posted there; None for a redirect.
    """

    url: str
    form: dict[str, str] | None = None
