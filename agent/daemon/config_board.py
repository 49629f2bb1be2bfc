"""`[board]` of the agent's configuration: the hardware, in a file of its own or in the same one (see `hal.board`)."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from agent.daemon.config_error import ConfigError
from hal import board as boards
from hal.layout import Board

TABLES = boards.TABLES


def read_board(document: Mapping[str, object], file: Path) -> Board:
    """The board of a document that was read from `file`. Raises ConfigError."""
    try:
        return boards.of_config(document, str(file))
    except boards.BoardError as error:
        raise ConfigError.of(error, str(file)) from None
