"""What the verbs of locks, sensors and inputs do."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from hal.mock.arguments import BenchError
from hal.mock.defects import SOURCE
from hal.mock.outlet import Outlet
from hal.mock.world import STATION, World
from hal.types import Fault, FaultCode

Args = dict[str, Any]


def set_lock(world: World, args: Args) -> Args:
    """`lock.set`."""
    outlet = world.outlets[args["evse"]]
    if args.get("present") and outlet.spec.tethered:
        raise BenchError("conflict", f"lock.set: EVSE {outlet.number} has a fixed cable, there is nothing to lock")

    def turn() -> None:
        lock = outlet.lock
        lock.present = args.get("present", lock.present)
        lock.fail_on_lock = args.get("fail_on_lock", lock.fail_on_lock)
        lock.fail_on_unlock = args.get("fail_on_unlock", lock.fail_on_unlock)
        if not lock.present:
            lock.commanded = lock.bolted = lock.disagrees = False

    outlet.change(turn)
    return {"evse": outlet.number, "lock": str(outlet.lock.state())}


def set_tamper(world: World, args: Args) -> Args:
    """`tamper.set`: a fault that forbids nothing, and the contact's own value."""
    evse = args.get("evse") or STATION
    if args["active"]:
        world.raise_fault(Fault(FaultCode.TAMPER, evse, SOURCE, blocking=False, info="the door contact is open"))
    else:
        world.clear_fault(evse, FaultCode.TAMPER)
    world.set_device(f"tamper-{evse}", {"evse": evse, "open": int(args["active"])})
    return {"evse": args.get("evse"), "active": args["active"]}


def _each(world: World, args: Args, act: Callable[[Outlet], None]) -> Args:
    evse = args.get("evse")
    for outlet in [world.outlets[evse]] if evse else list(world.outlets.values()):
        outlet.change(partial(act, outlet))
    return {"evse": evse}


def set_temperature(world: World, args: Args) -> Args:
    """`temperature.set`."""
    value_dc = args["temperature_dc"]

    def act(outlet: Outlet) -> None:
        outlet.temperature_dc = value_dc

    result = _each(world, args, act)
    for evse in [args["evse"]] if args.get("evse") else world.outlets:
        world.set_device(f"temperature-{evse}", {"evse": evse, "temperature_dc": value_dc})
    return result


def set_ventilation(world: World, args: Args) -> Args:
    """`ventilation.set`."""

    def act(outlet: Outlet) -> None:
        outlet.ventilated = args["available"]

    return _each(world, args, act)


def set_emergency_stop(world: World, args: Args) -> Args:
    """`emergency_stop.set`."""

    def act(outlet: Outlet) -> None:
        outlet.emergency_stop = args["active"]

    return _each(world, args, act)


def set_external_limit(world: World, args: Args) -> Args:
    """`external_limit.set`: amperes, watts or both; neither ends the limit."""
    evse = args.get("evse") or STATION
    values = {"evse": evse}
    for name in ("current_ma", "power_w", "lease_ms"):
        if args.get(name) is not None:
            values[name] = args[name]
    active = "current_ma" in values or "power_w" in values
    world.set_device(f"external_limit-{evse}", {**values, "active": int(active)})
    return {"evse": args.get("evse"), "active": active}


HANDLERS = {
    "lock.set": set_lock,
    "tamper.set": set_tamper,
    "temperature.set": set_temperature,
    "ventilation.set": set_ventilation,
    "emergency_stop.set": set_emergency_stop,
    "external_limit.set": set_external_limit,
}
