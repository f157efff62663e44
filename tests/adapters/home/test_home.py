"""A home: read whole or refused with file, line and key; made without overwriting anything."""

import os
from datetime import date, timedelta
from pathlib import Path

import pytest

from monitor.adapters import home as home_module
from monitor.adapters.home import (
    Home,
    create_home,
    customize,
    find_home,
    fingerprint,
    open_home,
    read_seeds,
    read_subscriptions,
    save_subscriptions,
    shipped_root,
)
from monitor.adapters.home.settings import duration_text, parse_duration
from monitor.errors import ConfigError
from monitor.model import Alias, SourceArticle, Subscription
from monitor.pipeline.digests.plans import plan_of

ROOT = Path(__file__).parents[3]
PROFILE = """\
name = "wine"
title = "Wine"
threshold = 0.5
[terms]
"wine*" = 2.0
"vino tinto" = 1.5
[against]
"wine red" = 1.0
"""


def a_home(folder: Path, settings: str = "", **files: str) -> Path:
    """Write a home with one profile, "wine"; `files` are of seeds/."""
    (folder / "seeds" / "parties").mkdir(parents=True, exist_ok=True)
    (folder / "monitor.toml").write_text(settings, encoding="utf-8")
    for name, text in ({"wine": PROFILE} | files).items():
        (folder / "seeds" / f"{name}.toml").write_text(text, encoding="utf-8")
    return folder


def opened(folder: Path, settings: str = "", **files: str) -> Home:
    return open_home(a_home(folder, settings, **files), {})


def refusal(folder: Path, settings: str = "", **files: str) -> str:
    with pytest.raises(ConfigError) as caught:
        opened(folder, settings, **files)
    return str(caught.value)


# ---------------------------------------------------------------- settings


def test_an_empty_file_means_every_default(tmp_path: Path) -> None:
    home = opened(tmp_path)

    assert home.config.zone == "UTC"
    assert home.config.poll.interval == timedelta(hours=1)
    assert home.config.digests == {}
    assert home.state == tmp_path / "state"


def test_the_shipped_settings_are_valid_and_the_repository_is_a_home() -> None:
    home = open_home(ROOT, {})

    assert list(home.config.digests) == ["morning"]
    assert home.config.digests["morning"].zone == "America/Mexico_City"


def test_a_digest_says_only_what_differs_from_the_one_it_extends(tmp_path: Path) -> None:
    home = opened(
        tmp_path,
        """
        zone = "America/Mexico_City"
        [digests.weekly]
        extends = "morning"
        days = ["mon"]
        [digests.morning]
        title = "The morning"
        recipients = ["ana@example.org"]
        length = 7
        window = "2d"
        profiles = ["wine"]
        """,
    )

    weekly = home.config.digests["weekly"]
    assert (weekly.days, weekly.length, weekly.window) == (("mon",), 7, timedelta(days=2))
    assert weekly.recipients == ("ana@example.org",)
    assert weekly.profiles == ("wine",)
    assert weekly.title == "weekly"
    assert weekly.zone == "America/Mexico_City"


def test_a_feed_may_have_a_proxy_of_its_own_or_none(tmp_path: Path) -> None:
    proxy = 'proxy = "http://proxy.example:3128"'

    feeds = opened(tmp_path, f'[feeds.One]\n{proxy}\n[feeds.Two]\nproxy = "none"').config.feeds

    assert {name: feed.proxy for name, feed in feeds.items()} == {
        "One": "http://proxy.example:3128",
        "Two": "none",
    }


