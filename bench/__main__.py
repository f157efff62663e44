"""All figures in one table, each beside its peer in the same run.

    ./run bench                  writes bench/RESULTS.md: about 10 minutes
    ./run bench --quick          under 2 minutes: fails when something is slower than recorded
    ./run bench --quick --renew  records bench/baseline.json anew

The quick run compares ratios alone: our time over a peer's, or over the yardstick's, both
measured by turns. More than 1.3 times the recorded ratio, three times in a row, is a failure.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "bench")]

from bench.apart import average_link, minilm, polls, quick_polls  # noqa: E402
from bench.contests import FULL, QUICK, contests  # noqa: E402
from bench.guard import BASELINE, Measure, guard, read_baseline, record  # noqa: E402
from bench.pairs import Pair, measure  # noqa: E402
from bench.quality import qualities, section  # noqa: E402
from bench.table import commit, render  # noqa: E402

QUICK_ROUNDS = 5
RESULTS = ROOT / "bench" / "RESULTS.md"


def main() -> int:
    options = _read_options()
    if options.quick:
        return _quick(options.only, renew=options.renew)
    rows, memory = polls(options.feeds, options.rounds, options.peers)
    for pair in contests(FULL):
        print(f"{pair.name} ...", file=sys.stderr)
        rows.append(measure(pair, options.rounds))
    rows.append(average_link(options.peers, options.rounds))
    rows.append(minilm(options.peers, options.rounds))
    how = f"--feeds {options.feeds} --rounds {options.rounds}"
    page = render(rows, how, [memory, *section(qualities(options.peers))])
    options.to.write_text(page, encoding="utf-8")
    print(page)
    return 0


def _read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run bench",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--quick", action="store_true", help="ratios against the recorded ones")
    parser.add_argument("--renew", action="store_true", help="with --quick: record them anew")
    parser.add_argument("--only", default="", metavar="WORD", help="with --quick: figures so named")
    parser.add_argument("--feeds", type=int, default=1_000, help="that are polled")
    parser.add_argument("--rounds", type=int, default=5, help="the medians are of so many")
    parser.add_argument("--peers", default=sys.executable, help="the interpreter that has them")
    parser.add_argument("--to", type=Path, default=RESULTS, metavar="FILE")
    return parser.parse_args()


def _quick(word: str, *, renew: bool) -> int:
    measures: list[Measure] = [_measured(pair) for pair in contests(QUICK) if word in pair.name]
    if word in "poll feeds":
        measures.append(quick_polls)
    if renew:
        record(measures, commit())
        print(f"{BASELINE.relative_to(ROOT)} is written.")
        return 0
    table, is_kept = guard(measures, read_baseline())
    print(table)
    if not is_kept:
        print(
            "Slower than recorded, three times in a row. Mend it; or, where it is meant, record"
            " anew with ./run bench --quick --renew and say why in the commit."
        )
    return 0 if is_kept else 1


def _measured(pair: Pair) -> Measure:
    return lambda: [measure(pair, QUICK_ROUNDS)]


if __name__ == "__main__":
    sys.exit(main())
