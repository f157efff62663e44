"""Learn a topic profile from a few example articles of any subject, in a form a person can read.

Three things make a term: that the articles use it far more often than news does (a
smoothed log odds against background frequencies, after Monroe and others 2008), that
several of them do, and that it belongs to a subject the articles are about, by the
shipped list of subjects, which also adds that subject's other words, English and
Spanish. The profile is the whole model: what is not in it does not count.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log
from typing import Final

from monitor.errors import LearningError
from monitor.model import TopicProfile
from monitor.text import clean, clip, guess_language
from monitor.text.background import LANGUAGES, Background, Usage
from monitor.text.matching import read

# A title says what an article is about: it counts as if it were written three times.
TITLE_TIMES: Final = 3
# The weight of the background, in words: how many are needed to outvote it.
PRIOR_WORDS: Final = 10_000
# The articles must use a word at least e times as often as news does.
LEAST_LOG_ODDS: Final = 1.0
RATE_POWER: Final = 0.6  # twice as often is not twice as telling
SUPPORT_POWER: Final = 0.25  # a word of one article of five has two thirds of its weight
PHRASE_SHARE: Final = 0.15  # a phrase adds to its words, which are found with it

# A subject counts when the articles use its words this much, relative to the one they
# use most; the most of its words a subject can add is a term of two fifths the weight.
SUBJECT_FLOOR: Final = 0.3
# What fewer than this share of the articles speak of is where something happened, or an aside.
SUBJECT_SUPPORT: Final = 0.5
SUBJECTS_MAX: Final = 4
SUBJECT_SHARE: Final = 0.4
SUBJECT_POWER: Final = 1.5
SUBJECT_PRIOR_WORDS: Final = 1_000
# A subject's word weighs by how telling it is: fully at the first share, nothing at the second.
TELLING_SHARE: Final = 1e-5
VAGUE_SHARE: Final = 3e-3

SHORT_WORDS: Final = 40  # on average: teasers rather than articles
TERMS_MAX: Final = 120  # what a person can read
# The strongest term weighs 3: in a title alone it brings a profile of no party to 0.5.
STRONGEST: Final = 3.0
WEAKEST: Final = 0.05
THRESHOLD: Final = 0.5

SENTENCE_ENDS: Final = frozenset(".!?:;\"“”'‘’«»¿¡()[]|-–—")


@dataclass(frozen=True, slots=True)
class Article:
    """An example of what a profile is to find; plain text."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class TermGroup:
    """Terms of one origin, strongest first; the heading stands above them in the file."""

    heading: str
    terms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LearnedProfile:
    """A profile, and where its terms came from."""

    profile: TopicProfile
    groups: tuple[TermGroup, ...]  # every term once
    subjects: tuple[str, ...]  # of the shipped list, the clearest first
    warnings: tuple[str, ...]  # what a person should know before relying on it


def learn_profile(name: str, articles: Sequence[Article], background: Background) -> LearnedProfile:
    """Return a profile of what the articles have in common, naming no party.

    The same articles in any order give the same profile. Raises LearningError when
    there is no article, or none has a word that could be a term.
    """
    texts = [_Text.of(article) for article in articles]
    texts = [text for text in texts if text.length]
    if not texts:
        raise LearningError(name, "the articles hold no text; nothing was written")
    languages, warnings = _languages(articles)
    own = background.usage(languages)
    learned = {**_words(texts, own), **_phrases(texts, own)}
    if not learned:
        raise LearningError(name, "no word stands out in the articles; nothing was written")
    strongest = max(learned.values())
    learned = {term: weight / strongest for term, weight in learned.items()}
    subjects = _subjects(texts, own, background.subjects)
    related = _related(subjects, background)
    weights = _merge(learned, related)
    warnings += _doubts(texts, subjects)
    profile = TopicProfile(
        name=name,
        title=_title(name),
        summary=_summary(articles),
        threshold=THRESHOLD,
        terms=weights,
    )
    groups = _groups(weights, learned, texts)
    return LearnedProfile(profile, groups, tuple(subjects), tuple(warnings))


# ---------------------------------------------------------------- the articles


