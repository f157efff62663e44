"""The mail server: messages handed over, and what became of each said truly.

TLS is always verified. What was refused for now (4xx, a lost connection) may be tried again,
what was refused for good (5xx) may not; a refused login or a server that cannot be reached is
the operator's to mend, and no message is lost to it; once the final dot went out and no reply
came, nobody knows, and that is said too.

dialogue.py is the sole user of smtplib.
"""

from monitor.adapters.deliver.check import Finding, check_server, sender_hints
from monitor.adapters.deliver.dialogue import Timeouts
from monitor.adapters.deliver.server import MailServer

__all__ = ["Finding", "MailServer", "Timeouts", "check_server", "sender_hints"]
