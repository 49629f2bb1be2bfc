"""How `evse` prints its help: as wide as the terminal, found without the archive modules that argparse loads for it.

argparse makes a formatter for each argument that is added, only to check it; by default each looks the terminal up with
`shutil`, which brings zlib, bz2 and lzma along. That was a fifth of what a command cost.
"""

from __future__ import annotations

import argparse
import os
import sys

WIDTH = 80  # of what is no terminal
NARROWEST = 40


def columns() -> int:
    """Width of the terminal, or what `COLUMNS` says of it."""
    try:
        return max(int(os.environ["COLUMNS"]), NARROWEST)
    except (KeyError, ValueError):
        pass
    try:
        return max(os.get_terminal_size(sys.stdout.fileno()).columns, NARROWEST)
    except (OSError, ValueError, AttributeError):  # no terminal, closed, or something without a descriptor
        return WIDTH


class Help(argparse.HelpFormatter):
    """Help of a command."""

    def __init__(
        self, prog: str, indent_increment: int = 2, max_help_position: int = 24, width: int | None = None
    ) -> None:
        super().__init__(prog, indent_increment, max_help_position, width or columns() - 2)


class TopHelp(Help, argparse.RawDescriptionHelpFormatter):
    """Help of `evse` itself, with the table of exit codes as it is written."""
