"""SIGKILL at random: nothing is lost, nothing comes twice; `./run soak mail_kills` does more."""

from pathlib import Path

import pytest

from tests.soak import dot_kills, mail_kills

SEED = 20260712  # an arbitrary one
KILLS = 12  # three of each kind of moment


@pytest.mark.usefixtures("unmeasured")
def test_killed_at_any_moment_it_loses_nothing_and_sends_nothing_twice(tmp_path: Path) -> None:
    told = list(mail_kills.check(mail_kills.killed(tmp_path, SEED, KILLS), KILLS))

    assert told[-3] == "issues delivered twice: 0"
    assert told[-1] == "entries lost: 0"


@pytest.mark.usefixtures("unmeasured")
def test_killed_between_the_dot_and_its_reply_it_says_so_and_tells_the_stories_again() -> None:
    told = list(dot_kills.run(SEED, 2))

    assert told == [
        "2 kills between the dot and its reply, 1 of them after the server took the message",
        "visible as uncertain: 2 of 2",
        "duplicates: 0",
        "entries offered again: 2 of 2",
    ]
