"""The readers: whose verdicts there are, what is kept of each, and how it is forgotten."""

from __future__ import annotations

from monitor.pipeline.readers import digests_of, forget_reader, known_readers
from monitor.web.desk import Desk, Response, action, page, redirect, refuse, render

NAV = ("/people", "nav_people")


def _list(desk: Desk) -> Response:
    return render(
        desk,
        "people.html",
        title=desk.t["nav_people"],
        readers=known_readers(desk.home, desk.store),
        teachers=desk.home.config.web.teachers,
    )


def _show(desk: Desk) -> Response:
    address = desk.query.text("address")
    digests = digests_of(desk.home, address)
    reader = desk.store.reader(address)
    if not (digests or reader.verdicts or reader.mail or reader.left):
        return refuse(desk, 404, desk.t["people_nobody"])
    titles = {profile.name: profile.title for profile in desk.home.profiles}
    return render(desk, "person.html", title=address, reader=reader, digests=digests, titles=titles)


def _forget(desk: Desk) -> Response:
    address = desk.form.text("address")
    if address not in desk.store.reader_counts():
        return refuse(desk, 404, desk.t["people_nobody"])
    if desk.form.text("sure") != "yes":
        return redirect(desk, "/people/one", said="people_be_sure", address=address)
    forget_reader(desk.store, desk.home, address)
    return redirect(desk, "/people", said="people_forgotten")


routes = [
    page("/people", _list),
    page("/people/one", _show),
    action("/people/forget", _forget),
]
