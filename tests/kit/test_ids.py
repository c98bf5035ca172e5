"""Identifiers that sort by time."""

import time
from datetime import UTC, datetime

from ctorendang.kit.ids import uuid7


def test_an_id_is_a_uuid_of_version_7():
    assert all((each.version, each.variant) == (7, "specified in RFC 4122") for each in (uuid7() for _ in range(100)))


def test_ids_carry_the_moment_they_were_made():
    before = time.time_ns() // 1_000_000
    made = uuid7().int >> 80
    assert before <= made <= time.time_ns() // 1_000_000


def test_an_id_can_be_of_another_moment():
    then = datetime(2020, 2, 29, 12, tzinfo=UTC)
    made = uuid7(then)
    assert (made.version, made.int >> 80) == (7, 1_582_977_600_000)


def test_a_later_id_sorts_after_an_earlier_one():
    ids = []
    for _ in range(5):
        ids.append(uuid7())
        time.sleep(0.002)
    assert ids == sorted(ids)


def test_ids_of_one_moment_differ():
    assert len({uuid7() for _ in range(10_000)}) == 10_000
