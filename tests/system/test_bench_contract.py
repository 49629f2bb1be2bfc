"""The bench's public contract, version 1, verb by verb over its socket, as a foreign test suite would use it.

Once with bench, guard and agent in one process, once with the bench in the guard's own process; behind the agent is a
CSMS of the `ocpp` package. Nothing here knows more of the bench than its contract: JSON lines in, JSON lines out.
"""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.rig.processes import Backend, Station, backend, wait_until

Json = dict[str, Any]
TIMEOUT_S = 3  # how long a card waits for a cable
PROMPT_S = 1.0  # an answer waits for nobody
BOARD = """
[[evse]]
phases = 3
connectors = [{ type = "sType2", cable = "socket" }, { type = "sType2", cable = "socket" }]
[[evse]]
phases = 1
[variables.TxCtrlr]
EVConnectionTimeOut = 3
"""
CERTIFICATE = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"
CAR: Json = {
    "evse": 1,
    "connector": 2,
    "mode": "iso2_ac",
    "current_a": 20.5,
    "phases": 3,
    "charge_delay_s": 0.2,
    "auto_charge": True,
    "soc": 40,
    "battery_wh": 50_000,
    "departure_time": "2030-01-01T06:00:00Z",
    "energy_request_wh": 9_000,
    "limits": {"min_current_a": 6, "max_current_a": 16, "max_power_w": 11_000, "max_voltage_v": 400},
    "evccid": "02AABBCCDDEE",
    "payment": "contract",
    "emaid": "DE8AA1A2B3C4D59",
    "contract_chain_pem": CERTIFICATE,
    "cert_install": True,
    "exi_request_b64": "gJgC",
}


class Wire:
    """One client of the bench, with no help from ours."""

    def __init__(self, path: str) -> None:
        self._socket = socket.socket(socket.AF_UNIX)
        self._socket.settimeout(5)
        self._socket.connect(path)
        self._lines = self._socket.makefile("rb")
        self._ids = itertools.count(1)
        self.events: list[Json] = []

    def send(self, line: bytes) -> None:
        self._socket.sendall(line + b"\n")

    def read(self) -> Json:
        line = self._lines.readline()
        assert line.endswith(b"\n"), "the bench hung up"
        found: Json = json.loads(line)
        return found

    def ask(self, line: bytes) -> Json:
        """Send a line as it is and give the answer, events put aside."""
        self.send(line)
        while "event" in (answer := self.read()):
            self.events.append(answer)
        return answer

    def raw(self, request: Any) -> Json:
        return self.ask(json.dumps(request).encode())

    def call(self, verb: str, args: Json | None = None) -> Json:
        """Do a verb; its answer comes at once, with the id of the request."""
        request_id = next(self._ids)
        began = time.monotonic()
        request: Json = {"id": request_id, "verb": verb}
        answer = self.raw(request if args is None else {**request, "args": args})
        assert time.monotonic() - began < PROMPT_S, f"{verb} waited for something"
        assert answer["id"] == request_id
        assert set(answer) == ({"id", "ok", "result"} if answer["ok"] else {"id", "ok", "error"})
        return answer

    def do(self, verb: str, **args: Any) -> Json:
        answer = self.call(verb, args)
        assert answer["ok"], answer
        result = answer["result"]
        assert isinstance(result, dict)
        return result

    def refused(self, verb: str, **args: Any) -> tuple[str, str]:
        answer = self.call(verb, args)
        assert not answer["ok"], answer
        error = answer["error"]
        assert set(error) == {"code", "message"}
        assert error["code"]
        assert error["message"]
        return error["code"], error["message"]

    def close(self) -> None:
        self._lines.close()
        self._socket.close()


class _Process(Station):
    """Two EVSEs; a guard of its own reads the same file as the agent."""

    def start_guard(self) -> None:
        config, sockets = str(self.config), (str(self.guard_socket), str(self.bench_socket))
        self.guard = self._spawn(
            "guard", "-m", "hal.guard.main", "--config", config, "--socket", sockets[0], "--bench-socket", sockets[1]
        )
        wait_until(self.bench_socket.exists, 10, "the bench's socket")


