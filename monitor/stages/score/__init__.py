"""Score an entry against the topic profiles, with the reasons that add up to the score.

One pass over the text finds every alias and term (evidence.py); here is what they
are worth together. A score has two sides that must both be there: the two parties of
a relation; or one party and the theme; or, where a profile names no party, the theme
alone. With a and b in [0, 1) saying how sure each side is,

    points = BASE + 2 SIDE a b + THEME theme - ELSEWHERE others - against + learned
    value  = 1 / (1 + exp(-points))

and 2ab = a² + b² - (a - b)²: each side brings its own points, and what the weaker
side lacks is taken away again, so that every reason is a number a person can read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import exp
from typing import Final

from monitor.model import Entry, Party, Reason, Score, TopicProfile
from monitor.stages.score.clues import TITLE_FACTOR, Finding, Found
from monitor.stages.score.evidence import Lexicon, Sieve
from monitor.stages.score.outlets import Readable

__all__ = ["Finding", "Scorer", "squash"]

# The five weights of the formula and the three scales below are the whole calibration:
# a logistic regression on judged entries of two streams, rounded. They know no name.
BASE: Final = -4.4  # nothing found: a value of 0.012
SIDE: Final = 4.75
THEME: Final = 1.6
ELSEWHERE: Final = 2.4

# The weight of evidence that makes a side 63 % sure. In the title an alias has 2.5 times
# its weight, so that one clear name there is enough; ten mentions are not ten times one.
PARTY_SCALE: Final = 2.0
THEME_SCALE: Final = 8.0
ELSEWHERE_SCALE: Final = 2.0

SIEVE_ROOM: Final = 1e-6  # far more than sums are rounded by

_BASE_REASON: Final = Reason("to begin with", BASE)


class Scorer:
    """Scores entries; immutable, and it travels to worker processes."""

    def __init__(self, profiles: Sequence[TopicProfile], parties: Sequence[Party]) -> None:
        self.profiles = tuple(profiles)
        self._parties = tuple(parties)
        self._lexicon = Lexicon(self.profiles, self._parties)
        self._thresholds = {profile.name: profile.threshold for profile in self.profiles}
        self._relations = {
            profile.parties: _Relation(profile.parties, self._parties) for profile in self.profiles
        }
        self._numbers: dict[tuple[str, ...], list[int]] = {names: [] for names in self._relations}
        for number, profile in enumerate(self.profiles):
            self._numbers[profile.parties].append(number)
        self._offsets = [
            [Found("verdicts on other entries", -profile.offset, "")] if profile.offset else []
            for profile in self.profiles
        ]
        # Many entries of a stream hold nothing at all: their scores are known beforehand.
        self.of_nothing = self.weigh(Finding.empty(len(self._parties), len(self.profiles)))

    def __reduce__(self) -> tuple[type[Scorer], tuple[object, ...]]:
        return type(self), (self.profiles, self._parties)

    def score(self, entry: Entry) -> tuple[Score, ...]:
        """Return one score a profile, the one that clears its threshold best first.

        The reasons of a score add up to log(value / (1 - value)). Raises nothing.
        """
        finding = self._lexicon.find(entry)
        return self.of_nothing if finding is None else self.weigh(finding)

    def find(self, entry: Readable, sieve: Sieve | None = None) -> Finding | None:
        """Return what an entry holds, for `values` and `weigh`; None when nothing.

        None too where the sieve says that no bar is reached.
        """
        return self._lexicon.find(entry, sieve)

    def sieve(self, bars: Mapping[str, float]) -> Sieve | None:
        """Return what keeps back entries of which no profile's value can reach its bar.

        Without either of its sides a profile has no more than its theme's points, which is far
        under any bar in use. None where that is not so.
        """
        ways = set()
        for number, profile in enumerate(self.profiles):
            learned = sum(max(points, 0.0) for points in profile.learned.values())
            top = BASE + THEME + TITLE_FACTOR * learned + profile.offset
            if squash(top) >= bars[profile.name] - SIEVE_ROOM:
                return None
            relation = self._relations[profile.parties]
            theme = self._lexicon.bit_of_theme(number)
            one, other = (*relation.bits(self._lexicon), theme, theme)[:2]
            ways.add((one, other))
        return frozenset(ways)

    def most(self, finding: Finding) -> float:
        """Return a value that no profile's value exceeds but by rounding; sooner told than they."""
        tops = []
        for names, numbers in self._numbers.items():
            sides = self._relations[names].sides(finding)
            terms = max([finding.terms[number] for number in numbers], key=_total)
            aside = [self.profiles[n].offset - _total(finding.against[n]) for n in numbers]
            tops.append(_points(*sides, terms) + max(aside))
        return squash(max(tops, default=BASE))

    def values(self, finding: Finding) -> dict[str, float]:
        """Return each profile's value without reasons, which take most of the time.

        Beside those of `weigh`, sums are rounded otherwise: some 1e-15.
        """
        values, alone = {}, dict[tuple[str, ...], float]()
        sides = {names: one.sides(finding) for names, one in self._relations.items()}
        for profile, terms, against in zip(
            self.profiles, finding.terms, finding.against, strict=True
        ):
            names = profile.parties
            if terms or against or profile.offset:
                points = _points(*sides[names], terms) - _total(against) + profile.offset
                values[profile.name] = squash(points)
                continue
            # Most profiles have no term in an entry: then its parties say all.
            if names not in alone:
                alone[names] = squash(_points(*sides[names], ()))
            values[profile.name] = alone[names]
        return values

    def weigh(self, finding: Finding) -> tuple[Score, ...]:
        """Return what `score` does, of what was found."""
        weighed = {names: one.weigh(finding) for names, one in self._relations.items()}
        scores = []
        for profile, terms, against, offset in zip(
            self.profiles, finding.terms, finding.against, self._offsets, strict=True
        ):
            if offset:
                against = [*against, *offset]
            sides = weighed[profile.parties]
            # Most profiles have no term in an entry: then its parties say all.
            own = sides.with_theme(terms, against) if terms or against else sides.alone
            scores.append(Score(profile.name, *own))
        thresholds = self._thresholds
        scores.sort(key=lambda score: thresholds[score.profile] - score.value)
        return tuple(scores)