def test_recipients_of_its_own_replace_the_inherited_ones(tmp_path: Path) -> None:
    home = opened(
        tmp_path,
        '[digests.a]\nrecipients = ["ana@example.org"]\n'
        '[digests.b]\nextends = "a"\nrecipients = []\n',
    )

    assert home.config.digests["b"].recipients == ()


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ("zone=UTC", "monitor.toml, line 1: this is not TOML: invalid value (column 6)"),
        ("\n[poll\n", "monitor.toml, line 2: this is not TOML: expected ']'"),
        ('zone="UTC', "monitor.toml, line 1: this is not TOML: "),
        ('zone="UTC"\nzone="UTC"', "expected each key and each table once"),
        ('zone = "Mexico City"', 'did you mean "America/Mexico_City"?'),
        ('zone = "Lima"', 'no time zone, did you mean "America/Lima"?'),
        ("contact = 2026-07-12", "monitor.toml, line 1, contact: expected text in quotes"),
        ("[network]\nallow = ['x', 07:00:00]", "network.allow[2]: expected text in quotes"),
        ('zone = "America"', 'monitor.toml, line 1, zone: "America" is no time zone'),
        ('zone = "../etc/passwd"', '"../etc/passwd" is no time zone'),
        ("zone = 5", "monitor.toml, line 1, zone: expected text in quotes"),
        ('contact = "señor"', "monitor.toml, line 1, contact: expected a mail address or a page"),
        ("[poll]\nqqq = '1h'", "poll.qqq: there is no such setting. Allowed: interval"),
        ("[poll]\nintervall = '1h'", 'no such setting, did you mean "interval"? Allowed: interval'),
        (
            "[polls]\n",
            'monitor.toml, line 1, polls: there is no such setting, did you mean "poll"?',
        ),
        ('[poll]\ninterval = "5m"', 'poll.interval: 5m is not allowed; expected "15m" to "30d"'),
        ("[poll]\ninterval = 30", "monitor.toml, line 2, poll.interval: expected a number with"),
        ('[poll]\ninterval = "1 hour"', 'expected a number with its unit, as "30m"'),
        ("[poll]\nconnections = 0", "poll.connections: 0 is not allowed; expected 1 to 1000"),
        ("[poll]\nconnections = true", "expected a whole number without quotes"),
        ("[poll]\nconnections = 1.5", "expected a whole number"),
        ('[network]\nallow = ["192.168.1.5/24"]', "has host bits set"),
        ("[network]\nports = [99999]", "network.ports[1]: 99999 is not allowed"),
        ('mail = "mail.example.org"', "mail: expected a table of settings"),
        ('[mail]\nhost = "smtp://mail"', "mail.host: expected the server's bare name"),
        ('[mail]\nhost = "mail.example.org"', "mail.sender: a mail server is named"),
        ('[mail]\nsender = "nobody"', "mail.sender: expected an address"),
        ('[mail]\nhost = "m.example.org"\nsecurity = "none"', "is allowed for this machine only"),
        ('[mail]\nsecurity = "ssl"', 'expected one of: "starttls", "tls", "none"'),
        ("[digests]\nmorning = 1", "digests.morning: expected a table of settings"),
        ('[digests."Mi día"]', "a digest's name is 1 to 40 small letters"),
        ('[digests.m]\ntimes = ["7:00"]', 'digests.m.times[1]: "7:00" is no time of day'),
        ('[digests.m]\ntimes = ["24:00"]', '"24:00" is no time of day'),
        ("[digests.m]\ntimes = [07:00:00]", "expected text in quotes, as"),
        ("[digests.m]\ntimes = 07:00:00", "monitor.toml, line 2, digests.m.times: expected text"),
        ('[digests.m]\ntimes = "07:00"', "digests.m.times: expected a list"),
        ("[digests.m]\ntimes = []", "digests.m.times: expected at least one; the list is empty"),
        ('[digests.m]\ntimes = ["07:00", "07:00"]', '"07:00" stands here twice'),
        ('[digests.m]\ndays = ["monday"]', 'digests.m.days[1]: expected one of: "mon", "tue"'),
        ('[digests.m]\nzone = "CST6"', 'digests.m.zone: "CST6" is no time zone'),
        ('[digests.m]\nprofiles = ["wines"]', 'no profile "wines", did you mean "wine"? allowed:'),
        ('[digests.m]\nrecipients = ["ana"]', '"ana" is no mail address'),
        ('[digests.m]\nrecipients = ["a@b.org\\nBcc: c@d.org"]', "is no mail address"),
        ('[digests.m]\nrecipients = ["a@b.org", "A@b.org"]', "would get two mails"),
        ("[digests.m]\nlength = 0", "digests.m.length: 0 is not allowed; expected 1 to 200"),
        ("[digests.m]\noutlet_share = 0", "outlet_share: 0 is not allowed; expected 1 to 200"),
        ("[digests.m]\npatience = -1", "digests.m.patience: -1 is not allowed; expected 0 to 200"),
        ("[digests.m]\nmovement = 999999999", "999999999 is not allowed; expected 0 to 200"),
        ('[digests.m]\ntitle = "a\\nb"', "digests.m.title: it holds a line break or another"),
        ('[mail]\npassword_file = "a\\u0000"', "mail.password_file: it holds a line break"),
        ("[digests.m]\nthreshold_shift = nan", "threshold_shift: nan is not allowed"),
        ("[digests.m]\nthreshold = 1.5", "threshold: 1.5 is not allowed"),
        ("[digests.m]\nper_day = 0", "per_day: 0 is not allowed"),
        ('[digests.m]\nquiet_hours = "22-7"', '"22-7" is no span of a day'),
        ('[digests.m]\nquiet_hours = "07:00-07:00"', "two times that differ"),
        ('[digests.m]\nkind = "alarm"', 'kind: expected one of: "digest", "alert"'),
        ('[digests.m]\nkind = "alert"', "kind: an alert needs a higher threshold"),
        ('[digests.m]\nwebhook = "ftp://x"', "webhook: expected an address"),
        ('[digests.m]\nwebhook = "https://a b/"', "webhook: expected an address"),
        ('[web]\npublic_url = "news.example.org"', "public_url:"),
        ('[web]\npublic_url = "https://u:p@news.example.org"', "public_url:"),
        ('[web]\npublic_url = "https://news.example.org/?a=b"', "public_url:"),
        ('[web]\npublic_url = "https://news.example.org/\\r\\nBcc: e@e"', "public_url:"),
        (f'[web]\npublic_url = "https://e.org/{"x" * 200}"', "public_url:"),
        ('[digests.m]\nwindow = "0h"', 'digests.m.window: expected "1s" to "30d"'),
        ('[digests.m]\nquiet = "never"', 'expected one of: "skip", "receipt", "weekly"'),
        ('[digests.m]\nextends = "n"', 'there is no digest "n"; allowed: none'),
        ('[digests.m]\nextends = "m"', "extend each other in a circle: m -> m"),
        (
            '[digests.m]\nextends = "n"\n[digests.n]\nextends = "m"',
            "extend each other in a circle: m -> n -> m",
        ),
        ("[digests.m]\nlength = 'x'\nquiet = 1", "(1 more after this one)"),
    ],
)
def test_a_setting_that_cannot_be_is_refused_with_what_is_allowed(
    tmp_path: Path, settings: str, said: str
) -> None:
    told = refusal(tmp_path, settings)

    assert said in told
    assert told.startswith("monitor.toml, line ")
    assert told.endswith("nothing was started")


