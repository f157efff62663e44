"""The whole way on sample feeds: poll, score, fold, choose, render, deliver, on loopback.

The real rooms do the work; only the newsroom and the mail server are ours.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor import __version__
from monitor.adapters.deliver import MailServer
from monitor.adapters.home import Home, create_home, open_home
from monitor.adapters.home.opml import write_opml
from monitor.adapters.lock import Lock
from monitor.adapters.poll import Poller
from monitor.adapters.store import Store
from monitor.adapters.workers import Workers
from monitor.demo.feed_server import NewsroomSite
from monitor.demo.mail_sink import MailSink
from monitor.demo.newsroom import load_newsroom
from monitor.demo.summary import Files, Passage, Summary, shortfalls, tell
from monitor.errors import ConfigError
from monitor.model import Slot, Subscription
from monitor.pipeline import DigestReport, run_delivery, run_digest, run_poll
from monitor.pipeline.digests.digest_run import plan_of
from monitor.stages.score import Scorer

DIGEST = "sample"
FOLDERS = {"en": "Sample outlets in English", "es": "Medios de muestra en español"}
SETTINGS = """\
# The home of the demo: its feeds are sample data, served on loopback while the demo ran.
zone = "America/Mexico_City"
contact = "https://monitor.example/"

[mail]
host = "127.0.0.1"
port = {port}
security = "none"
sender = "News monitor (sample) <monitor@example.org>"

[digests.sample]
title = "US-Mexico relations (sample data)"
recipients = ["analyst@example.org"]
times = ["07:00"]
length = 30
"""


def run_demo(keep: Path | None, echo: Callable[[str], None]) -> int:
    """Show the main job on sample feeds, without a network, and tell what came of it.

    The home stays in `keep`, a new or empty folder, or else in a temporary one, so
    that the digest can be opened. Returns 0, or 1 when something did not go as it
    should. Raises ConfigError when `keep` cannot be used.
    """
    began = time.monotonic()
    root = _folder(keep)
    newsroom = load_newsroom()
    echo(f"Sample newsroom: {len(newsroom)} feeds of invented outlets, on loopback.\n")
    now = datetime.now(UTC).replace(microsecond=0)
    with NewsroomSite(newsroom, now) as site, MailSink() as sink:
        _make_home(root, site, sink)
        summary = _rehearse(open_home(root, {}), site, sink)
    tell(summary, echo)
    echo(f"\nDone in {time.monotonic() - began:.1f} s.")
    missed = shortfalls(summary)
    for line in missed:
        echo(f"Not as it should be: {line}")
    return 1 if missed else 0


def _folder(keep: Path | None) -> Path:
    if keep is None:
        return Path(tempfile.mkdtemp(prefix="news-monitor-demo-"))
    if keep.exists() and (not keep.is_dir() or any(keep.iterdir())):
        problem = "the demo makes a home of its own; name a new or empty folder with --keep"
        raise ConfigError(str(keep), problem)
    keep.mkdir(parents=True, exist_ok=True)
    return keep


def _make_home(root: Path, site: NewsroomSite, sink: MailSink) -> None:
    """Write settings and feeds of the sample newsroom; the rest comes as for any new home."""
    (root / "monitor.toml").write_text(SETTINGS.format(port=sink.port), encoding="utf-8")
    subscriptions = [
        Subscription(site.address(one), one.name, (FOLDERS[one.language],), one.language)
        for one in site.outlets
    ]
    (root / "feeds.opml").write_bytes(write_opml(subscriptions))
    create_home(root)


@dataclass(frozen=True, slots=True)
class _Stage:
    """What the three runs of the demo share."""

    home: Home
    site: NewsroomSite
    store: Store
    poller: Poller
    workers: Workers[Scorer]

    def poll(self, name: str) -> Passage:
        """Poll every feed, whether due or not, and note how the newsroom answered."""
        visits_before, began = len(self.site.visits), time.monotonic()
        report = run_poll(
            self.store,
            self.poller,
            self.workers,
            self.home.profiles,
            datetime.now(UTC),
            settings=self.home.config.poll,
            every=True,
        )
        visits = tuple(self.site.visits[visits_before:])
        return Passage(name, report, visits, time.monotonic() - began)

    def issue(self) -> DigestReport:
        """Issue the digest for the present minute, whatever its times are."""
        plan = plan_of(self.home, DIGEST)
        now = datetime.now(UTC)
        minute = now.astimezone(ZoneInfo(plan.zone)).replace(second=0, microsecond=0)
        slot = Slot(minute.date(), minute.time(), minute.astimezone(UTC))
        return run_digest(self.store, plan, slot, now)


def _rehearse(home: Home, site: NewsroomSite, sink: MailSink) -> Summary:
    with _stage(home, site) as stage:
        passages = [stage.poll("First poll"), stage.poll("Second poll")]
        site.correct()
        passages.append(stage.poll("Third poll, after a correction"))
        issued = stage.issue()
        with Lock(home.state / "delivery.lock") as lock:
            lock.take()
            server = MailServer(home.config.mail, home.mail_password())
            delivery = run_delivery(stage.store, server, datetime.now(UTC))
    return Summary(
        outlets=site.outlets,
        passages=tuple(passages),
        issued=issued,
        delivery=delivery,
        received=tuple(sink.received),
        files=_write_files(home.root, issued, sink),
    )


@contextmanager
def _stage(home: Home, site: NewsroomSite) -> Iterator[_Stage]:
    home.prepare_state()
    poller = Poller(
        poll=home.config.poll,
        network=home.config.network,
        contact=home.config.contact,
        version=__version__,
        allow_loopback=True,
        spacing_s=0.0,  # the pause between two requests is for other people's servers
    )
    with ExitStack() as open_things:
        open_things.enter_context(closing(poller))
        store = open_things.enter_context(Store.open(home.state / "monitor.db"))
        workers = open_things.enter_context(
            Workers(home.config.poll.processes, Scorer(home.profiles, home.parties))
        )
        store.sync_feeds(home.subscriptions, site.now)
        yield _Stage(home, site, store, poller, workers)


def _write_files(root: Path, issued: DigestReport, sink: MailSink) -> Files:
    """Put the digest where it is easily found: the HTML, the text, and the mail as it came."""
    html, text, mail = (root / f"digest.{ending}" for ending in ("html", "txt", "eml"))
    if issued.rendered:
        html.write_text(issued.rendered.body_html, encoding="utf-8")
        text.write_text(issued.rendered.text, encoding="utf-8")
    if sink.received:
        mail.write_bytes(sink.received[0].content)
    return Files(html, text, mail)
