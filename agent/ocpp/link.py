"""When to connect to the CSMS, where, and when not: the connection policy, without any I/O.

The shell that owns the sockets tells `Link.handle` what happened and does what it is told. It answers every `Connect`
with exactly one `Failed`, or with one `Opened` and, once that connection is over, one `Closed` (or `PongTimeout`, if
silence ended it). `Close` asks it to hurry that answer: to give up the attempt, or to close the connection. So there is
never more than one attempt or connection, and the old CSMS is left before the new one is tried (B10.FR.06).

The states:

- `IDLE`: not started.
- `CONNECTING`: an attempt is under way.
- `UP`: connected, with a subprotocol agreed.
- `WAITING`: the back-off runs; `WakeAt` says until when.
- `CLOSING`: a `Close` was sent, its answer is awaited; `_then` is the state to go to afterwards.
- `OFFLINE`: there is no network: nothing is tried until it is back, and then at once, without back-off.
- `STOPPED`: the end.

A lost connection and a failed attempt both lead to `WAITING`, never straight to the next attempt: a CSMS that restarts
meets all its stations at once (OCPP-J part 4, 5.3). Each profile of the priority list gets its number of attempts, then
the next one has its turn, round and round (B10.FR.03, B10.FR.08); after a loss the profile that worked comes first
(B10.FR.07). The back-off grows over all of them and ends with a connection only.

`_TABLE` names what is done with each event in each state. A pair that is absent from it and from `_IGNORED` breaks the
shell's promise above and raises `LinkBroken`.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, auto

from agent.ocpp.backoff import BackOff, BackOffSettings, RandomSource
from agent.ocpp.link_vocabulary import (
    Action,
    AttemptFailed,
    Close,
    Closed,
    Connect,
    Event,
    Failed,
    LinkDown,
    LinkUp,
    NetworkDown,
    NetworkUp,
    Opened,
    PongTimeout,
    ProfilesChanged,
    SettingsChanged,
    Start,
    Stop,
    TimerFired,
    WakeAt,
)

CLOSE_NORMAL = 1000
CLOSE_GOING_AWAY = 1001


class LinkBroken(Exception):
    """The shell told something that cannot happen in this state. A bug, never foreign input."""


class State(Enum):
    """See the module's text."""

    IDLE = auto()
    CONNECTING = auto()
    UP = auto()
    WAITING = auto()
    CLOSING = auto()
    OFFLINE = auto()
    STOPPED = auto()


