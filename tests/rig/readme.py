"""README.md as data: its journeys through the code, its paths, commands and keys."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"

_STEP = re.compile(r"`([\w/]+\.py)`((?: · `\w+`)+)")
_NAME = re.compile(r"· `(\w+)`")


class Place(NamedTuple):
    """A function as a journey names it: `agent/core/session.py` · `settle`."""

    path: str
    function: str

    def __str__(self) -> str:
        return f"{self.path} · {self.function}"


def text() -> str:
    return README.read_text(encoding="utf-8")


def section(title: str) -> str:
    """What stands below a heading, up to the next one of its rank or above."""
    rank, lines, inside = "", [], False
    for line in text().splitlines():
        heading = re.match(r"(#+) (.*)", line)
        if inside and heading and len(heading[1]) <= len(rank):
            break
        if inside:
            lines.append(line)
        elif heading and heading[2].startswith(title):
            rank, inside = heading[1], True
    if not inside:
        raise AssertionError(f"README.md has no section {title!r}")
    return "\n".join(lines)


def journey(number: int) -> list[Place]:
    """The functions of a journey, in the order of the text."""
    flat = " ".join(section(f"Journey {number}:").split())
    return [Place(step[1], name) for step in _STEP.finditer(flat) for name in _NAME.findall(step[2])]


def codes(where: str) -> list[str]:
    """What stands between backticks, blocks of code left out."""
    return re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", where, flags=re.S))


def blocks(language: str, where: str | None = None) -> list[str]:
    """Blocks of code of a language."""
    found = re.findall(rf"```{language}\n(.*?)```", where if where is not None else text(), re.S)
    return [block.strip() for block in found]
