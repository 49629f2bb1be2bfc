"""Field pains 16 and 26: a backend that is slow or away, and what remote starts take for granted."""

from __future__ import annotations

from typing import Any

import pytest

from agent.demo.csms import CallRefused
from hal.mock.topology import MockEvse
from tests.rig.world import World
from tests.scenarios.pains.driver import (
    CARD,
    OTHER_CARD,
    VERSIONS,
    Payload,
    booked,
    network,
    remote_start,
    starts,
    station,
    stop,
)

TWO = (MockEvse(phases=1, tethered=True), MockEvse(phases=1, tethered=True))
TIMEOUT_S = 8
DEADLINE = {"AgentCtrlr": {"AuthorizeTimeout": TIMEOUT_S}}
CACHED: dict[str, Any] = {
    "AuthCtrlr": {"LocalAuthorizeOffline": True, "LocalPreAuthorize": False},
    "AuthCacheCtrlr": {"Enabled": True},
}


def _wait_for_energy(w: World, seconds: float) -> float:
    """How long it takes until energy flows, from now."""
    begin = w.loop.time()
    w.until(w.energised, seconds, "energy")
    return w.loop.time() - begin


def _remember_the_card(w: World) -> None:
    w.bench("ev.plug_in")
    w.bench("rfid.tap", id_token=CARD)
    _wait_for_energy(w, 20)
    stop(w)
    w.bench("ev.plug_out")
    w.advance(5)


@VERSIONS
def test_pain_16_a_backend_that_does_not_answer_is_not_waited_for_for_ever(version: str) -> None:
    with station(version, variables={**DEADLINE, **CACHED}) as w:
        _remember_the_card(w)
        w.csms.silence("Authorize")
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token=CARD)
        assert TIMEOUT_S - 1 <= _wait_for_energy(w, 30) <= TIMEOUT_S + 5


@VERSIONS
def test_pain_16_offline_is_known_at_once(version: str) -> None:
    with station(version, variables=CACHED) as w:
        _remember_the_card(w)
        network(w, up=False)
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token=CARD)
        assert _wait_for_energy(w, 10) < 4  # the car itself takes a second or two


@VERSIONS
def test_pain_16_the_link_breaks_while_the_backend_thinks(version: str) -> None:
    with station(version, variables=CACHED) as w:
        _remember_the_card(w)
        w.csms.silence("Authorize")
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token=CARD)
        w.advance(2)
        assert not w.energised()
        w.cut_link()
        assert _wait_for_energy(w, 10) < 5


@VERSIONS
def test_pain_16_a_known_card_need_not_ask_where_the_operator_says_so(version: str) -> None:
    variables = {**CACHED, "AuthCtrlr": {"LocalPreAuthorize": True}}
    with station(version, variables=variables) as w:
        _remember_the_card(w)
        w.csms.silence("Authorize")
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token=CARD)
        assert _wait_for_energy(w, 10) < 4


@pytest.mark.parametrize("what", ["silence", "offline"])
@VERSIONS
def test_pain_16_an_unknown_card_is_the_operators_choice(version: str, what: str) -> None:
    for allowed in (True, False):
        variables = {**DEADLINE, "AuthCtrlr": {"OfflineTxForUnknownIdEnabled": allowed}}
        with station(version, variables=variables) as w:
            if what == "silence":
                w.csms.silence("Authorize")
            else:
                network(w, up=False)
            w.bench("ev.plug_in")
            w.bench("rfid.tap", id_token=OTHER_CARD)
            w.advance(TIMEOUT_S + 10)
            assert w.energised() is allowed


@VERSIONS
def test_pain_16_energy_for_everybody(version: str) -> None:
    """AuthEnabled off: plugging in is enough, with a backend or without."""
    with station(version, variables={"AuthCtrlr": {"Enabled": False}}) as w:
        for up in (True, False):
            network(w, up=up)
            w.bench("ev.plug_in")
            _wait_for_energy(w, 10)
            w.advance(60)
            w.bench("ev.plug_out")
            w.advance(10)
        network(w, up=True)
        w.advance(60)
        assert len(booked(w)) == 2
        assert not w.csms.all("Authorize")


@VERSIONS
def test_pain_26_a_remote_start_without_a_place_takes_the_plugged_one(version: str) -> None:
    with station(version, evses=TWO) as w:
        w.bench("ev.plug_in", evse=2)
        w.advance(5)
        assert remote_start(w)["status"] == "Accepted"
        w.until(lambda: w.energised(2), 20, "energy at the second")
        assert not w.energised(1)


@VERSIONS
def test_pain_26_a_remote_start_without_a_place_takes_the_only_one(version: str) -> None:
    with station(version) as w:
        assert remote_start(w)["status"] == "Accepted"
        w.advance(5)
        w.bench("ev.plug_in")
        w.until(w.energised, 20, "energy")


@VERSIONS
def test_pain_26_no_place_is_refused_where_all_are_taken(version: str) -> None:
    with station(version) as w:
        assert remote_start(w)["status"] == "Accepted"
        w.bench("ev.plug_in")
        w.until(w.energised, 20, "energy")
        assert remote_start(w, OTHER_CARD)["status"] == "Rejected"


@pytest.mark.parametrize("place", [0, 3, 99])
@VERSIONS
def test_pain_26_a_place_that_does_not_exist_is_refused(version: str, place: int) -> None:
    with station(version, evses=TWO) as w:
        w.bench("ev.plug_in", evse=1)
        w.advance(5)
        try:
            answer: Payload = remote_start(w, evse=place)
        except CallRefused as refused:  # 2.0.1: evseId is greater than 0 by F01.FR.22
            answer = {"status": "Rejected", "code": refused.code}
        assert answer["status"] == "Rejected"
        w.advance(10)
        assert not w.energised(1)


@pytest.mark.parametrize("card", ["virtual-key_+#1", "x", "ABCDEFGHIJKLMNOPQRST", "0"])
@VERSIONS
def test_pain_26_an_identifier_is_any_text(version: str, card: str) -> None:
    with station(version) as w:
        w.bench("ev.plug_in")
        assert remote_start(w, card)["status"] == "Accepted"
        w.until(w.energised, 20, "energy")
        w.advance(5)
        (entry,) = booked(w, complete=False)
        assert entry.token == card
        w.bench("rfid.tap", id_token=card.swapcase())  # the same: case does not count
        w.until(lambda: not w.energised(), 20, "the end")


@VERSIONS
def test_pain_26_an_identifier_that_is_too_long_is_a_fault_of_the_call(version: str) -> None:
    longest = 20 if version == "1.6" else 255
    token: object = "x" * (longest + 1)
    with station(version) as w:
        action = "RemoteStartTransaction" if version == "1.6" else "RequestStartTransaction"
        payload: Payload = {"idTag": token}
        if version != "1.6":
            payload = {"idToken": {"idToken": token, "type": "Central"}, "remoteStartId": 1}
        w.raw([2, "long", action, payload])
        w.advance(2)
        (answer,) = w.answers("long")
        assert answer[0] == 4
        assert answer[2] in {"PropertyConstraintViolation", "TypeConstraintViolation"}
        assert not starts(w)
