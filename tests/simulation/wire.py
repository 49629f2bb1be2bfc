"""What must be true of the frames between station and CSMS, watched as they come.

The CSMS's side is what counts, but which fact a message carried is asked of the station when it sends it. Where the
line is not whole, frames arrive later than they were sent: what depends on that order is not judged then.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from agent.core.facts import TransactionRecorded
from agent.ocpp.peer import Peer
from tests.simulation.run import Broken, Run

# Not before the acceptance: transactions and cards (B02, B03; 1.6 §4.2).
NEVER_BEFORE = frozenset({"TransactionEvent", "StartTransaction", "StopTransaction", "Authorize"})
ASKS = frozenset({"TriggerMessage", "GetBaseReport"})
SLACK_S = 1.0


class Wire:
    """Watches one run."""

    def __init__(self, run: Run) -> None:
        self.fact_of: dict[str, TransactionRecorded] = {}  # what a message of the station carried, by message id
        self.durable: Callable[[int], bool] = lambda _seq: True
        self._taken: dict[Peer, set[int]] = {}  # facts whose CALLRESULT this boot has heard
        self.broken: list[str] = []
        self.refused: list[str] = []  # CALLERRORs of the sound CSMS: a message of ours that it could not take
        self.calls = 0
        self._run = run
        self._disturbed_at = self._deaf_at = 0.0
        self._boot_of: dict[int, int] = {}
        self._state: dict[int, str] = {}  # registration by boot, as the CSMS answered
        self._asked: dict[int, bool] = {}  # the CSMS asked for something while the boot was pending
        self._waiting: dict[int, dict[str, tuple[float, str]]] = {}  # by connection
        self._answered: dict[tuple[int, int], float] = {}  # connection and fact: when it got a CALLRESULT
        run.w.csms.watchers.append(self._frame)
        run.looks.append(self.look)

    @property
    def disturbed(self) -> bool:
        """The line was not whole within the last time-out, so that frames may have come late."""
        return self._run.now - self._disturbed_at < self._run.setting.message_timeout_s + 10

    def look(self) -> None:
        run = self._run
        if any(run.lasts(name) for name in ("cut", "network slow", "CSMS restart")):
            self._disturbed_at = run.now
        number = run.w.csms.connections
        if number not in self._boot_of:
            self._boot_of[number] = run.w.boots
        self._unanswered()
        if self.broken:
            raise Broken("; ".join(self.broken[:5]))

    def _unanswered(self) -> None:
        """Each call of the CSMS gets its answer, but where no call is answered (1.6 §4.2: while rejected)."""
        run = self._run
        agent = run.w.agent
        state = self._state.get(self._boot_of.get(run.w.csms.connections, 0))
        linked = agent is not None and agent.backend is not None and agent.backend.up and bool(run.w.csms.sockets)
        if not (run.powered and run.agent_up and linked) or state != "Accepted":
            self._deaf_at = run.now
            return
        waiting = run.operator.unanswered(max(self._disturbed_at, self._deaf_at))
        if waiting:
            self._say(f"never answered: {waiting}")

    def _say(self, what: str) -> None:
        self.broken.append(f"{self._run.now:.3f} s: {what}")

    def _frame(self, sender: str, _subprotocol: str, text: str) -> None:
        try:
            frame = json.loads(text)
        except ValueError:
            return
        if not isinstance(frame, list) or len(frame) < 3:
            return
        connection = self._run.w.csms.connections
        boot = self._boot_of.setdefault(connection, self._run.w.boots)
        if sender == "station" and frame[0] == 2:
            self._called(connection, boot, frame)
        elif sender == "csms" and frame[0] in {3, 4}:
            self._replied(connection, boot, frame)
        elif sender == "csms" and frame[0] == 2 and frame[2] in ASKS:
            self._asked[boot] = True

    def _called(self, connection: int, boot: int, frame: list[Any]) -> None:
        now, message_id, action = self._run.now, frame[1], frame[2]
        self.calls += 1
        timeout_s = self._run.setting.message_timeout_s - SLACK_S
        waiting = self._waiting.setdefault(connection, {})
        open_ones = {known: at for known, at in waiting.items() if now - at[0] < timeout_s}
        if open_ones and not self.disturbed:
            self._say(f"{action} was sent while {[a for _, a in open_ones.values()]} waited for an answer")
        self._waiting[connection] = {message_id: (now, action)}
        self._may(boot, action)
        fact = self.fact_of.get(message_id)
        if fact is not None:
            seq = fact.seq
            answered_at = self._answered.get((connection, seq), now)
            if now - answered_at > SLACK_S and not self.disturbed:
                self._say(f"{action} of fact {seq} was sent again after its CALLRESULT of {answered_at:.3f} s")

    def _may(self, boot: int, action: str) -> None:
        """Nothing but Boot before the acceptance of this boot, but what a pending station was asked for."""
        state = self._state.get(boot, "none")
        if action == "BootNotification" or state == "Accepted":
            return
        asked = state == "Pending" and self._asked.get(boot, False) and action not in NEVER_BEFORE
        if not asked and not self.disturbed:
            self._say(f"{action} was sent while the registration of boot {boot} was {state}")

    def _replied(self, connection: int, boot: int, frame: list[Any]) -> None:
        message_id = frame[1]
        waited = self._waiting.get(connection, {}).pop(message_id, None)
        action = self._run.backend.asked.get(message_id)
        if frame[0] == 4:
            if frame[3] != "not today" and action is not None:
                self.refused.append(f"{action} was refused by the sound CSMS: {frame[2:]}")
            return
        fact = self.fact_of.get(message_id)
        if fact is not None:
            self._answered.setdefault((connection, fact.seq), self._run.now)
        if action == "BootNotification" and isinstance(frame[2], dict) and waited is not None:
            status = str(frame[2].get("status"))
            late = self._run.now - waited[0] > self._run.setting.message_timeout_s
            known = status in {"Accepted", "Pending", "Rejected"} and isinstance(frame[2].get("interval"), int)
            if known and not late:
                self._state[boot] = status

    @contextmanager
    def spying(self) -> Iterator[None]:
        """While this lasts it is known which fact each message carries."""
        send, receive = Peer._send, Peer.receive

        def hears(peer: Peer, message: str | bytes, now_ms: int) -> Any:
            fact = self._acknowledged(message)
            if fact is not None:
                self._taken.setdefault(peer, set()).add(fact)
            return receive(peer, message, now_ms)

        def spy(peer: Peer, step: Any, rpc: Any, *rest: Any) -> None:
            send(peer, step, rpc, *rest)
            flight = rest[1]
            if isinstance(flight.fact, TransactionRecorded) and rpc.pending is not None:
                self.fact_of[rpc.pending.message_id] = flight.fact
                if flight.fact.seq in self._taken.get(peer, ()):
                    self._say(f"fact {flight.fact.seq} is sent again after its CALLRESULT was heard")
                if not self.durable(flight.fact.seq) and not self._run.disk_trouble:
                    self._say(f"fact {flight.fact.seq} is sent, and not yet durable")

        with patch.object(Peer, "_send", spy), patch.object(Peer, "receive", hears):
            yield

    def _acknowledged(self, message: str | bytes) -> int | None:
        """The fact whose CALLRESULT this frame is."""
        try:
            frame = json.loads(message)
        except (ValueError, RecursionError):
            return None
        known = isinstance(frame, list) and len(frame) == 3 and frame[0] == 3 and isinstance(frame[1], str)
        fact = self.fact_of.get(frame[1]) if known else None
        return fact.seq if fact is not None else None
