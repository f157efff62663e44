"""The rooms, the floors and the owners of `docs/architecture.md`, as claims."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

# What is read here is text: nothing of it is run.
pytestmark = pytest.mark.usefixtures("unmeasured")

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "monitor"
MODULES = sorted(PACKAGE.rglob("*.py"))

FLOORS = {
    "model": 0,
    "errors": 0,
    "config": 0,
    "text": 1,
    "identity": 1,
    "signing": 1,
    "stages": 2,
    "adapters": 2,
    "pipeline": 3,
    "service": 4,
    "web": 4,
    "demo": 4,
    "cli": 5,
    # The two doors: they hold the version, and start the command line.
    "__init__": 0,
    "__main__": 6,
}

# Two files of one floor that know each other all the same, and why.
ONE_ROOM = {
    # A cluster's worker says what became of an item as a process does.
    ("adapters/cluster_workers.py", "monitor.adapters.workers"),
    # An archive's feed list is one as the home's.
    ("adapters/archives.py", "monitor.adapters.home.opml"),
    # What an outgoing request may reach is decided in one place.
    ("adapters/channels.py", "monitor.adapters.poll.guard"),
    # Identity compares folded words and links.
    ("identity.py", "monitor.text"),
    # The service serves the pages, too.
    ("service/pages.py", "monitor.web.server"),
    # A profile is tried on an archive as it is on what is stored.
    ("pipeline/archives/archive_trial.py", "monitor.pipeline.tuning.profiles"),
    ("pipeline/archives/archive_trial.py", "monitor.pipeline.tuning.trying"),
    # A mail tells where a story stands, and how its outlets are balanced.
    ("stages/render/receipt_view.py", "monitor.stages.choose.balance"),
    ("stages/render/receipt_view.py", "monitor.stages.choose.rank"),
    ("stages/render/entry_words.py", "monitor.stages.choose.rank"),
    ("stages/render/view.py", "monitor.stages.choose.rank"),
    # What is new in a story is told by the words that folding knows in both languages.
    ("stages/choose/movement.py", "monitor.stages.cluster.lexicon"),
    ("stages/choose/movement.py", "monitor.stages.cluster.terms"),
    # So is what a saga is about; and an event that readers know is known as folding knows it.
    ("stages/choose/subjects.py", "monitor.stages.cluster.lexicon"),
    ("stages/choose/subjects.py", "monitor.stages.cluster.terms"),
    ("stages/choose/subjects.py", "monitor.stages.cluster.tokens"),
    ("stages/choose/memory.py", "monitor.stages.cluster.kept_terms"),
    ("stages/choose/memory.py", "monitor.stages.cluster.likeness"),
    ("stages/choose/memory.py", "monitor.stages.cluster.terms"),
    # What is an outlet's name is known where scores are made.
    ("stages/learn/suggest.py", "monitor.stages.score.outlets"),
}

OWNERS = {
    "ahocorasick": {"text/matching.py"},
    "apscheduler": {"service/running.py"},
    "distributed": {"adapters/cluster_workers.py"},
    "warcio": {"adapters/archives.py"},
    "pyarrow": {"adapters/archive_files.py"},
    "css_inline": {"stages/render/__init__.py"},
    "fcntl": {"adapters/lock.py"},
    "feedparser": {"stages/parse/judge.py"},
    "jinja2": {"stages/render/__init__.py", "web/rendering.py"},
    "nh3": {"text/__init__.py"},
    "pebble": {"adapters/workers.py"},
    "pycurl": {"adapters/poll/transfer.py"},
    "pydantic": {"adapters/home/settings.py"},
    "smtplib": {"adapters/deliver/dialogue.py"},
    "sqlite3": {
        "adapters/store/database.py",
        "adapters/store/schema.py",
        "adapters/store/transactions.py",
        "adapters/store/words.py",
    },
    "sqlite_utils": {"adapters/store/schema.py"},
    "pypdf": {"adapters/articles.py"},
    "trafilatura": {"adapters/articles.py"},
    "sentence_transformers": {"adapters/embeddings.py"},
    "starlette": {"web/app.py", "web/desk.py", "web/guard.py", "web/visit.py"},
    "uvicorn": {"web/server.py"},
    "tomlkit": {"adapters/home/editing.py"},
}

# Modules whose functions tell the time; below floor 4 `now` is an argument.
CLOCKS = {("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today")}


def place(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def room(path: Path) -> str:
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def imports(path: Path) -> frozenset[str]:
    return frozenset(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            module = node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


@cache
def own_module(name: str) -> str | None:
    """The module of ours that an imported name lies in, None for other people's."""
    parts = name.split(".")
    if parts[0] != "monitor":
        return None
    while parts:
        base = ROOT.joinpath(*parts)
        if base.with_suffix(".py").is_file() or (base / "__init__.py").is_file():
            return ".".join(parts)
        parts.pop()
    return None


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_a_module_imports_only_from_lower_floors(path: Path) -> None:
    here = room(path)
    folder = ".".join(("monitor", *path.relative_to(PACKAGE).parts[:-1]))
    if folder in {"monitor", "monitor.stages", "monitor.adapters"}:
        folder = "none"  # these hold many rooms

    for module in {own_module(name) for name in imports(path)} - {None, "monitor"}:
        assert module is not None
        there = module.split(".")[1]
        if module == folder or module.startswith(f"{folder}."):
            continue  # a room that is a folder is one noun; its files know each other
        if (place(path), module) in ONE_ROOM:
            continue
        assert FLOORS[there] < FLOORS[here], f"{place(path)} imports {module}"


@pytest.mark.parametrize("pair", sorted(ONE_ROOM), ids=str)
def test_an_exception_to_the_floors_is_still_needed(pair: tuple[str, str]) -> None:
    file, module = pair

    assert module in {own_module(name) for name in imports(PACKAGE / file)}


@pytest.mark.parametrize(("library", "owners"), OWNERS.items(), ids=list(OWNERS))
def test_a_library_is_used_by_its_owner_only(library: str, owners: set[str]) -> None:
    users = {
        place(path) for path in MODULES if library in {name.split(".")[0] for name in imports(path)}
    }

    assert users == owners


@pytest.mark.parametrize("path", [p for p in MODULES if FLOORS[room(p)] < 4], ids=place)
def test_nobody_below_floor_4_reads_a_clock(path: Path) -> None:
    readings = {
        (node.value.id, node.attr)
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name)
    }

    assert readings & CLOCKS == set()
    assert ("time", "time") not in readings


@pytest.mark.parametrize("path", MODULES, ids=place)
def test_a_module_opens_with_a_sentence(path: Path) -> None:
    docstring = ast.get_docstring(tree(path))

    assert docstring is not None
    assert docstring.split("\n\n")[0].rstrip().endswith((".", "?", ":")), docstring
