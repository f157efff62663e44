"""One message to a chat room or pager of the operator's: JSON, posted, and no more said."""

from __future__ import annotations

import json
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import (
    HTTPRedirectHandler,
    ProxyHandler,
    Request,
    build_opener,
)

from monitor.errors import MonitorError

TIMEOUT_S = 10.0


class WebhookError(MonitorError):
    """The message was not taken. Its address, which is a secret, is not told."""


class _NoRedirects(HTTPRedirectHandler):
    """What is posted goes where it was sent, or nowhere."""

    def redirect_request(self, *args: Any, **kwargs: Any) -> None:
        return None


def post(url: str, text: str, matters: list[dict[str, str]]) -> None:
    """Post {"text": ..., "matters": [...]}; chat rooms show the text.

    Raises WebhookError, without the address, when it is not taken within 10 s.
    """
    body = json.dumps({"text": text, "matters": matters}, ensure_ascii=False).encode()
    opener = build_opener(ProxyHandler({}), _NoRedirects)
    try:
        request = Request(url, body, {"Content-Type": "application/json"}, method="POST")
        with opener.open(request, timeout=TIMEOUT_S) as answer:
            answer.read(1)
    except HTTPError as error:
        error.close()
        raise WebhookError(f"the webhook answered {error.code}; it is tried again") from None
    except (URLError, OSError, HTTPException, ValueError) as error:
        kind = type(getattr(error, "reason", error)).__name__
        raise WebhookError(f"the webhook cannot be reached ({kind}); it is tried again") from None
