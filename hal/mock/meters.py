"""What the verbs `meter.*` do."""

from __future__ import annotations

from dataclasses import fields
from typing import Any

from hal.mock.meter import Stall, watts
from hal.mock.outlet import Outlet
from hal.mock.signature import Signing
from hal.mock.world import World

Args = dict[str, Any]


def configure(world: World, args: Args) -> Args:
    """`meter.configure`: what is not given stays."""
    outlet = world.outlets[args["evse"]]
    outlet.change(lambda: _configure(outlet, args))
    return _state(outlet)


def _configure(outlet: Outlet, args: Args) -> None:
    meter = outlet.meter
    if "power_w" in args:
        meter.power_w = args["power_w"]
    if "energy_wh" in args:
        meter.set_energy_wh(args["energy_wh"])
    if "voltage_mv" in args:
        outlet.voltage_mv = args["voltage_mv"]
    if "measurands" in args:
        meter.measurands = frozenset(args["measurands"])
    if "signed" in args:
        signed = args["signed"]
        meter.signing = Signing(**{field.name: signed[field.name] for field in fields(Signing) if field.name in signed})
    meter.reset_on_plug_in = args.get("reset_on_plug_in", meter.reset_on_plug_in)
    meter.frequency_mhz = args.get("frequency_mhz", meter.frequency_mhz)
    meter.noise_permille = args.get("noise", meter.noise_permille)


def set_values(world: World, args: Args) -> Args:
    """`meter.set`."""
    outlet = world.outlets[args["evse"]]

    def turn() -> None:
        meter = outlet.meter
        if "energy_wh" in args:
            meter.set_energy_wh(args["energy_wh"])
        meter.export_wh = args.get("export_wh", meter.export_wh)
        meter.temperature_dc = args.get("temperature_dc", meter.temperature_dc)

    outlet.change(turn)
    return _state(outlet)


def stall(world: World, args: Args) -> Args:
    """`meter.stall`."""
    outlet = world.outlets[args["evse"]]
    kind = Stall(args["kind"])
    outlet.after(args["after_ms"], "meter stall", lambda: outlet.freeze_meter(kind))
    return _state(outlet)


def jump(world: World, args: Args) -> Args:
    """`meter.jump`."""
    outlet = world.outlets[args["evse"]]
    outlet.change(lambda: outlet.meter.jump(args["delta_wh"]))
    return _state(outlet)


def swap(world: World, args: Args) -> Args:
    """`meter.swap`."""
    outlet = world.outlets[args["evse"]]
    outlet.change(lambda: outlet.meter.swap(args["serial"], args["energy_wh"]))
    return _state(outlet)


def _state(outlet: Outlet) -> Args:
    return {"evse": outlet.number, "energy_wh": outlet.meter.import_wh, "serial": outlet.meter.serial}


def describe(outlet: Outlet) -> Args:
    """The meter for `status`: what it would say, stalled or not."""
    meter, flow = outlet.meter, outlet.flow
    return {
        "energy_wh": meter.import_wh,
        "power_w": watts(meter.power_uw(flow)),
        "current_ma": list(flow.current_ma),
        "voltage_mv": outlet.voltage_mv,
        "frequency_mhz": meter.frequency_mhz,
        "export_wh": meter.export_wh,
        "temperature_dc": meter.temperature_dc,
        "serial": meter.serial,
        "stall": str(meter.stall),
        "noise_permille": meter.noise_permille,
        "reset_on_plug_in": meter.reset_on_plug_in,
        "signed": meter.signing.enabled,
        "measurands": sorted(meter.measurands),
    }


HANDLERS = {
    "meter.configure": configure,
    "meter.set": set_values,
    "meter.stall": stall,
    "meter.jump": jump,
    "meter.swap": swap,
}
