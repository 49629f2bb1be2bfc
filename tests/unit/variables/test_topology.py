from __future__ import annotations

import json
from importlib.resources import files

from agent.variables.topology import ENERGY, MEASURANDS, Evse, Feature, Outlet, Topology


def test_places_count_connectors_through_all_evses(topology: Topology) -> None:
    assert list(topology.places()) == [(1, 1), (1, 2), (2, 1)]
    assert topology.outlet(1, 2).tethered
    assert not topology.outlet(2, 1).tethered
    assert topology.evse(2).phases == 1


def test_power_follows_from_current_phases_and_voltage() -> None:
    assert Evse(max_current_ma=32_000, phases=3).power_limit_w == 22_080
    assert Evse(max_current_ma=13_500, phases=1).power_limit_w == 3_105
    assert Evse(phases=0, max_power_w=50_000).power_limit_w == 50_000


def test_measurands_are_those_of_any_meter_in_a_fixed_order(topology: Topology) -> None:
    assert topology.measurands() == (
        ENERGY,
        "Power.Active.Import",
        "Current.Import",
        "Voltage",
        "Frequency",
    )


def test_measurands_are_those_of_the_schema() -> None:
    schema = json.loads((files("ocpp.v201") / "schemas" / "MeterValuesRequest.json").read_text("utf-8-sig"))
    assert set(MEASURANDS) == set(schema["definitions"]["MeasurandEnumType"]["enum"])


def test_a_feature_is_there_when_it_is_named() -> None:
    assert Topology(features=frozenset({Feature.RESERVATION})).has(Feature.RESERVATION)
    assert not Topology().has(Feature.RESERVATION)
    assert Topology(evses=(Evse(connectors=(Outlet(), Outlet())),)).evses[0].connectors[1] == Outlet()
