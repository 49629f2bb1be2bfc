"""What the tests of all dialects stand on: surroundings, facts, and payloads that went through the schemas."""

from __future__ import annotations

from typing import Any

import msgspec

from agent.core.clock import MonoMs, Stamp, WallClock, WallMs
from agent.core.commands import AnyCommand, Result, Verdict
from agent.core.facts import ChargingState, TransactionPhase, TransactionRecorded, Trigger
from agent.core.samples import Context, Sample, SampleSet
from agent.ocpp.dialect import Dialect, Identity, Message, Refusal
from agent.ocpp.rpc_catalogue import encode
from agent.variables.registry import Registry
from agent.variables.topology import ENERGY, Evse, Outlet, Topology

Payload = dict[str, Any]

BOOT = 7
AT = Stamp(boot=BOOT, mono_ms=MonoMs(5_000), wall_ms=WallMs(1_767_225_600_250))
AT_TEXT = "2026-01-01T00:00:00.250Z"
UNTIMED = Stamp(boot=BOOT, mono_ms=MonoMs(90_000), wall_ms=None)
UNTIMED_TEXT = "2026-01-01T00:01:00.000Z"  # 90 s after the boot, whose offset is learned below

REGISTER = Sample(ENERGY, 12_345_678, "Wh")
PERIODIC = SampleSet(AT, Context.PERIODIC, (REGISTER,))


class Around:
    """Surroundings of a station: EVSE 1 has a socket and a fixed cable, EVSE 2 one socket."""

    def __init__(self, **identity: str) -> None:
        self.registry = Registry(
            Topology(
                evses=(Evse(connectors=(Outlet("sType2", has_lock=True), Outlet("cType2"))), Evse()),
                vendor="Vendor",
                model="Model",
            )
        )
        self.identity = Identity(**{"vendor": "Vendor", "model": "Model", **identity})
        self.wire_ids: dict[str, int] = {}
        self.clock = WallClock({BOOT: 1_767_225_570_000}, {})

    def wall(self, stamp: Stamp) -> WallMs:
        return self.clock.wall(stamp)


def step(**fields: Any) -> TransactionRecorded:
    """A step of transaction T-1, an Updated unless told otherwise."""
    given: dict[str, Any] = {
        "seq": 1,
        "stamp": AT,
        "phase": TransactionPhase.UPDATED,
        "tx": "T-1",
        "number": 3,
        "evse": 1,
        "connector": 2,
        "trigger": Trigger.CHARGING_STATE_CHANGED,
        "register_wh": 12_345,
        "charging_state": ChargingState.CHARGING,
        **fields,
    }
    return TransactionRecorded(**given)


def samples(context: Context, *values: Sample, stamp: Stamp = AT) -> SampleSet:
    return SampleSet(stamp, context, values or (REGISTER,))


def wire(dialect: Dialect, message: Message | None) -> Payload:
    """Payload of a CALL of ours as it goes over the wire; its schema has checked it."""
    if message is None:
        raise AssertionError("no message")
    found: Payload = msgspec.json.decode(encode(dialect.catalogue.requests, message.action, message.payload))
    return found


def received(dialect: Dialect, action: str, payload: Payload) -> Any:
    """A CALL of the CSMS as the RPC hands it over."""
    return msgspec.json.decode(msgspec.json.encode(payload), type=dialect.catalogue.requests[action])


def command(dialect: Dialect, action: str, payload: Payload) -> AnyCommand | Refusal:
    return dialect.decode(action, received(dialect, action, payload))


def answer(dialect: Dialect, action: str, payload: Payload, result: Result) -> Payload | Refusal:
    """The answer to a CALL as it goes over the wire; its schema has checked it."""
    call = received(dialect, action, payload)
    made = dialect.decode(action, call)
    if isinstance(made, Refusal):
        return made
    answered = dialect.encode(action, call, made, result)
    if isinstance(answered, Refusal):
        return answered
    if answered is None:
        raise AssertionError("no answer")
    found: Payload = msgspec.json.decode(encode(dialect.catalogue.responses, action, answered))
    return found


def response(dialect: Dialect, action: str, payload: Payload) -> Any:
    """An answer of the CSMS as the RPC hands it over."""
    return msgspec.json.decode(msgspec.json.encode(payload), type=dialect.catalogue.responses[action])


def verdict(found: Verdict, **fields: Any) -> Result:
    return Result(verdict=found, **fields)