@pytest.mark.parametrize("key", ["password", "mail_password", "smtp_password", "api_key", "token"])
def test_a_secret_in_the_settings_is_refused_and_not_repeated(tmp_path: Path, key: str) -> None:
    told = refusal(tmp_path, f'[mail]\n{key} = "hunter2"')

    assert told.startswith(f"monitor.toml, line 2, mail.{key}: a secret has no place in this file")
    assert "password_file" in told
    assert "MONITOR_MAIL_PASSWORD" in told
    assert "hunter2" not in told


def test_a_broken_line_is_not_quoted_for_it_may_hold_a_secret(tmp_path: Path) -> None:
    assert "hunter2" not in refusal(tmp_path, "[mail]\npassword = hunter2")


def test_a_settings_file_in_another_encoding_names_the_line(tmp_path: Path) -> None:
    a_home(tmp_path)
    (tmp_path / "monitor.toml").write_bytes('zone = "UTC"\n# a\u00f1o'.encode("cp1252"))

    with pytest.raises(ConfigError, match=r"monitor\.toml, line 2: expected UTF-8 text"):
        open_home(tmp_path, {})


def test_a_home_whose_settings_are_gone_is_told_in_words(tmp_path: Path) -> None:
    a_home(tmp_path)
    (tmp_path / "monitor.toml").unlink()

    with pytest.raises(ConfigError, match=r"monitor\.toml: cannot be read \(No such file"):
        open_home(tmp_path, {})


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_mail_without_protection_is_allowed_to_this_machine(tmp_path: Path, host: str) -> None:
    settings = f'[mail]\nhost = "{host}"\nsecurity = "none"\nsender = "News <m@example.org>"'

    assert opened(tmp_path, settings).config.mail.security == "none"


