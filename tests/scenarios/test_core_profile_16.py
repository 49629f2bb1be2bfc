"""What the Core profile of OCPP 1.6 says beyond the official cases: refused identifiers, cables that wait, the answers
of operations in each situation."""

from __future__ import annotations

from datetime import datetime

import pytest

from hal.mock.topology import MockEvse
from tests.conformance.states16 import (
    FIXED_CABLE,
    SOCKET,
    TAG,
    TAG_2,
    World,
    accept,
    charging,
    configure,
    configured,
    id_tag_cached,
    ready,
    status,
    world,
)

INVALID = {"transactionId": 5, "idTagInfo": {"status": "Invalid"}}


def _refused(w: World, **keys: str | int) -> None:
    """A card that the station accepts is refused in StartTransaction.conf, while the station is online."""
    ready(w)
    configure(w, **keys)
    accept(w)
    w.csms.on("StartTransaction", INVALID)
    w.bench("ev.plug_in")
    status(w, 1, "Preparing")
    w.bench("rfid.tap", id_token=TAG)
    w.expect("Authorize", strict=True)
    w.expect("StartTransaction", strict=True)


def test_a_refused_identifier_ends_the_transaction_and_its_cable_waits_for_the_owner() -> None:
    """Errata 3.17, §3.5.4: until the owner presents the identifier, nobody else's frees the cable."""
    with world("1.6", evses=(SOCKET,)) as w:
        _refused(w, StopTransactionOnInvalidId="true", MaxEnergyOnInvalidId=0)
        w.expect("StopTransaction", reason="DeAuthorized", transactionId=5)
        w.advance(10)
        assert w.evse()["lock"] == "locked"
        w.csms.on("Authorize", {"idTagInfo": {"status": "Invalid"}})
        w.bench("rfid.tap", id_token=TAG_2)
        w.advance(10)
        assert w.evse()["lock"] == "locked"
        w.bench("rfid.tap", id_token=TAG)
        w.advance(10)
        assert w.evse()["lock"] == "unlocked"
        assert len(w.csms.all("StartTransaction")) == 1


def test_a_refused_identifier_gets_the_energy_to_drive_away() -> None:
    with world("1.6") as w:
        _refused(w, StopTransactionOnInvalidId="false", MaxEnergyOnInvalidId=400)
        status(w, 1, "Charging")
        w.expect("StatusNotification", connectorId=1, status="SuspendedEVSE", within=600)
        assert not w.energised()
        w.advance(30)
        answer = w.call("RemoteStopTransaction", transactionId=5)
        assert answer["status"] == "Accepted"
        stopped = w.expect("StopTransaction", reason="Remote")
        started = w.csms.last("StartTransaction")
        assert 400 <= stopped["meterStop"] - started["meterStart"] <= 420


@pytest.mark.parametrize("state", ["Blocked", "Expired", "Invalid", "ConcurrentTx"])
def test_every_refusal_stops_the_energy(state: str) -> None:
    with world("1.6") as w:
        ready(w)
        configure(w, StopTransactionOnInvalidId="false", MaxEnergyOnInvalidId=0)
        accept(w)
        w.csms.on("StartTransaction", {"transactionId": 5, "idTagInfo": {"status": state}})
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token=TAG)
        w.expect("StatusNotification", connectorId=1, status="SuspendedEVSE")
        w.advance(30)
        assert not w.energised()
        assert not w.csms.all("StopTransaction")


def test_a_cable_left_in_the_socket_is_freed_by_its_owner() -> None:
    """§4.10 with both keys false, and the stop at the car with UnlockConnectorOnEVSideDisconnect false."""
    with world("1.6", evses=(SOCKET,)) as w:
        ready(w)
        configure(w, StopTransactionOnEVSideDisconnect="true", UnlockConnectorOnEVSideDisconnect="false")
        accept(w)
        charging(w)
        w.bench("ev.plug_out", side="ev")
        w.expect("StopTransaction", reason="EVDisconnected")
        w.advance(10)
        assert w.evse()["lock"] == "locked"
        w.forget()
        w.bench("rfid.tap", id_token=TAG)
        w.advance(10)
        assert w.evse()["lock"] == "unlocked"
        assert not [call for call in w.heard() if call.action in {"Authorize", "StartTransaction"}]
        w.bench("ev.plug_out")  # the cable comes out too
        status(w, 1, "Available")