class Site:
    """A running station, its CSMS and a client of its bench."""

    def __init__(self, station: Station, csms: Backend, version: str) -> None:
        self.station = station
        self.csms = csms
        self.version = version
        self.wire = Wire(str(station.bench_socket))

    @property
    def separate(self) -> bool:
        return self.station.separate_guard

    def do(self, verb: str, **args: Any) -> Json:
        return self.wire.do(verb, **args)

    def status(self) -> Json:
        return self.do("status")

    def evse(self, number: int = 1) -> Json:
        found: Json = self.status()["evses"][number - 1]
        return found

    def until(self, condition: Callable[[], Any], what: str = "", timeout_s: float = 20) -> Any:
        try:
            return wait_until(condition, timeout_s, what or "it")
        except AssertionError as error:
            raise AssertionError(f"{error}; {json.dumps(self.status())[:3000]}\n{self.station.log[-2000:]}") from None

    def agent_is_back(self) -> None:
        """In two processes the service manager starts what a cut killed; here that is the test."""
        agent = self.station.agent
        if self.separate and agent is not None:
            agent.wait(10)
            self.station.start_agent()
        self.registered()

    def registered(self) -> None:
        self.until(lambda: self.status()["registration"] == "accepted", "the acceptance", 40)

    def charge(self, evse: int = 1, card: str = "04AB", **car: Any) -> None:
        self.do("ev.plug_in", evse=evse, **{"charge_delay_s": 0, **car})
        self.do("rfid.tap", id_token=card, evses=[evse])
        self.until(lambda: self.evse(evse)["contactor"] == "closed", "energy")

    def tidy(self) -> None:
        """As after a fresh start, but for registers."""
        for evse in (1, 2):
            self.do("fault.clear", evse=evse)
            self.do("meter.stall", evse=evse, kind="none")
            self.do("meter.configure", evse=evse, power_w=None, noise=0)
            self.do("lock.set", evse=evse, fail_on_lock=False, fail_on_unlock=False)
            self.do("ev.plug_out", evse=evse)
        self.do("fault.clear", evse=None)
        self.do("temperature.set", celsius=25)
        self.do("emergency_stop.set", active=False)
        self.until(self._idle, "an idle station")

    def _idle(self) -> bool:
        rows = self.status()["evses"]
        states = {connector["status"] for row in rows for connector in row["connectors"]}
        return states == {"Available"} and all(row["transaction"] is None and not row["plugged"] for row in rows)


