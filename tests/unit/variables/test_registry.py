from __future__ import annotations

import time

import pytest

from agent.secret import Secret
from agent.variables import names
from agent.variables.address import Address
from agent.variables.datatypes import raw_secret
from agent.variables.registry import Registry
from agent.variables.topology import ENERGY, Evse, Outlet, Topology
from agent.variables.vocabulary import (
    AttributeType,
    Author,
    Change,
    Code,
    GetStatus,
    Layer,
    SetResult,
    SetStatus,
)

from .conftest import READABLE

MAX_SET = AttributeType.MAX_SET


def write(
    registry: Registry, address: Address, text: str, attribute: AttributeType = AttributeType.ACTUAL
) -> SetResult:
    result = registry.plan_set(address, text, attribute)
    if result.change is not None:
        registry.apply(result.change)
    return result


# --- reading ----------------------------------------------------------------------------------------------------------


def test_a_value_is_read_whatever_the_spelling(registry: Registry) -> None:
    answer = registry.get(Address("ocppCOMMctrlr", "HEARTBEATinterval"))
    assert (answer.status, answer.value) == (GetStatus.ACCEPTED, "300")


def test_unknown_component(registry: Registry) -> None:
    # TC_B_32_CS; also a component that stands elsewhere, or has no such instance.
    for address in (
        Address("UnknownComponent", "OfflineThreshold"),
        Address("OCPPCommCtrlr", "OfflineThreshold", 1),
        Address("EVSE", "AvailabilityState"),
        Address("EVSE", "AvailabilityState", 3),
        Address("Connector", "AvailabilityState", 2, 2),
        Address("EVSE", "AvailabilityState", 1, component_instance="left"),
    ):
        assert registry.get(address).status is GetStatus.UNKNOWN_COMPONENT
        assert registry.plan_set(address, "1").status is SetStatus.UNKNOWN_COMPONENT


def test_unknown_variable(registry: Registry) -> None:
    # TC_B_33_CS; B06.FR.15: without its instance, MessageTimeout does not exist.
    for address in (Address("OCPPCommCtrlr", "UnknownVariable"), Address("OCPPCommCtrlr", "MessageTimeout")):
        assert registry.get(address).status is GetStatus.UNKNOWN_VARIABLE
        assert registry.plan_set(address, "1").status is SetStatus.UNKNOWN_VARIABLE


def test_an_attribute_that_is_not_supported(registry: Registry) -> None:
    # TC_B_34_CS, TC_B_37_CS
    assert registry.get(names.OFFLINE_THRESHOLD, AttributeType.TARGET).status is GetStatus.NOT_SUPPORTED_ATTRIBUTE_TYPE
    result = registry.plan_set(names.OFFLINE_THRESHOLD, "300", AttributeType.TARGET)
    assert result.status is SetStatus.NOT_SUPPORTED_ATTRIBUTE_TYPE
    assert not result.ok


def test_a_secret_is_not_read(registry: Registry) -> None:
    # B06.FR.09
    assert write(registry, names.BASIC_AUTH, "geheim-geheim-1234").ok
    assert Registry(registry.topology).secret(names.BASIC_AUTH) is None
    answer = registry.get(names.BASIC_AUTH)
    assert (answer.status, answer.value, answer.code) == (GetStatus.REJECTED, "", Code.WRITE_ONLY)
    assert registry.secret(names.BASIC_AUTH) == Secret(b"geheim-geheim-1234")


def test_live_values_come_from_the_core(topology: Topology) -> None:
    state = {names.EVSE_AVAILABILITY_STATE.at(1): "Occupied"}
    registry = Registry(topology)
    assert registry.get(names.EVSE_AVAILABILITY_STATE.at(1)).value == "Unavailable"
    registry.bind(state.get)
    assert registry.get(names.EVSE_AVAILABILITY_STATE.at(1)).value == "Occupied"
    assert registry.layer(names.EVSE_AVAILABILITY_STATE.at(1)) is Layer.LIVE
    assert registry.text(names.EVSE_AVAILABILITY_STATE.at(1)) == "Occupied"
    state[names.EVSE_AVAILABILITY_STATE.at(1)] = "Available"
    assert registry.text(names.EVSE_AVAILABILITY_STATE.at(1)) == "Available"
    assert registry.text(names.EVSE_AVAILABILITY_STATE.at(2)) == "Unavailable"


