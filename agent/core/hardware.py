"""The hardware as the station sees it: guard, power path, meters, sensors and the health of each device."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core.bounds import FAULT_TEXT
from agent.core.effects import ReadMeter
from agent.core.events import (
    BayChanged,
    ButtonPressed,
    DeviceHealthChanged,
    ExternalLimitChanged,
    FaultChanged,
    GuardConnected,
    GuardDisconnected,
    MeterFailed,
    MeterSampled,
    PowerChanged,
    PowerFailing,
)
from agent.core.evse import Evse
from agent.core.facts import StopReason, Trigger
from agent.core.metering import Step
from agent.core.rules import PowerLoss
from agent.core.tokens import IdToken
from agent.core.transaction import Authorization, Cause, Stage
from agent.core.turn import Turn
from hal.types import Fault, FaultCode, TokenKind

if TYPE_CHECKING:
    from agent.core.station import Station

STOP_BUTTON = "stop"


class Hardware:
    """Takes what guard and devices report."""

    def __init__(self, station: Station) -> None:
        self._station = station

    def guard_connected(self, turn: Turn, event: GuardConnected) -> None:
        station = self._station
        station.guard_up = True
        station.board = event.board
        for capabilities in event.evses:
            evse = station.evses.get(capabilities.evse)
            if evse is not None:
                evse.capabilities = capabilities
                evse.report = None
        station.permits.forget()
        station.permits.unheard = {c.evse for c in event.evses if c.evse in station.evses}
        station.permits.know(station.rules.registry)
        station.faults.clear(0, FaultCode.GUARD_LOST, "guard")
        station.faults.doubt()

    def guard_disconnected(self, turn: Turn, event: GuardDisconnected) -> None:
        station = self._station
        station.guard_up = False
        station.permits.forget()
        station.permits.unheard = set()
        station.faults.raise_(Fault(code=FaultCode.GUARD_LOST, evse=0, source="guard", info=event.why[:FAULT_TEXT]))
        if station.options.guard_loss is PowerLoss.STOP:
            cause = Cause(trigger=Trigger.ABNORMAL_CONDITION, reason=StopReason.OTHER)
            for evse in station.evses.values():
                if evse.tx is not None and evse.tx.stage is Stage.RUNNING:
                    station.sessions[evse.id].end(turn, evse.tx, cause)

    def power_changed(self, turn: Turn, event: PowerChanged) -> None:
        station = self._station
        evse = station.evses.get(event.report.evse)
        if evse is None:
            return
        session, was, cable = station.sessions[evse.id], evse.plugged, evse.cable_in
        closed = evse.contactor_closed
        first = evse.report is None
        evse.take_report(event.report, turn.now)
        station.permits.unheard.discard(evse.id)
        evse.permit_number = max(evse.permit_number, event.report.permit_number)
        station.faults.replace(evse.id, "guard", event.report.faults)
        station.faults.believe()  # a guard that is met tells faults first, then reports
        if closed and not evse.contactor_closed:
            turn.do(ReadMeter(evse=evse.id, read_id=0))
        if evse.plugged and not was:
            resumed = evse.tx is not None and evse.tx.stage is Stage.RESUMING
            if resumed or (first and evse.tx is not None):
                session.settle(turn)
            else:
                self._plugged(turn, evse)
        elif was and not evse.plugged:
            session.unplugged(turn)
        elif cable and not evse.cable_in:
            session.cable_out(turn)

    def _plugged(self, turn: Turn, evse: Evse) -> None:
        station = self._station
        if evse.auth is None and not station.rules.authorization_required and station.may_begin(evse.id):
            token = IdToken(value="", kind=TokenKind.NO_AUTHORIZATION.value)  # C01.FR.01: energy without a card
            evse.auth = Authorization(token=token, since=turn.now.mono_ms)
        station.sessions[evse.id].plugged(turn)
        station.entry.plugged(turn, evse)

    def meter_sampled(self, turn: Turn, event: MeterSampled) -> None:
        station = self._station
        evse = station.evses.get(event.evse)
        if evse is None:
            return
        tx = evse.tx
        counts = tx is not None and tx.stage is not Stage.BEGINNING
        step = evse.register.take(event.reading, turn.now.mono_ms, counts, evse.energy_flows)
        evse.reading = event.reading
        station.faults.clear(evse.id, FaultCode.POWER_METER, "meter")
        if step in {Step.HELD, Step.FROZEN}:
            info = "register jumped" if step is Step.HELD else "register stands still"
            implausible = Fault(
                code=FaultCode.METER_IMPLAUSIBLE, evse=evse.id, source="meter", blocking=False, info=info
            )
            station.faults.raise_(implausible)
        elif step is Step.GOOD:
            station.faults.clear(evse.id, FaultCode.METER_IMPLAUSIBLE, "meter")
        if step not in {Step.GOOD, Step.FROZEN}:
            turn.record(evse.register.kept(evse.id))
        session = station.sessions[evse.id]
        session.recorder.metered(turn)
        session.snapshot(turn, event.read_id)

    def meter_failed(self, turn: Turn, event: MeterFailed) -> None:
        station = self._station
        evse = station.evses.get(event.evse)
        if evse is None:
            return
        station.faults.raise_(
            Fault(code=FaultCode.POWER_METER, evse=evse.id, source="meter", blocking=False, info=event.why[:FAULT_TEXT])
        )
        evse.reading = None  # only the register outlives it: an old voltage is not to be told as a new one
        station.sessions[evse.id].snapshot(turn, event.read_id)

    def fault_changed(self, turn: Turn, event: FaultChanged) -> None:
        station = self._station
        if event.raised:
            station.faults.hear(event.fault)
        else:
            station.faults.clear(event.fault.evse, event.fault.code, event.fault.source)

    def device_health(self, turn: Turn, event: DeviceHealthChanged) -> None:
        station = self._station
        code = {"reader": FaultCode.READER, "meter": FaultCode.POWER_METER}.get(event.kind, FaultCode.OTHER)
        fault = Fault(
            code=code, evse=event.evse, source=event.device, blocking=False, info=(event.error or "")[:FAULT_TEXT]
        )
        if event.error is None:
            station.faults.clear(event.evse, code, event.device)
        else:
            station.faults.raise_(fault)

    def bay_changed(self, turn: Turn, event: BayChanged) -> None:
        station = self._station
        evse = station.evses.get(event.evse)
        if evse is None or evse.bay == event.occupied:
            return
        evse.bay = event.occupied
        trigger = Trigger.EV_DETECTED if event.occupied else Trigger.EV_DEPARTED
        reason = None if event.occupied else StopReason.EV_DISCONNECTED
        station.sessions[evse.id].settle(turn, Cause(trigger=trigger, reason=reason))

    def limited(self, turn: Turn, event: ExternalLimitChanged) -> None:
        if event.evse == 0 or event.evse in self._station.evses:
            self._station.permits.bound(event, turn.now.mono_ms)

    def button_pressed(self, turn: Turn, event: ButtonPressed) -> None:
        """The stop button ends what goes on at its EVSE; others have no meaning here."""
        session = self._station.sessions.get(event.evse)
        if session is not None and event.name == STOP_BUTTON and session.evse.auth is not None:
            session.deauthorise(turn, Cause(trigger=Trigger.STOP_AUTHORIZED, reason=StopReason.LOCAL))

    def power_failing(self, turn: Turn, event: PowerFailing) -> None:
        """The last words while the capacitor lasts: a checkpoint, or the end where a power loss means that."""
        station = self._station
        cause = Cause(trigger=Trigger.ABNORMAL_CONDITION, reason=StopReason.POWER_LOSS)
        for evse in station.evses.values():
            if evse.tx is None or evse.tx.stage is not Stage.RUNNING:
                continue
            if station.options.power_loss is PowerLoss.STOP:
                station.sessions[evse.id].end(turn, evse.tx, cause)
            else:
                station.sessions[evse.id].recorder.keep(turn, evse.tx)
