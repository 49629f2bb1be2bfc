from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.secret import Secret
from agent.variables import names
from agent.variables.address import Address
from agent.variables.projection16 import ConfigurationStatus, Plan, Projection16
from agent.variables.registry import Registry
from agent.variables.topology import ENERGY, MEASURANDS, Evse, Feature, Outlet, Topology
from agent.variables.vocabulary import AttributeType, Layer

from .conftest import READABLE

ACCEPTED = ConfigurationStatus.ACCEPTED
REJECTED = ConfigurationStatus.REJECTED

with (Path(__file__).parent / "keys_16.tsv").open(encoding="utf-8") as _file:
    ROWS = list(csv.DictReader(_file, delimiter="\t"))


@pytest.fixture
def keys(registry: Registry) -> Projection16:
    return Projection16(registry)


def change(registry: Registry, key: str, text: str) -> Plan:
    plan = Projection16(registry).plan(key, text)
    for planned in plan.changes:
        registry.apply(planned)
    return plan


def value(keys: Projection16, key: str) -> str | None:
    reading = keys.read(key)
    assert reading is not None
    return reading.value


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["key"])
def test_every_key_that_the_profiles_require_exists_with_its_accessibility(
    row: dict[str, str], keys: Projection16
) -> None:
    # TC_019_CS
    reading = keys.read(row["key"])
    if row["profile"] in {"Core", "Security"} and row["required"] == "yes":
        assert reading is not None
    if row["key"] == "SecurityProfile":
        assert reading is not None
        assert reading.readonly  # no profile is upgraded over the air yet: refused, and shown as what it is
    elif reading is not None:
        assert ("R" if reading.readonly else "RW") in row["accessibility"].split("|")
        assert reading.key == row["key"]


def test_all_keys_are_known_to_the_specification(keys: Projection16) -> None:
    assert set(keys.names()) <= {row["key"] for row in ROWS}
    assert len(keys.names()) == 36


def test_optional_blinking_and_dimming_do_not_exist(keys: Projection16) -> None:
    for key in ("BlinkRepeat", "LightIntensity", "Testing"):  # TC_040_1_CS
        assert keys.read(key) is None
        assert keys.plan(key, "1").status is ConfigurationStatus.NOT_SUPPORTED


def test_a_key_is_set_and_read_back(registry: Registry, keys: Projection16) -> None:
    # TC_021_CS
    assert change(registry, "MeterValueSampleInterval", "15").status is ACCEPTED
    assert value(keys, "metervaluesampleinterval") == "15"
    assert registry.integer(names.SAMPLED_TX_UPDATED_INTERVAL) == 15


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("MeterValueSampleInterval", "-1"),  # TC_040_2_CS
        ("WebSocketPingInterval", "-1"),  # 9.1.34
        ("HeartbeatInterval", "soon"),
        ("LocalPreAuthorize", "1"),
        ("NumberOfConnectors", "7"),
        ("SupportedFeatureProfiles", "Core"),
        ("GetConfigurationMaxKeys", "7"),
        ("MeterValuesSampledData", "Energy.Active.Import.Register,SoC"),
        ("MeterValuesSampledData", "Voltage.L1"),
        ("CpoName", "x" * 501),
        ("SecurityProfile", "2"),
    ],
)
def test_values_that_are_refused(keys: Projection16, key: str, text: str) -> None:
    plan = keys.plan(key, text)
    assert plan.status is REJECTED
    assert plan.changes == ()
    assert key in plan.reason


@pytest.mark.parametrize("text", ["True", "TRUE", " true "])
def test_booleans_are_taken_in_any_case(registry: Registry, keys: Projection16, text: str) -> None:
    assert change(registry, "LocalPreAuthorize", text).status is ACCEPTED
    assert value(keys, "LocalPreAuthorize") == "true"


def test_computed_keys(keys: Projection16) -> None:
    assert value(keys, "NumberOfConnectors") == "3"
    assert value(keys, "SupportedFeatureProfiles") == "Core,RemoteTrigger"
    assert value(keys, "MeterValuesSampledDataMaxLength") == "5"
    assert value(keys, "ConnectorPhaseRotationMaxLength") == "4"
    assert int(value(keys, "GetConfigurationMaxKeys") or 0) >= len(keys.names())


def test_feature_profiles_follow_the_features() -> None:
    features = frozenset({Feature.RESERVATION, Feature.SMART_CHARGING, Feature.MONITORING})
    keys = Projection16(Registry(Topology(features=features)))
    assert value(keys, "SupportedFeatureProfiles") == "Core,Reservation,SmartCharging,RemoteTrigger"


