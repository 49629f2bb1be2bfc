"""`evse-guard`: the process that alone owns the power path.

    evse-guard --board FILE|mock | --config FILE  [--socket PATH] [--bench-socket PATH] [--safe]

Exit codes: 0 stopped by a signal; 69 a device or a socket cannot be had (worth another try); 78 board file or options
are wrong (not worth one); 1 an error of ours, after the outputs were made safe.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import NamedTuple

from hal.board import BoardError, load, load_config
from hal.guard.process import PRIORITY_ERROR, log, make_safe, serve
from hal.interfaces import DeviceError
from hal.registry import MissingExtra

EX_OK = 0
EX_UNAVAILABLE = 69
EX_CONFIG = 78
DEFAULT_SOCKET = "/run/evse-guard/guard.sock"
USAGE = f"""usage: evse-guard --board FILE|mock | --config FILE [--socket PATH] [--bench-socket PATH] [--safe]

Owns the power path of a charging station: closes a contactor only under a live permit of the agent.

  --board FILE|mock      board file, or the mock
  --config FILE          configuration of evse-agent, which names or holds the board
  --socket PATH          where the agent connects (default: {DEFAULT_SOCKET})
  --bench-socket PATH    control socket of the bench; boards with the mock only
  --safe                 open every contactor and leave
"""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the guard. Answers the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if "--help" in given or "-h" in given:
        sys.stdout.write(USAGE)
        return EX_OK
    try:
        options = _options(given)
        return _run(options)
    except (BoardError, _OptionError, MissingExtra) as error:
        log(f"evse-guard: {error}", PRIORITY_ERROR)
        return EX_CONFIG
    except DeviceError as error:
        log(f"evse-guard: {error}", PRIORITY_ERROR)
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        log(f"evse-guard: {where}{error.strerror or error}", PRIORITY_ERROR)
    return EX_UNAVAILABLE


class _OptionError(ValueError):
    """Options that are unknown, incomplete or do not go together."""


class _Options(NamedTuple):
    board: str = ""
    config: str = ""
    socket: str = DEFAULT_SOCKET
    bench_socket: str | None = None
    safe: bool = False


VALUES = {"--board": "board", "--config": "config", "--socket": "socket", "--bench-socket": "bench_socket"}


def _options(given: Sequence[str]) -> _Options:
    """The options. By hand, because argparse would cost the guard 370 KiB for four of them."""
    found: dict[str, str] = {}
    safe = False
    waiting = list(given)
    while waiting:
        name, equals, value = waiting.pop(0).partition("=")
        if name == "--safe" and not equals:
            safe = True
        elif name not in VALUES:
            raise _OptionError(f"unknown option {name!r}; see evse-guard --help")
        elif not equals and not waiting:
            raise _OptionError(f"option {name} needs a value; see evse-guard --help")
        else:
            found[VALUES[name]] = value if equals else waiting.pop(0)
    if ("board" in found) == ("config" in found):
        raise _OptionError("either --board FILE (or --board mock) or --config FILE is needed")
    return _Options(**found, safe=safe)


def _run(options: _Options) -> int:
    board = load_config(options.config, guard_only=True) if options.config else load(options.board, guard_only=True)
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


if __name__ == "__main__":
    sys.exit(main())
