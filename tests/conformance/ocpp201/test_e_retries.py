"""Official cases of OCPP 2.0.1, block E: transaction messages that are not accepted (E13)."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from agent.demo.csms import Refuse
from tests.conformance.states201 import (
    CONNECTION_TIMEOUT_S,
    Payload,
    Scene,
    World,
    configure,
    configured,
    ready,
    world,
)

ATTEMPTS = 3
INTERVAL_S = 7


def _waiting_for_an_answer(w: World, answers: Callable[[], Any]) -> tuple[Scene, float]:
    """Authorized, then plugged in; the transaction event of the energy, which comes next, is answered by `answers`.

    Gives the scene and MessageTimeout.
    """
    ready(w)
    configure(
        w,
        {
            "OCPPCommCtrlr.MessageAttempts[TransactionEvent]": ATTEMPTS,
            "OCPPCommCtrlr.MessageAttemptInterval[TransactionEvent]": INTERVAL_S,
            "TxCtrlr.EVConnectionTimeOut": CONNECTION_TIMEOUT_S,
            "SampledDataCtrlr.TxUpdatedInterval": 0,
        },
    )
    timeout_s = float(configured(w, "OCPPCommCtrlr.MessageTimeout[Default]"))
    s = Scene(w)
    s.authorized()
    s.ev_connected_pre_session()
    w.advance(0.2)  # what came so far is answered
    answers()
    return s, timeout_s


def _charging_event(payload: Payload) -> bool:
    return bool(payload["transactionInfo"].get("chargingState") == "Charging")


def _sent(w: World, seconds: float) -> list[float]:
    """When the transaction event of the energy was sent; it is the same one each time, and no other comes."""
    w.advance(seconds)
    calls = [call for call in w.heard() if call.action == "TransactionEvent"]
    w.forget()
    assert all(_charging_event(call.payload) for call in calls), calls
    assert all(call.payload == calls[0].payload for call in calls), calls
    return [call.at for call in calls]


def _spaced(times: list[float], count: int, answered_after_s: float) -> None:
    """So many, the n-th repetition n intervals after the failure of the one before (E13.FR.03)."""
    assert len(times) == count, times
    for number, (before, after) in enumerate(itertools.pairwise(times), 1):
        assert abs(after - before - (answered_after_s + number * INTERVAL_S)) < 1, times


def _long_enough(answered_after_s: float) -> float:
    """All attempts, and one iteration more than there may be."""
    return sum(answered_after_s + number * INTERVAL_S for number in range(1, ATTEMPTS + 2)) + 10


@pytest.mark.case("2.0.1", "TC_E_41_CS")
def test_tc_e_41_cs() -> None:
    with world("2.0.1") as w:
        s, timeout_s = _waiting_for_an_answer(w, lambda: w.csms.silence("TransactionEvent"))
        _spaced(_sent(w, _long_enough(timeout_s)), ATTEMPTS, timeout_s)
        _goes_on_with_the_next(w, s)


def _goes_on_with_the_next(w: World, s: Scene) -> None:
    """E13.FR.04: what failed for good holds nothing back."""
    w.csms.accept("TransactionEvent")
    w.bench("ev.pause")
    told = w.expect("TransactionEvent", strict=True)["transactionInfo"]
    assert (told["transactionId"], told["chargingState"]) == (s.tx, "SuspendedEV")


@pytest.mark.case("2.0.1", "TC_E_42_CS")
def test_tc_e_42_cs() -> None:
    with world("2.0.1") as w:
        _, timeout_s = _waiting_for_an_answer(w, lambda: w.csms.silence("TransactionEvent", 1))
        _spaced(_sent(w, _long_enough(timeout_s)), 2, timeout_s)


def _refusing(w: World, refusals: int | None) -> Callable[[], None]:
    """CALLERROR InternalError to the event of the energy, so many times or for ever."""
    left = itertools.count() if refusals is None else iter(range(refusals))

    def answer(_payload: Payload) -> Payload | Exception:
        return {} if next(left, None) is None else Refuse("InternalError")

    return lambda: w.csms.on("TransactionEvent", answer)


@pytest.mark.case("2.0.1", "TC_E_50_CS")
def test_tc_e_50_cs() -> None:
    with world("2.0.1") as w:
        s, _ = _waiting_for_an_answer(w, _refusing(w, None))
        _spaced(_sent(w, _long_enough(0)), ATTEMPTS, 0)
        _goes_on_with_the_next(w, s)


@pytest.mark.case("2.0.1", "TC_E_51_CS")
def test_tc_e_51_cs() -> None:
    with world("2.0.1") as w:
        _waiting_for_an_answer(w, _refusing(w, 1))
        _spaced(_sent(w, _long_enough(0)), 2, 0)
