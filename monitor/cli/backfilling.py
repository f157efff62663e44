"""`monitor backfill`: archives of news, scored in bulk."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import click

from monitor import __version__
from monitor.adapters.archive_files import PARQUET, open_scored
from monitor.adapters.home import SETTINGS_FILE, Home
from monitor.cli.assemble import open_store
from monitor.cli.door import CouldNotBeDone, Door
from monitor.cli.scoring import scorer_at
from monitor.cli.tables import counted
from monitor.pipeline.archives.backfill import BackfillKit
from monitor.pipeline.archives.backfill_run import (
    BackfillReport,
    IntoFile,
    IntoStore,
    Sink,
    run_backfill,
)
from monitor.pipeline.polling.engines import bulk_workers
from monitor.stages.score import Scorer

STORE = "store"
TERMINAL_EVERY_S, LOG_EVERY_S = 0.5, 30.0


@click.command("backfill")
@click.argument(
    "files", metavar="FILES...", nargs=-1, required=True, type=click.Path(path_type=Path)
)
@click.option(
    "--to",
    metavar="store|FILE.jsonl|FILE.parquet",
    default=STORE,
    show_default=True,
    help="Where scored entries go: the home's database, or a file.",
)
@click.option("--all", "every", is_flag=True, help="Keep what is nowhere near a threshold, too.")
@click.option(
    "--processes",
    type=click.IntRange(-1, 256),
    help="How many score; -1 this one alone, 0 one per core; else as [poll] says.",
)
@click.pass_obj
def backfill_command(
    door: Door, files: tuple[Path, ...], to: str, every: bool, processes: int | None
) -> None:
    """Score archives of news in bulk, and keep what comes near a threshold.

    An archive is a .jsonl file with lines as of `monitor score`, a .warc file of pages, as
    news crawls are published, both also with .gz; or an .opml list with the feeds' documents
    beside it. Its entries are background: found by search, carried by no digest. Stopped at
    any point, the same command goes on where it was.

    \b
    Example:
      monitor backfill archive-2024.jsonl.gz archive-2025.jsonl.gz
      monitor backfill CC-NEWS-20250101.warc.gz --to scored.jsonl
    """
    with ExitStack() as stack:
        home = _home(door)
        scorer = scorer_at(door)
        if not isinstance(scorer, Scorer):
            scorer = scorer.plain
        floors = {profile.name: profile.near_miss_floor for profile in scorer.profiles}
        as_lines = to != STORE and Path(to).suffix != PARQUET
        kit = BackfillKit(scorer, datetime.now(UTC), floors, every, as_lines)
        sink: Sink
        if to == STORE:
            if home is None:
                raise CouldNotBeDone("there is no home to keep entries in; name one, or --to FILE")
            sink = IntoStore(stack.enter_context(open_store(home)), kit)
        elif Path(to).suffix in (".jsonl", PARQUET):
            sink = IntoFile(stack.enter_context(closing(open_scored(Path(to)))))
        else:
            raise CouldNotBeDone(f"--to {to}: expected store, FILE.jsonl or FILE.parquet")
        workers = bulk_workers(home, kit, __version__, processes)
        stack.callback(workers.close)
        with _progress() as progress:
            report = run_backfill(files, workers, sink, progress=progress)
    _tell(report, to)
    if report.unread_count:
        sys.exit(1)


def _home(door: Door) -> Home | None:
    named = door.option or door.environ.get("MONITOR_HOME")
    return door.home() if named or (Path.cwd() / SETTINGS_FILE).is_file() else None


def _tell(report: BackfillReport, to: str) -> None:
    if not report.entries_count and report.done_before_bytes:
        click.echo("all of it was done before; nothing is new")
        return
    where = "the store" if to == STORE else to
    click.echo(
        f"{counted(report.entries_count, 'entry', 'entries')} scored, {report.near_count} near a "
        f"threshold; {report.new_count} new in {where}"
    )
    if report.unread_count:
        click.echo(f"{report.unread_count} could not be read:", err=True)
        for place in report.unread:
            click.echo(f"  {place}", err=True)


@contextmanager
def _progress() -> Iterator[Callable[[BackfillReport], None]]:
    """Tell on stderr how far it is and how long it may take: on one line, or every half minute."""
    is_terminal = sys.stderr.isatty()
    every_s = TERMINAL_EVERY_S if is_terminal else LOG_EVERY_S
    began = told_at = time.monotonic()

    def tell(report: BackfillReport) -> None:
        nonlocal told_at
        now = time.monotonic()
        if now - told_at >= every_s:
            told_at = now
            line = _line(report, now - began)
            click.echo(f"\r\033[K{line}" if is_terminal else line, err=True, nl=not is_terminal)

    try:
        yield tell
    finally:
        if is_terminal:
            click.echo("\r\033[K", err=True, nl=False)


def _line(report: BackfillReport, took_s: float) -> str:
    done = report.read_bytes - report.done_before_bytes
    left = report.total_bytes - report.read_bytes
    share = report.read_bytes / report.total_bytes if report.total_bytes else 1.0
    left_s = left * took_s / done if done > 0 else 0.0
    return (
        f"backfill: {share:.0%}, {report.entries_count:,} entries, "
        f"{report.entries_count / took_s:,.0f} a second, {report.near_count:,} near; "
        f"about {left_s // 3600:.0f}:{left_s // 60 % 60:02.0f}:{left_s % 60:02.0f} left"
    )
