"""What the verbs `ev.*` do."""

from __future__ import annotations

from typing import Any

from hal.mock.arguments import BenchError
from hal.mock.battery import UWMS_PER_WH, Battery
from hal.mock.car import Car, CarLimits, CarMode, Identity
from hal.mock.outlet import Outlet
from hal.mock.verbs import PILOT_STATES
from hal.mock.world import World

Args = dict[str, Any]


def plug_in(world: World, args: Args) -> Args:
    """`ev.plug_in`."""
    outlet = world.outlets[args["evse"]]
    connector = args["connector"]
    if connector > outlet.spec.connectors:
        raise BenchError(
            "unknown_connector",
            f"ev.plug_in: EVSE {outlet.number} has no connector {connector}; it has {outlet.spec.connectors}",
        )
    if outlet.car is not None:
        raise BenchError("conflict", f"ev.plug_in: EVSE {outlet.number} has a car at connector {outlet.car.connector}")
    if outlet.lock.bolted and outlet.cable_ma is None:
        raise BenchError("conflict", f"ev.plug_in: the empty socket of EVSE {outlet.number} is locked")
    outlet.plug_in(_car(args))
    return {"evse": outlet.number, "connector": connector}


def _car(args: Args) -> Car:
    battery = Battery(args["battery_wh"] * UWMS_PER_WH)
    if "soc" in args:
        battery.set_soc(args["soc"])
    _ask(battery, args)
    return Car(
        connector=args["connector"],
        current_ma=args["current_ma"],
        phases=args["phases"],
        charge_delay_ms=args["charge_delay_ms"],
        auto_charge=args["auto_charge"],
        battery=battery,
        limits=CarLimits(**args.get("limits", {})),
        identity=Identity(
            mode=CarMode(args["mode"]),
            evccid=args.get("evccid", ""),
            payment=args["payment"],
            emaid=args.get("emaid", ""),
            contract_chain_pem=args.get("contract_chain_pem", ""),
            cert_install=args["cert_install"],
            exi_request_b64=args.get("exi_request_b64", ""),
        ),
        departure_time=args.get("departure_time", ""),
    )


def _ask(battery: Battery, args: Args) -> None:
    """The driver asks for an energy, counted from now; null: for as much as fits."""
    if "energy_request_wh" in args:
        wanted_wh = args["energy_request_wh"]
        battery.delivered_uwms = 0
        battery.requested_uwms = None if wanted_wh is None else wanted_wh * UWMS_PER_WH


def plug_out(world: World, args: Args) -> Args:
    """`ev.plug_out`. Without a car it only takes a cable away, or nothing."""
    outlet = world.outlets[args["evse"]]
    plugged = outlet.car is not None
    outlet.plug_out(args["graceful"], args["side"] == "ev")
    return {"evse": outlet.number, "was_plugged": plugged}


def _plugged(world: World, args: Args, verb: str) -> tuple[Outlet, Car]:
    outlet = world.outlets[args["evse"]]
    if outlet.car is None:
        raise BenchError("conflict", f"{verb}: no car is plugged at EVSE {outlet.number}")
    return outlet, outlet.car


def pause(world: World, args: Args) -> Args:
    """`ev.pause`."""
    outlet, car = _plugged(world, args, "ev.pause")
    outlet.change(lambda: car.pause(args["reason"]))
    return _state(outlet, car)


def resume(world: World, args: Args) -> Args:
    """`ev.resume`."""
    outlet, car = _plugged(world, args, "ev.resume")
    outlet.change(car.resume)
    return _state(outlet, car)


def set_state(world: World, args: Args) -> Args:
    """`ev.set_state`."""
    outlet, car = _plugged(world, args, "ev.set_state")
    outlet.change(lambda: car.force(PILOT_STATES[args["state"]]))
    return _state(outlet, car)


def set_current(world: World, args: Args) -> Args:
    """`ev.set_current`."""
    outlet, car = _plugged(world, args, "ev.set_current")

    def turn() -> None:
        car.current_ma, car.obeys = args["current_ma"], args["obey"]

    outlet.change(turn)
    return _state(outlet, car)


def set_soc(world: World, args: Args) -> Args:
    """`ev.set_soc`."""
    outlet, car = _plugged(world, args, "ev.set_soc")
    outlet.change(lambda: car.battery.set_soc(args["soc"]))
    return _state(outlet, car)


def renegotiate(world: World, args: Args) -> Args:
    """`ev.renegotiate`: what is not given stays."""
    outlet, car = _plugged(world, args, "ev.renegotiate")

    def turn() -> None:
        _ask(car.battery, args)
        car.departure_time = args.get("departure_time", car.departure_time)
        car.current_ma = args.get("current_ma", car.current_ma)
        if "limits" in args:
            car.limits = CarLimits(**args["limits"])

    outlet.change(turn)
    return _state(outlet, car)


def _state(outlet: Outlet, car: Car) -> Args:
    return {"evse": outlet.number, "state": str(car.state)}


def describe(car: Car) -> Args:
    """The car for `status`."""
    limits, identity = car.limits, car.identity
    return {
        "connector": car.connector,
        "state": str(car.state),
        "forced": car.forced is not None,
        "paused": car.paused,
        "pause_reason": car.pause_reason,
        "current_ma": car.current_ma,
        "phases": car.phases,
        "soc": car.battery.soc_percent(),
        "satisfied": car.battery.satisfied(),
        "energy_wh": car.battery.delivered_uwms // UWMS_PER_WH,
        "energy_request_wh": (
            None if car.battery.requested_uwms is None else car.battery.requested_uwms // UWMS_PER_WH
        ),
        "departure_time": car.departure_time or None,
        "mode": str(identity.mode),
        "evccid": identity.evccid or None,
        "payment": identity.payment,
        "emaid": identity.emaid or None,
        "limits": {
            "min_current_ma": limits.min_current_ma,
            "max_current_ma": limits.max_current_ma,
            "max_power_w": limits.max_power_w,
            "max_voltage_v": limits.max_voltage_v,
        },
    }


HANDLERS = {
    "ev.plug_in": plug_in,
    "ev.plug_out": plug_out,
    "ev.pause": pause,
    "ev.resume": resume,
    "ev.set_state": set_state,
    "ev.set_current": set_current,
    "ev.set_soc": set_soc,
    "ev.renegotiate": renegotiate,
}
