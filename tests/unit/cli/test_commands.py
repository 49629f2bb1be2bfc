"""Every command that asks the daemon: what it asks, what it shows, as text and as JSON."""

from __future__ import annotations

import json
from typing import Any

import pytest

from agent.api.messages import METHODS, ApiError
from agent.cli import commands
from agent.cli.main import main
from tests.unit.cli.conftest import STATUS, FakeService

TX = {
    "tx": "tx-1",
    "evse": 1,
    "connector": 1,
    "token": "04AB",
    "start": "2026-11-23T09:00:00.000Z",
    "stop": None,
    "energy_wh": 999,
    "reason": None,
    "delivered": False,
    "waiting": 0,
}
ENDED = {
    **TX,
    "tx": "tx-0",
    "stop": "2026-11-22T09:00:00.000Z",
    "energy_wh": 15_000,
    "reason": "Local",
    "delivered": True,
}
STEP = {
    "number": 0,
    "time": "2026-11-23T09:00:00.000Z",
    "phase": "Started",
    "trigger": "Authorized",
    "state": "EVConnected",
    "register_wh": 5,
    "offline": True,
}
VARIABLE = {
    "name": "OCPPCommCtrlr.HeartbeatInterval",
    "value": "7200",
    "unit": "s",
    "type": "integer",
    "mutability": "ReadWrite",
    "source": "written",
    "doc": "Silence after which a heartbeat is sent.",
}
RECORD = {
    "number": 1,
    "at_ms": 1_000,
    "level": "info",
    "logger": "agent.x",
    "message": "connected",
    "fields": {"slot": 1},
}


@pytest.mark.parametrize(
    ("argv", "method", "params"),
    [
        (["status"], "status", {}),
        (["tx", "list", "-n", "3", "--offset", "2"], "tx.list", {"limit": 3, "offset": 2}),
        (["tx", "stop", "tx-1"], "tx.stop", {"tx": "tx-1"}),
        (["var", "set", "HeartbeatInterval", "60"], "var.set", {"name": "HeartbeatInterval", "value": "60"}),
        (["outbox", "drop", "7"], "outbox.drop", {"seq": 7}),
        (["outbox", "retry", "7"], "outbox.retry", {"seq": 7}),
        (["outbox", "retry"], "outbox.retry", {}),
        (["cache", "clear"], "cache.clear", {}),
        (["reset"], "reset", {"kind": "onidle"}),
        (["reset", "--immediate", "--evse", "2"], "reset", {"kind": "immediate", "evse": 2}),
        (["availability", "off"], "availability", {"operative": False, "evse": 0, "connector": 0}),
        (
            ["availability", "on", "--evse", "1", "--connector", "2"],
            "availability",
            {"operative": True, "evse": 1, "connector": 2},
        ),
        (["unlock"], "unlock", {"evse": 1, "connector": 1}),
        (["unlock", "2", "3"], "unlock", {"evse": 2, "connector": 3}),
        (["log", "-n", "4", "--level", "error"], "log", {"lines": 4, "level": "error"}),
    ],
)
def test_what_is_asked(station: FakeService, argv: list[str], method: str, params: dict[str, Any]) -> None:
    station.answers |= {"tx.list": [], "log": [], "outbox.drop": {"dropped": 7}, "outbox.retry": {"queued": 1}}
    assert main(argv) == 0
    assert station.calls == [(method, params)]
    assert main([*argv, "--json"]) == 0
    assert main(["--json", *argv]) == 0


def test_every_method_of_the_api_has_a_command() -> None:
    used = {
        *("status", "tx.list", "tx.show", "tx.stop", "var.list", "var.get", "var.set", "hal", "log", "outbox.list"),
        *("outbox.drop", "outbox.retry", "cache.clear", "reset", "availability", "unlock", "bench"),
    }
    assert used == set(METHODS)