# ---------------------------------------------------------------- the password


LOGIN = '[mail]\nhost = "localhost"\nsender = "m@example.org"\nuser = "m"\n'


def test_without_a_login_there_is_no_password(tmp_path: Path) -> None:
    assert opened(tmp_path).mail_password() is None


def test_the_password_comes_from_the_environment_first(tmp_path: Path) -> None:
    a_home(tmp_path, LOGIN + 'password_file = "absent"')

    home = open_home(tmp_path, {"MONITOR_MAIL_PASSWORD": "hunter2"})

    assert home.mail_password() == "hunter2"
    assert "hunter2" not in repr(home)


def test_the_password_comes_from_a_file_of_its_owner(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("hunter2\n")
    (tmp_path / "secret").chmod(0o600)

    assert opened(tmp_path, LOGIN + 'password_file = "secret"').mail_password() == "hunter2"


@pytest.mark.parametrize(
    ("content", "mode", "said"),
    [
        (None, 0o600, "cannot be read (No such file or directory)"),
        (b"\n", 0o600, "should hold the password in one line and nothing else"),
        (b"one\ntwo\n", 0o600, "should hold the password in one line and nothing else"),
        (b"\xff\xfe", 0o600, "cannot be read (not UTF-8 text)"),
        (b"hunter2\n", 0o644, "other users may read"),
    ],
)
def test_a_password_file_that_will_not_do_is_told(
    tmp_path: Path, content: bytes | None, mode: int, said: str
) -> None:
    if content is not None:
        (tmp_path / "secret").write_bytes(content)
        (tmp_path / "secret").chmod(mode)
    home = opened(tmp_path, LOGIN + 'password_file = "secret"')

    with pytest.raises(ConfigError) as caught:
        home.mail_password()

    assert said in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_a_login_without_any_password_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no password; name a password_file"):
        opened(tmp_path, LOGIN).mail_password()


# ---------------------------------------------------------------- profiles


def test_a_profile_is_read_whole(tmp_path: Path) -> None:
    text = PROFILE.replace("threshold", 'summary = "Red\n"\nthreshold').replace('\n"\n', '"\n')
    source = '[source]\ntitle = "On wine"\npublisher = "The Example"\ndate = 2021-08-25\n'

    (profile,) = opened(tmp_path, wine=text + source).profiles

    assert (profile.name, profile.title, profile.threshold) == ("wine", "Wine", 0.5)
    assert profile.terms == {"wine*": 2.0, "vino tinto": 1.5}
    assert profile.against == {"wine red": 1.0}
    assert profile.parties == ()
    assert profile.source == SourceArticle("On wine", "The Example", date(2021, 8, 25))


@pytest.mark.parametrize("written", ['"2021-08-25"', "2021-08-25T10:00:00", "2021-08-25"])
def test_the_date_of_a_source_may_be_written_in_each_usual_way(
    tmp_path: Path, written: str
) -> None:
    (profile,) = opened(tmp_path, wine=f"{PROFILE}[source]\ndate = {written}\n").profiles

    assert profile.source == SourceArticle("", "", date(2021, 8, 25))


def terms(*lines: str, threshold: str = "0.5") -> str:
    return f"threshold = {threshold}\n[terms]\n" + "\n".join(lines)


@pytest.mark.parametrize(
    ("profile", "said"),
    [
        ("threshold = 0.5", "terms: without terms a profile matches nothing"),
        ("threshold = 0.5\nterms = 3", "terms: expected a table"),
        (terms('"vino" = "2"'), "line 3, terms.vino: expected a number above 0, up to 10"),
        (terms('"vino" = true'), "terms.vino: expected a number above 0"),
        (terms('"vino" = -1'), "what speaks against goes under [against]"),
        (terms('"vino" = 0'), "the weight 0.0 is not allowed"),
        (terms('"vino" = 11'), "the weight 11.0 is not allowed"),
        (terms('"vino" = nan'), "the weight nan is not allowed"),
        (terms('"the" = 1'), "terms.the: this stands in nearly every text"),
        (terms('"de la" = 1'), "this stands in nearly every text"),
        (terms('"x" = 1'), "a single letter or no letter at all"),
        (terms('"..." = 1'), "a single letter or no letter at all"),
        (terms('"me*" = 1'), "a prefix needs at least 3 letters"),
        (terms('"vino.*" = 1'), "there are none here; use a word, a phrase, or a prefix"),
        (terms('"^vino" = 1'), "this looks like a regular expression"),
        (terms('"(vino|wine)" = 1'), "this looks like a regular expression"),
        (terms('"vi*no" = 1'), "this looks like a regular expression"),
        (terms('"vino" = 1', threshold="1.0"), "threshold: 1.0 is not allowed; expected a number"),
        (terms('"vino" = 1', threshold='"0.5"'), "expected a number between 0 and 1, as 0.5"),
        ("[terms]\n'vino' = 1", "threshold: expected a number between 0 and 1"),
        (terms("vino = 1", "[against]", "vino = 1"), "this stands under [terms] too"),
        ("name = 'vino'\n" + terms("vino = 1"), 'expected the file\'s own name, "wine"'),
        ("title = 3\n" + terms("vino = 1"), "line 1, title: expected text in quotes"),
        ("tresholds = 1\n" + terms("vino = 1"), 'no such key, did you mean "threshold"? Allowed:'),
        ("parties = ['mexco']\n" + terms("vino = 1"), 'no party "mexco", did you mean "mexico"?'),
        ("parties = 'mexico'\n" + terms("vino = 1"), "parties: expected a list of texts"),
        (
            "parties = ['mexico', 'mexico']\n" + terms("vino = 1"),
            "expected two different parties, one, or none",
        ),
        (terms("vino = 1", "[source]", "date = 'May'"), "source.date: expected a date"),
        (terms("vino = 1", "[source]", "date = 5"), "source.date: expected a date"),
        (terms("vino = 1", "[source]", "author = 'A'"), "Allowed: title, publisher, date"),
        ("threshold = ", "seeds/wine.toml, line 1: this is not TOML"),
    ],
)
def test_a_profile_that_cannot_be_is_refused(tmp_path: Path, profile: str, said: str) -> None:
    told = refusal(tmp_path, wine=profile)

    assert said in told
    assert told.startswith("seeds/wine.toml")
    assert told.endswith("nothing was started")


def test_an_abbreviation_in_capitals_is_no_stop_word(tmp_path: Path) -> None:
    (profile,) = opened(tmp_path, wine=terms('"IT" = 1')).profiles

    assert profile.terms == {"IT": 1.0}


def test_a_profile_whose_file_name_is_no_name_is_refused(tmp_path: Path) -> None:
    told = refusal(tmp_path, **{"Mi Vino": terms("vino = 1")})

    assert "a name is made of small letters" in told


def test_a_home_without_profiles_uses_the_shipped_ones(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text("")

    assert open_home(tmp_path, {}).profiles == read_seeds(None)[0]


# ---------------------------------------------------------------- parties


def a_party(folder: Path, name: str, text: str) -> None:
    (folder / "seeds" / "parties").mkdir(parents=True, exist_ok=True)
    (folder / "seeds" / "parties" / f"{name}.toml").write_text(text, encoding="utf-8")


def test_a_party_of_the_home_stands_beside_the_shipped_ones(tmp_path: Path) -> None:
    a_party(
        tmp_path,
        "spain",
        'title = "Spain"\nnot_when = ["new spain"]\n[country]\n"spain" = 1\n'
        '"España" = { language = "es" }\n'
        '[person]\n"felipe vi" = { weight = 0.8, from = 2014, until = 2030 }\n',
    )

    parties = {party.name: party for party in opened(tmp_path).parties}

    assert parties.keys() > {"spain", "mexico"}
    assert parties["spain"].aliases == (
        Alias("spain", "country", 1.0),
        Alias("España", "country", 1.0, language="es"),
        Alias("felipe vi", "person", 0.8, from_year=2014, until_year=2030),
    )
    assert parties["spain"].not_when == ("new spain",)


def test_a_home_adds_to_a_shipped_party_and_wins_on_the_same_name(tmp_path: Path) -> None:
    shipped = {p.name: p for p in read_seeds(None)[1]}["mexico"]
    by_text = {alias.text: alias for alias in shipped.aliases}
    a_party(tmp_path, "mexico", '[country]\n"mexico" = 0.7\n"anahuac" = 0.5\n"cdmx" = 0\n')

    (own,) = (party for party in opened(tmp_path).parties if party.name == "mexico")

    assert {alias.text: alias for alias in own.aliases} == (
        {text: alias for text, alias in by_text.items() if text != "cdmx"}
        | {"mexico": Alias("mexico", "country", 0.7), "anahuac": Alias("anahuac", "country", 0.5)}
    )
    assert own.not_when == shipped.not_when


@pytest.mark.parametrize(
    ("party", "said"),
    [
        ('[person]\n"ana" = { from = 2025, until = 2020 }', "from 2025 until 2020 can never be"),
        ('[person]\n"ana" = { from = 25 }', "from: expected a year from 1900 to 2100"),
        ('[person]\n"ana" = { language = "fr" }', 'language: expected "en" or "es"'),
        ('[person]\n"ana" = { wieght = 1 }', 'did you mean "weight"?'),
        ('[person]\n"ana" = -0.5', "the weight -0.5 is not allowed"),
        ('[person]\n"ana" = 1\n[law]\n"ana" = 1', "this name stands under [person] too"),
        ('[person]\n"que" = 1', "this stands in nearly every text"),
        ('[person]\n"a" = 1', "a single letter"),
        ("[persons]\n", 'did you mean "person"?'),
        ("person = 4", "person: expected a table"),
        ("bridge = 'yes'", "bridge: expected true or false"),
        ("not_when = 'x'", "not_when: expected a list of texts"),
    ],
)
def test_a_party_that_cannot_be_is_refused(tmp_path: Path, party: str, said: str) -> None:
    a_party(tmp_path, "spain", party)

    told = refusal(tmp_path)

    assert said in told
    assert told.startswith("seeds/parties/spain.toml")


def test_a_bridge_is_no_party_for_a_profile(tmp_path: Path) -> None:
    a_party(tmp_path, "span", 'bridge = true\n[law]\n"pact" = 1')

    assert 'there is no party "span"' in refusal(
        tmp_path, wine="parties = ['span']\n" + terms("vino = 1")
    )


# ---------------------------------------------------------------- templates and feeds


def test_a_template_of_the_home_stands_in_for_the_shipped_one(tmp_path: Path) -> None:
    shipped = opened(tmp_path).templates
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "digest.txt").write_text("Mine")

    assert open_home(tmp_path, {}).templates == {**shipped, "digest.txt": "Mine"}


def test_a_template_in_another_encoding_is_refused(tmp_path: Path) -> None:
    a_home(tmp_path)
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "digest.txt").write_bytes(b"a\xf1o")

    with pytest.raises(ConfigError, match=r"templates/digest\.txt: expected UTF-8 text"):
        open_home(tmp_path, {})


