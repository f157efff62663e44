from __future__ import annotations

import contextlib
import gzip
import itertools
import socket
import ssl
import subprocess
import sys
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.adapters.poll import Limits, Poller
from monitor.adapters.poll.guard import Doorman, read_target
from monitor.adapters.poll.transfer import (
    ACCEPT,
    DEFAULT_LIMITS,
    Engine,
    Errand,
    _Socket,
    _Transfer,
    user_agent,
)
from monitor.config import NetworkSettings, PollSettings
from monitor.errors import ConfigError, PollError
from monitor.model import Feed, PollRequest, Problem, Retrieved
from tests.authority import authority
from tests.servers import Asked, Reply, Script, Site

RSS = b"<rss><channel/></rss>"


def gzip_bomb(megabytes: int) -> bytes:
    """The beginning of a gzip file of zeros, one megabyte packed once and then repeated."""
    packer = zlib.compressobj(9, wbits=31)
    zeros = bytes(2**20)
    head = packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)
    return head + (packer.compress(zeros) + packer.flush(zlib.Z_FULL_FLUSH)) * (megabytes - 1)


def open_poller(
    *,
    connections: int = 64,
    network: NetworkSettings = NetworkSettings(),  # noqa: B008
    allow_loopback: bool = True,
    spacing_s: float = 0.0,
    limits: Limits = DEFAULT_LIMITS,
) -> Poller:
    return Poller(
        poll=PollSettings(connections=connections),
        network=network,
        contact="editor@news.example",
        version="1.2",
        allow_loopback=allow_loopback,
        spacing_s=spacing_s,
        limits=limits,
    )


@pytest.fixture(scope="module")
def poller() -> Iterator[Poller]:
    with open_poller() as shared:
        yield shared


@pytest.fixture
def play() -> Iterator[Callable[..., Site]]:
    with contextlib.ExitStack() as stack:

        def start(scripts: dict[str, Script], host: str = "127.0.0.1") -> Site:
            return stack.enter_context(Site(scripts, host))

        yield start


def ask(url: str, etag: str | None = None, last_modified: str | None = None) -> PollRequest:
    return PollRequest(Feed(1, url, "Feed"), etag, last_modified)


def poll_one(poller: Poller, request: PollRequest | str) -> Retrieved | PollError:
    ((_, answer),) = poller.poll([ask(request) if isinstance(request, str) else request])
    return answer


def kind_of(answer: Retrieved | PollError) -> Problem:
    assert isinstance(answer, PollError), answer
    return Problem(answer.kind)


# ---------------------------------------------------------------- the request


def test_a_request_is_exactly_these_headers_whatever_the_environment_says(
    play, tmp_path, monkeypatch
) -> None:
    (tmp_path / ".netrc").write_text("machine 127.0.0.1 login someone password secret\n")
    (tmp_path / ".netrc").chmod(0o600)
    (tmp_path / ".curlrc").write_text('user-agent = "other"\n')
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")
    site = play({"/feed": Reply(RSS, headers={"Set-Cookie": "a=b", "Alt-Svc": 'h3=":443"'})})

    with open_poller() as fresh:
        for _ in range(2):
            assert isinstance(poll_one(fresh, site.url("/feed")), Retrieved)

    for asked in site.asked:
        assert (asked.method, asked.path) == ("GET", "/feed")
        assert asked.headers == (
            ("Host", f"127.0.0.1:{site.port}"),
            ("User-Agent", "news-monitor/1.2 (+editor@news.example)"),
            ("Accept", ACCEPT),
            ("Accept-Encoding", "gzip"),
        )
    assert len(site.asked) == 2


def test_the_user_agent_cannot_be_made_to_carry_another_header() -> None:
    assert user_agent("1", "") == "news-monitor/1"
    assert user_agent("1", "a@b.example\r\nX: y (z)ñ") == "news-monitor/1 (+a@b.exampleX:yz)"


ODD_TAGS = [
    '"v1"',
    'W/"v1"',
    'W/"x-gzip"',
    "unquoted",
    '"with space"',
    '"a,b"',
    '""',
    '"' + "x" * 200 + '"',
    '"\xe9\xff"',
    "'single'",
    'w/"lower"',
    '"v1"; extra',
    '"a\tb"',
    "0",
    '"{\\"json\\": 1}"',
    '"é"'.encode().decode("latin-1"),
    ":colon:",
    '"-gzip"',
    '"%00"',
    "*",
]


