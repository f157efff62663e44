"""`monitor score`: anyone's entries, a line each, against the topic profiles."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path

import click

from monitor.adapters.home import SETTINGS_FILE, read_seeds
from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.lines import read_lines
from monitor.cli.memory import memory
from monitor.cli.tables import escape_surrogates
from monitor.model import Score
from monitor.pipeline.tuning.profiles import home_in_force, scorer_of
from monitor.stages.score import Scorer
from monitor.stages.score.meaning import MeaningScorer


@click.command("score")
@click.argument("file", metavar="FILE.jsonl", type=click.Path(path_type=Path, allow_dash=True))
@click.pass_obj
def score_command(door: Door, file: Path) -> None:
    """Score entries from a file (or - for standard input), one JSON object a line.

    A line is {"id", "title", "summary"} and, when known, "published", "source" and
    "url"; other keys are passed over. Printed in the same order: the best score, its
    profile, every profile's score, and the reasons of the best. The profiles are the
    home's; where there is no home, the shipped ones.

    \b
    Example:
      monitor score entries.jsonl | head
      echo '{"id": 1, "title": "Mexico and US sign trade deal", "summary": ""}' | monitor score -
    """
    scorer = scorer_at(door)
    for line in read_lines(file, datetime.now(UTC)):
        scores = scorer.score(line.entry)
        # The scorer puts the clearest over its own threshold first; asked for is the highest.
        best = max(scores, key=lambda score: score.value)
        answer = _answer(scorer, line.said["id"], best, scores)
        sys.stdout.write(escape_surrogates(json.dumps(answer, ensure_ascii=False)) + "\n")


def scorer_at(door: Door) -> Scorer | MeaningScorer:
    """Return what scores as the home says, with what it learned; without a home, as shipped."""
    named = door.option or door.environ.get("MONITOR_HOME")
    if named or (Path.cwd() / SETTINGS_FILE).is_file():
        home = door.home()
        with memory(home) as store:
            scorer = scorer_of(home_in_force(home, store))
    else:
        scorer = Scorer(*read_seeds(None))
    if not scorer.profiles:
        raise CouldNotBeDone("there is no topic profile to score against; see `monitor profiles`")
    return scorer


def _answer(
    scorer: Scorer | MeaningScorer, entry_id: object, best: Score, scores: tuple[Score, ...]
) -> dict[str, object]:
    """Return one line; nothing is rounded, so that the points add up to the score's log odds."""
    values = {score.profile: score.value for score in scores}
    return {
        "id": entry_id,
        "score": best.value,
        "profile": best.profile,
        "scores": {profile.name: values[profile.name] for profile in scorer.profiles},
        "reasons": [
            {"term": reason.term, "points": reason.points, "field": reason.field}
            for reason in best.reasons
        ],
    }