def test_feeds_are_saved_whole_and_the_file_before_is_kept(tmp_path: Path) -> None:
    one, two = (Subscription(f"https://example.org/{n}", f"Feed {n}") for n in (1, 2))
    save_subscriptions(tmp_path, [one])

    save_subscriptions(tmp_path, [one, two])

    assert read_subscriptions(tmp_path) == (one, two)
    assert (tmp_path / "feeds.opml.bak").read_bytes().count(b"xmlUrl") == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == ["feeds.opml", "feeds.opml.bak"]


def test_a_home_without_feeds_has_none(tmp_path: Path) -> None:
    assert opened(tmp_path).subscriptions == ()


def test_a_fingerprint_changes_with_any_file_that_a_person_edits(tmp_path: Path) -> None:
    a_home(tmp_path)
    before = fingerprint(tmp_path)
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "monitor.db").write_text("")

    assert fingerprint(tmp_path) == before

    (tmp_path / "seeds" / "wine.toml").write_text(PROFILE + "# more")
    assert fingerprint(tmp_path) != before


def test_a_file_that_vanishes_while_it_is_looked_at_does_no_harm(tmp_path: Path) -> None:
    before = fingerprint(a_home(tmp_path))
    (tmp_path / "seeds" / "gone.toml").symlink_to(tmp_path / "nowhere")

    assert fingerprint(tmp_path) == before


