"""Which simulated process a piece of code belongs to, so that it can be killed as a kernel kills: at once.

Every callback and task of asyncio carries a context, and contexts are inherited. A process is therefore a context
variable: whatever was started inside it, however deep, is found and never runs again after its death.
"""

from __future__ import annotations

from contextvars import Context, ContextVar
from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class Process:
    """One run of a program on a machine of its own. A restart is a new `Process` with the same name.

    `alive`: its code runs. `powered`: its machine answers packets for connections that it no longer knows (with a
    reset); a machine without power answers nothing.
    """

    name: str
    alive: bool = True
    powered: bool = True


WORLD = Process("world")
"""What the test itself does, outside every simulated process."""

CURRENT: ContextVar[Process] = ContextVar("simulated process", default=WORLD)


def owner(context: Context | None) -> Process:
    """The process that a callback with this context belongs to."""
    return CURRENT.get() if context is None else context.get(CURRENT, WORLD)
