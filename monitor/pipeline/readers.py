"""The readers of the mail: those the settings name, and those of whom something is kept."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.adapters.home import Home
from monitor.adapters.store import Forgotten, Store


@dataclass(frozen=True, slots=True)
class KnownReader:
    """A reader at a glance."""

    address: str
    digests: tuple[str, ...]  # that the settings send them
    left: tuple[str, ...]  # that they unsubscribed from
    verdict_count: int
    message_count: int


def known_readers(home: Home, store: Store | None) -> list[KnownReader]:
    """Return every reader by address; None: nothing is remembered yet."""
    kept = store.reader_counts() if store else {}
    named = {address for digest in home.config.digests.values() for address in digest.recipients}
    return [
        KnownReader(
            address,
            digests_of(home, address),
            tuple(digest for digest, _ in store.reader(address, limit=0).left) if store else (),
            *kept.get(address, (0, 0)),
        )
        for address in sorted(named | kept.keys())
    ]


def digests_of(home: Home, address: str) -> tuple[str, ...]:
    """Return the digests that the settings send to an address."""
    return tuple(
        name for name, digest in home.config.digests.items() if address in digest.recipients
    )


def forget_reader(store: Store, home: Home, address: str) -> Forgotten:
    """Delete what is kept of a reader.

    That they unsubscribed stays for as long as the settings name them: else they would be
    written to again.
    """
    is_named = bool(digests_of(home, address))
    return store.forget_reader(address, also_that_they_left=not is_named)