def test_seeds_that_cannot_be_read_are_not_passed_over(tmp_path: Path) -> None:
    (tmp_path / "monitor.toml").write_text("")
    (tmp_path / "seeds").write_text("a file")

    with pytest.raises(ConfigError, match=r"cannot be read \(Not a directory\)"):
        open_home(tmp_path, {})


def test_feeds_that_cannot_be_written_are_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"feeds\.opml: cannot be written \(No such file"):
        save_subscriptions(tmp_path / "nowhere", [])


@pytest.mark.parametrize("text", ["5s", "90s", "30m", "90m", "12h", "48h", "3d", "0s"])
def test_a_duration_is_told_as_it_was_written(text: str) -> None:
    duration = parse_duration(text)

    assert duration is not None
    assert parse_duration(duration_text(duration)) == duration
    assert duration_text(duration) in {text, "0s"}


@pytest.mark.parametrize("text", ["", "5", "h", "-1h", "1.5h", "1 w", "1h30m", "９h9"])
def test_what_has_no_number_with_one_unit_is_no_duration(text: str) -> None:
    assert parse_duration(text) is None


# ---------------------------------------------------------------- finding and making a home


def test_a_home_is_found_by_option_then_environment_then_folder(tmp_path: Path) -> None:
    one, two, three = (a_home(tmp_path / name) for name in ("one", "two", "three"))

    assert find_home(one, {"MONITOR_HOME": str(two)}, three) == one
    assert find_home(None, {"MONITOR_HOME": str(two)}, three) == two
    assert find_home(None, {"MONITOR_HOME": ""}, three) == three
    assert find_home(Path("one"), {}, tmp_path) == one


