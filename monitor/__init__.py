"""A news monitor: polls feeds, scores entries against topic profiles, issues digests."""

__version__ = "0.1.0"