@dataclass(frozen=True, slots=True)
class _Text:
    """An article's words, counted."""

    words: Counter[str]
    pairs: Counter[tuple[str, str]]
    capitals: Counter[str]  # how often a word has one inside a sentence
    inside: Counter[str]  # how often it stands inside a sentence at all
    title: str  # one space before and after each word
    body: str

    @property
    def length(self) -> int:
        return self.words.total()

    @classmethod
    def of(cls, article: Article) -> _Text:
        title, body = read(article.title), read(article.text)
        words: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        for folded, times in ((title.folded, TITLE_TIMES), (body.folded, 1)):
            found = folded.split()
            for word in found:
                words[word] += times
            for pair in pairwise(found):
                pairs[pair] += times
        capitals, inside = _capitals(article.text)
        return cls(words, pairs, capitals, inside, title.folded, body.folded)


def _capitals(text: str) -> tuple[Counter[str], Counter[str]]:
    """Count the words inside sentences, and those of them that open with a capital."""
    capitals: Counter[str] = Counter()
    inside: Counter[str] = Counter()
    opens = True
    for token in text.split():
        for word in read(token).folded.split() if not opens else ():
            inside[word] += 1
            capitals[word] += token.lstrip("\"“'‘«(¿¡")[:1].isupper()
        opens = token[-1] in SENTENCE_ENDS
    return capitals, inside


def _languages(articles: Sequence[Article]) -> tuple[tuple[str, ...], list[str]]:
    """Return the languages the articles are written in, all when unsure, and warnings."""
    guesses = [guess_language(f"{article.title} {article.text}"[:5000]) for article in articles]
    found = tuple(language for language in LANGUAGES if language in guesses)
    if found and None not in guesses:
        return found, []
    unsure = sum(guess is None for guess in guesses)
    warning = (
        f"{unsure} of {len(guesses)} articles are in neither English nor Spanish, or too short "
        "to tell: small words of other languages are not known and may be among the terms"
    )
    return found or LANGUAGES, [warning]


# ---------------------------------------------------------------- what stands out


def _words(texts: Sequence[_Text], usage: Usage) -> dict[str, float]:
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(text.words)
    # A word used once in all is chance, unless there is nothing better.
    least = 2 if max(counts.values()) > 1 else 1
    weights = {}
    for word, count in counts.items():
        if count >= least and usage.can_be_term(word):
            uses = [text.words[word] / text.length for text in texts]
            weights[word] = _stands_out(uses, usage.word(word), texts)
    return {word: weight for word, weight in weights.items() if weight > 0}


def _phrases(texts: Sequence[_Text], usage: Usage) -> dict[str, float]:
    """Return the pairs of words that several articles use, or the only one uses often."""
    support: Counter[tuple[str, str]] = Counter()
    for text in texts:
        support.update(text.pairs.keys())
    weights = {}
    for pair, supporting in support.items():
        if supporting < min(2, len(texts)) or not all(map(usage.can_be_term, pair)):
            continue
        if len(texts) == 1 and texts[0].pairs[pair] < 2:
            continue
        uses = [text.pairs[pair] / text.length for text in texts]
        phrase = " ".join(pair)
        weights[phrase] = PHRASE_SHARE * _stands_out(uses, usage.term(phrase), texts)
    return {phrase: weight for phrase, weight in weights.items() if weight > 0}


def _stands_out(uses: Sequence[float], share: float, texts: Sequence[_Text]) -> float:
    """Weigh a term by its share of each article and of the background, 0 when it is usual."""
    rate = sum(uses) / len(uses)
    total = sum(text.length for text in texts)
    log_odds = log((rate * total + share * PRIOR_WORDS) / (share * (total + PRIOR_WORDS)))
    if log_odds <= LEAST_LOG_ODDS:
        return 0.0
    support = sum(use > 0 for use in uses) / len(uses)
    return float(log_odds * rate**RATE_POWER * support**SUPPORT_POWER)


# ---------------------------------------------------------------- subjects