@pytest.mark.parametrize("etag", ODD_TAGS)
def test_an_entity_tag_is_sent_back_byte_for_byte(poller, play, etag: str) -> None:
    site = play({"/feed": [Reply(RSS, headers={"ETag": etag}), Reply(status=304)]})

    first = poll_one(poller, site.url("/feed"))
    assert isinstance(first, Retrieved)
    assert first.etag == etag

    second = poll_one(poller, ask(site.url("/feed"), first.etag, first.last_modified))
    assert second == Retrieved(body=None, url=site.url("/feed"))
    assert site.asked[1].header("If-None-Match") == etag
    assert site.asked[1].header("If-Modified-Since") is None


@pytest.mark.parametrize(
    "modified",
    [
        "Tue, 14 Jul 2026 12:00:00 GMT",
        "Tue, 14 Jul 2026 12:00:00 +0000",
        "tuesday",
        "2026-07-14T12:00:00Z",
        "0",
        "mar, 14 jul 2026 12:00:00 GMT",
    ],
)
def test_a_modification_date_is_sent_back_as_it_came(poller, play, modified: str) -> None:
    site = play({"/feed": [Reply(RSS, headers={"last-modified": modified}), Reply(status=304)]})

    first = poll_one(poller, site.url("/feed"))
    assert isinstance(first, Retrieved)
    poll_one(poller, ask(site.url("/feed"), first.etag, first.last_modified))

    assert site.asked[1].header("If-Modified-Since") == modified
    assert site.asked[1].header("If-None-Match") is None


def test_a_304_may_bring_new_validators(poller, play) -> None:
    site = play(
        {"/feed": Reply(status=304, headers={"ETag": '"2"', "Cache-Control": "max-age=7200"})}
    )

    assert poll_one(poller, ask(site.url("/feed"), '"1"')) == Retrieved(
        body=None, etag='"2"', url=site.url("/feed"), fresh_for=timedelta(hours=2)
    )


def test_only_the_feed_itself_is_asked_for(poller, play) -> None:
    page = b'<?xml-stylesheet href="/style.xsl"?><rss><image><url>/i.png</url></image></rss>'
    site = play({"/feed": Reply(page)})

    poll_one(poller, site.url("/feed"))

    assert site.paths == ["/feed"]


def test_a_body_is_yielded_as_it_came(poller, play) -> None:
    body = bytes(range(256)) * 4000
    site = play({"/feed": Reply(gzip.compress(body), headers={"Content-Encoding": "gzip"})})

    answer = poll_one(poller, site.url("/feed"))

    assert isinstance(answer, Retrieved)
    assert answer.body == body


def test_chunks_early_hints_and_trailers_are_understood(poller, play) -> None:
    site = play(
        {
            "/feed": Reply(
                raw=b'HTTP/1.1 103 Early Hints\r\nETag: "early"\r\n\r\n'
                b'HTTP/1.1 200 OK\r\nETag: "real"\r\nTransfer-Encoding: chunked\r\n\r\n'
                b'3\r\nabc\r\n2\r\nde\r\n0\r\nETag: "trailer"\r\n\r\n'
            )
        }
    )

    answer = poll_one(poller, site.url("/feed"))

    assert answer == Retrieved(body=b"abcde", etag='"real"', url=site.url("/feed"))


# ---------------------------------------------------------------- redirects


def to(location: str, status: int = 302) -> Reply:
    return Reply(status=status, headers={"Location": location})


def test_redirects_are_followed_and_told(poller, play) -> None:
    other = play({"/feed": Reply(RSS)}, host="127.0.0.2")
    site = play(
        {
            "/start/feed": to("../second?a=1", 301),
            "/second": to(f"//127.0.0.2:{other.port}/feed", 308),
        }
    )

    answer = poll_one(poller, ask(site.url("/start/feed"), '"1"'))

    assert answer == Retrieved(body=RSS, url=other.url("/feed"), moved_to=other.url("/feed"))
    assert site.paths == ["/start/feed", "/second?a=1"]
    assert [asked.header("If-None-Match") for asked in site.asked + other.asked] == ['"1"'] * 3


