"""The answer of the verb `status`: the bench's own view, joined with what the host says about the station.

The host (`StationHost.status`) answers a dictionary with these keys, of which it may leave out what it does not know:
`pid`, `version`, `booted` (whether the core runs), `link` (state of the link to the CSMS), `protocol`,
`registration`, and `evses`, a list of
`{"evse": n, "connectors": [{"connector": m, "status": ...}], "transaction": ...}`.
More keys are passed on as they are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hal.mock import cars, meters
from hal.mock.outlet import Outlet
from hal.mock.verbs import VERSION
from hal.mock.world import World
from hal.types import Fault, PowerReport

Status = dict[str, Any]
UNKNOWN: Status = {
    "pid": None,
    "version": None,
    "booted": False,
    "link": None,
    "protocol": None,
    "registration": None,
}


def describe(world: World, reports: Mapping[int, PowerReport], station: Status) -> Status:
    """One dictionary, plain data."""
    told = {row["evse"]: row for row in station.get("evses", ())}
    return {
        **UNKNOWN,
        **station,
        "bench": {
            "contract": VERSION,
            "t_ms": world.timeline.now_ms,
            "powered": world.powered,
            "grid": world.grid,
            "devices": dict(world.devices),
            "faults": [_fault(fault) for fault in world.faults.values()],
        },
        "evses": [
            {**_evse(world, outlet, reports.get(number)), **told.get(number, {})}
            for number, outlet in world.outlets.items()
        ],
    }


def _evse(world: World, outlet: Outlet, report: PowerReport | None) -> Status:
    pilot = outlet.pilot()
    indicator = world.indicators.get(outlet.number)
    connectors = range(1, outlet.spec.connectors + 1)
    return {
        "evse": outlet.number,
        "connectors": [{"connector": number, "status": None} for number in connectors],
        "transaction": None,
        "plugged": outlet.car is not None,
        "pilot": str(pilot.state),
        "signal": str(outlet.offer.signal) if outlet.offer.signal else "dead",
        "duty_permille": outlet.offer.duty_permille,
        "offered_ma": outlet.offer.current_ma(),
        "contactor": str(outlet.contactor.state()),
        "commanded": outlet.contactor.commanded,
        "lock": str(outlet.lock.state()),
        "cable_ma": outlet.cable_ma,
        "temperature_dc": outlet.temperature_dc,
        "ventilated": outlet.ventilated,
        "indicator": None if indicator is None else str(indicator),
        "permit": _permit(report),
        "meter": meters.describe(outlet),
        "car": None if outlet.car is None else cars.describe(outlet.car),
        "guard_faults": [] if report is None else [_fault(fault) for fault in report.faults],
        "defects": _defects(outlet),
    }


def _permit(report: PowerReport | None) -> Status | None:
    if report is None:
        return None
    return {"number": report.permit_number, "live": report.permit_live, "offered_ma": report.offered_ma}


def _defects(outlet: Outlet) -> list[str]:
    """What is wrong in the copper."""
    found = {
        "diode_fault": outlet.diode_fault,
        "pilot_short": outlet.pilot_short,
        "contactor_welded": outlet.contactor.welded,
        "contactor_stuck_open": outlet.contactor.stuck_open,
        "residual_current": outlet.residual_current,
        "emergency_stop": outlet.emergency_stop,
        "fail_on_lock": outlet.lock.fail_on_lock,
        "fail_on_unlock": outlet.lock.fail_on_unlock,
    }
    return [name for name, active in found.items() if active]


def _fault(fault: Fault) -> Status:
    return {
        "code": str(fault.code),
        "evse": fault.evse,
        "source": fault.source,
        "blocking": fault.blocking,
        "info": fault.info,
        "ocpp16_error_code": fault.ocpp16_error_code,
        "vendor_error_code": fault.vendor_error_code,
    }
