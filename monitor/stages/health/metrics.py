"""How things stand as Prometheus text, for `/metrics`; pure.

The page that carries it is `/metrics`; its content type is `CONTENT_TYPE`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime

from monitor.model import OutboxState
from monitor.stages.health.standing import LATE_AFTER, Facts, Matter

ROUTE = "/metrics"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"', "\n": "\\n"})
_Sample = tuple[dict[str, str], float]


def metrics(facts: Facts, matters: Iterable[Matter], now: datetime) -> str:
    """Return every figure in Prometheus' text format, each with its help and type.

    No figure names a feed, an entry or a reader.
    """
    lines: list[str] = []
    for name, kind, meaning, samples in _figures(facts, list(matters), now):
        lines += [f"# HELP monitor_{name} {meaning}", f"# TYPE monitor_{name} {kind}"]
        lines += [f"monitor_{name}{_labels(labels)} {value:.15g}" for labels, value in samples]
    return "\n".join(lines) + "\n"


def _labels(labels: dict[str, str]) -> str:
    inner = ",".join(f'{key}="{value.translate(_ESCAPES)}"' for key, value in labels.items())
    return f"{{{inner}}}" if inner else ""


def _one(value: float) -> list[_Sample]:
    return [({}, float(value))]


def _figures(
    facts: Facts, matters: list[Matter], now: datetime
) -> Iterator[tuple[str, str, str, list[_Sample]]]:
    yield "up", "gauge", "1 when the service is alive.", _one(_is_alive(facts, matters))
    if facts.heartbeat_at:
        age = (now - facts.heartbeat_at).total_seconds()
        yield (
            "heartbeat_age_seconds",
            "gauge",
            "Since the last heartbeat; usually to 30.",
            _one(age),
        )
    yield "feeds", "gauge", "Feeds by how they do.", list(_feeds(facts))
    yield "entries", "gauge", "Entries kept.", _one(facts.entries_count)
    meaning = "Entries of the last day at or over a threshold."
    yield "relevant_entries", "gauge", meaning, _one(facts.relevant_count)
    yield "polls_today", "gauge", "Polls since midnight UTC.", _one(facts.poll_count)
    yield "poll_failures_today", "gauge", "Of those, failed.", _one(facts.failure_count)
    took = facts.poll_took.total_seconds()
    yield "poll_seconds_today", "gauge", "What today's poll runs took.", _one(took)
    late = [each for each in facts.late if now - each.due_at > LATE_AFTER]
    yield "digests_due", "gauge", "Slots that are due and not issued.", _one(len(facts.late))
    yield "digests_late", "gauge", "Of those, over half an hour late.", _one(len(late))
    issued: list[_Sample] = [
        ({"digest": name}, at.timestamp()) for name, at in sorted(facts.issued_at.items())
    ]
    yield "digest_issued_timestamp_seconds", "gauge", "When a digest last said something.", issued
    outbox: list[_Sample] = [
        ({"state": state.value}, float(facts.outbox.get(state, 0))) for state in OutboxState
    ]
    yield "outbox_messages", "gauge", "Messages by where they stand.", outbox
    yield "database_bytes", "gauge", "The database's size.", _one(facts.size_bytes)
    yield "database_log_bytes", "gauge", "Its write-ahead log's size.", _one(facts.log_bytes)
    if facts.free_bytes is not None:
        yield "disk_free_bytes", "gauge", "Free space where the state is.", _one(facts.free_bytes)
    if facts.backup_at:
        at = facts.backup_at.timestamp()
        yield "backup_timestamp_seconds", "gauge", "When the last good backup was made.", _one(at)
    kinds = Counter((matter.kind, matter.must_act) for matter in matters)
    open_now: list[_Sample] = [
        ({"kind": kind, "must_act": str(urgent).lower()}, float(count))
        for (kind, urgent), count in sorted(kinds.items())
    ]
    yield "open_matters", "gauge", "What `monitor status` tells, by kind.", open_now


def _is_alive(facts: Facts, matters: list[Matter]) -> bool:
    return facts.heartbeat_at is not None and not any(
        matter.kind in {"service", "clock"} for matter in matters
    )


def _feeds(facts: Facts) -> Iterator[_Sample]:
    failing = Counter(each.kind or "unknown" for each in facts.feed_troubles)
    yield {"health": "well"}, float(facts.feeds_count - failing.total())
    for kind, count in sorted(failing.items()):
        yield {"health": kind}, float(count)
