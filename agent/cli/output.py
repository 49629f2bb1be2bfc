"""What `evse` prints: nothing of it drives a terminal, and what cannot be shown or written is said."""

from __future__ import annotations

import io
import json
import os
import sys
from typing import Any

from agent.cli.failure import Exit, Failure
from agent.cli.quantity import clean

BROKEN = "output"  # code of the failure that the output itself is
OWN_LINES = frozenset({"trace", "doc"})  # keys whose texts are ours and have lines


def prepare() -> None:
    """Output that is there, and shows a question mark for a character that the terminal does not have."""
    if sys.stdout is None:  # closed, as cron and `>&-` have it
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115 - for the rest of the process
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def write(text: str, *, flush: bool = False) -> None:
    """Print a text. Raises Failure, and BrokenPipeError where nobody reads on."""
    try:
        print(text, flush=flush)
    except OSError as error:
        raise failed(error) from None


def flush() -> None:
    """Let out what waits. Raises as `write`."""
    try:
        sys.stdout.flush()
    except OSError as error:
        raise failed(error) from None


def abandon() -> None:
    """What still waits for the output goes nowhere: the interpreter would try once more when it ends, and complain."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def failed(error: OSError) -> Exception:
    """What a failed write to the output is told as."""
    if isinstance(error, BrokenPipeError):
        return error
    abandon()
    return Failure(BROKEN, f"the output cannot be written: {error.strerror or error}", Exit.REFUSED)


def encode(value: Any, *, indent: int | None = None) -> str:
    """As JSON in ASCII: valid under every encoding, and no control character beyond it reaches a terminal."""
    return json.dumps(value, indent=indent)


def on_one_line(value: Any) -> Any:
    """A result of the API with each text on one line: one from outside must not look like a line of ours."""
    if isinstance(value, str):
        return clean(value).replace("\n", "\\n")
    if isinstance(value, list):
        return [on_one_line(one) for one in value]
    if isinstance(value, dict):
        return {on_one_line(name): one if name in OWN_LINES else on_one_line(one) for name, one in value.items()}
    return value
