"""Official cases of OCPP 2.0.1, block C: tokens of one group, and the master pass (C09, C16)."""

from __future__ import annotations

import pytest

from tests.conformance.boot201 import SUPPLY, TWO
from tests.conformance.states201 import (
    GROUP,
    TOKEN,
    TOKEN_2,
    TRANSACTION_S,
    Payload,
    Scene,
    World,
    configure,
    ready,
    token_wire,
    world,
)

CACHE: dict[str, object] = {
    "AuthCacheCtrlr.Enabled": True,
    "AuthCtrlr.LocalPreAuthorize": True,
    "AuthCacheCtrlr.DisablePostAuthorize": False,
}
MASTER = "04FFFFFF"  # <Configured masterpass_idtoken>
MASTER_GROUP = "MASTERS"  # <Configured MasterPassGroupId>
WAIT_S = 30


def _info(status: str, group: str) -> Payload:
    return {"idTokenInfo": {"status": status, "groupIdToken": {"idToken": group, "type": "Central"}}}


def _tap(w: World, token: str, *evses: int) -> None:
    w.bench("rfid.tap", id_token=token, type="ISO14443", evses=list(evses) or [1])


def _answer_master(w: World) -> None:
    w.csms.on("Authorize", _info("Accepted", MASTER_GROUP))
    w.csms.on("TransactionEvent", lambda payload: _info("Accepted", MASTER_GROUP) if "idToken" in payload else {})


def _left(s: Scene) -> None:
    """The states after StopAuthorized, to the end."""
    s.authorized_now, s.state = False, "StopAuthorized"
    s.ev_connected_post_session()
    s.ev_disconnected()
    s.parking_bay_unoccupied()


@pytest.mark.case("2.0.1", "TC_C_39_CS")
@pytest.mark.parametrize("point", ["PowerPathClosed", "EVConnected", "Authorized", "ParkingBayOccupancy"])
def test_tc_c_39_cs(point: str) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"TxCtrlr.TxStartPoint": point})
        s = Scene(w)
        s.ev_connected_pre_session()
        told = s.authorized(remote=False, group=GROUP)
        assert told is not None
        assert told["eventType"] == ("Updated" if point in {"EVConnected", "ParkingBayOccupancy"} else "Started")
        s.energy_transfer_started()
        w.advance(TRANSACTION_S)
        _tap(w, TOKEN_2)
        w.expect("Authorize", strict=True, idToken=token_wire(TOKEN_2))
        stopped = s.tell(s.event("Ended", "StopAuthorized"))
        assert stopped["idToken"] == token_wire(TOKEN_2)
        _left(s)


@pytest.mark.case("2.0.1", "TC_C_41_CS")
def test_tc_c_41_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, CACHE)
        s = Scene(w)
        s.id_token_cached(group=GROUP)
        s.token = TOKEN_2
        s.id_token_cached(group=GROUP)
        s.token, s.cached = TOKEN, True
        s.ev_connected_pre_session()
        assert s.authorized(remote=False, group=GROUP) is not None
        s.energy_transfer_started()
        w.advance(TRANSACTION_S)
        _tap(w, TOKEN_2)
        stopped = s.tell(s.event("Ended", "StopAuthorized", transactionInfo__stoppedReason="Local"))
        assert stopped["idToken"] == token_wire(TOKEN_2)
        _left(s)


@pytest.mark.case("2.0.1", "TC_C_42_CS")
def test_tc_c_42_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        s = Scene(w)
        s.ev_connected_pre_session()
        assert s.authorized(remote=False, group=GROUP) is not None
        s.energy_transfer_started()
        _not_stopped(w, s)


def _not_stopped(w: World, s: Scene) -> None:
    """An invalid token of the group is asked about and stops nothing (C09.FR.05)."""
    w.advance(TRANSACTION_S)
    w.csms.on("Authorize", _info("Invalid", GROUP))
    _tap(w, TOKEN_2)
    w.expect("Authorize", strict=True, idToken=token_wire(TOKEN_2))
    w.expect_none("TransactionEvent", WAIT_S)
    assert s.running
    assert w.energised()


@pytest.mark.case("2.0.1", "TC_C_44_CS")
def test_tc_c_44_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, CACHE)
        s = Scene(w)
        s.id_token_cached(group=GROUP)
        s.parking_bay_occupied()
        w.csms.on("Authorize", _info("Invalid", GROUP))
        _tap(w, TOKEN_2)
        w.expect("Authorize", strict=True, idToken=token_wire(TOKEN_2))
        w.advance(5)
        s.cached = True
        s.ev_connected_pre_session()
        assert s.authorized(remote=False, group=GROUP) is not None
        s.energy_transfer_started()
        _not_stopped(w, s)


@pytest.mark.case("2.0.1", "TC_C_45_CS")
@pytest.mark.parametrize("point", ["Authorized", "PowerPathClosed"])
def test_tc_c_45_cs(point: str) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"TxCtrlr.TxStartPoint": point, "AuthCtrlr.MasterPassGroupId": MASTER_GROUP})
        s = Scene(w)
        _answer_master(w)
        _tap(w, MASTER)
        w.expect("Authorize", strict=True, idToken=token_wire(MASTER))
        w.advance(5)
        assert not w.heard()
        s.ev_connected_pre_session()
        w.expect_none("TransactionEvent", WAIT_S)
        assert not w.energised()


@pytest.mark.case("2.0.1", "TC_C_49_CS")
def test_tc_c_49_cs() -> None:
    with world("2.0.1", evses=TWO, features=SUPPLY) as w:
        ready(w)
        configure(w, {"AuthCtrlr.MasterPassGroupId": MASTER_GROUP})
        scenes = [Scene(w), Scene(w, evse=2, token=TOKEN_2)]
        for s in scenes:
            s.energy_transfer_started()
        w.advance(TRANSACTION_S)
        w.forget()
        _answer_master(w)
        _tap(w, MASTER, 1, 2)
        w.expect("Authorize", strict=True, idToken=token_wire(MASTER))
        found = w.expect_all(
            *(("TransactionEvent", {"eventType": "Ended", "transactionInfo__transactionId": s.tx}) for s in scenes)
        )
        for s, payload in zip(scenes, found, strict=True):
            s.follow(payload)
            assert payload["transactionInfo"]["stoppedReason"] == "MasterPass"
            assert payload.get("idToken", token_wire(MASTER)) == token_wire(MASTER)
        for s in scenes:
            s.authorized_now, s.state = False, "StopAuthorized"
            s.ev_connected_post_session()
        for s in scenes:
            s.ev_disconnected()
        for s in scenes:
            s.parking_bay_unoccupied()