@pytest.mark.parametrize(
    ("statuses", "has_moved"),
    [
        ([301], True),
        ([308], True),
        ([301, 308, 301], True),
        ([302], False),
        ([303], False),
        ([307], False),
        ([301, 302], False),
        ([302, 301], False),
    ],
)
def test_only_a_wholly_permanent_chain_moves_a_feed(poller, play, statuses, has_moved) -> None:
    site = play(
        {f"/{number}": to(f"/{number + 1}", status) for number, status in enumerate(statuses)}
        | {f"/{len(statuses)}": Reply(RSS)}
    )

    answer = poll_one(poller, site.url("/0"))

    assert isinstance(answer, Retrieved)
    assert answer.moved_to == (site.url(f"/{len(statuses)}") if has_moved else None)


def test_five_redirects_are_followed_and_a_sixth_is_not(poller, play) -> None:
    site = play({f"/{number}": to(f"/{number + 1}") for number in range(7)} | {"/5": Reply(RSS)})
    assert isinstance(poll_one(poller, site.url("/0")), Retrieved)

    site.scripts["/5"] = to("/6")
    site.scripts["/6"] = Reply(RSS)
    assert kind_of(poll_one(poller, site.url("/0"))) is Problem.REDIRECTS
    assert site.paths.count("/6") == 0


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (to("/feed"), Problem.REDIRECTS),  # in a circle
        (Reply(status=302), Problem.REDIRECTS),  # without saying where to
        (to(""), Problem.REDIRECTS),
        (to("file:///etc/passwd"), Problem.FORBIDDEN_ADDRESS),
        (to("gopher://127.0.0.1:25/x"), Problem.FORBIDDEN_ADDRESS),
        (to("ftp://127.0.0.1/x"), Problem.FORBIDDEN_ADDRESS),
        (to("http://"), Problem.REDIRECTS),  # no host: back to itself
        (to("https://"), Problem.FORBIDDEN_ADDRESS),
        (to("http://[bad"), Problem.FORBIDDEN_ADDRESS),
        (to("http://10.9.9.9/"), Problem.FORBIDDEN_ADDRESS),
        (to("http://169.254.169.254/latest/meta-data/"), Problem.FORBIDDEN_ADDRESS),
        (to("http://[::ffff:169.254.169.254]/"), Problem.FORBIDDEN_ADDRESS),
        (to("http://2852039166/"), Problem.FORBIDDEN_ADDRESS),
    ],
)
def test_a_redirect_to_nowhere_good_is_an_error(poller, play, reply, kind) -> None:
    site = play({"/feed": reply})

    assert kind_of(poll_one(poller, site.url("/feed"))) is kind


def test_credentials_stay_with_the_origin_they_were_given_for(poller, play) -> None:
    other = play({"/feed": Reply(RSS)}, host="127.0.0.2")
    site = play({"/a": to("/b"), "/b": to(other.url("/feed")), "/plain": Reply(RSS)})
    url = f"http://user:p%40ss@127.0.0.1:{site.port}"

    answer = poll_one(poller, f"{url}/a")
    poll_one(poller, site.url("/plain"))

    assert isinstance(answer, Retrieved)
    assert answer.url == other.url("/feed")
    assert [asked.header("Authorization") for asked in site.asked] == [
        "Basic dXNlcjpwQHNz",
        "Basic dXNlcjpwQHNz",
        None,
    ]
    assert [asked.header("Authorization") for asked in other.asked] == [None]
    assert "p%40ss" not in str(poll_one(poller, f"{url}/missing"))


# ---------------------------------------------------------------- limits


@pytest.fixture(scope="module")
def strict() -> Iterator[Poller]:
    limits = Limits(connect_s=0.3, total_s=0.6, body_bytes=100_000)
    with open_poller(limits=limits) as shared:
        yield shared


HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (Reply(RSS, drip_s=0.1), Problem.TIMEOUT),
        (Reply(RSS, delay_s=2), Problem.TIMEOUT),
        (Reply(raw=HEAD + b"Content-Length: 10\r\n\r\n<rss>"), Problem.TRUNCATED),
        (
            Reply(raw=HEAD + b"Transfer-Encoding: chunked\r\n\r\n5\r\n<rss>\r\n"),
            Problem.TRUNCATED,
        ),
        (Reply(raw=HEAD + b"Transfer-Encoding: chunked\r\n\r\n50\r\n<rss>"), Problem.TRUNCATED),
        (
            Reply(gzip.compress(RSS)[:-8], headers={"Content-Encoding": "gzip"}),
            Problem.TRUNCATED,
        ),
        (Reply(b"x" * 100_001), Problem.TOO_LARGE),
        (Reply(headers={"Content-Length": "9999999999999"}), Problem.TOO_LARGE),
        (Reply(endless=b"x" * 4096), Problem.TOO_LARGE),
        (
            Reply(gzip_bomb(300), headers={"Content-Encoding": "gzip"}),
            Problem.TOO_LARGE,
        ),
        (Reply(RSS, headers={"Content-Encoding": "gzip, gzip"}), Problem.UNKNOWN),
        (Reply(RSS, headers={"Content-Encoding": "br"}), Problem.UNKNOWN),
        (Reply(RSS, headers=[(f"X-{n}", "y") for n in range(120)]), Problem.TOO_LARGE),
        (Reply(RSS, headers=[(f"X-{n}", "y" * 9000) for n in range(9)]), Problem.TOO_LARGE),
        (Reply(raw=HEAD + b"X: " + b"y" * 400_000), Problem.TOO_LARGE),
        (Reply(raw=HEAD + b"X: y\r\n" * 50_000), Problem.TOO_LARGE),
        (Reply(raw=HEAD + b"Content-Length: 10\r\n\r\n<rss>", reset=True), Problem.TRUNCATED),
        (Reply(raw=b"HTTP/1.1 ", reset=True), Problem.REFUSED),
        (Reply(raw=b""), Problem.REFUSED),
        (Reply(raw=b"220 mail.example ESMTP\r\n"), Problem.SERVER),
        (Reply(raw=b"<rss></rss>"), Problem.SERVER),
        (Reply(raw=b"\x00\x01\x02\x03" * 100), Problem.SERVER),
    ],
    ids=lambda value: value.value if isinstance(value, Problem) else "",
)
def test_whatever_a_server_does_ends_within_the_limits(strict, play, reply, kind) -> None:
    site = play({"/feed": reply})
    started = time.monotonic()

    answer = poll_one(strict, site.url("/feed"))

    assert kind_of(answer) is kind
    assert time.monotonic() - started < 1.5


def test_a_body_is_counted_here_too_for_older_libcurls_count_only_what_was_announced() -> None:
    limits = Limits(body_bytes=10)
    engine = Engine(1, limits, Doorman(), "agent")
    transfer = _Transfer(engine, limits, Doorman(), "agent")
    target = read_target("http://news.example/feed")
    transfer.prepare(Errand(ask("http://news.example/feed"), target, target.origin, None), 0.0)

    assert [transfer._take_body(b"x" * 10), transfer._take_body(b"x")] == [None, -1]
    assert kind_of(transfer.failure(23, "")) is Problem.TOO_LARGE
    transfer.curl.close()
    engine.close()


def test_the_time_allowed_is_for_the_whole_chain(strict, play) -> None:
    site = play(
        {f"/{number}": Reply(status=302, headers={"Location": f"/{number + 1}"}, delay_s=0.25)
         for number in range(5)} | {"/5": Reply(RSS)}
    )  # fmt: skip

    assert kind_of(poll_one(strict, site.url("/0"))) is Problem.TIMEOUT


def test_a_server_that_never_accepts_is_a_time_out(strict) -> None:
    with contextlib.ExitStack() as stack:
        full = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        for _ in range(3):  # fill the line of those waiting to be accepted
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(full.getsockname())

        answer = poll_one(strict, f"http://127.0.0.1:{full.getsockname()[1]}/")

    assert kind_of(answer) is Problem.TIMEOUT


def test_a_closed_port_refuses(poller) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

    answer = poll_one(poller, f"http://127.0.0.1:{port}/")

    assert kind_of(answer) is Problem.REFUSED
    assert isinstance(answer, PollError)
    assert answer.problem == "127.0.0.1: the connection was refused"


def test_a_name_that_does_not_exist_is_named_so(poller) -> None:
    # "invalid" never resolves (RFC 6761); a label over 63 bytes is not even asked for.
    assert kind_of(poll_one(poller, f"http://{'a' * 64}.invalid/")) is Problem.DNS


