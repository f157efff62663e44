"""The command that tries everything the monitor relies on, and says what to do."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import UTC, datetime

import click

from monitor.cli.checkup import Finding, examine
from monitor.cli.door import Door
from monitor.cli.tables import print_hanging, print_json

WORDS = {"well": "well", "look": "look", "wrong": "WRONG"}


@click.command("doctor")
@click.option("--offline", is_flag=True, help="Ask no name server, feed or mail server.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.pass_obj
def doctor_command(door: Door, offline: bool, as_json: bool) -> None:
    """Try what the monitor relies on: home, templates, database, clock, names, mail, disk, rights.

    Sends no mail and polls no feed. Exits with 1 when something is wrong.

    \b
    Example:
      monitor doctor
    """
    found: list[Finding] = []
    for finding in examine(door, datetime.now(UTC), offline=offline):
        found.append(finding)
        if not as_json:
            print_hanging(f"{WORDS[finding.state]:6} {finding.about:12} ", finding.text)
            if finding.advice:
                print_hanging(" " * 20, finding.advice)
    if as_json:
        print_json([asdict(finding) for finding in found])
    if any(finding.state == "wrong" for finding in found):
        sys.exit(1)
