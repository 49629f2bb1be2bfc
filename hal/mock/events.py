"""What the bench sees: a record for each change, for `evse bench events` and for tests.

An event is a plain dictionary with `event` (its name) and, where it belongs to one, `evse`; the bench adds its number
and time. Changes are found by comparing an outlet with what it was, so that no cause can forget to tell.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from hal.mock.meter import watts

if TYPE_CHECKING:
    from hal.mock.outlet import Outlet

Event = dict[str, Any]
Emit = Callable[[Event], None]


class Watch:
    """Compares one outlet with its last look."""

    def __init__(self, evse: int, emit: Emit) -> None:
        self._evse = evse
        self._emit = emit
        self._last: dict[str, dict[str, Any]] = {}
        self._step_wh = 0

    def prime(self, outlet: Outlet) -> None:
        """Take the present state as known."""
        self._last = _look(outlet)
        self._step_wh = outlet.meter.step_wh()

    def compare(self, outlet: Outlet) -> None:
        """Emit what differs from the last look."""
        now = _look(outlet)
        for name, values in now.items():
            if self._last.get(name) != values:
                self._emit({"event": name, "evse": self._evse, **values})
        self._last = now
        step_wh = outlet.meter.step_wh()
        if step_wh != self._step_wh:
            self._step_wh = step_wh
            self._emit({"event": "meter", "evse": self._evse, "energy_wh": outlet.meter.import_wh})


def _look(outlet: Outlet) -> dict[str, dict[str, Any]]:
    pilot = outlet.pilot()
    return {
        "pilot": {"state": str(pilot.state), "diode_fault": pilot.diode_fault, "short": pilot.short},
        "offer": {
            "signal": str(outlet.offer.signal) if outlet.offer.signal else "dead",
            "duty_permille": outlet.offer.duty_permille,
        },
        "contactor": {"state": str(outlet.contactor.state()), "commanded": outlet.contactor.commanded},
        "lock": {"state": str(outlet.lock.state())},
        "plug": {"plugged": outlet.car is not None, "cable_ma": outlet.cable_ma},
        "flow": {"current_ma": list(outlet.flow.current_ma), "power_w": watts(outlet.meter.power_uw(outlet.flow))},
        "residual_current": {"tripped": outlet.residual_current},
        "emergency_stop": {"active": outlet.emergency_stop},
        "temperature": {"temperature_dc": outlet.temperature_dc},
        "ventilation": {"available": outlet.ventilated},
    }
