"""The web pages: where a person sees why, and makes the monitor hers.

How a page module is made (see `status.py` for one):

    from monitor.web.desk import Desk, Response, action, page, redirect, refuse, render

    NAV = ("/feeds", "nav_feeds")          # its place in the navigation: address, label

    def show(desk: Desk) -> Response:      # runs in a thread of its own, so it may be slow
        feeds = desk.store.feeds()         # of a GET: a store that can only be read
        return render(desk, "feeds.html", title=desk.t["nav_feeds"], feeds=feeds)

    def pause(desk: Desk) -> Response:     # of a POST; its CSRF token was checked before
        desk.store.pause(desk.path["number"], desk.now)
        return redirect(desk, "/feeds", said="feeds_paused")

    routes = [page("/feeds", show), action("/feeds/{number:int}/pause", pause)]

and named in `MODULES` of `app.py`. Nothing else: the guard in front refuses who is not
logged in, checks where a POST comes from, and gives every answer its headers.

A `Desk` has: `store`, `home` (as its files are now), `now`, `lang` ("en" or "es"), `t` (labels
of that language, by name), `user` (who is logged in), `path` (values out of the address),
`query` and `form` (`.text("name")`, `.texts("name")`; of a form also `.file("name")`),
`fragment` (what the script asked for, "" for a whole page). `refuse(desk, 404, words)` answers
with an error page; a MonitorError that is raised becomes one too. `render(..., code=201)` sets
another status than 200.

Templates extend "base.html" and fill `{% block main %}`. Every form that posts holds
`{{ csrf }}`; every address of ours begins with `{{ root }}`, as in `href="{{ root }}/feeds"`.
Labels are lines of `labels/*.toml`, in both languages: `{{ t.feeds_pause }}`,
`{{ t.feeds_next | say(minutes=3) }}` for "next poll in {minutes} min", and
`{{ n | counted(t.feed_one, t.feed_many) }}`; names begin with their page. Dates:
`{{ at | moment }}` (the home's zone), `{{ at | ago }}`; numbers: `{{ n | number }}`.

No style attribute and no inline script: the policy forbids both. Bars are SVG with `width`
attributes, `<progress>` or `<meter>`. Everything works without the script; what it adds
(`static/desk.js`): a form or link with `data-swap="ID"` is fetched, and the element of that id
taken out of the answer, which is the whole page or, where `desk.fragment` says so, only that;
`data-live` on an input sends its form (GET) while a person moves it; `data-item` elements are
walked with j and k, and `data-key="+"` is pressed by that key, in the item that is current or
else on the page.
"""
