"""The OpenAI client against a server that speaks its protocol."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import numpy as np
import pytest

from ctorendang.infra.gateways.embeddings import EmbeddingsUnavailable, UnusableEmbeddings
from ctorendang.infra.gateways.openai_embedder import OpenAIEmbedder

Answer = Callable[[dict], tuple[int, object]]


def vectors(request: dict, *, dimensions: int = 384) -> tuple[int, object]:
    """A vector a text whose first number tells the text's length; the last text comes first."""
    data = [
        {"object": "embedding", "index": index, "embedding": [float(len(text)), *[1.0] * (dimensions - 1)]}
        for index, text in enumerate(request["input"])
    ]
    return 200, {"object": "list", "model": request["model"], "data": data[::-1], "usage": {}}


@dataclass
class Endpoint:
    """Answers each request with the next of ``answers``, and with ``vectors`` when they are used up."""

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    requests: list[dict] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        headers = dict(line.lower().split(": ", 1) for line in head.splitlines()[1:] if line)
        request = json.loads(await reader.readexactly(int(headers["content-length"])))
        assert head.startswith("POST /v1/embeddings ")
        self.requests.append(request)
        self.keys.append(headers["authorization"])
        status, body = (self.answers.pop(0) if self.answers else vectors)(request)
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        writer.write(
            b"HTTP/1.1 %d Status\r\nContent-Type: application/json\r\nRetry-After-Ms: 10\r\n"
            b"Content-Length: %d\r\nConnection: close\r\n\r\n%s" % (status, len(content), content)
        )
        await writer.drain()
        writer.close()


@asynccontextmanager
async def listening(endpoint: Endpoint) -> AsyncIterator[None]:
    async with await asyncio.start_server(endpoint.serve, "127.0.0.1", 0, limit=2**24) as server:
        endpoint.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1"
        yield


@pytest.fixture
async def endpoint():
    endpoint = Endpoint()
    async with listening(endpoint):
        yield endpoint


@pytest.fixture
async def embedder(endpoint):
    embedder = OpenAIEmbedder(base_url=endpoint.url, api_key="key-1", model="text-embedding-3-small", timeout=5)
    yield embedder
    await embedder.close()


async def test_vectors_come_in_the_order_of_the_texts_and_have_length_one(endpoint, embedder):
    short, long = await embedder.embed(["abc", "abcdef" * 100])
    assert embedder.model == "openai:text-embedding-3-small@384"
    assert np.linalg.norm([short, long], axis=1) == pytest.approx(1, abs=1e-5)
    assert long[0] > short[0]
    assert endpoint.requests[0]["dimensions"] == 384
    assert endpoint.keys == ["bearer key-1"]


async def test_many_texts_are_asked_in_batches(endpoint, embedder):
    embedded = await embedder.embed([f"{'x' * index} " for index in range(300)])
    assert [len(request["input"]) for request in endpoint.requests] == [128, 128, 44]
    assert [vector[0] for vector in embedded] == sorted(vector[0] for vector in embedded)


async def test_an_empty_or_endless_text_is_made_acceptable(endpoint, embedder):
    await embedder.embed(["", "x" * 10_000_000])
    assert [len(text) for text in endpoint.requests[0]["input"]] == [1, 8_000]


async def test_a_limit_is_waited_out(endpoint, embedder):
    endpoint.answers = [lambda _: (429, {"error": {"message": "slow down"}})]
    assert len(await embedder.embed(["text"])) == 1
    assert len(endpoint.requests) == 2


async def test_a_refusal_names_its_status_and_not_the_key(endpoint, embedder):
    endpoint.answers = [lambda _: (401, {"error": {"message": "Incorrect API key provided: key-1"}})]
    with pytest.raises(EmbeddingsUnavailable, match="401") as refusal:
        await embedder.embed(["text"])
    assert "key-1" not in str(refusal.value)


async def test_an_endpoint_that_is_gone_is_unavailable():
    endpoint = Endpoint()
    async with listening(endpoint):
        pass
    embedder = OpenAIEmbedder(base_url=endpoint.url, api_key="", model="any")
    with pytest.raises(EmbeddingsUnavailable):
        await embedder.embed(["text"])
    await embedder.close()


@pytest.mark.parametrize(
    "answer",
    [
        lambda request: vectors(request, dimensions=1536),
        lambda request: vectors({**request, "input": request["input"][1:]}),
        lambda _: (200, {"data": [{"index": 0, "embedding": [0.0] * 384}, {"index": 1, "embedding": [0.0] * 384}]}),
        lambda _: (200, {"data": [{"index": 0, "embedding": ["x"] * 384}]}),
        lambda _: (200, {"error": "none"}),
        lambda _: (200, b"<html>"),
        lambda _: (200, b"\xff\xfe"),
    ],
    ids=["long vectors", "too few", "no direction", "no numbers", "no data", "no json", "no text"],
)
async def test_an_answer_that_is_not_one_right_vector_a_text_is_refused(endpoint, embedder, answer):
    endpoint.answers = [answer]
    with pytest.raises(UnusableEmbeddings):
        await embedder.embed(["one", "two"])
