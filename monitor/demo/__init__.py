"""The sample newsroom: the whole way from feeds to a delivered digest, without a network."""

from monitor.demo.rehearsal import run_demo

__all__ = ["run_demo"]
