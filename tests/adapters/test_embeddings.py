"""A person's own model of meaning, by way of a stand-in module of that name."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.adapters.embeddings import Embeddings, load_embeddings
from monitor.errors import ConfigError
from monitor.text.matching import read

ROOT = Path(__file__).parents[2]
LETTERS = "abcdefghijklmnopqrstuvwxyz"
# What a model's library looks like from here; a model "knows" how often each letter occurs.
STAND_IN = """
class SentenceTransformer:
    def __init__(self, name):
        if name != "letters":
            raise OSError(f"{name} is no folder")
    def encode(self, sentences):
        return [[text.count(letter) for letter in "abcdefghijklmnopqrstuvwxyz"]
                for text in sentences]
"""


class Letters:
    """A model that knows how often each letter occurs."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, sentences: list[str]) -> list[list[float]]:
        self.asked += sentences
        return [[read(text).folded.count(letter) for letter in LETTERS] for text in sentences]


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "sentence_transformers.py").write_text(STAND_IN)
    monkeypatch.syspath_prepend(str(tmp_path))
    load_embeddings.cache_clear()
    yield
    load_embeddings.cache_clear()
    sys.modules.pop("sentence_transformers", None)


def test_likeness_is_a_cosine_for_each_text_and_seed() -> None:
    rows = Embeddings(Letters()).likeness(["abc", "x", ""], ["cab", "xyz", ""])

    assert rows == [
        [pytest.approx(1), 0, 0],
        [0, pytest.approx(3**-0.5), 0],
        [0, 0, 0],
    ]


def test_seeds_are_read_once() -> None:
    model = Letters()
    embeddings = Embeddings(model)

    embeddings.likeness(["one"], ["seed", "seed"])
    embeddings.likeness(["two"], ["seed"])

    assert model.asked == ["seed", "one", "two"]


@pytest.mark.usefixtures("library")
def test_a_model_is_loaded_once_by_its_name() -> None:
    embeddings = load_embeddings("letters")

    assert embeddings.likeness(["abc"], ["cba"]) == [[pytest.approx(1)]]
    assert load_embeddings("letters") is embeddings


@pytest.mark.usefixtures("library")
def test_a_model_that_cannot_be_loaded_is_told() -> None:
    with pytest.raises(ConfigError, match='the model "none" cannot be loaded'):
        load_embeddings("none")


def test_without_the_library_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    load_embeddings.cache_clear()

    with pytest.raises(ConfigError, match="needs the sentence-transformers library; install it"):
        load_embeddings("letters")


def test_without_a_model_nothing_is_imported() -> None:
    code = (
        "import sys; from monitor.cli import monitor\n"
        "from monitor.pipeline.tuning.profiles import *\n"
        "print(sorted({'sentence_transformers', 'torch', 'numpy'} & set(sys.modules)))"
    )

    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
    )

    assert done.stdout == "[]\n"
