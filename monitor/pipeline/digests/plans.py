"""What a digest is made by: its settings with the home's files, the same for each issue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from monitor.adapters.home import Home
from monitor.adapters.home.secret import link_key
from monitor.config import DigestSettings
from monitor.errors import ConfigError
from monitor.model import Story, TopicProfile
from monitor.text import fold

DEFAULT_SENDER = "News monitor <monitor@localhost>"


@dataclass(frozen=True, slots=True)
class DigestPlan:
    """Everything about a digest that is the same for each of its issues."""

    name: str
    settings: DigestSettings
    zone: str
    profiles: tuple[TopicProfile, ...]  # the digest's own, thresholds not yet shifted
    templates: Mapping[str, str]
    sender: str
    pages: Path  # the folder of all digests' pages
    muted: frozenset[str] = frozenset()  # outlets that no digest carries, folded
    public_url: str = ""  # of the web pages, without a slash at its end; "" not reached by readers
    key: bytes = field(default=b"", repr=False)  # of the links in mail; with a public_url only

    @property
    def lines(self) -> dict[str, float]:
        """Return by profile the score from which this digest carries an entry."""
        shift = self.settings.threshold_shift
        return {profile.name: profile.threshold + shift for profile in self.profiles}


def plans_of(home: Home) -> tuple[DigestPlan, ...]:
    """Return the plan of each digest that the home's settings name."""
    return tuple(plan_of(home, name) for name in home.config.digests)


def plan_of(home: Home, name: str) -> DigestPlan:
    """Return a digest's plan. Raises ConfigError when there is no digest of that name."""
    settings = home.config.digests.get(name)
    if settings is None:
        known = ", ".join(home.config.digests) or "none"
        raise ConfigError("monitor.toml", f"there is no digest {name!r}; the digests are: {known}")
    wanted = set(settings.profiles)
    public_url = home.config.web.public_url.rstrip("/")
    if not _tell_related(home.templates):
        settings = replace(settings, related=0)
    return DigestPlan(
        name=name,
        settings=settings,
        zone=settings.zone or home.config.zone,
        profiles=tuple(
            replace(profile, threshold=settings.threshold or profile.threshold)
            for profile in home.profiles
            if not wanted or profile.name in wanted
        ),
        templates=home.templates,
        sender=home.config.mail.sender or DEFAULT_SENDER,
        pages=home.state / "digests",
        muted=frozenset(map(fold, home.config.muted)),
        public_url=public_url,
        key=link_key(home.state) if public_url else b"",
    )


def _tell_related(templates: Mapping[str, str]) -> bool:
    """Tell whether text and mail show the stories that stand under others.

    A home may hold templates of its own from before there were any: what they would not show
    must not be taken for told.
    """
    text = templates.get("digest.txt", "")
    markup = templates.get("digest.html", "") + templates.get("macros.html", "")
    return "related" in text and "related" in markup


def unmuted(stories: Sequence[Story], muted: frozenset[str]) -> list[Story]:
    """Return the stories without the entries of muted outlets, as far as anything is left."""
    if not muted:
        return list(stories)
    left = []
    for story in stories:
        heard = tuple(each for each in story.entries if fold(each.entry.outlet) not in muted)
        if heard:
            left.append(replace(story, entries=heard))
    return left
