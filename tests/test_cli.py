"""The command line: what each command prints, writes and answers with, bad input included."""

import json
import math
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from monitor import __version__
from monitor.adapters.home import create_home, read_seeds
from monitor.adapters.store import Store
from monitor.cli import monitor, tables
from monitor.cli.door import COMMANDS
from monitor.cli.tables import ago, progress_on_stderr
from monitor.demo.mail_sink import MailSink
from tests.servers import Reply, Site
from tests.smtp import ScriptedSmtp

ROOT = Path(__file__).parent.parent
NOON = datetime(2026, 7, 12, 12, 0, tzinfo=UTC)
HEADLINE = "United States and Mexico agree on tariffs under the USMCA review"


def run(*args: str, home: Path | None = None, stdin: str | bytes | None = None) -> Result:
    options = ["--home", str(home)] if home else []
    return CliRunner().invoke(monitor, [*options, *args], input=stdin, env={"MONITOR_HOME": None})


def ok(*args: str, home: Path | None = None, stdin: str | bytes | None = None) -> str:
    result = run(*args, home=home, stdin=stdin)
    assert result.exit_code == 0, result.output
    return result.stdout


def refused(*args: str, home: Path | None = None, stdin: str | bytes | None = None) -> str:
    """Return what stderr says of something that could not be done."""
    result = run(*args, home=home, stdin=stdin)
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    assert len(result.stderr.splitlines()) <= 4
    return result.stderr


@pytest.fixture
def home(tmp_path: Path) -> Path:
    root = tmp_path / "home"
    create_home(root)
    return root


# ---------------------------------------------------------------- help


def every_command() -> Iterator[list[str]]:
    for name in COMMANDS:
        yield [name]
        command = monitor.get_command(click.Context(monitor), name)
        if isinstance(command, click.Group):
            yield from ([name, inner] for inner in command.commands)


@pytest.mark.parametrize("command", list(every_command()), ids=" ".join)
def test_every_command_has_help_with_an_example(command: list[str]) -> None:
    shown = ok(*command, "--help")

    assert "Example:" in shown
    assert f"monitor {' '.join(command)}" in shown.replace("monitor --home ~/news ", "monitor ")


def test_the_help_lists_every_command_with_a_line_about_it() -> None:
    shown = ok("--help")

    assert [
        name for name in COMMANDS if not re.search(rf"^  {name} +\w", shown, re.MULTILINE)
    ] == []
    assert "..." not in shown.partition("Commands:")[2]


def test_the_version_is_told() -> None:
    assert ok("--version") == f"monitor {__version__}\n"


def test_a_command_that_does_not_exist_could_not_be_done() -> None:
    assert "No such command 'pol'" in refused("pol")


# ---------------------------------------------------------------- the home


def test_init_makes_a_home_and_tells_what_is_next(tmp_path: Path) -> None:
    root = tmp_path / "news"

    first = ok("init", str(root), "--zone", "America/New_York")
    second = ok("init", str(root))

    assert "made  monitor.toml" in first
    assert f"monitor --home {root} run" in first
    assert "kept  monitor.toml (it was there already)" in second
    assert 'zone = "America/New_York"' in (root / "monitor.toml").read_text()


def test_init_where_a_file_is_could_not_be_done(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert "file: cannot be made (File exists)" in refused("init", str(tmp_path / "file"))


def test_a_command_without_a_home_tells_the_way_to_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    told = refused("status")

    assert told == (
        f"monitor: {tmp_path}: the current folder is no home: it has no monitor.toml; make one "
        "with `monitor init DIR`, name one with --home DIR or MONITOR_HOME\n"
    )


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("zone = UTC", "monitor.toml, line 1: this is not TOML: invalid value"),
        (
            "zome = 'UTC'",
            'monitor.toml, line 1, zome: there is no such setting, did you mean "zone"',
        ),
        ("zone = 'Mexico City'", 'did you mean "America/Mexico_City"?'),
        ("[digests.a]\ntimes = ['7 am']", 'line 2, digests.a.times[1]: "7 am" is no time of day'),
        ("[mail]\npassword = 'x'", "MONITOR_MAIL_PASSWORD"),
    ],
)
@pytest.mark.parametrize("command", [["status"], ["poll"], ["digest", "morning"], ["run"]])
def test_a_mistake_in_the_settings_starts_nothing(
    home: Path, command: list[str], settings: str, said: str
) -> None:
    (home / "monitor.toml").write_text(settings)

    told = refused(*command, home=home)

    assert said in told
    assert told.rstrip().endswith("nothing was started")
    assert list((home / "state").iterdir()) == []


