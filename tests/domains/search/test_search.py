"""What a search finds, on both engines: the same questions must have the same answers."""

import pytest
from tests.domains.search.directory import bring_in_step, found, listed
from tests.factories import Marketplace, Marketplaces


@pytest.fixture(scope="module", params=["postgres", "typesense"])
async def market(request, marketplaces: Marketplaces, searching: Marketplaces) -> Marketplace:
    """One for all tests here that only read."""
    return await {"postgres": marketplaces, "typesense": searching}[request.param].open()


@pytest.fixture(scope="module")
async def people(market: Marketplace) -> dict[str, str]:
    made = {
        "ada": await listed(
            market, "Ada Lovelace", headline="Untangles monoliths", hourlyRate=15000, yearsExperience=12,
            skills=[{"name": "Kubernetes", "level": 5}, {"name": "Rust", "level": 3}],
            industries=["Banking", "Insurance"], timeZone="Europe/Berlin", availability=16,
            bio="Took a Rails monolith apart at forty people without stopping a release, and then left it running.",
        ),
        "grace": await listed(
            market, "Grace Hopper", headline="Data platforms that people trust", hourlyRate=20000, yearsExperience=25,
            skills=[{"name": "Apache Kafka", "level": 4}, {"name": "C++", "level": 5}],
            industries=["Banking"], timeZone="America/New_York", availability=8,
            bio="Streams, warehouses and teams; <b>bold</b> & <script>alert(1)</script> claims are measured.",
        ),
        "linus": await listed(
            market, "Linus Björk", headline="Keeps platforms up", hourlyRate=9000, yearsExperience=5,
            skills=[{"name": "Kubernetes", "level": 2}, {"name": "CI/CD", "level": 4}],
            industries=["Gaming"], timeZone="Asia/Tokyo", availability=40,
            bio="On-call for the largest game launches in the region, with error budgets to live with.",
        ),
    }  # fmt: skip
    await bring_in_step(market)
    return {str(cto.id): name for name, cto in made.items()}


async def names(market: Marketplace, people: dict[str, str], text: str = "", **variables) -> list[str]:
    return [people[each] for each in await found(market, text, **variables)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("monolith", {"ada"}),
        ("RUST", {"ada"}),
        ("apache kafk", {"grace"}),
        ("grace", {"grace"}),
        ("platforms", {"grace", "linus"}),
        ("kubernetes platforms", {"linus"}),
        ("lovelace rust monolith", {"ada"}),
        ("platforms lovelace", set()),
        ("c++", {"grace"}),
        ("ci/cd", {"linus"}),
        ("björk", {"linus"}),
        ("nothing of the kind", set()),
        ("  ", {"ada", "grace", "linus"}),
    ],
)
async def test_words_find(market, people, text, expected):
    assert set(await names(market, people, text)) == expected


@pytest.mark.parametrize(("text", "expected"), [("k8s", {"ada", "linus"}), ("continuous integration", {"linus"})])
async def test_synonyms_of_the_taxonomy_find(market, people, text, expected):
    assert set(await names(market, people, text)) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("kuberntes", {"ada", "linus"}), ("monolihts", {"ada"}), ("lovelcae", {"ada"})]
)
async def test_mistyped_words_find(market, people, text, expected):
    assert set(await names(market, people, text)) == expected
