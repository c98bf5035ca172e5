"""How engagements go: each history is told once here, and happens to other people in other words."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from ctorendang.demo.courses import Course, Pair
from ctorendang.demo.phrases import Decks, Slots, fill, texts
from ctorendang.demo.surroundings import written_small
from ctorendang.domains.engagements.drafts import monday_of
from ctorendang.domains.engagements.status import Side

_CLIENT, _CTO = Side.CLIENT, Side.CTO
# A trial has 20 hours, and these histories spread them over two weeks.
_TRIAL_HOURS = 9
# Weeks after the trial in which everything can be delivered.
_WHOLE_WORK = 9
_MON, _TUE, _WED, _THU, _FRI, _SAT = range(6)


class _Words(Slots):
    def __init__(self, pair: Pair, client: str, piece: str) -> None:
        brief = pair.posting.brief
        first = pair.candidate.member.person.name.split()[0]
        self._words = {"first": first, "client": client.split()[0], "skill": written_small(brief.skills[0])}
        self._words["piece"] = piece[0].lower() + piece[1:] if piece.split()[0][1:].islower() else piece

    def get(self, name: str, *, possessive: bool) -> str:
        return self._words[name]


class HistoryTeller:
    """Tells what went on between a client and a CTO, up to now.

    Args:
        random: chooses words and numbers.
        now: nothing happens after it.
    """

    def __init__(self, random: Random, now: datetime) -> None:
        self._random = random
        self._now = now
        self._decks = Decks(random)
        self._monday = monday_of(now.date())

    def shortlisted(self, pair: Pair, client: str, hours: int) -> Course:
        """The client thinks about it."""
        return Course(pair, self._ago(days=self._random.uniform(0.2, 3)))

    def removed(self, pair: Pair, client: str, hours: int) -> Course:
        """The client has thought again."""
        course = Course(pair, self._ago(days=4))
        course.remove(self._ago(days=2.5))
        return course

    def introduced(self, pair: Pair, client: str, hours: int) -> Course:
        """The CTO has been asked."""
        course = Course(pair, self._ago(days=self._random.uniform(2, 4)))
        course.introduce(self._ago(days=self._random.uniform(0.4, 1.5)), self._say("introductions", pair, client))
        return course

    def proposed(self, pair: Pair, client: str, hours: int) -> Course:
        """The CTO's terms wait for the client."""
        course = Course(pair, self._ago(days=5))
        course.introduce(self._ago(days=4.8), self._say("introductions", pair, client))
        self._propose(course, _CTO, self._ago(days=1.9), "notes", client, hours=hours, starts_on=self._week(-2))
        return course

    def countered(self, pair: Pair, client: str, hours: int) -> Course:
        """The client's counter-proposal waits for the CTO."""
        course = self.proposed(pair, client, hours + 4)
        self._propose(
            course, _CLIENT, self._ago(days=0.6), "counters_of_client", client, hours=hours, starts_on=self._week(-3)
        )
        return course

    def declined(self, pair: Pair, client: str, hours: int) -> Course:
        """The terms were too much, and they may still find others."""
        course = Course(pair, self._at(4, _MON, 10))
        course.introduce(self._at(4, _MON, 16), self._say("introductions", pair, client))
        self._propose(course, _CTO, self._at(4, _WED, 9), "notes", client, hours=hours + 8, starts_on=self._week(2))
        course.decline(self._at(4, _FRI, 12), _CLIENT, self._say("refusals", pair, client))
        return course

    def in_trial(self, pair: Pair, client: str, hours: int) -> Course:
        """The first week of a trial is handed in."""
        course = self._agreed(pair, client, hours, since=1)
        self._hours(course, client, 1, _TRIAL_HOURS)
        return course

    def undecided(self, pair: Pair, client: str, hours: int) -> Course:
        """The trial is over, and the client has to say how to go on."""
        course = self._agreed(pair, client, hours, since=3)
        for week in (3, 2):
            self._hours(course, client, week, _TRIAL_HOURS)
            course.agree(self._at(week, _SAT, 9), self._week(week))
        course.end_trial()
        return course

    def called_off(self, pair: Pair, client: str, hours: int) -> Course:
        """The trial showed that it does not fit."""
        course = self._agreed(pair, client, hours, since=6)
        self._hours(course, client, 6, _TRIAL_HOURS)
        course.agree(self._at(6, _FRI, 18), self._week(6))
        course.cancel(self._at(5, _WED, 15), _CLIENT, self._say("endings", pair, client))
        return course

    def at_work(self, pair: Pair, client: str, hours: int) -> Course:
        """Half of the milestones are reached, and last week's hours wait for the client."""
        return self._working(pair, client, hours, since=9, until=1)

    def doubts(self, pair: Pair, client: str, hours: int) -> Course:
        """As ``at_work``, and the client doubts last week's hours."""
        course = self._working(pair, client, hours, since=7, until=1)
        course.doubt(self._at(1, _FRI, 19), self._week(1), self._say("doubts", pair, client))
        return course

    def closing(self, pair: Pair, client: str, hours: int) -> Course:
        """Closed the other day; the CTO has reviewed, and the client has not yet."""
        course = self._closed(pair, client, hours, since=12, until=1)
        course.review(self._at(1, _SAT, 10), _CTO, 5, self._say("of_clients", pair, client))
        return course

    def finished(self, pair: Pair, client: str, hours: int) -> Course:
        """Closed a while ago, with a review by each side."""
        course = self._closed(pair, client, hours, since=25, until=13)
        given = next(each for each in pair.candidate.reviews if each.author == pair.posting.owner)
        course.review(self._at(12, _MON, 11), _CLIENT, given.rating, given.body)
        stars, answered = self._random.choice((4, 5, 5)), self._at(12, _WED, 17)
        course.review(answered, _CTO, stars, self._say("of_clients", pair, client))
        course.reveal(answered + timedelta(seconds=3))
        return course

    def _agreed(self, pair: Pair, client: str, hours: int, *, since: int, weeks: int = 0) -> Course:
        """Terms are talked about in three rounds; the trial begins on a Monday so many weeks ago."""
        course = Course(pair, self._at(since + 2, _WED, 10))
        course.introduce(self._at(since + 2, _WED, 15), self._say("introductions", pair, client))
        first, weeks = self._week(since), weeks or pair.posting.brief.weeks + since
        ask, answer = self._at(since + 1, _MON, 11), self._at(since + 1, _TUE, 9)
        self._propose(course, _CTO, ask, "notes", client, hours=hours + 4, starts_on=first, weeks=weeks)
        self._propose(course, _CLIENT, answer, "counters_of_client", client, hours=hours, starts_on=first, weeks=weeks)
        last = self._at(since + 1, _WED, 18)
        self._propose(course, _CTO, last, "counters_of_cto", client, hours=hours, starts_on=first, weeks=weeks)
        course.accept(self._at(since + 1, _THU, 14), _CLIENT)
        return course

    def _propose(
        self, course: Course, side: Side, at: datetime, kind: str, client: str, *, hours: int, starts_on: date,
        weeks: int = 0,
    ) -> None:  # fmt: skip
        """Terms with some words; a client offers a little less than the CTO has asked for."""
        usual = course.pair.rate
        last = course.agreed.rate if course.terms else usual
        rate = 500 * round(last * (0.94 if side is _CLIENT else 1) / 500)
        if course.terms and side is _CTO:
            rate = 500 * round((rate + usual) / 1000)
        course.propose(
            at, side, rate=rate, hours=hours, starts_on=starts_on, weeks=weeks or course.pair.posting.brief.weeks,
            note=self._say(kind, course.pair, client),
        )  # fmt: skip

    def _working(self, pair: Pair, client: str, hours: int, *, since: int, until: int, weeks: int = 0) -> Course:
        """Work from the trial to a week ago; all hours but the last are agreed, half of the milestones reached."""
        course = self._agreed(pair, client, hours, since=since, weeks=weeks)
        for week in (since, since - 1):
            self._hours(course, client, week, _TRIAL_HOURS)
            course.agree(self._at(week, _FRI, 18), self._week(week))
        course.start(self._at(since - 1, _SAT, 10))
        pieces = pair.posting.brief.deliverables
        for number, piece in enumerate(pieces):
            due = self._week(since - 3 - 3 * number) + timedelta(days=_THU)
            amount = 40 * course.agreed.rate if number == 1 else 0
            at = course.steps[-1].created_at + timedelta(minutes=4)
            course.plan(at, _CLIENT, piece, amount=amount, due_on=due)
        done = self._schedule(len(pieces), since, until)
        for week in range(since - 2, until - 1, -1):
            if week in done:
                self._deliver(course, client, pieces[done[week]], week, again=done[week] == 1)
            self._hours(course, client, week, hours)
            if week > until:
                course.agree(self._at(week, _FRI, 18), self._week(week))
        return course

    @staticmethod
    def _schedule(count: int, since: int, until: int) -> Mapping[int, int]:
        """Which piece is delivered in which week: the first half of them, or all where the work takes so long."""
        span = since - 2 - until
        reached = count if span >= _WHOLE_WORK else count // 2
        return {since - 2 - span * (number + 1) // (reached + 1): number for number in range(reached)}

    def _deliver(self, course: Course, client: str, piece: str, week: int, *, again: bool) -> None:
        """A piece is handed in and agreed, some only at the second attempt."""
        if again:
            course.submit(self._at(week, _MON, 15), piece, self._say("reports", course.pair, client))
            course.send_back(self._at(week, _TUE, 10), piece, self._say("returned", course.pair, client))
        course.submit(self._at(week, _WED, 14), piece, self._say("reports", course.pair, client))
        course.approve(self._at(week, _THU, 9), piece)

    def _closed(self, pair: Pair, client: str, hours: int, *, since: int, until: int) -> Course:
        """Everything is delivered and agreed, the handover pack last."""
        course = self._working(pair, client, hours, since=since, until=until, weeks=since - until + 1)
        course.agree(self._at(until, _FRI, 17), self._week(until))
        at = self._at(until, _FRI, 17)
        course.submit(at + timedelta(minutes=20), "Handover pack", self._say("packs", pair, client).strip())
        course.approve(at + timedelta(minutes=100), "Handover pack")
        course.close(at + timedelta(minutes=105), _CLIENT)
        return course

    def _hours(self, course: Course, client: str, week: int, hours: int) -> None:
        """The sheet of a week, handed in on its Friday."""
        minutes = 60 * min(hours, course.agreed.hours_per_week) - self._random.choice((0, 0, 30, 45, 90))
        note = self._say("hours", course.pair, client)
        course.hand_in(self._at(week, _FRI, 16), self._week(week), minutes, note)

    def _say(self, kind: str, pair: Pair, client: str) -> str:
        (phrase,) = self._decks.deal(kind, texts("engagements")[kind])
        piece = self._random.choice(pair.posting.brief.deliverables)
        return fill(phrase, self._random, _Words(pair, client, piece))

    def _week(self, ago: int) -> date:
        return self._monday - timedelta(weeks=ago)

    def _at(self, weeks_ago: int, weekday: int, hour: int) -> datetime:
        day = self._week(weeks_ago) + timedelta(days=weekday)
        return datetime.combine(day, time(hour, self._random.randrange(1, 12)), UTC)

    def _ago(self, *, days: float) -> datetime:
        return self._now - timedelta(days=days)


History = Callable[[HistoryTeller, Pair, str, int], Course]