def test_live_values_are_not_written(registry: Registry) -> None:
    result = registry.plan_set(names.EVSE_AVAILABILITY_STATE.at(1), "Available", who=Author.LOCAL)
    assert (result.status, result.code) == (SetStatus.REJECTED, Code.READ_ONLY)


# --- writing ----------------------------------------------------------------------------------------------------------


def test_planning_changes_nothing_and_applying_does(registry: Registry) -> None:
    # TC_B_09_CS, TC_B_06_CS
    result = registry.plan_set(names.OFFLINE_THRESHOLD, "301")
    assert result.status is SetStatus.ACCEPTED
    assert registry.integer(names.OFFLINE_THRESHOLD) == 60
    assert result.change is not None
    registry.apply(result.change)
    assert registry.integer(names.OFFLINE_THRESHOLD) == 301
    assert registry.get(names.OFFLINE_THRESHOLD).value == "301"
    assert registry.layer(names.OFFLINE_THRESHOLD) is Layer.WRITTEN


@pytest.mark.parametrize("text", ["60.1", "true", "2024-01-01T00:00:00Z", "abc", "-1", ""])
def test_values_of_the_wrong_form_are_rejected(registry: Registry, text: str) -> None:
    # TC_B_11_CS, B05.FR.07, B05.FR.08
    result = registry.plan_set(names.OFFLINE_THRESHOLD, text)
    assert result.status is SetStatus.REJECTED
    assert "OfflineThreshold" in result.reason


def test_read_only_is_rejected(registry: Registry) -> None:
    # TC_B_39_CS
    for who in Author:
        refused = registry.plan_set(names.MESSAGE_TIMEOUT_REPORTED, "20", who=who)
        assert (refused.status, refused.code) == (SetStatus.REJECTED, Code.READ_ONLY)
    assert registry.plan_set(names.PERMIT_LEASE, "20").status is SetStatus.REJECTED
    assert registry.plan_set(names.PERMIT_LEASE, "20", who=Author.LOCAL).status is SetStatus.ACCEPTED
    fixed = registry.plan_set(names.ITEMS_PER_GET_REPORT, "20", who=Author.LOCAL)
    assert (fixed.status, fixed.code) == (SetStatus.REJECTED, Code.READ_ONLY)


def test_the_reported_timeout_shows_the_one_that_is_set(registry: Registry) -> None:
    assert registry.integer(names.MESSAGE_TIMEOUT_REPORTED) == 30
    assert write(registry, names.MESSAGE_TIMEOUT, "12").ok
    assert registry.integer(names.MESSAGE_TIMEOUT_REPORTED) == registry.integer(names.MESSAGE_TIMEOUT) == 12
    assert registry.get(names.MESSAGE_TIMEOUT_REPORTED).value == "12"


def test_only_what_some_meter_reads_can_be_asked_for(registry: Registry) -> None:
    # A list of which one member cannot be read is refused as a whole, never trimmed in silence.
    assert write(registry, names.SAMPLED_TX_UPDATED_MEASURANDS, ",".join(READABLE)).ok
    assert registry.members(names.SAMPLED_TX_UPDATED_MEASURANDS) == READABLE
    refused = registry.plan_set(names.SAMPLED_TX_UPDATED_MEASURANDS, f"{ENERGY},SoC")
    assert refused.status is SetStatus.REJECTED
    assert "SoC" in refused.reason


