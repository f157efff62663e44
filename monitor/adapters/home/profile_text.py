"""A profile as the text of its TOML file, with headings a person can find their way by."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import fill

from monitor.model import TopicProfile


def profile_text(
    profile: TopicProfile,
    groups: Sequence[tuple[str, Sequence[str]]],
    notes: Iterable[str] = (),
) -> str:
    """Return the file; `groups` are headings with their terms, each term of the profile once."""
    lines = [f"# {profile.title}.", "#"]
    lines += ["# term = weight, up to 10: how much it says that an entry is about this."]
    lines += ['# A phrase counts as it stands, accents and case aside; "*" ends a prefix.']
    for note in notes:
        lines += ["#", fill(note, 96, initial_indent="# ", subsequent_indent="# ")]
    lines += [
        "",
        f"name = {quoted(profile.name)}",
        f"title = {quoted(profile.title)}",
        f"summary = {quoted(profile.summary)}",
        f"threshold = {profile.threshold:g}",
        f"parties = [{', '.join(map(quoted, profile.parties))}]",
        "",
        "[terms]",
    ]
    for number, (heading, terms) in enumerate(groups):
        lines += [*([""] if number else []), f"# {heading}"]
        lines += [f"{quoted(term)} = {profile.terms[term]:g}" for term in terms]
    if profile.against:
        lines += ["", "[against]"]
        lines += [f"{quoted(term)} = {weight:g}" for term, weight in profile.against.items()]
    return "\n".join(lines) + "\n"


def quoted(text: str) -> str:
    """Return a TOML basic string; whatever is no plain letter comes out escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c.isprintable() else _escape(c) for c in escaped) + '"'


def _escape(char: str) -> str:
    number = ord(char)
    if 0xD800 <= number < 0xE000:
        return "?"  # a lone surrogate is no character, and TOML has no way to write one
    return f"\\u{number:04X}" if number < 0x10000 else f"\\U{number:08X}"
