"""Events are told to somebody, and nobody waits for one that never comes."""

import ast

import pytest

from ctorendang.registry import DOMAINS
from tests.architecture.sources import PRODUCT, published_events, python_files


def published() -> set[str]:
    trees = [ast.parse(path.read_text("utf-8")) for path in python_files(PRODUCT)]
    return {event for tree in trees for event in published_events(tree)}


def test_every_event_has_a_subscriber_and_every_subscriber_an_event():
    assert published() == {each.event for domain in DOMAINS for each in domain.subscriptions}


@pytest.mark.parametrize("work", ["work", "self._work"])
def test_the_name_of_an_event_is_read_from_its_call(work: str):
    assert list(published_events(ast.parse(f"{work}.publish('cto.saved', {{}})"))) == ["cto.saved"]


@pytest.mark.parametrize("call", ["work.publish(f'cto.{verb}', {})", "work.publish(event, {})", "work.publish()"])
def test_an_event_without_a_plain_name_is_noticed(call: str):
    with pytest.raises(ValueError, match="line 1"):
        list(published_events(ast.parse(call)))
