from __future__ import annotations

import tomllib

import pytest

from agent.secret import Secret
from agent.variables import names
from agent.variables.address import Address
from agent.variables.file import ConfigurationError, load
from agent.variables.projection16 import Projection16
from agent.variables.registry import Registry
from agent.variables.topology import Topology
from agent.variables.vocabulary import AttributeType, Layer, SetStatus

FILE = "agent.toml"


def read(registry: Registry, text: str) -> Registry:
    load(registry, tomllib.loads(text), FILE)
    return registry


def mistake(registry: Registry, text: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        read(registry, text)
    assert str(caught.value).startswith(f"{FILE}: [{caught.value.table}]")
    return str(caught.value)


def test_nothing_is_needed(registry: Registry) -> None:
    read(registry, "[link]\nurl = 'ws://x'")
    assert all(
        registry.value(variable, cell)[0] in {Layer.DEFAULT, Layer.HARDWARE}
        for variable in registry.variables()
        for cell in variable.cells
    )


def test_every_shape(registry: Registry) -> None:
    read(
        registry,
        """
        [variables.TxCtrlr]
        TxStartPoint = ["EVConnected", "Authorized"]
        TxStopPoint = "evconnected"
        StopTxOnInvalidId = { value = false, pinned = true }
        [variables.ocppcommctrlr]
        "MessageAttempts[TransactionEvent]" = 7
        HeartbeatInterval = "61"
        [variables."EVSE:2"]
        "ACCurrent/MaxSet" = 10.5
        [variables.ClockCtrlr]
        TimeSource = ["NTP", "Heartbeat"]
        [[variable]]
        component = "Connector"
        variable = "PhaseRotation"
        evse = 1
        connector = 2
        value = "RST"
        [[variable]]
        component = "EVSE"
        variable = "ACCurrent"
        evse = 1
        attribute = "MaxSet"
        value = 16
        pinned = true
        [[variable]]
        component = "OCPPCommCtrlr"
        variable = "MessageAttemptInterval"
        instance = "TransactionEvent"
        value = 5
        [ocpp16]
        ConnectionTimeOut = 45
        LocalPreAuthorize = true
        MeterValuesSampledData = ["Voltage", "Current.Import"]
        """,
    )
    assert registry.members(names.TX_START_POINT) == ("EVConnected", "Authorized")
    assert registry.members(names.TX_STOP_POINT) == ("EVConnected",)
    assert registry.layer(names.STOP_TX_ON_INVALID_ID) is Layer.PINNED
    assert registry.plan_set(names.STOP_TX_ON_INVALID_ID, "true").status is SetStatus.REJECTED
    assert registry.integer(names.MESSAGE_ATTEMPTS) == 7
    assert registry.integer(names.MESSAGE_ATTEMPT_INTERVAL) == 5
    assert registry.integer(names.HEARTBEAT_INTERVAL) == 61
    assert registry.milli(names.EVSE_CURRENT.at(2), AttributeType.MAX_SET) == 10_500
    assert registry.layer(names.EVSE_CURRENT.at(1), AttributeType.MAX_SET) is Layer.PINNED
    assert registry.members(names.TIME_SOURCE) == ("NTP", "Heartbeat")
    assert registry.text(names.CONNECTOR_PHASE_ROTATION.at(1, 2)) == "RST"
    assert registry.integer(names.EV_CONNECTION_TIME_OUT) == 45
    assert registry.boolean(names.LOCAL_PRE_AUTHORIZE) is True
    assert registry.members(names.SAMPLED_TX_UPDATED_MEASURANDS) == ("Voltage", "Current.Import")


def test_a_csms_write_is_stronger_than_the_file(registry: Registry) -> None:
    read(registry, "[ocpp16]\nHeartbeatInterval = 60")
    change = registry.plan_set(names.HEARTBEAT_INTERVAL, "61").change
    assert change is not None
    registry.apply(change)
    assert registry.integer(names.HEARTBEAT_INTERVAL) == 61


def test_a_mirrored_variable_is_set_by_either_name(registry: Registry) -> None:
    read(registry, '[variables.OCPPCommCtrlr]\n"MessageTimeout[Default]" = 12')
    assert registry.integer(names.MESSAGE_TIMEOUT) == 12
    other = Registry(registry.topology)
    text = '[variables.OCPPCommCtrlr]\n"MessageTimeout[Default]" = 12\n[ocpp16]\nMessageTimeout = 13'
    assert "MessageTimeout[Default]" in mistake(other, text)


def test_what_is_read_only_to_a_csms_may_be_configuration(registry: Registry) -> None:
    read(
        registry,
        "[variables.AgentCtrlr]\nPermitLease = 20\nMeterCheckpointInterval = 600\nMeterCheckpointMaximum = 900",
    )
    assert registry.integer(names.PERMIT_LEASE) == 20
    assert registry.integer(names.METER_CHECKPOINT_INTERVAL) == 600


def test_rules_hold_for_the_file_as_a_whole(registry: Registry) -> None:
    text = mistake(registry, "[variables.AgentCtrlr]\nMeterCheckpointInterval = 600")
    assert "MeterCheckpointMaximum" in text


def test_a_secret_is_set_and_never_shown(registry: Registry) -> None:
    read(registry, '[variables.SecurityCtrlr]\nBasicAuthPassword = "geheim-geheim-1234"')
    assert registry.secret(names.BASIC_AUTH) == Secret(b"geheim-geheim-1234")
    for text in (
        '[variables.SecurityCtrlr]\nBasicAuthPassword = "geheim"',
        '[variables.SecurityCtrlr]\nBasicAuthPassword = "geheim geheim geheim"',
        '[variables.SecurityCtrlr]\nBasicAuthPassword = ["geheim"]',
        '[ocpp16]\nAuthorizationKey = "geheim"',
        '[ocpp16]\nAuthorizationKey = ["geheim"]',
    ):
        assert "geheim" not in mistake(Registry(registry.topology), text)


def test_the_intervals_of_16_follow_whatever_the_order(registry: Registry) -> None:
    read(registry, '[ocpp16]\nMeterValueSampleInterval = 30\nStopTxnSampledData = "Voltage"')
    assert registry.integer(names.SAMPLED_TX_UPDATED_INTERVAL) == 30
    assert registry.integer(names.SAMPLED_TX_ENDED_INTERVAL) == 30
    reading = Projection16(registry).read("StopTxnSampledData")
    assert reading is not None
    assert reading.value == "Voltage"


def test_a_pinned_list_of_16_does_not_pin_its_interval(registry: Registry) -> None:
    read(
        registry,
        '[ocpp16]\nStopTxnSampledData = { value = "Voltage", pinned = true }\nMeterValueSampleInterval = 30',
    )
    assert registry.integer(names.SAMPLED_TX_ENDED_INTERVAL) == 30
    pinned = Registry(registry.topology)
    read(pinned, "[ocpp16]\nClockAlignedDataInterval = { value = 900, pinned = true }")
    assert pinned.layer(names.ALIGNED_INTERVAL) is pinned.layer(names.ALIGNED_TX_ENDED_INTERVAL) is Layer.PINNED


def test_the_other_half_of_a_16_key_may_be_set_apart(registry: Registry) -> None:
    read(
        registry,
        "[variables.AlignedDataCtrlr]\nTxEndedInterval = 3600\n[ocpp16]\nClockAlignedDataInterval = 900",
    )
    assert registry.integer(names.ALIGNED_INTERVAL) == 900
    assert registry.integer(names.ALIGNED_TX_ENDED_INTERVAL) == 3600


def test_phase_rotation_of_16_sets_each_connector(registry: Registry) -> None:
    read(registry, '[ocpp16]\nConnectorPhaseRotation = ["1.RST", "3.RTS"]')
    assert registry.text(names.CONNECTOR_PHASE_ROTATION.at(2, 1)) == "RTS"
    assert registry.layer(names.CONNECTOR_PHASE_ROTATION.at(1, 1)) is Layer.FILE


def test_what_the_topology_says_may_be_repeated_but_not_contradicted(registry: Registry) -> None:
    read(
        registry,
        '[variables."Connector:1:2"]\nConnectorType = "cType2"\n[ocpp16]\nNumberOfConnectors = "3"\n'
        "SecurityProfile = 1",
    )
    assert "'sType2'" in mistake(registry, '[variables."Connector:1:2"]\nConnectorType = "sType2"')
    assert "NumberOfConnectors" in mistake(registry, '[ocpp16]\nNumberOfConnectors = "4"')


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("variables = 3", ["[variables]", "not a table"]),
        ("[variables]\nTxCtrlr = 3", ["[variables.TxCtrlr]", "not a table"]),
        ("ocpp16 = []", ["[ocpp16]", "not a table"]),
        ("variable = 3", ["[variable]", "[[variable]]"]),
        ("variable = [3]", ["[variable]", "number 1", "not a table"]),
        (
            "[variables.TxCtrl]\nTxStartPoint = 'Authorized'",
            ["TxCtrl.TxStartPoint", "did you mean TxCtrlr.TxStartPoint"],
        ),
        ("[variables.TxCtrlr]\nTxStartPont = 'Authorized'", ["TxStartPont", "did you mean", "TxCtrlr.TxStartPoint"]),
        ("[variables.Zzz]\nQqq = 1", ["Zzz.Qqq", "evse var list"]),
        ("[variables.TxCtrlr]\n'a.b' = 1", ["a.b", "not the name of a variable"]),
        (
            "[variables.TxCtrlr]\nTxStartPoint = 'Nowhere'",
            ["'Nowhere'", "allowed are ParkingBayOccupancy, EVConnected"],
        ),
        ("[variables.TxCtrlr]\nTxStartPoint = 3", ["3", "MemberList", '["A", "B"]']),
        ("[variables.TxCtrlr]\nStopTxOnInvalidId = 1", ["1 is not of type boolean", "true or false"]),
        ("[variables.TxCtrlr]\nStopTxOnInvalidId = 'yes'", ["'yes'", "neither true nor false"]),
        ("[variables.TxCtrlr]\nEVConnectionTimeOut = 0", ["0", "below the minimum 1", "allowed: 1 to 86400 s"]),
        ("[variables.TxCtrlr]\nEVConnectionTimeOut = true", ["True is not of type integer"]),
        ("[variables.TxCtrlr]\nEVConnectionTimeOut = 1.5", ["1.5 is not of type integer"]),
        ("[variables.AuthCtrlr]\nMasterPassGroupId = 12", ["12 is not of type string", "quotes"]),
        ("[variables.AuthCtrlr]\nMasterPassGroupId = 2024-01-01", ["not of type string"]),
        ("[variables.AuthCtrlr]\nMasterPassGroupId = 2024-01-01T00:00:00Z", ["not of type string"]),
        ("[variables.TxCtrlr]\n'TxStartPoint/MaxSet' = 'A'", ["no attribute MaxSet", "it has Actual"]),
        ("[variables.TxCtrlr]\nTxStartPoint = { valeu = 3 }", ["is not a value", "{ value = …, pinned = true }"]),
        ("[variables.TxCtrlr]\nTxStartPoint = { value = 'Authorized', pinned = 1 }", ["is not a value"]),
        ("[variables.'EVSE:1']\nAvailabilityState = 'Available'", ["running station"]),
        ("[variables.'EVSE:1']\n'ACCurrent/MaxSet' = 99", ["above the maximum 32", "0 to 32 A"]),
        ("[variables.DeviceDataCtrlr]\n'ItemsPerMessage[GetReport]' = 5", ["'100'", "remove the line"]),
        ("[[variable]]\ncomponent = 'A'\nvariable = 'B'", ["A.B (number 1)", "value is missing"]),
        ("[[variable]]\nvariable = 'B'\nvalue = 1", ["component is missing"]),
        ("[[variable]]\ncomponent = 1\nvariable = 'B'\nvalue = 1", ["component = 1", "quotes"]),
        ("[[variable]]\ncomponent = 'A'\nvariable = 'B'\nvalue = 1\nevse = -1", ["evse = -1", "whole number"]),
        ("[[variable]]\ncomponent = 'A'\nvariable = 'B'\nvalue = 1\nevse = true", ["evse = True"]),
        ("[[variable]]\ncomponent = 'A'\nvariable = 'B'\nvalue = 1\npinned = 'yes'", ["pinned = 'yes'"]),
        ("[[variable]]\ncomponent = 'A'\nvariable = 'B'\nvalue = 1\npined = true", ["pined", "did you mean pinned"]),
        ("[[variable]]\ncomponent = 'A'\nvariable = 'B'\nvalue = 1\nqqqqq = true", ["qqqqq", "keys are attribute"]),
        ("[[variable]]\ncomponent = 'A'\nvariable = 'B'\nvalue = 1\nattribute = 'X'", ["'X'", "MaxSet"]),
        ("[[variable]]\ncomponent = 'A'\nvariable = 'B'\nvalue = 1", ["no variable A.B"]),
        ("[ocpp16]\nHeartbeatIntervall = 3", ["HeartbeatIntervall", "did you mean HeartbeatInterval"]),
        ("[variables.OCPPCommCtrlr]\nHeartbeatInterval = -1", ["Interval: -1 is below", "allowed: 1 s or more"]),
        ("[ocpp16]\nQqqqq = 3", ["Qqqqq", "evse var list --ocpp16"]),
        ("[ocpp16]\nHeartbeatInterval = 0", ["[ocpp16] HeartbeatInterval", "below the minimum"]),
        ("[ocpp16]\nHeartbeatInterval = true", ["True is not of type integer"]),
        ("[ocpp16]\nMeterValuesSampledData = 'SoC'", ["SoC"]),
        ("[ocpp16]\nConnectorPhaseRotation = '9.RST'", ["no connector 9"]),
        ("[ocpp16]\nSecurityProfile = 3", ["SecurityProfile", "read-only"]),
    ],
)
def test_mistakes_name_the_place_the_value_and_the_remedy(registry: Registry, text: str, parts: list[str]) -> None:
    message = mistake(registry, text)
    for part in parts:
        assert part in message


