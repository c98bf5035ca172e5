"""Vectors of meaning from an endpoint that speaks OpenAI's protocol."""

from collections.abc import Sequence

import msgspec
import numpy as np
import openai

from ctorendang.infra.gateways.embeddings import (
    CHARACTERS,
    DIMENSIONS,
    EmbeddingsUnavailable,
    UnusableEmbeddings,
    batches,
    unit_vectors,
)

_BATCH = 128
_SECONDS = 20.0


class OpenAIEmbedder:
    """Any endpoint that speaks OpenAI's protocol and can shorten vectors to 384 numbers.

    Its client repeats calls that met a limit, a server error or a broken connection, with a growing pause.
    """

    def __init__(self, *, base_url: str, api_key: str, model: str, timeout: float = _SECONDS) -> None:
        self.model = f"openai:{model}@{DIMENSIONS}"
        self._name = model
        # Servers of one's own often want no key, but the client insists on one.
        self._client = openai.AsyncOpenAI(base_url=base_url, api_key=api_key or "none", timeout=timeout)

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector of length 1 a text, in order.

        Raises:
            EmbeddingsUnavailable: the endpoint cannot be reached or refuses.
            UnusableEmbeddings: it answers with something else than 384 numbers a text.
        """
        vectors: list[list[float]] = []
        for batch in batches(texts, _BATCH):
            vectors += await self._embed(batch)
        return vectors

    async def close(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        # An empty text is refused by endpoints, a blank is not.
        given = [text[:CHARACTERS] or " " for text in texts]
        try:
            response = await self._client.embeddings.with_raw_response.create(
                model=self._name, input=given, dimensions=DIMENSIONS, encoding_format="float"
            )
        except openai.APIStatusError as error:
            raise EmbeddingsUnavailable(f"The embeddings endpoint refused with status {error.status_code}.") from error
        except openai.APIError as error:
            raise EmbeddingsUnavailable(f"The embeddings endpoint cannot be reached: {error}") from error
        return _read(response.content, count=len(texts))


class _Item(msgspec.Struct):
    index: int
    embedding: list[float]


class _Answer(msgspec.Struct):
    data: list[_Item]


def _read(content: bytes, *, count: int) -> list[list[float]]:
    try:
        items = sorted(msgspec.json.decode(content, type=_Answer).data, key=lambda item: item.index)
    except msgspec.MsgspecError as error:
        raise UnusableEmbeddings(f"The embeddings endpoint gave an answer that cannot be read: {error}") from error
    if [item.index for item in items] != list(range(count)):
        raise UnusableEmbeddings(f"The embeddings endpoint gave {len(items)} vectors for {count} texts.")
    for item in items:
        if len(item.embedding) != DIMENSIONS:
            raise UnusableEmbeddings(
                f"The embeddings endpoint gave vectors of {len(item.embedding)} numbers; {DIMENSIONS} are needed."
            )
    return unit_vectors(np.array([item.embedding for item in items], dtype=np.float32))
