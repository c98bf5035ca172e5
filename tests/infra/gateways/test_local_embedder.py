"""The local model itself."""

import asyncio

import numpy as np
import pytest

from ctorendang.infra.gateways.embeddings import create_embedder
from ctorendang.settings import EmbeddingSettings

PAYMENTS = "Fintech CTO who built card payment platforms and led PCI DSS audits"
PAYMENTS_TOO = "Technology leader for payments: card processing, banking APIs, compliance"
GARDENING = "How to grow tomatoes and basil on a small balcony"


@pytest.fixture(scope="module")
def embedder():
    return create_embedder(EmbeddingSettings(base_url="", api_key="", model=""))


def similarity(first, second) -> float:
    return float(np.dot(first, second))


async def test_texts_of_like_meaning_are_closer_than_others(embedder):
    payments, payments_too, gardening = await embedder.embed([PAYMENTS, PAYMENTS_TOO, GARDENING])
    assert similarity(payments, payments_too) > similarity(payments, gardening) + 0.3


async def test_vectors_have_the_promised_length_and_size(embedder):
    vectors = await embedder.embed([PAYMENTS, "", "é" * 5_000_000, "\x00\ud7ff 漢字 🙂"])
    assert embedder.model == "all-minilm-l6-v2-int8"
    assert {len(vector) for vector in vectors} == {384}
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(1, abs=1e-5)


async def test_a_text_has_one_vector_whatever_it_is_batched_with(embedder):
    texts = [f"{PAYMENTS} {GARDENING * (index % 5)}" for index in range(21)]
    together = await embedder.embed(texts)
    alone = [(await embedder.embed([text]))[0] for text in texts]
    assert np.array(together) == pytest.approx(np.array(alone), abs=1e-4)


async def test_what_exceeds_the_models_reach_does_not_count(embedder):
    words = "cloud " * 300
    long, longer = await embedder.embed([words, words + GARDENING])
    assert long == pytest.approx(longer, abs=1e-5)


async def test_no_text_needs_no_model(embedder):
    assert await embedder.embed([]) == []


async def test_the_event_loop_runs_on_while_texts_are_read(embedder):
    await embedder.embed([PAYMENTS])
    reading = asyncio.create_task(embedder.embed([PAYMENTS * 10] * 40))
    turns = 0
    while not reading.done():
        await asyncio.sleep(0.005)
        turns += 1
    assert turns > 10
