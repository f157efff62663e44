"""Find the soaks and run them; every one prints its table, and its seed when a claim breaks.

A soak is a module beside this one with `run(seed: int, count: int | None) -> Iterable[str]`:
it yields lines of its table and raises AssertionError when what it claims does not hold.
A `count` of None means its own full size. Its docstring's first line says what it tries.
"""

from __future__ import annotations

import argparse
import importlib
import pkgutil
import sys
import time
import traceback
from pathlib import Path
from types import ModuleType

SEED = 20260712  # an arbitrary one; the same seed gives the same run, as far as timing lets it


def names() -> list[str]:
    """Return the soaks there are: the modules here that can be run."""
    found = (module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)]))
    return sorted(name for name in found if not name.startswith("_") and hasattr(load(name), "run"))


def load(name: str) -> ModuleType:
    return importlib.import_module(f"tests.soak.{name}")


def soak(name: str, seed: int, count: int | None) -> bool:
    """Run one; tell whether its claim held."""
    module = load(name)
    print(f"== {name}: {(module.__doc__ or '').splitlines()[0]} Seed {seed}.", flush=True)
    began = time.monotonic()
    try:
        for line in module.run(seed, count):
            print(f"   {line}", flush=True)
    except AssertionError:
        traceback.print_exc(limit=-3)
        print(f"   BROKEN: ./run soak {name} --seed {seed}", file=sys.stderr, flush=True)
        return False
    print(f"   held, {time.monotonic() - began:.0f} s", flush=True)
    return True


def main() -> int:
    parser = argparse.ArgumentParser(prog="./run soak", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="which; else every one")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--count", type=int, help="how many; else each one's own number")
    parser.add_argument("--list", action="store_true", help="tell what there is")
    wanted = parser.parse_args()
    known = names()
    if unknown := set(wanted.names) - set(known):
        parser.error(f"no such soak: {', '.join(sorted(unknown))}; there are {', '.join(known)}")
    if wanted.list:
        for name in known:
            print(f"{name:16} {(load(name).__doc__ or '').splitlines()[0]}")
        return 0
    held = [soak(name, wanted.seed, wanted.count) for name in wanted.names or known]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main())
