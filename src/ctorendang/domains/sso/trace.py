"""A trace: every check of one attempt to sign on, so that an administrator reads why it did not work."""

import secrets
from dataclasses import dataclass, field

from ctorendang.domains.sso.errors import SignOnRefused

_LONGEST = 500
# No vowels and nothing that looks like something else: it is read out on the phone.
_ALPHABET = "BCDFGHJKMNPQRTVWXZ2346789"


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at.

    Attributes:
        name: in plain words, ``Audience``.
        expected: what would be right.
        got: what came; never a secret or a whole token.
        hint: what to change, and where, when it failed.
    """

    name: str
    passed: bool
    expected: str = ""
    got: str = ""
    hint: str = ""


@dataclass(slots=True)
class Trace:
    """The checks of one attempt, in order; the first that fails ends it.

    Attributes:
        kind: what was attempted: ``saml response``, ``oidc callback``, ``saml logout`` ...
        reference: what the person is shown.
        facts: what was learned besides, for the administrator: subject, attributes, groups. Redacted before it is kept.
    """

    kind: str
    reference: str = field(default_factory=lambda: "-".join(_letters() for _ in range(2)))
    checks: list[Check] = field(default_factory=list)
    facts: dict[str, str | list[str]] = field(default_factory=dict)

    def require(self, name: str, passed: bool, *, expected: str = "", got: str = "", hint: str = "") -> None:
        """Note a check, and go on only if it passed.

        Raises:
            SignOnRefused: it did not.
        """
        self.checks.append(Check(name, passed, expected[:_LONGEST], got[:_LONGEST], "" if passed else hint))
        if not passed:
            raise SignOnRefused(self.reference)

    @property
    def failure(self) -> Check | None:
        """The check that ended the attempt."""
        return next((check for check in self.checks if not check.passed), None)


def _letters() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(4))
