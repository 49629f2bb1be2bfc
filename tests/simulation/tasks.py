"""Looking into tasks: where they wait, and how those of a dead process end."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from tests.simulation.process import WORLD, Process

_UNWIND_STEPS = 100


def name_prefix(process: Process) -> str:
    return "" if process is WORLD else f"[{process.name}] "


def unwind(task: asyncio.Task[Any]) -> None:
    coroutine = task.get_coro()
    for _ in range(_UNWIND_STEPS):
        try:
            coroutine.close()
        except RuntimeError:  # it awaited something on its way out
            continue
        except BaseException:  # whatever its way out stumbles over
            return
        return


def place(task: asyncio.Task[Any]) -> str:
    """The innermost frame in which a task waits."""
    awaited: Any = task.get_coro()
    frame = None
    while awaited is not None:
        inner = getattr(awaited, "cr_frame", None) or getattr(awaited, "ag_frame", None)
        frame = inner or frame
        awaited = getattr(awaited, "cr_await", None) or getattr(awaited, "ag_await", None)
    if frame is None:
        return "not begun"
    return f"{frame.f_code.co_qualname} ({os.path.basename(frame.f_code.co_filename)}:{frame.f_lineno})"