@pytest.mark.parametrize("how", ["card", "remote stop"])
@pytest.mark.parametrize("why", ["left at the car", "refused identifier"])
def test_whoever_ends_the_transaction_himself_gets_his_cable_at_once(why: str, how: str) -> None:
    """§4.10: the owner has presented the identifier; §5.12: a remote stop equals a local one and unlocks."""
    with world("1.6", evses=(SOCKET,)) as w:
        if why == "refused identifier":
            _refused(w, StopTransactionOnInvalidId="false", MaxEnergyOnInvalidId=0)
            status(w, 1, "SuspendedEVSE")
            transaction = INVALID["transactionId"]
        else:
            ready(w)
            configure(w, StopTransactionOnEVSideDisconnect="false", UnlockConnectorOnEVSideDisconnect="false")
            accept(w)
            transaction = charging(w)
            w.bench("ev.plug_out", side="ev")
            status(w, 1, "SuspendedEV", info="EV side disconnected")
        assert w.evse()["lock"] == "locked"
        if how == "card":
            w.bench("rfid.tap", id_token=TAG)
        else:
            assert w.call("RemoteStopTransaction", transactionId=transaction)["status"] == "Accepted"
        w.expect("StopTransaction", reason="Local" if how == "card" else "Remote")
        w.advance(5)
        assert w.evse()["lock"] == "unlocked"


def test_a_car_that_leaves_after_the_end_is_no_news() -> None:
    """§4.9: only what ends or suspends a transaction is told to be `EV side disconnected`."""
    with world("1.6", evses=(SOCKET,)) as w:
        ready(w)
        accept(w)
        transaction = charging(w)
        assert w.call("RemoteStopTransaction", transactionId=transaction)["status"] == "Accepted"
        w.expect("StatusNotification", connectorId=1, status="Finishing")
        w.forget()
        w.bench("ev.plug_out", side="ev")
        w.advance(10)
        assert [(c.action, c.payload.get("status")) for c in w.heard()] == [("StopTransaction", None)]
        assert w.evse()["lock"] == "unlocked"


@pytest.mark.parametrize("evse", [SOCKET, FIXED_CABLE], ids=["socket", "fixed cable"])
def test_a_car_that_comes_back_goes_on_charging(evse: object) -> None:
    """§4.10: with StopTransactionOnEVSideDisconnect false energy transfer is allowed again."""
    with world("1.6", evses=(evse,)) as w:
        ready(w)
        configure(w, StopTransactionOnEVSideDisconnect="false", UnlockConnectorOnEVSideDisconnect="false")
        accept(w)
        charging(w)
        w.bench("ev.plug_out", side="ev")
        status(w, 1, "SuspendedEV", info="EV side disconnected")
        assert not w.energised()
        w.advance(20)
        w.bench("ev.plug_in")
        w.expect("StatusNotification", connectorId=1, status="Charging")
        assert w.energised()
        told = [c.payload["status"] for c in w.csms.all("StatusNotification") if c.payload["connectorId"] == 1]
        assert "Preparing" not in told[told.index("Charging") :]
        assert not w.csms.all("StopTransaction")


def _boots_with(w: World, interval_s: int) -> None:
    w.csms.on(
        "BootNotification",
        lambda _payload: {"currentTime": w.csms.time(), "interval": interval_s, "status": "Accepted"},
    )


def test_the_interval_of_the_boot_is_the_heartbeat_interval_that_is_read() -> None:
    """§4.2: the charge point adjusts its heartbeat interval; the key shows the one that holds, after a restart too."""
    with world("1.6") as w:
        _boots_with(w, 41)
        ready(w)
        assert configured(w, "HeartbeatInterval") == "41"
        configure(w, HeartbeatInterval=17)
        assert configured(w, "HeartbeatInterval") == "17"
        _boots_with(w, 0)  # the charge point is free to choose
        w.cut_power()
        w.restore_power()
        w.advance(10)
        assert configured(w, "HeartbeatInterval") == "17"


