"""The physics of one EVSE: pilot line, contactor, lock, cable, car and what flows.

Everything happens through methods that first count what flowed until now (`_begin`) and then work out what follows
(`_settle`): what the car sees, what flows, when the next thing happens, whether the guard's inputs changed.
"""

from __future__ import annotations

from collections.abc import Callable

from hal.interfaces import PilotReading, PowerInputs, PowerOutputs, ProximityReading
from hal.mock.car import DRAWING, NO_OFFER, Car, Offer
from hal.mock.events import Emit, Watch
from hal.mock.meter import Flow, MockMeter, Stall
from hal.mock.parts import CONTACTOR_TRAVEL_MS, LOCK_TRAVEL_MS, MockContactor, MockLock
from hal.mock.timeline import Timeline
from hal.mock.topology import MockEvse
from hal.types import MeterReading, PilotSignal, PilotState

CABLE_RATINGS_MA = (13_000, 20_000, 32_000, 63_000)  # IEC 61851-1 table B.3: what a proximity resistor can say
SIGNALS_WITH_EDGES = frozenset({PilotSignal.PWM, PilotSignal.DIGITAL})  # the diode shows only in these
GRACE_MS = 1_000  # between the car's pause and the plug coming out, when the driver is patient


class Outlet:
    """One EVSE. `changed` is called (once per settling) when the guard's inputs are not what they were."""

    def __init__(
        self, number: int, spec: MockEvse, timeline: Timeline, emit: Emit, changed: Callable[[int], None]
    ) -> None:
        self.number = number
        self.spec = spec
        self.car: Car | None = None
        self.contactor = MockContactor(phases=spec.phases)
        self.lock = MockLock(present=spec.has_lock)
        self.meter = MockMeter(number, spec.phases)
        self.offer = Offer(PilotSignal.OFF, 1_000)
        self.voltage_mv = spec.voltage_mv
        self.grid = True
        self.cable_ma: int | None = None  # stays until the lock lets go of the plug
        self.connector = 1  # where the plug is, or was
        self.cable_left = False  # the driver unplugged at the car and left the cable in the socket
        self.diode_fault = False
        self.pilot_short = False
        self.residual_current = False
        self.emergency_stop = False
        self.temperature_dc = 250
        self.ventilated = False
        self.flow = Flow(False, (0,) * spec.phases, 0, spec.voltage_mv)
        self._timeline = timeline
        self._changed = changed
        self._watch = Watch(number, emit)
        self._counted_ms = timeline.now_ms
        self._inputs = self.inputs()
        self._watch.prime(self)

    # what is seen from outside

    def pilot(self) -> PilotReading:
        """What the supply equipment senses on the pilot line."""
        if self.pilot_short:
            return PilotReading(PilotState.E, short=True)
        if self.offer.signal is PilotSignal.ERROR:
            return PilotReading(PilotState.F)  # at constant -12 V there is nothing to sense
        state = PilotState.A if self.car is None else self.car.state
        plugged = state is not PilotState.A
        return PilotReading(state, self.diode_fault and plugged and self.offer.signal in SIGNALS_WITH_EDGES)

    def inputs(self) -> PowerInputs:
        """Everything that the guard samples."""
        return PowerInputs(
            pilot=self.pilot(),
            contactor=self.contactor.state(),
            proximity=None if self.spec.tethered else ProximityReading(self.cable_ma),
            lock=self.lock.state(),
            residual_current=self.residual_current,
            emergency_stop=self.emergency_stop,
            temperature_dc=self.temperature_dc,
            current_ma=self.flow.current_ma,
            ventilated=self.ventilated,
            connector=self.connector,
        )

    def read_meter(self) -> MeterReading:
        """The meter's snapshot of now. Raises DeviceError."""
        self._begin()
        soc = self.car.battery.soc_percent() if self.car else None
        return self.meter.read(self.flow, soc, self._timeline.now_ms)

    # what happens to it

    def freeze_meter(self, stall: Stall) -> None:
        """Stall the meter, or heal it; a part of `change` or `after`."""
        self.meter.freeze(Stall.NONE, None)
        self.meter.freeze(stall, self.read_meter() if stall is Stall.FROZEN else None)

    def apply(self, outputs: PowerOutputs) -> None:
        """The guard's commands."""
        self._begin()
        self.offer = Offer(outputs.signal, outputs.duty_permille)
        self.contactor.drive(outputs.closed, outputs.phases)
        if self.lock.drive(outputs.locked):
            self._after(LOCK_TRAVEL_MS, "lock", self.lock.arrive)
        self._settle()

    def open_now(self, signal: PilotSignal | None) -> None:
        """Fail-safe or loss of supply: the contactor drops, the pilot goes to `signal` (None: dead)."""
        self._begin()
        self.contactor.drive(False, self.contactor.phases)
        self.contactor.arrive()
        self.offer = NO_OFFER if signal is None else Offer(signal, 1_000)
        self._settle()

    def set_grid(self, present: bool) -> None:
        """The mains come or go: no contactor holds without them, and nothing flows."""
        self._begin()
        self.grid = self.contactor.powered = present
        self._settle()

    def change(self, action: Callable[[], object]) -> None:
        """Do `action` to any part, in time and with its consequences."""
        self._begin()
        action()
        self._settle()

    def after(self, delay_ms: int, name: str, action: Callable[[], object]) -> None:
        """Do `action` in `delay_ms` (now if 0); a later one of the same name replaces it."""
        if delay_ms <= 0:
            self._timeline.cancel((self.number, name))
            self.change(action)
        else:
            self._after(delay_ms, name, action)

    def plug_in(self, car: Car) -> None:
        """The plug goes in: the pilot is B at once."""
        self._begin()
        self.car = car
        self.connector = car.connector
        self.cable_left = False
        self.meter.plugged_in()
        if not self.spec.tethered and self.cable_ma is None:
            fitting = [rating for rating in CABLE_RATINGS_MA if rating >= car.current_ma]
            self.cable_ma = fitting[0] if fitting else CABLE_RATINGS_MA[-1]
        self._settle()

    def plug_out(self, graceful: bool, leave_cable: bool) -> None:
        """The circuit opens at once; if graceful the car stops drawing first."""
        if self.car is None:
            self.change(lambda: self._leave(leave_cable))
            return
        self._leave(leave_cable)
        if graceful and self.car.state in DRAWING:
            car = self.car
            self.change(lambda: car.pause("unplug"))
            self._after(GRACE_MS, "unplug", self._pull)
        else:
            self.change(self._pull)

    def _leave(self, cable: bool) -> None:
        self.cable_left = cable

    def _pull(self) -> None:
        self.car = None
        self._timeline.cancel((self.number, "unplug"))

    # how it hangs together

    def _after(self, delay_ms: int, name: str, action: Callable[[], object]) -> None:
        self._timeline.set((self.number, name), self._timeline.now_ms + delay_ms, lambda: self.change(action))

    def _begin(self) -> None:
        """Count what flowed since the last change."""
        elapsed_ms = self._timeline.now_ms - self._counted_ms
        if elapsed_ms:
            self._counted_ms = self._timeline.now_ms
            self.meter.count(self.flow, elapsed_ms)
            if self.car is not None:
                self.car.battery.charge(self.flow.power_uw * elapsed_ms)

    def _settle(self) -> None:
        """Work out what follows from the present state."""
        contactor = self.contactor
        if contactor.wanted() == contactor.closed:
            self._timeline.cancel((self.number, "contactor"))
        elif self._timeline.due_ms((self.number, "contactor")) is None:
            self._after(CONTACTOR_TRAVEL_MS, "contactor", contactor.arrive)
        if self.car is None and not self.lock.bolted and not self.cable_left:
            self.cable_ma = None
            self.connector = 1
        self._look()
        self.flow = self._work_out_flow()
        self._plan_energy()
        self._watch.compare(self)
        inputs = self.inputs()
        if inputs != self._inputs:
            self._inputs = inputs
            self._changed(self.number)

    def _look(self) -> None:
        """Let the car see the pilot, and wake it when it has decided to change."""
        key = (self.number, "car")
        car = self.car
        if car is None:
            self._timeline.cancel(key)
            return
        car.see(self._timeline.now_ms, NO_OFFER if self.pilot_short else self.offer)
        if car.turn is None:
            self._timeline.cancel(key)
        elif self._timeline.due_ms(key) != car.turn.at_ms:
            self._timeline.set(key, car.turn.at_ms, lambda: self.change(car.turn_now))

    def _work_out_flow(self) -> Flow:
        phases = self.spec.phases
        idle = Flow(False, (0,) * phases, 0, self.voltage_mv)
        car = self.car
        live = self.contactor.closed and self.grid and not self.residual_current
        if car is None or not live or not car.takes_part():
            return idle
        used = min(car.phases, phases, self.contactor.phases)
        draw_ma = car.draw_ma(self.voltage_mv, used)
        current_ma = tuple(draw_ma if index < used else 0 for index in range(phases))
        return Flow(True, current_ma, draw_ma * used * self.voltage_mv, self.voltage_mv)

    def _plan_energy(self) -> None:
        """Set the moments at which energy itself changes something: the battery's steps and the meter's events."""
        self._plan("battery", self.flow.power_uw, self.car.battery.change_in_uwms() if self.car else None)
        self._plan("meter", self.meter.power_uw(self.flow), self.meter.to_next_step_uwms())

    def _plan(self, name: str, power_uw: int, energy_uwms: int | None) -> None:
        key = (self.number, name)
        if power_uw <= 0 or energy_uwms is None:
            self._timeline.cancel(key)
            return
        at_ms = self._timeline.now_ms + -(-energy_uwms // power_uw)
        if self._timeline.due_ms(key) != at_ms:
            self._timeline.set(key, at_ms, lambda: self.change(lambda: None))