def test_a_socket_of_libcurls_is_closed_with_its_last_reference_and_once() -> None:
    held, closed = _Socket(), _Socket()
    closed.close()

    for each in (held, closed):
        each.__del__()

    assert (held.fileno(), closed.fileno()) == (-1, -1)


def test_a_consumer_that_takes_long_makes_no_transfer_late(strict, play) -> None:
    site = play({f"/{n}": Reply(RSS, delay_s=0.2 * n) for n in range(3)})
    others = [play({"/feed": Reply(RSS, delay_s=0.3)}, f"127.0.0.{n}") for n in range(2, 5)]
    requests = [ask(site.url("/0")), *(ask(other.url("/feed")) for other in others)]

    answers = []
    for _, answer in strict.poll(requests):
        answers.append(answer)
        time.sleep(0.4)

    assert [answer for answer in answers if isinstance(answer, PollError)] == []


# ---------------------------------------------------------------- the guard, for real


def test_loopback_is_closed_unless_it_was_opened(play) -> None:
    site = play({"/feed": Reply(RSS)})

    with open_poller(allow_loopback=False) as guarded:
        answer = poll_one(guarded, site.url("/feed"))
        by_name = poll_one(guarded, f"http://localhost:{site.port}/feed")
        by_number = poll_one(guarded, f"http://2130706433:{site.port}/feed")

    assert kind_of(answer) is Problem.FORBIDDEN_ADDRESS
    assert isinstance(answer, PollError)
    assert answer.problem == "127.0.0.1 is a loopback address, which is not polled"
    assert kind_of(by_name) is kind_of(by_number) is Problem.FORBIDDEN_ADDRESS
    assert (site.connection_count, site.asked) == (0, [])


def test_an_opened_network_has_its_ports_still_checked(play) -> None:
    site = play({"/feed": Reply(RSS)})
    opened = NetworkSettings(allow=("127.0.0.0/8",))

    with open_poller(allow_loopback=False, network=opened) as guarded:
        answer = poll_one(guarded, site.url("/feed"))
    assert kind_of(answer) is Problem.FORBIDDEN_ADDRESS
    assert site.connection_count == 0

    opened = NetworkSettings(allow=("127.0.0.0/8",), ports=(site.port,))
    with open_poller(allow_loopback=False, network=opened) as guarded:
        assert isinstance(poll_one(guarded, site.url("/feed")), Retrieved)


def test_a_network_that_cannot_be_read_is_a_configuration_error() -> None:
    with pytest.raises(ConfigError, match=r"\[network\] allow"):
        open_poller(network=NetworkSettings(allow=("home",)))


def test_an_address_that_cannot_be_polled_costs_no_other_feed(poller, play) -> None:
    site = play({"/feed": Reply(RSS)})
    requests = [ask("file:///etc/passwd"), ask("not an address"), ask(site.url("/feed"))]

    answers = [answer for _, answer in poller.poll(requests)]

    assert [kind_of(answer) for answer in answers[:2]] == [Problem.FORBIDDEN_ADDRESS] * 2
    assert isinstance(answers[2], Retrieved)


FEW_FILES = """
import resource, sys
from monitor.adapters.poll import Poller
from monitor.config import NetworkSettings, PollSettings
from monitor.model import Feed, PollRequest, Retrieved

resource.setrlimit(resource.RLIMIT_NOFILE, (48, 48))
with Poller(
    poll=PollSettings(), network=NetworkSettings(), contact="", version="1", allow_loopback=True
) as poller:
    answers = poller.poll(PollRequest(Feed(n, url, "Feed")) for n, url in enumerate(sys.argv[1:]))
    print(sum(isinstance(answer, Retrieved) for _, answer in answers))
"""


def test_with_few_descriptors_fewer_hosts_are_polled_at_once_and_none_fails() -> None:
    with contextlib.ExitStack() as stack:
        sites = [stack.enter_context(Site({"/feed": Reply(RSS)})) for _ in range(60)]
        command = [sys.executable, "-c", FEW_FILES, *(site.url("/feed") for site in sites)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)

    assert (done.stdout, done.stderr) == ("60\n", "")


# ---------------------------------------------------------------- TLS


@contextlib.contextmanager
def secure_site(scripts: dict[str, Script], host: str = "127.0.0.1") -> Iterator[Site]:
    context = authority().server("127.0.0.1", "localhost")
    with Site(scripts, host, wrap=lambda s: context.wrap_socket(s, server_side=True)) as site:
        yield site


