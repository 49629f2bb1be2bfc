"""One transaction: what it is, and what of it must survive a power cut.

Stages of a transaction:

    BEGINNING  its start point was met; the begin snapshot is being read; nothing is recorded yet
    RUNNING    Started is recorded
    RESUMING   restored after a restart; the guard has not yet said in what state the power path is
    ENDING     its end was decided (and kept); power is being taken away, the end snapshot is being read

A cause that arrives in BEGINNING waits and is told after Started; one that arrives in ENDING is too late to matter.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from agent.core.clock import MonoMs, Stamp
from agent.core.facts import ChargingState, StopReason, TransactionKept, Trigger
from agent.core.samples import SampleSet
from agent.core.tokens import IdToken


class Stage(Enum):
    BEGINNING = "beginning"
    RUNNING = "running"
    RESUMING = "resuming"
    ENDING = "ending"


class StartPoint:
    """Names of TxStartPoint and TxStopPoint values (2.0.1 TxCtrlr)."""

    BAY = "ParkingBayOccupancy"
    CONNECTED = "EVConnected"
    AUTHORIZED = "Authorized"
    SIGNED = "DataSigned"  # of use as a start point alone
    POWER_PATH = "PowerPathClosed"
    ENERGY = "EnergyTransfer"


class Authorization(Struct, frozen=True, kw_only=True):
    """Leave to charge: who has it, since when, and how it came about."""

    token: IdToken
    group: IdToken | None = None
    since: MonoMs
    remote_start_id: int | None = None
    remote: bool = False
    told: bool = False  # the CSMS was shown the token in a transaction step


class Cause(Struct, frozen=True, kw_only=True):
    """Why something changes: the trigger to tell, and what goes with it."""

    trigger: Trigger
    token: IdToken | None = None
    reason: StopReason | None = None
    stamp: Stamp | None = None


class Transaction:
    """An open transaction of one EVSE."""

    def __init__(self, tx: str, evse: int, connector: int | None, cause: Cause, now: MonoMs) -> None:
        self.tx = tx
        self.evse = evse
        self.connector = connector
        self.stage = Stage.BEGINNING
        self.since = now
        self.began: Cause = cause
        self.waiting: list[Cause] = []
        self.number = 0
        self.started: Stamp | None = None
        self.start_register_wh: int | None = None
        self.token: IdToken | None = None
        self.group: IdToken | None = None
        self.remote_start_id: int | None = None
        self.state: ChargingState | None = None
        self.opened = False
        self.charged = False  # energy has flowed at least once
        self.under_way = False  # charging or suspended at least once since it was told as opened
        self.begin_told = False  # the Begin samples are out
        self.deauthorized = False
        self.authorized_kept = False  # only of use while RESUMING
        self.energy_limit_wh: int | None = None
        self.met: set[str] = set()
        self.ending: Cause | None = None
        self.end_stamp: Stamp | None = None
        self.read_id = 0
        self.deadline: MonoMs | None = None
        self.time_charging_ms = 0
        self.charging_since: MonoMs | None = None
        self.phases_used: int | None = None  # by the meter, when last it could tell
        self.phases_told: int | None = None
        self.cable_told: int | None = None
        self.token_told = False
        self.evse_told: bool | None = None  # True: with the outlet of the car that is there
        self.remote_told = False
        self.kept_at: Stamp | None = None  # the newest checkpoint of the boot before
        self.barred = False  # resumed without energy
        self.settles_at: MonoMs | None = None  # resumed after a cut: the car has so long to take energy again
        self.key_told = False  # the public key of the meter
        self.end_samples: list[SampleSet] = []
        self.checkpoint_wh = 0
        self.checkpoint_at = now
        self.next_sample: MonoMs | None = None
        self.next_end_sample: MonoMs | None = None

    @property
    def running(self) -> bool:
        return self.stage is Stage.RUNNING

    def own(self, auth: Authorization | None) -> None:
        """Whoever is authorised first owns the transaction."""
        if auth is not None and self.token is None:
            self.token, self.group, self.remote_start_id = auth.token, auth.group, auth.remote_start_id

    def charging_time_s(self, now: MonoMs) -> int:
        running = now - self.charging_since if self.charging_since is not None else 0
        return (self.time_charging_ms + running) // 1000

    def note_state(self, state: ChargingState, now: MonoMs) -> None:
        if state is ChargingState.CHARGING:
            self.charged = True
            if self.charging_since is None:
                self.charging_since = now
        elif self.charging_since is not None:
            self.time_charging_ms += now - self.charging_since
            self.charging_since = None
        self.under_way = self.under_way or (self.opened and state is not ChargingState.EV_CONNECTED)
        self.state = state

    # What is told once, or anew when it has changed: each gives what this step has to tell.

    def tell_token(self, shown: IdToken | None) -> IdToken | None:
        """The token shown at this step, else the transaction's own until it was told (E01.FR.10)."""
        token = shown if shown is not None or self.token_told else self.token
        self.token_told = self.token_told or (token is not None and token.same(self.token))
        return token

    def tell_evse(self, *, plugged: bool) -> bool:
        """Whether the EVSE is news: at first, and each time that a car was plugged in (E01.FR.16)."""
        before, self.evse_told = self.evse_told, plugged and self.connector is not None
        return before is None or (self.evse_told and not before)

    def tell_remote_start(self) -> int | None:
        told = None if self.remote_told else self.remote_start_id
        self.remote_told = self.remote_told or told is not None
        return told

    def see_phases(self, used: int | None) -> None:
        """What the meter tells of it; a car that draws nothing uses as many as before."""
        self.phases_used = used or self.phases_used

    def tell_phases(self, offered: int | None) -> int | None:
        """Phases, if they are news. Until a meter tells how many the car uses, it may use what it is offered."""
        phases = self.phases_used or self.phases_told or offered
        told = phases if phases != self.phases_told else None
        self.phases_told = phases
        return told

    def tell_cable(self, cable_ma: int | None) -> int | None:
        """In amperes; a cable that is not there is nothing to tell."""
        if cable_ma is None or cable_ma == self.cable_told:
            return None
        self.cable_told = cable_ma
        return cable_ma // 1000

    def add_end_sample(self, sample: SampleSet, bound: int) -> None:
        """Keep a sample for the end; when full, every second intermediate one goes (E06.FR.13)."""
        if len(self.end_samples) >= bound:
            self.end_samples = self.end_samples[:1] + self.end_samples[2:-1:2] + self.end_samples[-1:]
        self.end_samples.append(sample)

    def kept(self, register_wh: int, at: Stamp, *, authorized: bool, open_: bool = True) -> TransactionKept:
        return TransactionKept(
            evse=self.evse,
            tx=self.tx,
            open=open_,
            connector=self.connector,
            number=self.number,
            started=self.started,
            start_register_wh=self.start_register_wh,
            register_wh=register_wh,
            token=self.token,
            group=self.group,
            authorized=authorized,
            remote_start_id=self.remote_start_id,
            charging_state=self.state,
            time_charging_ms=self.charging_time_s(at.mono_ms) * 1000,
            opened=self.opened,
            ending=self.ending.reason if self.ending else None,
            ending_trigger=self.ending.trigger if self.ending else None,
            deauthorized=self.deauthorized,
            energy_limit_wh=self.energy_limit_wh,
            met=tuple(sorted(self.met)),
            at=at,
            barred=self.barred,
        )

    @classmethod
    def restore(cls, kept: TransactionKept, now: MonoMs) -> Transaction:
        cause = Cause(trigger=Trigger.AUTHORIZED)
        tx = cls(kept.tx, kept.evse, kept.connector, cause, now)
        tx.stage = Stage.RESUMING
        tx.number = kept.number
        tx.started = kept.started
        tx.start_register_wh = kept.start_register_wh
        tx.token, tx.group = kept.token, kept.group
        tx.remote_start_id = kept.remote_start_id
        tx.state = kept.charging_state
        tx.time_charging_ms = kept.time_charging_ms
        tx.opened, tx.deauthorized = kept.opened, kept.deauthorized
        tx.authorized_kept = kept.authorized
        tx.charged = kept.time_charging_ms > 0 or kept.charging_state is ChargingState.CHARGING
        tx.under_way = kept.opened and (tx.charged or kept.charging_state is not ChargingState.EV_CONNECTED)
        tx.begin_told = tx.token_told = tx.remote_told = True
        tx.evse_told = kept.charging_state is not ChargingState.IDLE
        tx.energy_limit_wh = kept.energy_limit_wh
        tx.met = set(kept.met)
        tx.kept_at, tx.barred = kept.at, kept.barred
        tx.checkpoint_wh = kept.register_wh
        if kept.ending is not None or kept.ending_trigger is not None:
            tx.ending = Cause(trigger=kept.ending_trigger or Trigger.ABNORMAL_CONDITION, reason=kept.ending)
        return tx
