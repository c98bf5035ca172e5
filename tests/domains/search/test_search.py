"""What a search finds, on both engines: the same questions must have the same answers."""

import pytest
from tests.domains.search.directory import bring_in_step, found, listed, search
from tests.factories import Marketplace, Marketplaces


@pytest.fixture(scope="module", params=["postgres", "typesense"])
async def market(request, marketplaces: Marketplaces, searching: Marketplaces) -> Marketplace:
    """One for all tests here that only read."""
    return await {"postgres": marketplaces, "typesense": searching}[request.param].open()


def _speaks(name: str, level: str = "FLUENT") -> dict[str, str]:
    return {"name": name, "level": level}


@pytest.fixture(scope="module")
async def people(market: Marketplace) -> dict[str, str]:
    made = {
        "ada": await listed(
            market, "Ada Lovelace", headline="Untangles monoliths", hourlyRate=15000, yearsExperience=12,
            skills=[{"name": "Kubernetes", "level": 5}, {"name": "Rust", "level": 3}],
            industries=["Banking", "Insurance"], timeZone="Europe/Berlin", availability=16,
            stages=["growth", "scale"], languages=[_speaks("German"), _speaks("English")],
            bio="Took a Rails monolith apart at forty people without stopping a release, and then left it running.",
        ),
        "grace": await listed(
            market, "Grace Hopper", headline="Data platforms that people trust", hourlyRate=20000, yearsExperience=25,
            skills=[{"name": "Apache Kafka", "level": 4}, {"name": "C++", "level": 5}],
            industries=["Banking"], timeZone="America/New_York", availability=8,
            stages=["enterprise"], languages=[_speaks("English", "NATIVE")],
            bio="Streams, warehouses and teams; <b>bold</b> & <script>alert(1)</script> claims are measured.",
        ),
        "linus": await listed(
            market, "Linus Björk", headline="Keeps platforms up", hourlyRate=9000, yearsExperience=5,
            skills=[{"name": "Kubernetes", "level": 2}, {"name": "CI/CD", "level": 4}],
            industries=["Gaming"], timeZone="Asia/Tokyo", availability=40,
            stages=["scale"], languages=[],
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


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ({"skills": ["Kubernetes"]}, {"ada", "linus"}),
        ({"skills": ["kubernetes", "Rust"]}, {"ada"}),
        ({"skills": ["No such skill"]}, set()),
        ({"skills": ["C++"]}, {"grace"}),
        ({"industries": ["Banking"]}, {"ada", "grace"}),
        ({"industries": ["Insurance", "Gaming"]}, {"ada", "linus"}),
        ({"industries": ["`] || tenant_id:!=x || industries:=[`Banking"]}, set()),
        ({"skills": ["x` || tenant_id:!=x"]}, set()),
        ({"stages": ["scale"]}, {"ada", "linus"}),
        ({"stages": ["growth", "enterprise"]}, {"ada", "grace"}),
        ({"stages": ["unicorn"]}, set()),
        ({"stages": ["scale` || tenant_id:!=x"]}, set()),
        ({"languages": ["German"]}, {"ada"}),
        ({"languages": ["en"]}, {"ada", "grace"}),
        ({"languages": ["english", "DE"]}, {"ada"}),
        ({"languages": ["Klingon"]}, set()),
        ({"languages": [""]}, {"ada", "grace", "linus"}),
        ({"stages": ["scale"], "languages": ["English"], "industries": ["Banking"]}, {"ada"}),
        ({"maxHourlyRate": 15000}, {"ada", "linus"}),
        ({"minAvailability": 16}, {"ada", "linus"}),
        ({"minYears": 12}, {"ada", "grace"}),
        ({"minRating": 4.0}, set()),
        ({"timeZone": "Europe/Paris", "maxHoursApart": 0}, {"ada"}),
        ({"timeZone": "Europe/Lisbon", "maxHoursApart": 1}, {"ada"}),
        ({"timeZone": "Europe/Berlin", "maxHoursApart": 8}, {"ada", "grace", "linus"}),
        ({"search": "platforms", "industries": ["Gaming"], "maxHourlyRate": 10000}, {"linus"}),
    ],
)
async def test_filters_narrow(market, people, wanted, expected):
    assert set(await names(market, people, filter=wanted)) == expected
    assert (await search(market, filter=wanted))["totalCount"] == len(expected)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        ("RATE_ASC", ["linus", "ada", "grace"]),
        ("RATE_DESC", ["grace", "ada", "linus"]),
        ("EXPERIENCE", ["grace", "ada", "linus"]),
        ("NEWEST", ["linus", "grace", "ada"]),
        ("NAME", ["ada", "grace", "linus"]),
        ("RATING", ["ada", "grace", "linus"]),
    ],
)
async def test_orders(market, people, order, expected):
    assert await names(market, people, order=order) == expected