def test_a_home_that_cannot_be_written_to_starts_nothing(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A fact of the operating system: root may write everywhere but on a read-only file system.
    monkeypatch.setattr(os, "access", lambda path, mode: False)

    assert "this folder cannot be written to" in refused("poll", home=home)


def test_a_home_whose_name_no_file_system_takes_is_told(tmp_path: Path) -> None:
    assert "cannot be read (File name too long)" in refused("status", home=tmp_path / ("x" * 999))


def test_debug_shows_where_an_error_came_from(home: Path) -> None:
    (home / "monitor.toml").write_text("zone = 5")

    result = run("--debug", "status", home=home)

    assert result.exception is not None
    assert type(result.exception).__name__ == "ConfigError"


def test_a_database_of_a_newer_version_is_left_alone(home: Path) -> None:
    with Store.open(home / "state" / "monitor.db") as store:
        store._db.run("PRAGMA user_version = 1000")

    told = refused("entries", home=home)

    assert "written by a newer version" in told
    assert "It was not changed" in told


def test_customizing_copies_what_is_shipped(home: Path) -> None:
    first = ok("customize", "templates", home=home)
    second = ok("customize", "templates", home=home)

    assert "made  templates/digest.html" in first
    assert "kept  templates/digest.html (it was there already)" in second
    assert "'looks' is not one of" in refused("customize", "looks", home=home)


def test_settings_are_listed_with_their_meaning() -> None:
    listed = json.loads(ok("settings", "--json"))

    assert {
        "table": "[poll]",
        "key": "interval",
        "type": "duration",
        "default": '"1h"',
        "meaning": "How often a feed is polled when its publisher asks for nothing else; "
        "at least 15m.",
    } in listed
    assert "max_lateness" in ok("settings")


# ---------------------------------------------------------------- feeds


def test_a_feed_is_added_listed_and_removed(home: Path) -> None:
    (home / "feeds.opml").unlink()
    url = "https://me:secret@example.org/rss.xml"

    names = ("--title", "The Example", "--folder", "A/B")
    added = ok("feeds", "add", url, *names, "--unchecked", home=home)
    again = ok("feeds", "add", url, "--unchecked", home=home)
    (listed,) = json.loads(ok("feeds", "list", "--json", home=home))
    table = ok("feeds", "list", home=home)
    removed = ok("feeds", "remove", url, home=home)

    assert added == "added The Example, https://***@example.org/rss.xml; 1 feeds\n"
    assert again == "https://***@example.org/rss.xml is in feeds.opml already\n"
    assert (listed["title"], listed["topics"]) == ("The Example", ["A", "B"])
    assert "not polled yet" in table
    assert "secret" not in table
    assert removed.startswith("removed The Example, ")
    assert json.loads(ok("feeds", "list", "--json", home=home)) == []
    assert "secret" in (home / "feeds.opml.bak").read_text()


def test_what_is_no_web_address_is_not_added(home: Path) -> None:
    before = (home / "feeds.opml").read_bytes()

    assert "expected an http or https address" in refused("feeds", "add", "ftp://x.org", home=home)
    assert "is not in feeds.opml" in refused("feeds", "remove", "https://x.org/", home=home)
    assert (home / "feeds.opml").read_bytes() == before


def test_a_feed_may_be_removed_by_its_title_when_that_says_which(home: Path) -> None:
    (home / "feeds.opml").unlink()
    for title, name in (("One", "a"), ("Two", "b"), ("two", "c")):
        url = f"https://example.org/{name}"
        ok("feeds", "add", url, "--title", title, "--unchecked", home=home)

    assert "removed One, https://example.org/a" in ok("feeds", "remove", "one", home=home)
    assert "may mean several feeds" in refused("feeds", "remove", "Two", home=home)


def test_feeds_are_imported_with_repairs_told_and_exported(home: Path, tmp_path: Path) -> None:
    (home / "feeds.opml").unlink()
    wild = tmp_path / "wild.opml"
    wild.write_text(
        '<opml><body><outline text="F & G">'
        '<outline text="a" xmlUrl="https://example.org/a"/>'
        '<outline text="b" xmlUrl="gopher://example.org/b"/></outline></body></opml>'
    )

    tried = ok("feeds", "import", str(wild), "--dry-run", home=home)
    result = run("feeds", "import", str(wild), home=home)
    again = ok("feeds", "import", str(wild), home=home)
    exported = ok("feeds", "export", home=home)
    ok("feeds", "export", "--out", str(tmp_path / "out.opml"), home=home)

    assert "1 would be added, 0 there already, 2 repairs told" in tried
    assert (result.exit_code, "1 added, 0 there already" in result.stdout) == (0, True)
    assert "wild.opml: not well-formed XML (line 1): read tag by tag" in result.stderr
    assert "wild.opml: left out, not an http or https address: b" in result.stderr
    assert "0 added, 1 there already" in again
    assert '<outline text="F &amp; G">' in exported
    assert (tmp_path / "out.opml").read_text() == exported


def test_a_file_without_feeds_is_worth_a_look_and_no_opml_is_refused(
    home: Path, tmp_path: Path
) -> None:
    (tmp_path / "empty.opml").write_text("<opml/>")
    (tmp_path / "page.opml").write_text("<html></html>")

    assert run("feeds", "import", str(tmp_path / "empty.opml"), home=home).exit_code == 1
    assert "this is no OPML" in refused("feeds", "import", str(tmp_path / "page.opml"), home=home)
    assert "does not exist" in refused("feeds", "import", str(tmp_path / "none"), home=home)
    nowhere = str(tmp_path / "no" / "out.opml")
    assert "cannot be written" in refused("feeds", "export", "--out", nowhere, home=home)


# ---------------------------------------------------------------- profiles


def test_profiles_are_listed_and_shown(home: Path) -> None:
    listed = json.loads(ok("profiles", "list", "--json", home=home))
    name = listed[0]["name"]

    shown = ok("profiles", "show", name, home=home)

    assert [profile["name"] for profile in listed] == [p.name for p in read_seeds(None)[0]]
    assert all(profile["name"] in ok("profiles", "list", home=home) for profile in listed)
    assert json.loads(ok("profiles", "show", name, "--json", home=home)) == listed[0]
    assert f"({name})" in shown
    assert "party Mexico: " in shown


def test_a_profile_that_does_not_exist_is_told_with_the_nearest(home: Path) -> None:
    told = refused("profiles", "show", "economic-dialog", home=home)

    assert 'no profile "economic-dialog", did you mean "economic-dialogue"?' in told


# ---------------------------------------------------------------- score


def test_entries_are_scored_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)  # no home here: the shipped profiles
    lines = [
        {"id": 7, "title": "Local team wins", "summary": None, "grade": 0},
        {
            "id": "x",
            "title": HEADLINE,
            "summary": "<p>T-MEC</p>",
            "published": "2026-07-12T12:00:00Z",
            "source": "Example Times",
            "url": "https://example.org/a",
        },
    ]
    text = "\n\n".join(json.dumps(line) for line in lines)

    answers = [json.loads(line) for line in ok("score", "-", stdin=text).splitlines()]

    names = [profile.name for profile in read_seeds(None)[0]]
    assert [answer["id"] for answer in answers] == [7, "x"]
    assert all(list(answer["scores"]) == names for answer in answers)
    for answer in answers:
        assert list(answer) == ["id", "score", "profile", "scores", "reasons"]
        assert (
            answer["score"] == max(answer["scores"].values()) == answer["scores"][answer["profile"]]
        )
        assert all(list(reason) == ["term", "points", "field"] for reason in answer["reasons"])
    assert answers[0]["score"] < 0.1
    assert answers[1]["score"] > 0.5