@pytest.mark.parametrize(
    ("key", "address"),
    [
        ("MeterValuesSampledData", names.SAMPLED_TX_UPDATED_MEASURANDS),
        ("MeterValuesAlignedData", names.ALIGNED_MEASURANDS),
    ],
)
def test_an_empty_list_of_measurands_means_energy(registry: Registry, key: str, address: Address) -> None:
    # TC_070_CS, TC_071_CS
    assert change(registry, key, "Voltage, current.import").status is ACCEPTED
    assert value(Projection16(registry), key) == "Voltage,Current.Import"
    assert change(registry, key, "").status is ACCEPTED
    assert value(Projection16(registry), key) == ENERGY
    assert registry.get(address).value == ENERGY


def test_one_interval_of_16_governs_both_of_2x_once_its_list_is_set(registry: Registry, keys: Projection16) -> None:
    assert value(keys, "StopTxnSampledData") == ""  # 2.x has the register at begin and end
    change(registry, "MeterValueSampleInterval", "30")
    assert registry.integer(names.SAMPLED_TX_ENDED_INTERVAL) == 0
    assert change(registry, "StopTxnSampledData", ",".join(READABLE)).status is ACCEPTED
    assert value(keys, "StopTxnSampledData") == ",".join(READABLE)
    assert registry.integer(names.SAMPLED_TX_ENDED_INTERVAL) == 30
    change(registry, "MeterValueSampleInterval", "45")
    assert registry.integer(names.SAMPLED_TX_ENDED_INTERVAL) == 45
    assert change(registry, "StopTxnSampledData", "").status is ACCEPTED
    assert value(keys, "StopTxnSampledData") == ""
    assert registry.members(names.SAMPLED_TX_ENDED_MEASURANDS) == ()


def test_clock_aligned_intervals_go_together(registry: Registry) -> None:
    change(registry, "ClockAlignedDataInterval", "900")
    change(registry, "StopTxnAlignedData", "Voltage")
    assert registry.integer(names.ALIGNED_INTERVAL) == registry.integer(names.ALIGNED_TX_ENDED_INTERVAL) == 900
    change(registry, "ClockAlignedDataInterval", "20")
    assert registry.integer(names.ALIGNED_INTERVAL) == registry.integer(names.ALIGNED_TX_ENDED_INTERVAL) == 20


def test_a_pinned_half_of_a_pair_stays(registry: Registry) -> None:
    registry.put_file(names.ALIGNED_TX_ENDED_INTERVAL, AttributeType.ACTUAL, "60", pinned=True)
    assert change(registry, "ClockAlignedDataInterval", "900").status is ACCEPTED
    assert registry.integer(names.ALIGNED_INTERVAL) == 900
    assert registry.integer(names.ALIGNED_TX_ENDED_INTERVAL) == 60


def test_a_pinned_variable_is_a_read_only_key(registry: Registry, keys: Projection16) -> None:
    registry.put_file(names.HEARTBEAT_INTERVAL, AttributeType.ACTUAL, "60", pinned=True)
    reading = keys.read("HeartbeatInterval")
    assert reading is not None
    assert (reading.value, reading.readonly) == ("60", True)
    assert keys.plan("HeartbeatInterval", "61").status is REJECTED


# --- AuthorizationKey (whitepaper 7.2) --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("4F43415F4F4354545F61646D696E5F74657374", b"OCA_OCTT_admin_test"),  # TC_073_CS
        ("00" * 20, bytes(20)),
        ("ab" * 16, b"\xab" * 16),
        ("not-hexadecimal-but-long!", b"not-hexadecimal-but-long!"),
    ],
)
def test_an_authorization_key_is_bytes(registry: Registry, text: str, secret: bytes) -> None:
    plan = change(registry, "AuthorizationKey", text)
    assert plan.status is ACCEPTED
    assert registry.secret(names.BASIC_AUTH) == Secret(secret)
    assert text not in repr(plan)


@pytest.mark.parametrize("text", ["", "short", "ab" * 15, "x" * 41, "with spaces in its middle", "ab" * 21])
def test_what_is_no_authorization_key(keys: Projection16, text: str) -> None:
    plan = keys.plan("AuthorizationKey", text)
    assert plan.status is REJECTED
    assert not text or text not in plan.reason


def test_an_authorization_key_is_never_read(registry: Registry, keys: Projection16) -> None:
    change(registry, "AuthorizationKey", "ab" * 16)
    reading = keys.read("AuthorizationKey")
    assert reading is not None
    assert (reading.value, reading.readonly) == (None, False)
    assert "ab" * 16 not in repr(list(keys.read_all()))


# --- ConnectorPhaseRotation (9.1.7) -----------------------------------------------------------------------------------


