"""Runs `evse-agent` and writes down the calls of certain functions: the evidence for README.md's journeys.

python -m tests.rig.witness CALLS agent/core/session.py:settle,… [flags of evse-agent]
"""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from types import CodeType, FrameType

ROOT = Path(__file__).parents[2]


class Witness:
    """A profile function (sys.setprofile). A line a call, written at once: the process may be killed any moment."""

    def __init__(self, file: str, wanted: set[str]) -> None:
        self._wanted = wanted
        self._known: dict[CodeType, str] = {}
        self._stream = open(file, "a", buffering=1, encoding="utf-8")  # noqa: SIM115 - as long as the process

    def __call__(self, frame: FrameType, event: str, argument: object) -> None:
        if event != "call":
            return
        code = frame.f_code
        name = self._known.get(code)
        if name is None:
            name = self._known[code] = self._name(code)
        if name:
            self._stream.write(f"{name}\n")

    def _name(self, code: CodeType) -> str:
        """`path:function` if it is wanted, else nothing."""
        path = Path(code.co_filename)
        name = f"{path.relative_to(ROOT)}:{code.co_name}" if path.is_relative_to(ROOT) else ""
        return name if name in self._wanted else ""


def run() -> int:
    file, wanted, *flags = sys.argv[1:]
    witness = Witness(file, set(wanted.split(",")))
    threading.setprofile(witness)
    sys.setprofile(witness)
    from agent.daemon.main import main  # noqa: PLC0415 - what is called while it loads counts as well

    return main(flags)


if __name__ == "__main__":
    sys.exit(run())
