"""Scored entries -> stories: does a new entry report an event that is already known?"""

from monitor.stages.cluster.book import WINDOW, StoryBook
from monitor.stages.cluster.fold import fold_entries

__all__ = ["WINDOW", "StoryBook", "fold_entries"]
