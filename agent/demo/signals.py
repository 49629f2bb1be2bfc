"""What ends the demo from outside: Ctrl-C, `kill`, a terminal that is closed. Nothing of it is left behind."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Coroutine
from typing import Any, TypeVar

ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
SHELL_BASE = 128  # a shell's exit code for what a signal ended, less the signal

T = TypeVar("T")


class Interrupted(Exception):
    """A signal ended the play; everything that it had begun is cleared away."""

    def __init__(self, number: signal.Signals) -> None:
        super().__init__(number.name)
        self.number = number

    @property
    def exit_code(self) -> int:
        return SHELL_BASE + self.number


async def until_signal(play: Coroutine[Any, Any, T]) -> T:
    """Run `play`; a signal cancels it. Raises Interrupted when it has cleared up, and what `play` raises.

    The handlers are the loop's own, not Python's KeyboardInterrupt, which is not there when SIGINT was ignored at the
    start, as in a background job of a shell; SIGTERM and SIGHUP would leave the station's process and folder behind.
    """
    loop = asyncio.get_running_loop()
    task = loop.create_task(play, name="play")
    caught: list[signal.Signals] = []

    def end(number: signal.Signals) -> None:
        if not caught:  # a second one must not cut the clearing up short
            caught.append(number)
            task.cancel()

    for number in ENDING:
        loop.add_signal_handler(number, end, number)
    try:
        return await task
    except asyncio.CancelledError:
        if caught:
            raise Interrupted(caught[0]) from None
        raise
    finally:
        for number in ENDING:
            loop.remove_signal_handler(number)
