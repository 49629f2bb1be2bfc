"""One EVSE of the guard: samples its power path, steps its interlock, applies what comes out."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import field, replace

from hal.guard.duty import CONSTANT_HIGH_PERMILLE
from hal.guard.interlock import step
from hal.guard.settings import InterlockSettings
from hal.guard.state import GuardInputs, Setup, State
from hal.interfaces import DeviceError, PowerInputs, PowerOutputs, PowerPath
from hal.types import EvseCapabilities, LockState, Permit, PilotSignal, PowerReport
from hal.value import frozen

RETRY_MS = 1_000  # a power path that failed is asked again this often; its others must not wait for its time-outs
MAX_ROUNDS = 8  # a path whose inputs change at once with its outputs is followed this often, then later
MAX_TEXT = 200


@frozen
class PowerLine:
    """What a board hands to the guard for one EVSE."""

    capabilities: EvseCapabilities
    path: PowerPath
    settings: InterlockSettings = field(default_factory=InterlockSettings)


class Line:
    """The guard's hold on one power path. `told` gets each new report."""

    def __init__(self, line: PowerLine, told: Callable[[PowerReport], None]) -> None:
        self.capabilities = line.capabilities
        self._path = line.path
        self._setup = Setup(line.capabilities, line.settings)
        self._told = told
        self._state = State()
        self._permit: Permit | None = None
        self._lease_until_ms = 0
        self._outputs: PowerOutputs | None = None  # what the path was last told, None: unknown
        self._report: PowerReport | None = None
        self._error = ""  # why the path does not answer; empty while it does
        self._deaf = False  # a command failed: none is sent before the path is well again
        self._power: PowerInputs | None = None  # what the interlock last looked at
        self._polled = False  # this run is a mere poll
        self._running = False
        self._dirty = False
        self._lock_request: bool | None = None
        self._reset = False
        self._step_at_ms: int | None = None
        self._poll_at_ms: int | None = None
        self._beat_at_ms: int | None = None
        self._abandoned_at_ms: int | None = None

    def forget(self, now_ms: int) -> None:
        """Begin anew as after a boot: permit, latches and what was commanded are gone; look again."""
        self._state = State()
        self._permit, self._lease_until_ms = None, 0
        self._outputs, self._report, self._power = None, None, None
        self._lock_request, self._reset = None, False
        self.agent_went(now_ms)
        self.run(now_ms)

    def start(self, now_ms: int, changed: Callable[[], None]) -> None:
        """Begin to watch, as if an agent had just gone."""
        self._path.subscribe(changed)
        self.agent_went(now_ms)
        self._beat_at_ms = None if self._path.heartbeat_ms is None else now_ms
        self.run(now_ms)

    def stop(self) -> None:
        """Open, X1; the bolt stays as it is, since it may hold something energised. Never raises."""
        with suppress(Exception):  # whatever it is, the next power path must still be made safe
            self.make_safe()

    def make_safe(self) -> None:
        """The same, and raises what goes wrong, after everything was tried."""
        try:
            self._path.apply(self._safe())
        finally:
            self._path.close()

    def _safe(self) -> PowerOutputs:
        return PowerOutputs(PilotSignal.OFF, CONSTANT_HIGH_PERMILLE, closed=False, phases=1, locked=self._keeps_bolt())

    def _keeps_bolt(self) -> bool:
        """Whether the bolt is to stay locked: as it was told last, else as it is found, else (unknown) yes."""
        if not self.capabilities.has_lock or self._state.lock is not None:
            return self._state.lock is not None and self._state.lock.out
        try:
            return self._path.read().lock is not LockState.UNLOCKED
        except DeviceError:
            return True

    @property
    def wake_at_ms(self) -> int | None:
        """When `tick` has something to do."""
        times = (self._step_at_ms, self._poll_at_ms, self._beat_at_ms, self._abandoned_at_ms)
        return min((at_ms for at_ms in times if at_ms is not None), default=None)

    def tick(self, now_ms: int) -> None:
        """Do what is due."""
        if _due(self._abandoned_at_ms, now_ms):
            self._abandoned_at_ms = None
            self.run(now_ms, lock_request=False)
        elif _due(self._step_at_ms, now_ms):
            self.run(now_ms)
        elif _due(self._poll_at_ms, now_ms):
            self._polled = True
            self.run(now_ms)
        if _due(self._beat_at_ms, now_ms):
            self._beat(now_ms)

    def _beat(self, now_ms: int) -> None:
        """Tell the path that the guard lives: only from here, after its interlock ran, and only while all is well."""
        interval_ms = self._path.heartbeat_ms
        self._beat_at_ms = None if interval_ms is None else now_ms + interval_ms
        if self._error:
            return  # a path that does not follow shall open by its own fail-safe
        try:
            self._path.heartbeat()
        except DeviceError as error:
            self._fail(error, now_ms)
            self.run(now_ms)

    def grant(self, permit: Permit, now_ms: int) -> None:
        """Take a permit over. Its bounds were checked."""
        self._permit = permit
        self._lease_until_ms = now_ms + permit.lease_ms
        self.run(now_ms)

    def reset(self, now_ms: int) -> None:
        """End the latched faults whose cause is gone, the path's own latches first."""
        try:
            self._path.reset_faults()
        except DeviceError as error:
            self._fail(error, now_ms)
        self.run(now_ms, reset=True)

    def agent_came(self, now_ms: int) -> None:
        """Tell the whole state to a new agent. The permit of the former one stays; its number means nothing now."""
        self._abandoned_at_ms = None
        self._report = None
        if self._permit is not None:
            self._permit = replace(self._permit, number=0)
        self.run(now_ms)

    def agent_went(self, now_ms: int) -> None:
        """From now on nobody unlocks; after a while the guard does."""
        release_ms = self._setup.settings.abandoned_release_ms
        if release_ms and self.capabilities.has_lock:
            self._abandoned_at_ms = now_ms + release_ms

    def run(self, now_ms: int, *, lock_request: bool | None = None, reset: bool = False) -> None:
        """Look, decide, command, tell. A change that a command causes at once is looked at before this returns."""
        if lock_request is not None:
            self._lock_request = lock_request
        self._reset = self._reset or reset
        self._dirty = True
        if self._running:
            self._polled = False
            return  # the path called back from within a command: the outer call goes on
        self._running = True
        try:
            for _ in range(MAX_ROUNDS):
                if not self._dirty:
                    return
                self._once(now_ms)
            self._step_at_ms = now_ms + 1
        finally:
            self._running = False

    def _once(self, now_ms: int) -> None:
        polled, self._dirty, self._polled = self._polled, False, False
        power = self._sample(now_ms)
        if polled and power is not None and power == self._power and self._outputs is not None:
            return  # nothing new, and the interlock did not ask for this moment: most polls of a quiet EVSE
        self._power = power
        inputs = GuardInputs(power, self._error, self._permit, self._lease_until_ms, self._lock_request, self._reset)
        self._lock_request, self._reset = None, False
        answer = step(self._setup, self._state, inputs, now_ms)
        self._state = answer.state
        self._step_at_ms = answer.wake_at_ms
        self._apply(answer.outputs, now_ms)
        if answer.reset_path:
            self._dirty = True
            try:
                self._path.reset_faults()
            except DeviceError as error:
                self._fail(error, now_ms)
        if answer.report != self._report:
            self._report = answer.report
            self._told(answer.report)

    def _sample(self, now_ms: int) -> PowerInputs | None:
        """The inputs, or None while the path does not answer. A path that comes back is first made safe."""
        if self._error and not _due(self._poll_at_ms, now_ms):
            return None
        recovering = self._error != ""
        try:
            if recovering:
                self._path.apply(self._safe())
            power = self._path.read()
        except DeviceError as error:
            self._fail(error, now_ms)
            return None
        if recovering:
            self._error = ""
            self._deaf = False
            self._outputs = None
        poll_ms = self._path.poll_ms
        self._poll_at_ms = None if poll_ms is None else now_ms + poll_ms
        return power

    def _apply(self, outputs: PowerOutputs, now_ms: int) -> None:
        """Command what changed. While the path does not answer it is told once, which may still reach the contactor."""
        if outputs == self._outputs or self._deaf:
            return
        try:
            self._path.apply(outputs)
        except DeviceError as error:
            self._fail(error, now_ms)
            self._deaf = True
            self._dirty = True  # decide again, knowing that nothing is obeyed
        else:
            self._outputs = outputs

    def _fail(self, error: DeviceError, now_ms: int) -> None:
        self._error = str(error)[:MAX_TEXT] or "the power path failed"
        self._outputs = None
        self._poll_at_ms = now_ms + RETRY_MS


def _due(at_ms: int | None, now_ms: int) -> bool:
    return at_ms is not None and at_ms <= now_ms
