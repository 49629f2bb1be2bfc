"""What the simulation has found, each as a small test of its own."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from typing import Any

import pytest

from agent.core.rules import Options, PowerLoss
from hal.mock.topology import MockEvse
from tests.rig.world import world
from tests.scenarios.books import Books, number_transactions

VERSIONS = pytest.mark.parametrize("version", ["1.6", "2.0.1"])


@VERSIONS
def test_a_card_too_long_for_the_version_is_refused_without_a_question(
    version: str, caplog: pytest.LogCaptureFixture
) -> None:
    with world(version) as w, caplog.at_level(logging.ERROR):
        w.boot()
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token="04" + "AB" * 40)
        w.advance(30)
        assert not w.csms.all("Authorize")
        assert not w.energised()
        assert not caplog.records


@pytest.mark.parametrize(
    ("start", "stop", "acts"),
    [
        ("EVConnected", "PowerPathClosed", ("plug", "unplug")),
        ("EVConnected", "Authorized", ("plug", "unplug")),
        ("Authorized", "EVConnected", ("tap", "tap")),
        ("ParkingBayOccupancy", "PowerPathClosed", ("come", "go")),
        ("ParkingBayOccupancy", "EVConnected", ("come", "plug", "unplug", "go")),
    ],
)
def test_a_transaction_that_met_no_stop_point_ends_when_everybody_has_left(
    start: str, stop: str, acts: tuple[str, ...]
) -> None:
    """It was left open, and whoever came next with another card was refused."""
    verbs: dict[str, tuple[str, dict[str, Any]]] = {
        "plug": ("ev.plug_in", {}),
        "unplug": ("ev.plug_out", {}),
        "tap": ("rfid.tap", {"id_token": "04AB"}),
        "come": ("bay.set", {"occupied": True}),
        "go": ("bay.set", {"occupied": False}),
    }
    with world("2.0.1", variables={"TxCtrlr": {"TxStartPoint": start, "TxStopPoint": stop}}) as w:
        w.boot()
        for act in acts:
            verb, args = verbs[act]
            w.bench(verb, **args)
            w.advance(10)
        events = [call.payload["eventType"] for call in w.csms.all("TransactionEvent")]
        assert (events[0], events[-1], events.count("Ended")) == ("Started", "Ended", 1)
        assert w.agent is not None
        assert w.agent.station.evses[1].tx is None
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token="04CD")
        w.advance(20)
        assert w.energised()


@VERSIONS
def test_an_end_under_way_does_not_spin(version: str) -> None:
    """A sample that fell due while the contactor was still to open kept the station busy at one instant."""
    sampled = {"SampledDataCtrlr": {"TxUpdatedInterval": 3, "TxEndedInterval": 3}}
    with world(version, variables=sampled) as w:
        w.boot()
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token="04AB")
        w.advance(30)
        w.bench("contactor.weld")
        w.bench("rfid.tap", id_token="04AB")
        w.advance(20)
        assert w.agent is not None
        assert w.agent.station.evses[1].tx is None


def test_a_fault_that_ended_while_the_guard_was_away_is_over() -> None:
    with world("2.0.1") as w:
        w.boot()
        w.bench("fault.inject", evse=1, code="other_error")
        w.bench("fault.inject", evse=1, code="under_voltage")
        w.advance(5)
        w.guard.kill()
        w.bench("fault.clear", evse=1, code="other_error")
        w.advance(5)
        w.guard.restart()
        w.advance(5)
        assert w.agent is not None
        assert [fault.code.value for fault in w.agent.station.faults.all()] == ["under_voltage"]
        w.bench("fault.clear", evse=1)
        w.advance(5)
        assert w.agent.station.faults.all() == ()
        assert w.csms.last("StatusNotification")["connectorStatus"] == "Available"


@VERSIONS
@pytest.mark.parametrize("trusted", [True, False])
def test_no_time_runs_back_in_a_transaction_across_a_boot(version: str, trusted: bool) -> None:
    """The CSMS was an hour ahead; when it is right again, and the station boots, the transaction goes on."""
    with world(version, trust_system_clock=trusted, variables={"SampledDataCtrlr": {"TxUpdatedInterval": 30}}) as w:
        number_transactions(w.csms)
        honest = w.csms._now
        w.csms._now = lambda: honest() + timedelta(hours=1)
        w.boot()
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token="04AB")
        w.advance(100)
        w.csms._now = honest
        w.cut_power()
        w.advance(10)
        w.restore_power()
        w.advance(100)
        assert w.energised()
        w.bench("rfid.tap", id_token="04AB")
        w.advance(20)
        w.bench("ev.plug_out")
        w.advance(60)
        (entry,) = Books(w.csms.received).check()
        assert entry.times[0] - honest() > timedelta(minutes=50)
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token="04AB")
        w.advance(30)
        began = Books(w.csms.received).check(complete=False)[-1].times[0]
        assert abs(began - honest()) < timedelta(minutes=1), "the next transaction has the right time"


@VERSIONS
def test_an_end_without_a_clock_is_after_what_was_told_before_it(version: str) -> None:
    """The CSMS was an hour ahead; the transaction ends after a power cut, before it tells the right time."""
    options = Options(power_loss=PowerLoss.STOP, idle_sample_ms=60_000)
    with world(version, trust_system_clock=False, options=options) as w:
        number_transactions(w.csms)
        honest = w.csms._now
        w.csms._now = lambda: honest() + timedelta(hours=1)
        w.boot()
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token="04AB")
        w.advance(100)
        w.cut_link()
        w.csms._now = honest
        w.cut_power()
        w.advance(10)
        w.restore_power()
        w.advance(20)
        w.restore_link()
        w.advance(100)
        w.cut_power()
        w.restore_power()
        w.advance(30)
        (entry,) = Books(w.csms.received).check()
        assert entry.reason == "PowerLoss"


@pytest.mark.parametrize("status", ["Pending", "Rejected"])
def test_nothing_leaves_after_a_boot_that_is_no_longer_accepted(status: str) -> None:
    """What waited behind the BootNotification left with its answer, before the core had heard of that."""
    with world("1.6", variables={"SampledDataCtrlr": {"TxUpdatedInterval": 5}}) as w:
        w.boot()
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token="04AB")
        w.advance(20)

        async def slowly(_payload: dict[str, Any]) -> dict[str, Any]:
            await asyncio.sleep(12)
            return {"currentTime": w.csms.time(), "interval": 600, "status": status}

        w.csms.on("BootNotification", slowly)
        w.call("TriggerMessage", requestedMessage="BootNotification")
        w.forget()
        w.advance(60)
        assert [call.action for call in w.heard()] == ["BootNotification"]


@pytest.mark.parametrize("away_s", [0.5, 4, 8])
def test_an_agent_that_comes_back_keeps_to_the_fuse(away_s: float) -> None:
    """It gave the first EVSE that reported what the others still had by their permits of before."""
    fuse_ma = 20_000
    board = (MockEvse(phases=1, tethered=True),) * 3
    with world("2.0.1", evses=board, options=Options(idle_sample_ms=60_000, fuse_ma=fuse_ma)) as w:
        most = 0

        def watch(_event: dict[str, Any]) -> None:
            nonlocal most
            most = max(most, sum(outlet.offer.current_ma() for outlet in w.mock.world.outlets.values()))

        w.mock.watch(watch)
        w.boot()
        for number in (1, 2, 3):
            w.bench("ev.plug_in", evse=number)
            w.bench("rfid.tap", id_token=f"04AB{number:02X}", evses=[number])
            w.advance(20)
        w.bench("ev.set_state", evse=2, state="F")
        w.advance(2)
        w.kill_agent()
        w.advance(away_s)
        w.start_agent()
        w.advance(60)
        assert 10_000 < most <= fuse_ma
        assert w.energised(1)
        assert w.energised(3)


@VERSIONS
def test_power_that_an_agent_before_had_permitted_goes_where_nobody_knows_the_transaction(version: str) -> None:
    """It flowed on to the end of the lease, and the ramp after that."""
    with world(version) as w:
        w.boot()
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token="04AB")
        w.advance(30)
        assert w.energised()
        w.kill_agent()
        w.disk.kill()
        w.disk.corrupt()
        w.disk.boot()
        w.start_agent()
        w.advance(1)
        assert not w.energised()
        w.bench("rfid.tap", id_token="04AB")
        w.advance(20)
        assert w.energised()