def test_start_points_are_those_that_the_hardware_sees(registry: Registry) -> None:
    plain = Registry(Topology())
    for points, answer in (
        ("ParkingBayOccupancy", SetStatus.REJECTED),
        ("DataSigned", SetStatus.REJECTED),
        ("Authorized,EVConnected", SetStatus.ACCEPTED),
        ("", SetStatus.REJECTED),
    ):
        assert plain.plan_set(names.TX_START_POINT, points).status is answer
    assert registry.plan_set(names.TX_START_POINT, "ParkingBayOccupancy,DataSigned").ok
    assert not registry.plan_set(names.TX_STOP_POINT, "DataSigned").ok  # 2.6.6.2


@pytest.mark.parametrize(
    ("secret", "ok"),
    [("x" * 15, False), ("x" * 16, True), ("x" * 64, True), ("x" * 65, False), ("with spaces 12345", False)],
)
def test_passwords_are_password_strings(registry: Registry, secret: str, ok: bool) -> None:
    result = registry.plan_set(names.BASIC_AUTH, secret)
    assert result.ok is ok
    assert secret not in repr(result)


def test_a_password_may_be_bytes(registry: Registry) -> None:
    secret = bytes(range(20))
    assert write(registry, names.BASIC_AUTH, raw_secret(secret)).ok
    assert registry.secret(names.BASIC_AUTH) == Secret(secret)


def test_a_lower_security_profile_is_refused(registry: Registry) -> None:
    # A05.FR.10: slot 2 has profile 0, the station runs profile 1.
    assert registry.plan_set(names.NETWORK_CONFIGURATION_PRIORITY, "1").status is SetStatus.ACCEPTED
    refused = registry.plan_set(names.NETWORK_CONFIGURATION_PRIORITY, "1,2")
    assert refused.status is SetStatus.REJECTED
    assert "security profile" in refused.reason


def test_what_needs_a_reboot_says_so_when_it_changes() -> None:
    registry = Registry(Topology(network_profiles={1: 1, 2: 1}))
    assert registry.plan_set(names.NETWORK_CONFIGURATION_PRIORITY, "1").status is SetStatus.ACCEPTED
    result = write(registry, names.NETWORK_CONFIGURATION_PRIORITY, "2,1")
    assert result.status is SetStatus.REBOOT_REQUIRED
    assert result.ok
    assert registry.members(names.NETWORK_CONFIGURATION_PRIORITY) == ("2", "1")
    assert registry.plan_reset(names.NETWORK_CONFIGURATION_PRIORITY).status is SetStatus.REBOOT_REQUIRED


def test_rules_between_variables(registry: Registry) -> None:
    least = registry.plan_set(names.METER_CHECKPOINT_INTERVAL, "301", who=Author.LOCAL)
    most = registry.plan_set(names.METER_CHECKPOINT_MAXIMUM, "29", who=Author.LOCAL)
    assert (least.code, most.code) == (Code.VALUE_TOO_HIGH, Code.VALUE_TOO_LOW)


def test_current_limits_stay_below_fuse_and_hardware(registry: Registry) -> None:
    assert registry.milli(names.STATION_CURRENT, MAX_SET) == 40_000
    assert registry.milli(names.EVSE_CURRENT.at(2), MAX_SET) == 13_500
    assert write(registry, names.EVSE_CURRENT.at(2), "13.5", MAX_SET).ok
    assert write(registry, names.EVSE_CURRENT.at(2), "7.25", MAX_SET).ok
    assert registry.milli(names.EVSE_CURRENT.at(2), MAX_SET) == 7_250
    assert registry.plan_set(names.EVSE_CURRENT.at(2), "13.6", MAX_SET).code is Code.VALUE_TOO_HIGH
    assert registry.plan_set(names.EVSE_CURRENT.at(2), "6").code is Code.READ_ONLY  # Actual is measured
    assert registry.milli(names.EVSE_CURRENT.at(2)) == 0


# --- layers -----------------------------------------------------------------------------------------------------------