def test_scores_come_from_a_file_and_from_the_homes_own_profiles(
    home: Path, tmp_path: Path
) -> None:
    for path in (home / "seeds").glob("*.toml"):
        path.unlink()
    (home / "seeds" / "wine.toml").write_text("threshold = 0.5\n[terms]\n'wine*' = 3\n")
    file = tmp_path / "entries.jsonl"
    file.write_bytes(b'\xef\xbb\xbf{"id": "\\ud83d", "title": "The wines of Baja"}\n')

    (answer,) = [json.loads(line) for line in ok("score", str(file), home=home).splitlines()]

    assert (answer["id"], answer["profile"]) == ("\ud83d", "wine")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (b"{", "line 2: not JSON"),
        (b'{"id": 1, "title": "\xff"}', "line 2: not UTF-8"),
        (b"[" * 100_000, "line 2: not JSON"),
        (b"[1]", "line 2: expected an object"),
        (b'{"title": "a"}', 'line 2: "id" is missing'),
        (b'{"id": 1}', 'line 2: "title" and "summary" are both missing'),
        (b'{"id": 1, "title": 5}', 'line 2: "title" is no text'),
    ],
)
def test_a_broken_line_is_named_with_its_number(line: bytes, said: str) -> None:
    told = refused("score", "-", stdin=b'{"id": 1, "title": "a"}\n' + line)

    assert told.startswith(f"monitor: standard input, {said}")


