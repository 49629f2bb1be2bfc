"""`kill -9`, again and again: guard and agent as processes of their own, a CSMS beside them (must-hold 3)."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import pytest

from tests.rig.processes import Backend, Station, backend, wait_until

KILLS = 20
LEASE_S = 10
RENEWAL_S = 3


def charging(station: Station, csms: Backend) -> None:
    csms.wait_for(lambda c: c.all("StatusNotification"), what="the first status")
    station.bench("ev.plug_in", evse=1, charge_delay_s=0)
    station.bench("rfid.tap", id_token="04AB")
    wait_until(lambda: station.evse()["contactor"] == "closed", 15, "the closed contactor")


def permit(station: Station) -> int:
    number: int = station.evse()["permit"]["number"]
    return number


@pytest.mark.timeout(300)
@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_twenty_kills_of_the_agent_do_not_interrupt_a_driver(tmp_path: Path, version: str) -> None:
    random = Random(version)
    with backend() as csms, Station(tmp_path, url=csms.url, version=version, separate_guard=True) as station:
        station.start()
        charging(station, csms)
        for _ in range(KILLS):
            time.sleep(random.uniform(0, 1.2))
            station.kill()
            assert station.evse()["contactor"] == "closed"
            before = permit(station)
            station.start_agent()
            started = time.monotonic()
            wait_until(lambda before=before: permit(station) > before, 10, "a renewed permit")
            assert time.monotonic() - started < RENEWAL_S
            assert station.evse()["contactor"] == "closed"
        wait_until(station.accepted, 30, "acceptance")
        wait_until(lambda: station.evse()["meter"]["energy_wh"] > 10, 60, "some energy")
        station.bench("rfid.tap", id_token="04AB")
        wait_until(lambda: station.evse()["contactor"] == "open", 15, "the open contactor")
        wait_until(lambda: not station.api("status")["waiting"] and station.api("tx.list")[0]["stop"], 60, "the end")
        counted = station.evse()["meter"]["energy_wh"]
        assert len(station.api("tx.list")) == 1
        assert station.api("tx.list")[0]["energy_wh"] == counted
        if version == "1.6":
            assert len({c.payload["timestamp"] for c in csms.csms.all("StartTransaction")}) == 1
            assert len({c.payload["timestamp"] for c in csms.csms.all("StopTransaction")}) == 1
        else:
            events = {c.payload["seqNo"]: c.payload for c in csms.csms.all("TransactionEvent")}
            assert sorted(events) == list(range(len(events)))
            kinds = [e["eventType"] for e in events.values()]
            assert kinds.count("Started") == 1
            assert kinds.count("Ended") == 1
            assert len({e["transactionInfo"]["transactionId"] for e in events.values()}) == 1


@pytest.mark.timeout(120)
def test_an_agent_that_does_not_come_back_ends_with_its_lease(tmp_path: Path) -> None:
    with backend() as csms, Station(tmp_path, url=csms.url, separate_guard=True) as station:
        station.start()
        charging(station, csms)
        station.kill()
        killed = time.monotonic()
        wait_until(lambda: time.monotonic() - killed > LEASE_S - RENEWAL_S - 2, 20, "most of the lease")
        assert station.evse()["contactor"] == "closed"
        wait_until(lambda: station.evse()["contactor"] == "open", 20, "the open contactor")
        assert time.monotonic() - killed > LEASE_S - RENEWAL_S - 2


@pytest.mark.timeout(120)
def test_a_killed_guard_opens_and_the_session_goes_on_when_it_is_back(tmp_path: Path) -> None:
    with backend() as csms, Station(tmp_path, url=csms.url, separate_guard=True) as station:
        station.start()
        charging(station, csms)
        station.kill(guard=True)
        wait_until(lambda: station.api("status")["guard"] == "lost", 15, "the lost guard")
        codes = [fault["code"] for fault in station.api("status")["faults"]]
        assert "guard_lost" in codes
        # The bench died with the guard: a fresh one has no car. The agent sees it gone and ends the session.
        station.__dict__["_benches"] = None
        station.start_guard()
        wait_until(lambda: station.api("status")["guard"] == "connected", 15, "the guard")
        csms.wait_for(lambda c: [e for e in c.all("TransactionEvent") if e.payload["eventType"] == "Ended"])
        assert csms.csms.last("TransactionEvent")["transactionInfo"]["stoppedReason"] in {"EVDisconnected", "PowerLoss"}


@pytest.mark.timeout(60)
@pytest.mark.parametrize("how", ["kill", "terminate"])
@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_a_station_of_one_process_that_is_gone_lost_its_power(tmp_path: Path, version: str, how: str) -> None:
    """The guard goes with the agent: the contactor opened, and the bench that comes back knows no car."""
    action, reason = ("StopTransaction", "reason") if version == "1.6" else ("TransactionEvent", "stoppedReason")
    with backend() as csms, Station(tmp_path, url=csms.url, version=version) as station:
        station.start()
        charging(station, csms)
        wait_until(lambda: station.evse()["meter"]["energy_wh"] > 2, 30, "some energy")
        getattr(station, how)()
        station.start_agent()
        ends = csms.wait_for(
            lambda c: [p for p in (r.payload for r in c.all(action)) if p.get("eventType", "Ended") == "Ended"],
            what="the end",
        )
        assert len(ends) == 1
        assert ends[0].get("transactionInfo", ends[0])[reason] == "PowerLoss"
