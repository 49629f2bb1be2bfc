"""What a turn of the peer leads to; the runtime carries it out."""

from __future__ import annotations

from msgspec import Struct

from agent.core.events import AnyEvent
from agent.core.facts import AnyKept
from agent.ocpp.outbox_facts import Position, Released, Tried


class Save(Struct, frozen=True):
    """To be committed: cursor, attempt or end of a quarantine, and what the answer taught. `position` then goes to
    `saved`."""

    position: Position | Released | Tried
    kept: tuple[AnyKept, ...] = ()


class Step(Struct):
    """What a turn of the peer leads to: frames to send, events for the core, things to save."""

    frames: list[bytes]
    events: list[AnyEvent]
    saves: list[Save]
