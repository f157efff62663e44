"""TF-IDF with average link, as scikit-learn has it: groups headlines, tells the processor time.

Run by the interpreter that has scikit-learn; headlines come as a JSON list on standard input, the
cosine distance at which two groups are no longer one as an argument.
"""

from __future__ import annotations

import json
import sys
import time

from sklearn.cluster import AgglomerativeClustering
from sklearn.feature_extraction.text import TfidfVectorizer

FARTHEST = 0.7


def main() -> None:
    titles = json.load(sys.stdin)
    farthest = float(sys.argv[1]) if len(sys.argv) > 1 else FARTHEST
    start = time.process_time()
    vectors = TfidfVectorizer().fit_transform(titles).toarray()
    grouping = AgglomerativeClustering(
        n_clusters=None, metric="cosine", linkage="average", distance_threshold=farthest
    )
    labels = grouping.fit_predict(vectors)
    print(json.dumps({"seconds": time.process_time() - start, "labels": labels.tolist()}))


if __name__ == "__main__":
    main()
