"""Digests out: what is due, for whom, in which words, and by which door."""
