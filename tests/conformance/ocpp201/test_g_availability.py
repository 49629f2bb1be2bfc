"""Official cases of OCPP 2.0.1, block G: status of connectors and their availability (G01, G03 to G05)."""

from __future__ import annotations

import pytest

from hal.mock.topology import MockEvse
from tests.conformance.boot201 import TWO, booted, change_availability, every, reset, statuses, unavailable
from tests.conformance.states201 import (
    SOCKET,
    TOKEN,
    TRANSACTION_S,
    Payload,
    Scene,
    World,
    configure,
    ready,
    token_wire,
    world,
)

PAIR = (MockEvse(phases=1, tethered=True, connectors=2), MockEvse(phases=1, tethered=True))  # two outlets, and one
each_stop_point = pytest.mark.parametrize(
    "point", ["Authorized", "PowerPathClosed", "EnergyTransfer", "EVConnected", "ParkingBayOccupancy"]
)


def _silent(w: World, seconds: float = 30) -> None:
    w.advance(seconds)
    assert not w.heard()


@pytest.mark.case("2.0.1", "TC_G_01_CS")
def test_tc_g_01_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        s = Scene(w)
        s.ev_connected_pre_session()


@pytest.mark.case("2.0.1", "TC_G_02_CS")
def test_tc_g_02_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        s = Scene(w)
        s.ev_connected_pre_session()
        w.bench("ev.plug_out")
        s.tell(s.status("Available"))
        _silent(w)


@pytest.mark.case("2.0.1", "TC_G_03_CS")
def test_tc_g_03_cs() -> None:
    with world("2.0.1", evses=PAIR) as w:
        ready(w)
        unavailable(w, 1)
        _silent(w)


@pytest.mark.case("2.0.1", "TC_G_04_CS")
def test_tc_g_04_cs() -> None:
    with world("2.0.1", evses=PAIR) as w:
        ready(w)
        unavailable(w, 1)
        change_availability(w, "Operative", "Accepted", 1)
        statuses(w, {(1, 1): "Available", (1, 2): "Available"})
        _silent(w)


@pytest.mark.case("2.0.1", "TC_G_05_CS")
def test_tc_g_05_cs() -> None:
    with world("2.0.1", evses=PAIR) as w:
        ready(w)
        unavailable(w)
        _silent(w)


@pytest.mark.case("2.0.1", "TC_G_06_CS")
def test_tc_g_06_cs() -> None:
    with world("2.0.1", evses=PAIR) as w:
        ready(w)
        unavailable(w)
        change_availability(w, "Operative", "Accepted")
        statuses(w, every(w, "Available"))
        _silent(w)


@pytest.mark.case("2.0.1", "TC_G_07_CS")
def test_tc_g_07_cs() -> None:
    with world("2.0.1", evses=PAIR) as w:
        ready(w)
        unavailable(w, 1, 2)
        _silent(w)


@pytest.mark.case("2.0.1", "TC_G_08_CS")
def test_tc_g_08_cs() -> None:
    with world("2.0.1", evses=PAIR) as w:
        ready(w)
        unavailable(w, 1, 2)
        change_availability(w, "Operative", "Accepted", 1, 2)
        statuses(w, {(1, 2): "Available"})
        _silent(w)


@pytest.mark.case("2.0.1", "TC_G_09_CS")
def test_tc_g_09_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        change_availability(w, "Operative", "Accepted", 1)
        statuses(w, {(1, 1): "Available"})
        _silent(w)


@pytest.mark.case("2.0.1", "TC_G_10_CS")
def test_tc_g_10_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        unavailable(w, 1)
        change_availability(w, "Inoperative", "Accepted", 1)
        statuses(w, {(1, 1): "Unavailable"})


def _inoperative_while_charging(w: World, point: str, place: tuple[int, ...]) -> Scene:
    """Up to the moment at which the transaction has ended: the connector is then told as Unavailable."""
    ready(w)
    configure(w, {"TxCtrlr.TxStopPoint": point})
    s = Scene(w)
    s.energy_transfer_started()
    change_availability(w, "Inoperative", "Scheduled", *place)
    if not place:
        statuses(w, {(2, 1): "Unavailable"})  # without a transaction: at once
    w.advance(TRANSACTION_S)
    assert not w.heard()
    assert w.energised()
    return s


def _ends_unavailable(w: World, s: Scene) -> None:
    """The driver leaves step by step; after the step that ends the transaction: Unavailable, once."""
    s.stop_authorized()
    if s.running:
        s.ev_connected_post_session()
    if s.running:
        w.bench("ev.plug_out")
        ends = "EVConnected" in s.stops
        rows = [s.event("Ended" if ends else "Updated", "EVCommunicationLost", "Idle")]
        s.told(*rows, s.status("Unavailable" if ends else "Available"))
        s.plugged = False
        if not ends:
            s.state = "EVDisconnected"
            s.parking_bay_unoccupied()
            s.tell(s.status("Unavailable"))
    else:
        s.tell(s.status("Unavailable"))
        w.bench("ev.plug_out")  # what is unavailable does not become available with that
    assert not s.running
    _silent(w)