def test_a_file_that_is_not_there_cannot_be_scored(tmp_path: Path) -> None:
    assert "none.jsonl: cannot be read" in refused("score", str(tmp_path / "none.jsonl"))


def test_who_reads_only_the_first_lines_ends_the_scoring_in_peace(tmp_path: Path) -> None:
    file = tmp_path / "entries.jsonl"
    file.write_text(f'{{"id": 1, "title": "{HEADLINE}"}}\n' * 3000)
    command = f'"{sys.executable}" -m monitor score "{file}" | head -n 1'

    done = subprocess.run(
        ["/bin/sh", "-c", command], capture_output=True, text=True, cwd=ROOT, check=True
    )

    assert len(done.stdout.splitlines()) == 1
    assert done.stderr == ""


def test_a_person_who_interrupts_is_told_that_nothing_is_lost() -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "monitor", "score", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    # More than a buffer holds: its first line tells that the work is under way.
    process.stdin.write('{"id": 1, "title": "Mexico"}\n' * 400)
    process.stdin.flush()
    process.stdout.readline()

    process.send_signal(signal.SIGINT)
    _, told = process.communicate(timeout=20)

    assert process.returncode == 130
    assert told == "\nmonitor: interrupted; what was saved so far stays\n"


# ---------------------------------------------------------------- the runs


RSS = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>T</title>
<item><guid>one</guid><title>{headline}</title><link>https://example.org/one</link>
<description>The T-MEC review ends with lower tariffs on steel and cars.</description>
<pubDate>{date}</pubDate></item>
<item><guid>two</guid><title>Local team wins the cup</title>
<link>https://example.org/two</link><pubDate>{date}</pubDate></item></channel></rss>"""


