"""What the simulation has found, each as a small test of its own."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from tests.rig.world import world

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
