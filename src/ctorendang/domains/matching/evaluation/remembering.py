"""A model that keeps what it has read, since reading is what takes a benchmark's time."""

import sqlite3
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np

from ctorendang.infra.gateways.gateways import Embedder


class RememberingEmbedder:
    """The product's model; a text that it has read before, in any run, comes from a file.

    Args:
        embedder: which reads.
        file: keeps vectors by model and hash of the text.
    """

    def __init__(self, embedder: Embedder, file: Path) -> None:
        self._embedder = embedder
        self.model = embedder.model
        file.parent.mkdir(parents=True, exist_ok=True)
        self._store = sqlite3.connect(file, isolation_level=None)
        self._store.execute("create table if not exists vectors (key blob primary key, vector blob not null)")

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector a text, in order."""
        keys = [sha256(f"{self.model}\n{text}".encode()).digest() for text in texts]
        known = {key: found for key in keys if (found := self._find(key)) is not None}
        new = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
        for key, vector in zip(new, await self._embedder.embed(list(new.values())), strict=True):
            known[key] = vector
            blob = np.asarray(vector, dtype=np.float32).tobytes()
            self._store.execute("insert or ignore into vectors values (?, ?)", (key, blob))
        return [known[key] for key in keys]

    def _find(self, key: bytes) -> list[float] | None:
        row = self._store.execute("select vector from vectors where key = ?", (key,)).fetchone()
        return None if row is None else [float(each) for each in np.frombuffer(row[0], dtype=np.float32)]

    async def close(self) -> None:
        """Let go of the file and the model."""
        self._store.close()
        await self._embedder.close()
