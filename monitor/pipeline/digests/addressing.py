"""One issue for many readers: rendered once, then made each reader's own and addressed."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from email.utils import parseaddr
from itertools import chain

from monitor.adapters.channels import APPRISE, WEBHOOK
from monitor.adapters.store import Store
from monitor.errors import RenderError
from monitor.model import Digest, EntryKey, Message, OmitReason, Rendered, Story
from monitor.pipeline.digests.plans import DigestPlan
from monitor.signing import Grant, GrantKind, secret_mark, sign
from monitor.stages.render import Links, personal, render_issue
from monitor.stages.render.channel import channel_message
from monitor.stages.render.compose import compose_message, recipient_address
from monitor.stages.render.links import leave_address, leave_by_mail

logger = logging.getLogger(__name__)

OMISSIONS_LINKED = 8  # of each kind; a mail shows fewer


def readers_of(store: Store, plan: DigestPlan) -> tuple[str, ...]:
    """Return the addresses that get the digest's mail, as the outbox has them, each once.

    Who unsubscribed is left out.
    """
    gone = store.unsubscribed(plan.name)
    named = dict.fromkeys(map(recipient_address, plan.settings.recipients))
    return tuple(reader for reader in named if reader not in gone)


def channels_of(plan: DigestPlan) -> tuple[str, ...]:
    """Return where else its top stories go, by the name that the outbox has for it."""
    settings = plan.settings
    named = ((WEBHOOK, settings.webhook or settings.webhook_file), (APPRISE, settings.apprise_file))
    return tuple(f"{kind}{plan.name}" for kind, address in named if address)


def is_channel(reader: str) -> bool:
    """Tell a channel from a reader's address."""
    return reader.startswith((WEBHOOK, APPRISE))


@dataclass(slots=True)
class Press:
    """Renders an issue no more often than its readers differ. One for each issue."""

    plan: DigestPlan
    digest: Digest
    links: Links
    is_test: bool = False
    _made: dict[tuple[int, ...], Rendered] = field(default_factory=dict)

    def render(self, unconfirmed: Sequence[Story] = ()) -> Rendered:
        """Return the issue with marks in place of the readers' tokens. Raises RenderError."""
        wanted = tuple(story.number for story in unconfirmed)
        if wanted not in self._made:
            self._made[wanted] = render_issue(
                self.digest,
                settings=self.plan.settings,
                zone=self.plan.zone,
                templates=self.plan.templates,
                unconfirmed=unconfirmed,
                links=self.links,
                is_test=self.is_test,
            )
        return self._made[wanted]

    def opened_with(self, reader: str, stories: Sequence[Story]) -> Rendered:
        """Return the issue as it opens for a reader; without the stories when they do not render.

        They wait for the next message then: one reader's trouble keeps no other from the issue.
        """
        if not stories:
            return self.render()
        try:
            return self.render(stories)
        except RenderError as error:
            logger.error(
                "%s: %d stories of a message that may not have arrived wait for the next one: %s",
                *(reader, len(stories), error),
            )
            return self.render()

    def own(self, reader: str, rendered: Rendered) -> Rendered:
        """Return a rendered issue with the reader's own links."""
        if not self.links.base:
            return rendered

        def token(kind: GrantKind, subject: str) -> str:
            return sign(self.plan.key, Grant(kind, self.plan.name, reader, subject))

        return personal(rendered, self.links.mark, token)

    def address(self, reader: str, rendered: Rendered) -> Message:
        """Return the message to one reader; the same issue and reader always give the same id."""
        plan, label = self.plan, self.digest.slot.label
        address = parseaddr(plan.sender)[1]
        domain = address.rpartition("@")[2] or "localhost"
        who = hashlib.blake2b(reader.encode(), digest_size=6).hexdigest()
        kind = f".test.{self.digest.issued_at:%H%M%S%f}" if self.is_test else ""
        return compose_message(
            self.own(reader, rendered),
            message_id=f"<{plan.name}.{label}.{who}{kind}@{domain}>",
            sender=plan.sender,
            recipient=reader,
            list_id=f"{plan.name}.{domain}",
            date=self.digest.issued_at,
            issue=f"{plan.name}.{label}",
            unsubscribe=tuple(self._ways_to_leave(reader, address)),
        )

    def post(self, channel: str, unconfirmed: Sequence[Story]) -> tuple[Message, frozenset[int]]:
        """Return what a channel is posted, and which unconfirmed stories it names."""
        who = hashlib.blake2b(channel.encode(), digest_size=6).hexdigest()
        return channel_message(
            self.digest,
            settings=self.plan.settings,
            zone=self.plan.zone,
            unconfirmed=unconfirmed,
            recipient=channel,
            message_id=f"<{self.plan.name}.{self.digest.slot.label}.{who}@localhost>",
        )

    def _ways_to_leave(self, reader: str, address: str) -> Iterator[str]:
        if self.links.base.startswith("https:"):
            token = sign(self.plan.key, Grant("unsubscribe", self.plan.name, reader))
            yield leave_address(self.links.base, token)
        yield leave_by_mail(address, self.plan.name)


def press_for(
    store: Store,
    plan: DigestPlan,
    digest: Digest,
    unconfirmed: Mapping[str, Sequence[Story]],
    *,
    is_test: bool = False,
) -> Press:
    """Return what renders an issue for those readers; its links lead to the entries it shows."""
    readers = [reader for reader in unconfirmed if not is_channel(reader)]
    links = Links()
    if readers:
        links = Links(leave_by_mail=leave_by_mail(parseaddr(plan.sender)[1], plan.name))
    if readers and plan.public_url:
        links = replace(
            links,
            base=plan.public_url,
            mark=secret_mark(plan.key, f"{plan.name} {digest.slot.label}"),
            reader=max(readers, key=len),
            digest=plan.name,
            numbers=store.entry_numbers(_linked(digest, unconfirmed)),
        )
    return Press(plan, digest, links, is_test)


def _linked(digest: Digest, unconfirmed: Mapping[str, Sequence[Story]]) -> Iterable[EntryKey]:
    """Return the entries that something can be said of in the mail."""
    told = [
        omission.story
        for reason in OmitReason
        for omission in [o for o in digest.omissions if o.reason is reason][:OMISSIONS_LINKED]
    ]
    stories = chain(digest.stories, told, chain.from_iterable(unconfirmed.values()))
    return dict.fromkeys(story.lead.entry.key for story in stories)
