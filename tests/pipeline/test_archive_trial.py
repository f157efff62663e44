"""A change of a profile tried on archives."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from monitor.adapters.archives import Piece
from monitor.adapters.workers import WorkerDied, Workers
from monitor.errors import ArchiveError, MonitorError
from monitor.pipeline.archives.archive_trial import TrialKit, TrialWorkers, try_on_archives
from tests.factories import NOON
from tests.pipeline.cellar import WINE, home

NEWS = ("Wine harvest begins", "Vodka sales fall", "Port wine festival", "A cup final")
DRAFT = replace(WINE, terms={"harvest*": 3.0, "vodka": 3.0})


def archive(path: Path, *titles: str) -> Path:
    rows = [{"id": title, "title": title, "published": "2024-03-01"} for title in titles]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def here(kit: TrialKit) -> Workers[TrialKit]:
    return Workers(-1, kit)


class Costly(Workers[TrialKit]):
    """Workers of which one ends over each piece of the archive "b.jsonl"."""

    def map(self, function: Any, items: Iterable[Any], before_waiting: Any = None) -> Any:
        for item, result in super().map(function, items):
            yield (
                item,
                WorkerDied("it took more than 60 s") if item.archive == "b.jsonl" else result,
            )


def test_what_enters_and_leaves_is_told_of_several_archives(tmp_path: Path) -> None:
    files = [archive(tmp_path / "a.jsonl", *NEWS[:2]), archive(tmp_path / "b.jsonl", *NEWS[2:])]

    trial = try_on_archives(home(), None, DRAFT, files, NOON, here)

    assert [moved.lead.title for moved in trial.entered] == ["Vodka sales fall"]
    assert [moved.lead.title for moved in trial.left] == ["Port wine festival"]
    assert trial.entries_count == 4


def test_a_piece_that_cost_its_worker_is_left_out_and_told(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = [archive(tmp_path / f"{name}.jsonl", *NEWS) for name in "ab"]

    with caplog.at_level(logging.WARNING):
        trial = try_on_archives(home(), None, DRAFT, files, NOON, lambda kit: Costly(-1, kit))

    assert trial.entries_count == 4
    assert caplog.messages == [
        f"b.jsonl, 0 to {files[1].stat().st_size} is left out of the trial: it took more than 60 s"
    ]


def test_what_cannot_be_read_ends_the_trial_and_the_workers(tmp_path: Path) -> None:
    closed = []

    class Failing:
        def map(
            self, function: Callable[..., Any], items: Iterable[Piece]
        ) -> Iterator[tuple[Piece, MonitorError]]:
            for item in items:
                yield item, ArchiveError("the cluster cannot read it")

        def close(self) -> None:
            closed.append(True)

    def failing(kit: TrialKit) -> TrialWorkers:
        return Failing()  # type: ignore[return-value]

    with pytest.raises(ArchiveError, match="the cluster cannot read it"):
        try_on_archives(home(), None, DRAFT, [archive(tmp_path / "a.jsonl", "A")], NOON, failing)

    assert closed == [True]
