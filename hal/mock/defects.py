"""What the verbs of faults do: those that a device reports, and those that are in the copper."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from hal.mock.arguments import BenchError
from hal.mock.outlet import Outlet
from hal.mock.world import STATION, World
from hal.types import Fault, FaultCode

Args = dict[str, Any]
SOURCE = "bench"


def inject(world: World, args: Args) -> Args:
    """`fault.inject`."""
    fault = Fault(
        code=FaultCode(args["code"]),
        evse=args.get("evse") or STATION,
        source=SOURCE,
        blocking=args["severity"] == "blocking",
        info=args["info"],
        ocpp16_error_code=args["ocpp16_error_code"],
        vendor_error_code=args["vendor_error_code"],
    )
    if not world.raise_fault(fault):
        raise BenchError("conflict", "fault.inject: the bench is full of faults; clear some")
    return {"evse": args.get("evse"), "code": str(fault.code)}


def clear(world: World, args: Args) -> Args:
    """`fault.clear`: what was injected ends, and the defect of that name is repaired."""
    evse = args.get("evse") or STATION
    code = FaultCode(args["code"]) if "code" in args else None
    ended = world.clear_fault(evse, code)
    outlets = [world.outlets[evse]] if evse != STATION else list(world.outlets.values())
    for outlet in outlets:
        for name, repair in REPAIRS.items():
            if code is name or (code is None and evse != STATION):
                outlet.change(partial(repair, outlet, False))
    return {"evse": args.get("evse"), "cleared": ended}


def _diode(outlet: Outlet, active: bool) -> None:
    outlet.diode_fault = active


def _short(outlet: Outlet, active: bool) -> None:
    outlet.pilot_short = active


def _weld(outlet: Outlet, active: bool) -> None:
    outlet.contactor.welded = active


def _stick(outlet: Outlet, active: bool) -> None:
    outlet.contactor.stuck_open = active


def _trip(outlet: Outlet, active: bool) -> None:
    outlet.residual_current = active


def _stop(outlet: Outlet, active: bool) -> None:
    outlet.emergency_stop = active


def _jam(outlet: Outlet, active: bool) -> None:
    outlet.lock.fail_on_lock = outlet.lock.fail_on_unlock = active
    if not active:
        outlet.lock.disagrees = False


REPAIRS: dict[FaultCode, Callable[[Outlet, bool], None]] = {
    FaultCode.DIODE: _diode,
    FaultCode.PILOT_SHORT: _short,
    FaultCode.CONTACTOR_WELDED: _weld,
    FaultCode.CONTACTOR_STUCK_OPEN: _stick,
    FaultCode.RESIDUAL_CURRENT: _trip,
    FaultCode.EMERGENCY_STOP: _stop,
    FaultCode.LOCK: _jam,
}


def _defect(code: FaultCode) -> Callable[[World, Args], Args]:
    """A verb that sets a defect of one outlet, now or later."""
    act = REPAIRS[code]

    def handler(world: World, args: Args) -> Args:
        outlet = world.outlets[args["evse"]]
        outlet.after(args["after_ms"], str(code), lambda: act(outlet, args["active"]))
        return {"evse": outlet.number}

    return handler


HANDLERS: dict[str, Callable[[World, Args], Args]] = {
    "fault.inject": inject,
    "fault.clear": clear,
    "cp.diode_fault": _defect(FaultCode.DIODE),
    "cp.short": _defect(FaultCode.PILOT_SHORT),
    "contactor.weld": _defect(FaultCode.CONTACTOR_WELDED),
    "contactor.stuck_open": _defect(FaultCode.CONTACTOR_STUCK_OPEN),
    "rcd.trip": _defect(FaultCode.RESIDUAL_CURRENT),
}
