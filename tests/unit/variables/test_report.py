from __future__ import annotations

import pytest

from agent.variables import names
from agent.variables.address import Address
from agent.variables.registry import Registry
from agent.variables.report import Entry, entry, report, row, rows
from agent.variables.vocabulary import (
    LIST_TYPES,
    AttributeType,
    DataType,
    Layer,
    Mutability,
    ReportKind,
)

SETTABLE = {Mutability.READ_WRITE, Mutability.WRITE_ONLY}


def shown(registry: Registry, address: Address) -> Entry:
    found = entry(registry, address)
    assert found is not None
    return found


def test_a_full_report_names_every_variable_once_in_a_stable_order(registry: Registry) -> None:
    entries = list(report(registry, ReportKind.FULL))
    assert [item.address for item in entries] == [variable.address for variable in registry.variables()]
    assert len({item.address for item in entries}) == len(entries)
    again = [item.address for item in report(Registry(registry.topology), ReportKind.FULL)]
    assert again == [item.address for item in entries]


def test_a_full_report_is_what_tc_b_53_wants(registry: Registry) -> None:
    for item in report(registry, ReportKind.FULL):
        listed = item.characteristics.values
        if item.characteristics.type in LIST_TYPES:
            assert listed
            assert len(listed) <= 1000
            for attribute in item.attributes:
                assert attribute.value is not None
                assert set(filter(None, attribute.value.split(","))) <= set(listed.split(","))
        else:
            assert listed is None
        for attribute in item.attributes:
            assert (attribute.value is None) == (attribute.mutability is Mutability.WRITE_ONLY)


def test_all_attributes_are_reported_even_without_a_value(registry: Registry) -> None:
    # B07.FR.11
    current = shown(registry, names.EVSE_CURRENT.at(2))
    actual, limit = current.attributes
    assert (actual.type, actual.value, actual.mutability) == (AttributeType.ACTUAL, "", Mutability.READ_ONLY)
    assert (limit.type, limit.value, limit.mutability) == (AttributeType.MAX_SET, "13.5", Mutability.READ_WRITE)
    assert (current.characteristics.unit, current.characteristics.maximum) == ("A", 13.5)


def test_a_configuration_report_has_what_can_be_set_and_nothing_else(registry: Registry) -> None:
    # B07.FR.07, TC_B_12_CS
    entries = list(report(registry, ReportKind.CONFIGURATION))
    for item in entries:
        assert item.attributes
        assert all(attribute.mutability in SETTABLE for attribute in item.attributes)
        assert all(attribute.persistent for attribute in item.attributes)
    named = {item.address for item in entries}
    assert {names.TX_START_POINT, names.BASIC_AUTH, names.EVSE_CURRENT.at(1)} <= named
    assert not {names.MESSAGE_TIMEOUT_REPORTED, names.DATE_TIME, names.EVSE_POWER.at(1)} & named


def test_a_pinned_value_is_no_configuration(registry: Registry) -> None:
    registry.put_file(names.TX_START_POINT, AttributeType.ACTUAL, "Authorized", pinned=True)
    assert names.TX_START_POINT not in {item.address for item in report(registry, ReportKind.CONFIGURATION)}
    attribute = shown(registry, names.TX_START_POINT).attributes[0]
    assert (attribute.mutability, attribute.layer) == (Mutability.READ_ONLY, Layer.PINNED)


def test_a_summary_tells_availability_and_what_is_wrong(registry: Registry) -> None:
    # B07.FR.09
    live = {names.EVSE_PROBLEM.at(2): "true", names.CONNECTOR_AVAILABILITY_STATE.at(2, 1): "Faulted"}
    registry.bind(live.get)
    assert {str(item.address) for item in report(registry, ReportKind.SUMMARY)} == {
        "ChargingStation.AvailabilityState",
        "EVSE:1.AvailabilityState",
        "EVSE:2.AvailabilityState",
        "Connector:1:1.AvailabilityState",
        "Connector:1:2.AvailabilityState",
        "Connector:2:1.AvailabilityState",
        "EVSE:2.Problem",
    }
    values = {str(item.address): item.attributes[0].value for item in report(registry, ReportKind.SUMMARY)}
    assert values["Connector:2:1.AvailabilityState"] == "Faulted"


def test_facts_are_constant_and_live_values_are_not(registry: Registry) -> None:
    assert shown(registry, Address("Connector", "ConnectorType", 1, 2)).attributes[0].constant
    state = shown(registry, names.STATION_AVAILABILITY_STATE).attributes[0]
    assert (state.constant, state.persistent) == (False, False)


def test_characteristics_of_a_list_follow_the_meters(registry: Registry) -> None:
    characteristics = shown(registry, names.ALIGNED_MEASURANDS).characteristics
    assert characteristics.type is DataType.MEMBER_LIST
    assert characteristics.values == ",".join(registry.topology.measurands())
    assert characteristics.maximum == 1000


@pytest.mark.parametrize("kind", list(ReportKind))
def test_rows_that_wait_in_a_queue_are_the_same_report(registry: Registry, kind: ReportKind) -> None:
    waiting = rows(registry, kind)
    assert [row(registry, text) for text in waiting] == list(report(registry, kind))


def test_a_row_shows_the_value_of_the_moment_it_is_sent(registry: Registry) -> None:
    text = str(names.OFFLINE_THRESHOLD)
    change = registry.plan_set(names.OFFLINE_THRESHOLD, "9").change
    assert change is not None
    registry.apply(change)
    item = row(registry, text)
    assert item is not None
    assert item.attributes[0].value == "9"


@pytest.mark.parametrize("text", ["", "No.Such", "OCPPCommCtrlr.OfflineThreshold/MaxSet", "EVSE:9.ACCurrent/MaxSet"])
def test_a_row_of_a_variable_that_is_gone(registry: Registry, text: str) -> None:
    assert row(registry, text) is None
    assert entry(registry, Address("No", "Such")) is None