def test_phase_rotation_is_a_list_over_all_connectors(registry: Registry, keys: Projection16) -> None:
    assert value(keys, "ConnectorPhaseRotation") == "1.Unknown,2.Unknown,3.NotApplicable"
    plan = change(registry, "ConnectorPhaseRotation", "0.RST, 2.TSR,3.RST")
    assert plan.status is ACCEPTED
    assert len(plan.changes) == 3
    assert value(keys, "ConnectorPhaseRotation") == "0.RST,1.Unknown,2.TSR,3.RST"
    assert registry.text(names.CONNECTOR_PHASE_ROTATION.at(1, 2)) == "TSR"
    assert change(registry, "ConnectorPhaseRotation", "0.Unknown,2.Unknown,3.NotApplicable").status is ACCEPTED
    assert value(keys, "ConnectorPhaseRotation") == "1.Unknown,2.Unknown,3.NotApplicable"


def test_a_phase_rotation_list_takes_the_place_of_the_one_before(registry: Registry, keys: Projection16) -> None:
    assert change(registry, "ConnectorPhaseRotation", "0.RST,1.RTS,2.TSR").status is ACCEPTED
    assert change(registry, "ConnectorPhaseRotation", "1.STR").status is ACCEPTED
    assert value(keys, "ConnectorPhaseRotation") == "1.STR,2.Unknown,3.NotApplicable"


@pytest.mark.parametrize("text", ["1.NotApplicable", "3.Unknown"])
def test_a_phase_rotation_that_would_read_otherwise_is_refused(registry: Registry, text: str) -> None:
    """9.1.7: NotApplicable is for one phase and for DC, Unknown for three."""
    assert change(registry, "ConnectorPhaseRotation", text).status is REJECTED


@pytest.mark.parametrize(
    "text",
    ["4.RST", "RST", "1.ABC", "1.rst", "1,RST", "1.RST,9.RST", "-1.RST", "٣.RST", "1.RST,1.RTS", "0.RST,1.RST,0.RST"],
)
def test_a_bad_item_refuses_the_whole_list(registry: Registry, text: str) -> None:
    assert change(registry, "ConnectorPhaseRotation", text).status is REJECTED
    assert registry.text(names.CONNECTOR_PHASE_ROTATION.at(1, 1)) == ""


def test_a_rotation_of_2x_that_16_cannot_say_is_unknown(registry: Registry, keys: Projection16) -> None:
    planned = registry.plan_set(names.CONNECTOR_PHASE_ROTATION.at(1, 1), "RSx").change
    assert planned is not None
    registry.apply(planned)
    assert value(keys, "ConnectorPhaseRotation") == "1.Unknown,2.Unknown,3.NotApplicable"


# --- lengths, both ways -----------------------------------------------------------------------------------------------


def test_a_value_of_2x_is_cut_at_a_whole_member() -> None:
    registry = Registry(Topology(evses=(Evse(measurands=MEASURANDS),)))
    everything = ",".join(MEASURANDS)
    planned = registry.plan_set(names.SAMPLED_TX_UPDATED_MEASURANDS, everything).change
    assert planned is not None
    registry.apply(planned)
    shown = value(Projection16(registry), "MeterValuesSampledData")
    assert shown is not None
    assert 450 < len(shown) <= 500
    assert set(shown.split(",")) < set(MEASURANDS)


def test_a_text_without_members_is_cut_at_500(registry: Registry, keys: Projection16) -> None:
    big = Registry(Topology(evses=tuple(Evse(connectors=(Outlet(),)) for _ in range(60))))
    shown = value(Projection16(big), "ConnectorPhaseRotation")
    assert shown is not None
    assert len(shown) <= 500
    assert shown.endswith(".Unknown")


@given(st.data())
def test_every_writable_key_reads_back_what_it_accepted(data: st.DataObject) -> None:
    registry = Registry(Topology(evses=(Evse(measurands=READABLE), Evse())))
    keys = Projection16(registry)
    reading = data.draw(st.sampled_from([item for item in keys.read_all() if not item.readonly]))
    candidates = st.one_of(
        st.integers(-5, 100_000).map(str),
        st.sampled_from(["true", "false", "", "Voltage", ENERGY, "1.RST,2.SRT", "Name"]),
        st.lists(st.sampled_from(READABLE), unique=True, min_size=1).map(",".join),
    )
    text = data.draw(candidates)
    plan = change(registry, reading.key, text)
    after = keys.read(reading.key)
    assert after is not None
    if plan.status is not ACCEPTED:
        assert after == reading
    elif text:
        assert after.value is None or after.value == text
        for planned in plan.changes:
            assert registry.layer(planned.address) is Layer.WRITTEN


@given(st.text(max_size=60), st.text(max_size=600))
def test_nothing_that_a_central_system_sends_raises(key: str, text: str) -> None:
    keys = Projection16(Registry(Topology()))
    assert keys.plan(key, text).status in set(ConfigurationStatus)
    for name in keys.names():
        assert keys.plan(name, text).status is not ConfigurationStatus.NOT_SUPPORTED
