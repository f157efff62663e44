"""`monitor worker`: this machine works for a cluster."""

from __future__ import annotations

import click

from monitor.adapters.cluster_workers import is_cluster, work_for
from monitor.cli.door import CouldNotBeDone


@click.command("worker")
@click.argument("address", metavar="dask://HOST:PORT")
@click.option(
    "--threads",
    type=click.IntRange(1, 256),
    default=4,
    show_default=True,
    help="Batches under way at a time; each has a process of its own that parses.",
)
@click.option("--name", metavar="NAME", help="What the cluster's pages call it.")
def worker_command(address: str, threads: int, name: str | None) -> None:
    """Work for a Dask cluster until stopped: poll, parse and score what a home asks for.

    The home's settings name the same scheduler, [poll] workers; all that is found is sent
    there and stored there. A scheduler is started with `dask scheduler`. Program, Python and
    Dask must be of one version everywhere.

    \b
    Example:
      monitor worker dask://10.0.0.5:8786 --threads 8
    """
    if not is_cluster(address):
        raise CouldNotBeDone(f"{address}: expected dask://HOST:PORT")
    work_for(address, threads, name)