@pytest.mark.case("2.0.1", "TC_G_11_CS")
@each_stop_point
def test_tc_g_11_cs(point: str) -> None:
    with world("2.0.1", evses=TWO) as w:
        s = _inoperative_while_charging(w, point, (1,))
        _ends_unavailable(w, s)


@pytest.mark.case("2.0.1", "TC_G_12_CS")
def test_tc_g_12_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        change_availability(w, "Operative", "Accepted")
        statuses(w, every(w, "Available"))


@pytest.mark.case("2.0.1", "TC_G_13_CS")
def test_tc_g_13_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        unavailable(w)
        change_availability(w, "Inoperative", "Accepted")
        statuses(w, every(w, "Unavailable"))


@pytest.mark.case("2.0.1", "TC_G_14_CS")
@each_stop_point
def test_tc_g_14_cs(point: str) -> None:
    with world("2.0.1", evses=TWO) as w:
        s = _inoperative_while_charging(w, point, ())
        _ends_unavailable(w, s)


@pytest.mark.case("2.0.1", "TC_G_15_CS")
def test_tc_g_15_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        change_availability(w, "Operative", "Accepted", 1, 1)
        statuses(w, {(1, 1): "Available"})


@pytest.mark.case("2.0.1", "TC_G_16_CS")
def test_tc_g_16_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        unavailable(w, 1, 1)
        change_availability(w, "Inoperative", "Accepted", 1, 1)
        statuses(w, {(1, 1): "Unavailable"})


@pytest.mark.case("2.0.1", "TC_G_17_CS")
@each_stop_point
def test_tc_g_17_cs(point: str) -> None:
    with world("2.0.1", evses=TWO) as w:
        s = _inoperative_while_charging(w, point, (1, 1))
        _ends_unavailable(w, s)


@pytest.mark.case("2.0.1", "TC_G_18_CS")
@pytest.mark.parametrize("how", ["reset", "power"])
def test_tc_g_18_cs(how: str) -> None:
    with world("2.0.1", evses=PAIR) as w:
        ready(w)
        unavailable(w, 1)
        change_availability(w, "Inoperative", "Accepted", 1)
        statuses(w, {(1, 1): "Unavailable", (1, 2): "Unavailable"})
        if how == "reset":
            reset(w, "Immediate", "Accepted")
        else:
            w.cut_power()
            w.advance(5)
            w.restore_power()
        booted(w, {(1, 1): "Unavailable", (1, 2): "Unavailable", (2, 1): "Available"})  # G03.FR.08


@pytest.mark.case("2.0.1", "TC_G_19_CS")
def test_tc_g_19_cs() -> None:
    with world("2.0.1", evses=PAIR) as w:
        ready(w)
        unavailable(w, 1, 2)
        reset(w, "Immediate", "Accepted")
        booted(w, every(w, "Available") | {(1, 2): "Unavailable"})


@pytest.mark.case("2.0.1", "TC_G_21_CS")
def test_tc_g_21_cs() -> None:
    with world("2.0.1", evses=PAIR) as w:
        ready(w)
        unavailable(w)
        reset(w, "Immediate", "Accepted")
        booted(w, every(w, "Unavailable"))  # G04.FR.09


@pytest.mark.case("2.0.1", "TC_G_20_CS")
@pytest.mark.parametrize("start", ["PowerPathClosed", "EVConnected", "Authorized"])
def test_tc_g_20_cs(start: str) -> None:
    with world("2.0.1", evses=(SOCKET,)) as w:
        ready(w)
        configure(w, {"TxCtrlr.TxStartPoint": start})
        w.bench("lock.set", fail_on_lock=True)  # the plug is only halfway in
        s = Scene(w)
        s.ev_connected_pre_session()
        w.bench("rfid.tap", id_token=TOKEN)
        w.expect("Authorize", idToken=token_wire())
        (event,) = w.expect("NotifyEvent")["eventData"]
        assert event["trigger"] == "Delta"
        assert event["actualValue"] == "true"  # G05.FR.02
        assert event["component"]["name"] == "ConnectorPlugRetentionLock"
        assert event["component"]["evse"] == {"id": 1, "connectorId": 1}
        assert event["variable"] == {"name": "Problem"}
        w.advance(60)
        assert not w.energised()
        assert not [c for c in w.csms.all("TransactionEvent") if _charges(c.payload)]  # G05.FR.01
        assert len(w.csms.all("NotifyEvent")) == 1


def _charges(payload: Payload) -> bool:
    return bool(payload["transactionInfo"].get("chargingState") == "Charging")
