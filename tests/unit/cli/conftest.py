"""An API server with made-up answers in a thread, for a command line that blocks."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from agent.api.messages import ApiError
from agent.api.server import ApiServer

STATUS: dict[str, Any] = {
    "pid": 42,
    "boot": 3,
    "link": "connected",
    "protocol": "2.0.1",
    "registration": "accepted",
    "version": "1.2.3",
    "identity": "CS001",
    "url": "ws://csms/ocpp",
    "vendor": "ACME",
    "model": "Wallbox",
    "serial": "1",
    "why_down": "",
    "waiting": 0,
    "storage": "healthy",
    "clock": "2026-11-23T10:00:00.000Z",
    "board": "mock",
    "guard": "connected",
    "faults": [],
    "evses": [
        {
            "evse": 1,
            "connectors": [{"connector": 1, "status": "Charging"}],
            "register_wh": 1_234_567,
            "pilot": "C",
            "contactor": "closed",
            "lock": "locked",
            "offered_ma": 16_000,
            "power_w": 11_040,
            "plugged": True,
            "transaction": {
                "id": "tx-1",
                "stage": "running",
                "charging_state": "Charging",
                "token": "04AB",
                "start": "2026-11-23T09:00:00.000Z",
                "charging_s": 3_600,
                "start_register_wh": 1_223_527,
                "energy_wh": 11_040,
            },
        }
    ],
}


class FakeService:
    """Answers by method; an ApiError in the table is raised."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {"status": STATUS}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    async def call(self, method: str, params: dict[str, Any]) -> Any:
        self.calls.append((method, params))
        answer = self.answers.get(method, {"status": "Accepted"})
        if isinstance(answer, ApiError):
            raise answer
        return answer(params) if callable(answer) else answer


@pytest.fixture
def station(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeService]:
    """A station whose socket the environment names."""
    fake, loop, started = FakeService(), asyncio.new_event_loop(), threading.Event()
    server = ApiServer(fake, str(tmp_path / "api.sock"))

    def serve() -> None:
        loop.run_until_complete(server.start())
        started.set()
        loop.run_forever()
        loop.run_until_complete(server.close())
        loop.run_until_complete(asyncio.sleep(0))
        loop.close()

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    assert started.wait(10)
    monkeypatch.setenv("EVSE_SOCKET", str(tmp_path / "api.sock"))
    yield fake
    loop.call_soon_threadsafe(loop.stop)
    thread.join(10)
    assert not thread.is_alive()