@pytest.fixture
def newsroom(home: Path) -> Iterator[tuple[Path, Site, MailSink]]:
    """A home with one feed that answers, one that does not, and a mail server."""
    date = (datetime.now(UTC) - timedelta(hours=1)).strftime("%a, %d %b %Y %H:%M:%S GMT")
    body = RSS.format(headline=HEADLINE, date=date).encode()
    with Site({"/rss": Reply(body=body), "/gone": Reply(status=404)}) as site, MailSink() as sink:
        (home / "monitor.toml").write_text(
            f"""
            zone = "America/Mexico_City"
            [poll]
            processes = 1
            [network]
            allow = ["127.0.0.0/8"]
            ports = [{site.url().split(":")[2].strip("/")}]
            [mail]
            host = "127.0.0.1"
            port = {sink.port}
            security = "none"
            sender = "News <news@example.org>"
            [digests.morning]
            recipients = ["ana@example.org"]
            [digests.page]
            """
        )
        (home / "feeds.opml").unlink()
        ok("feeds", "add", site.url("/rss"), "--title", "The Example", "--unchecked", home=home)
        yield home, site, sink


def test_from_a_feed_to_a_mail_by_commands_alone(newsroom: tuple[Path, Site, MailSink]) -> None:
    home, _, sink = newsroom

    assert "1 feed polled: 1 updated, 0 unchanged, 0 failed" in ok("poll", home=home)
    assert "no feed is due" in ok("poll", home=home)
    assert "0 updated, 1 unchanged" in ok("poll", "--all", "--force", home=home)

    tried = ok("digest", "morning", "--dry-run", home=home)
    assert HEADLINE in tried
    assert "1 message would be queued" in tried
    assert sink.received == []

    out = home.parent / "out"
    issued = ok("digest", "morning", "--out", str(out), "--send", home=home)
    assert HEADLINE in issued
    assert "1 story; left out: none" in issued
    assert "mail: 1 sent" in issued
    assert sorted(path.suffix for path in out.iterdir()) == [".eml", ".html", ".txt"]
    assert [message.recipients for message in sink.received] == [("ana@example.org",)]
    assert HEADLINE in next(out.glob("*.txt")).read_text(encoding="utf-8").replace("\n", " ")
    assert "mail: nothing is due" in ok("deliver", home=home)

    (page,) = (home / "state" / "digests" / "morning").glob("2*.html")
    assert HEADLINE in page.read_text(encoding="utf-8")


def test_entries_are_found_and_explained(newsroom: tuple[Path, Site, MailSink]) -> None:
    home, _, _ = newsroom
    ok("poll", home=home)
    ok("digest", "page", home=home)

    found = json.loads(ok("entries", "--json", home=home))
    by_id = {entry["id"]: entry for entry in found}
    assert set(by_id) == {"one", "two"}
    assert by_id["one"]["feed"] == "The Example"

    def ids(*options: str) -> set[str]:
        return {each["id"] for each in json.loads(ok("entries", "--json", *options, home=home))}

    best = max(by_id["one"]["scores"], key=by_id["one"]["scores"].get)
    assert ids("--since", "2h") == {"one", "two"}
    assert ids("--since", "1m") == set()
    assert ids("--search", "Tariffs t-mec") == {"one"}
    assert ids("--profile", best) == {"one"}
    assert ids("--min", "0.5") == {"one"}
    assert len(ids("--limit", "1")) == 1
    assert "2 entries" in ok("entries", home=home)

    explained = json.loads(ok("explain", str(by_id["one"]["number"]), "--json", home=home))
    for score in explained["scores"]:
        assert score["points"] == pytest.approx(sum(r["points"] for r in score["reasons"]))
        assert score["distance"] == pytest.approx(score["score"] - score["threshold"])
    assert [issue["digest"] for issue in explained["issues"]] == ["page"]

    told = ok("explain", "https://example.org/one", home=home)
    assert HEADLINE in told
    assert "sum of the points" in told
    assert "above (+) or below (-) it" in told
    assert "Digest page carried it, slot " in told
    assert "No digest has carried" in ok("explain", "two", home=home)


