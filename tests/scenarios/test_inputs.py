"""Inputs of the station besides cards and cables: limits from outside, a stop button, temperatures."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hal.mock.topology import MockEvse
from tests.rig.world import World, world


@pytest.fixture(params=["1.6", "2.0.1"])
def version(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def charging(version: str) -> Iterator[World]:
    """Two EVSEs of one phase each, the first of which charges at 32 A."""
    with world(version, evses=(MockEvse(phases=1), MockEvse(phases=1))) as w:
        w.boot()
        w.bench("ev.plug_in", evse=1)
        w.bench("rfid.tap", id_token="04AB", evses=[1])
        w.advance(30)
        assert offered_ma(w) == 32_000
        yield w


def offered_ma(w: World, evse: int = 1) -> int:
    assert w.agent is not None
    report = w.agent.station.evses[evse].report
    return report.offered_ma if report is not None else 0


@pytest.mark.parametrize(
    ("evse", "limit", "expected_ma"),
    [
        (None, {"current_a": 10}, 10_000),
        (1, {"current_a": 10}, 10_000),
        (None, {"power_w": 11_040}, 16_000),  # of three phases
        (1, {"power_w": 3_680}, 16_000),  # of one
    ],
)
def test_a_limit_from_outside_holds_until_it_ends(
    charging: World, evse: int | None, limit: dict[str, int], expected_ma: int
) -> None:
    charging.bench("external_limit.set", evse=evse, **limit)
    charging.advance(1)
    assert offered_ma(charging) == expected_ma
    charging.bench("external_limit.set", evse=evse)
    charging.advance(10)
    assert offered_ma(charging) == 32_000


def test_both_amperes_and_watts_hold(charging: World) -> None:
    charging.bench("external_limit.set", evse=1, current_a=20, power_w=1_840)
    charging.advance(1)
    assert offered_ma(charging) == 8_000
    charging.bench("external_limit.set", evse=1, current_a=20)
    charging.advance(10)
    assert offered_ma(charging) == 20_000


@pytest.mark.parametrize("evse", [1, None])
def test_a_limit_whose_lease_ran_out_leaves_a_safe_current(charging: World, evse: int | None) -> None:
    """Field pain 23: with its controller lost a station neither trips the site's breaker nor stops for ever."""
    charging.bench("external_limit.set", evse=evse, current_a=10, lease_s=60)
    charging.advance(50)
    assert offered_ma(charging) == 10_000
    charging.advance(20)
    assert offered_ma(charging) == (6_000 if evse else 12_000)  # for each of two EVSEs
    charging.bench("external_limit.set", evse=evse, current_a=20, lease_s=60)
    charging.advance(10)
    assert offered_ma(charging) == 20_000
    charging.bench("external_limit.set", evse=evse)  # ended, which is not the same as silent
    charging.advance(10)
    assert offered_ma(charging) == 32_000


def test_nothing_is_offered_below_six_amperes_and_the_session_stays(charging: World) -> None:
    w = charging
    w.bench("external_limit.set", current_a=0)
    w.advance(10)
    assert not w.energised()
    assert w.agent is not None
    assert w.agent.station.evses[1].tx is not None
    w.bench("external_limit.set")
    w.advance(10)
    assert w.energised()


def test_a_limit_of_another_evse_is_none_of_this_one(charging: World) -> None:
    charging.bench("external_limit.set", evse=2, current_a=6)
    charging.advance(10)
    assert offered_ma(charging) == 32_000


def test_a_limit_outlives_a_restart_of_the_agent(charging: World) -> None:
    w = charging
    w.bench("external_limit.set", evse=1, current_a=10)
    w.advance(5)
    w.kill_agent()
    w.advance(2)
    w.start_agent()
    w.advance(60)
    assert offered_ma(w) == 10_000


def test_the_stop_button_ends_the_transaction_of_its_evse(charging: World, version: str) -> None:
    w = charging
    w.bench("button.press", evse=2, name="stop")
    w.bench("button.press", evse=1, name="light")
    w.advance(5)
    assert w.energised()
    w.bench("button.press", evse=1, name="stop")
    if version == "1.6":
        w.expect("StopTransaction", reason="Local")
    else:
        ended = w.expect("TransactionEvent", eventType="Ended")
        assert ended["transactionInfo"]["stoppedReason"] == "Local"
        assert ended["triggerReason"] == "StopAuthorized"


def test_a_temperature_is_known(charging: World) -> None:
    charging.bench("temperature.set", evse=1, celsius=41.5)
    charging.advance(1)
    assert charging.agent is not None
    assert charging.agent.hardware.temperatures_dc == {1: 415}
    charging.bench("temperature.set", evse=2, celsius=30)
    charging.kill_agent()
    charging.start_agent()
    charging.advance(5)
    assert charging.agent.hardware.temperatures_dc == {1: 415, 2: 300}
    charging.bench("temperature.set", celsius=20)
    charging.advance(1)
    assert charging.agent.hardware.temperatures_dc == {1: 200, 2: 200}
