"""A person's own model of meaning, named in monitor.toml. Sole user of sentence_transformers.

Nothing is imported before a model is named: the library and its models are large.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from math import sqrt
from operator import mul
from typing import Any, Protocol

from monitor.errors import ConfigError

SETTING = "monitor.toml, embeddings.model"
INSTALL = "install it with: pip install 'news-monitor[embeddings]'"


class Model(Protocol):
    """What is asked of a model: a vector for each text."""

    def encode(self, sentences: list[str]) -> Any: ...


class Embeddings:
    """Tells how alike texts are; vectors of the second texts are remembered."""

    def __init__(self, model: Model) -> None:
        self._model = model
        self._seeds: dict[str, list[float]] = {}

    def likeness(self, texts: Sequence[str], seeds: Sequence[str]) -> list[list[float]]:
        """Return a row of cosines for each text, one for each seed, in [-1, 1]."""
        if new := [seed for seed in dict.fromkeys(seeds) if seed not in self._seeds]:
            self._seeds.update(zip(new, self._encode(new), strict=True))
        known = [self._seeds[seed] for seed in seeds]
        return [[_cosine(vector, seed) for seed in known] for vector in self._encode(texts)]

    def _encode(self, texts: Sequence[str]) -> list[list[float]]:
        return [_unit(vector) for vector in self._model.encode(list(texts))]


@lru_cache(maxsize=2)  # the service asks at every poll run, and loading takes seconds
def load_embeddings(name: str) -> Embeddings:
    """Load a sentence-transformers model by its name or folder.

    Raises ConfigError when the library is missing or the model cannot be loaded.
    """
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        problem = f'"{name}" needs the sentence-transformers library; {INSTALL}'
        raise ConfigError(SETTING, problem) from error
    try:
        return Embeddings(SentenceTransformer(name))
    except (OSError, ValueError, RuntimeError) as error:
        problem = f'the model "{name}" cannot be loaded ({type(error).__name__}); name a folder'
        problem += " that holds one, or a model that this machine can download"
        raise ConfigError(SETTING, problem) from error


def _unit(vector: Sequence[float]) -> list[float]:
    numbers = [float(number) for number in vector]
    length = sqrt(sum(map(mul, numbers, numbers))) or 1.0
    return [number / length for number in numbers]


def _cosine(one: Sequence[float], other: Sequence[float]) -> float:
    return min(1.0, max(-1.0, float(sum(map(mul, one, other)))))
