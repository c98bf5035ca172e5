"""Everybody and everything in one demo tenant, made up from a seed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from ctorendang.demo.careers import Career, CareerWriter
from ctorendang.demo.people import People, Person
from ctorendang.demo.phrases import Decks, texts
from ctorendang.demo.postings import Posting, write_postings
from ctorendang.demo.profiles import Profile, ProfileWriter
from ctorendang.demo.reviews import ReviewWriter

_REVIEWS = 4
# Two profiles wait for the administrator of every tenant, however few CTOs it has.
_WAITING = (2, 5)


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
    career: Career
    status: str
    published_at: datetime | None
    reviews: tuple[DatedReview, ...]


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
    return _Maker(slug, random, Random(f"{seed}:{slug}:careers"), now).make(ctos)  # noqa: S311


class _Maker:
    def __init__(self, slug: str, random: Random, careers: Random, now: datetime) -> None:
        self._random = random
        self._now = now
        self._table = texts("tenants").get(slug) or texts("tenants")["other"]
        self._people = People(random, f"{slug}.example")
        decks = Decks(random)
        self._profiles = ProfileWriter(random, decks)
        self._reviews = ReviewWriter(random, decks)
        self._careers = CareerWriter(careers, now.year)
        self._kinds: Mapping[str, float] = {kind: self._table["kinds"].get(kind, 1.0) for kind in texts("archetypes")}

    def make(self, ctos: int | None) -> Market:
        clients = [self._known("client")]
        clients += [
            Member(self._people.make(), "client", self._ago(250, 900)) for _ in range(self._table["clients"] - 1)
        ]
        count = self._table["ctos"] if ctos is None else ctos
        candidates = [self._candidate(number, clients) for number in range(count)]
        known_to = [review.author for candidate in candidates[:1] for review in candidate.reviews]
        projects = self._table["projects"]
        postings = write_postings(
            self._random, self._now, self._kinds, projects, clients=len(clients), known_to=known_to
        )
        return Market(self._known("admin"), tuple(clients), tuple(candidates), tuple(postings))

    def _known(self, role: str) -> Member:
        name, region = self._table["people"][role]
        return Member(self._people.known(name, region, role), role, self._ago(800, 900))

    def _candidate(self, number: int, clients: Sequence[Member]) -> Candidate:
        if number == 0:
            return self._demo_candidate(clients)
        (kind,) = self._random.choices(list(self._kinds), list(self._kinds.values()))
        profile = self._profiles.write(self._people.make(), kind)
        (status,) = self._random.choices(("listed", "in_review", "paused", "draft"), (90, 5, 3, 2))
        status = "in_review" if number in _WAITING else status
        seen = status in {"listed", "paused"}
        joined_at = self._ago(100, 880) if seen else self._ago(1, 12)
        published_at = joined_at + timedelta(days=self._random.uniform(1, 6)) if seen else None
        reviews = self._written(profile, published_at, clients) if published_at else ()
        career = self._careers.write(profile, thorough=status != "draft")
        return Candidate(Member(profile.person, "cto", joined_at), profile, career, status, published_at, reviews)

    def _demo_candidate(self, clients: Sequence[Member]) -> Candidate:
        member = self._known("cto")
        profile = self._profiles.write(member.person, max(self._kinds, key=lambda kind: self._kinds[kind]))
        profile = replace(profile, availability=16)
        published_at = member.joined_at + timedelta(days=3)
        career = self._careers.write(profile, thorough=True)
        return Candidate(member, profile, career, "listed", published_at, self._written(profile, published_at, clients))

    def _written(self, profile: Profile, published_at: datetime, clients: Sequence[Member]) -> tuple[DatedReview, ...]:
        authors = self._random.sample(range(len(clients)), min(_REVIEWS, len(clients)))
        met = [max(published_at, clients[author].joined_at) for author in authors]
        return tuple(
            DatedReview(author, review.rating, review.body, self._since(at + timedelta(days=60)))
            for author, at, review in zip(authors, met, self._reviews.write(profile, len(authors)), strict=True)
        )

    def _ago(self, least: float, most: float) -> datetime:
        return self._now - timedelta(days=self._random.uniform(least, most))

    def _since(self, start: datetime) -> datetime:
        start = min(start, self._now - timedelta(hours=1))
        return start + self._random.random() * (self._now - start)
