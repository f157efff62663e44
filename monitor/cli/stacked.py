"""Tables too wide for a terminal: their longest texts stand beneath the rest of their row."""

from __future__ import annotations

from collections.abc import Sequence

# rich is loaded where it is used: it takes longer than all else that most commands do.
READABLE_CHARS = 16  # a date with its time; narrower columns of words are no pleasure
WORD_MAX_CHARS = 24  # names and addresses up to here are not broken
LINES_MAX = 3  # that a text takes in its column, about
GAP, MARGIN = "   ", "  "
INDENT_MAX = 5


def least_widths(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> list[int]:
    """Return how narrow each column may get before its cells cannot be read any more."""
    return [
        _widest([name.removeprefix("#"), *cells]) if name.startswith("#") else _least(name, cells)
        for name, cells in zip(columns, _columns(columns, rows), strict=True)
    ]


def fits(widths: Sequence[int], room: int) -> bool:
    """Tell whether columns of these widths stand side by side in `room` characters."""
    return sum(widths) + len(GAP) * len(widths) + 1 <= room


def shared_widths(columns: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[int]:
    """Return the widths of columns side by side, nothing when they cannot be read so.

    The widest gives way first, none below what can be read.
    """
    least = least_widths(columns, rows)
    if not fits(least, room):
        return []
    widths = [
        max(narrowest, _widest([name.removeprefix("#"), *_lines_of(cells)]))
        for name, cells, narrowest in zip(columns, _columns(columns, rows), least, strict=True)
    ]
    while not fits(widths, room):
        at = max(range(len(widths)), key=lambda i: (widths[i] > least[i], widths[i]))
        widths[at] -= 1
    return widths


def stacked_lines(columns: Sequence[str], rows: Sequence[Sequence[str]], room: int) -> list[str]:
    """Return a table's lines, heading first, none wider than `room`; nothing is left out.

    The widest columns of words stand beneath the others, each with its name if there are
    several; the first column stays where it is. Empty ones take no line.
    """
    names = [name.removeprefix("#") for name in columns]
    rows = [[", ".join(cell.splitlines()) for cell in row] for row in rows]
    widths = [
        _widest([name, *cells]) for name, cells in zip(names, _columns(columns, rows), strict=True)
    ]
    top = list(range(len(columns)))
    while len(top) > 1 and not fits([widths[i] for i in top], room):
        top.remove(max(top[1:], key=lambda i: (not columns[i].startswith("#"), widths[i], i)))
    beneath = [i for i in range(len(columns)) if i not in top]
    indent = " " * (len(MARGIN) + len(GAP) + min(widths[0], INDENT_MAX))
    lines: list[str] = []
    for row in (names, *rows):
        cells = [_aligned(row[i], widths[i], columns[i].startswith("#")) for i in top]
        lines += _folded(f"{MARGIN}{GAP.join(cells)}".rstrip(), room, len(MARGIN))
        if len(beneath) == 1:
            lines += _folded(indent + row[beneath[0]], room, len(indent)) if row[beneath[0]] else []
        elif row is not names:
            lines += _packed([f"{names[i]}: {row[i]}" for i in beneath if row[i]], indent, room)
        if row is names:
            lines.append(f" {'─' * (room - 2)} ")
    return lines


def _packed(said: Sequence[str], indent: str, room: int) -> list[str]:
    """Return what is said on as few lines as hold it; what is longer takes several."""
    from rich.cells import cell_len

    packed: list[str] = []
    for each in said:
        if packed and cell_len(f"{packed[-1]}{GAP}{each}") <= room:
            packed[-1] += f"{GAP}{each}"
        else:
            packed.append(f"{indent}{each}")
    return [line for each in packed for line in _folded(each, room, len(indent))]


def _columns(names: Sequence[str], rows: Sequence[Sequence[str]]) -> list[list[str]]:
    return [[row[i] for row in rows] for i in range(len(names))]


def _lines_of(cells: Sequence[str]) -> list[str]:
    return [line for cell in cells for line in cell.splitlines()]


def _least(name: str, cells: Sequence[str]) -> int:
    cells = _lines_of(cells)
    widest = _widest(cells)
    words = [word for text in (name, *cells) for word in text.split()]
    readable = max(READABLE_CHARS, min(_widest(words), WORD_MAX_CHARS), widest // LINES_MAX)
    return max(min(widest, readable), _widest(name.split()))


def _widest(texts: Sequence[str]) -> int:
    from rich.cells import cell_len

    return max(map(cell_len, texts), default=0)


def _aligned(text: str, width: int, is_number: bool) -> str:
    from rich.cells import cell_len

    blank = " " * (width - cell_len(text))
    return blank + text if is_number else text + blank


def _folded(line: str, room: int, indent: int) -> list[str]:
    """Return a line as lines of at most `room`, the later ones indented."""
    from rich.cells import cell_len
    from rich.console import Console
    from rich.text import Text

    if cell_len(line) <= room:
        return [line]
    own = len(line) - len(line.lstrip())
    wrapped = Text(line.lstrip()).wrap(
        Console(width=room), max(room - max(own, indent), 10), overflow="fold"
    )
    first, *others = [each.plain.rstrip() for each in wrapped]
    return [" " * own + first, *(" " * indent + each for each in others)]
