"""`monitor evaluate`: how well the profiles tell what a person found relevant."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import click

from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.lines import Label, read_label, read_lines
from monitor.cli.scoring import scorer_at
from monitor.cli.tables import print_json, print_table
from monitor.model import Score
from monitor.stages.evaluate import HIGH_PRECISION, Evaluation, Judged, Point, evaluate

ALL = "all"


@dataclass(frozen=True, slots=True)
class _Row:
    """A labelled entry with its score."""

    label: Label
    value: float  # the highest of the profiles
    taken: bool  # over the threshold of any of them


@click.command("evaluate")
@click.argument("file", metavar="FILE.jsonl", type=click.Path(path_type=Path, allow_dash=True))
@click.option("--profile", metavar="P", help="Only this profile, instead of the best of all.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def evaluate_command(door: Door, file: Path, profile: str | None, as_json: bool) -> None:
    """Measure the profiles on labelled entries, one JSON object a line.

    A line is that of `monitor score` with "grade" (2 relevant, 1 marginal, 0 not; 2 is
    held against the rest) or "label" ("good" or "bad"), and when known "weight" (for how
    many entries it stands) and "stream" (each stream is measured by itself too). An entry
    is taken as relevant when any profile is at or over its own threshold.

    \b
    Example:
      monitor evaluate labelled.jsonl
      monitor evaluate labelled.jsonl --profile trade --json
    """
    scorer = scorer_at(door)
    thresholds = {each.name: each.threshold for each in scorer.profiles}
    if profile is not None and profile not in thresholds:
        known = ", ".join(thresholds)
        raise CouldNotBeDone(f'there is no profile "{profile}"; the profiles are: {known}')
    rows = []
    for line in read_lines(file, datetime.now(UTC)):
        scores = [s for s in scorer.score(line.entry) if profile in {None, s.profile}]
        rows.append(_row(read_label(line), scores, thresholds))
    if not rows:
        raise CouldNotBeDone(f"{file}: there is no labelled entry in it")
    measured = {stream: _measure(of_stream) for stream, of_stream in _streams(rows).items()}
    if as_json:
        print_json({stream: asdict(found) for stream, found in measured.items()})
    else:
        _tell(measured)


def _row(label: Label, scores: Sequence[Score], thresholds: dict[str, float]) -> _Row:
    return _Row(
        label,
        max(score.value for score in scores),
        any(score.value >= thresholds[score.profile] for score in scores),
    )


def _streams(rows: Sequence[_Row]) -> dict[str, list[_Row]]:
    """Return the rows by stream, all of them first; one stream is not told twice."""
    names = sorted({row.label.stream for row in rows})
    streams = {ALL: list(rows)}
    if len(names) > 1:
        for name in names:
            streams[name or "no stream"] = [row for row in rows if row.label.stream == name]
    return streams


def _measure(rows: Sequence[_Row]) -> Evaluation:
    """Measure by the score; what is taken goes by each profile's own threshold."""
    judged = [Judged(row.value, bool(row.label.relevant), row.label.weight) for row in rows]
    taken = [Judged(row.taken, bool(row.label.relevant), row.label.weight) for row in rows]
    found, at = evaluate(judged), evaluate(taken, threshold=1).at_threshold
    return Evaluation(
        found.count,
        found.relevant_count,
        found.average_precision,
        found.recall_at_high_precision,
        found.best_f1,
        Point(found.at_threshold.threshold, at.precision, at.recall),
        found.reliability,
    )


def _tell(measured: dict[str, Evaluation]) -> None:
    streams = list(measured.values())
    rows: list[tuple[str, list[str]]] = [
        ("entries", [str(found.count) for found in streams]),
        ("of them relevant", [str(found.relevant_count) for found in streams]),
        ("average precision", [f"{found.average_precision:.3f}" for found in streams]),
        (
            f"recall at precision {HIGH_PRECISION}",
            [f"{found.recall_at_high_precision:.3f}" for found in streams],
        ),
        ("best F1", [f"{found.best_f1.f1:.3f}" for found in streams]),
        ("  at the score", [f"{found.best_f1.threshold:.3f}" for found in streams]),
        ("at the thresholds: precision", [f"{f.at_threshold.precision:.3f}" for f in streams]),
        ("at the thresholds: recall", [f"{f.at_threshold.recall:.3f}" for f in streams]),
    ]
    print_table(["", *(f"#{name}" for name in measured)], [(name, *row) for name, row in rows])
    for name, found in measured.items():
        print_table(
            ["score", "#entries", "#mean score", "#relevant"],
            [
                (f"{b.low:.1f} to {b.high:.1f}", b.count, f"{b.mean_score:.2f}",
                 f"{b.relevant_share:.2f}")
                for b in found.reliability
            ],
            title=f"reliability: {name}",
        )  # fmt: skip