@pytest.mark.parametrize("option", [None, Path("nowhere")])
def test_where_no_home_is_the_way_to_one_is_told(tmp_path: Path, option: Path | None) -> None:
    with pytest.raises(ConfigError, match="make one with `monitor init DIR`"):
        find_home(option, {}, tmp_path)


def test_a_new_home_holds_what_a_person_edits_and_can_be_opened(tmp_path: Path) -> None:
    created = create_home(tmp_path / "a" / "home", zone="Europe/Madrid")
    root = tmp_path / "a" / "home"

    assert created.kept == ()
    assert {path.relative_to(root).as_posix() for path in created.written} == {
        "monitor.toml",
        "feeds.opml",
        *(f"seeds/{path.name}" for path in (ROOT / "seeds").glob("*.toml")),
    }
    assert (root / "state").stat().st_mode & 0o777 == 0o700
    home = open_home(root, {})
    assert home.config.zone == "Europe/Madrid"
    assert len(home.profiles) == 5
    assert home.subscriptions != ()
    comments = [line for line in (root / "monitor.toml").read_text().splitlines() if "#" in line]
    assert len(comments) > 20


def test_making_a_home_again_overwrites_nothing(tmp_path: Path) -> None:
    create_home(tmp_path)
    (tmp_path / "monitor.toml").write_text("# mine")
    (tmp_path / "feeds.opml").unlink()

    again = create_home(tmp_path)

    assert [path.name for path in again.written] == ["feeds.opml"]
    assert (tmp_path / "monitor.toml").read_text() == "# mine"


