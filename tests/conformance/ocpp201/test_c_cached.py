"""Official cases of OCPP 2.0.1, block C: authorization by the cache while online (C12)."""

from __future__ import annotations

import pytest

from tests.conformance.states201 import GROUP, TOKEN_2, Scene, World, configure, ready, token_wire, world

CACHE: dict[str, object] = {
    "AuthCacheCtrlr.Enabled": True,
    "AuthCtrlr.LocalPreAuthorize": True,
    "AuthCacheCtrlr.DisablePostAuthorize": False,
}
WAIT_S = 30


def _tap(w: World, s: Scene) -> None:
    w.bench("rfid.tap", id_token=s.token, type=s.kind, evses=[s.evse])


def _accepted_in_cache(w: World) -> Scene:
    """Memory State IdTokenCached of an accepted token."""
    ready(w)
    configure(w, CACHE)
    s = Scene(w)
    s.id_token_cached()
    s.cached = True
    return s


def _refused_in_cache(w: World, status: str, **more: object) -> Scene:
    """Memory State IdTokenCached of a token that is not accepted."""
    ready(w)
    configure(w, {**CACHE, **{name.replace("__", "."): value for name, value in more.items()}})
    s = Scene(w)
    s.parking_bay_occupied()
    w.csms.on("Authorize", {"idTokenInfo": {"status": status}})
    _tap(w, s)
    w.expect("Authorize", strict=True, idToken=token_wire())
    w.advance(5)
    w.bench("bay.set", evse=s.evse, occupied=False)
    w.advance(5)
    assert not w.heard()
    s.bay = False
    return s


@pytest.mark.case("2.0.1", "TC_C_08_CS")
def test_tc_c_08_cs() -> None:
    with world("2.0.1") as w:
        s = _accepted_in_cache(w)
        s.ev_connected_pre_session()
        s.authorized(remote=False)  # with `cached`: no AuthorizeRequest comes before the transaction event
        s.energy_transfer_started()


def _asked_again(status: str) -> None:
    """What the cache holds as not accepted is asked about again, and refused again (C12.FR.05)."""
    with world("2.0.1") as w:
        s = _refused_in_cache(w, status)
        s.ev_connected_pre_session()
        _tap(w, s)
        w.expect("Authorize", strict=True, idToken=token_wire())
        w.expect_none("TransactionEvent", WAIT_S)
        assert not w.energised()


@pytest.mark.case("2.0.1", "TC_C_09_CS")
def test_tc_c_09_cs() -> None:
    _asked_again("Invalid")


@pytest.mark.case("2.0.1", "TC_C_10_CS")
def test_tc_c_10_cs() -> None:
    _asked_again("Blocked")


@pytest.mark.case("2.0.1", "TC_C_11_CS")
def test_tc_c_11_cs() -> None:
    _asked_again("Expired")


@pytest.mark.case("2.0.1", "TC_C_12_CS")
def test_tc_c_12_cs() -> None:
    with world("2.0.1") as w:
        s = _refused_in_cache(w, "Invalid")
        s.ev_connected_pre_session()
        s.authorized(remote=False)  # asks, and is answered with Accepted
        s.energy_transfer_started()


@pytest.mark.case("2.0.1", "TC_C_13_CS")
@pytest.mark.parametrize("point", ["Authorized", "ParkingBayOccupancy", "EVConnected", "PowerPathClosed"])
def test_tc_c_13_cs(point: str) -> None:
    with world("2.0.1") as w:
        ready(w)
        stops = {"TxCtrlr.TxStopPoint": "ParkingBayOccupancy"} if point == "ParkingBayOccupancy" else {}
        configure(w, {**CACHE, "TxCtrlr.TxStartPoint": point, **stops})
        s = Scene(w)
        s.id_token_cached()
        s.cached = True
        s.parking_bay_occupied()
        told = s.authorized(remote=False)
        expected = {"Authorized": "Started", "ParkingBayOccupancy": "Updated"}.get(point)
        assert (told or {}).get("eventType") == expected
        w.advance(5)
        assert not w.energised()
        s.ev_connected_pre_session()
        s.energy_transfer_started()


@pytest.mark.case("2.0.1", "TC_C_14_CS")
@pytest.mark.parametrize(
    "point", ["Authorized", "PowerPathClosed", "EVConnected", "EnergyTransfer", "ParkingBayOccupancy"]
)
def test_tc_c_14_cs(point: str) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {**CACHE, "AuthCtrlr.MasterPassGroupId": GROUP, "TxCtrlr.TxStopPoint": point})
        info = {"status": "Accepted", "groupIdToken": {"idToken": GROUP, "type": "Central"}}
        w.csms.on("Authorize", {"idTokenInfo": info})
        w.bench("rfid.tap", id_token=TOKEN_2, type="ISO14443")
        w.expect("Authorize", strict=True, idToken=token_wire(TOKEN_2))
        w.advance(5)
        s = Scene(w)
        s.energy_transfer_started()
        w.advance(5)
        w.forget()
        w.bench("rfid.tap", id_token=TOKEN_2, type="ISO14443")
        ends = point in {"Authorized", "PowerPathClosed"}
        told = s.tell(s.event("Ended" if ends else "Updated", "StopAuthorized"))
        assert told["idToken"] == token_wire(TOKEN_2)
        s.authorized_now, s.state = False, "StopAuthorized"
        if point == "EnergyTransfer":
            told = s.tell(s.event("Ended", "ChargingStateChanged", "EVConnected"))
        s.ev_connected_post_session()
        told = s.ev_disconnected() or told
        w.bench("bay.set", occupied=False)
        if s.running:
            told = s.tell(s.event("Ended", "EVDeparted"))
        assert told["eventType"] == "Ended"
        assert told["transactionInfo"]["stoppedReason"] == "MasterPass"


@pytest.mark.case("2.0.1", "TC_C_57_CS")
def test_tc_c_57_cs() -> None:
    with world("2.0.1") as w:
        s = _refused_in_cache(w, "Invalid", AuthCacheCtrlr__DisablePostAuthorize=True)
        s.ev_connected_pre_session()
        w.csms.accept("Authorize")
        _tap(w, s)
        w.advance(1)
        assert w.evse()["indicator"] == "rejected"
        w.advance(WAIT_S)
        assert not w.heard()
        assert not w.energised()
