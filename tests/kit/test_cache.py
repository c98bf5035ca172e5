"""What a cache remembers, and what it lets go of first."""

import pytest

from ctorendang.kit import cache
from ctorendang.kit.cache import Cache


def test_what_was_used_or_put_last_stays_longest():
    kept = Cache[str, int](2)
    kept.put("a", 1, 60)
    kept.put("b", 2, 60)
    kept.put("a", 3, 60)
    kept.put("c", 4, 60)
    assert [kept.get(key) for key in "abc"] == [3, None, 4]
    assert kept.get("a") == 3
    kept.put("d", 5, 60)
    assert [key in kept for key in "acd"] == [True, False, True]


def test_nothing_is_remembered_beyond_its_time(monkeypatch: pytest.MonkeyPatch):
    kept = Cache[str, int](2)
    monkeypatch.setattr(cache.time, "monotonic", lambda: 100.0)
    kept.put("a", 1, 60)
    assert kept.get("a") == 1
    monkeypatch.setattr(cache.time, "monotonic", lambda: 160.0)
    assert "a" not in kept
    assert kept.get("a") is None
