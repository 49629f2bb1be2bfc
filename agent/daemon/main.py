"""`evse-agent`: loads the program and runs it.

What loading makes stays as long as the process, a hundred thousand objects. The collector rests meanwhile instead of
looking them through again and again as they come, a twentieth of the start, and leaves them aside for good afterwards:
its pauses in the running daemon are shorter by them.
"""

from __future__ import annotations

import gc
import sys


def main(argv: list[str] | None = None) -> int:
    """Entry point of `evse-agent`; gives the exit code."""
    gc.disable()
    from agent.daemon import program  # noqa: PLC0415 - not before the collector rests

    gc.collect()  # of the little that loading left behind
    gc.freeze()
    gc.enable()
    return program.start(argv)


if __name__ == "__main__":
    sys.exit(main())
