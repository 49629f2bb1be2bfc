"""Registration with the CSMS, heartbeats and the clock it tells.

state      event                      next       what is done
─────────  ─────────────────────────  ─────────  ───────────────────────────────────────────────────────────────
unknown    link opened                booting    BootNotification
booting    answered Accepted          accepted   all statuses, heartbeat by the interval (B01.FR.04, B01.FR.05)
booting    answered Pending           pending    wait the interval; answer calls, send what is triggered (B02)
booting    answered Rejected          rejected   wait the interval; answer nothing else (B03.FR.08)
booting    failed                     unknown    wait our own interval (field pain 8)
pending    interval over, triggered   booting    BootNotification
rejected   interval over              booting    BootNotification
unknown    interval over              booting    BootNotification
booting    link closed                unknown
pending    link opened or closed      pending    the interval still holds (B02.FR.04)
rejected   link opened or closed      rejected   the interval still holds (B03.FR.02)
accepted   link opened or closed      accepted   no new Boot on a mere reconnect (field pain 7)
pending    link of another version    booting    BootNotification: in that version nobody knows the station
accepted   link of another version    booting    the same
"""

from __future__ import annotations

from enum import StrEnum

from agent.core.bounds import BOOT_FAILED_RETRY_MS, CLOCK_SYNC_MS
from agent.core.clock import MonoMs, Now, WallMs
from agent.core.effects import Ask, SetClock, SetRegistration
from agent.core.events import BootAnswered, RegistrationStatus
from agent.core.requests import BootRequest, HeartbeatRequest
from agent.core.rules import Rules
from agent.core.turn import Turn


class State(StrEnum):
    UNKNOWN = "unknown"
    BOOTING = "booting"
    PENDING = "pending"
    REJECTED = "rejected"
    ACCEPTED = "accepted"


class Registration:
    """Registration state of this boot."""

    BOOT_ID = 1
    HEARTBEAT_ID = 2

    def __init__(self, rules: Rules, reason: str) -> None:
        self._rules = rules
        self.reason = reason
        self.state = State.UNKNOWN
        self.verdict = State.UNKNOWN  # what the CSMS answered last; holds until it answers again
        self.linked = False
        self._version = ""  # of the newest link
        self.retry_at: MonoMs | None = None
        self.interval_ms = 0
        self.heartbeat_at: MonoMs | None = None
        self._synced_at: MonoMs | None = None

    @property
    def accepted(self) -> bool:
        return self.state is State.ACCEPTED

    @property
    def online(self) -> bool:
        """The CSMS can be asked something now."""
        return self.linked and self.accepted

    def link_opened(self, turn: Turn, version: str) -> None:
        self.linked = True
        if self.state in {State.ACCEPTED, State.PENDING} and version != self._version:
            self.state = self.verdict = State.UNKNOWN
        self._version = version
        if self.state is State.UNKNOWN or self._due(turn.now):
            self.boot(turn)
        elif self.accepted:
            self._plan_heartbeat(turn.now)

    def link_closed(self) -> None:
        self.linked = False
        self.heartbeat_at = None
        if self.state is State.BOOTING:
            self.state, self.retry_at = State.UNKNOWN, None

    def boot(self, turn: Turn, *, triggered: bool = False) -> None:
        self.state, self.retry_at = State.BOOTING, None
        reason = "Triggered" if triggered else self.reason  # F06.FR.17
        request = BootRequest(reason=reason, triggered=triggered)
        turn.do(Ask(request_id=self.BOOT_ID, delivery="boot", request=request))

    def answered(self, turn: Turn, event: BootAnswered) -> bool:
        """Take the answer over; True when it is the first acceptance of this boot."""
        before = self.state
        self.state = self.verdict = State(event.status.value.lower())
        self._tell_clock(turn, event.time_ms)
        interval = event.interval_s * 1000
        if event.status is RegistrationStatus.ACCEPTED:
            self.retry_at = None
            self.interval_ms = interval
            self._plan_heartbeat(turn.now)
        else:
            wait = interval or self._rules.boot_retry_ms  # B02.FR.07, B03.FR.05
            self.retry_at = MonoMs(turn.now.mono_ms + wait)
        turn.do(SetRegistration(status=self.state.value))
        return self.accepted and before is not State.ACCEPTED

    def failed(self, turn: Turn) -> None:
        if self.state is State.BOOTING:
            self.state = State.UNKNOWN
            self.retry_at = MonoMs(turn.now.mono_ms + BOOT_FAILED_RETRY_MS) if self.linked else None

    def heartbeat_answered(self, turn: Turn, time_ms: WallMs | None) -> None:
        self._tell_clock(turn, time_ms)

    def _tell_clock(self, turn: Turn, time_ms: WallMs | None) -> None:
        if time_ms is not None and self._rules.csms_clock:
            turn.do(SetClock(wall_ms=time_ms))  # B01.FR.06
            self._synced_at = turn.now.mono_ms

    def message_sent(self, now: Now) -> None:
        """Any message proves life: the heartbeat can wait (G02.FR.05), but not past the daily time sync (G02.FR.07)."""
        synced = self._synced_at if self._synced_at is not None else now.mono_ms
        if self.heartbeat_at is not None and now.mono_ms - synced < CLOCK_SYNC_MS:
            self._plan_heartbeat(now)

    def interval_changed(self, now: Now) -> None:
        """The operator wrote HeartbeatInterval: it replaces what the boot answer said."""
        self.interval_ms = self._rules.heartbeat_ms
        if self.online:
            self._plan_heartbeat(now)

    def _plan_heartbeat(self, now: Now) -> None:
        interval = self.interval_ms or self._rules.heartbeat_ms
        self.heartbeat_at = MonoMs(now.mono_ms + interval) if interval else None

    def heartbeat(self, turn: Turn, *, triggered: bool = False) -> None:
        turn.do(
            Ask(
                request_id=self.HEARTBEAT_ID,
                delivery="latest",
                slot="heartbeat",
                request=HeartbeatRequest(triggered=triggered),
            )
        )
        self._plan_heartbeat(turn.now)

    def tick(self, turn: Turn) -> None:
        if self.linked and self.state in {State.UNKNOWN, State.PENDING, State.REJECTED} and self._due(turn.now):
            self.boot(turn)
        if self.online and self.heartbeat_at is not None and turn.now.mono_ms >= self.heartbeat_at:
            self.heartbeat(turn)

    def _due(self, now: Now) -> bool:
        return self.retry_at is not None and now.mono_ms >= self.retry_at

    def wake(self) -> list[MonoMs]:
        return [at for at in (self.retry_at if self.linked else None, self.heartbeat_at) if at is not None]