def test_a_certificate_that_is_not_trusted_ends_the_poll(poller) -> None:
    with secure_site({"/feed": Reply(RSS)}) as site:
        answer = poll_one(poller, site.url("/feed", "https"))

    assert kind_of(answer) is Problem.TLS
    assert site.asked == []


def test_the_systems_certificates_decide_and_the_name_must_fit(monkeypatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority().certificate))
    with (
        secure_site({"/feed": Reply(RSS)}) as site,
        secure_site({"/feed": Reply(RSS)}, "127.0.0.9") as other,  # not in the certificate
        open_poller() as trusting,
    ):
        assert isinstance(poll_one(trusting, site.url("/feed", "https")), Retrieved)
        assert kind_of(poll_one(trusting, other.url("/feed", "https"))) is Problem.TLS


def test_without_a_list_of_certificates_nothing_is_trusted(monkeypatch, tmp_path) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    with secure_site({"/feed": Reply(RSS)}) as site, open_poller() as wary:
        assert kind_of(poll_one(wary, site.url("/feed", "https"))) is Problem.TLS


def test_http_2_is_offered_where_there_is_tls(monkeypatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority().certificate))
    context = authority().server("127.0.0.1", "localhost")
    context.set_alpn_protocols(["h2"])
    heard = []
    with socket.create_server(("127.0.0.1", 0)) as listener, open_poller() as trusting:

        def answer() -> None:
            plain, _ = listener.accept()
            with context.wrap_socket(plain, server_side=True) as connection:
                heard.append(connection.recv(14))

        thread = threading.Thread(target=answer)
        thread.start()
        poll_one(trusting, f"https://127.0.0.1:{listener.getsockname()[1]}/")
        thread.join()

    assert heard == [b"PRI * HTTP/2.0"]


def test_a_permanent_move_from_https_to_http_is_followed_but_not_told(monkeypatch, play) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority().certificate))
    plain = play({"/feed": Reply(RSS)})
    with secure_site({"/feed": to(plain.url("/feed"), 301)}) as site, open_poller() as trusting:
        answer = poll_one(trusting, site.url("/feed", "https"))

    assert answer == Retrieved(body=RSS, url=plain.url("/feed"))


def test_what_speaks_no_tls_is_a_tls_error(poller) -> None:
    with socket.create_server(("127.0.0.1", 0)) as plain:

        def answer() -> None:
            connection, _ = plain.accept()
            with connection:
                connection.recv(1000)
                connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        failure = poll_one(poller, f"https://127.0.0.1:{plain.getsockname()[1]}/")
        thread.join()

    assert kind_of(failure) is Problem.TLS


# ---------------------------------------------------------------- politeness


def test_one_host_is_asked_one_request_at_a_time_with_a_pause(play) -> None:
    site = play({f"/{n}": Reply(RSS, delay_s=0.05) for n in range(5)})

    with open_poller(spacing_s=0.2) as polite:
        answers = list(polite.poll([ask(site.url(f"/{n}")) for n in range(5)]))

    assert len(answers) == 5
    assert max(asked.concurrent_count for asked in site.asked) == 1
    gaps = [b.at - a.at for a, b in itertools.pairwise(site.asked)]
    assert min(gaps) >= 0.2
    assert site.connection_count == 1  # and the connection is kept


def test_hosts_are_polled_in_parallel(play) -> None:
    sites = [play({"/feed": Reply(RSS, delay_s=0.4)}, f"127.0.0.{n}") for n in range(2, 32)]
    started = time.monotonic()

    with open_poller(connections=30) as wide:
        answers = list(wide.poll([ask(site.url("/feed")) for site in sites]))

    assert len(answers) == 30
    assert time.monotonic() - started < 2.0
    first, last = min(s.asked[0].at for s in sites), max(s.asked[0].at for s in sites)
    assert last - first < 0.4  # all had been asked before any had answered