@pytest.mark.parametrize(
    ("zone", "expected"),
    [
        ("Europe/Madrid", ["ada", "grace", "linus"]),
        ("Asia/Seoul", ["linus", "ada", "grace"]),
        ("America/Chicago", ["grace", "ada", "linus"]),
        # Twelve hours ahead of New York's day, and three of Tokyo's: the short way goes over the date line.
        ("Pacific/Auckland", ["linus", "grace", "ada"]),
    ],
)
async def test_the_nearest_time_zone_comes_first(market, people, zone, expected):
    assert await names(market, people, filter={"timeZone": zone}, order="TIME_ZONE") == expected


async def test_facets_count_what_is_left_and_what_a_further_industry_would_add(market, people):
    facets = (await search(market))["facets"]
    assert {each["value"]: each["count"] for each in facets["skills"]} == {
        "Kubernetes": 2, "Rust": 1, "Apache Kafka": 1, "C++": 1, "CI/CD": 1,
    }  # fmt: skip
    assert facets["skills"][0] == {"value": "Kubernetes", "count": 2}
    assert facets["industries"] == [
        {"value": "Banking", "count": 2},
        {"value": "Gaming", "count": 1},
        {"value": "Insurance", "count": 1},
    ]
    assert {each["value"] for each in facets["timeZones"]} == {"Europe/Berlin", "America/New_York", "Asia/Tokyo"}
    narrowed = (await search(market, filter={"industries": ["Gaming"], "maxHourlyRate": 15000}))["facets"]
    assert {each["value"]: each["count"] for each in narrowed["skills"]} == {"Kubernetes": 1, "CI/CD": 1}
    assert {each["value"]: each["count"] for each in narrowed["industries"]} == {
        "Banking": 1, "Gaming": 1, "Insurance": 1,
    }  # fmt: skip


async def test_stages_widen_and_languages_narrow_and_each_is_counted_so(market, people):
    facets = (await search(market))["facets"]
    assert facets["stages"] == [
        {"value": "growth", "count": 1}, {"value": "scale", "count": 2}, {"value": "enterprise", "count": 1},
    ], "the smallest company first"  # fmt: skip
    assert facets["languages"] == [{"value": "English", "count": 2}, {"value": "German", "count": 1}]
    narrowed = (await search(market, filter={"stages": ["scale"], "industries": ["Banking"]}))["facets"]
    assert narrowed["languages"] == [{"value": "English", "count": 1}, {"value": "German", "count": 1}]
    # Of stages and of industries one suffices: each is counted as if none of its kind had been asked for.
    assert {each["value"]: each["count"] for each in narrowed["stages"]} == {"growth": 1, "scale": 1, "enterprise": 1}
    assert {each["value"]: each["count"] for each in narrowed["industries"]} == {
        "Banking": 1, "Gaming": 1, "Insurance": 1,
    }  # fmt: skip
    spoken = (await search(market, filter={"languages": ["de"]}))["facets"]
    assert {each["value"]: each["count"] for each in spoken["stages"]} == {"growth": 1, "scale": 1}
    assert spoken["languages"] == [{"value": "English", "count": 1}, {"value": "German", "count": 1}]


async def test_the_page_filters_by_stage_and_language(market, people):
    async with market.browser() as browser:
        shown = (await browser.get("/ctos", params={"stages": "scale", "languages": "German"})).text
    assert "Ada Lovelace" in shown
    assert "Linus Björk" not in shown
    assert 'name="stages" value="scale" checked' in shown
    assert 'name="languages" value="German" checked' in shown
    assert "Scale-up, up to 1,000" in shown
    assert "speaks German" in shown


async def test_nothing_found_says_what_would_help(market, people):
    answer = await search(market, filter={"search": "kubernetes", "maxHourlyRate": 100, "industries": ["Banking"]})
    assert answer["totalCount"] == 0
    assert answer["looser"] == [{"field": "maxHourlyRate", "value": None, "count": 1}]
    answer = await search(market, filter={"stages": ["enterprise"], "languages": ["German"]})
    assert answer["looser"] == [
        {"field": "languages", "value": "German", "count": 1}, {"field": "stages", "value": None, "count": 1},
    ]  # fmt: skip
    answer = await search(market, filter={"search": "cubernets"})
    if not answer["totalCount"]:
        assert answer["didYouMean"] == ["Kubernetes"]
    assert (await search(market))["looser"] == []