def test_a_zone_that_does_not_exist_makes_no_home(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match='"Mexico" is no time zone'):
        create_home(tmp_path / "home", zone="Mexico")

    assert not (tmp_path / "home").exists()


def test_a_home_cannot_be_made_where_a_file_is(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(ConfigError, match=r"file: cannot be made \(File exists\)"):
        create_home(tmp_path / "file")


def test_a_home_that_cannot_be_written_to_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = opened(tmp_path)
    # A fact of the operating system: root may write everywhere but on a read-only file system.
    monkeypatch.setattr(os, "access", lambda path, mode: False)

    with pytest.raises(ConfigError, match="this folder cannot be written to"):
        home.prepare_state()


def test_a_state_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    home = opened(tmp_path)
    (tmp_path / "state").write_text("")

    with pytest.raises(ConfigError, match="state: cannot be made"):
        home.prepare_state()


@pytest.mark.parametrize("what", ["parties", "templates"])
def test_customizing_copies_and_overwrites_nothing(tmp_path: Path, what: str) -> None:
    folder = {"parties": "seeds/parties", "templates": "templates"}[what]
    before = opened(tmp_path)
    first = customize(tmp_path, what)  # type: ignore[arg-type]
    first.written[0].write_text("# mine")

    again = customize(tmp_path, what)  # type: ignore[arg-type]

    assert {path.name for path in first.written} == {
        path.name for path in (ROOT / folder).iterdir()
    }
    assert (again.written, again.kept) == ((), first.written)
    assert first.written[0].read_text() == "# mine"
    first.written[0].write_bytes((ROOT / folder / first.written[0].name).read_bytes())
    after = open_home(tmp_path, {})
    assert (after.parties, after.templates) == (before.parties, before.templates)


def test_what_is_shipped_lies_in_the_package_or_at_the_root_of_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert shipped_root() == ROOT

    monkeypatch.setattr(home_module, "_PACKAGE", tmp_path)
    (tmp_path / "_shipped").mkdir()
    assert shipped_root() == tmp_path / "_shipped"


def test_an_alert_takes_its_threshold_in_place_of_the_profiles(tmp_path: Path) -> None:
    home = opened(
        tmp_path,
        '[digests.urgent]\nkind = "alert"\nthreshold = 0.9\nquiet_hours = "22:00-07:00"\n'
        '[digests.other]\nextends = "urgent"\nthreshold = 0.0\nthreshold_shift = 0.2\n'
        '[web]\npublic_url = "https://news.example.org/monitor/"',
    )

    urgent, other = plan_of(home, "urgent"), plan_of(home, "other")
    assert (urgent.lines, other.lines) == ({"wine": 0.9}, {"wine": 0.7})
    assert (other.settings.kind, other.settings.quiet_hours) == ("alert", "22:00-07:00")
    assert urgent.public_url == "https://news.example.org/monitor"
    assert len(urgent.key) == 32
    assert (tmp_path / "state" / "link-key").stat().st_mode & 0o777 == 0o600


def test_without_a_public_address_no_key_is_made(tmp_path: Path) -> None:
    home = opened(tmp_path, "[digests.morning]")

    assert (plan_of(home, "morning").key, plan_of(home, "morning").public_url) == (b"", "")
    assert not (tmp_path / "state" / "link-key").exists()
