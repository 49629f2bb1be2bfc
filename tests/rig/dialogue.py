"""What the CSMS of a world heard, and what it says: the part of a world that tests talk to most."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from agent.demo.csms import Csms
from agent.demo.journal import Received
from tests.simulation.simloop import SimLoop

Payload = dict[str, Any]


class NotSeen(AssertionError):
    """What was expected did not come in time."""


class Dialogue:
    """Messages in the order in which they came, each passed once, and calls of the CSMS."""

    loop: SimLoop
    csms: Csms

    def __init__(self) -> None:
        self._seen = 0

    def check(self) -> None:
        """Nothing may have failed behind the scenes."""
        if self.loop.failures:
            raise AssertionError(f"failed in the loop: {self.loop.failures}")

    def advance(self, seconds: float = 0, *, minutes: float = 0, hours: float = 0) -> None:
        self.loop.advance(seconds, minutes=minutes, hours=hours)
        self.check()

    # What the CSMS heard

    def heard(self) -> list[Received]:
        """CALLs that no `expect` has passed yet."""
        return list(self.csms.received)[self._seen :]

    def forget(self) -> None:
        """What came so far is of no more interest."""
        self._seen = len(self.csms.received)

    def expect(
        self,
        action: str,
        where: Callable[[Payload], bool] | None = None,
        *,
        within: float = 30,
        strict: bool = False,
        **fields: Any,
    ) -> Payload:
        """The next CALL of this action whose payload has these fields; what came before it is passed over.

        A field may be nested by double underscores (`transactionInfo__chargingState="Charging"`). With `strict` no
        other CALL (but a Heartbeat) may come before it.
        """

        def found() -> int | None:
            for index, call in enumerate(self.heard()):
                if call.action == action and _has(call.payload, fields) and (where is None or where(call.payload)):
                    return index
                if strict and call.action != "Heartbeat":
                    raise NotSeen(f"{action} {fields} expected, {call!r} came")
            return None

        try:
            self.loop.run_until(lambda: found() is not None, within, f"{action} {fields}")
        except Exception as error:
            came = "\n  ".join(repr(call) for call in self.heard()) or "nothing"
            raise NotSeen(f"{action} {fields} did not come within {within} s; what came:\n  {came}") from error
        self.check()
        index = found()
        if index is None:
            raise NotSeen(action)
        call = self.heard()[index]
        self._seen += index + 1
        return call.payload

    def expect_all(
        self,
        *wanted: tuple[str, Mapping[str, Any]],
        within: float = 30,
        passing: Callable[[Received], bool] = lambda call: False,
    ) -> list[Payload]:
        """The next CALLs are these, in whatever order they come, and no other comes between, but a Heartbeat and what
        `passing` lets pass.

        Fields as in `expect`. Gives the payloads in the order asked.
        """
        missing = dict(enumerate(wanted))
        found: dict[int, Payload] = {}
        passed = 0

        def complete() -> bool:
            nonlocal passed
            while missing and passed < len(self.heard()):
                call = self.heard()[passed]
                passed += 1
                if call.action == "Heartbeat" or passing(call):
                    continue
                fits = [n for n, (action, fields) in missing.items() if call.action == action]
                fits = [n for n in fits if _has(call.payload, missing[n][1])]
                if not fits:
                    raise NotSeen(f"one of {list(missing.values())} expected, {call!r} came")
                del missing[fits[0]]
                found[fits[0]] = call.payload
            return not missing

        try:
            self.loop.run_until(complete, within, f"{wanted}")
        except NotSeen:
            raise
        except Exception as error:
            raise NotSeen(f"{list(missing.values())} did not come within {within} s; {self.heard()} came") from error
        self.check()
        self._seen += passed
        return [found[number] for number in range(len(wanted))]

    def expect_none(self, action: str, seconds: float, **fields: Any) -> None:
        """No CALL of this action (with these fields) comes for so long, nor is one waiting unseen."""
        self.advance(seconds)
        found = [c for c in self.heard() if c.action == action and _has(c.payload, fields)]
        if found:
            raise AssertionError(f"unexpected {found}")

    # What the CSMS says

    def call(self, action: str, payload: Payload | None = None, *, within: float = 60, **fields: Any) -> Payload:
        """Call the station and give its answer; raises CallRefused for a CALLERROR."""
        task = self.loop.create_task(self.csms.call(action, {**(payload or {}), **fields}))
        self.loop.run_until(task.done, within, f"the answer to {action}")
        self.check()
        return task.result()

    def raw(self, text: str | bytes | list[Any]) -> None:
        """Send a frame as it is."""
        frame = json.dumps(text) if isinstance(text, list) else text
        task = self.loop.create_task(self.csms.send_raw(frame))
        self.loop.run_until(task.done, 10, "the frame to be sent")
        task.result()

    def answers(self, message_id: str) -> list[list[Any]]:
        """Frames of the station that answer a CALL with this id."""
        frames = [json.loads(text) for _, sender, _, text in self.csms.frames if sender == "station"]
        return [frame for frame in frames if frame[0] in {3, 4} and frame[1] == message_id]


def _has(payload: Payload, fields: Mapping[str, Any]) -> bool:
    for name, wanted in fields.items():
        value: Any = payload
        for part in name.split("__"):
            value = value.get(part) if isinstance(value, dict) else None
        if value != wanted:
            return False
    return True
