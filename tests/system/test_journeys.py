"""README.md's journeys through a running daemon: each function that they name is called, in the order of the text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.rig import readme
from tests.rig.processes import Backend, Station, backend, wait_until
from tests.rig.readme import Place

# A real reader, and the other version.
ELSEWHERE = {Place("hal/drivers/pcsc.py", "run"), Place("agent/ocpp/v16/dialect.py", "project")}


class Observed(Station):
    """A station whose agent writes down which functions of a journey it calls."""

    def __init__(self, folder: Path, journey: int, **options: Any) -> None:
        super().__init__(folder, **options)
        self.steps = [place for place in readme.journey(journey) if place not in ELSEWHERE]
        self.calls = folder / "calls"

    def _spawn(self, name: str, *command: str) -> Any:
        if name != "agent":
            return super()._spawn(name, *command)
        wanted = ",".join(sorted({f"{place.path}:{place.function}" for place in self.steps}))
        module, flags = command[:2], command[2:]
        assert module == ("-m", "agent.daemon.main")
        return super()._spawn(name, "-m", "tests.rig.witness", str(self.calls), wanted, *flags)

    def called(self) -> list[Place]:
        lines = self.calls.read_text(encoding="utf-8").splitlines()
        return [Place(*line.split(":")) for line in lines if ":" in line]

    def forget(self) -> int:
        """How many calls there were so far."""
        return len(self.called())


def follow(steps: list[Place], calls: list[Place]) -> None:
    """Each step is called, and after the one before it."""
    position = 0
    for number, step in enumerate(steps):
        try:
            position = calls.index(step, position)
        except ValueError:
            why = "too early" if step in calls else "never"
            before = f"after {steps[number - 1]}" if number else "at all"
            pytest.fail(f"README.md, step {number + 1} of {len(steps)}: {step} is called {why}, not {before}")


def accepted(station: Station, csms: Backend) -> None:
    station.start()
    wait_until(station.accepted, 30, "acceptance")
    csms.wait_for(lambda c: c.all("StatusNotification"), what="the first status")


def phases(csms: Backend) -> list[str]:
    return [call.payload["eventType"] for call in csms.csms.all("TransactionEvent") if call.answer is not None]


def charging(station: Station) -> None:
    station.bench("ev.plug_in", evse=1, charge_delay_s=0)
    station.bench("rfid.tap", id_token="04AB")
    wait_until(lambda: station.evse()["contactor"] == "closed", 20, "the closed contactor")


def offered_ma(station: Station) -> int:
    """What the duty cycle offers the car, as the guard tells it."""
    return int(station.api("status")["evses"][0]["offered_ma"])


def test_a_card_to_a_receipt(tmp_path: Path) -> None:
    with backend() as csms, Observed(tmp_path, 1, url=csms.url) as station:
        accepted(station, csms)
        station.bench("ev.plug_in", evse=1, charge_delay_s=0)
        begin = station.forget()
        station.bench("rfid.tap", id_token="04AB")
        wait_until(lambda: station.evse()["contactor"] == "closed", 20, "the closed contactor")
        csms.wait_for(lambda _: "Started" in phases(csms), what="the answered start")
        station.bench("rfid.tap", id_token="04AB")
        csms.wait_for(lambda _: "Ended" in phases(csms), what="the answered end")
        rows = station.api("tx.list")
        assert station.api("tx.show", tx=rows[0]["tx"])["stop"] is not None
        follow(station.steps, station.called()[begin:])


@pytest.mark.parametrize("amperes", [10, 20], ids=["less", "more"])
def test_a_configuration_change_to_a_duty_cycle(tmp_path: Path, amperes: int) -> None:
    limit = '\n[variables."EVSE:1"]\n"ACCurrent/MaxSet" = 16\n'
    with backend() as csms, Observed(tmp_path, 2, url=csms.url, extra=limit) as station:
        accepted(station, csms)
        charging(station)
        wait_until(lambda: offered_ma(station) == 16_000, 20, "16 A on offer")
        begin = station.forget()
        place = {"component": {"name": "EVSE", "evse": {"id": 1}}, "variable": {"name": "ACCurrent"}}
        value = {**place, "attributeType": "MaxSet", "attributeValue": str(amperes)}
        answer = csms.call("SetVariables", {"setVariableData": [value]})
        assert answer["setVariableResult"][0]["attributeStatus"] == "Accepted"
        wait_until(lambda: offered_ma(station) == amperes * 1_000, 20, f"{amperes} A on offer")
        follow(station.steps, station.called()[begin:])


def stage(station: Station) -> str:
    transaction = station.api("status")["evses"][0]["transaction"]
    return transaction["stage"] if transaction is not None else ""


def test_a_power_cut_to_a_recovered_session(tmp_path: Path) -> None:
    with backend() as csms, Observed(tmp_path, 3, url=csms.url, separate_guard=True) as station:
        accepted(station, csms)
        begin = station.forget()
        charging(station)
        csms.wait_for(lambda _: "Started" in phases(csms), what="the answered start")
        station.bench("power.cut")
        assert station.agent is not None
        station.agent.wait(10)
        (station.data / "boot_id").unlink(missing_ok=True)  # a machine that booted has another one
        station.bench("power.restore")
        station.start_agent()
        wait_until(station.accepted, 30, "acceptance")
        wait_until(lambda: stage(station) == "running", 10, "the recovered session")
        station.bench("rfid.tap", id_token="04AB")
        csms.wait_for(lambda _: "Ended" in phases(csms), what="the answered end")
        assert phases(csms).count("Started") == 1
        follow(station.steps, station.called()[begin:])
