"""What the verbs of drivers and their cards, codes, buttons and bays do."""

from __future__ import annotations

from typing import Any

from hal.mock.world import World
from hal.types import TokenKind, TokenRead

Args = dict[str, Any]
START_BUTTON = "start"


def tap(world: World, args: Args) -> Args:
    """`rfid.tap`. A reader is known by the EVSEs it serves."""
    evses = tuple(sorted(set(args["evses"])))
    name = "-".join(["rfid", *map(str, evses)])
    read = TokenRead(args["id_token"], TokenKind(args["type"]), name, evses)
    return {"reader": name, "read": world.show(read, args["hold_ms"])}


def present(world: World, args: Args) -> Args:
    """`payment.present`."""
    evse = args["evse"]
    read = TokenRead(args["token"], TokenKind(args["type"]), f"payment-{evse}", (evse,))
    return {"read": world.show(read, 0)}


def enter(world: World, args: Args) -> Args:
    """`keypad.enter`."""
    evse = args["evse"]
    read = TokenRead(args["digits"], TokenKind.KEY_CODE, f"keypad-{evse}", (evse,))
    return {"read": world.show(read, 0)}


def press(world: World, args: Args) -> Args:
    """`button.press`: the start button asks without an identity (C02), any other is an input that blinks once."""
    evse, name = args["evse"], args["name"]
    if name == START_BUTTON:
        read = TokenRead(START_BUTTON, TokenKind.NO_AUTHORIZATION, f"button-{evse}", (evse,))
        return {"read": world.show(read, 0)}
    world.set_device(f"button.{name}", {"evse": evse, "pressed": 1}, lasting=False)
    return {"read": world.station is not None}


def occupy(world: World, args: Args) -> Args:
    """`bay.set`."""
    evse, occupied = args["evse"], args["occupied"]
    world.set_device(f"bay-{evse}", {"evse": evse, "occupied": int(occupied)})
    return {"evse": evse, "occupied": occupied}


HANDLERS = {
    "rfid.tap": tap,
    "payment.present": present,
    "keypad.enter": enter,
    "button.press": press,
    "bay.set": occupy,
}
