"""Field pains 18, 19 and 20: broken meter values, measurands nobody measures, configuration that is not answered."""

from __future__ import annotations

from typing import Any

import pytest

from agent.demo.csms import CallRefused
from hal.mock.topology import MockEvse
from tests.rig.world import World
from tests.scenarios.pains.driver import VERSIONS, Payload, charge, measurands, set_measurands, station, stop

THREE_PHASES = MockEvse(phases=3, tethered=True)
ALL = "Energy.Active.Import.Register,Power.Active.Import,Power.Offered,Current.Import,Current.Offered,Voltage,Frequency"
SAMPLED = {"SampledDataCtrlr": {"TxUpdatedInterval": 20, "TxUpdatedMeasurands": ALL}}


def _value_sets(w: World) -> list[Payload]:
    """Every set of sampled values that was told."""
    found: list[Payload] = []
    for call in w.csms.received:
        found += call.payload.get("meterValue", [])
        found += call.payload.get("transactionData", [])
    return found


@VERSIONS
def test_pain_18_values_are_whole(version: str) -> None:
    with station(version, evses=(THREE_PHASES,), variables=SAMPLED) as w:
        w.bench("ev.plug_in", phases=3)
        w.bench("rfid.tap", id_token="04A1B2C3")
        w.until(w.energised, 30, "energy")
        w.advance(90)
        stop(w)
        sets = _value_sets(w)
        assert len(sets) >= 4
        assert all(values["sampledValue"] for values in sets), "no set is empty"
        periodic = [v for v in sets if v["sampledValue"][0].get("context") in {None, "Sample.Periodic"}]
        assert periodic
        for values in periodic:
            rows = values["sampledValue"]
            power = {row.get("phase"): float(row["value"]) for row in rows if row["measurand"] == "Power.Active.Import"}
            assert set(power) == {None, "L1", "L2", "L3"}, "the total and each phase"
            assert power.pop(None) == pytest.approx(sum(power.values()), abs=3)
            current = [row["phase"] for row in rows if row["measurand"] == "Current.Import"]
            assert current == ["L1", "L2", "L3"]
            voltage = [row["phase"] for row in rows if row["measurand"] == "Voltage"]
            assert voltage == ["L1-N", "L2-N", "L3-N"]


@VERSIONS
def test_pain_18_values_without_a_transaction_name_none(version: str) -> None:
    with station(version, variables={"AlignedDataCtrlr": {"Interval": 60}}) as w:
        w.advance(200)
        told = w.csms.all("MeterValues")
        assert len(told) >= 3
        for call in told:
            assert "transactionId" not in call.payload
            assert call.payload["meterValue"][0]["sampledValue"]


@VERSIONS
def test_pain_18_what_was_accepted_is_sent(version: str) -> None:
    with station(version, variables={"SampledDataCtrlr": {"TxUpdatedInterval": 20}}) as w:
        assert set_measurands(w, "Voltage,Current.Import") == "Accepted"
        charge(w, seconds=50)
        action = "MeterValues" if version == "1.6" else "TransactionEvent"
        rows = [
            row["measurand"]
            for call in w.csms.all(action)
            for values in call.payload.get("meterValue", [])
            for row in values["sampledValue"]
            if row.get("context") == "Sample.Periodic"
        ]
        assert {"Voltage", "Current.Import"} == set(rows)


@pytest.mark.parametrize(
    "asked",
    [
        "Temperature",
        "Energy.Active.Import.Register,Temperature",
        "Energy.Active.Import.Register,Energy.Reactive.Import.Register",
        "RPM",
        "Made.Up",
        "Voltage,,Current.Import,Made.Up",
    ],
)
@VERSIONS
def test_pain_19_only_what_can_be_measured_is_accepted(version: str, asked: str) -> None:
    with station(version) as w:
        before = measurands(w)
        assert set_measurands(w, asked) == "Rejected"
        assert measurands(w) == before
        w.advance(60)
        assert w.boots == 1


def _get(w: World, keys: list[str] | None) -> Payload:
    return w.call("GetConfiguration") if keys is None else w.call("GetConfiguration", key=keys)


@pytest.mark.parametrize("keys", [None, []], ids=["absent", "empty"])
def test_pain_20_no_keys_are_all_keys(keys: list[str] | None) -> None:
    with station("1.6") as w:
        answer = _get(w, keys)
        found = [row["key"] for row in answer["configurationKey"]]
        assert len(found) > 30
        assert len(set(found)) == len(found)
        assert not answer.get("unknownKey")
        for row in answer["configurationKey"]:
            assert len(row["key"]) <= 50
            assert len(row.get("value", "")) <= 500


def test_pain_20_many_keys_known_and_unknown_are_all_answered() -> None:
    with station("1.6") as w:
        most = int(_get(w, ["GetConfigurationMaxKeys"])["configurationKey"][0]["value"])
        known = [row["key"] for row in _get(w, None)["configurationKey"]]
        asked = [known[n % len(known)] if n % 2 else f"Unknown{n}" for n in range(most)]
        answer = _get(w, asked)
        told = [row["key"] for row in answer["configurationKey"]] + answer["unknownKey"]
        assert set(told) == set(asked)
        assert set(answer["unknownKey"]) == {key for key in asked if key.startswith("Unknown")}


@pytest.mark.parametrize("key", ["heartbeatinterval", "HEARTBEATINTERVAL"])
def test_pain_20_keys_have_no_case(key: str) -> None:
    with station("1.6") as w:
        (row,) = _get(w, [key])["configurationKey"]
        assert row["key"] == "HeartbeatInterval"


def test_pain_20_a_value_that_is_too_long_for_an_answer_is_refused() -> None:
    with station("1.6") as w:
        long = ",".join(["Voltage"] * 80)
        assert w.call("ChangeConfiguration", key="MeterValuesSampledData", value=long[:500])["status"] == "Rejected"
        w.raw([2, "long", "ChangeConfiguration", {"key": "MeterValuesSampledData", "value": long}])
        w.advance(2)
        assert w.answers("long")[0][0] == 4  # CiString500


def test_pain_20_variables_asked_by_the_hundred() -> None:
    """2.0.1: as many as ItemsPerMessage are answered; more are refused, but not left without an answer (B06.FR.16)."""
    row: dict[str, Any] = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "HeartbeatInterval"}}
    most_row = {
        "component": {"name": "DeviceDataCtrlr"},
        "variable": {"name": "ItemsPerMessage", "instance": "GetVariables"},
    }
    unknown = {"component": {"name": "Nowhere"}, "variable": {"name": "Nothing"}}
    with station("2.0.1") as w:
        (result,) = w.call("GetVariables", getVariableData=[most_row])["getVariableResult"]
        most = int(result["attributeValue"])
        asked = [row, unknown] * (most // 2)
        found = w.call("GetVariables", getVariableData=asked)["getVariableResult"]
        assert [r["attributeStatus"] for r in found] == ["Accepted", "UnknownComponent"] * (most // 2)
        with pytest.raises(CallRefused) as refused:
            w.call("GetVariables", getVariableData=[row] * (most + 1))
        assert refused.value.code == "OccurrenceConstraintViolation"
