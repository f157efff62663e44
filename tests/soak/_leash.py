"""A leash for the processes that soaks start: whoever starts them may be killed, they end too."""

from __future__ import annotations

# Source, for a process that is given a pipe as its input: `leash()` ends it, and whoever it
# forked and called it there, as soon as the pipe's other end is gone. What is written into
# the pipe is left for others to read.
LEASH = """
import os, select, threading

def leash():
    def wait():
        line = select.poll()
        line.register(0, select.POLLHUP)
        line.poll()
        os._exit(3)
    threading.Thread(target=wait, daemon=True).start()
"""
