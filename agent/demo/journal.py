"""What went over the wire at a CSMS: every frame, the calls of its stations, and who waits for one."""

from __future__ import annotations

import asyncio
import json
from collections import defaultdict, deque
from collections.abc import Callable
from typing import Any, ClassVar

Payload = dict[str, Any]

HISTORY = 100_000
OPEN_CALLS = 64


class Received:
    """A CALL of the station as it came, with the answer that it got (None while there is none)."""

    __slots__ = ("action", "answer", "at", "connection", "message_id", "payload")

    def __init__(self, connection: int, message_id: str, action: str, payload: Payload, at: float) -> None:
        self.connection = connection
        self.message_id = message_id
        self.action = action
        self.payload = payload
        self.at = at
        self.answer: Payload | None = None

    def __repr__(self) -> str:
        return f"{self.at:.3f} {self.action} {json.dumps(self.payload)}"


class Journal:
    """Frames and calls as they came, the oldest forgotten beyond `HISTORY`.

    `recorders` see every frame of every backend of the process: who sent it, a number for the connection that no other
    has, its subprotocol, its text.
    """

    recorders: ClassVar[list[Callable[[str, tuple[int, int], str, str], None]]] = []

    def __init__(self) -> None:
        self.received: deque[Received] = deque(maxlen=HISTORY)
        self.frames: deque[tuple[float, str, str, str]] = deque(maxlen=HISTORY)  # time, from, subprotocol, text
        self.watchers: list[Callable[[str, str, str], None]] = []
        self.pending: dict[tuple[int, str], Received] = {}  # calls without an answer, by connection and message id
        self._waiters: list[tuple[Callable[[Received], bool], asyncio.Future[Received]]] = []

    def note(self, sender: str, connection: int, subprotocol: str, text: str) -> None:
        """A frame went by."""
        at = asyncio.get_running_loop().time()
        self.frames.append((at, sender, subprotocol, text))
        for watch in self.watchers:
            watch(sender, subprotocol, text)
        for record in self.recorders:
            record(sender, (id(self), connection), subprotocol, text)
        try:
            frame = json.loads(text)
        except ValueError:
            return
        if sender != "station" or not (isinstance(frame, list) and len(frame) == 4 and frame[0] == 2):
            return
        call = Received(connection, frame[1], frame[2], frame[3], at)
        self.received.append(call)
        self.pending[connection, frame[1]] = call
        while len(self.pending) > OPEN_CALLS:
            del self.pending[next(iter(self.pending))]
        for waiter in list(self._waiters):
            matches, future = waiter
            if not future.done() and matches(call):
                self._waiters.remove(waiter)
                future.set_result(call)

    def all(self, action: str) -> list[Received]:
        return [call for call in self.received if call.action == action]

    def last(self, action: str) -> Payload:
        return self.all(action)[-1].payload

    def count(self) -> dict[str, int]:
        found: dict[str, int] = defaultdict(int)
        for call in self.received:
            found[call.action] += 1
        return dict(found)

    async def wait(self, action: str, matches: Callable[[Payload], bool] | None = None) -> Received:
        """The next CALL of this action (that matches), from now on."""
        future: asyncio.Future[Received] = asyncio.get_running_loop().create_future()
        found = matches or (lambda _payload: True)
        self._waiters.append((lambda call: call.action == action and found(call.payload), future))
        return await future
