"""Field pains 1, 2, 17 and 25: what a power cut, a reset and an odd meter do to a transaction."""

from __future__ import annotations

import pytest

from agent.core.rules import Options, PowerLoss
from tests.scenarios.pains.driver import (
    CARD,
    OFFLINE,
    VERSIONS,
    booked,
    charge,
    ends,
    reason,
    starts,
    station,
    statuses,
    stop,
)

POLICIES = pytest.mark.parametrize("policy", list(PowerLoss))


@POLICIES
@VERSIONS
def test_pain_01_a_power_cut_leaves_no_transaction_without_an_end(version: str, policy: PowerLoss) -> None:
    options = Options(idle_sample_ms=60_000, power_loss=policy)
    with station(version, options=options) as w:
        charge(w, seconds=900)
        flowed_wh = w.evse()["meter"]["energy_wh"]
        w.cut_power()
        w.advance(60)
        w.restore_power()
        w.advance(60)
        if policy is PowerLoss.STOP:
            assert not w.energised()
            assert [reason(call) for call in ends(w)] == ["PowerLoss"]
        else:
            assert w.energised()
            assert not ends(w)
            stop(w)
            assert [reason(call) for call in ends(w)] == ["Local"]
        assert len(starts(w)) == 1
        (entry,) = booked(w)
        assert entry.registers[0] == 0
        assert flowed_wh - 5 <= entry.registers[-1] <= w.evse()["meter"]["energy_wh"]
        # It is not wedged: the same car charges again.
        w.bench("rfid.tap", id_token=CARD)
        w.until(w.energised, 30, "energy")


@VERSIONS
def test_pain_01_a_car_that_left_in_the_dark(version: str) -> None:
    with station(version) as w:
        charge(w, seconds=900)
        w.cut_power()
        w.bench("ev.plug_out")
        w.advance(60)
        w.restore_power()
        w.advance(60)
        (ended,) = ends(w)
        assert reason(ended) == "PowerLoss"
        (entry,) = booked(w)
        assert entry.energy_wh > 0
        assert statuses(w)[-1] == "Available"


@VERSIONS
def test_pain_02_an_offline_start_is_told_before_its_end(version: str) -> None:
    with station(version, variables=OFFLINE) as w:
        w.cut_link()
        charge(w, seconds=120)
        stop(w)
        assert not starts(w)
        w.cut_power()
        w.advance(10)
        w.restore_power()
        w.advance(20)
        w.restore_link()
        w.advance(300)
        assert len(starts(w)) == len(ends(w)) == 1
        (entry,) = booked(w)
        assert entry.energy_wh > 0
        assert reason(ends(w)[0]) == "Local"


@VERSIONS
def test_pain_02_a_start_that_is_not_answered_holds_its_end_back(version: str) -> None:
    action = "StartTransaction" if version == "1.6" else "TransactionEvent"
    with station(version) as w:
        w.csms.silence(action)
        charge(w, seconds=20)
        stop(w)
        w.advance(10)
        assert not ends(w)
        w.csms.accept(action)
        w.advance(300)
        booked(w)


@pytest.mark.parametrize(
    "verb",
    [("meter.jump", {"delta_wh": -5000}), ("meter.jump", {"delta_wh": 500_000}), ("meter.swap", {"energy_wh": 17})],
    ids=["back", "ahead", "another meter"],
)
@VERSIONS
def test_pain_17_the_register_told_runs_neither_backwards_nor_ahead(
    version: str, verb: tuple[str, dict[str, int]]
) -> None:
    name, args = verb
    with station(version, variables={"SampledDataCtrlr": {"TxUpdatedInterval": 30}}) as w:
        w.bench("meter.set", energy_wh=12_000)
        w.advance(120)
        charge(w, seconds=300)
        w.bench(name, **args)
        w.advance(300)
        stop(w)
        (entry,) = booked(w)  # no register runs backwards in it
        assert entry.registers[0] == 12_000
        charged_wh = 600 * 7360 / 3600  # 10 minutes at 32 A on one phase
        assert charged_wh * 0.95 <= entry.energy_wh <= charged_wh * 1.05


@VERSIONS
def test_pain_17_a_meter_that_begins_anew_at_each_boot(version: str) -> None:
    with station(version) as w:
        w.bench("meter.set", energy_wh=80_000)
        w.advance(120)
        charge(w, seconds=900)
        w.cut_power()
        w.bench("meter.set", energy_wh=0)
        w.advance(10)
        w.restore_power()
        w.advance(300)
        stop(w)
        (entry,) = booked(w)
        assert entry.registers[0] == 80_000
        assert 1840 <= entry.energy_wh <= 2600


@VERSIONS
def test_pain_25_another_transaction_without_unplugging(version: str) -> None:
    with station(version) as w:
        charge(w)
        for _ in range(2):
            stop(w)
            w.advance(30)
            w.bench("rfid.tap", id_token=CARD)
            w.until(w.energised, 30, "energy")
            w.advance(30)
        stop(w)
        w.advance(5)
        assert len(booked(w)) == 3
        if version == "1.6":
            told = ["Available", "Preparing", *["Charging", "Finishing", "Preparing"] * 2, "Charging", "Finishing"]
            assert statuses(w) == told
        else:
            assert statuses(w) == ["Available", "Occupied"]


@VERSIONS
def test_pain_25_a_pause_of_the_car_is_not_the_end(version: str) -> None:
    with station(version) as w:
        charge(w)
        w.bench("ev.pause")
        w.advance(minutes=30)
        assert not ends(w)
        w.bench("ev.resume")
        w.until(w.energised, 30, "energy")
        w.advance(30)
        stop(w)
        assert len(booked(w)) == 1


@VERSIONS
def test_pain_25_no_old_transaction_after_a_reset(version: str) -> None:
    with station(version) as w:
        charge(w)
        kind = "Soft" if version == "1.6" else "Immediate"
        assert w.call("Reset", type=kind)["status"] == "Accepted"
        w.expect("BootNotification")
        w.advance(30)
        assert len(ends(w)) == 1
        w.bench("rfid.tap", id_token=CARD)
        w.until(w.energised, 30, "energy")
        w.advance(30)
        stop(w)
        assert len(booked(w)) == 2
