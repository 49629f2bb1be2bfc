"""`[board]`: the hardware, in a file of its own or in the same one.

    [board]
    file = "board.toml"             # a board file (see hal.board), or "mock"

or the tables of a board file themselves: `[board]` with name and kind, `[[evse]]`, `[[reader]]`, `[[indicator]]`. On a
board of kind "mock" everything may be left out: one EVSE with one connector, bench's path, meter and reader.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING
from pathlib import Path

from agent.daemon.config_error import ConfigError
from hal import board as boards
from hal.layout import Board, BoardKind
from hal.schema import SchemaError, show

TABLES = ("board", "evse", "reader", "indicator")
_BENCH = {"driver": boards.MOCK}


def read_board(document: Mapping[str, object], file: Path) -> Board:
    """The board of a document that was read from `file`. Raises ConfigError and SchemaError."""
    given = document.get("board")
    if not isinstance(given, dict):
        remedy = 'write [board] with file = "…", or with kind = "mock" for a station without hardware'
        raise SchemaError("board", "", MISSING, "no board is named", remedy)
    try:
        if "file" in given:
            return boards.load(_named(given, document, file))
        own = {name: document[name] for name in TABLES if name in document}
        return boards.parse(_completed(own, given) if given.get("kind") == BoardKind.MOCK else own, str(file))
    except boards.BoardError as error:
        raise ConfigError.of(error, str(file)) from None


def _named(given: Mapping[str, object], document: Mapping[str, object], file: Path) -> str:
    name = given["file"]
    if not isinstance(name, str) or not name:
        raise SchemaError("board", "file", name, "a file name is needed", 'write file = "board.toml"')
    for key in given:
        if key != "file":
            raise SchemaError("board", key, given[key], "does not go with file", "write it in the board file")
    for table in TABLES[1:]:
        if table in document:
            problem = f"the board is in {show(name)}, and there is [[{table}]] here"
            raise SchemaError(table, "", MISSING, problem, "keep one of them")
    return name if name == boards.MOCK else str(file.parent / name)


def _completed(own: Mapping[str, object], given: Mapping[str, object]) -> Mapping[str, object]:
    """A mock board with what may be left out."""
    evses = own.get("evse", [{}])
    if isinstance(evses, list) and all(isinstance(evse, dict) for evse in evses):
        evses = [{"id": number, "power_path": _BENCH, "meter": _BENCH, **evse} for number, evse in enumerate(evses, 1)]
    return {"reader": [_BENCH], **own, "board": {"name": boards.MOCK, **given}, "evse": evses}
