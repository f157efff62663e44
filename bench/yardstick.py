"""A fixed piece of pure Python: what stands beside work that nobody else does."""

from __future__ import annotations

import math
import random

from bench.stock import PLAIN

TEXTS = 400
WORDS = 60


def work() -> float:
    """Count, sort and compare the words of made-up texts, by means of the language alone.

    Never to be made faster: recorded ratios are against it.
    """
    dice = random.Random(5)
    stock = [*PLAIN["en"], *PLAIN["es"]]
    before: dict[str, int] = {}
    total = 0.0
    for _ in range(TEXTS):
        text = " ".join(dice.choices(stock, k=WORDS)).title()
        counts: dict[str, int] = {}
        for word in text.lower().split():
            counts[word] = counts.get(word, 0) + 1
        shared = sum(count * before.get(word, 0) for word, count in counts.items())
        length = math.sqrt(sum(count * count for count in counts.values()))
        total += shared / length
        before = dict(sorted(counts.items()))
    return total
