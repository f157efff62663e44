"""Conditional GETs, many at a time: poller.py is the door, the other files its parts.

transfer.py moves the bytes and is the sole user of pycurl; lanes.py says whose turn it
is, guard.py where a feed may be read from, answer.py what came of it. Those three are
pure.
"""

from monitor.adapters.poll.guard import lane_of, without_credentials
from monitor.adapters.poll.poller import Poller, SentOn
from monitor.adapters.poll.transfer import Limits

__all__ = ["Limits", "Poller", "SentOn", "lane_of", "without_credentials"]