def test_availability_is_scheduled_while_a_transaction_runs() -> None:
    with world("1.6") as w:
        ready(w)
        accept(w)
        transaction = charging(w)
        answer = w.call("ChangeAvailability", connectorId=1, type="Inoperative")
        assert answer["status"] == "Scheduled"
        w.advance(30)
        assert not w.heard()
        assert w.energised()
        assert w.call("RemoteStopTransaction", transactionId=transaction)["status"] == "Accepted"
        w.expect("StopTransaction", reason="Remote")
        w.advance(5)
        assert w.csms.all("StatusNotification")[-1].payload["status"] == "Unavailable"
        w.bench("rfid.tap", id_token=TAG)
        w.advance(10)
        assert not w.energised()
        again = w.call("ChangeAvailability", connectorId=1, type="Inoperative")
        assert again["status"] == "Accepted"  # the state it is in already


def _statuses(w: World) -> dict[int, str]:
    """What was told since the last look, by connector."""
    w.advance(5)
    heard = [call.payload for call in w.heard() if call.action == "StatusNotification"]
    told = {payload["connectorId"]: payload["status"] for payload in heard}
    w.forget()
    return told


def test_availability_of_the_charge_point_is_that_of_all_its_connectors() -> None:
    """§5.2: a change of connector 0 applies to all; a connector that is operative makes the charge point so (§4.9)."""
    with world("1.6", evses=(SOCKET, SOCKET)) as w:
        ready(w)

        def change(connector: int, kind: str) -> dict[int, str]:
            assert w.call("ChangeAvailability", connectorId=connector, type=kind)["status"] == "Accepted"
            return _statuses(w)

        assert change(0, "Inoperative") == {0: "Unavailable", 1: "Unavailable", 2: "Unavailable"}
        assert change(1, "Operative") == {0: "Available", 1: "Available"}
        assert w.call("RemoteStartTransaction", idTag=TAG, connectorId=2)["status"] == "Rejected"
        assert change(0, "Inoperative") == {0: "Unavailable", 1: "Unavailable"}
        w.cut_power()
        w.restore_power()
        w.advance(10)
        w.forget()
        assert change(0, "Operative") == {0: "Available", 1: "Available", 2: "Available"}
        assert change(0, "Operative") == {}


def test_availability_that_is_scheduled_already_is_scheduled_still() -> None:
    with world("1.6") as w:
        ready(w)
        accept(w)
        transaction = charging(w)
        for _ in range(2):
            assert w.call("ChangeAvailability", connectorId=1, type="Inoperative")["status"] == "Scheduled"
        assert w.call("ChangeAvailability", connectorId=1, type="Operative")["status"] == "Accepted"
        assert w.call("RemoteStopTransaction", transactionId=transaction)["status"] == "Accepted"
        w.bench("ev.plug_out")
        assert _statuses(w)[1] == "Available"


def test_availability_ends_what_was_only_authorized() -> None:
    with world("1.6") as w:
        ready(w)
        accept(w)
        w.bench("rfid.tap", id_token=TAG)
        w.expect("Authorize", strict=True)
        status(w, 1, "Preparing")
        assert w.call("ChangeAvailability", connectorId=0, type="Inoperative")["status"] == "Accepted"
        w.advance(5)
        assert w.csms.all("StatusNotification")[-1].payload["status"] == "Unavailable"
        w.bench("ev.plug_in")
        w.advance(20)
        assert not w.csms.all("StartTransaction")


@pytest.mark.parametrize("connector", [3, 99])
def test_availability_of_a_connector_that_does_not_exist(connector: int) -> None:
    with world("1.6") as w:
        ready(w)
        answer = w.call("ChangeAvailability", connectorId=connector, type="Inoperative")
        assert answer["status"] == "Rejected"


