"""Reviews that refer to what the CTO did."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from ctorendang.demo.phrases import Decks, Slots, fill, texts
from ctorendang.demo.profiles import Profile
from ctorendang.demo.surroundings import stories, written_small


@dataclass(frozen=True, slots=True)
class WrittenReview:
    """Stars, 1 to 5, and what goes with them."""

    rating: int
    body: str


class _Words(Slots):
    def __init__(self, first: str, skill: str) -> None:
        self._words = {"first": first, "skill": written_small(skill)}

    def get(self, name: str, *, possessive: bool) -> str:
        return self._words[name]


class ReviewWriter:
    """Writes reviews for one tenant, all of them different."""

    def __init__(self, random: Random, decks: Decks) -> None:
        self._random = random
        self._decks = decks
        self._bodies: set[str] = set()

    def write(self, profile: Profile, count: int) -> list[WrittenReview]:
        """``count`` reviews of one CTO, each about another of their skills."""
        liking = self._random.gauss(4.72, 0.28)
        names = [name for name, _ in profile.skills]
        self._random.shuffle(names)
        reviews = []
        for number in range(count):
            rating = min(5, max(2, round(self._random.gauss(liking, 0.55))))
            about = names[number % len(names)]
            body = self._body(profile, about, rating)
            while body in self._bodies:
                body = self._body(profile, about, rating)
            self._bodies.add(body)
            reviews.append(WrittenReview(rating, body))
        return reviews

    def _body(self, profile: Profile, skill: str, rating: int) -> str:
        words = _Words(profile.person.name.split()[0], skill)
        sentences = (fill(phrase, self._random, words) for phrase in self._phrases(skill, rating) if phrase)
        return " ".join(sentences)

    def _phrases(self, skill: str, rating: int) -> Sequence[str]:
        parts, deal = texts("reviews"), self._decks.deal
        beginning = deal("beginning", parts["beginnings"])
        if rating <= 3 and self._random.random() < 0.5:
            return [*beginning, *deal("disappointment", parts["disappointments"])]
        if self._random.random() < 0.6:
            done = deal(("review", skill), stories()[skill]["review"])
        else:
            done = deal("about_skill", parts["about_skill"])
        manner = deal("manner", parts["manners"], self._random.choice((1, 1, 2)))
        reserved = rating <= 3 or (rating == 4 and self._random.random() < 0.6)
        reservation = deal("reservation", parts["reservations"]) if reserved else []
        ending = deal("ending", parts["endings"]) if rating > 3 else []
        if self._random.random() < 0.3:
            return [*done, *manner, *reservation, *ending]
        return [*beginning, *done, *manner, *reservation, *ending]