def test_layers_in_their_order(registry: Registry) -> None:
    address = names.EV_CONNECTION_TIME_OUT
    assert (registry.layer(address), registry.integer(address)) == (Layer.DEFAULT, 120)
    registry.put_file(address, AttributeType.ACTUAL, "90", pinned=False)
    assert (registry.layer(address), registry.integer(address)) == (Layer.FILE, 90)
    write(registry, address, "45")
    assert (registry.layer(address), registry.integer(address)) == (Layer.WRITTEN, 45)
    registry.put_file(address, AttributeType.ACTUAL, "90", pinned=True)
    assert (registry.layer(address), registry.integer(address)) == (Layer.PINNED, 90)
    refused = registry.plan_set(address, "45")
    assert (refused.status, refused.code) == (SetStatus.REJECTED, Code.READ_ONLY)
    assert "pinned" in refused.reason
    fact = Registry(registry.topology, facts={address: "30"})
    assert (fact.layer(address), fact.integer(address)) == (Layer.HARDWARE, 30)
    assert not fact.plan_set(address, "45", who=Author.LOCAL).ok


def test_a_written_value_is_taken_back(registry: Registry) -> None:
    write(registry, names.EV_CONNECTION_TIME_OUT, "45")
    result = registry.plan_reset(names.EV_CONNECTION_TIME_OUT)
    assert result.change is not None
    registry.apply(result.change)
    assert registry.integer(names.EV_CONNECTION_TIME_OUT) == 120
    assert registry.plan_reset(Address("No", "Such")).status is SetStatus.UNKNOWN_COMPONENT
    assert registry.plan_reset(names.TX_START_POINT, MAX_SET).status is SetStatus.NOT_SUPPORTED_ATTRIBUTE_TYPE


def test_a_fact_about_nothing_is_a_mistake_of_the_builder(topology: Topology) -> None:
    with pytest.raises(ValueError, match=r"No\.Such"):
        Registry(topology, facts={Address("No", "Such"): "1"})


def test_restored_writes_that_no_longer_fit_are_given_back(registry: Registry) -> None:
    fitting = Change(names.OFFLINE_THRESHOLD, AttributeType.ACTUAL, "7")
    limit = Change(names.EVSE_CURRENT.at(1), MAX_SET, "10")
    secret = Change(names.BASIC_AUTH, AttributeType.ACTUAL, raw_secret(bytes(16)), secret=True)
    gone = Change(Address("EVSE", "ACCurrent", 9), MAX_SET, "10")
    meter = Change(names.SAMPLED_TX_UPDATED_MEASURANDS, AttributeType.ACTUAL, "SoC")
    no_attribute = Change(names.OFFLINE_THRESHOLD, MAX_SET, "7")
    refused = registry.restore([fitting, limit, secret, gone, meter, no_attribute])
    assert [change for change, _ in refused] == [gone, meter, no_attribute]
    assert all(reason for _, reason in refused)
    assert registry.integer(names.OFFLINE_THRESHOLD) == 7
    assert registry.milli(names.EVSE_CURRENT.at(1), MAX_SET) == 10_000
    assert registry.secret(names.BASIC_AUTH) == Secret(bytes(16))


def test_a_restored_write_may_be_taken_back(registry: Registry) -> None:
    write(registry, names.OFFLINE_THRESHOLD, "7")
    assert registry.restore([Change(names.OFFLINE_THRESHOLD, AttributeType.ACTUAL, None)]) == []
    assert registry.integer(names.OFFLINE_THRESHOLD) == 60


# --- typed access -----------------------------------------------------------------------------------------------------


