"""The station in words: its part of the bench's status, and what the API builds on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from agent.runtime.agent import Agent


def status_of(agent: Agent) -> dict[str, Any]:
    """The station's part of the bench's status, and what the API builds on."""
    station = agent.station
    return {
        "pid": os.getpid(),
        "booted": True,
        "boot": agent.clock.boot,
        "link": agent.backend.state if agent.backend is not None else "none",
        "protocol": agent.backend.version or None if agent.backend is not None else None,
        "registration": station.registration.state.value,
        "evses": [_evse_status(agent, number) for number in station.evses],
    }


def _evse_status(agent: Agent, number: int) -> dict[str, Any]:
    evse = agent.station.evses[number]
    tx = evse.tx
    return {
        "evse": number,
        "connectors": [
            {"connector": c, "status": evse.status(c).value} for c in range(1, evse.capabilities.connectors + 1)
        ],
        "register_wh": evse.register.register_wh,
        "transaction": None
        if tx is None
        else {
            "id": tx.tx,
            "stage": tx.stage.value,
            "charging_state": tx.state.value if tx.state is not None else None,
            "token": tx.token.value if tx.token is not None else None,
            "start_register_wh": tx.start_register_wh,
            "energy_wh": 0 if tx.start_register_wh is None else evse.register.register_wh - tx.start_register_wh,
        },
    }