def test_no_more_hosts_are_polled_at_once_than_allowed(play) -> None:
    under_way = 0
    peak = 0
    lock = threading.Lock()

    def script(_: Asked) -> Reply:
        nonlocal under_way, peak
        with lock:
            under_way += 1
            peak = max(peak, under_way)
        time.sleep(0.05)
        with lock:
            under_way -= 1
        return Reply(RSS)

    sites = [play({"/feed": script}, f"127.0.0.{n}") for n in range(2, 14)]
    with open_poller(connections=3) as narrow:
        assert len(list(narrow.poll([ask(site.url("/feed")) for site in sites]))) == 12

    assert peak == 3


def test_a_host_that_says_too_many_requests_twice_is_left_alone(poller, play) -> None:
    other = play({"/feed": Reply(RSS)}, "127.0.0.2")
    busy = Reply(status=429, headers={"Retry-After": "3600"})
    site = play({f"/{n}": busy for n in range(6)})
    requests = [ask(site.url(f"/{n}")) for n in range(6)] + [ask(other.url("/feed"))]

    answers = {request.feed.url: answer for request, answer in poller.poll(requests)}

    assert site.paths == ["/0", "/1"]
    assert isinstance(answers.pop(other.url("/feed")), Retrieved)
    for answer in answers.values():
        assert kind_of(answer) is Problem.BLOCKED
        assert isinstance(answer, PollError)
        assert answer.retry_after == timedelta(hours=1)


def test_a_dead_host_does_not_cost_each_of_its_feeds_a_time_out(strict) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:  # never answers
        url = f"http://127.0.0.1:{silent.getsockname()[1]}"
        started = time.monotonic()
        answers = [answer for _, answer in strict.poll([ask(f"{url}/{n}") for n in range(20)])]

    assert [kind_of(answer) for answer in answers] == [Problem.TIMEOUT] * 20
    assert time.monotonic() - started < 4.0


# ---------------------------------------------------------------- the run


def test_every_request_is_answered_once_in_a_mixed_crowd(poller, play) -> None:
    replies = [
        Reply(RSS),
        Reply(status=304),
        Reply(status=404),
        to("/0"),
        Reply(raw=HEAD + b"Content-Length: 10\r\n\r\n<rss>"),
        Reply(gzip.compress(RSS), headers={"Content-Encoding": "gzip"}),
    ]
    sites = [
        play({f"/{n}": reply for n, reply in enumerate(replies)}, f"127.0.0.{number}")
        for number in range(2, 22)
    ]
    requests = [
        PollRequest(Feed(number, site.url(f"/{n}"), ""), etag='"1"')
        for number, (site, n) in enumerate(itertools.product(sites, range(len(replies))))
    ]

    answers = dict(poller.poll(requests))

    assert sorted(request.feed.number for request in answers) == list(range(120))
    by_path: dict[str, set[object]] = {}
    for request, answer in answers.items():
        what = answer.kind if isinstance(answer, PollError) else answer.body
        by_path.setdefault(request.feed.url[-1], set()).add(what)
    assert by_path == {
        "0": {RSS},
        "1": {None},
        "2": {"not found"},
        "3": {RSS},
        "4": {"truncated"},
        "5": {RSS},
    }


def test_a_wish_to_stop_ends_the_poll_at_once(poller, play) -> None:
    site = play({"/fast": Reply(RSS), "/slow": Reply(RSS, delay_s=20)})
    other = play({"/slow": Reply(RSS, delay_s=20)}, "127.0.0.2")
    wish = threading.Event()
    threading.Timer(0.3, wish.set).start()
    started = time.monotonic()

    requests = [ask(site.url("/fast")), ask(site.url("/slow")), ask(other.url("/slow"))]
    answers = list(poller.poll(requests, wish.is_set))

    assert [request.feed.url for request, _ in answers] == [site.url("/fast")]
    assert time.monotonic() - started < 2.0
    assert isinstance(poll_one(poller, site.url("/fast")), Retrieved)


def test_a_consumer_may_leave_early_and_come_again(poller, play) -> None:
    sites = [play({"/feed": Reply(RSS, delay_s=0.05)}, f"127.0.0.{n}") for n in range(2, 8)]
    requests = [ask(site.url("/feed")) for site in sites]

    answers = poller.poll(requests)
    next(answers)
    with pytest.raises(RuntimeError, match="one poll at a time"):
        next(poller.poll(requests))
    answers.close()

    assert len(list(poller.poll(requests))) == 6


