"""The benchmarks measure what they say, and stay what they were."""

import hashlib
import json
from dataclasses import asdict

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ctorendang.domains.matching.evaluation.benchmark import tuning_samples
from ctorendang.domains.matching.evaluation.esco import expert_links
from ctorendang.domains.matching.evaluation.generator import TEST_SEED, TUNING_SEED, Generator, words
from ctorendang.domains.matching.evaluation.metrics import estimate, ndcg, recall, reciprocal_rank

FROZEN = "c94368497bf8e99e"


def digest(sample) -> str:
    return hashlib.sha256(json.dumps(asdict(sample), sort_keys=True).encode()).hexdigest()[:16]


def test_the_generator_is_frozen():
    """Whoever means to change it makes another version of it, and another report."""
    assert digest(Generator(TEST_SEED, test=True).make("B", ctos=220, briefs=126)) == FROZEN


def test_the_test_seed_shares_no_need_and_no_phrase_with_the_tuning_seed():
    tuning, _ = tuning_samples()
    test = Generator(TEST_SEED, test=True).make("B", ctos=220, briefs=126)
    for subject in words("vocabulary").values():
        told, untold = subject["founder"][:3], subject["founder"][3:]
        assert not any(phrase in brief.description for brief in test.briefs for phrase in told)
        assert not any(phrase in brief.description for brief in tuning.briefs for phrase in untold)
    assert TUNING_SEED != TEST_SEED


def test_briefs_and_profiles_share_no_phrase():
    for subject in words("vocabulary").values():
        assert not set(subject["founder"]) & {*subject["engineer"], *subject["synonyms"]}


def test_whoever_is_graded_could_be_taken():
    sample, _ = tuning_samples()
    briefs = {brief.key: brief for brief in sample.briefs}
    for key, grades in sample.grades.items():
        assert set(grades) <= {cto.key for cto in sample.eligible(briefs[key])}
        assert set(grades.values()) <= {1, 2, 3}


def test_traps_are_worth_nothing_or_little():
    sample, _ = tuning_samples()
    for kind, most in {"keyword stuffing": 0, "over rate": 3, "perfect but unavailable": 1}.items():
        got = [good.get(cto.key, 0) for good in sample.grades.values() for cto in sample.ctos if kind in cto.key]
        assert max(got) <= most


def test_experts_link_known_skills():
    sample, tuning = expert_links(test=True), expert_links(test=False)
    known = {cto.key for cto in sample.ctos}
    assert len(sample.briefs) + len(tuning.briefs) > 80
    assert all(good and set(good) <= known for good in sample.grades.values())
    assert not set(sample.grades) & set(tuning.grades)


GRADES = {"a": 3, "b": 1, "c": 2}


def test_a_perfect_ranking_is_worth_1_and_an_empty_one_nothing():
    assert ndcg(["a", "c", "b", "x"], GRADES) == pytest.approx(1)
    assert ndcg(["b", "c", "a"], GRADES) < 1
    assert ndcg([], GRADES) == recall([], GRADES) == reciprocal_rank([], GRADES) == 0
    assert reciprocal_rank(["x", "b"], GRADES) == 0.5
    assert recall(["x", "b"], GRADES) == pytest.approx(1 / 3)


@given(st.permutations(["a", "b", "c", "x", "y"]))
def test_no_order_is_better_than_the_ideal_one(order):
    assert 0 <= ndcg(order, GRADES) <= 1 + 1e-9
    assert recall(order, GRADES) == 1


@given(st.lists(st.floats(0, 1), min_size=2, max_size=40))
@settings(deadline=None)
def test_an_interval_holds_the_mean(values):
    found = estimate(values)
    assert found.low - 1e-9 <= found.mean <= found.high + 1e-9