@pytest.mark.parametrize("enabled", ["true", "false"])
def test_the_cache_is_cleared_only_where_there_is_one(enabled: str) -> None:
    """Errata 3.23."""
    with world("1.6") as w:
        ready(w)
        configure(w, AuthorizationCacheEnabled=enabled)
        assert w.call("ClearCache")["status"] == ("Accepted" if enabled == "true" else "Rejected")


def test_unlocking_stops_the_transaction_whatever_its_stop_points_are() -> None:
    """§5.18."""
    with world("1.6", evses=(SOCKET,), variables={"TxCtrlr": {"TxStopPoint": "EVConnected"}}) as w:
        ready(w)
        accept(w)
        transaction = charging(w)
        assert w.call("UnlockConnector", connectorId=1)["status"] == "Unlocked"
        w.expect("StopTransaction", reason="UnlockCommand", transactionId=transaction)


PAIR = MockEvse(connectors=2, phases=1)  # two sockets, one power path


def test_the_neighbour_of_a_connector_in_use_is_unavailable() -> None:
    """The OCA's note on several connectors per EVSE, 4: at most one of them is in use, and the others are told so."""
    with world("1.6", evses=(PAIR,)) as w:
        ready(w)
        accept(w)
        w.bench("rfid.tap", id_token=TAG)
        w.expect("Authorize", strict=True)
        w.expect_all(*(("StatusNotification", {"connectorId": n, "status": "Preparing"}) for n in (1, 2)))
        w.bench("ev.plug_in", connector=2)
        assert _statuses(w) == {1: "Unavailable", 2: "Charging"}
        assert w.csms.all("StartTransaction")[-1].payload["connectorId"] == 2
        assert w.call("RemoteStartTransaction", idTag=TAG_2, connectorId=1)["status"] == "Rejected"
        w.bench("rfid.tap", id_token=TAG)
        assert _statuses(w) == {2: "Finishing"}
        assert w.call("RemoteStartTransaction", idTag=TAG_2, connectorId=1)["status"] == "Rejected"
        w.bench("ev.plug_out")
        assert _statuses(w) == {1: "Available", 2: "Available"}


def test_the_neighbour_of_a_connector_in_use_is_what_is_meant() -> None:
    """§5.17, §5.18: nothing of the transaction next door."""
    with world("1.6", evses=(PAIR,)) as w:
        ready(w)
        accept(w)
        w.bench("ev.plug_in", connector=2)
        assert w.call("RemoteStartTransaction", idTag=TAG, connectorId=2)["status"] == "Accepted"
        assert _statuses(w) == {1: "Unavailable", 2: "Charging"}
        assert w.call("UnlockConnector", connectorId=1)["status"] == "Unlocked"
        w.advance(10)
        assert not w.heard()
        assert w.energised()
        assert w.evse()["lock"] == "locked"
        for connector, fields in ((1, {"connectorId"}), (2, {"connectorId", "transactionId"})):
            assert w.call("TriggerMessage", requestedMessage="MeterValues", connectorId=connector)
            told = w.expect("MeterValues", strict=True, connectorId=connector)
            assert told.keys() == {"meterValue"} | fields


@pytest.mark.parametrize("message", ["StatusNotification", "MeterValues"])
def test_a_trigger_for_a_connector_that_does_not_exist(message: str) -> None:
    with world("1.6") as w:
        ready(w)
        answer = w.call("TriggerMessage", requestedMessage=message, connectorId=2)
        assert answer["status"] == "Rejected"
        w.advance(10)
        assert not w.heard()


def test_a_trigger_without_a_connector_is_for_all_of_them() -> None:
    with world("1.6", evses=(FIXED_CABLE, FIXED_CABLE)) as w:
        ready(w)
        assert w.call("TriggerMessage", requestedMessage="StatusNotification")["status"] == "Accepted"
        w.expect_all(*(("StatusNotification", {"connectorId": n, "status": "Available"}) for n in (0, 1, 2)))
        assert w.call("TriggerMessage", requestedMessage="MeterValues")["status"] == "Accepted"
        w.expect_all(*(("MeterValues", {"connectorId": n}) for n in (1, 2)))


