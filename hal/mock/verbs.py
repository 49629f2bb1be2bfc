"""The verbs of the bench as a table: name, arguments, what it does. The public contract of the bench, version 1.

This is data only, cheap to import; what a verb does is in the modules that `hal.mock.bench` lists. `target` says who
acts: the bench itself, the agent (the verb is forwarded with its arguments as they were given, once they are checked),
or the connection (`events`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from hal.mock.arguments import REQUIRED, Arg, BenchError, Kind
from hal.mock.meter import Stall
from hal.mock.shapes import (
    ACTIVE,
    AFTER,
    CAR,
    EVSE,
    EVSE_OR_ALL,
    EVSE_OR_STATION,
    FAULT_CODES,
    MAX_POWER_W,
    MAX_SECONDS,
    MAX_WH,
    METER,
    NEEDS,
    STORAGE_KINDS,
    TOKEN_KINDS,
    amperes,
    choice,
    flag,
    seconds,
    text,
    whole,
)
from hal.types import PilotState
from hal.value import frozen

VERSION = 1


class Target(StrEnum):
    """Who acts on a verb."""

    BENCH = "bench"
    AGENT = "agent"
    STREAM = "stream"


@frozen
class Verb:
    """One row of the table."""

    name: str
    doc: str
    args: tuple[Arg, ...] = ()
    target: Target = Target.BENCH

    def given(self, args: Mapping[str, object]) -> dict[str, Any]:
        """The arguments by their own names, defaults filled in; `args` were checked."""
        defaults = {arg.name: arg.default for arg in self.args if arg.default not in (None, REQUIRED)}
        return {**defaults, **args}

    def describe(self) -> dict[str, Any]:
        """The row as plain data, for `help`."""
        return {"verb": self.name, "doc": self.doc, "args": [arg.describe() for arg in self.args]}


CAR_VERBS = (
    Verb("ev.plug_in", "a car is plugged in: pilot B at once", CAR),
    Verb(
        "ev.plug_out",
        "the car leaves; a locked plug stays in the socket until the lock opens",
        (
            EVSE,
            flag("graceful", "the car pauses first and leaves a second later", False),
            choice("side", "where the cable is pulled; `ev` leaves it in the socket", ("station", "ev"), "station"),
        ),
    ),
    Verb("ev.pause", "the car goes from C to B and stays there", (EVSE, text("reason", "why", default=""))),
    Verb("ev.resume", "the car wants energy again", (EVSE, text("reason", "why", default=""))),
    Verb(
        "ev.set_state",
        "the pilot shows this state whatever is offered, until pause or resume",
        (EVSE, choice("state", "state of IEC 61851-1", tuple("ABCDEF"), REQUIRED)),
    ),
    Verb(
        "ev.set_current",
        "the car's own limit changes",
        (EVSE, amperes("current_a", "most the car draws per phase", REQUIRED), flag("obey", "heed the duty", True)),
    ),
    Verb("ev.set_soc", "the battery's state of charge jumps", (EVSE, whole("soc", "percent", 0, 100, REQUIRED))),
    Verb("ev.renegotiate", "the driver's needs change", (EVSE, amperes("current_a", "own limit"), *NEEDS)),
)
DRIVER_VERBS = (
    Verb(
        "rfid.tap",
        "a card is shown to the reader that serves these EVSEs",
        (
            text("id_token", "the token", 255, REQUIRED, 1),
            choice("type", "its type", TOKEN_KINDS, "ISO14443"),
            Arg("evses", Kind.LIST, "EVSEs that the reader serves; empty: all", (1,), item=EVSE),
            seconds("hold_s", "how long it stays there; a card that lies there is read once", 0),
        ),
    ),
    Verb(
        "payment.present",
        "a payment terminal accepts a means of payment",
        (EVSE, text("token", "its reference", 255, REQUIRED, 1), choice("type", "", TOKEN_KINDS, "Local")),
    ),
    Verb("keypad.enter", "a code is typed", (EVSE, text("digits", "the code", 36, REQUIRED, 1))),
    Verb(
        "button.press",
        "a button is pressed; `start` asks for energy without authorization, others are inputs",
        (EVSE, text("name", "the button", 32, "start", 1)),
    ),
    Verb("bay.set", "the parking bay", (EVSE, flag("occupied", "a vehicle is there", True))),
)
FAULT_VERBS = (
    Verb(
        "fault.inject",
        "a device reports a fault",
        (
            EVSE_OR_STATION,
            choice("code", "the agent's own name", FAULT_CODES, REQUIRED),
            choice("severity", "blocking forbids energy", ("blocking", "warning"), "blocking"),
            text("ocpp16_error_code", "OCPP 1.6 error code to report", 50, ""),
            text("vendor_error_code", "vendor's error code", 50, ""),
            text("info", "text", 50, ""),
        ),
    ),
    Verb(
        "fault.clear",
        "injected faults end, and the defect of that name heals",
        (EVSE_OR_STATION, choice("code", "which; absent: all of the EVSE or station", FAULT_CODES)),
    ),
    Verb("cp.diode_fault", "the car's diode is short", (EVSE, AFTER, ACTIVE)),
    Verb("cp.short", "the pilot line is short to earth", (EVSE, AFTER, ACTIVE)),
    Verb("contactor.weld", "the contactor welds: closed contacts stay closed", (EVSE, AFTER, ACTIVE)),
    Verb("contactor.stuck_open", "the contactor does not close", (EVSE, AFTER, ACTIVE)),
    Verb("rcd.trip", "the residual current device trips", (EVSE, AFTER, ACTIVE)),
)
METER_VERBS = (
    Verb("meter.configure", "what the meter is and does; what is not given stays", METER),
    Verb(
        "meter.set",
        "values of the meter",
        (
            EVSE,
            whole("energy_wh", "import register", 0, MAX_WH),
            whole("export_wh", "export register", 0, MAX_WH),
            Arg("temperature_c", Kind.NUMBER, "inside", None, low=-50, high=200, scale=10, into="temperature_dc"),
        ),
    ),
    Verb(
        "meter.stall",
        "the meter fails",
        (EVSE, choice("kind", "how; none heals it", tuple(str(stall) for stall in Stall), "silent"), AFTER),
    ),
    Verb("meter.jump", "the register jumps", (EVSE, whole("delta_wh", "by how much", -MAX_WH, MAX_WH, REQUIRED))),
    Verb(
        "meter.swap",
        "another meter takes its place",
        (EVSE, text("serial", "serial number; empty: the next", 25, ""), whole("energy_wh", "register", 0, MAX_WH, 0)),
    ),
)
BOARD_VERBS = (
    Verb(
        "lock.set",
        "the connector lock; what is not given stays",
        (EVSE, flag("present", ""), flag("fail_on_lock", ""), flag("fail_on_unlock", "")),
    ),
    Verb("tamper.set", "the door contact", (EVSE_OR_STATION, ACTIVE)),
    Verb(
        "temperature.set",
        "temperature of the power electronics",
        (
            EVSE_OR_ALL,
            Arg("celsius", Kind.NUMBER, "degrees", REQUIRED, low=-50, high=200, scale=10, into="temperature_dc"),
        ),
    ),
    Verb("ventilation.set", "ventilation of the room", (EVSE_OR_ALL, flag("available", "", True))),
    Verb("emergency_stop.set", "the mushroom button", (EVSE_OR_ALL, ACTIVE)),
    Verb(
        "external_limit.set",
        "a limit from outside (grid operator, energy manager); no value: it ends",
        (
            EVSE_OR_STATION,
            amperes("current_a", "amperes per phase", None, True),
            whole("power_w", "watts", 0, MAX_POWER_W, nullable=True),
            seconds("lease_s", "how long it is good for; absent: until changed"),
        ),
    ),
)
AGENT_VERBS = (
    Verb("network.set", "the network of the station", (flag("up", "false: closed, no retry is made", True),)),
    Verb("clock.step", "the wall clock jumps", (seconds("seconds", "by how much", REQUIRED, -MAX_SECONDS),)),
    Verb("storage.fail", "the disk fails", (choice("kind", "how", STORAGE_KINDS, "full"),)),
    Verb("storage.heal", "the disk is well again", (choice("kind", "of what; absent: all", STORAGE_KINDS),)),
    Verb(
        "firmware.configure",
        "how the next firmware update goes; what is not given stays",
        (
            seconds("install_s", "how long the installation takes"),
            choice("result", "how it ends", ("installed", "failed", "rolled_back", "invalid_signature")),
            flag("reboot_after", "the station boots after it"),
            flag("download_fails", "the download does not come to its end"),
        ),
    ),
    Verb("system.reboot", "the station is told to boot, in an orderly way"),
)
POWER_VERBS = (
    Verb("power.cut", "the supply fails: everything stops at once, nothing is tidied up"),
    Verb("power.restore", "the supply returns and the station boots"),
    Verb(
        "power.brownout",
        "the grid fails, the station lives on its capacitor; then the power is cut unless it was restored",
        (seconds("hold_up_s", "how long the capacitor lasts", 3),),
    ),
)
OTHER_VERBS = (
    Verb("status", "the bench and the station as they are"),
    Verb("events", "from now on each change is sent on this connection", target=Target.STREAM),
    Verb("help", "this table"),
)

_ALL = (
    *CAR_VERBS,
    *DRIVER_VERBS,
    *FAULT_VERBS,
    *METER_VERBS,
    *BOARD_VERBS,
    *(Verb(verb.name, verb.doc, verb.args, Target.AGENT) for verb in AGENT_VERBS),
    *POWER_VERBS,
    *OTHER_VERBS,
)
VERBS: dict[str, Verb] = {verb.name: verb for verb in _ALL}
PILOT_STATES = {str(state): state for state in PilotState}


def find(name: str) -> Verb:
    """The row of a verb. Raises BenchError."""
    verb = VERBS.get(name)
    if verb is None:
        raise BenchError("unknown_verb", f"there is no verb {name[:64]!r}; `help` lists them")
    return verb
