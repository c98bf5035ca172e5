"""Name servers that say what a test wants."""

from tests.factories import Marketplace

from ctorendang.infra.gateways.dns import DnsUnavailable


class Names:
    """Answers questions for TXT records.

    Attributes:
        records: by name.
        everything: what every other name answers.
        away: nobody answers.
    """

    def __init__(self, records: dict[str, list[str]] | None = None, everything: list[str] | None = None) -> None:
        self.records = records or {}
        self.everything = everything or []
        self.away = False
        self.asked: list[str] = []

    async def txt(self, name: str) -> list[str]:
        self.asked.append(name)
        if self.away:
            raise DnsUnavailable("Nobody answers.")
        return self.records.get(name, self.everything)


def answered_by(market: Marketplace, names: Names) -> Names:
    """Have the running product ask these name servers."""
    object.__setattr__(market.marketplaces.site.product.gateways, "dns", names)
    return names