@pytest.mark.parametrize(
    ("text", "first", "second"),
    [
        (
            "[variables.OCPPCommCtrlr]\nHeartbeatInterval = 60\n[ocpp16]\nHeartbeatInterval = 60",
            "[variables.OCPPCommCtrlr] HeartbeatInterval",
            "[ocpp16] HeartbeatInterval",
        ),
        (
            "[variables.TxCtrlr]\nTxStartPoint = 'Authorized'\n[variables.txctrlr]\ntxstartpoint = 'Authorized'",
            "[variables.TxCtrlr] TxStartPoint",
            "[variables.txctrlr] txstartpoint",
        ),
        (
            "[variables.'EVSE:1']\n'ACCurrent/MaxSet' = 6\n[[variable]]\ncomponent = 'EVSE'\nvariable = 'ACCurrent'\n"
            "evse = 1\nattribute = 'MaxSet'\nvalue = 7",
            "[variables.EVSE:1] ACCurrent/MaxSet",
            "[variable] EVSE.ACCurrent (number 1)",
        ),
    ],
)
def test_a_conflict_names_both(registry: Registry, text: str, first: str, second: str) -> None:
    message = mistake(registry, text)
    assert first in message
    assert second in message
    assert "keep one" in message


def test_a_key_that_the_topology_has_not(registry: Registry) -> None:
    plain = Registry(Topology())
    assert "SignReadings" in mistake(plain, "[variables.SampledDataCtrlr]\nSignReadings = true")
    read(registry, "[variables.SampledDataCtrlr]\nSignReadings = true")
    assert registry.boolean(Address("SampledDataCtrlr", "SignReadings")) is True