@pytest.fixture(scope="module", params=["one process", "two processes"])
def running(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    separate = request.param == "two processes"
    version = "2.0.1" if separate else "1.6"
    folder: Path = tmp_path_factory.mktemp("bench")
    with backend() as csms, _Process(folder, url=csms.url, version=version, separate_guard=separate) as station:
        text = station.config.read_text().replace("[[evse]]\nphases = 1\n", BOARD)
        assert BOARD in text
        station.config.write_text(text)
        station.start()
        site = Site(station, csms, version)
        site.registered()
        yield site
        site.wire.close()


@pytest.fixture
def site(running: Site) -> Iterator[Site]:
    yield running
    running.tidy()


# Framing


def test_the_first_line_may_name_the_version(site: Site) -> None:
    path = str(site.station.bench_socket)
    fitting = Wire(path)
    assert fitting.raw({"bench": 1})["ok"]
    assert fitting.do("status")
    fitting.close()
    for version in (0, 2, "1", None, True, [1]):
        other = Wire(path)
        answer = other.raw({"bench": version})
        assert not answer["ok"]
        assert "1" in answer["error"]["message"]
        assert other._lines.readline() == b"", "refused"
        other.close()
    silent = Wire(path)
    assert silent.do("status"), "the line may be left out"
    silent.close()


@pytest.mark.parametrize(
    "line",
    [
        b"hello",
        b"{",
        b"[]",
        b"7",
        b"null",
        b'"status"',
        b"\xff\xfe",
        b'{"id": 1}',
        b'{"verb": "status"}',
        b'{"id": null, "verb": "status"}',
        b'{"id": [1], "verb": "status"}',
        b'{"id": 1, "verb": 7}',
        b'{"id": 1, "verb": "status", "args": []}',
        b'{"id": 1, "verb": "status", "args": null}',
        b'{"id": 1, "verb": "status", "more": 1}',
        b"[" * 5000,
    ],
)
def test_what_is_no_request_is_told_and_the_connection_goes_on(site: Site, line: bytes) -> None:
    wire = Wire(str(site.station.bench_socket))
    wire.do("help")
    answer = wire.ask(line)
    assert answer["ok"] is False
    assert answer["error"]["message"]
    assert wire.do("status")
    wire.close()


def test_a_line_without_end_is_cut_off_and_others_are_served(site: Site) -> None:
    wire = Wire(str(site.station.bench_socket))
    with contextlib.suppress(BrokenPipeError):  # it may hang up before all of it is out
        wire._socket.sendall(b"x" * 300_000)
    assert wire.read()["error"]["code"] == "too_long"
    wire.close()
    assert site.status()


def test_several_clients_at_once_with_ids_of_their_own(site: Site) -> None:
    wires = [Wire(str(site.station.bench_socket)) for _ in range(8)]
    for number, wire in enumerate(wires):
        wire.send(json.dumps({"id": f"client-{number}", "verb": "status"}).encode())
    for number, wire in enumerate(wires):
        assert wire.read()["id"] == f"client-{number}"
        wire.close()


# Errors that name what is wrong


@pytest.mark.parametrize(
    ("verb", "args", "named"),
    [
        ("ev.fly", {}, "ev.fly"),
        ("", {}, "verb"),
        ("ev.plug_in", {"speed": 9}, "speed"),
        ("ev.plug_in", {"evse": 3}, "3"),
        ("ev.plug_in", {"evse": 0}, "0"),
        ("ev.plug_in", {"evse": None}, "evse"),
        ("ev.plug_in", {"evse": "1"}, "evse"),
        ("ev.plug_in", {"evse": True}, "evse"),
        ("ev.plug_in", {"evse": 2, "connector": 2}, "connector"),
        ("ev.plug_in", {"connector": 3}, "connector"),
        ("ev.plug_in", {"mode": "warp"}, "mode"),
        ("ev.plug_in", {"current_a": -1}, "current_a"),
        ("ev.plug_in", {"current_a": "32"}, "current_a"),
        ("ev.plug_in", {"phases": 4}, "phases"),
        ("ev.plug_in", {"phases": 1.5}, "phases"),
        ("ev.plug_in", {"soc": 101}, "soc"),
        ("ev.plug_in", {"auto_charge": 1}, "auto_charge"),
        ("ev.plug_in", {"limits": {"min_speed": 1}}, "min_speed"),
        ("ev.plug_in", {"limits": 7}, "limits"),
        ("ev.plug_in", {"payment": "cash"}, "payment"),
        ("ev.plug_out", {"graceful": "yes"}, "graceful"),
        ("ev.pause", {}, "no car"),
        ("ev.resume", {}, "no car"),
        ("ev.set_state", {"state": "C"}, "no car"),
        ("ev.set_state", {"state": "G"}, "state"),
        ("ev.set_state", {}, "state"),
        ("ev.set_current", {}, "current_a"),
        ("ev.set_soc", {"soc": 1.5}, "soc"),
        ("ev.renegotiate", {}, "no car"),
        ("rfid.tap", {}, "id_token"),
        ("rfid.tap", {"id_token": ""}, "id_token"),
        ("rfid.tap", {"id_token": "x" * 256}, "id_token"),
        ("rfid.tap", {"id_token": "04", "type": "Stone"}, "type"),
        ("rfid.tap", {"id_token": "04", "evses": 1}, "evses"),
        ("rfid.tap", {"id_token": "04", "evses": [1, 9]}, "9"),
        ("rfid.tap", {"id_token": "04", "hold_s": -1}, "hold_s"),
        ("payment.present", {}, "token"),
        ("keypad.enter", {}, "digits"),
        ("bay.set", {"occupied": "yes"}, "occupied"),
        ("fault.inject", {}, "code"),
        ("fault.inject", {"code": "made_up"}, "code"),
        ("fault.inject", {"code": "ground_failure", "severity": "odd"}, "severity"),
        ("fault.clear", {"code": "made_up"}, "code"),
        ("cp.short", {"after_s": "soon"}, "after_s"),
        ("contactor.weld", {"evse": 7}, "7"),
        ("meter.configure", {"power_w": -5}, "power_w"),
        ("meter.configure", {"measurands": ["Speed"]}, "measurands"),
        ("meter.configure", {"signed": {"ink": "blue"}}, "ink"),
        ("meter.stall", {"kind": "asleep"}, "kind"),
        ("meter.jump", {}, "delta_wh"),
        ("meter.set", {"energy_wh": 0.5}, "energy_wh"),
        ("lock.set", {"evse": 2, "present": True}, "fixed cable"),
        ("network.set", {"up": "no"}, "up"),
        ("power.brownout", {"hold_up_s": -1}, "hold_up_s"),
        ("power.cut", {"now": True}, "now"),
        ("clock.step", {}, "seconds"),
        ("clock.step", {"seconds": "60"}, "seconds"),
        ("storage.fail", {"kind": "wet"}, "kind"),
        ("temperature.set", {}, "celsius"),
        ("external_limit.set", {"current_a": -1}, "current_a"),
        ("firmware.configure", {"result": "odd"}, "result"),
        ("system.reboot", {"hard": True}, "hard"),
        ("status", {"deep": True}, "deep"),
    ],
)
def test_bad_input_is_refused_by_name(site: Site, verb: str, args: Json, named: str) -> None:
    code, message = site.wire.refused(verb, **args)
    assert named in message, f"{code}: {message}"


@pytest.mark.parametrize("value", ["NaN", "Infinity", "1e400", "-1e400"])
def test_a_number_that_is_none(site: Site, value: str) -> None:
    answer = site.wire.ask(b'{"id": 1, "verb": "ev.plug_in", "args": {"current_a": ' + value.encode() + b"}}")
    assert answer["ok"] is False
    assert "current_a" in answer["error"]["message"] or "JSON" in answer["error"]["message"]


# Status, events, help


def test_status_tells_at_least_what_the_contract_lists(site: Site) -> None:
    site.charge(2, phases=1)
    site.until(lambda: site.evse(2)["transaction"], "the transaction in the status")
    in_use = {"Charging", "Occupied"}
    site.until(lambda: site.evse(2)["connectors"][0]["status"] in in_use, "the connector in use in the status")
    status = site.status()
    assert isinstance(status["pid"], int)
    assert site.station.agent is not None
    assert status["pid"] == site.station.agent.pid
    assert status["version"]
    assert status["booted"] is True
    assert status["link"] == "connected"
    assert status["protocol"] == site.version
    assert status["registration"] == "accepted"
    assert [row["evse"] for row in status["evses"]] == [1, 2]
    for row in status["evses"]:
        for name in ("pilot", "duty_permille", "contactor", "lock", "permit", "meter", "transaction", "connectors"):
            assert name in row
    first, second = status["evses"]
    assert [(c["connector"], c["status"]) for c in first["connectors"]] == [(1, "Available"), (2, "Available")]
    assert second["permit"]["live"]
    assert second["pilot"] == "C"
    assert second["transaction"]["token"] == "04AB"
    assert first["transaction"] is None


def test_events_stream_what_the_bench_sees(site: Site) -> None:
    watcher = Wire(str(site.station.bench_socket))
    assert watcher.do("events") is not None
    site.charge(2)
    seen: set[tuple[str, str]] = set()
    wanted = {("pilot", "B"), ("pilot", "C"), ("contactor", "closed")}
    end = time.monotonic() + 10
    while not wanted <= seen:
        assert time.monotonic() < end, seen
        event = watcher.read()
        assert "ok" not in event
        if event.get("evse") == 2:
            seen.add((event["event"], str(event.get("state"))))
    assert watcher.do("status"), "the connection goes on taking verbs"
    watcher.close()


def test_help_lists_every_verb_of_the_contract(site: Site) -> None:
    listed = {row["verb"] for row in site.do("help")["verbs"]}
    contract = """
        ev.plug_in ev.plug_out ev.pause ev.resume ev.set_state ev.set_current ev.set_soc ev.renegotiate rfid.tap
        payment.present keypad.enter button.press bay.set fault.inject fault.clear cp.diode_fault cp.short
        contactor.weld contactor.stuck_open rcd.trip meter.configure meter.set meter.stall meter.jump meter.swap
        lock.set network.set power.cut power.restore power.brownout clock.step storage.fail storage.heal tamper.set
        temperature.set ventilation.set emergency_stop.set external_limit.set firmware.configure system.reboot
        status events
    """
    assert set(contract.split()) <= listed


# Cars


def test_a_plug_shows_b_at_once_and_what_the_car_is(site: Site) -> None:
    site.do("ev.plug_in", **CAR)
    row = site.evse()
    assert row["pilot"] == "B"
    assert row["plugged"]
    car = row["car"]
    assert (car["connector"], car["mode"], car["phases"], car["current_ma"]) == (2, "iso2_ac", 3, 20_500)
    assert (car["soc"], car["energy_request_wh"], car["payment"]) == (40, 9_000, "contract")
    assert (car["evccid"], car["emaid"]) == ("02AABBCCDDEE", "DE8AA1A2B3C4D59")
    assert car["departure_time"] == "2030-01-01T06:00:00Z"
    assert car["limits"] == {
        "min_current_ma": 6000,
        "max_current_ma": 16000,
        "max_power_w": 11000,
        "max_voltage_v": 400,
    }
    assert row["cable_ma"] == 32_000
    assert site.wire.refused("ev.plug_in", evse=1)[0] == "conflict"


def test_the_defaults_of_a_car(site: Site) -> None:
    site.do("ev.plug_in")
    car = site.evse()["car"]
    assert (car["connector"], car["mode"], car["phases"], car["current_ma"]) == (1, "iec", 1, 32_000)
    assert (car["payment"], car["soc"], car["evccid"], car["departure_time"]) == ("eim", None, None, None)
    site.until(lambda: site.evse()["connectors"][0]["status"] != "Available", "the status of the connector")
    time.sleep(1.5)
    assert site.evse()["pilot"] == "B", "nothing is on offer"


def test_every_mode_is_taken(site: Site) -> None:
    for mode in ("iec", "iso2_ac", "iso2_dc", "iso20_ac", "iso20_dc"):
        site.do("ev.plug_in", evse=2, mode=mode)
        assert site.evse(2)["car"]["mode"] == mode
        site.do("ev.plug_out", evse=2)


def test_a_car_that_charges_pauses_resumes_and_leaves(site: Site) -> None:
    site.charge(2, current_a=10)
    site.until(lambda: site.evse(2)["meter"]["current_ma"][0] == 10_000, "what the car draws")
    site.do("ev.set_current", evse=2, current_a=7)
    assert site.evse(2)["meter"]["current_ma"][0] == 7_000
    site.do("ev.pause", evse=2, reason="full")
    assert site.evse(2)["pilot"] == "B"
    site.until(lambda: site.evse(2)["contactor"] == "open", "the contactor to open")
    site.do("ev.resume", evse=2)
    site.until(lambda: site.evse(2)["contactor"] == "closed", "the contactor to close again")
    site.do("ev.set_soc", evse=2, soc=55)
    assert site.evse(2)["car"]["soc"] == 55
    site.do("ev.renegotiate", evse=2, energy_request_wh=5_000, departure_time="2031-01-01T00:00:00Z", current_a=9)
    car = site.evse(2)["car"]
    assert (car["energy_request_wh"], car["current_ma"]) == (5_000, 9_000)
    site.do("rfid.tap", id_token="04AB", evses=[2])
    site.until(lambda: site.evse(2)["contactor"] == "open", "the end")
    assert site.evse(2)["plugged"], "it stays until it is told to leave"
    site.do("ev.plug_out", evse=2, graceful=True)
    site.until(lambda: not site.evse(2)["plugged"], "the car to leave")


@pytest.mark.parametrize("state", list("ABCDEF"))
def test_a_state_of_the_pilot(site: Site, state: str) -> None:
    site.do("ev.plug_in", evse=2)
    site.do("ev.set_state", evse=2, state=state)
    assert site.evse(2)["pilot"] == state
    site.do("ev.pause", evse=2)


def test_auto_charge_off_waits_for_resume(site: Site) -> None:
    site.do("ev.plug_in", evse=2, auto_charge=False, charge_delay_s=0)
    site.do("rfid.tap", id_token="04AB", evses=[2])
    site.until(lambda: site.evse(2)["signal"] == "pwm", "the offer")
    time.sleep(0.5)
    assert site.evse(2)["pilot"] == "B"
    site.do("ev.resume", evse=2)
    site.until(lambda: site.evse(2)["contactor"] == "closed", "energy")


# Drivers


def _authorized(site: Site, token: str) -> None:
    name = "idTag" if site.version == "1.6" else "idToken"

    def asked(call: Any) -> bool:
        found = call.payload[name]
        return bool((found if site.version == "1.6" else found["idToken"]) == token)

    site.csms.wait_for(lambda c: [call for call in c.all("Authorize") if asked(call)], what=f"Authorize of {token}")


def test_cards_codes_terminals_and_buttons_are_read(site: Site) -> None:
    result = site.do("rfid.tap", id_token="04CAFE01", type="ISO15693", evses=[1, 2], hold_s=2)
    assert result["read"] is True
    assert site.do("rfid.tap", id_token="04CAFE01", type="ISO15693", evses=[1, 2])["read"] is False, "it lies there"
    _authorized(site, "04CAFE01")
    assert site.do("payment.present", evse=2, token="PAY-7")["read"] is True
    _authorized(site, "PAY-7")
    assert site.do("keypad.enter", evse=1, digits="1234")["read"] is True
    _authorized(site, "1234")
    assert site.do("button.press", evse=2, name="start")["read"] is True
    assert site.do("button.press", evse=2, name="help")["read"] is True
    assert site.do("rfid.tap", id_token="04CAFE02")["read"] is True, "by default the reader of EVSE 1"
    time.sleep(TIMEOUT_S + 0.5)  # nobody plugs in


def test_a_tap_is_answered_though_the_csms_is_silent(site: Site) -> None:
    """A verb answers when it is accepted, never after what it causes."""
    site.csms.csms.silence("Authorize", 1)
    site.do("ev.plug_in", evse=2)
    site.do("rfid.tap", id_token="04D1", evses=[2])
    assert site.evse(2)["contactor"] == "open"


def test_the_bay(site: Site) -> None:
    assert site.do("bay.set", evse=2, occupied=True) == {"evse": 2, "occupied": True}
    assert site.status()["bench"]["devices"]["bay-2"] == {"evse": 2, "occupied": 1}
    site.do("bay.set", evse=2, occupied=False)


# Faults


def test_a_fault_reaches_the_csms_and_ends(site: Site) -> None:
    before = len(_faulted(site))
    site.do(
        "fault.inject",
        evse=2,
        code="ground_failure",
        severity="blocking",
        ocpp16_error_code="GroundFailure",
        vendor_error_code="V7",
        info="wet",
    )
    site.until(lambda: len(_faulted(site)) > before, "the fault at the CSMS")
    told = _faulted(site)[-1]
    if site.version == "1.6":
        assert (told["errorCode"], told["vendorErrorCode"], told["info"]) == ("GroundFailure", "V7", "wet")
        assert told["connectorId"] == 3
    else:
        assert (told["evseId"], told["connectorId"]) == (2, 1)
    site.until(lambda: site.evse(2)["connectors"][0]["status"] == "Faulted", "the status")
    assert site.do("fault.clear", evse=2, code="ground_failure")["cleared"] == 1
    site.until(lambda: site.evse(2)["connectors"][0]["status"] == "Available", "its end")


def _faulted(site: Site) -> list[Json]:
    told = [call.payload for call in site.csms.csms.all("StatusNotification")]
    return [payload for payload in told if "Faulted" in {payload.get("status"), payload.get("connectorStatus")}]


def test_a_fault_of_the_station(site: Site) -> None:
    site.do("fault.inject", evse=None, code="other_error", severity="warning")
    assert [fault["evse"] for fault in site.status()["bench"]["faults"]] == [0]
    site.until(lambda: any(f["evse"] == 0 for f in site.station.api("status")["faults"]), "the fault at the agent")
    assert site.do("fault.clear", evse=None)["cleared"] == 1
    site.until(lambda: not site.station.api("status")["faults"], "its end")


@pytest.mark.parametrize(
    ("verb", "defect"),
    [
        ("cp.diode_fault", "diode_failure"),
        ("cp.short", "pilot_short"),
        ("contactor.weld", "contactor_welded"),
        ("contactor.stuck_open", "contactor_stuck_open"),
        ("rcd.trip", "residual_current"),
    ],
)
def test_a_defect_in_the_copper(site: Site, verb: str, defect: str) -> None:
    site.charge(2)
    site.do(verb, evse=2, after_s=0.3)
    assert not site.evse(2)["guard_faults"], "later"
    if verb == "contactor.weld":
        site.until(lambda: "contactor_welded" in site.evse(2)["defects"], "the weld")
        site.do("rfid.tap", id_token="04AB", evses=[2])
    site.until(lambda: site.evse(2)["guard_faults"], "the fault")
    assert site.evse(2)["guard_faults"][0]["blocking"]
    if verb != "contactor.weld":
        site.until(lambda: site.evse(2)["contactor"] == "open", "the open contactor")
    site.do("ev.plug_out", evse=2)
    site.do(verb, evse=2, active=False)
    site.until(lambda: site.evse(2)["transaction"] is None, "the end of the transaction", 30)
    if site.evse(2)["guard_faults"]:  # latched: a reset of the station ends what is over
        kind = "Soft" if site.version == "1.6" else "OnIdle"
        boots = len(site.csms.csms.all("BootNotification"))
        site.csms.call("Reset", {"type": kind})
        site.csms.wait_for(lambda c: len(c.all("BootNotification")) > boots, 40, "another boot")
        site.registered()
        site.until(lambda: not site.evse(2)["guard_faults"], "the end of the fault", 30)
    site.until(lambda: site.evse(2)["connectors"][0]["status"] == "Available", "a free connector", 40)


# Meters and locks


def test_a_meter(site: Site) -> None:
    site.do(
        "meter.configure",
        evse=2,
        power_w=3_000,
        energy_wh=12_345,
        reset_on_plug_in=False,
        voltage_v=231.5,
        frequency_hz=50.1,
        noise=0,
        signed={
            "enabled": True,
            "on_start": True,
            "on_stop": True,
            "method": "ECDSA-secp256r1-SHA256",
            "encoding": "OCMF",
            "public_key": "AB" * 32,
        },
        measurands=["Energy.Active.Import.Register", "Power.Active.Import"],
    )
    meter = site.evse(2)["meter"]
    assert (meter["energy_wh"], meter["voltage_mv"]) == (12_345, 231_500)
    site.charge(2)
    site.until(lambda: site.evse(2)["meter"]["power_w"] == 3_000, "the power told")
    site.do("meter.configure", evse=2, power_w=None, signed={"enabled": False})
    assert site.evse(2)["meter"]["power_w"] > 5_000
    before = site.evse(2)["meter"]["energy_wh"]
    site.do("meter.jump", evse=2, delta_wh=1_000)
    assert site.evse(2)["meter"]["energy_wh"] >= before + 1_000
    site.do("meter.set", evse=2, energy_wh=99)
    assert site.evse(2)["meter"]["energy_wh"] in {99, 100}
    serial = site.evse(2)["meter"]["serial"]
    site.do("meter.swap", evse=2)
    assert site.evse(2)["meter"]["serial"] != serial
    site.do("meter.stall", evse=2)
    assert site.evse(2)["meter"]["stall"] == "silent"
    site.until(lambda: any(f["code"] == "power_meter_failure" for f in site.station.api("status")["faults"]), "a fault")
    site.do("meter.stall", evse=2, kind="none")
    site.until(lambda: not site.station.api("status")["faults"], "the end of the fault")


def test_a_register_that_begins_with_each_car(site: Site) -> None:
    site.do("meter.configure", evse=2, energy_wh=500, reset_on_plug_in=True)
    site.do("ev.plug_in", evse=2)
    assert site.evse(2)["meter"]["energy_wh"] == 0
    site.do("meter.configure", evse=2, reset_on_plug_in=False)


def test_a_lock(site: Site) -> None:
    site.charge(1)
    assert site.evse()["lock"] == "locked"
    site.do("ev.plug_out", evse=1)
    assert site.evse()["cable_ma"] is not None or site.evse()["lock"] == "unlocked"
    site.until(lambda: site.evse()["lock"] == "unlocked", "the lock to open")
    site.do("lock.set", evse=1, present=False)
    assert site.evse()["lock"] == "absent"
    site.do("lock.set", evse=1, present=True, fail_on_lock=True)
    site.do("ev.plug_in", evse=1)
    site.do("rfid.tap", id_token="04AB")
    site.until(lambda: site.evse()["guard_faults"], "the lock failure")
    assert site.evse()["contactor"] == "open"
    assert "fail_on_lock" in site.evse()["defects"]
    site.do("lock.set", evse=1, fail_on_lock=False)


def test_a_cable_left_in_another_connector_stays_there(site: Site) -> None:
    site.charge(1, connector=2)
    site.do("ev.plug_out", evse=1, side="ev")
    site.until(lambda: site.evse()["contactor"] == "open", "the open contactor")
    time.sleep(0.5)
    states = {c["connector"]: c["status"] for c in site.evse()["connectors"]}
    assert states[1] in {"Available", "Finishing", "Occupied"}
    assert site.evse()["cable_ma"] is not None


# What the agent has to do


def test_the_network_is_cut_and_comes_back_without_back_off(site: Site) -> None:
    connections = site.csms.csms.connections
    site.do("network.set", up=False)
    site.until(lambda: site.status()["link"] != "connected", "the closed link")
    time.sleep(3)
    assert site.csms.csms.connections == connections, "no retry is made"
    began = time.monotonic()
    site.do("network.set", up=True)
    site.until(lambda: site.status()["link"] == "connected", "the link")
    assert time.monotonic() - began < 2


def test_the_clock_steps(site: Site) -> None:
    site.do("clock.step", seconds=3600)
    site.do("clock.step", seconds=-3600.5)
    assert site.status()["booted"]


@pytest.mark.parametrize("kind", ["full", "read_only"])
def test_the_disk_fails_and_heals(site: Site, kind: str) -> None:
    site.do("storage.fail", kind=kind)
    site.until(lambda: any("storage" in f["code"] for f in site.station.api("status")["faults"]), "the fault")
    site.do("ev.plug_in", evse=2)
    site.do("rfid.tap", id_token="04AB", evses=[2])
    time.sleep(1.5)
    assert site.evse(2)["contactor"] == "open", "nothing new begins"
    site.do("storage.heal", kind=kind)
    site.until(lambda: not site.station.api("status")["faults"], "the end of the fault")


def test_a_slow_disk_charges_all_the_same(site: Site) -> None:
    site.do("storage.fail", kind="slow")
    site.charge(2)
    site.do("storage.heal")
    site.do("rfid.tap", id_token="04AB", evses=[2])
    site.until(lambda: site.evse(2)["contactor"] == "open", "the end")


def test_what_a_firmware_update_will_do(site: Site) -> None:
    site.do("firmware.configure", install_s=3, result="installed", reboot_after=True, download_fails=False)


def test_the_station_is_told_to_boot(site: Site) -> None:
    boots = len(site.csms.csms.all("BootNotification"))
    site.do("system.reboot")
    site.csms.wait_for(lambda c: len(c.all("BootNotification")) > boots, 40, "another boot")
    site.registered()


# Sensors


def _stopped(site: Site, evse: int) -> bool:
    return any("emergency" in fault["code"] for fault in site.evse(evse)["guard_faults"])


def test_sensors(site: Site) -> None:
    site.do("temperature.set", evse=None, celsius=45.5)
    site.do("temperature.set", evse=2, celsius=120)
    site.until(lambda: any("temperature" in f["code"] for f in site.evse(2)["guard_faults"]), "too hot")
    site.do("temperature.set", evse=2, celsius=20)
    site.until(lambda: not site.evse(2)["guard_faults"], "cool again")
    site.do("ventilation.set", available=True)
    site.do("ventilation.set", evse=2, available=False)
    site.do("emergency_stop.set", active=True)
    site.until(lambda: all(_stopped(site, evse) for evse in (1, 2)), "the stop")
    site.do("emergency_stop.set", active=False)
    site.do("external_limit.set", evse=None, current_a=16, lease_s=60)
    assert site.status()["bench"]["devices"]["external_limit-0"]["current_ma"] == 16_000
    site.do("external_limit.set", evse=None, current_a=None)
    site.do("tamper.set", evse=None, active=True)
    if site.version != "1.6":
        site.csms.wait_for(
            lambda c: [s for s in c.all("SecurityEventNotification") if s.payload["type"] == "TamperDetectionActivated"]
        )
    site.do("tamper.set", evse=None, active=False)
    site.until(lambda: not site.evse(1)["guard_faults"] and not site.evse(2)["guard_faults"], "the end of the stop")


# Power


def test_a_power_cut_keeps_car_and_register_and_the_station_boots_again(site: Site) -> None:
    site.do("meter.set", evse=2, energy_wh=40_000)
    site.charge(2)
    site.until(lambda: site.evse(2)["transaction"], "the transaction")
    boots = len(site.csms.csms.all("BootNotification"))
    assert site.do("power.cut")["changed"] is True
    row = site.evse(2)
    assert row["contactor"] == "open", "at once"
    assert row["plugged"], "the bench lives on"
    assert row["meter"]["energy_wh"] >= 40_000
    site.until(lambda: site.status()["booted"] is False, "the dead station")
    assert site.status()["link"] in {None, "none"}
    assert site.status()["bench"]["powered"] is False
    assert site.wire.refused("network.set", up=True)[0] == "no_agent"
    assert site.do("power.cut")["changed"] is False
    assert site.do("power.restore")["changed"] is True
    site.agent_is_back()
    site.csms.wait_for(lambda c: len(c.all("BootNotification")) > boots, 40, "a boot")
    site.until(lambda: site.evse(2)["contactor"] == "closed", "the transaction to go on", 40)
    assert site.do("power.restore")["changed"] is False
    site.do("rfid.tap", id_token="04AB", evses=[2])
    site.until(lambda: site.evse(2)["contactor"] == "open", "the end")


def test_a_brownout_that_ends_in_time_and_one_that_does_not(site: Site) -> None:
    site.do("power.brownout", hold_up_s=30)
    assert site.status()["bench"]["grid"] is False
    assert site.status()["booted"]
    assert site.do("power.restore") == {"changed": True, "booting": False}
    assert site.status()["bench"]["grid"] is True
    site.do("power.brownout", hold_up_s=0.3)
    site.until(lambda: site.status()["bench"]["powered"] is False, "the end of the capacitor")
    site.do("power.restore")
    site.agent_is_back()
