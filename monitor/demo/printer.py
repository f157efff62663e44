"""An outlet's entries -> the bytes of its feed, with the habits and faults of real feeds."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from email.utils import format_datetime
from xml.sax.saxutils import escape, quoteattr

from monitor.demo.newsroom import Format, Markup, Outlet, SampleEntry, Trouble

MEXICO_CITY = timezone(timedelta(hours=-6))  # no daylight saving time since 2022
DAYS = ("Lun", "Mar", "Mié", "Jue", "Vie", "Sáb", "Dom")
MONTHS = ("ene", "feb", "mar", "abr", "may", "jun", "jul", "ago", "sep", "oct", "nov", "dic")
NOTICE = {
    "en": "Sample data, invented for the news monitor's demo.",
    "es": "Datos de muestra, inventados para la demostración del monitor de noticias.",
}


def print_feed(outlet: Outlet, now: datetime, *, is_corrected: bool = False) -> bytes:
    """Return the outlet's feed as it stands at `now`.

    With `is_corrected`, headlines that have a correction carry it; ids and dates stay.
    """
    writer = {Format.RSS: _rss, Format.ATOM: _atom, Format.RDF: _rdf}[outlet.format]
    encoding = "windows-1252" if outlet.trouble is Trouble.WINDOWS_1252 else "utf-8"
    lines = [f'<?xml version="1.0" encoding="{encoding}"?>']
    lines += writer(outlet, now, is_corrected)
    text = "\n".join(lines) + "\n"
    if outlet.trouble is Trouble.MALFORMED:
        text = _spoil(text)
    return text.encode(encoding)


def link_of(outlet: Outlet, entry: SampleEntry, now: datetime) -> str:
    """Return the entry's absolute address, under a domain that exists nowhere."""
    if entry.source:
        return f"{outlet.home}/articles/{outlet.opaque_id(entry)}?oc=5"
    return f"{outlet.home}/{now - entry.ago:%Y/%m/%d}/{entry.slug}"


def spanish_date(moment: datetime) -> str:
    """Return "Sáb, 21 nov 2026 10:00:00 -0600": what no date parser expects."""
    local = moment.astimezone(MEXICO_CITY)
    day, month = DAYS[local.weekday()], MONTHS[local.month - 1]
    return f"{day}, {local.day:02} {month} {local:%Y %H:%M:%S %z}"


# ---------------------------------------------------------------- RSS 2.0


def _rss(outlet: Outlet, now: datetime, is_corrected: bool) -> Iterator[str]:
    yield '<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">'
    yield "<channel>"
    yield from _channel(outlet)
    yield f"<language>{'es-MX' if outlet.language == 'es' else 'en-US'}</language>"
    yield "<ttl>60</ttl>"
    for entry in outlet.entries:
        yield "<item>"
        yield f"<title>{escape(_title(entry, is_corrected))}</title>"
        yield f"<link>{escape(link_of(outlet, entry, now))}</link>"
        yield _guid(outlet, entry, now)
        if not entry.undated:
            yield f"<pubDate>{_rss_date(outlet, now - entry.ago)}</pubDate>"
        yield from _rss_summary(outlet, entry)
        if entry.source:
            yield f"<source url={quoteattr(outlet.home)}>{escape(entry.source)}</source>"
        yield "</item>"
    yield "</channel>"
    yield "</rss>"


def _channel(outlet: Outlet) -> Iterator[str]:
    about = f"{outlet.about} {NOTICE[outlet.language]}"
    yield f"<title>{escape(outlet.name)}</title>"
    yield f"<link>{outlet.home}/</link>"
    yield f"<description>{escape(about)}</description>"


def _guid(outlet: Outlet, entry: SampleEntry, now: datetime) -> str:
    if outlet.opaque_ids:
        return f'<guid isPermaLink="false">{outlet.opaque_id(entry)}</guid>'
    return f"<guid>{escape(link_of(outlet, entry, now))}</guid>"


def _rss_date(outlet: Outlet, moment: datetime) -> str:
    if outlet.trouble is Trouble.SPANISH_DATES:
        return spanish_date(moment)
    return format_datetime(moment.astimezone(MEXICO_CITY if outlet.language == "es" else UTC))


