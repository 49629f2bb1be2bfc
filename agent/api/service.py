"""What the API's methods do: questions to the agent of the present boot, and commands through its pump."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec

from agent.api.messages import ApiError
from agent.core.commands import (
    ClearCache,
    PlannedWrite,
    Reset,
    ResetKind,
    Result,
    SetOperative,
    StopTransaction,
    UnlockConnector,
    Verdict,
    WriteVariables,
)
from agent.core.facts import AnyLogged, TransactionPhase, TransactionRecorded
from agent.ocpp.wire_time import to_text
from agent.runtime import codec
from agent.runtime.agent import Agent
from agent.runtime.pump import PEER
from agent.store.records import Batch, Release
from agent.variables.address import Address
from agent.variables.projection16 import Projection16
from agent.variables.report import entry
from agent.variables.vocabulary import Author

MAX_ROWS = 1000


class LogLines(Protocol):
    """The newest records of the log, secrets already masked (`agent.daemon.logs.LogHub`)."""

    def tail(self, count: int, level: str = "debug", logger: str = "") -> Sequence[Any]: ...


class Service:
    """Answers the API. `current` gives the agent, None while the station has no power or is starting."""

    def __init__(self, current: Callable[[], Agent | None], ring: LogLines, version: str) -> None:
        self._current = current
        self._ring = ring
        self._version = version
        self._methods = {
            "status": self._status,
            "tx.list": self._tx_list,
            "tx.show": self._tx_show,
            "var.list": self._var_list,
            "var.get": self._var_get,
            "var.set": self._var_set,
            "hal": self._hal,
            "outbox.list": self._outbox_list,
            "outbox.drop": self._outbox_drop,
            "cache.clear": self._cache_clear,
            "reset": self._reset,
            "availability": self._availability,
            "tx.stop": self._tx_stop,
            "unlock": self._unlock,
        }

    async def call(self, method: str, params: dict[str, Any]) -> Any:
        if method == "log":
            found = self._ring.tail(min(params.get("lines", 50), MAX_ROWS), params.get("level", "debug"))
            return [msgspec.to_builtins(entry) for entry in found]
        agent = self._current()
        if agent is None:
            raise ApiError("not_ready", "the station is starting, or its power is cut: try again in a few seconds")
        return await self._methods[method](agent, params)

    # Reading

    async def _status(self, agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
        station = agent.station
        health = agent.writer.health
        return {
            **agent.status(),
            "version": self._version,
            "vendor": agent.plan.identity.vendor,
            "model": agent.plan.identity.model,
            "why_down": agent.backend.why_down if agent.backend is not None and not agent.backend.up else "",
            "waiting": len(station.waiting),
            "storage": "healthy" if health is None else str(health),
            "clock": to_text(wall) if (wall := agent.clock.now().wall_ms) is not None else None,
            "board": station.board,
            "guard": "connected" if station.guard_up else "lost",
            "power": [self._power(agent, number) for number in station.evses],
            "faults": [
                {"evse": f.evse, "code": f.code.value, "source": f.source, "blocking": f.blocking, "info": f.info}
                for f in station.faults.all()
            ],
        }

    def _power(self, agent: Agent, number: int) -> dict[str, Any]:
        evse = agent.station.evses[number]
        report, reading = evse.report, evse.reading
        return {
            "evse": number,
            "plugged": evse.plugged,
            "pilot": report.pilot.value if report is not None else None,
            "contactor": report.contactor.value if report is not None else None,
            "offered_ma": report.offered_ma if report is not None else 0,
            "lock": report.lock.value if report is not None else None,
            "power_w": reading.power_w if reading is not None else None,
        }

    async def _tx_list(self, agent: Agent, params: dict[str, Any]) -> list[dict[str, Any]]:
        limit = min(params.get("limit", 20), MAX_ROWS)
        found = await agent.writer.call(lambda ledger: ledger.transactions(limit, params.get("offset", 0)))
        rows = []
        for one in found:
            steps = [f for f in await self._steps(agent, one.tx) if isinstance(f, TransactionRecorded)]
            rows.append(_summary(agent, one.tx, steps, delivered=one.delivered))
        return rows

    async def _tx_show(self, agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
        tx = params.get("tx", "")
        steps = [f for f in await self._steps(agent, tx) if isinstance(f, TransactionRecorded)]
        if not steps:
            raise ApiError("not_found", f"there is no transaction {tx!r}: `evse tx list` shows those there are")
        return {**_summary(agent, tx, steps), "steps": [_step(agent, fact) for fact in steps]}

    async def _steps(self, agent: Agent, tx: str) -> list[AnyLogged]:
        after, facts = 0, []
        while records := await agent.writer.call(lambda ledger, after=after: ledger.tx_log(tx, after)):  # type: ignore[misc]
            facts += list(codec.logged(records))
            after = records[-1].seq
        return facts

    async def _var_list(self, agent: Agent, params: dict[str, Any]) -> list[dict[str, Any]]:
        match = params.get("match", "").casefold()
        rows = []
        for variable in agent.registry.variables():
            text = str(variable.address)
            if match in text.casefold():
                rows += _rows(agent, variable.address)
        return rows

    async def _var_get(self, agent: Agent, params: dict[str, Any]) -> list[dict[str, Any]]:
        name = params.get("name", "")
        reading = Projection16(agent.registry).read(name)
        if reading is not None:
            return [{"name": reading.key, "value": reading.value, "readonly": reading.readonly, "source": "1.6 key"}]
        address = Address.parse(name)
        rows = _rows(agent, address) if address is not None else []
        if not rows:
            raise ApiError("not_found", f"there is no variable and no 1.6 key {name!r}: `evse var list` shows them")
        return rows

    async def _hal(self, agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
        station = agent.station
        return {
            "board": station.board,
            "guard": "connected" if station.guard_up else "lost",
            "evses": [
                {
                    **self._power(agent, number),
                    "connectors": evse.capabilities.connectors,
                    "phases": evse.capabilities.phases,
                    "max_current_ma": evse.capabilities.max_current_ma,
                    "fail_safe": evse.capabilities.fail_safe,
                    "meter": None
                    if evse.reading is None
                    else {"import_wh": evse.reading.import_wh, "serial": evse.reading.serial},
                }
                for number, evse in station.evses.items()
            ],
            "faults": [f"{f.source}: {f.code.value} {f.info}".strip() for f in station.faults.all()],
        }

    async def _outbox_list(self, agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
        limit, offset = min(params.get("limit", 50), MAX_ROWS), params.get("offset", 0)
        found = await agent.writer.call(lambda ledger: ledger.quarantined(limit, offset))
        flight = agent.peer.outbox.flight
        return {
            "waiting": dict(agent.peer.outbox.waiting),
            "in_flight": type(flight.fact or flight.asked).__name__ if flight is not None else None,
            "quarantine": [{"seq": q.seq, "attempts": q.attempts, "code": q.code, "why": q.why} for q in found],
        }

    # Changing

    async def _var_set(self, agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
        name, value = params.get("name", ""), params.get("value", "")
        view = Projection16(agent.registry)
        if view.key(name) is not None:
            plan = view.plan(name, value, who=Author.LOCAL)
            status, reason, changes = plan.status.value, plan.reason, plan.changes
        else:
            address = Address.parse(name)
            if address is None:
                raise ApiError("not_found", f"{name!r} is not the name of a variable")
            planned = agent.registry.plan_set(address, value, who=Author.LOCAL)
            status, reason = planned.status.value, planned.reason
            changes = (planned.change,) if planned.change is not None else ()
        if not changes:
            raise ApiError("refused", f"{name}: {status}{f': {reason}' if reason else ''}")
        writes = tuple(PlannedWrite(change.target, change.value) for change in changes)
        await agent.command(WriteVariables(writes=writes))
        return {"status": status}

    async def _outbox_drop(self, agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
        if "seq" not in params:
            raise ApiError("bad_request", "outbox.drop needs seq: `evse outbox` shows the numbers")
        await agent.writer.commit(Batch(release=(Release(PEER, params["seq"]),), essential=True))
        return {"dropped": params["seq"]}

    async def _cache_clear(self, agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
        return _told(await agent.command(ClearCache()))

    async def _reset(self, agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
        kinds = {"immediate": ResetKind.IMMEDIATE, "onidle": ResetKind.ON_IDLE}
        kind = kinds.get(params.get("kind", "onidle").lower())
        if kind is None:
            raise ApiError("bad_request", "kind is immediate or onidle")
        return _told(await agent.command(Reset(kind=kind, evse=params.get("evse"))))

    async def _availability(self, agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
        command = SetOperative(
            operative=params.get("operative", True), evse=params.get("evse", 0), connector=params.get("connector", 0)
        )
        return _told(await agent.command(command))

    async def _tx_stop(self, agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
        return _told(await agent.command(StopTransaction(tx=params.get("tx", ""))))

    async def _unlock(self, agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
        command = UnlockConnector(evse=params.get("evse", 1), connector=params.get("connector", 1))
        return _told(await agent.command(command))


def _told(result: Result) -> dict[str, Any]:
    if result.verdict in {Verdict.REJECTED, Verdict.UNLOCK_FAILED, Verdict.UNKNOWN_CONNECTOR, Verdict.NOT_SUPPORTED}:
        raise ApiError("refused", result.why or result.verdict.value)
    return {"status": result.verdict.value}


def _rows(agent: Agent, address: Address) -> list[dict[str, Any]]:
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


def _summary(agent: Agent, tx: str, steps: list[TransactionRecorded], *, delivered: bool = False) -> dict[str, Any]:
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
    }


def _register(agent: Agent, first: TransactionRecorded, last: TransactionRecorded) -> int:
    evse = agent.station.evses.get(first.evse)
    return max(last.register_wh, evse.register.register_wh if evse is not None else 0)


def _step(agent: Agent, fact: TransactionRecorded) -> dict[str, Any]:
    return {
        "number": fact.number,
        "time": to_text(agent.station.clock.wall(fact.stamp)),
        "phase": fact.phase.value,
        "trigger": fact.trigger.value,
        "state": fact.charging_state.value if fact.charging_state is not None else None,
        "register_wh": fact.register_wh,
        "offline": fact.offline,
    }
