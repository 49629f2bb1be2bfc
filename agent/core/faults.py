"""The set of raised faults: guard, devices, storage and bench each raise and clear their own."""

from __future__ import annotations

from agent.core.bounds import FAULTS
from agent.core.facts import StopReason
from hal.types import Fault, FaultCode

# Faults after which a transaction does not go on (E06.FR.16); the others only suspend it while they last.
ENDING: dict[FaultCode, StopReason] = {
    FaultCode.EMERGENCY_STOP: StopReason.EMERGENCY_STOP,
    FaultCode.RESIDUAL_CURRENT: StopReason.GROUND_FAULT,
    FaultCode.GROUND: StopReason.GROUND_FAULT,
    FaultCode.OVER_CURRENT: StopReason.OVERCURRENT_FAULT,
    FaultCode.CONTACTOR_WELDED: StopReason.OTHER,
    FaultCode.CONTACTOR_STUCK_OPEN: StopReason.OTHER,
}


class FaultSet:
    """Raised faults in the order of their raising; one entry for each EVSE, code and source."""

    def __init__(self) -> None:
        self._raised: dict[tuple[int, FaultCode, str], Fault] = {}
        self._heard: dict[tuple[int, FaultCode, str], bool] = {}  # of the guard's board; whether it still stands to it

    def raise_(self, fault: Fault) -> bool:
        """True if this changed the set. A full one still takes what forbids energy, in place of what does not."""
        key = (fault.evse, fault.code, fault.source)
        if self._raised.get(key) == fault or not self._room(key, fault):
            return False
        self._raised[key] = fault
        return True

    def _room(self, key: tuple[int, FaultCode, str], fault: Fault) -> bool:
        if key in self._raised or len(self._raised) < FAULTS:
            return True
        lesser = next((k for k, known in self._raised.items() if not known.blocking), None)
        if not fault.blocking or lesser is None:
            return False
        del self._raised[lesser]
        return True

    def clear(self, evse: int, code: FaultCode, source: str) -> bool:
        self._heard.pop((evse, code, source), None)
        return self._raised.pop((evse, code, source), None) is not None

    def hear(self, fault: Fault) -> bool:
        """Raise a fault that the guard passed on. It is told again whenever the guard is met anew."""
        self._heard[fault.evse, fault.code, fault.source] = True
        return self.raise_(fault)

    def doubt(self) -> None:
        """The guard is met anew: what it passed on before may have ended meanwhile."""
        self._heard = {key: False for key in self._heard if key in self._raised}

    def believe(self) -> None:
        """The guard has told all that it has: what it did not repeat is over."""
        for key in [key for key, stands in self._heard.items() if not stands]:
            del self._heard[key]
            self._raised.pop(key, None)

    def replace(self, evse: int, source: str, faults: tuple[Fault, ...]) -> bool:
        """Make the faults of one source on one EVSE be exactly these."""
        now = {(f.evse, f.code, f.source): f for f in faults}
        gone = [k for k in self._raised if k[0] == evse and k[2] == source and k not in now]
        for key in gone:
            del self._raised[key]
        raised = sum(self.raise_(fault) for fault in now.values())
        return raised > 0 or bool(gone)

    def of(self, evse: int) -> list[Fault]:
        """Faults that concern an EVSE: its own and the station's."""
        return [f for f in self._raised.values() if f.evse in {evse, 0}]

    def blocking(self, evse: int) -> Fault | None:
        return next((f for f in self.of(evse) if f.blocking), None)

    def ending(self, evse: int) -> tuple[Fault, StopReason] | None:
        for fault in self.of(evse):
            if fault.blocking and fault.code in ENDING:
                return fault, ENDING[fault.code]
        return None

    def all(self) -> tuple[Fault, ...]:
        return tuple(self._raised.values())
