"""Field pain 24: statuses in an order that no table allows, told while they are not true, or not told."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import pytest

from agent.demo.csms import CallRefused
from hal.mock.arguments import BenchError
from hal.mock.topology import MockEvse
from tests.rig.world import World
from tests.scenarios.pains.driver import CARD, OTHER_CARD, VERSIONS, charge, remote_start, station, statuses, stop

SOCKET = MockEvse(phases=1, tethered=False)
FIXED_CABLE = MockEvse(phases=1, tethered=True)
STEPS = 30

# OCPP 1.6 §4.9. B8 (Preparing to Unavailable) is not in the table; §5.2 has a change of availability told when it has
# happened, and nothing else can come between.
TABLE: dict[str, set[str]] = {
    "Available": {"Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Reserved", "Unavailable", "Faulted"},
    "Preparing": {"Available", "Charging", "SuspendedEV", "SuspendedEVSE", "Finishing", "Faulted", "Unavailable"},
    "Charging": {"Available", "SuspendedEV", "SuspendedEVSE", "Finishing", "Unavailable", "Faulted"},
    "SuspendedEV": {"Available", "Charging", "SuspendedEVSE", "Finishing", "Unavailable", "Faulted"},
    "SuspendedEVSE": {"Available", "Charging", "SuspendedEV", "Finishing", "Unavailable", "Faulted"},
    "Finishing": {"Available", "Preparing", "Unavailable", "Faulted"},
    "Unavailable": {"Available", "Preparing", "Charging", "SuspendedEV", "SuspendedEVSE", "Faulted"},
}
TABLE["Faulted"] = {*TABLE}


def _operative(w: World, operative: bool) -> None:
    kind = "Operative" if operative else "Inoperative"
    if w.version == "1.6":
        w.call("ChangeAvailability", connectorId=1, type=kind)
    else:
        w.call("ChangeAvailability", operationalStatus=kind, evse={"id": 1, "connectorId": 1})


def _unlock(w: World) -> None:
    if w.version == "1.6":
        w.call("UnlockConnector", connectorId=1)
    else:
        w.call("UnlockConnector", evseId=1, connectorId=1)


ACTIONS: list[Callable[[World], object]] = [
    lambda w: w.bench("ev.plug_in"),
    lambda w: w.bench("ev.plug_in"),
    lambda w: w.bench("ev.plug_out"),
    lambda w: w.bench("ev.plug_out", side="ev"),
    lambda w: w.bench("rfid.tap", id_token=CARD),
    lambda w: w.bench("rfid.tap", id_token=CARD),
    lambda w: w.bench("rfid.tap", id_token=OTHER_CARD),
    lambda w: w.bench("ev.pause"),
    lambda w: w.bench("ev.resume"),
    lambda w: w.bench("fault.inject", evse=1, code="ground_failure"),
    lambda w: w.bench("fault.inject", evse=1, code="over_voltage"),
    lambda w: w.bench("fault.clear", evse=1),
    lambda w: w.bench("fault.clear", evse=1),
    lambda w: _operative(w, False),
    lambda w: _operative(w, True),
    lambda w: _operative(w, True),
    lambda w: remote_start(w, OTHER_CARD, evse=1),
    _unlock,
    lambda w: w.advance(130),  # longer than the connection time-out
]


def _play(w: World, seed: int) -> None:
    chosen = random.Random(seed)
    for _ in range(STEPS):
        action = chosen.choice(ACTIONS)
        try:
            action(w)
        except (BenchError, CallRefused):
            continue  # no car is there, or the like
        w.advance(12)
        told = statuses(w)[-1]
        assert not (w.evse()["plugged"] and told == "Available"), "Available while a car is plugged in"
        assert (told == "Charging") <= w.energised()
        place = next(row for row in w.evse()["connectors"] if row["connector"] == 1)
        if w.version == "1.6":
            assert told == place["status"], "the last status told is the present one"


@pytest.mark.parametrize("evse", [SOCKET, FIXED_CABLE], ids=["socket", "fixed cable"])
@pytest.mark.parametrize("seed", range(12))
@VERSIONS
def test_pain_24_statuses_follow_the_table(version: str, seed: int, evse: MockEvse) -> None:
    with station(version, evses=(evse,)) as w:
        _play(w, seed)
        told = statuses(w)
        if version == "1.6":
            said = [{**c.payload, "timestamp": ""} for c in w.csms.all("StatusNotification")]
            said = [payload for payload in said if payload["connectorId"] == 1]
            assert all(a != b for a, b in itertools.pairwise(said)), f"told twice: {told}"
            wrong = [(a, b) for a, b in itertools.pairwise(told) if a != b and b not in TABLE[a]]
            assert not wrong, told
        else:
            assert set(told) <= {"Available", "Occupied", "Reserved", "Unavailable", "Faulted"}


@VERSIONS
def test_pain_24_a_reset_makes_nothing_unavailable(version: str) -> None:
    with station(version) as w:
        charge(w)
        kind = "Soft" if version == "1.6" else "Immediate"
        assert w.call("Reset", type=kind)["status"] == "Accepted"
        w.expect("BootNotification")
        w.advance(30)
        assert "Unavailable" not in statuses(w)
        after = statuses(w)[statuses(w).index("Preparing" if version == "1.6" else "Occupied") :]
        assert "Available" not in after


def test_pain_24_finishing_is_not_skipped() -> None:
    with station("1.6") as w:
        charge(w)
        stop(w)
        w.bench("ev.plug_out")
        w.advance(5)
        assert statuses(w) == ["Available", "Preparing", "Charging", "Finishing", "Available"]


@VERSIONS
def test_pain_24_what_does_not_last_is_not_told(version: str) -> None:
    """MinimumStatusDuration; a state that is over before it counts leaves no trace, the one that stays is told."""
    variable = [{"component": "ChargingStation", "variable": "MinimumStatusDuration", "value": 10}]
    options = {"ocpp16": {"MinimumStatusDuration": 10}} if version == "1.6" else {"variable": variable}
    with station(version, **options) as w:
        w.bench("ev.plug_in")
        w.advance(5)
        w.bench("ev.plug_out")
        w.advance(60)
        assert statuses(w) == ["Available"]
        w.bench("ev.plug_in")
        w.advance(5)
        assert statuses(w) == ["Available"]
        w.advance(10)
        assert len(statuses(w)) == 2
