"""`evse-guard`: the process that alone owns the power path.

    evse-guard --board FILE|mock [--socket PATH] [--bench-socket PATH] [--safe]

Exit codes: 0 stopped by a signal; 69 a device or a socket cannot be had (worth another try); 78 board file or options
are wrong (not worth one); 1 an error of ours, after the outputs were made safe.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import NoReturn

from hal.board import BoardError, load
from hal.guard.process import PRIORITY_ERROR, log, make_safe, serve
from hal.interfaces import DeviceError
from hal.registry import MissingExtra

EX_OK = 0
EX_UNAVAILABLE = 69
EX_CONFIG = 78
DEFAULT_SOCKET = "/run/evse-guard/guard.sock"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the guard. Answers the exit code."""
    options = _parser().parse_args(arguments)
    try:
        return _run(options)
    except (BoardError, _OptionError, MissingExtra) as error:
        log(f"evse-guard: {error}", PRIORITY_ERROR)
        return EX_CONFIG
    except DeviceError as error:
        log(f"evse-guard: {error}", PRIORITY_ERROR)
    except OSError as error:
        where = error.filename or options.socket
        log(f"evse-guard: {where}: {error.strerror or error}", PRIORITY_ERROR)
    return EX_UNAVAILABLE


class _OptionError(ValueError):
    """Options that do not go together."""


def _run(options: argparse.Namespace) -> int:
    board = load(options.board, guard_only=True)
    if options.bench_socket is not None and not board.has_bench:
        raise _OptionError(
            f"--bench-socket {options.bench_socket}: board {board.name} ({board.file}) is real and has no bench; "
            "leave it out"
        )
    if not options.safe:
        serve(board, options.socket, options.bench_socket)
    elif make_safe(board):
        return EX_UNAVAILABLE
    return EX_OK


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        """Wrong options are no reason to try again."""
        log(f"evse-guard: {message}; see evse-guard --help", PRIORITY_ERROR)
        sys.exit(EX_CONFIG)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="evse-guard", description="Owns the power path of a charging station.")
    parser.add_argument("--board", required=True, metavar="FILE|mock", help="board file, or mock")
    parser.add_argument("--socket", default=DEFAULT_SOCKET, metavar="PATH", help=f"for the agent ({DEFAULT_SOCKET})")
    parser.add_argument("--bench-socket", metavar="PATH", help="for the bench; boards with the mock only")
    parser.add_argument("--safe", action="store_true", help="open every contactor and leave")
    return parser


if __name__ == "__main__":
    sys.exit(main())
