"""Too few open files are this machine's trouble, and told as that: no publisher refused it."""

from __future__ import annotations

import errno

import pytest

from monitor.adapters.poll import Poller, transfer
from monitor.config import NetworkSettings, PollSettings
from monitor.errors import PollError
from monitor.model import Feed, PollRequest, Problem, Retrieved
from tests.servers import Reply, Site


def test_a_socket_that_cannot_be_had_is_told_and_the_next_poll_works(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def refuse(*args: object) -> object:
        raise OSError(errno.EMFILE, "Too many open files")

    poller = Poller(
        poll=PollSettings(),
        network=NetworkSettings(),
        contact="",
        version="1",
        allow_loopback=True,
        spacing_s=0.0,
    )
    with Site({"/feed": Reply(b"<rss><channel/></rss>")}) as site, poller:
        request = PollRequest(Feed(1, site.url("/feed"), "Feed"), None, None)
        with monkeypatch.context() as short:
            short.setattr(transfer, "_Socket", refuse)
            ((_, missing),) = list(poller.poll([request]))
        ((_, found),) = list(poller.poll([request]))

    assert isinstance(missing, PollError)
    assert missing.kind == Problem.UNKNOWN
    assert "this machine has no socket left for it (Too many open files)" in str(missing)
    assert isinstance(found, Retrieved)
    assert "Traceback" not in capfd.readouterr().err