def test_a_stop_carries_what_was_configured_to_be_collected() -> None:
    """Errata 3.14: nothing while both keys are empty; else begin, end and what the interval asks for."""
    with world("1.6") as w:
        ready(w)
        accept(w)
        assert configured(w, "StopTxnSampledData") == ""
        transaction = charging(w)
        assert w.call("RemoteStopTransaction", transactionId=transaction)["status"] == "Accepted"
        assert "transactionData" not in w.expect("StopTransaction")
        w.bench("ev.plug_out")
        w.advance(5)
        w.forget()
        configure(w, StopTxnSampledData="Energy.Active.Import.Register,Voltage", MeterValueSampleInterval=20)
        transaction = charging(w)
        w.advance(50)
        assert w.call("RemoteStopTransaction", transactionId=transaction)["status"] == "Accepted"
        stopped = w.expect("StopTransaction")
        data = stopped["transactionData"]
        contexts = [values["sampledValue"][0]["context"] for values in data]
        assert contexts == ["Transaction.Begin", "Sample.Periodic", "Sample.Periodic", "Transaction.End"]
        assert {row["measurand"] for row in data[1]["sampledValue"]} == {"Energy.Active.Import.Register", "Voltage"}
        times = [datetime.fromisoformat(values["timestamp"]) for values in data]
        assert times == sorted(times)
        registers = [float(values["sampledValue"][0]["value"]) for values in data]
        assert registers[0] == w.csms.last("StartTransaction")["meterStart"]
        assert registers[-1] == stopped["meterStop"]


def test_an_identifier_that_expired_is_not_an_unknown_one() -> None:
    """§3.5.4: what was valid and is apparently expired is refused offline, though unknown ones are allowed."""
    with world("1.6") as w:
        ready(w)
        configure(
            w,
            AuthorizationCacheEnabled="true",
            LocalAuthorizeOffline="true",
            AllowOfflineTxForUnknownId="true",
        )
        soon = "2026-01-01T00:01:00Z"
        w.csms.on("Authorize", {"idTagInfo": {"status": "Accepted", "expiryDate": soon}})
        id_tag_cached(w)
        w.bench("network.set", up=False)
        w.advance(120)
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token=TAG)
        w.advance(20)
        assert not w.energised()
        w.bench("rfid.tap", id_token=TAG_2)
        w.advance(20)
        assert w.energised()


def test_the_stop_answer_updates_the_cache_for_the_card_it_is_about() -> None:
    """§3.5.1: the cache learns from StopTransaction.conf too."""
    with world("1.6") as w:
        ready(w)
        configure(w, AuthorizationCacheEnabled="true", LocalPreAuthorize="true")
        accept(w, parent="FAMILY")
        charging(w)
        w.bench("rfid.tap", id_token=TAG_2)
        w.expect("Authorize", idTag=TAG_2)
        w.csms.on("StopTransaction", {"idTagInfo": {"status": "Blocked"}})
        w.expect("StopTransaction", idTag=TAG_2)
        w.advance(5)
        w.forget()
        w.csms.on("Authorize", {"idTagInfo": {"status": "Blocked"}})
        w.bench("rfid.tap", id_token=TAG_2)
        w.expect("Authorize", strict=True, idTag=TAG_2)  # no longer accepted without a question
        w.advance(10)
        assert not w.energised()


def test_ids_of_transactions_that_are_over_are_forgotten() -> None:
    with world("1.6") as w:
        ready(w)
        accept(w)
        for _ in range(3):
            transaction = charging(w)
            assert w.call("RemoteStopTransaction", transactionId=transaction)["status"] == "Accepted"
            w.expect("StopTransaction", transactionId=transaction)
            w.advance(5)
            w.bench("ev.plug_out")
            w.advance(5)
            w.forget()
        assert w.agent is not None
        assert not w.agent.pump.wire_ids
        assert not list(w.disk.load_kept("WireIdLearned"))
