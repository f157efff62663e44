"""Whether anything has become slower: ratios of now beside the recorded ones."""

from __future__ import annotations

import json
import platform
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bench.pairs import Figure

BASELINE = Path(__file__).parent / "baseline.json"
ALLOWED = 1.3
TRIES = 3  # the best counts: noise only ever slows, and seldom thrice

Measure = Callable[[], Sequence[Figure]]


def guard(measures: Sequence[Measure], baseline: Mapping[str, float]) -> tuple[str, bool]:
    """Measure, what is too slow again; return a table, and whether all is as fast as recorded."""
    lines = [f"{'':44}{'recorded':>10}{'now':>10}{'times':>8}"]
    is_kept = True
    for measure in measures:
        best = {figure.name: figure.ratio for figure in measure()}
        for _ in range(TRIES - 1):
            if all(_times(name, ratio, baseline) <= ALLOWED for name, ratio in best.items()):
                break
            best = {each.name: min(each.ratio, best[each.name]) for each in measure()}
        for name, ratio in best.items():
            times = _times(name, ratio, baseline)
            word = "" if times <= ALLOWED else "  SLOWER"
            word = word or ("  not recorded" if name not in baseline else "")
            lines.append(f"{name:44}{baseline.get(name, 0):10.3g}{ratio:10.3g}{times:8.2f}{word}")
            is_kept = is_kept and times <= ALLOWED
    return "\n".join(lines), is_kept


def _times(name: str, ratio: float, baseline: Mapping[str, float]) -> float:
    return ratio / baseline[name] if name in baseline else 1.0


def read_baseline() -> dict[str, float]:
    """Return the recorded ratios, none where nothing was recorded."""
    if not BASELINE.exists():
        return {}
    found: dict[str, Any] = json.loads(BASELINE.read_text(encoding="utf-8"))
    return {name: float(ratio) for name, ratio in found["ratios"].items()}


def record(measures: Sequence[Measure], commit: str) -> None:
    """Write the ratios of now, of three tries the median one; those not measured stay."""
    tries: dict[str, list[float]] = {}
    for measure in measures:
        for _ in range(TRIES):
            for figure in measure():
                tries.setdefault(figure.name, []).append(figure.ratio)
    found = {name: float(f"{sorted(each)[len(each) // 2]:.4g}") for name, each in tries.items()}
    told = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "commit": commit,
        "python": platform.python_version(),
        "ratios": dict(sorted({**read_baseline(), **found}.items())),
    }
    BASELINE.write_text(json.dumps(told, indent=1) + "\n", encoding="utf-8")
