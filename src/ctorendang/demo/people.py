"""Names, addresses and homes of people who do not exist."""

import unicodedata
from dataclasses import dataclass
from random import Random

from ctorendang.demo.phrases import texts

# Letters that Unicode does not take apart into a plain one and a mark.
_LATIN = str.maketrans(
    {"ø": "o", "æ": "ae", "ł": "l", "đ": "d", "ß": "ss", "ı": "i", "œ": "oe", "þ": "th", "ð": "d", "’": "", "'": ""}
)


@dataclass(frozen=True, slots=True)
class Person:
    """Someone with a name and a home.

    Attributes:
        region: a table of ``texts/names.toml``.
        city: where they live, or near.
    """

    name: str
    email: str
    region: str
    time_zone: str
    city: str


class People:
    """Makes people for one tenant; no two share a name or an address until names run out."""

    def __init__(self, random: Random, host: str) -> None:
        self._random = random
        self._host = host
        self._emails: set[str] = set()
        self._regions = list(texts("names"))

    def make(self) -> Person:
        """Somebody new."""
        for _ in range(20):
            region = self._random.choice(self._regions)
            table = texts("names")[region]
            first, last = self._random.choice(table["first"]), self._random.choice(table["last"])
            if _address(first, last, self._host) not in self._emails:
                break
        email = self._unused(first, last)
        zone, city = self._random.choice(table["zones"]), self._random.choice(table["cities"])
        return Person(f"{first} {last}", email, region, zone, city)

    def known(self, name: str, region: str, role: str) -> Person:
        """A person of that name whose address is the role's."""
        email = f"{role}@{self._host}"
        self._emails.add(email)
        table = texts("names")[region]
        return Person(name, email, region, table["zones"][0], table["cities"][0])

    def _unused(self, first: str, last: str) -> str:
        email, number = _address(first, last, self._host), 1
        while email in self._emails:
            number += 1
            email = _address(first, f"{last}{number}", self._host)
        self._emails.add(email)
        return email


def _address(first: str, last: str, host: str) -> str:
    local = ".".join("".join(part.split()) for part in (first, last))
    plain = unicodedata.normalize("NFKD", local.lower().translate(_LATIN)).encode("ascii", "ignore").decode()
    return f"{plain}@{host}"