async def test_pages_follow_each_other_both_ways(market, people):
    first = await search(market, first=2, order="RATE_ASC")
    assert [people[edge["node"]["cto"]["id"]] for edge in first["edges"]] == ["linus", "ada"]
    assert first["pageInfo"]["hasNextPage"]
    assert not first["pageInfo"]["hasPreviousPage"]
    second = await search(market, first=2, order="RATE_ASC", after=first["pageInfo"]["endCursor"])
    assert [people[edge["node"]["cto"]["id"]] for edge in second["edges"]] == ["grace"]
    assert (second["pageInfo"]["hasNextPage"], second["pageInfo"]["hasPreviousPage"]) == (False, True)
    back = await search(market, last=2, order="RATE_ASC", before=second["pageInfo"]["startCursor"])
    assert back["edges"] == first["edges"]
    middle = await search(market, first=2, order="RATE_ASC", after=first["edges"][0]["cursor"])
    assert [people[edge["node"]["cto"]["id"]] for edge in middle["edges"]] == ["ada", "grace"]
    end = await search(market, last=2, order="RATE_ASC")
    assert [people[edge["node"]["cto"]["id"]] for edge in end["edges"]] == ["ada", "grace"]
    assert [edge["cursor"] for edge in end["edges"]] == [first["edges"][1]["cursor"], second["edges"][0]["cursor"]]


async def test_hits_show_why_and_nothing_of_a_profile_becomes_markup(market, people):
    answer = await search(market, filter={"search": "bold claims"})
    (edge,) = answer["edges"]
    assert people[edge["node"]["cto"]["id"]] == "grace"
    excerpt = edge["node"]["excerpt"]
    assert {piece["text"] for piece in excerpt if piece["marked"]} == {"bold", "claims"}
    assert "<b>bold</b> & <script>alert(1)</script> claims" in "".join(piece["text"] for piece in excerpt)
    async with market.browser() as browser:
        shown = (await browser.get("/ctos", params={"search": "bold claims"})).text
    assert "&lt;b&gt;<mark>bold</mark>&lt;/b&gt; &amp; &lt;script&gt;" in shown
    assert "<script>alert" not in shown
    hit = (await search(market, filter={"search": "monolith k8s"}))["edges"][0]["node"]
    assert hit["headline"] == [{"text": "Untangles ", "marked": False}, {"text": "monoliths", "marked": True}]
    assert hit["skills"] == ["Kubernetes"]


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"timeZone": "Mars/Olympus"}, "timeZone"),
        ({"maxHoursApart": 2}, "timeZone"),
        ({"timeZone": "Europe/Berlin", "maxHoursApart": 13}, "maxHoursApart"),
        ({"maxHourlyRate": -1}, "maxHourlyRate"),
        ({"minRating": 6.0}, "minRating"),
    ],
)
async def test_nonsense_is_refused_with_its_field(market, wanted, field):
    answer = await market.graphql("query($f: CtoSearchFilter) { searchCtos(filter: $f) { totalCount } }", f=wanted)
    assert answer["errors"][0]["extensions"]["code"] == "invalid_input"
    assert field in str(answer["errors"][0])


@pytest.mark.parametrize("page", [{"after": "garbage"}, {"after": "WyItMSJd"}, {"first": 101}, {"first": 1, "last": 1}])
async def test_pages_that_make_no_sense_are_refused(market, page):
    answer = await market.graphql(
        "query($first: Int, $after: String, $last: Int)"
        " { searchCtos(first: $first, after: $after, last: $last) { totalCount } }",
        **page,
    )
    assert answer["errors"][0]["extensions"]["code"] == "invalid_input"


@pytest.mark.parametrize("text", ["%", "_", "\\", "'", '"', "!", "&|!()", "<->", ":*", "-", "* *", "`", "x" * 5000])
async def test_signs_mean_nothing_to_the_engines(market, people, text):
    assert await found(market, text) == []


async def test_nobody_of_another_tenant_is_found(market, people):
    other = await market.marketplaces.open()
    answer = await search(other, filter={"search": "kubernetes"})
    assert (answer["totalCount"], answer["edges"], answer["facets"]["skills"]) == (0, [], [])
