"""A CSMS that does not behave: in front of the sound one, it answers transaction messages by itself, or not at all.

Each attempt gets one of: an answer, an answer twice, one that comes too late, a CALLERROR, the end of the link, none.
Quick enough for tens of thousands of messages, since the `ocpp` package does not see them.
"""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import Mapping
from typing import Any

from agent.demo.csms import Csms
from tests.scenarios.books import TRANSACTIONAL

LATE_S = (6.0, 12.0)
SOUND = {"answer": 1}
ONE_IN_TEN = {"answer": 6, "twice": 1, "late": 1, "error": 1, "never": 1}


class Liar:
    """Install it with `Liar(w.csms, …)`. `refuses` names payload texts that it answers with CALLERROR for ever."""

    def __init__(self, csms: Csms, seed: int, moods: Mapping[str, int] = SOUND, refuse_per_mille: int = 0) -> None:
        self.moods = dict(moods)
        self.done: Counter[str] = Counter()
        self.refused: set[str] = set()
        self._csms = csms
        self._random = random.Random(seed)
        self._refuse_per_mille = refuse_per_mille
        self._known: dict[str, bool] = {}
        self._numbers: dict[str, int] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._honest = csms._swallowed
        csms._swallowed = self._take  # type: ignore[method-assign] # it stands in front of the CSMS

    def _take(self, text: str) -> bool:
        frame = json.loads(text)
        if not (frame[0] == 2 and frame[2] in TRANSACTIONAL):
            return self._honest(text)
        said = frame[2] + json.dumps(frame[3], sort_keys=True)
        if said not in self._known:
            self._known[said] = self._random.randrange(1000) < self._refuse_per_mille
        mood = self._random.choices(list(self.moods), list(self.moods.values()))[0]
        if self._known[said]:
            self.refused.add(said)
            mood = "error"
        self.done[mood] += 1
        if mood != "never":
            task = asyncio.ensure_future(self._answer(mood, frame, said))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        return True

    async def _answer(self, mood: str, frame: list[Any], said: str) -> None:
        if mood == "late":
            await asyncio.sleep(self._random.uniform(*LATE_S))
        if not self._csms.sockets:
            return
        if mood == "hang up":
            await self._csms.drop()
            return
        if mood == "error":
            await self._csms.send_raw(json.dumps([4, frame[1], "InternalError", "not today", {}]))
            return
        payload = self._result(frame[2], said)
        for call in reversed(self._csms.received):
            if call.message_id == frame[1]:
                call.answer = payload
                break
        for _ in range(2 if mood == "twice" else 1):
            await self._csms.send_raw(json.dumps([3, frame[1], payload]))

    def _result(self, action: str, said: str) -> dict[str, Any]:
        if action != "StartTransaction":
            return {}
        number = self._numbers.setdefault(said, len(self._numbers) + 1)
        return {"transactionId": number, "idTagInfo": {"status": "Accepted"}}