def test_an_explanation_tells_why_a_story_was_left_out_and_what_changed_since(
    newsroom: tuple[Path, Site, MailSink],
) -> None:
    home, _, _ = newsroom
    for path in (home / "seeds").glob("*.toml"):
        path.unlink()
    for name in "abcdef":
        profile = (
            f"threshold = 0.999\nparties = ['mexico']\n[terms]\n'tariff*' = {ord(name) / 50}\n"
        )
        (home / "seeds" / f"{name}.toml").write_text(profile)
    ok("poll", home=home)
    assert "0 stories; left out: 1 below the threshold" in ok("digest", "page", home=home)
    for path in (home / "seeds").glob("*.toml"):
        path.write_text(path.read_text().replace("tariff*", "wine*"))

    told = ok("explain", "one", home=home)

    assert re.search(r"Digest page, slot \S+, left its story out: below the threshold \(", told)
    assert "score when it was polled" in told
    assert len(re.findall(r"^\w: 0\.\d\d, its threshold is 1\.00$", told, re.MULTILINE)) == 1


def test_the_columns_of_an_explanation_add_up(newsroom: tuple[Path, Site, MailSink]) -> None:
    home, _, _ = newsroom
    ok("poll", home=home)

    lines = [line.rstrip() for line in ok("explain", "one", home=home).splitlines()]
    header = next(line for line in lines if set(line) <= {" ", "─"} and line)
    # Numbers are set flush right: where a line ends like the header, it has one in the last column.
    ending = [line for line in lines if len(line) == len(header) - 1 and line[-3] == "."]
    column = [float(line.split()[-1]) for line in ending]
    *points, total, score, threshold, distance = column
    assert ending[-4].startswith("  sum of the points")
    assert sum(points) == pytest.approx(total, abs=0.01 * len(points))
    assert score - threshold == pytest.approx(distance, abs=0.011)
    assert score == pytest.approx(1 / (1 + math.exp(-total)), abs=0.011)


def test_failures_are_worth_a_look(newsroom: tuple[Path, Site, MailSink]) -> None:
    home, site, _ = newsroom
    ok("feeds", "add", site.url("/gone"), "--title", "Gone", "--unchecked", home=home)

    result = run("poll", home=home)

    assert result.exit_code == 1
    assert "1 updated, 0 unchanged, 1 failed" in result.stdout
    assert "failed: Gone: " in result.stderr
    (failing,) = json.loads(ok("feeds", "list", "--failing", "--json", home=home))
    assert (failing["title"], failing["problem"]) == ("Gone", "not found")
    assert "not found, since " in ok("feeds", "list", home=home)
    assert "Gone" in ok("status", home=home)
    assert "what to do about them: `monitor feeds list --problems`" in result.stderr


def test_the_status_tells_how_things_stand(newsroom: tuple[Path, Site, MailSink]) -> None:
    home, _, _ = newsroom

    before = json.loads(ok("status", "--json", home=home))
    assert "The service has never run here" in ok("status", home=home)
    ok("poll", home=home)
    ok("digest", "morning", home=home)
    with Store.open(home / "state" / "monitor.db") as store:
        store.heartbeat(datetime.now(UTC))
    after = json.loads(ok("status", "--json", home=home))
    table = ok("status", home=home)

    assert (before["feeds"], before["entries"]) == ({"count": 1, "failing": 0}, 0)
    assert (after["entries"], after["outbox"], after["running"]) == (2, {"queued": 1}, True)
    assert set(after["digests"]) == {"morning", "page"}
    assert after["digests"]["page"]["last_issued_at"] is None
    assert "service   running, last seen just now" in table
    assert "Nothing is open." in table
    assert "mail      1 queued" in table


def test_mail_that_is_not_taken_stays_in_the_outbox(newsroom: tuple[Path, Site, MailSink]) -> None:
    home, _, sink = newsroom
    ok("poll", home=home)
    ok("digest", "morning", home=home)
    settings = (home / "monitor.toml").read_text()
    (home / "monitor.toml").write_text(settings.replace(f"port = {sink.port}", "port = 1"))

    result = run("deliver", home=home)

    assert result.exit_code == 1
    assert "1 not taken for now, tried again later" in result.stdout
    again = ok("deliver", home=home)
    assert "mail: nothing is due\n  1 message to be tried again, from 20" in again
    assert json.loads(ok("status", "--json", home=home))["outbox"] == {"retry": 1}


