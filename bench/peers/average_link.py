"""TF-IDF with average link, as scikit-learn has it: groups headlines, tells the processor time.

Run by the interpreter that has scikit-learn; headlines come as a JSON list on standard input.
"""

from __future__ import annotations

import json
import sys
import time

from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import TfidfVectorizer

FARTHEST = 0.7  # cosine distance at which two groups are no longer one


def main() -> None:
    titles = json.load(sys.stdin)
    start = time.process_time()
    vectors = TfidfVectorizer().fit_transform(titles).toarray()
    grouping = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=FARTHEST
    )
    labels = grouping.fit_predict(vectors)
    print(json.dumps({"seconds": time.process_time() - start, "groups": len(set(labels))}))


if __name__ == "__main__":
    main()
