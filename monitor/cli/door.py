"""The way in: the commands, where the home is, and what an error looks like to a person."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from monitor import __version__
from monitor.adapters.logs import set_up
from monitor.errors import MonitorError, RenderError

if TYPE_CHECKING:
    from monitor.adapters.home import Home

# Command -> where it lives. A command's module is imported when it is called or
# described, so that `monitor --version` answers at once.
COMMANDS = {
    "init": "making",
    "customize": "making",
    "demo": "making",
    "run": "runs",
    "poll": "runs",
    "digest": "issuing",
    "digests": "digests",
    "export": "exporting",
    "deliver": "runs",
    "outbox": "outbox",
    "mail": "mail",
    "once": "keeping",
    "status": "status",
    "doctor": "doctor",
    "backup": "keeping",
    "restore": "keeping",
    "prune": "keeping",
    "install-service": "installing",
    "entries": "reading",
    "explain": "explaining",
    "stories": "stories",
    "score": "scoring",
    "backfill": "backfilling",
    "evaluate": "measuring",
    "cluster": "clustering",
    "evaluate-stories": "clustering",
    "feedback": "teaching",
    "learn": "teaching",
    "feeds": "feeds",
    "profiles": "profiles",
    "settings": "settings",
    "serve": "serving",
    "worker": "working",
    "passwd": "serving",
    "people": "people",
}
SENTENCE_MAX = 300  # characters; longer ones end in "..."
ENDED_BY_READER = 0  # `monitor score FILE | head` is done when head has enough
ENDED_BY_PERSON = 130  # 128 + SIGINT, as shells count it


@dataclass(frozen=True, slots=True)
class Door:
    """What holds for every command: where the home is, and where its words come from."""

    option: Path | None
    environ: Mapping[str, str]

    def root(self) -> Path:
        """Return the home's folder; raises ConfigError when there is none."""
        from monitor.adapters.home import find_home

        try:
            here = Path.cwd()
        except FileNotFoundError as error:
            raise CouldNotBeDone(
                "the folder you are in was deleted; nothing was done. Go to another one (cd)"
            ) from error
        return find_home(self.option, self.environ, here)

    def home(self) -> Home:
        """Read the home; raises ConfigError when something in it is wrong."""
        from monitor.adapters.home import open_home

        return open_home(self.root(), self.environ)


class CouldNotBeDone(click.ClickException):
    """An error in words: one or two plain lines on stderr, exit status 2, no traceback."""

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(f"monitor: {self.format_message()}", file=file, err=True)


def _in_words(error: MonitorError) -> str:
    """Return what happened; of a template also what that means for the digest."""
    if isinstance(error, RenderError):
        return f"{error}; nothing was issued or lost: mend it, and issue the digest again"
    return str(error)


class Group(click.Group):
    """Commands under one name; what each does is told in a whole sentence."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        commands = [(name, self.get_command(ctx, name)) for name in self.list_commands(ctx)]
        with formatter.section("Commands"):
            formatter.write_dl(
                [(name, each.get_short_help_str(SENTENCE_MAX)) for name, each in commands if each]
            )


class Commands(Group):
    """The commands, imported one by one; where our errors become an exit status."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"monitor.cli.{COMMANDS[cmd_name]}")
        command: click.Command = getattr(module, f"{cmd_name.replace('-', '_')}_command")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            result = super().invoke(ctx)
            # Here and not at exit, where a closed pipe could no longer be caught.
            sys.stdout.flush()
            return result
        except MonitorError as error:
            if ctx.params.get("debug"):
                raise
            raise CouldNotBeDone(_in_words(error)) from error
        except BrokenPipeError:
            # Python flushes once more at exit; let that go nowhere.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            ctx.exit(ENDED_BY_READER)
        except KeyboardInterrupt:
            click.echo("\nmonitor: interrupted; what was saved so far stays", err=True)
            ctx.exit(ENDED_BY_PERSON)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--home",
    type=click.Path(path_type=Path, readable=False),  # read, and refused in words, by home.py
    metavar="DIR",
    help="The home to work on; else MONITOR_HOME, else the current folder.",
)
@click.option("--debug", is_flag=True, help="Show tracebacks and log more.")
@click.option(
    "--log-format",
    type=click.Choice(["text", "json"]),
    default="text",
    help="How the log's lines look.",
    show_default=True,
)
@click.version_option(__version__, prog_name="monitor", message="%(prog)s %(version)s")
@click.pass_context
def monitor(ctx: click.Context, home: Path | None, debug: bool, log_format: str) -> None:
    """Poll feeds, score entries against topic profiles, issue digests that say why.

    \b
    Example:
      monitor init ~/news          make a home
      monitor --home ~/news run    poll, issue and deliver until stopped
    """
    set_up(debug=debug, as_json=log_format == "json")
    ctx.obj = Door(home, os.environ)
