"""One EVSE: what is known of it, and everything that is derived from that.

Nothing here is stored that can be computed: the conditions of the start and stop points, the charging state, the
connector status and the wish for energy are functions of report, authorization, transaction, faults and availability.
"""

from __future__ import annotations

from typing import Protocol

from agent.core.bounds import FIRST_CHARGE_GRACE_MS, PHASE_USED_MA
from agent.core.clock import MonoMs, Now
from agent.core.facts import ChargingState
from agent.core.faults import FaultSet
from agent.core.limits import Demand
from agent.core.metering import VirtualRegister
from agent.core.requests import ConnectorStatus
from agent.core.rules import Options, Rules
from agent.core.tokens import IdToken
from agent.core.transaction import Authorization, Stage, StartPoint, Transaction
from hal.types import (
    ContactorState,
    EvseCapabilities,
    IndicatorState,
    LockState,
    MeterReading,
    PilotSignal,
    PilotState,
    PowerReport,
)

PLUGGED = frozenset({PilotState.B, PilotState.C, PilotState.D})


class Host(Protocol):
    """What an EVSE needs of its station."""

    rules: Rules
    options: Options
    faults: FaultSet
    guard_up: bool

    @property
    def online(self) -> bool: ...
    def next_seq(self) -> int: ...
    def next_read(self) -> int: ...
    def new_transaction_id(self) -> str: ...
    def may_begin(self, evse: int) -> bool: ...
    def operative(self, evse: int, connector: int) -> bool: ...
    def transaction_ended(self, tx: str) -> None: ...