class Link:
    """The connection policy of one CSMS. `slots` is the priority list of profiles, most wanted first, never empty."""

    def __init__(
        self,
        slots: tuple[int, ...],
        random: RandomSource,
        back_off: BackOffSettings | None = None,
        attempts_per_slot: int = 3,
    ) -> None:
        self.state = State.IDLE
        self.slot = slots[0]  # of the attempt, the connection, or the next attempt
        self.why_down = "not started"
        self.wake_at_ms: int | None = None
        self._slots = slots
        self._attempts_per_slot = attempts_per_slot
        self._attempts = 0  # made with `slot` since the last connection or change of slot
        self._last_slot: int | None = None  # of the last connection
        self._back_off = BackOff(back_off or BackOffSettings(), random)
        self._network = True
        self._then = State.CONNECTING
        self._now_ms = 0

    def handle(self, event: Event, now_ms: int) -> list[Action]:
        """Take one event at monotonic time `now_ms` and tell what to do, in order."""
        self._now_ms = now_ms
        act = _TABLE.get((self.state, type(event)))
        if act is not None:
            return act(self, event)
        if type(event) in _IGNORED[self.state]:
            return []
        raise LinkBroken(f"{type(event).__name__} in state {self.state.name}")

    # --- attempts ---

    def _connect(self, _: Event) -> list[Action]:
        return self._cancel_timer() + self._attempt()

    def _attempt(self) -> list[Action]:
        self._attempts += 1
        self.state = State.CONNECTING
        return [Connect(self.slot)]

    def _start(self, _: Event) -> list[Action]:
        if self._network:
            return self._attempt()
        self.state = State.OFFLINE
        return []

    def _opened(self, event: Opened) -> list[Action]:
        moved = self._last_slot not in (None, self.slot)
        self._last_slot = self.slot
        self._attempts = 0
        self._back_off.reset()
        self.state = State.UP
        self.why_down = ""
        return [LinkUp(self.slot, event.subprotocol, moved)]

    def _failed(self, event: Failed) -> list[Action]:
        self.why_down = event.why
        failed_slot = self.slot
        if self._attempts >= self._attempts_per_slot:  # B10.FR.03
            self._next_slot()
        wait_ms = self._back_off.next_ms(event.retry_after_ms)
        return [AttemptFailed(failed_slot, event.kind, event.why, wait_ms), *self._wait(wait_ms)]

    def _next_slot(self) -> None:
        self._attempts = 0
        if self.slot in self._slots:
            self.slot = self._slots[(self._slots.index(self.slot) + 1) % len(self._slots)]
        else:
            self.slot = self._slots[0]

    # --- the end of a connection ---

    def _lost(self, event: Closed | PongTimeout) -> list[Action]:
        self.why_down = event.why
        return [LinkDown(event.why), *self._wait(self._back_off.next_ms())]

    def _hang_up(self, code: int, why: str, then: State) -> list[Action]:
        """Close whatever there is, and go to `then` once it is closed."""
        was_up = self.state is State.UP
        self.state = State.CLOSING
        self.why_down = why
        self._then = then
        # Offline from now on: the closing handshake may take its time with a peer that is gone.
        return [Close(code, why), *([LinkDown(why)] if was_up else [])]

    def _closed(self, _: Event) -> list[Action]:
        if self._then is State.CONNECTING:
            return self._attempt()
        self.state = self._then
        return []

    def _opened_too_late(self, _: Event) -> list[Action]:
        return [Close(CLOSE_GOING_AWAY, self.why_down)]

    # --- waiting ---

    def _wait(self, wait_ms: int) -> list[Action]:
        self.state = State.WAITING
        self.wake_at_ms = self._now_ms + wait_ms
        return [WakeAt(self.wake_at_ms)]

    def _timer_fired(self, event: Event) -> list[Action]:
        if self.wake_at_ms is not None and self._now_ms < self.wake_at_ms:
            return [WakeAt(self.wake_at_ms)]
        self.wake_at_ms = None
        return self._connect(event)

    def _cancel_timer(self) -> list[Action]:
        if self.wake_at_ms is None:
            return []
        self.wake_at_ms = None
        return [WakeAt(None)]

    # --- network ---

    def _network_down(self, _: Event) -> list[Action]:
        self._network = False
        if self.state is State.IDLE:
            return []
        if self.state is State.CLOSING:
            if self._then is not State.STOPPED:
                self._then = State.OFFLINE
            return []
        if self.state is State.WAITING:
            self.state = State.OFFLINE
            self.why_down = "the network is down"
            return self._cancel_timer()
        return self._hang_up(CLOSE_GOING_AWAY, "the network is down", State.OFFLINE)

    def _network_up(self, event: Event) -> list[Action]:
        self._network = True
        self._back_off.reset()
        if self.state in (State.OFFLINE, State.WAITING):
            return self._connect(event)
        if self.state is State.CLOSING and self._then is State.OFFLINE:
            self._then = State.CONNECTING
        return []

    # --- configuration ---

    def _profiles_changed(self, event: ProfilesChanged) -> list[Action]:
        self._slots = event.slots
        if not event.reconnect:
            return []
        if self.state in (State.CONNECTING, State.UP):
            actions = self._hang_up(CLOSE_NORMAL, "the connection profile changed", State.CONNECTING)
        else:
            actions = []
        self.slot = self._slots[0]
        self._attempts = 0
        self._back_off.reset()
        if self.state is State.WAITING:
            actions += self._connect(event)
        return actions

    def _settings_changed(self, event: SettingsChanged) -> list[Action]:
        self._back_off.settings = event.back_off
        self._attempts_per_slot = event.attempts_per_slot
        return []

    def _stop(self, _: Event) -> list[Action]:
        if self.state in (State.CONNECTING, State.UP):
            return self._hang_up(CLOSE_GOING_AWAY, "the station stops", State.STOPPED)
        if self.state is State.CLOSING:
            self._then = State.STOPPED
            return []
        self.state = State.STOPPED
        self.why_down = "the station stops"
        return self._cancel_timer()


_Act = Callable[..., list[Action]]


def _table() -> dict[tuple[State, type], _Act]:
    """The rows as written per event, keyed by (state, event)."""
    running = [state for state in State if state is not State.STOPPED]
    rows: dict[type, dict[State, _Act]] = {
        Start: {State.IDLE: Link._start},
        Opened: {State.CONNECTING: Link._opened, State.CLOSING: Link._opened_too_late},
        Failed: {State.CONNECTING: Link._failed, State.CLOSING: Link._closed},
        Closed: {State.UP: Link._lost, State.CLOSING: Link._closed},
        PongTimeout: {State.UP: Link._lost, State.CLOSING: Link._closed},
        TimerFired: {State.WAITING: Link._timer_fired},
        NetworkDown: {state: Link._network_down for state in running if state is not State.OFFLINE},
        NetworkUp: dict.fromkeys(running, Link._network_up),
        ProfilesChanged: dict.fromkeys(running, Link._profiles_changed),
        SettingsChanged: dict.fromkeys(running, Link._settings_changed),
        Stop: dict.fromkeys(running, Link._stop),
    }
    return {(state, event): act for event, acts in rows.items() for state, act in acts.items()}


_TABLE = _table()

# Events that may come in a state and mean nothing there.
_IGNORED: dict[State, frozenset[type]] = {
    State.IDLE: frozenset({TimerFired}),
    State.CONNECTING: frozenset({TimerFired}),
    State.UP: frozenset({TimerFired}),
    State.WAITING: frozenset(),
    State.CLOSING: frozenset({TimerFired}),
    State.OFFLINE: frozenset({TimerFired, NetworkDown}),
    State.STOPPED: frozenset({TimerFired, NetworkDown, NetworkUp, ProfilesChanged, SettingsChanged, Stop}),
}
