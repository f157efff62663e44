"""Whom the words of an issue are for: their language, their clock, their links."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.stages.render.links import Links
from monitor.text.wording import say_moment, say_since


@dataclass(frozen=True, slots=True)
class Reader:
    """The readers of one digest: all that is the same for them."""

    language: str
    zone: ZoneInfo
    today: date
    shift: float = 0.0  # of every threshold
    links: Links = field(default_factory=Links)

    def since(self, at: datetime | None) -> str:
        """Return "since 06:00", "" for None."""
        return say_since(at, self.zone, self.language, today=self.today) if at else ""

    def moment(self, at: datetime | None) -> str:
        """Return "Sat 11 Jul, 22:40", "" for None."""
        return say_moment(at, self.zone, self.language, today=self.today) if at else ""