class Evse:
    """State of one EVSE."""

    def __init__(self, host: Host, capabilities: EvseCapabilities) -> None:
        self.host = host
        self.id = capabilities.evse
        self.capabilities = capabilities
        self.report: PowerReport | None = None
        self.plugged = False
        self.reading: MeterReading | None = None
        self.register = VirtualRegister(
            capabilities.max_current_ma * host.rules.voltage_mv * max(capabilities.phases, 1) // 1_000_000
        )
        self.bay = False
        self.auth: Authorization | None = None
        self.tx: Transaction | None = None
        self.connect_deadline: MonoMs | None = None
        self.offered_since: MonoMs | None = None
        self.armed: set[str] = set()
        self.finished = False  # a transaction ended while its cable is still plugged in, at the car or here
        self.held_for: IdToken | None = None  # whose card frees a plug that outlived its transaction
        self.resetting = False
        self.permit_number = 0
        self.share_ma: int | None = None  # its target; None while it wants nothing or nobody looked yet
        self.granted_ma = 0
        self.granted_phases = 0
        self.granted_at: MonoMs | None = None
        self.sampling_ms: int | None = None
        self.shown: IndicatorState | None = None
        self.show: tuple[IndicatorState, MonoMs] | None = None

    # What the power path says

    @property
    def contactor_closed(self) -> bool:
        return self.report is not None and self.report.contactor is ContactorState.CLOSED

    @property
    def energy_flows(self) -> bool:
        report = self.report
        return self.contactor_closed and report is not None and report.pilot in {PilotState.C, PilotState.D}

    @property
    def energised(self) -> bool:
        """Whether power may still be on the outlet."""
        report = self.report
        return report is not None and self.host.guard_up and (self.contactor_closed or report.commanded)

    @property
    def free(self) -> bool:
        """Nobody has it: no car, no card, no transaction."""
        return not (self.plugged or self.cable_in) and self.auth is None and self.tx is None

    @property
    def cable_in(self) -> bool:
        """A cable is in the socket, whether a car is at its other end or not. Never true of a fixed cable."""
        return self.report is not None and self.report.cable_ma is not None

    @property
    def secured(self) -> bool:
        """The plug cannot be pulled: locked, or there is nothing to lock."""
        return self.report is not None and self.report.lock in {LockState.LOCKED, LockState.ABSENT}

    @property
    def ev_gone(self) -> bool:
        """The cable was unplugged at the car, and that is why there is no energy (1.6 §4.9)."""
        if self.plugged:
            return False
        return self.tx.opened if self.tx is not None else self.finished

    @property
    def connector(self) -> int | None:
        """The outlet in use: the plugged one, or the only one there is."""
        if self.plugged and self.report is not None:
            return self.report.connector
        return self.tx.connector if self.tx is not None else None

    @property
    def front(self) -> int:
        """The outlet that stands for the EVSE: the one in use, else the first that is in service."""
        outlets = range(1, self.capabilities.connectors + 1)
        return self.connector or next((c for c in outlets if self.host.operative(self.id, c)), 1)

    def take_report(self, report: PowerReport, now: Now) -> None:
        self.report = report
        if report.pilot in PLUGGED:
            self.plugged = True
        elif report.pilot is PilotState.A:
            self.plugged = False
            if not self.cable_in:
                self.finished, self.held_for = False, None
        # E, F and levels that no state allows say nothing of the cable: what was known stays.
        if report.signal is not PilotSignal.PWM:
            self.offered_since = None
        elif self.offered_since is None:
            self.offered_since = now.mono_ms

    # What follows

    def conditions(self) -> dict[str, bool]:
        """Truth of each start and stop point (2.0.1 TxStartPoint, TxStopPoint)."""
        authorized = self.auth is not None
        return {
            StartPoint.BAY: self.bay,
            StartPoint.CONNECTED: self.plugged,
            StartPoint.AUTHORIZED: authorized,
            StartPoint.SIGNED: self.plugged and authorized,
            StartPoint.POWER_PATH: self.plugged and authorized,
            StartPoint.ENERGY: self.energy_flows,
        }

    def wants_energy(self) -> bool:
        """Everything but the current limit allows energy now."""
        tx = self.tx
        if not (self.plugged and self.auth is not None and self.host.guard_up) or self.resetting:
            return False
        if self.host.faults.blocking(self.id) is not None:
            return False
        if tx is None:
            # Energy starts the transaction (E01.FR.06), so it comes before there is one.
            return StartPoint.ENERGY in self.host.rules.start_points and self.host.may_begin(self.id)
        if tx.stage is Stage.BEGINNING:
            return self.granted_ma > 0  # energy that started it flows on while the meter is read
        if tx.stage is not Stage.RUNNING or tx.barred:
            return False
        if tx.deauthorized:
            return tx.energy_limit_wh is not None and self.register.register_wh < tx.energy_limit_wh
        return True

    def charging_state(self, now: Now) -> ChargingState:
        tx = self.tx
        if not self.plugged:
            return ChargingState.IDLE
        if self.energy_flows:
            return ChargingState.CHARGING
        if self.auth is None:
            return ChargingState.EV_CONNECTED  # E05.FR.09: preferred to SuspendedEVSE
        if tx is not None and tx.deauthorized and not self.wants_energy():
            return ChargingState.SUSPENDED_EVSE  # E05.FR.02
        if not self.wants_energy() or self.granted_ma == 0:
            if tx is not None and not tx.charged and self.share_ma != 0 and self.wants_energy():
                return ChargingState.EV_CONNECTED  # the first permit is on its way
            return ChargingState.SUSPENDED_EVSE
        if self.report is not None and self.report.pilot is PilotState.B:
            if tx is not None and tx.charged:
                return ChargingState.SUSPENDED_EV
            since = self.offered_since
            waited = since is not None and now.mono_ms - since >= FIRST_CHARGE_GRACE_MS
            return ChargingState.SUSPENDED_EV if waited else ChargingState.EV_CONNECTED
        if tx is not None and tx.state not in {None, ChargingState.IDLE, ChargingState.CHARGING}:
            return tx.state or ChargingState.EV_CONNECTED  # C reached, contactor about to close
        return ChargingState.SUSPENDED_EV if tx is not None and tx.charged else ChargingState.EV_CONNECTED

    def status(self, connector: int) -> ConnectorStatus:
        """Derived status of one connector (G01, and the states of 1.6 §4.9)."""
        if self.host.faults.blocking(self.id) is not None:
            return ConnectorStatus.FAULTED
        tx = self.tx
        here = self.connector in {connector, None}
        held = here and tx is not None and not self._left(tx, connector)  # G03.FR.05
        if not held and not self.host.operative(self.id, connector):
            return ConnectorStatus.UNAVAILABLE
        if tx is not None and here and tx.stage is not Stage.BEGINNING and tx.opened:
            return self._running(tx)
        if self.occupied(connector) and self.finished and self.auth is None:
            return ConnectorStatus.FINISHING
        if self.occupied(connector) or (here and (tx is not None or self.auth is not None)):
            return ConnectorStatus.PREPARING
        return ConnectorStatus.AVAILABLE

    def _left(self, tx: Transaction, connector: int) -> bool:
        """The car has left, and that ends the transaction (G01.FR.05); one that left before was told then."""
        return tx.stage is Stage.ENDING and tx.state is not ChargingState.IDLE and not self.occupied(connector)

    def _running(self, tx: Transaction) -> ConnectorStatus:
        if self.auth is None:
            return ConnectorStatus.FINISHING if self.plugged or self.cable_in else ConnectorStatus.AVAILABLE
        match tx.state:
            case ChargingState.CHARGING:
                return ConnectorStatus.CHARGING
            case ChargingState.SUSPENDED_EV | ChargingState.IDLE:
                return ConnectorStatus.SUSPENDED_EV
            case ChargingState.SUSPENDED_EVSE:
                return ConnectorStatus.SUSPENDED_EVSE
            case _:  # 1.6 §4.9: no way leads back from a suspension to Preparing
                return ConnectorStatus.SUSPENDED_EV if tx.under_way else ConnectorStatus.PREPARING

    def occupied(self, connector: int) -> bool:
        """Not free for a new driver: a car is plugged in, or a cable is left in the socket (E09, E10)."""
        if self.plugged:
            return self.connector == connector
        return self.cable_in and self.report is not None and self.report.connector == connector

    def taken(self, connector: int) -> bool:
        """Not to be used, because another connector of the EVSE is (the OCA's note on several connectors per EVSE)."""
        others = [c for c in range(1, self.capabilities.connectors + 1) if c != connector]
        return any(self.connector == other or self.occupied(other) for other in others)

    def demand(self) -> Demand:
        """What the allocator must know of an EVSE that wants energy."""
        tx = self.tx
        return Demand(
            evse=self.id,
            since=tx.since if tx is not None else MonoMs(0),
            phases=self.capabilities.phases,
            tx=tx.tx if tx is not None else None,
            held_ma=self.held_ma,
        )

    def phases_offered(self) -> int:
        return self.granted_phases or self.capabilities.phases

    def phases_used(self) -> int | None:
        """Phases that carry current by the meter's last reading; None where it cannot tell, or none does."""
        currents = self.reading.current_ma if self.reading is not None else ()
        return sum(current > PHASE_USED_MA for current in currents) or None

    @property
    def held_ma(self) -> int:
        """Current that this EVSE must be reckoned with: granted, or still offered as far as the guard confirmed."""
        offered = self.report.offered_ma if self.report is not None and self.host.guard_up else 0
        confirmed = max(offered, self.granted_ma if self.energised else 0)
        return max(self.granted_ma, confirmed)

    def indicator(self, now: Now) -> IndicatorState:
        if self.show is not None and now.mono_ms < self.show[1]:
            return self.show[0]
        return {
            ConnectorStatus.AVAILABLE: IndicatorState.AVAILABLE,
            ConnectorStatus.PREPARING: IndicatorState.PREPARING,
            ConnectorStatus.CHARGING: IndicatorState.CHARGING,
            ConnectorStatus.SUSPENDED_EV: IndicatorState.SUSPENDED,
            ConnectorStatus.SUSPENDED_EVSE: IndicatorState.SUSPENDED,
            ConnectorStatus.FINISHING: IndicatorState.FINISHING,
            ConnectorStatus.RESERVED: IndicatorState.RESERVED,
            ConnectorStatus.UNAVAILABLE: IndicatorState.UNAVAILABLE,
            ConnectorStatus.FAULTED: IndicatorState.FAULTED,
        }[self.status(self.front)]
