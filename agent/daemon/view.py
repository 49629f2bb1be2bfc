"""What the API shows: state of the agent as plain data, values with their units in the names."""

from __future__ import annotations

from typing import Any

from agent.core.clock import Stamp
from agent.core.facts import TransactionPhase, TransactionRecorded
from agent.ocpp.wire_time import to_text
from agent.runtime.agent import Agent
from agent.variables.address import Address
from agent.variables.projection16 import Projection16, Reading
from agent.variables.report import entry


def outlet(agent: Agent, number: int) -> dict[str, Any]:
    """What is known of the copper of an EVSE, and its transaction."""
    evse = agent.station.evses[number]
    report, reading, tx = evse.report, evse.reading, evse.tx
    start_wh = tx.start_register_wh if tx is not None else None
    return {
        "evse": number,
        "plugged": evse.plugged,
        "pilot": report.pilot.value if report is not None else None,
        "contactor": report.contactor.value if report is not None else None,
        "offered_ma": report.offered_ma if report is not None else 0,
        "lock": report.lock.value if report is not None else None,
        "power_w": reading.power_w if reading is not None else None,
        "transaction": None
        if tx is None
        else {
            "id": tx.tx,
            "stage": tx.stage.value,
            "charging_state": tx.state.value if tx.state is not None else None,
            "token": tx.token.value if tx.token is not None else None,
            "start": to_text(agent.station.clock.wall(tx.started)) if tx.started is not None else None,
            "charging_s": tx.charging_time_s(agent.clock.mono_ms()),
            "start_register_wh": start_wh,
            "energy_wh": evse.register.register_wh - start_wh if start_wh is not None else 0,
        },
    }


def faults(agent: Agent) -> list[dict[str, Any]]:
    return [
        {"evse": f.evse, "code": f.code.value, "source": f.source, "blocking": f.blocking, "info": f.info}
        for f in agent.station.faults.all()
    ]


def limits(agent: Agent, number: int) -> list[dict[str, Any]]:
    """What bounds the current of an EVSE now, its own limits and the station's."""
    now = agent.clock.mono_ms()
    return [
        {
            "source": limit.source,
            "scope": limit.scope.value,
            "current_ma": limit.current_ma,
            "power_w": limit.power_w,
            "left_ms": None if limit.expires is None else limit.expires - now,
        }
        for limit in agent.station.permits.limits.all()
        if limit.evse in {0, number} and (limit.expires is None or limit.expires > now)
    ]


def key16(agent: Agent, view: Projection16, reading: Reading) -> dict[str, Any]:
    """A configuration key of OCPP 1.6, and whence the variable that it stands for has its value."""
    key = view.key(reading.key)
    place = key.address if key is not None else None
    layer = agent.registry.layer(place) if place is not None and agent.registry.has(place) else None
    source = f"{layer.value} (1.6 key of {place})" if layer is not None else "1.6 key"
    return {"name": reading.key, "value": reading.value, "readonly": reading.readonly, "source": source}


def variable(agent: Agent, address: Address) -> list[dict[str, Any]]:
    found = entry(agent.registry, address)
    if found is None:
        return []
    return [
        {
            "name": str(found.address) + ("" if attribute.type.value == "Actual" else f"/{attribute.type.value}"),
            "value": attribute.value,
            "unit": found.characteristics.unit,
            "type": found.characteristics.type.value,
            "mutability": attribute.mutability.value,
            "source": attribute.layer.value,
            "doc": found.doc,
        }
        for attribute in found.attributes
    ]


def transaction(agent: Agent, tx: str, steps: list[TransactionRecorded], *, delivered: bool = False) -> dict[str, Any]:
    first, last = steps[0], steps[-1]
    ended = last.phase is TransactionPhase.ENDED
    token = next((f.start_token for f in reversed(steps) if f.start_token is not None), None)
    return {
        "tx": tx,
        "evse": first.evse,
        "connector": last.connector,
        "token": token.value if token is not None else None,
        "start": to_text(agent.station.clock.wall(first.stamp)),
        "stop": to_text(agent.station.clock.wall(last.stamp)) if ended else None,
        "energy_wh": (last.register_wh if ended else _register(agent, first, last)) - first.register_wh,
        "reason": last.reason.value if last.reason is not None else None,
        "delivered": delivered,
        "waiting": agent.peer.outbox.waiting.get(tx, 0),
    }


def _register(agent: Agent, first: TransactionRecorded, last: TransactionRecorded) -> int:
    evse = agent.station.evses.get(first.evse)
    return max(last.register_wh, evse.register.register_wh if evse is not None else 0)


def time(agent: Agent, stamp: Stamp) -> str:
    return to_text(agent.station.clock.wall(stamp))


def step(agent: Agent, fact: TransactionRecorded) -> dict[str, Any]:
    return {
        "number": fact.number,
        "time": time(agent, fact.stamp),
        "phase": fact.phase.value,
        "trigger": fact.trigger.value,
        "state": fact.charging_state.value if fact.charging_state is not None else None,
        "register_wh": fact.register_wh,
        "offline": fact.offline,
    }
