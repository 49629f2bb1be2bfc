"""What the API tells of the messages that wait and of those in quarantine, and what a person does with the latter."""

from __future__ import annotations

from typing import Any

from agent.api.messages import ApiError
from agent.core.facts import AnyLogged, SecurityEventRaised, TransactionRecorded
from agent.daemon import view
from agent.runtime import codec
from agent.runtime.agent import Agent
from agent.runtime.pump import PEER
from agent.store.reading import MAX_ROWS
from agent.store.records import Batch, Quarantined, Release


async def listed(agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
    """How much waits of which transaction, and each message in quarantine: what it was, and why it is there."""
    found, facts = await _quarantine(agent, min(params.get("limit", 50), MAX_ROWS), params.get("offset", 0))
    flight = agent.peer.outbox.flight
    return {
        "waiting": dict(agent.peer.outbox.waiting),
        "in_flight": type(flight.fact or flight.asked).__name__ if flight is not None else None,
        "quarantine": [
            {"seq": q.seq, "attempts": q.attempts, "code": q.code, "why": q.why, **_message(agent, facts.get(q.seq))}
            for q in found
        ],
    }


def _message(agent: Agent, fact: AnyLogged | None) -> dict[str, Any]:
    match fact:
        case TransactionRecorded():
            where = {"tx": fact.tx, "evse": fact.evse, **view.step(agent, fact)}
            start = {"token": fact.start_token.value} if fact.start_token is not None else {}
            return {"what": f"{fact.phase.value} {fact.number}", **where, **start}
        case SecurityEventRaised():
            return {"what": fact.kind, "time": view.time(agent, fact.stamp), "info": fact.info}
        case _:
            return {"what": "unreadable"}


async def _quarantine(agent: Agent, limit: int, offset: int = 0) -> tuple[list[Quarantined], dict[int, AnyLogged]]:
    found = await agent.writer.call(lambda ledger: ledger.quarantined(limit, offset))
    records = await agent.writer.call(lambda ledger: ledger.log_at([one.seq for one in found]))
    return found, {fact.seq: fact for fact in codec.logged(records)}


async def drop(agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
    """Give a message in quarantine up."""
    if "seq" not in params:
        raise ApiError("bad_request", "outbox.drop needs seq: `evse outbox` shows the numbers")
    seq = params["seq"]
    await _find(agent, seq)
    await agent.writer.commit(Batch(release=(Release(PEER, seq),), essential=True))
    return {"dropped": seq}


async def retry(agent: Agent, params: dict[str, Any]) -> dict[str, Any]:
    """Try one message in quarantine once more, or all of them; each stays there until the CSMS has answered it."""
    if "seq" in params:
        facts = [fact for fact in [await _find(agent, params["seq"])] if fact is not None]
    else:
        facts = list((await _quarantine(agent, MAX_ROWS))[1].values())
    return {"queued": agent.pump.again(facts)}


async def _find(agent: Agent, seq: int) -> AnyLogged | None:
    """The message with this number in quarantine; None if it cannot be read. Raises ApiError if there is none."""
    offset = 0
    while True:
        found, facts = await _quarantine(agent, MAX_ROWS, offset)
        if any(one.seq == seq for one in found):
            return facts.get(seq)
        if not found:
            raise ApiError("not_found", f"message {seq} is not in quarantine: `evse outbox` shows those that are")
        offset += len(found)