def _subjects(
    texts: Sequence[_Text], usage: Usage, subjects: Mapping[str, Sequence[str]]
) -> dict[str, float]:
    """Return the subjects the articles are about, and how much: the clearest 1."""
    found = {}
    for name, terms in subjects.items():
        told = [_about(terms, text, usage) for text in texts]
        if sum(value > 0 for value in told) >= SUBJECT_SUPPORT * len(texts):
            found[name] = sum(told) / len(terms) ** 0.5
    clearest = max(found.values(), default=0.0)
    if clearest <= 0:
        return {}
    shares = {name: value / clearest for name, value in found.items()}
    ranked = sorted(shares.items(), key=lambda pair: (-pair[1], pair[0]))
    return {name: share for name, share in ranked[:SUBJECTS_MAX] if share >= SUBJECT_FLOOR}


def _about(terms: Sequence[str], text: _Text, usage: Usage) -> float:
    total = 0.0
    for term in terms:
        pattern = f" {term[:-1]}" if term.endswith("*") else f" {term} "
        count = text.title.count(pattern) + text.body.count(pattern)
        if count:
            share, length = usage.term(term), text.length
            prior = share * SUBJECT_PRIOR_WORDS
            log_odds = log((count + prior) / (share * (length + SUBJECT_PRIOR_WORDS)))
            total += max(0.0, log_odds) * (count / length) ** 0.5
    return total


def _related(subjects: Mapping[str, float], background: Background) -> dict[str, float]:
    """Return the subjects' words, each by how telling it is in either language."""
    usage = background.usage(LANGUAGES)
    weights: dict[str, float] = {}
    for name, share in subjects.items():
        for term in background.subjects[name]:
            telling = log(VAGUE_SHARE / usage.term(term)) / log(VAGUE_SHARE / TELLING_SHARE)
            weight = SUBJECT_SHARE * share**SUBJECT_POWER * min(max(0.0, telling) ** 0.5, 1.25)
            weights[term] = max(weight, weights.get(term, 0.0))
    return weights


# ---------------------------------------------------------------- the profile


def _merge(learned: Mapping[str, float], related: Mapping[str, float]) -> dict[str, float]:
    """Join both; what the articles use and the subject too counts for both."""
    joined = {
        term: max(learned.get(term, 0.0), related.get(term, 0.0))
        + min(learned.get(term, 0.0), related.get(term, 0.0))
        for term in {**learned, **related}
    }
    ranked = sorted(joined.items(), key=lambda pair: (-round(pair[1], 9), pair[0]))[:TERMS_MAX]
    scale = STRONGEST / ranked[0][1]
    weights = {term: round(weight * scale, 2) for term, weight in ranked}
    return {term: weight for term, weight in weights.items() if weight >= WEAKEST}


def _groups(
    weights: Mapping[str, float], learned: Mapping[str, float], texts: Sequence[_Text]
) -> tuple[TermGroup, ...]:
    names = [term for term in weights if term in learned and _is_name(term, texts)]
    said = [term for term in weights if term in learned and term not in names]
    added = [term for term in weights if term not in learned]
    groups = (
        TermGroup("what the articles say", tuple(said)),
        TermGroup("people, places and other names in them", tuple(names)),
        TermGroup("other words of the same subjects", tuple(added)),
    )
    return tuple(group for group in groups if group.terms)


def _is_name(term: str, texts: Sequence[_Text]) -> bool:
    """Tell whether the articles write a term with capitals wherever it stands in a sentence."""
    for word in term.split():
        inside = sum(text.inside[word] for text in texts)
        if not inside or sum(text.capitals[word] for text in texts) < 0.8 * inside:
            return False
    return True


def _doubts(texts: Sequence[_Text], subjects: Mapping[str, float]) -> Iterator[str]:
    if len(texts) < 3:
        yield f"learned from {len(texts)} articles only; five tell far better what is meant"
    if sum(text.length for text in texts) < SHORT_WORDS * len(texts):
        yield "the articles are short; whole ones tell far better what is meant"
    if not subjects:
        yield "no subject of the shipped list was recognised; the terms are the articles' own"


def _title(name: str) -> str:
    words = name.replace("-", " ").strip()
    return words[:1].upper() + words[1:]


def _summary(articles: Sequence[Article]) -> str:
    titles = sorted(clip(clean(article.title), 80) for article in articles if article.title.strip())
    return f"Learned from: {'; '.join(titles)}".rstrip(".…") + "." if titles else "Learned."
