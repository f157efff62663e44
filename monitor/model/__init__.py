"""The nouns, frozen: what travels between the rooms. No dependency.

`_at` is an aware UTC datetime, scores are in [0, 1], text is plain text unless its
name ends in `_html`. One file per noun; everybody imports from here.
"""

from monitor.model.changes import ProfileChange
from monitor.model.digests import Digest, FeedTrouble, Receipt, Section, Slot, Trend
from monitor.model.entries import Entry, EntryKey, ItemMark, ParsedFeed
from monitor.model.feeds import (
    Access,
    Feed,
    FeedChange,
    FeedNews,
    PollOutcome,
    PollRequest,
    PollState,
    Problem,
    Retrieved,
    Subscription,
)
from monitor.model.messages import Message, OutboxMessage, OutboxState, Rendered
from monitor.model.profiles import (
    NEAR_MISS_SHARE,
    Alias,
    Learned,
    Party,
    SourceArticle,
    TopicProfile,
    Verdict,
)
from monitor.model.scores import Reason, Score, ScoredEntry
from monitor.model.stories import (
    Earlier,
    Omission,
    OmitReason,
    Placement,
    Rank,
    Shown,
    Story,
    StoryEntry,
    Update,
)
from monitor.model.upkeep import MailTrouble, Trouble, Upkeep

__all__ = [
    "NEAR_MISS_SHARE",
    "Access",
    "Alias",
    "Digest",
    "Earlier",
    "Entry",
    "EntryKey",
    "Feed",
    "FeedChange",
    "FeedNews",
    "FeedTrouble",
    "ItemMark",
    "Learned",
    "MailTrouble",
    "Message",
    "Omission",
    "OmitReason",
    "OutboxMessage",
    "OutboxState",
    "ParsedFeed",
    "Party",
    "Placement",
    "PollOutcome",
    "PollRequest",
    "PollState",
    "Problem",
    "ProfileChange",
    "Rank",
    "Reason",
    "Receipt",
    "Rendered",
    "Retrieved",
    "Score",
    "ScoredEntry",
    "Section",
    "Shown",
    "Slot",
    "SourceArticle",
    "Story",
    "StoryEntry",
    "Subscription",
    "TopicProfile",
    "Trend",
    "Trouble",
    "Update",
    "Upkeep",
    "Verdict",
]