class _Relation:
    """The parties that some profiles name, and how their evidence is weighed."""

    def __init__(self, names: Sequence[str], parties: Sequence[Party]) -> None:
        numbers = {party.name: number for number, party in enumerate(parties)}
        self._sides = [
            (numbers[name], parties[numbers[name]].title) for name in names[:2] if name in numbers
        ]
        self._bridges = [n for n, party in enumerate(parties) if party.is_bridge]
        # A story of two parties that names a third is at times about that one instead.
        known = {number for number, _ in self._sides} | set(self._bridges)
        self._others = [n for n in range(len(parties)) if n not in known and len(self._sides) > 1]

    def weigh(self, finding: Finding) -> _Weighed:
        """Weigh the evidence of the parties; the same for every profile that names them."""
        found = finding.parties
        bridge = [one for number in self._bridges for one in found[number]]
        bridge_strength, bridge_rate = _total(bridge), 0.0
        sides, reasons = [], [_BASE_REASON]
        for number, title in self._sides:
            strength = _total(found[number]) + bridge_strength
            sure = _saturate(strength, PARTY_SCALE)
            sides.append((sure, title))
            if strength > 0:
                rate = SIDE * sure * sure / strength
                bridge_rate += rate
                reasons += _share_out(found[number], rate)
        if bridge_rate:
            reasons += _share_out(bridge, bridge_rate)
        others = [one for number in self._others for one in found[number]]
        strength = _total(others)
        if strength > 0:
            away = ELSEWHERE * _saturate(strength, ELSEWHERE_SCALE)
            reasons += _share_out(others, -away / strength)
        if len(sides) == 2:
            reasons += _lacking(*sides)
        return _Weighed(sides, reasons)

    def bits(self, lexicon: Lexicon) -> list[int]:
        """Return what speaks for each side, as the lexicon says it."""
        bridge = sum(map(lexicon.bit_of_party, self._bridges))
        return [lexicon.bit_of_party(number) | bridge for number, _ in self._sides]

    def sides(self, finding: Finding) -> tuple[list[float], float]:
        """Return how sure each side is, and the points that the others take away."""
        found = finding.parties
        bridge = others = 0.0
        for number in self._bridges:
            if found[number]:
                bridge += _total(found[number])
        for number in self._others:
            if found[number]:
                others += _total(found[number])
        sure = [_saturate(_total(found[n]) + bridge, PARTY_SCALE) for n, _ in self._sides]
        return sure, ELSEWHERE * _saturate(others, ELSEWHERE_SCALE) if others else 0.0


def _points(sides: Sequence[float], away: float, terms: Sequence[Found]) -> float:
    """Return the formula's points, but for what speaks against."""
    theme = _saturate(_total(terms), THEME_SCALE) if terms else 0.0
    one, other = (*sides, theme, theme)[:2]
    return BASE + 2 * SIDE * one * other + THEME * theme - away


class _Weighed:
    """The evidence of the parties, waiting for a profile's theme."""

    def __init__(self, sides: list[tuple[float, str]], reasons: list[Reason]) -> None:
        self._sides = sides  # how sure, in [0, 1), and the party's title
        self._reasons = reasons
        self.alone = self.with_theme((), ())

    def with_theme(
        self, terms: Sequence[Found], against: Sequence[Found]
    ) -> tuple[float, tuple[Reason, ...]]:
        """Return the value and the reasons, strongest first."""
        sides, reasons, sure = self._sides, self._reasons.copy(), 0.0
        strength = _total(terms)
        if strength > 0:
            sure = _saturate(strength, THEME_SCALE)
            # The theme stands in for each side that the profile does not name.
            points = THEME * sure + (2 - len(sides)) * SIDE * sure * sure
            reasons += _share_out(terms, points / strength)
        if len(sides) == 1:
            reasons += _lacking(sides[0], (sure, "the theme"))
        if against:
            reasons += _share_out(against, -1.0)
        reasons.sort(key=_by_strength)
        return squash(sum([reason.points for reason in reasons])), tuple(reasons)


def _lacking(one: tuple[float, str], other: tuple[float, str]) -> list[Reason]:
    """Return what the weaker side takes away from the stronger one, if anything."""
    gap = abs(one[0] - other[0])
    if not gap:
        return []
    sure, title = min(one, other)
    return [Reason(f"{'less' if sure else 'nothing'} of {title}", -SIDE * gap * gap)]


def _total(found: Sequence[Found]) -> float:
    total = 0.0
    for one in found:  # quicker than sum() on the two or three there are
        total += one.strength
    return total


def _saturate(strength: float, scale: float) -> float:
    """Return how sure the evidence makes, in [0, 1); each further piece adds less."""
    return 1 - exp(-strength / scale)


def _share_out(found: Sequence[Found], rate: float) -> list[Reason]:
    return [Reason(one.label, one.strength * rate, one.field) for one in found]


def _by_strength(reason: Reason) -> float:
    return -abs(reason.points)


def squash(points: float) -> float:
    """Return the logistic function of the points, in [0, 1]; any finite number will do."""
    if points < 0:
        power = exp(max(points, -700.0))
        return power / (1 + power)
    return 1 / (1 + exp(-min(points, 700.0)))
