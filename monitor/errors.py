"""What can go wrong, and who must act.

MonitorError
|-- ConfigError(setting)             the operator; nothing was started
|-- FeedError(feed_url)              this feed is skipped, the run goes on
|   |-- PollError(kind, retry_after)
|   `-- ParseError(kind)
|-- LearningError(profile)           whoever asked for a profile; nothing was written
|-- StoreError                       the operator; the run stops
|   `-- DiskFull                     the same; the service waits for room and goes on
|-- WorkersError                    the operator of the cluster; what was due stays due
|-- ArchiveError                    whoever named the file; what was read of it is kept
|-- RenderError(template)            the template's author; the digest is not issued, stays due
`-- DeliveryError(permanent, uncertain, scope)  retried, unless permanent or uncertain

Adapters turn library exceptions into these and chain them. No secret, entry text
or whole response belongs in a message. A message says what happened, where, what
was kept and what to do.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Literal

DeliveryScope = Literal["message", "connection", "server"]


class MonitorError(Exception):
    """Anything that a person or the next run must act on."""


class ConfigError(MonitorError):
    """A file of the home is wrong; nothing was started and nothing was changed.

    `setting` says where: file, line where known, and key.
    """

    def __init__(self, setting: str, problem: str) -> None:
        super().__init__(f"{setting}: {problem}")
        self.setting = setting
        self.problem = problem


class FeedError(MonitorError):
    """One feed could not be used; the others are not affected."""

    def __init__(self, feed_url: str, problem: str) -> None:
        super().__init__(f"{feed_url}: {problem}")
        self.feed_url = feed_url
        self.problem = problem

    def __reduce__(
        self,
    ) -> tuple[type[FeedError], tuple[object, ...], dict[str, object]]:
        # Travels between worker processes: the default rebuilds from the joined text.
        # The third part sets kind and the like again.
        return type(self), (self.feed_url, self.problem), dict(self.__dict__)


class PollError(FeedError):
    """A poll brought no usable answer.

    `kind` is one of the words of `model.Problem` values ("dns", "refused", ...),
    `retry_after` what the publisher asked for, None when it did not; `url` the address
    that answered so, "" when none did. `is_postponed`: the feed was not asked at all,
    because its server had just refused others.
    """

    def __init__(
        self,
        feed_url: str,
        problem: str,
        *,
        kind: str = "unknown",
        status: int | None = None,
        retry_after: timedelta | None = None,
        url: str = "",
        is_postponed: bool = False,
    ) -> None:
        super().__init__(feed_url, problem)
        self.kind = kind
        self.status = status
        self.retry_after = retry_after
        self.url = url
        self.is_postponed = is_postponed


class ParseError(FeedError):
    """A body is no feed, or the parser gave up on it; it is not accepted.

    `kind` is one of the words of `model.Problem` values: "bot wall", "not a feed", "parser".
    """

    def __init__(self, feed_url: str, problem: str, *, kind: str = "parser") -> None:
        super().__init__(feed_url, problem)
        self.kind = kind


class LearningError(MonitorError):
    """Nothing can be learned from what was given; nothing was written."""

    def __init__(self, profile: str, problem: str) -> None:
        super().__init__(f"profile {profile}: {problem}")
        self.profile = profile
        self.problem = problem

    def __reduce__(self) -> tuple[type[LearningError], tuple[str, str]]:
        # As FeedError: an article from outside is read in a worker process.
        return type(self), (self.profile, self.problem)


class StoreError(MonitorError):
    """The database cannot be used: locked, full, damaged, or of a newer version."""


class DiskFull(StoreError):
    """There is no room left to write; it is tried again once there is."""


class WorkersError(MonitorError):
    """The cluster cannot be used; nothing was lost, and what was due is due again."""


class ArchiveError(MonitorError):
    """An archive cannot be read, or no further."""


class RenderError(MonitorError):
    """A template is wrong; the digest is not issued and stays due."""

    def __init__(self, template: str, line: int | None, problem: str) -> None:
        place = f"{template}, line {line}" if line else template
        super().__init__(f"{place}: {problem}")
        self.template = template
        self.line = line


class DeliveryError(MonitorError):
    """The mail server did not take a message.

    A `permanent` refusal (an SMTP 5xx reply) is never tried again. `uncertain`:
    the connection was lost after the body went out, so it may have arrived; it is
    not sent again either. `scope` says how far the trouble goes: this message, the
    connection that was lost with it, or the server, which takes no other message either.
    """

    def __init__(
        self,
        message_id: str,
        problem: str,
        *,
        permanent: bool = False,
        uncertain: bool = False,
        scope: DeliveryScope = "message",
    ) -> None:
        super().__init__(f"{message_id}: {problem}")
        self.message_id = message_id
        self.problem = problem
        self.permanent = permanent
        self.uncertain = uncertain
        self.scope = scope