def test_typed_access_follows_each_change(registry: Registry) -> None:
    assert registry.boolean(names.STOP_TX_ON_INVALID_ID) is True
    assert registry.boolean(names.STOP_TX_ON_INVALID_ID) is True
    write(registry, names.STOP_TX_ON_INVALID_ID, "false")
    assert registry.boolean(names.STOP_TX_ON_INVALID_ID) is False
    assert registry.members(names.TX_START_POINT) == ("PowerPathClosed",)
    write(registry, names.TX_START_POINT, "EVConnected,Authorized")
    assert registry.members(names.TX_START_POINT) == ("EVConnected", "Authorized")
    assert registry.text(names.MASTER_PASS_GROUP_ID) == ""
    write(registry, names.MASTER_PASS_GROUP_ID, "MASTER")
    assert registry.text(names.MASTER_PASS_GROUP_ID) == "MASTER"
    assert registry.integer(names.HEARTBEAT_INTERVAL) == 300
    registry.put_file(names.HEARTBEAT_INTERVAL, AttributeType.ACTUAL, "10", pinned=False)
    assert registry.integer(names.HEARTBEAT_INTERVAL) == 10


def test_the_same_variable_read_as_two_types(registry: Registry) -> None:
    assert registry.text(names.HEARTBEAT_INTERVAL) == "300"
    assert registry.integer(names.HEARTBEAT_INTERVAL) == 300
    assert registry.text(names.HEARTBEAT_INTERVAL) == "300"


def test_a_variable_that_is_absent_needs_a_word_for_it() -> None:
    plain = Registry(Topology())
    assert plain.boolean(names.SAMPLED_SIGN_READINGS, absent=False) is False
    assert plain.boolean(names.SAMPLED_SIGN_READINGS, absent=True) is True
    assert plain.text(names.PUBLIC_KEY_WITH_SIGNED_METER_VALUE, absent="Never") == "Never"
    assert plain.integer(Address("No", "Such"), absent=3) == 3
    assert plain.members(Address("No", "Such"), absent=("a", "b")) == ("a", "b")
    assert plain.members(Address("No", "Such"), absent=()) == ()
    for read in (plain.boolean, plain.integer, plain.text, plain.members):
        with pytest.raises(KeyError):
            read(names.SAMPLED_SIGN_READINGS)
    with pytest.raises(KeyError):
        plain.milli(names.OFFLINE_THRESHOLD, MAX_SET)
    assert plain.layer(names.SAMPLED_SIGN_READINGS) is None
    assert plain.variable(names.SAMPLED_SIGN_READINGS) is None


def test_misuse_by_the_station_itself_is_loud(registry: Registry) -> None:
    with pytest.raises(KeyError):
        registry.apply(Change(names.OFFLINE_THRESHOLD, MAX_SET, "1"))
    with pytest.raises(KeyError):
        registry.put_file(names.OFFLINE_THRESHOLD, MAX_SET, "1", pinned=False)


def test_unlocking_is_for_sockets() -> None:
    # 2.1.12: only fixed cables: read-only and false; also with sockets beside them: a switch.
    fixed = Registry(Topology(evses=(Evse(connectors=(Outlet("cType2"),)), Evse(connectors=(Outlet("cCCS2"),)))))
    assert fixed.boolean(names.UNLOCK_ON_EV_SIDE_DISCONNECT) is False
    assert fixed.plan_set(names.UNLOCK_ON_EV_SIDE_DISCONNECT, "true").code is Code.READ_ONLY
    mixed = Registry(Topology(evses=(Evse(connectors=(Outlet("cType2"), Outlet("sType2"))),)))
    assert mixed.boolean(names.UNLOCK_ON_EV_SIDE_DISCONNECT) is True
    assert mixed.plan_set(names.UNLOCK_ON_EV_SIDE_DISCONNECT, "false").ok


def test_building_a_big_station_is_quick() -> None:
    evses = tuple(Evse(connectors=(Outlet(has_lock=True), Outlet("cCCS2"))) for _ in range(4))
    best = 1.0
    for _ in range(5):
        begin = time.process_time()
        Registry(Topology(evses=evses))
        best = min(best, time.process_time() - begin)
    assert best < 0.020
