"""UnlockConnector in each situation: who may have it, what it does to a transaction, what a lock that fails says."""

from __future__ import annotations

import pytest

from hal.mock.topology import MockEvse
from tests.rig.world import World
from tests.scenarios.pains.driver import CARD, VERSIONS, booked, charge, ends, reason, station, statuses, stop

SOCKET = MockEvse(phases=1, lock=True)
FIXED = MockEvse(phases=1, tethered=True)
KEEPS = {"TxCtrlr": {"StopTxOnEVSideDisconnect": True}}


def _unlock(w: World, evse: int = 1, connector: int = 1) -> str:
    if w.version == "1.6":
        return str(w.call("UnlockConnector", connectorId=evse)["status"])
    return str(w.call("UnlockConnector", evseId=evse, connectorId=connector)["status"])


@VERSIONS
def test_an_empty_socket_is_unlocked(version: str) -> None:
    """5.18, F05: that nothing is plugged in is no reason to refuse."""
    with station(version, evses=(SOCKET,)) as w:
        assert _unlock(w) == "Unlocked"
        w.advance(20)
        assert w.evse()["lock"] == "unlocked"
        assert not ends(w)


@VERSIONS
def test_a_cable_that_waits_before_anybody_is_authorized(version: str) -> None:
    with station(version, evses=(SOCKET,)) as w:
        w.bench("ev.plug_in")
        w.advance(5)
        assert _unlock(w) == "Unlocked"
        w.advance(5)
        assert w.evse()["lock"] == "unlocked"
        # It takes nothing away from the driver, who charges now.
        w.bench("rfid.tap", id_token=CARD)
        w.until(w.energised, 30, "energy")
        assert w.evse()["lock"] == "locked"


def test_in_1_6_it_ends_the_transaction_first() -> None:
    """5.18: the transaction is stopped, and only then is the connector unlocked."""
    with station("1.6", evses=(SOCKET,)) as w:
        charge(w)
        moments: dict[str, float] = {}

        def watch(event: dict[str, object]) -> None:
            moments.setdefault(f"{event['event']} {event.get('state')}", w.loop.time())

        leave = w.mock.watch(watch)
        assert _unlock(w) == "Unlocked"
        w.advance(10)
        leave()
        assert moments["contactor open"] <= moments["lock unlocked"]
        assert [reason(call) for call in ends(w)] == ["UnlockCommand"]
        assert statuses(w)[-1] == "Finishing"
        w.bench("ev.plug_out")
        w.advance(5)
        assert statuses(w)[-1] == "Available"
        booked(w)


def test_in_2_0_1_it_is_refused_while_somebody_is_authorized() -> None:
    """F05.FR.02."""
    with station("2.0.1", evses=(SOCKET,)) as w:
        charge(w)
        assert _unlock(w) == "OngoingAuthorizedTransaction"
        w.advance(20)
        assert w.energised()
        assert w.evse()["lock"] == "locked"
        assert not ends(w)
        stop(w)
        assert _unlock(w) == "Unlocked"


@VERSIONS
def test_a_lock_that_does_not_open(version: str) -> None:
    """The answer comes when the motor has given up, the fault is told, and its end too."""
    with station(version, evses=(SOCKET,)) as w:
        charge(w)
        w.bench("lock.set", fail_on_unlock=True)
        if version == "1.6":
            assert _unlock(w) == "UnlockFailed"
        else:
            stop(w)
            assert _unlock(w) == "UnlockFailed"
        w.advance(10)
        assert not w.energised()
        assert len(ends(w)) == 1
        if version == "1.6":
            told = w.csms.last("StatusNotification")
            assert told["errorCode"] == "ConnectorLockFailure"
        else:
            assert any(row["actualValue"] == "true" for row in w.csms.last("NotifyEvent")["eventData"])
        w.bench("lock.set", fail_on_unlock=False)
        assert _unlock(w) == "Unlocked"
        w.bench("ev.plug_out")
        w.advance(20)
        assert statuses(w)[-1] == "Available"
        booked(w)


@VERSIONS
def test_a_cable_that_is_fixed_to_the_station(version: str) -> None:
    """1.6: NotSupported. 2.0.1: a connector without a lock has nothing to unlock, which is no success."""
    with station(version, evses=(FIXED,)) as w:
        charge(w)
        answer = _unlock(w)
        assert answer in {"NotSupported", "UnlockFailed"}
        assert answer == ("NotSupported" if version == "1.6" else "UnlockFailed")
        w.advance(20)
        assert w.energised(), "what cannot be unlocked is not stopped for it"
        assert not ends(w)


@pytest.mark.parametrize("place", [(0, 1), (3, 1), (1, 2)], ids=["station", "unknown", "unknown connector"])
@VERSIONS
def test_a_place_that_does_not_exist(version: str, place: tuple[int, int]) -> None:
    evse, connector = place
    if version == "1.6":
        evse = evse if evse != 1 else 2
    with station(version, evses=(SOCKET,)) as w:
        wanted = "NotSupported" if version == "1.6" else "UnknownConnector"
        assert _unlock(w, evse, connector) == wanted


@VERSIONS
def test_several_requests_at_once_are_all_answered(version: str) -> None:
    with station(version, evses=(SOCKET,)) as w:
        charge(w)
        stop(w)
        payload = {"connectorId": 1} if version == "1.6" else {"evseId": 1, "connectorId": 1}
        for number in range(5):
            w.raw([2, f"u{number}", "UnlockConnector", payload])
        w.advance(20)
        for number in range(5):
            (answer,) = w.answers(f"u{number}")
            assert answer[0] == 3
            assert answer[2]["status"] == "Unlocked"
