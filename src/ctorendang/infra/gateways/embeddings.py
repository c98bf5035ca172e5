"""Vectors of meaning: from the local model, or from an OpenAI-compatible endpoint where one is configured."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from ctorendang.infra.gateways.gateways import Embedder
from ctorendang.settings import EmbeddingSettings

DIMENSIONS = 384

# Endpoints refuse a text of more than 8,191 tokens, and few texts have more tokens than characters. The local model
# reads far less.
CHARACTERS = 8_000

_T = TypeVar("_T")


class EmbeddingsUnavailable(OSError):
    """The endpoint cannot be reached or refuses; what it said is in the message."""


class UnusableEmbeddings(ValueError):
    """The endpoint answered with something else than one vector of the right length a text."""


def create_embedder(settings: EmbeddingSettings) -> Embedder:
    """The endpoint where one is named, the local model otherwise."""
    # Either library is slow to load and large, and a process needs one of them at most.
    if settings.base_url:
        from ctorendang.infra.gateways.openai_embedder import OpenAIEmbedder

        return OpenAIEmbedder(base_url=settings.base_url, api_key=settings.api_key, model=settings.model)
    from ctorendang.infra.gateways.local_embedder import LocalEmbedder

    return LocalEmbedder()


def unit_vectors(vectors: NDArray[np.float32]) -> list[list[float]]:
    """The same directions, each of length 1.

    Raises:
        UnusableEmbeddings: a vector has no direction.
    """
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    if not (np.isfinite(lengths) & (lengths > 0)).all():
        raise UnusableEmbeddings("A vector has no direction: all its numbers are zero, or one is not finite.")
    unit: list[list[float]] = (vectors / lengths).tolist()
    return unit


def batches(items: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    """The items in order, at most ``size`` at a time."""
    return (items[start : start + size] for start in range(0, len(items), size))
