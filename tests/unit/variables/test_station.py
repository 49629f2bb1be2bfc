"""Our tables against the facts of OCA's: `required_201.tsv` has one line per referenced variable of 2.0.1.

It follows part 2 edition 3, with part 4 section 8 (back-off and ping are required) and the errata of 2025-01
(ActiveNetworkProfile and the connector's AvailabilityState are required).
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from agent.variables import names
from agent.variables.address import Address
from agent.variables.definition import Scope
from agent.variables.registry import Registry
from agent.variables.tables.station import DEFINITIONS
from agent.variables.topology import Evse, Feature, Topology
from agent.variables.vocabulary import DataType, Mutability

with (Path(__file__).parent / "required_201.tsv").open(encoding="utf-8") as _file:
    ROWS = list(csv.DictReader(_file, delimiter="\t"))
ALWAYS = [row for row in ROWS if row["required"] == "yes" and not row["feature"]]
BLOCKS = [row for row in ROWS if row["required"] == "yes" and row["feature"]]


def addresses(row: dict[str, str], topology: Topology) -> list[Address]:
    station = Address(row["component"], row["variable"], variable_instance=row["instance"])
    if row["component"] == "EVSE":
        return [station.at(evse) for evse in range(1, len(topology.evses) + 1)]
    if row["component"] == "Connector":
        return [station.at(*place) for place in topology.places()]
    return [station]


@pytest.mark.parametrize("row", ALWAYS, ids=lambda row: f"{row['component']}.{row['variable']}[{row['instance']}]")
def test_every_required_variable_exists_everywhere(row: dict[str, str], registry: Registry) -> None:
    # TC_B_53_CS
    for address in addresses(row, registry.topology):
        assert registry.has(address)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['component']}.{row['variable']}[{row['instance']}]")
def test_types_units_and_mutability_are_those_of_the_specification(row: dict[str, str], registry: Registry) -> None:
    for address in addresses(row, registry.topology):
        variable = registry.variable(address)
        if variable is not None:
            assert variable.definition.type.lower() == row["type"].lower()
            assert variable.definition.unit == row["unit"]
            assert variable.mutability(variable.cells[0]) in row["mutability"].split("|")


def test_the_list_of_facts_is_whole() -> None:
    assert len(ROWS) == 151
    assert len(ALWAYS) == 54


@pytest.mark.parametrize("row", BLOCKS, ids=lambda row: f"{row['component']}.{row['variable']}[{row['instance']}]")
def test_an_absent_block_says_no_and_brings_nothing(row: dict[str, str], registry: Registry) -> None:
    # Part 2, "Referenced Components and Variables", 2: required only with its functional block.
    assert not registry.topology.has(Feature(row["feature"]))
    assert not any(registry.has(address) for address in addresses(row, registry.topology))


@pytest.mark.parametrize(
    ("component", "instance", "feature"),
    [
        ("LocalAuthListCtrlr", "", Feature.LOCAL_LIST),
        ("ReservationCtrlr", "", Feature.RESERVATION),
        ("SmartChargingCtrlr", "", Feature.SMART_CHARGING),
        ("MonitoringCtrlr", "", Feature.MONITORING),
        ("DisplayMessageCtrlr", "", Feature.DISPLAY),
        ("TariffCostCtrlr", "Tariff", Feature.TARIFF),
        ("TariffCostCtrlr", "Cost", Feature.COST),
    ],
)
def test_a_block_tells_whether_it_is_there(component: str, instance: str, feature: Feature) -> None:
    address = Address(component, "Available", variable_instance=instance)
    assert Registry(Topology()).boolean(address) is False
    assert Registry(Topology(features=frozenset({feature}))).boolean(address) is True


def test_every_name_of_the_core_exists(registry: Registry) -> None:
    places = [(0, 0), (1, 0), (1, 1)]
    named = [address for address in vars(names).values() if isinstance(address, Address)]
    assert len(named) > 80
    for address in named:
        assert any(registry.has(address.at(*place)) for place in places), str(address)


def test_rows_are_well_formed() -> None:
    seen = set()
    for row in DEFINITIONS:
        identity = (row.component, row.variable, row.instance)
        assert identity not in seen
        seen.add(identity)
        assert len(row.component) <= 50
        assert len(row.variable) <= 50
        assert len(row.unit) <= 16
        assert row.doc.endswith(".")
        assert not (row.live and row.mutability is not Mutability.READ_ONLY)
        assert row.abnormal <= (row.type is DataType.BOOLEAN)
        assert row.scope in Scope


def test_every_default_is_a_value_of_its_variable(registry: Registry) -> None:
    for variable in registry.variables():
        for cell in variable.cells:
            unset = cell.live or variable.definition.secret or variable.definition.type is DataType.STRING
            text = registry.value(variable, cell)[1]
            if text or not unset:
                checked = variable.check(text)
                assert checked == text, f"{variable.address}: {text!r}"


def test_connectors_with_a_lock_have_its_component(registry: Registry) -> None:
    assert registry.has(names.LOCK_ACTIVE.at(1, 1))
    assert not registry.has(names.LOCK_ACTIVE.at(1, 2))
    assert not registry.has(names.LOCK_PROBLEM.at(2, 1))


def test_direct_current_has_no_phases_and_no_alternating_current() -> None:
    registry = Registry(Topology(evses=(Evse(phases=0, max_power_w=50_000),)))
    assert registry.integer(Address("EVSE", "SupplyPhases", 1)) == 0
    assert not registry.has(names.EVSE_CURRENT.at(1))
    power = registry.variable(names.EVSE_POWER.at(1))
    assert power is not None
    assert power.maximum == 50_000
