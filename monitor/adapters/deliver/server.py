"""The mail server of the settings: one connection for many messages, a transaction for each."""

from __future__ import annotations

import ssl
from collections.abc import Callable

from monitor.adapters.deliver.dialogue import Dialogue, Login, Timeouts
from monitor.adapters.deliver.envelope import Envelope, is_loopback
from monitor.config import MailSettings
from monitor.errors import ConfigError, DeliveryError
from monitor.model import Message


class MailServer:
    """Where messages are handed over; the connection is made for the first and kept for the next.

    `password` and `token` (which brings a fresh one at each login) exclude each other; both
    None: no login. Raises ConfigError when the settings would send mail or a secret in the
    clear. `context` is for tests that bring an authority of their own.
    """

    def __init__(
        self,
        settings: MailSettings,
        password: str | None,
        *,
        token: Callable[[], str] | None = None,
        timeouts: Timeouts | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        _check(settings, password, has_token=token is not None)
        self.settings = settings
        self._password = password
        self._token = token
        self._timeouts = timeouts or Timeouts()
        self._context = context or ssl.create_default_context()
        self._dialogue: Dialogue | None = None
        self._is_dirty = False  # the last transaction came to nothing and was not ended

    @property
    def name(self) -> str:
        return f"{self.settings.host}:{self.settings.port}"

    def send(self, message: Message, on_data: Callable[[], None]) -> None:
        """Send a message; return when the server has taken responsibility for it.

        `on_data` is called when the recipient was accepted and the server waits for
        the body. Raises DeliveryError: permanent, uncertain, or else worth another try.
        What `on_data` raises ends the dialogue, and nothing was sent.
        """
        envelope = Envelope.of(message)
        try:
            dialogue = self._offered(message, envelope)
            on_data()
            dialogue.hand_over(message.content)
        except DeliveryError as error:
            self._is_dirty = True
            if error.scope != "message":
                self._drop()
            raise
        except BaseException:
            # Whatever else: without the final dot the server throws away what it got.
            self._drop()
            raise

    def close(self) -> None:
        """End the connection, if there is one; the next message gets a new one."""
        if self._dialogue is not None:
            self._dialogue.quit()
        self._dialogue = None

    def _offered(self, message: Message, envelope: Envelope) -> Dialogue:
        """Return a dialogue that waits for the body.

        A connection that was kept may have been closed meanwhile: nothing of this message
        has gone out then, and it is offered once more, over a new one.
        """
        kept = self._kept()
        if kept is not None:
            kept.message_id = message.id
            try:
                if self._is_dirty:
                    kept.reset()
                    self._is_dirty = False
                kept.offer(envelope, message.content)
                return kept
            except DeliveryError as error:
                if error.scope == "message":
                    raise
                self._drop()
        dialogue = self._opened(message.id)
        dialogue.offer(envelope, message.content)
        return dialogue

    def _kept(self) -> Dialogue | None:
        if self._dialogue and self._dialogue.message_count >= self.settings.per_connection:
            self.close()
        return self._dialogue

    def _opened(self, message_id: str) -> Dialogue:
        login = self._login(message_id)
        self._dialogue = Dialogue(self.settings, self._timeouts, self._context, message_id)
        self._is_dirty = False
        self._dialogue.connect()
        if login is not None:
            self._dialogue.log_in(login)
        return self._dialogue

    def _login(self, message_id: str) -> Login | None:
        if not self.settings.user:
            return None
        if self._token is None:
            return Login(self.settings.user, self._password or "", is_token=False)
        try:
            return Login(self.settings.user, self._token(), is_token=True)
        except ConfigError as error:
            raise DeliveryError(message_id, str(error), scope="server") from error

    def _drop(self) -> None:
        if self._dialogue is not None:
            self._dialogue.close()
        self._dialogue = None


def _check(settings: MailSettings, password: str | None, *, has_token: bool) -> None:
    """Raise ConfigError for settings that cannot be safe, or cannot work."""
    if not settings.host:
        raise ConfigError("mail.host", "no mail server is named, so no mail can be sent")
    if settings.security == "none" and (has_token or not is_loopback(settings.host)):
        what = "a token is never sent so" if has_token else f"{settings.host} is another"
        raise ConfigError(
            "mail.security",
            f'"none" is for a server on this machine only, and {what}: use "starttls" or "tls"',
        )
    if settings.user and not password and not has_token:
        raise ConfigError("mail.user", "there is a user to log in and no password for it")
    if not f"{settings.user}{password or ''}".isascii():
        raise ConfigError("mail.user", "user and password must be ASCII: logins carry no more")
