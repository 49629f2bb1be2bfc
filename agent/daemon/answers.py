"""What the API's methods do: questions to the agent of the present boot, and commands through its pump."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import msgspec

from agent.api.messages import LEVELS, ApiError
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
from agent.daemon import outbox
from agent.daemon.view import faults, key16, limits, outlet, step, transaction, variable
from agent.ocpp.wire_time import to_text
from agent.runtime import codec
from agent.runtime.agent import Agent
from agent.store.faults import StoreFault
from agent.variables.address import Address
from agent.variables.projection16 import Projection16
from agent.variables.vocabulary import Author

MAX_ROWS = 1000
_REFUSALS = frozenset(
    {
        Verdict.REJECTED,
        Verdict.UNLOCK_FAILED,
        Verdict.UNKNOWN_CONNECTOR,
        Verdict.NOT_SUPPORTED,
        Verdict.NOT_IMPLEMENTED,
        Verdict.ONGOING_TRANSACTION,
    }
)

_IN_WORDS = {
    Verdict.ONGOING_TRANSACTION: "a transaction is running there: stop it first (`evse tx stop ID`)",
    Verdict.UNLOCK_FAILED: "the lock did not open",
}
_LISTED = ": `evse var list` shows them"


class LogLines(Protocol):
    """The newest records of the log, secrets already masked (`agent.daemon.logs.LogHub`)."""

    def tail(self, count: int, level: str = "debug", logger: str = "", after: int = 0) -> Sequence[Any]: ...


class Service:
    """Answers the API. `current` gives the agent, None while the station has no power or is starting; `bench` is the
    control socket of the mock, empty where there is none."""

    def __init__(self, current: Callable[[], Agent | None], ring: LogLines, version: str, bench: str = "") -> None:
        self._current = current
        self._ring = ring
        self._version = version
        self._bench = bench
        self._methods = {
            "status": self._status,
            "tx.list": self._tx_list,
            "tx.show": self._tx_show,
            "var.list": self._var_list,
            "var.get": self._var_get,
            "var.set": self._var_set,
            "hal": self._hal,
            "outbox.list": outbox.listed,
            "outbox.drop": outbox.drop,
            "outbox.retry": outbox.retry,
            "cache.clear": self._cache_clear,
            "reset": self._reset,
            "availability": self._availability,
            "tx.stop": self._tx_stop,
            "unlock": self._unlock,
        }

    async def call(self, method: str, params: dict[str, Any]) -> Any:
        """Do a method of `agent.api.messages.METHODS` with checked parameters. Raises ApiError."""
        if method == "log":
            return self._log(params)
        if method == "bench":
            return {"socket": self._bench or None}
        agent = self._current()
        if agent is None:
            raise ApiError("not_ready", "the station is starting, or its power is cut: try again in a few seconds")
        try:
            return await self._methods[method](agent, params)
        except StoreFault as fault:
            raise ApiError("storage", f"the disk failed: {fault.why}") from None

    def _log(self, params: dict[str, Any]) -> list[dict[str, Any]]:
        level = params.get("level", "debug")
        if level not in LEVELS:
            raise ApiError("bad_request", f"level is one of {', '.join(LEVELS)}")
        found = self._ring.tail(min(params.get("lines", 50), MAX_ROWS), level, "", params.get("after", 0))
        return [msgspec.to_builtins(entry) for entry in found]

    # Reading

    async def _status(self, agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
        station = agent.station
        health = agent.writer.health
        told = agent.status()
        endpoint = next(iter(agent.plan.endpoints.values()), None)
        return {
            **told,
            "evses": [{**row, **outlet(agent, row["evse"])} for row in told["evses"]],
            "version": self._version,
            "identity": endpoint.identity if endpoint is not None else None,
            "url": endpoint.url if endpoint is not None else None,
            "vendor": agent.plan.identity.vendor,
            "model": agent.plan.identity.model,
            "serial": agent.plan.identity.serial,
            "why_down": agent.backend.why_down if agent.backend is not None and not agent.backend.up else "",
            "waiting": sum(agent.peer.outbox.waiting.values()),
            "storage": "healthy" if health is None else str(health),
            "clock": to_text(wall) if (wall := agent.clock.now().wall_ms) is not None else None,
            "board": station.board,
            "guard": "connected" if station.guard_up else "lost",
            "faults": faults(agent),
        }

    async def _tx_list(self, agent: Agent, params: dict[str, Any]) -> list[dict[str, Any]]:
        limit = min(params.get("limit", 20), MAX_ROWS)
        found = await agent.writer.call(lambda ledger: ledger.transactions(limit, params.get("offset", 0)))
        rows = []
        for one in found:
            steps = [f for f in await self._steps(agent, one.tx) if isinstance(f, TransactionRecorded)]
            if steps:
                rows.append(transaction(agent, one.tx, steps, delivered=one.delivered))
        return rows

    async def _tx_show(self, agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
        tx = params.get("tx", "")
        steps = [f for f in await self._steps(agent, tx) if isinstance(f, TransactionRecorded)]
        if not steps:
            raise ApiError("not_found", f"there is no transaction {tx!r}: `evse tx list` shows those there are")
        delivered = steps[-1].phase is TransactionPhase.ENDED and not agent.peer.outbox.waiting.get(tx)
        return {**transaction(agent, tx, steps, delivered=delivered), "steps": [step(agent, fact) for fact in steps]}

    async def _steps(self, agent: Agent, tx: str) -> list[AnyLogged]:
        after, facts = 0, []
        while records := await agent.writer.call(lambda ledger, after=after: ledger.tx_log(tx, after)):  # type: ignore[misc]
            facts += list(codec.logged(records))
            after = records[-1].seq
        return facts

    async def _var_list(self, agent: Agent, params: dict[str, Any]) -> list[dict[str, Any]]:
        match = params.get("match", "").casefold()
        if params.get("ocpp16"):
            view = Projection16(agent.registry)
            return [key16(agent, view, one) for one in view.read_all() if match in one.key.casefold()]
        rows = []
        for known in agent.registry.variables():
            if match in str(known.address).casefold():
                rows += variable(agent, known.address)
        return rows

    async def _var_get(self, agent: Agent, params: dict[str, Any]) -> list[dict[str, Any]]:
        name = params.get("name", "")
        view = Projection16(agent.registry)
        reading = view.read(name)
        if reading is not None:
            return [key16(agent, view, reading)]
        address = Address.parse(name)
        rows = variable(agent, address) if address is not None else []
        if not rows:
            raise ApiError("not_found", f"there is no variable and no 1.6 key {name!r}{_LISTED}")
        return rows

    async def _hal(self, agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
        station, temperatures = agent.station, agent.hardware.temperatures_dc
        return {
            "board": station.board,
            "guard": "connected" if station.guard_up else "lost",
            "evses": [
                {
                    **outlet(agent, number),
                    "connectors": evse.capabilities.connectors,
                    "phases": evse.capabilities.phases,
                    "max_current_ma": evse.capabilities.max_current_ma,
                    "fail_safe": evse.capabilities.fail_safe,
                    "temperature_dc": temperatures.get(number, temperatures.get(0)),
                    "limits": limits(agent, number),
                    "meter": None
                    if evse.reading is None
                    else {"import_wh": evse.reading.import_wh, "serial": evse.reading.serial},
                }
                for number, evse in station.evses.items()
            ],
            "faults": faults(agent),
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
                raise ApiError("not_found", f"there is no variable and no 1.6 key {name!r}{_LISTED}")
            planned = agent.registry.plan_set(address, value, who=Author.LOCAL)
            status, reason = planned.status.value, planned.reason
            changes = (planned.change,) if planned.change is not None else ()
        if not changes:
            why = reason.removeprefix(f"{name}: ") or status
            code = "not_found" if status.startswith("Unknown") else "refused"
            raise ApiError(code, f"{name}: {why}{_LISTED if code == 'not_found' else ''}")
        writes = tuple(PlannedWrite(change.target, change.value) for change in changes)
        await agent.command(WriteVariables(writes=writes))
        return {"status": status}

    async def _cache_clear(self, agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
        return _told(await agent.command(ClearCache()))

    async def _reset(self, agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
        kinds = {"immediate": ResetKind.IMMEDIATE, "onidle": ResetKind.ON_IDLE}
        kind = kinds.get(params.get("kind", "onidle").lower())
        if kind is None:
            raise ApiError("bad_request", "kind is immediate or onidle")
        evse = params.get("evse")
        if evse is not None and evse not in agent.station.evses:
            raise ApiError("not_found", f"there is no EVSE {evse}: the station has {_numbers(agent)}")
        return _told(await agent.command(Reset(kind=kind, evse=evse)))

    async def _availability(self, agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
        command = SetOperative(
            operative=params.get("operative", True), evse=params.get("evse", 0), connector=params.get("connector", 0)
        )
        return _told(await agent.command(command))

    async def _tx_stop(self, agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
        tx = params.get("tx", "")
        result = await agent.command(StopTransaction(tx=tx))
        if result.code == "TxNotFound":
            raise ApiError("not_found", f"no transaction {tx!r} is running: `evse status` shows those that are")
        return _told(result)

    async def _unlock(self, agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
        command = UnlockConnector(evse=params.get("evse", 1), connector=params.get("connector", 1))
        return _told(await agent.command(command))


def _told(result: Result) -> dict[str, Any]:
    if result.verdict in _REFUSALS:
        raise ApiError("refused", result.why or _IN_WORDS.get(result.verdict, result.verdict.value))
    return {"status": result.verdict.value}


def _numbers(agent: Agent) -> str:
    return ", ".join(map(str, agent.station.evses))
