"""`evse` against the real daemon: two processes, one socket, a session operated and looked at by hand."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rig.processes import ROOT, Backend, Station, backend, wait_until


class Evse:
    """The command line of one station."""

    def __init__(self, station: Station) -> None:
        self._station = station

    def run(self, *argv: str) -> subprocess.CompletedProcess[str]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "EVSE_SOCKET": str(self._station.api_socket)}
        command = [sys.executable, "-m", "agent.cli.main", *argv]
        return subprocess.run(
            command, capture_output=True, text=True, cwd=ROOT, env=environment, timeout=60, check=False
        )

    def text(self, *argv: str) -> str:
        done = self.run(*argv)
        assert (done.returncode, done.stderr) == (0, ""), done.stdout
        return done.stdout

    def json(self, *argv: str) -> Any:
        return json.loads(self.text("--json", *argv))

    def refusal(self, *argv: str) -> tuple[int, str]:
        done = self.run(*argv)
        assert done.stdout == ""
        assert "Traceback" not in done.stderr
        return done.returncode, done.stderr

    def transaction(self) -> Any:
        return self.json("status")["evses"][0]["transaction"]


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[tuple[Evse, Backend, Station]]:
    with backend() as csms, Station(tmp_path, url=csms.url) as station:
        station.start()
        wait_until(station.accepted, what="acceptance")
        yield Evse(station), csms, station


def test_a_session_by_hand(rig: tuple[Evse, Backend, Station]) -> None:
    evse, csms, _ = rig
    assert evse.text("bench", "ev.plug_in", "current_a=16") == "evse 1, connector 1\n"
    evse.text("bench", "rfid.tap", "id_token=04AB")
    wait_until(lambda: (evse.transaction() or {}).get("charging_state") == "Charging", what="a charging session")
    screen = evse.text("status")
    for text in ("EVSE 1  ", "contactor closed", "card 04AB", "OCPP 2.0.1, accepted", "Faults  none"):
        assert text in screen
    assert evse.json("hal")["evses"][0]["offered_ma"] == 32_000  # the station's offer; the car takes half of it
    [row] = evse.json("tx", "list")
    assert (row["token"], row["stop"], row["delivered"]) == ("04AB", None, False)
    evse.text("tx", "stop", row["tx"])
    csms.wait_for(lambda c: [e for e in c.all("TransactionEvent") if e.payload["eventType"] == "Ended"])
    ended = wait_until(lambda: (found := evse.json("tx", "show")) and found["delivered"] and found, what="delivery")
    assert ended["tx"] == row["tx"]
    assert ended["energy_wh"] == ended["steps"][-1]["register_wh"] - ended["steps"][0]["register_wh"]
    assert ended["steps"][-1]["phase"] == "Ended"
    assert "TRANSACTION" in evse.text("tx", "list")
    assert evse.json("outbox") == {"waiting": {}, "in_flight": None, "quarantine": []}


def test_variables_by_both_names(rig: tuple[Evse, Backend, Station]) -> None:
    evse, _, _ = rig
    assert evse.text("var", "set", "HeartbeatInterval", "77") == "HeartbeatInterval: Accepted\n"
    [found] = evse.json("var", "get", "OCPPCommCtrlr.HeartbeatInterval")
    assert (found["value"], found["unit"], found["source"]) == ("77", "s", "written")
    assert len(evse.json("var", "list")) > 100
    assert {row["name"].split(".")[0] for row in evse.json("var", "list", "TxCtrlr.")} == {"TxCtrlr"}
    code, why = evse.refusal("var", "set", "HeartbeatInterval", "soon")
    assert code == 1
    assert "HeartbeatInterval" in why
    assert evse.refusal("var", "get", "Nix.Nix")[0] == 5


def test_what_the_station_refuses(rig: tuple[Evse, Backend, Station]) -> None:
    evse, _, _ = rig
    assert evse.refusal("tx", "stop", "nix")[0] == 5
    assert evse.refusal("tx", "show", "nix")[0] == 5
    assert evse.refusal("outbox", "drop", "5")[0] == 5
    assert evse.refusal("unlock", "9")[0] == 1


def test_out_of_service_and_back(rig: tuple[Evse, Backend, Station]) -> None:
    evse, csms, _ = rig
    assert evse.text("availability", "off") == "out of service: Accepted\n"
    csms.wait_for(lambda c: [s for s in c.all("StatusNotification") if s.payload["connectorStatus"] == "Unavailable"])
    assert evse.text("availability", "on") == "in service: Accepted\n"


def test_the_log_can_be_read(rig: tuple[Evse, Backend, Station]) -> None:
    evse, _, _ = rig
    lines = [json.loads(line) for line in evse.text("--json", "log").splitlines()]
    assert any(line["message"] == "connected" for line in lines)
    assert lines == sorted(lines, key=lambda line: line["number"])
    assert "connected version=2.0.1" in evse.text("log", "-n", "5")


def test_without_power_it_says_so_and_the_bench_still_answers(rig: tuple[Evse, Backend, Station]) -> None:
    evse, _, station = rig
    evse.text("bench", "power.cut")
    code, why = evse.refusal("status")
    assert code == 6
    assert "power is cut" in why
    evse.text("bench", "power.restore")
    wait_until(station.accepted, what="the return")
    assert evse.json("status")["boot"] == 2


def test_a_reset_by_hand(rig: tuple[Evse, Backend, Station]) -> None:
    evse, _, _ = rig
    assert evse.text("reset", "--immediate").startswith("reset of the station: ")
    wait_until(lambda: evse.run("status").returncode == 0 and evse.json("status")["boot"] == 2, what="the next boot")


def test_after_the_daemon_has_stopped(rig: tuple[Evse, Backend, Station]) -> None:
    evse, _, station = rig
    assert station.terminate() == 0
    code, why = evse.refusal("status")
    assert code == 3
    assert why.startswith("evse: evse-agent is not running")
    assert not station.api_socket.exists()


def test_a_second_daemon_leaves_the_first_ones_socket_alone(rig: tuple[Evse, Backend, Station]) -> None:
    evse, _, station = rig
    flags = ["--config", str(station.config), "--data-dir", str(station.data), "--api-socket", str(station.api_socket)]
    second = subprocess.run(
        [sys.executable, "-m", "agent.daemon.main", *flags],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=60,
        check=False,
    )
    assert second.returncode == 78
    assert "another process listens there" in second.stderr
    assert "Traceback" not in second.stderr
    assert evse.json("status")["registration"] == "accepted"
