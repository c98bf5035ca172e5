"""Everybody and everything in one demo tenant, made up from a seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from ctorendang.demo.people import People, Person
from ctorendang.demo.phrases import Decks, texts
from ctorendang.demo.profiles import Profile, ProfileWriter
from ctorendang.demo.projects import Brief, write_briefs
from ctorendang.demo.reviews import ReviewWriter

_REVIEWS = 4


@dataclass(frozen=True, slots=True)
class Member:
    """A person with an account."""

    person: Person
    role: str
    joined_at: datetime


@dataclass(frozen=True, slots=True)
class DatedReview:
    """A review by the client of that number."""

    author: int
    rating: int
    body: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Candidate:
    """A CTO with a profile."""

    member: Member
    profile: Profile
    status: str
    published_at: datetime | None
    reviews: tuple[DatedReview, ...]


@dataclass(frozen=True, slots=True)
class Posting:
    """A project of the client of that number."""

    owner: int
    brief: Brief
    status: str
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class Market:
    """A tenant's contents. The first client, CTO and project are those of the people one can sign in as."""

    admin: Member
    clients: tuple[Member, ...]
    candidates: tuple[Candidate, ...]
    postings: tuple[Posting, ...]


def make_market(slug: str, *, seed: int, now: datetime, ctos: int | None = None) -> Market:
    """Make up a tenant; the same for the same arguments.

    Args:
        slug: decides how many of what, where ``texts/tenants.toml`` knows it.
        now: dates are told backwards from it.
        ctos: another number of CTOs than usual there.
    """
    random = Random(f"{seed}:{slug}")  # noqa: S311 - decides about nobody's security
    return _Maker(slug, random, now).make(ctos)


class _Maker:
    def __init__(self, slug: str, random: Random, now: datetime) -> None:
        self._random = random
        self._now = now
        self._table = texts("tenants").get(slug) or texts("tenants")["other"]
        self._people = People(random, f"{slug}.example")
        decks = Decks(random)
        self._profiles = ProfileWriter(random, decks)
        self._reviews = ReviewWriter(random, decks)
        self._kinds: Mapping[str, float] = {kind: self._table["kinds"].get(kind, 1.0) for kind in texts("archetypes")}

    def make(self, ctos: int | None) -> Market:
        clients = [self._known("client")]
        clients += [
            Member(self._people.make(), "client", self._ago(250, 900)) for _ in range(self._table["clients"] - 1)
        ]
        count = self._table["ctos"] if ctos is None else ctos
        candidates = [self._candidate(number, clients) for number in range(count)]
        return Market(self._known("admin"), tuple(clients), tuple(candidates), tuple(self._postings(len(clients))))

    def _known(self, role: str) -> Member:
        name, region = self._table["people"][role]
        return Member(self._people.known(name, region, role), role, self._ago(800, 900))

    def _candidate(self, number: int, clients: Sequence[Member]) -> Candidate:
        if number == 0:
            return self._demo_candidate(clients)
        (kind,) = self._random.choices(list(self._kinds), list(self._kinds.values()))
        profile = self._profiles.write(self._people.make(), kind)
        (status,) = self._random.choices(("listed", "in_review", "paused", "draft"), (90, 5, 3, 2))
        seen = status in {"listed", "paused"}
        joined_at = self._ago(100, 880) if seen else self._ago(1, 12)
        published_at = joined_at + timedelta(days=self._random.uniform(1, 6)) if seen else None
        reviews = self._written(profile, published_at, clients) if published_at else ()
        return Candidate(Member(profile.person, "cto", joined_at), profile, status, published_at, reviews)

    def _demo_candidate(self, clients: Sequence[Member]) -> Candidate:
        member = self._known("cto")
        profile = self._profiles.write(member.person, max(self._kinds, key=lambda kind: self._kinds[kind]))
        profile = replace(profile, availability=16)
        published_at = member.joined_at + timedelta(days=3)
        return Candidate(member, profile, "listed", published_at, self._written(profile, published_at, clients))

    def _written(self, profile: Profile, published_at: datetime, clients: Sequence[Member]) -> tuple[DatedReview, ...]:
        authors = self._random.sample(range(len(clients)), min(_REVIEWS, len(clients)))
        met = [max(published_at, clients[author].joined_at) for author in authors]
        return tuple(
            DatedReview(author, review.rating, review.body, self._since(at + timedelta(days=60)))
            for author, at, review in zip(authors, met, self._reviews.write(profile, len(authors)), strict=True)
        )

    def _postings(self, clients: int) -> list[Posting]:
        briefs = write_briefs(self._random, self._kinds, self._table["projects"])
        first = {0: ("published", (4, 9)), 1: ("draft", (0, 2)), 2: ("closed", (200, 300))}
        postings = []
        for number, brief in enumerate(briefs):
            if number in first:
                status, (least, most) = first[number]
                postings.append(Posting(0, brief, status, self._ago(least, most)))
            else:
                (status,) = self._random.choices(("published", "draft", "closed"), (7, 1, 2))
                at = self._ago(120, 400) if status == "closed" else self._ago(1, 60)
                postings.append(Posting(self._random.randrange(1, clients), brief, status, at))
        return postings

    def _ago(self, least: float, most: float) -> datetime:
        return self._now - timedelta(days=self._random.uniform(least, most))

    def _since(self, start: datetime) -> datetime:
        start = min(start, self._now - timedelta(hours=1))
        return start + self._random.random() * (self._now - start)
