"""How long a power cut may last for a transaction to go on, and whether it goes on with energy."""

from __future__ import annotations

import pytest

from tests.conformance.states201 import Scene, configure, ready, world
from tests.rig.world import world as common_world


@pytest.mark.parametrize(("minutes", "limit_s", "goes_on"), [(5, 600, True), (15, 600, False), (1, 0, False)])
def test_a_transaction_outlives_a_cut_within_the_timeout(minutes: int, limit_s: int, goes_on: bool) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"TxCtrlr.ResumptionTimeout": limit_s})
        s = Scene(w)
        s.energy_transfer_started()
        w.cut_power()
        w.advance(minutes=minutes)
        w.restore_power()
        w.expect("BootNotification", within=60)
        w.advance(30)
        ended = [c.payload for c in w.heard() if c.action == "TransactionEvent" and c.payload["eventType"] == "Ended"]
        assert w.energised() is goes_on
        assert [e["transactionInfo"].get("stoppedReason") for e in ended] == ([] if goes_on else ["PowerLoss"])


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_a_pilot_that_says_nothing_yet_does_not_end_it(version: str) -> None:
    """The guard's first report after a cut may come before its pilot circuit has settled."""
    with common_world(version) as w:
        w.boot()
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token="04AB")
        w.advance(60)
        w.cut_power()
        w.bench("cp.short")
        w.advance(5)
        w.restore_power()
        w.expect("BootNotification", within=60)
        w.bench("fault.clear", evse=1, code="pilot_short")
        w.advance(30)
        assert w.energised()
        stop = "StopTransaction" if version == "1.6" else "TransactionEvent"
        assert not [c for c in w.csms.all(stop) if c.payload.get("eventType", "Ended") == "Ended"]


def test_a_long_pause_of_the_car_is_not_taken_for_a_cut() -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"TxCtrlr.ResumptionTimeout": 2 * 3600, "SampledDataCtrlr.TxUpdatedInterval": 0})
        s = Scene(w)
        s.energy_transfer_suspended()
        w.advance(hours=5)
        w.cut_power()
        w.advance(30)
        w.restore_power()
        w.expect("BootNotification", within=60)
        w.advance(30)
        assert not [c for c in w.heard() if c.action == "TransactionEvent" and c.payload["eventType"] == "Ended"]


@pytest.mark.parametrize("energy", [True, False])
def test_energy_after_a_cut_is_a_choice_of_the_operator(energy: bool) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"TxCtrlr.AllowEnergyTransferResumption": energy})
        s = Scene(w)
        s.energy_transfer_started()
        w.cut_power()
        w.advance(60)
        w.restore_power()
        w.expect("BootNotification", within=60)
        w.advance(30)
        assert w.energised() is energy
        states = [c.payload["transactionInfo"]["chargingState"] for c in w.csms.all("TransactionEvent")]
        assert states[-1] == ("Charging" if energy else "SuspendedEVSE")
        w.kill_agent()
        w.advance(3)
        w.start_agent()
        w.expect("BootNotification", within=60)
        w.advance(30)
        assert w.energised() is energy, "a restart of the agent is no new choice"
