"""How soon commands answer, and what the program takes: start-up, memory, sizes.

    python bench/footprint.py [--rounds 7]

Start-up is the least of some rounds, from a home with a database; memory is what an idle
service and all its processes hold ten seconds after its start, mapped files counted once; sizes
are of the wheel and of the installed dependencies, by their own lists of files.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent
REACH = {
    "monitor --version": "150 ms",
    "monitor status": "400 ms",
    "idle service": "80 MB",
    "wheel": "1 MB",
    "dependencies": "80 MB",
}
IDLE_S = 10.0


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "home")
        _monitor("init", str(home))
        (home / "feeds.opml").write_text('<opml version="2.0"><body></body></opml>')
        _monitor("--home", str(home), "poll")
        _tell("monitor --version", f"{_soonest(rounds, '--version'):.0f} ms")
        _tell("monitor status", f"{_soonest(rounds, '--home', str(home), 'status'):.0f} ms")
        _tell("idle service", f"{idle_megabytes(home):.1f} MB")
        _tell("wheel", f"{wheel_bytes(Path(folder)) / 1e6:.2f} MB")
    _tell("dependencies", f"{dependency_bytes() / 1e6:.1f} MB")


def _tell(name: str, figure: str) -> None:
    print(f"{name:20} {figure:>10}   reach {REACH[name]}", flush=True)


def _monitor(*arguments: str) -> None:
    command = [sys.executable, "-m", "monitor", *arguments]
    subprocess.run(command, capture_output=True, check=False, cwd=ROOT)


def _soonest(rounds: int, *arguments: str) -> float:
    took = []
    for _ in range(rounds):
        began = time.perf_counter()
        _monitor(*arguments)
        took.append((time.perf_counter() - began) * 1000)
    return min(took)


def idle_megabytes(home: Path) -> float:
    """Return what an idle service and its processes hold, in MB."""
    command = [sys.executable, "-m", "monitor", "--home", str(home), "run"]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL) as service:
        time.sleep(IDLE_S)
        held = held_bytes(family(service.pid))
        service.terminate()
    return held / 1e6


def family(pid: int) -> list[int]:
    """Return a process and all that it started."""
    parents = {}
    for each in Path("/proc").iterdir():
        if each.name.isdigit():
            try:
                stat = (each / "stat").read_text()
            except OSError:
                continue
            parents[int(each.name)] = int(stat.rpartition(")")[2].split()[1])
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def held_bytes(processes: list[int]) -> int:
    """Return what processes hold in memory; a file that several have mapped counts once.

    What other programs have mapped of the same files, and so would share, makes no difference.
    """
    own, files = 0, dict[str, int]()
    for process in processes:
        mapped: dict[str, int] = {}
        for path, resident, anonymous in _mappings(process):
            own += anonymous
            if path.startswith("/"):
                mapped[path] = mapped.get(path, 0) + resident - anonymous
        for path, size in mapped.items():
            files[path] = max(files.get(path, 0), size)
    return own + sum(files.values())


def _mappings(process: int) -> Iterator[tuple[str, int, int]]:
    """Yield of each piece of memory its file, and what is resident: all, and its own share."""
    try:
        text = Path(f"/proc/{process}/smaps").read_text()
    except OSError:
        return  # it ended
    found = re.compile(
        r"^[0-9a-f]+-[0-9a-f]+ \S+ \S+ \S+ \S+ *(.*)\n(?:(?![0-9a-f]+-).*\n)*?"
        r"Rss: +(\d+) kB\n(?:(?![0-9a-f]+-).*\n)*?Anonymous: +(\d+) kB",
        re.MULTILINE,
    )
    for path, resident, anonymous in found.findall(text):
        yield path, int(resident) * 1024, int(anonymous) * 1024


def wheel_bytes(folder: Path) -> int:
    """Return the size of the wheel as it is built now."""
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*command, str(ROOT)], check=True, capture_output=True)
    (wheel,) = folder.glob("*.whl")
    return wheel.stat().st_size


def dependency_bytes() -> int:
    """Return the size of what requirements.lock names, as it is installed here."""
    names = re.findall(r"^([\w.-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    size = 0
    for name in names:
        for file in importlib.metadata.files(name) or ():
            path = Path(str(file.locate()))
            if path.is_file() and "__pycache__" not in path.parts:
                size += path.stat().st_size
    return size


if __name__ == "__main__":
    main()