@pytest.mark.usefixtures("unmeasured")
def test_mail_that_is_refused_for_good_is_told_once_and_in_words(
    newsroom: tuple[Path, Site, MailSink],
) -> None:
    home, _, sink = newsroom
    ok("poll", home=home)
    ok("digest", "morning", home=home)
    settings = (home / "monitor.toml").read_text()
    with ScriptedSmtp(faults=[("rcpt", "550 no such user")]) as server:
        changed = settings.replace(f"port = {sink.port}", f"port = {server.port}")
        (home / "monitor.toml").write_text(changed)
        told = subprocess.run(
            [sys.executable, "-m", "monitor", "--home", str(home), "deliver"],
            capture_output=True,
            text=True,
            check=False,
        )

    assert told.returncode == 1
    assert told.stdout == "mail: 1 refused for good or given up\n"
    assert told.stderr.count("550 no such user") == 1
    assert "ERROR" not in told.stderr


def test_a_template_that_raises_names_its_line_and_the_digest_stays_due(
    newsroom: tuple[Path, Site, MailSink],
) -> None:
    home, _, sink = newsroom
    ok("poll", home=home)
    ok("customize", "templates", home=home)
    (home / "templates" / "digest.txt").write_text("fine\n{{ nothing.at_all }}\n")

    told = refused("digest", "morning", "--send", home=home)

    assert "digest.txt, line 2" in told
    assert "nothing was issued or lost: mend it, and issue the digest again" in told
    status = json.loads(ok("status", "--json", home=home))
    assert (status["outbox"], status["digests"]["morning"]["last_issued_at"]) == ({}, None)
    assert sink.received == []


def test_what_a_digest_cannot_do_is_told_before_anything_is_committed_to(home: Path) -> None:
    assert "there is no digest 'mornin'" in refused("digest", "mornin", home=home)
    assert "exclude each other" in refused("digest", "morning", "--send", "--dry-run", home=home)
    assert "no mail server is named" in refused("deliver", home=home)


def test_what_cannot_be_found_is_told(home: Path) -> None:
    assert 'no entry is called "17"' in refused("explain", "17", home=home)
    assert 'there is no profile "x"' in refused("entries", "--profile", "x", home=home)
    assert "--since soon: expected a number with its unit" in refused(
        "entries", "--since", "soon", home=home
    )
    assert ok("entries", home=home).endswith("0 entries\n")


def test_progress_is_drawn_on_long_work_when_a_terminal_looks_on(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def work() -> str:
        with progress_on_stderr("polling") as progress:
            progress(3, 7)
        return capsys.readouterr().err

    monkeypatch.delenv("FORCE_COLOR", raising=False)
    assert work() == ""  # nobody looks on
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich takes any stream for a terminal
    assert "polling" not in work()  # over too soon
    monkeypatch.setattr(tables, "PROGRESS_AFTER_S", 0.0)
    assert "polling" in work()


def test_in_a_narrow_terminal_words_give_way_and_numbers_stay(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(tables, "PLAIN_WIDTH", 30)

    tables.print_table(["title", "#score"], [("[red]a very long headline indeed", "0.123456")])

    lines = capsys.readouterr().out.splitlines()
    assert any(line.rstrip().endswith(" 0.123456") for line in lines)
    assert "[red]a very" in " ".join(lines)


def test_further_lines_of_a_text_stand_under_the_first(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "32")
    tables.print_hanging("look  disk  ", "little room is left on it")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    tables.print_hanging("look  disk  ", "little room is left on it")

    assert capsys.readouterr().out.splitlines() == [
        "look  disk  little room is left on it",
        "look  disk  little room is left",
        "            on it",
    ]


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=5), "5 min ago"),
        (timedelta(hours=-3), "in 3 h"),
        (timedelta(days=3), "3 days ago"),
        (None, "never"),
    ],
)
def test_a_moment_is_told_by_its_distance(span: timedelta | None, text: str) -> None:
    assert ago(NOON - span if span else None, NOON) == text