def test_bodies_are_not_piled_up_for_a_slow_consumer(play) -> None:
    body = bytes(2**20)
    sites = [play({"/feed": Reply(body)}, f"127.0.0.{n}") for n in range(2, 18)]

    with open_poller(connections=2) as narrow:
        answers = narrow.poll([ask(site.url("/feed")) for site in sites])
        next(answers)
        time.sleep(0.3)
        asked_count = sum(len(site.asked) for site in sites)
        rest = list(answers)

    assert asked_count <= 4  # two under way, and no others until somebody takes what is done
    assert [answer.body == body for _, answer in rest if isinstance(answer, Retrieved)] == (
        [True] * 15
    )


def test_no_descriptor_is_left_open(play) -> None:
    site = play({"/feed": Reply(RSS, hang_up=True), "/big": Reply(b"x" * 10**6)})
    descriptors = Path("/dev/fd")  # on Linux and on macOS
    before = len(list(descriptors.iterdir()))

    with open_poller(limits=Limits(body_bytes=1000)) as short:
        for _ in range(5):
            list(short.poll([ask(site.url("/feed")), ask(site.url("/big"))]))
    time.sleep(0.1)  # the server's side closes in its own threads

    assert len(list(descriptors.iterdir())) <= before


# ---------------------------------------------------------------- a network of its own

NAMESPACE_SCRIPT = Path(__file__).parents[2] / "canary.py"


def test_no_connection_reaches_a_forbidden_address_for_real() -> None:
    """Run canary.py where 169.254.169.254 and 10.9.9.9 exist, on a lo of its own."""
    command = next(
        (
            [*prefix, sys.executable, str(NAMESPACE_SCRIPT)]
            for prefix in (["unshare", "-n"], ["unshare", "-rn"])
            if _works([*prefix, "true"])
        ),
        None,
    )
    if command is None:
        pytest.skip("this system lets no test make a network namespace (unshare -n)")

    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)

    assert (done.stdout, done.stderr, done.returncode) == ("opened 1, forbidden 0\n", "", 0)


def _works(command: list[str]) -> bool:
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
SETTINGS, HEADERS, DATA = 4, 1, 0  # kinds of frames
ACK = END_STREAM = 1
END_HEADERS = 4
STATUS_200 = b"\x88"  # of HPACK's fixed table


def frame(kind: int, flags: int, stream: int, payload: bytes = b"") -> bytes:
    return (
        len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload
    )


def answer_in_http_2(listener: socket.socket, context: ssl.SSLContext, said: list[bytes]) -> None:
    """Serve one request in HTTP/2, with as little of it as a client needs."""
    connection, _ = listener.accept()
    with context.wrap_socket(connection, server_side=True) as secure, secure.makefile("rb") as got:
        said.append(got.read(len(PREFACE)))
        secure.sendall(frame(SETTINGS, 0, 0))
        while True:
            head = got.read(9)
            got.read(int.from_bytes(head[:3], "big"))
            if head[3] == SETTINGS and not head[4] & ACK:
                secure.sendall(frame(SETTINGS, ACK, 0))
            if head[3] == HEADERS:
                break
        stream = int.from_bytes(head[5:], "big")
        secure.sendall(frame(HEADERS, END_HEADERS, stream, STATUS_200))
        secure.sendall(frame(DATA, END_STREAM, stream, RSS))
        got.read()


def test_a_server_that_offers_http_2_is_spoken_to_in_it(monkeypatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(authority().certificate))
    context, said = authority().server("127.0.0.1"), list[bytes]()
    context.set_alpn_protocols(["h2"])
    with socket.create_server(("127.0.0.1", 0)) as listener:
        serving = threading.Thread(target=answer_in_http_2, args=(listener, context, said))
        serving.start()
        with open_poller() as trusting:
            answer = poll_one(trusting, f"https://127.0.0.1:{listener.getsockname()[1]}/feed")
        serving.join(5)

    assert said == [PREFACE]
    assert isinstance(answer, Retrieved)
    assert answer.body == RSS


def test_who_waits_for_the_network_is_told_before(play) -> None:
    site = play({"/slow": Reply(RSS, delay_s=0.3)})
    told: list[str] = []

    with open_poller() as fresh:
        answers = fresh.poll([ask(site.url("/slow"))], before_waiting=lambda: told.append("w"))
        ((_, answer),) = answers

    assert isinstance(answer, Retrieved)
    assert told