def test_the_screen_tells_station_link_session_and_faults(
    station: FakeService, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["status"]) == 0
    shown = capsys.readouterr().out
    for text in (
        "CS001 · Wallbox by ACME",
        "evse-agent 1.2.3",
        "connected, OCPP 2.0.1, accepted (ws://csms/ocpp)",
        "EVSE 1  Charging",
        "contactor closed, lock locked",
        "16 A, power 11.04 kW",
        "1234.567 kWh",
        "tx-1, Charging",
        "card 04AB, since 2026-11-23 09:00:00 UTC",
        "11.040 kWh in 1:00:00 of charging",
        "Faults  none",
    ):
        assert text in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_long_names_and_reasons_stay_within_the_screen(
    station: FakeService, capsys: pytest.CaptureFixture[str]
) -> None:
    why = "the CSMS does not accept the station's identity and password (HTTP 401)"
    long = {"identity": "C" * 48, "vendor": "V" * 50, "model": "M" * 20, "link": "waiting", "why_down": why}
    station.answers["status"] = {**STATUS, **long, "url": "wss://csms.example.com/ocpp/central/station"}
    assert main(["status"]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert max(map(len, shown)) <= 78
    assert "            password (HTTP 401) (wss://csms.example.com/ocpp/central/station)" in shown
    assert any(line.endswith("evse-agent 1.2.3") for line in shown)


def test_the_screen_of_a_station_in_trouble(station: FakeService, capsys: pytest.CaptureFixture[str]) -> None:
    fault = {"evse": 0, "code": "storage_full", "source": "store", "blocking": True, "info": "disk full"}
    evse = {**STATUS["evses"][0], "transaction": None, "pilot": None, "power_w": None}
    evse["connectors"] = [{"connector": 1, "status": "Available"}, {"connector": 2, "status": "Faulted"}]
    station.answers["status"] = {
        **STATUS,
        "link": "waiting",
        "why_down": "nothing listens",
        "waiting": 3,
        "storage": "full: no room",
        "clock": None,
        "guard": "lost",
        "faults": [fault],
        "evses": [evse],
    }
    assert main(["status"]) == 0
    shown = capsys.readouterr().out
    for text in (
        "WAITING: nothing listens",
        "3 messages waiting",
        "FAILING: full: no room",
        "not trusted yet",
        "LOST, board mock",
        "1: Available, 2: Faulted",
        "session   none",
        "all   storage_full  no energy  store  disk full",
    ):
        assert text in shown


def test_a_station_without_a_backend(station: FakeService, capsys: pytest.CaptureFixture[str]) -> None:
    station.answers["status"] = {**STATUS, "url": None, "identity": None}
    assert main(["status"]) == 0
    assert "none is configured" in capsys.readouterr().out


def test_json_is_the_result_as_it_came(station: FakeService, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["status", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == STATUS


def test_transactions_have_units(station: FakeService, capsys: pytest.CaptureFixture[str]) -> None:
    station.answers["tx.list"] = [TX, ENDED]
    assert main(["tx", "list"]) == 0
    head, running, ended = capsys.readouterr().out.splitlines()
    assert " ".join(head.split()) == "TRANSACTION EVSE CARD START (UTC) STOP (UTC) ENERGY ENDED BY DELIVERED"
    assert " ".join(running.split()) == "tx-1 1 04AB 2026-11-23 09:00:00 running 999 Wh – yes, so far"
    assert " ".join(ended.split()) == "tx-0 1 04AB 2026-11-23 09:00:00 2026-11-22 09:00:00 15.000 kWh Local yes"


def test_show_takes_the_newest_unless_told(station: FakeService, capsys: pytest.CaptureFixture[str]) -> None:
    station.answers["tx.list"] = [TX]
    station.answers["tx.show"] = {**TX, "steps": [STEP]}
    assert main(["tx", "show"]) == 0
    assert station.calls == [("tx.list", {"limit": 1}), ("tx.show", {"tx": "tx-1"})]
    shown = capsys.readouterr().out
    assert "energy       999 Wh" in shown
    assert "Started  Authorized  EVConnected      5 Wh  offline" in shown
    assert main(["tx", "show", "tx-9"]) == 0
    assert station.calls[-1] == ("tx.show", {"tx": "tx-9"})


def test_show_without_any_transaction(station: FakeService, capsys: pytest.CaptureFixture[str]) -> None:
    station.answers["tx.list"] = []
    assert main(["tx", "show"]) == 5
    assert "no transaction yet" in capsys.readouterr().err


def test_variables(station: FakeService, capsys: pytest.CaptureFixture[str]) -> None:
    station.answers["var.list"] = [VARIABLE]
    station.answers["var.get"] = [VARIABLE]
    assert main(["var", "list", "heart"]) == 0
    assert station.calls[-1] == ("var.list", {"match": "heart"})
    assert "7200 s (2:00:00)" in capsys.readouterr().out
    assert main(["var", "get", "OCPPCommCtrlr.HeartbeatInterval"]) == 0
    shown = capsys.readouterr().out
    assert "from written, ReadWrite, integer" in shown
    assert "Silence after which" in shown
    station.answers["var.get"] = [{"name": "Key", "value": "", "readonly": True, "source": "1.6 key"}]
    assert main(["var", "get", "Key"]) == 0
    assert capsys.readouterr().out == "Key = –\n  from 1.6 key, ReadOnly\n"
    station.answers["var.list"] = [{"name": "Key", "value": "5", "readonly": True, "source": "1.6 key"}]
    assert main(["var", "list", "--ocpp16"]) == 0
    assert station.calls[-1] == ("var.list", {"ocpp16": True})
    assert capsys.readouterr().out == "1.6 KEY  VALUE  ACCESS    FROM\nKey      5      ReadOnly  1.6 key\n"
    station.answers["var.set"] = {"status": "RebootRequired"}
    assert main(["var", "set", "Key", "1"]) == 0
    assert capsys.readouterr().out == "Key: RebootRequired (after the next reset)\n"


def test_outbox(station: FakeService, capsys: pytest.CaptureFixture[str]) -> None:
    station.answers["outbox.list"] = {
        "waiting": {"tx-1": 2},
        "in_flight": "TransactionRecorded",
        "quarantine": [
            {"seq": 9, "attempts": 3, "code": "InternalError", "why": "no", "what": "Ended 4", "tx": "tx-1"}
            | {"time": "2026-01-01T00:00:00.000Z", "register_wh": 4711},
            {"seq": 12, "attempts": 1, "code": "timeout", "why": "", "what": "StartupOfTheDevice"},
        ],
    }
    assert main(["outbox"]) == 0
    shown = capsys.readouterr().out
    assert "in flight: TransactionRecorded" in shown
    assert "  9  Ended 4             tx-1         2026-01-01T00:00:00.000Z  4711         3  InternalError  no" in shown
    assert " 12  StartupOfTheDevice  –            –                            –         1  timeout" in shown
    station.answers["outbox.list"] = {"waiting": {}, "in_flight": None, "quarantine": []}
    assert main(["outbox"]) == 0
    assert capsys.readouterr().out.count("nothing") == 3


def test_hardware(station: FakeService, capsys: pytest.CaptureFixture[str]) -> None:
    evse = {
        **STATUS["evses"][0],
        "connectors": 1,
        "phases": 3,
        "max_current_ma": 32_000,
        "fail_safe": "heartbeat",
        "meter": {"import_wh": 1_234_567, "serial": "M1"},
        "temperature_dc": 415,
        "limits": [
            {"source": "fuse", "scope": "station", "current_ma": 40_000, "power_w": None, "left_ms": None},
            {"source": "external power", "scope": "evse", "current_ma": None, "power_w": 3_680, "left_ms": 90_500},
        ],
    }
    station.answers["hal"] = {"board": "desk", "guard": "connected", "evses": [evse], "faults": []}
    assert main(["hal"]) == 0
    shown = capsys.readouterr().out
    for text in ("board desk, guard connected", "32 A", "heartbeat", "M1", "1234.567 kWh", "41.5 °C"):
        assert text in shown
    bounds = [line.split() for line in shown.splitlines() if line.startswith("1  ")][-2:]
    assert bounds == [
        ["1", "fuse", "the", "whole", "station", "40", "A", "–"],
        ["1", "external", "power", "this", "evse", "3.68", "kW", "0:01:30"],
    ]


def test_the_log_has_one_line_a_record(station: FakeService, capsys: pytest.CaptureFixture[str]) -> None:
    station.answers["log"] = [RECORD, {**RECORD, "number": 2, "message": "evil \x1b[2J", "trace": "Trace\n  line"}]
    assert main(["log"]) == 0
    assert capsys.readouterr().out == (
        "1970-01-01 00:00:01.000 info     agent.x: connected slot=1\n"
        "1970-01-01 00:00:01.000 info     agent.x: evil \\x1b[2J slot=1\n    Trace\n      line\n"
    )
    assert main(["log", "--json"]) == 0
    assert [json.loads(line)["number"] for line in capsys.readouterr().out.splitlines()] == [1, 2]


def test_following_the_log_asks_for_what_is_new_and_ends_with_ctrl_c(
    station: FakeService, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = []

    def pause(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(commands.time, "sleep", pause)
    station.answers["log"] = lambda params: [{**RECORD, "number": params.get("after", 4) + 1}]
    assert main(["log", "--follow", "-n", "1"]) == 130
    assert [params.get("after") for _, params in station.calls] == [None, 5, 6]
    assert len(capsys.readouterr().out.splitlines()) == 3


@pytest.mark.parametrize(
    ("code", "exit_code"),
    [
        ("refused", 1),
        ("storage", 1),
        ("bad_request", 2),
        ("forbidden", 4),
        ("not_found", 5),
        ("not_ready", 6),
        ("busy", 6),
        ("timeout", 6),
        ("internal", 70),
    ],
)
def test_an_error_has_its_exit_code(
    station: FakeService, capsys: pytest.CaptureFixture[str], code: str, exit_code: int
) -> None:
    station.answers["status"] = ApiError(code, "because\x07")
    assert main(["status"]) == exit_code
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "evse: because\\x07\n")
    assert main(["status", "--json"]) == exit_code
    assert json.loads(capsys.readouterr().out) == {"error": {"code": code, "message": "because\x07"}}