def _rss_summary(outlet: Outlet, entry: SampleEntry) -> Iterator[str]:
    yield f"<description>{_wrapped(outlet, entry)}</description>"
    if outlet.markup is Markup.CONTENT:
        yield f"<content:encoded><![CDATA[{_full_text(outlet, entry)}]]></content:encoded>"


# ---------------------------------------------------------------- Atom 1.0


def _atom(outlet: Outlet, now: datetime, is_corrected: bool) -> Iterator[str]:
    base = f" xml:base={quoteattr(outlet.home + '/')}" if outlet.relative_links else ""
    yield f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{outlet.language}"{base}>'
    yield f"<title>{escape(outlet.name)}</title>"
    yield f"<subtitle>{escape(outlet.about)} {escape(NOTICE[outlet.language])}</subtitle>"
    yield f"<id>tag:{outlet.home.removeprefix('https://')},2026:feed</id>"
    yield f"<updated>{now:%Y-%m-%dT%H:%M:%SZ}</updated>"
    yield f'<link href="{outlet.home}/"/>'
    for entry in outlet.entries:
        published = now - entry.ago
        link = link_of(outlet, entry, now)
        if outlet.relative_links:
            link = link.removeprefix(outlet.home + "/")
        yield "<entry>"
        yield f'<title type="text">{escape(_title(entry, is_corrected))}</title>'
        yield f'<link rel="alternate" href={quoteattr(link)}/>'
        yield f"<id>tag:{outlet.home.removeprefix('https://')},2026:{entry.slug}</id>"
        yield f"<published>{published:%Y-%m-%dT%H:%M:%SZ}</published>"
        yield f"<updated>{published:%Y-%m-%dT%H:%M:%SZ}</updated>"
        kind = "html" if outlet.markup is Markup.ESCAPED else "text"
        yield f'<summary type="{kind}">{_wrapped(outlet, entry)}</summary>'
        if outlet.markup is Markup.CONTENT:
            yield f'<content type="html">{escape(_full_text(outlet, entry))}</content>'
        yield "</entry>"
    yield "</feed>"


# ---------------------------------------------------------------- RSS 1.0


def _rdf(outlet: Outlet, now: datetime, is_corrected: bool) -> Iterator[str]:
    links = [escape(link_of(outlet, entry, now)) for entry in outlet.entries]
    yield (
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"'
        ' xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/">'
    )
    yield f'<channel rdf:about="{outlet.home}/">'
    yield from _channel(outlet)
    yield "<items><rdf:Seq>"
    yield from (f'<rdf:li rdf:resource="{link}"/>' for link in links)
    yield "</rdf:Seq></items>"
    yield "</channel>"
    for entry, link in zip(outlet.entries, links, strict=True):
        yield f'<item rdf:about="{link}">'
        yield f"<title>{escape(_title(entry, is_corrected))}</title>"
        yield f"<link>{link}</link>"
        yield f"<description>{_wrapped(outlet, entry)}</description>"
        yield f"<dc:date>{(now - entry.ago).astimezone(MEXICO_CITY).isoformat()}</dc:date>"
        yield "</item>"
    yield "</rdf:RDF>"


# ---------------------------------------------------------------- shared


def _title(entry: SampleEntry, is_corrected: bool) -> str:
    title = entry.corrected if is_corrected and entry.corrected else entry.title
    return f"{title} - {entry.source}" if entry.source else title


def _wrapped(outlet: Outlet, entry: SampleEntry) -> str:
    summary = escape(entry.summary)
    if outlet.markup is Markup.CDATA:
        return f"<![CDATA[<p>{summary}</p>]]>"
    if outlet.markup is Markup.ESCAPED:
        image = f'<img src="{outlet.home}/photos/{outlet.opaque_id(entry)}.jpg" alt="">'
        return escape(f"{image}<p>{summary}</p>")
    return summary


def _full_text(outlet: Outlet, entry: SampleEntry) -> str:
    return f"<p>{escape(entry.summary)}</p><p>{NOTICE[outlet.language]}</p>"


def _spoil(text: str) -> str:
    """Unescape the ampersands, add an entity that XML does not know, lose the end."""
    text = text.replace("&amp;", "&").replace("Pacific Post</title>", "Pacific Post&nbsp;</title>")
    return text.removesuffix("</channel>\n</rss>\n")
