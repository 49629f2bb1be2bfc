"""A CSMS that may be slow, late, lying or gone, in front of the sound one (`agent.demo.csms`).

Each CALL of the station gets an answer by the mood that its action is in: the sound CSMS's own, or one of `MOODS`. What
was answered, how and when is on record: those who judge need not believe the station.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from agent.demo.csms import Csms
from tests.simulation.determinism import EPOCH_S
from tests.simulation.simloop import SimLoop

Payload = dict[str, Any]

MOODS = ("slow", "late", "twice", "error", "never", "wrong", "stranger", "garbage")
GARBAGE = (
    "",
    "null",
    "[]",
    "{",
    '"hello"',
    "[2]",
    "[3]",
    '[3,"nobody-asked",{}]',
    '[4,"nobody-asked","GenericError","",{}]',
    '[99,"x","y",{}]',
    '[2,"",null,{}]',
    '{"messageTypeId":3}',
    "[3," * 200,
    '[2,"' + "x" * 300 + '","Heartbeat",{}]',
)
WRONG: tuple[Any, ...] = (
    [],
    "yes",
    7,
    {"idTagInfo": {"status": "Maybe"}, "transactionId": 1},
    {"idTagInfo": {"status": "Accepted"}, "transactionId": "one"},
    {"idTokenInfo": {"status": 5}},
    {"currentTime": "yesterday", "interval": "soon", "status": "Accepted"},
    {"status": None},
)
BLOCKED = "04BBBB01"
GROUP = "GROUP1"


class Moody:
    """Install it with `Moody(loop, csms, rng, timeout_s)`; `moods` gives weights of moods by action."""

    def __init__(self, loop: SimLoop, csms: Csms, rng: random.Random, timeout_s: int) -> None:
        self.moods: dict[str, Mapping[str, int]] = {}
        self.done: Counter[str] = Counter()
        self.time_off_s = 0.0
        self.asked: dict[str, str] = {}  # actions of the station's CALLs by message id
        self.registrations: list[tuple[str, int]] = []  # answers to give to boots yet: status, interval
        self._loop = loop
        self._csms = csms
        self._rng = rng
        self._timeout_s = timeout_s
        self._tasks: set[asyncio.Task[None]] = set()
        self.told_numbers: set[int] = set()  # of 1.6 transactions, in answers that keep to their schema
        self._numbers: dict[str, int] = {}
        self._honest = csms._swallowed
        csms._swallowed = self._take  # type: ignore[method-assign] # it stands in front of the CSMS
        csms._now = self._now
        csms.on("BootNotification", self._boot)
        csms.on("Authorize", self._authorize)
        csms.on("StartTransaction", self._start)
        csms.on("TransactionEvent", self._event)

    def calm(self) -> None:
        """Sound again, and the right time."""
        self.moods.clear()
        self.registrations.clear()
        self.time_off_s = 0.0

    def _now(self) -> datetime:
        return datetime.fromtimestamp(EPOCH_S + self._loop.time() + self.time_off_s, UTC)

    # What the sound CSMS says

    def _boot(self, _payload: Payload) -> Payload:
        status, interval = self.registrations.pop(0) if self.registrations else ("Accepted", self._csms.heartbeat_s)
        return {"currentTime": self._csms.time(), "interval": interval, "status": status}

    def _info(self, token: str, group: bool) -> Payload:
        return {"status": "Blocked"} if token == BLOCKED else {"status": "Accepted"} | self._group(token, group)

    def _group(self, token: str, sixteen: bool) -> Payload:
        if not token.startswith("04AA"):
            return {}
        return {"parentIdTag": GROUP} if sixteen else {"groupIdToken": {"idToken": GROUP, "type": "Central"}}

    def _authorize(self, payload: Payload) -> Payload:
        if "idTag" in payload:
            return {"idTagInfo": self._info(payload["idTag"], True)}
        return {"idTokenInfo": self._info(payload["idToken"]["idToken"], False)}

    def _start(self, payload: Payload) -> Payload:
        """A StartTransaction that is repeated gets the number that it got before, as a sound backend does."""
        number = self.number(payload)
        self.told_numbers.add(number)
        return {"transactionId": number, "idTagInfo": self._info(payload["idTag"], True)}

    def number(self, payload: Payload) -> int:
        """The transaction id that this StartTransaction has, or gets."""
        return self._numbers.setdefault(json.dumps(payload, sort_keys=True), len(self._numbers) + 1)

    def _event(self, payload: Payload) -> Payload:
        token = payload.get("idToken", {}).get("idToken")
        return {"idTokenInfo": self._info(token, False)} if token else {}

    # In front of it

    def _take(self, text: str) -> bool:
        """True if the sound CSMS is not to see this frame."""
        frame = json.loads(text)
        if frame[0] != 2:
            return self._honest(text)
        self.asked[frame[1]] = frame[2]
        weights = self.moods.get(frame[2])
        mood = self._rng.choices(list(weights), list(weights.values()))[0] if weights else "sound"
        self.done[mood] += 1
        if mood == "sound":
            return self._honest(text)
        if mood == "garbage":
            self._later(0, self._rng.choice(GARBAGE))
            return self._honest(text)
        self._answer(mood, frame)
        return True

    def _answer(self, mood: str, frame: list[Any]) -> None:
        _, message_id, action, payload = frame
        if mood in {"slow", "late", "twice"}:
            good = json.dumps([3, message_id, self._good(action, payload)])
            share = {"slow": (0.05, 0.9), "late": (1.02, 2.0)}.get(mood, (0.0, 0.0))
            self._later(self._timeout_s * self._rng.uniform(*share), good)
        match mood:
            case "twice":
                self._later(self._rng.choice((0, 0.5, 5)), good)
            case "error":
                code = self._rng.choice(("InternalError", "GenericError", "NotSupported", "NoSuchCode"))
                self._later(0, json.dumps([4, message_id, code, "not today", {}]))
            case "wrong":
                self._later(0, json.dumps([3, message_id, self._rng.choice(WRONG)]))
            case "stranger":
                self._later(0, json.dumps([3, message_id[:-1] + "?", {}]))
            case _:
                pass  # never

    def _good(self, action: str, payload: Payload) -> Payload:
        handler = self._csms.handlers.get(action)
        if handler is not None:
            answer: Any = handler(payload)
            return dict(answer)
        version = "v16" if self._csms.subprotocols == ("ocpp1.6",) else "v201"
        return self._csms._default(version, action, payload)

    def _later(self, seconds: float, text: str) -> None:
        connection = self._csms.connections

        async def send() -> None:
            await asyncio.sleep(seconds)
            if self._csms.sockets and self._csms.connections == connection:
                await self._csms.send_raw(text)

        task = asyncio.ensure_future(send())
        self._tasks.add(task)
        task.add_done_callback(self._gone)

    def _gone(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # the connection may be gone by then
