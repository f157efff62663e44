"""Feeds in: what a poll run does, here, in worker processes or on a cluster."""
