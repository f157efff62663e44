"""Likeness to the centroid of examples by TF-IDF, as scikit-learn has it.

Run by the interpreter that has scikit-learn; `{"texts": [...], "examples": [[...], ...]}` comes as
JSON on standard input: for each text, its likeness to each set of examples is told.
"""

from __future__ import annotations

import json
import sys

import numpy
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize


def main() -> None:
    given = json.load(sys.stdin)
    vectorizer = TfidfVectorizer(stop_words="english")  # the best of what was tried for it
    texts = vectorizer.fit_transform(given["texts"])
    means = [vectorizer.transform(each).mean(axis=0) for each in given["examples"]]
    centroids = normalize(numpy.asarray(numpy.vstack(means)))
    print(json.dumps({"likeness": (texts @ centroids.T).tolist()}))


if __name__ == "__main__":
    main()
