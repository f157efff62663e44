"""Learning from what a person just said: begun at once, and waited for where it is looked at."""

from __future__ import annotations

from monitor.pipeline.tuning.learning_run import run_learning
from monitor.web.desk import Desk
from monitor.web.office import Office
from monitor.web.profiles_page import WAIT_S, forget_verdicts


def learn_soon(office: Office) -> None:
    """Learn from every verdict, after the answer has gone out; several at once are one run."""

    def learn() -> None:
        with office.store() as store:
            run_learning(store, office.home(), office.now())
        forget_verdicts(office)

    office.learner.do("learning", learn)


def has_learned(desk: Desk) -> bool:
    """Wait a moment for what is being learned; False when the scores are still to move."""
    return desk.office.learner.wait(WAIT_S)
