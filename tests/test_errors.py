"""Errors that are raised in another process: they arrive as they left."""

import pickle

from monitor.errors import LearningError


def test_an_article_that_cannot_be_learned_from_is_told_across_processes() -> None:
    error = LearningError("bees", "a.txt holds no text; nothing was written")

    copy = pickle.loads(pickle.dumps(error))

    assert type(copy) is LearningError
    assert (copy.profile, copy.problem, str(copy)) == ("bees", error.problem, str(error))
