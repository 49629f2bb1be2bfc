"""The car at the end of the cable: what it shows on the pilot and what it draws.

A car of IEC 61851-1: it shows B when plugged, C a while after a current is offered, draws what the duty cycle and its
own limits allow, and goes back to B when the offer ends, when it is told to pause and when its battery is satisfied.
It decides by the pilot alone: a contactor that closes without PWM gets no load from it.

Modes of ISO 15118 are recorded with what the car would say (EVCCID, contract, needs). As long as nothing answers its
digital communication such a car behaves as the standard lets it: it stays in B while 5 % is offered and charges by
pilot once a real duty cycle comes.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple

from hal.guard import duty
from hal.mock.battery import UWMS_PER_WH, Battery
from hal.types import PilotSignal, PilotState
from hal.value import frozen

STOP_DELAY_MS = 200  # from the end of the offer to S2 open; the current stops at once
DRAWING = frozenset({PilotState.C, PilotState.D})


class CarMode(StrEnum):
    """How the car would like to talk."""

    IEC = "iec"
    ISO2_AC = "iso2_ac"
    ISO2_DC = "iso2_dc"
    ISO20_AC = "iso20_ac"
    ISO20_DC = "iso20_dc"


@frozen
class CarLimits:
    """Bounds of the car itself. None: no bound."""

    min_current_ma: int | None = None
    max_current_ma: int | None = None
    max_power_w: int | None = None
    max_voltage_v: int | None = None


UNBOUNDED = CarLimits()


@frozen
class Identity:
    """What the car would say over ISO 15118: recorded, shown, claimed to nobody."""

    mode: CarMode = CarMode.IEC
    evccid: str = ""
    payment: str = "eim"
    emaid: str = ""
    contract_chain_pem: str = ""
    cert_install: bool = False
    exi_request_b64: str = ""


UNKNOWN = Identity()


class Offer(NamedTuple):
    """What the car sees of the supply: the signal and the current its duty cycle says."""

    signal: PilotSignal | None  # None: the supply is dead
    duty_permille: int

    def current_ma(self) -> int:
        """Current on offer per phase; 0 if none or if it would have to be negotiated."""
        if self.signal is not PilotSignal.PWM:
            return 0
        return duty.current_ma(self.duty_permille) or 0


NO_OFFER = Offer(None, 0)


class Turn(NamedTuple):
    """A change of state that the car has decided on."""

    at_ms: int
    state: PilotState


@dataclass(slots=True)
class Car:
    """One plugged car. The outlet calls `see` after each change and `turn_now` when `turn` is due."""

    connector: int = 1
    current_ma: int = 32_000
    phases: int = 1
    charge_delay_ms: int = 1_000
    auto_charge: bool = True
    battery: Battery = field(default_factory=lambda: Battery(60_000 * UWMS_PER_WH))
    limits: CarLimits = UNBOUNDED
    identity: Identity = UNKNOWN
    departure_time: str = ""
    state: PilotState = PilotState.B
    forced: PilotState | None = None
    paused: bool = False
    pause_reason: str = ""
    obeys: bool = True
    turn: Turn | None = None
    offer: Offer = NO_OFFER

    def see(self, now_ms: int, offer: Offer) -> None:
        """Look at the pilot and decide what to do."""
        self.offer = offer
        if self.forced is not None:
            self.state, self.turn = self.forced, None
            return
        wanted = self._wanted()
        if wanted is self.state:
            self.turn = None
        elif self.turn is None or self.turn.state is not wanted:
            delay_ms = self.charge_delay_ms if wanted is PilotState.C else STOP_DELAY_MS
            self.turn = Turn(now_ms + delay_ms, wanted)

    def turn_now(self) -> None:
        """Do what `turn` says."""
        if self.turn is not None:
            self.state, self.turn = self.turn.state, None

    def pause(self, reason: str) -> None:
        """Open S2 now and stay in B until `resume`."""
        self.paused, self.pause_reason, self.forced = True, reason, None
        self.state, self.turn = PilotState.B, None

    def resume(self) -> None:
        """Want energy again; C follows at once if a current is on offer."""
        self.paused, self.pause_reason, self.forced, self.auto_charge = False, "", None, True
        if self._wanted() is PilotState.C:
            self.state, self.turn = PilotState.C, None

    def force(self, state: PilotState) -> None:
        """Show `state` whatever is on offer, until pause, resume or another force."""
        self.forced, self.state, self.turn = state, state, None

    def takes_part(self) -> bool:
        """Whether S2 is closed, a current is on offer and the battery wants it."""
        return self.state in DRAWING and self.offer.current_ma() > 0 and not self.battery.satisfied()

    def draw_ma(self, voltage_mv: int, phases: int) -> int:
        """Current per phase that the car takes now from `phases` live phases."""
        if not self.takes_part() or phases == 0:
            return 0
        own_ma = self.current_ma
        if self.limits.max_current_ma is not None:
            own_ma = min(own_ma, self.limits.max_current_ma)
        if self.limits.max_power_w is not None:
            own_ma = min(own_ma, self.limits.max_power_w * 1_000_000 // (voltage_mv * phases))
        own_ma = own_ma * self.battery.taper_permille() // 1000
        return min(own_ma, self.offer.current_ma()) if self.obeys else own_ma

    def _wanted(self) -> PilotState:
        """B or C: where the car wants to be with what is on offer."""
        if self.paused or not self.auto_charge or self.battery.satisfied():
            return PilotState.B
        least_ma = max(self.limits.min_current_ma or 0, duty.MIN_CURRENT_MA)
        return PilotState.C if self.offer.current_ma() >= least_ma else PilotState.B
