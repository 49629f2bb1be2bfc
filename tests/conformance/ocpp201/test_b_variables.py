"""Official cases of OCPP 2.0.1, block B: get and set variables (B05, B06)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conformance.states201 import World, configure, ready, world

Payload = dict[str, Any]
THRESHOLD_S = 60  # <configured offlineThreshold>


def _row(component: str, variable: str, instance: str | None = None, **attribute: str) -> Payload:
    row: Payload = {"component": {"name": component}, "variable": {"name": variable}, **attribute}
    if instance is not None:
        row["variable"]["instance"] = instance
    return row


THRESHOLD = ("OCPPCommCtrlr", "OfflineThreshold")
OFFLINE = ("AuthCtrlr", "LocalAuthorizeOffline")


def _get(w: World, *rows: Payload) -> list[Payload]:
    """The results of GetVariables, in the order asked, each with the names asked for."""
    results = w.call("GetVariables", getVariableData=list(rows))["getVariableResult"]
    return _named(rows, results)


def _set(w: World, *rows: Payload) -> list[Payload]:
    results = w.call("SetVariables", setVariableData=list(rows))["setVariableResult"]
    return _named(rows, results)


def _named(rows: tuple[Payload, ...], results: list[Payload]) -> list[Payload]:
    assert len(results) == len(rows)
    for row, result in zip(rows, results, strict=True):
        assert result["component"] == row["component"]
        assert result["variable"] == row["variable"]
        assert result["attributeType"] == row.get("attributeType", "Actual")  # B05.FR.03, B06.FR.03
    return results


def _accepted(result: Payload) -> None:
    assert result["attributeStatus"] == "Accepted", result
    assert result.get("attributeStatusInfo", {}).get("reasonCode", "NoError") == "NoError", result


@pytest.mark.case("2.0.1", "TC_B_06_CS")
def test_tc_b_06_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"OCPPCommCtrlr.OfflineThreshold": 300})
        (found,) = _get(w, _row(*THRESHOLD, attributeType="Actual"))
        _accepted(found)
        assert found["attributeValue"] == "300"


@pytest.mark.case("2.0.1", "TC_B_07_CS")
def test_tc_b_07_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"OCPPCommCtrlr.OfflineThreshold": 300, "AuthCtrlr.LocalAuthorizeOffline": True})
        found = _get(w, _row(*THRESHOLD, attributeType="Actual"), _row(*OFFLINE, attributeType="Actual"))
        for result, value in zip(found, ("300", "true"), strict=True):
            _accepted(result)
            assert result["attributeValue"] == value


@pytest.mark.case("2.0.1", "TC_B_09_CS")
def test_tc_b_09_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        (found,) = _set(w, _row(*THRESHOLD, attributeType="Actual", attributeValue="300"))
        _accepted(found)
        assert _get(w, _row(*THRESHOLD))[0]["attributeValue"] == "300"


@pytest.mark.case("2.0.1", "TC_B_10_CS")
def test_tc_b_10_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        found = _set(
            w,
            _row(*THRESHOLD, attributeType="Actual", attributeValue="300"),
            _row(*OFFLINE, attributeType="Actual", attributeValue="true"),
        )
        for result in found:
            _accepted(result)
        assert [r["attributeValue"] for r in _get(w, _row(*THRESHOLD), _row(*OFFLINE))] == ["300", "true"]


@pytest.mark.case("2.0.1", "TC_B_11_CS")
def test_tc_b_11_cs() -> None:
    """The two variables of the case that this station lacks are skipped, as its notes say."""
    with world("2.0.1") as w:
        ready(w)
        absent = _get(
            w,
            _row("SmartChargingCtrlr", "LimitChangeSignificance"),
            _row("ClockCtrlr", "NextTimeOffsetTransitionDateTime"),
        )
        assert {r["attributeStatus"] for r in absent} == {"UnknownVariable"}
        values = (str(THRESHOLD_S), f"{THRESHOLD_S}.1", "true", w.csms.time(), "abc")
        for value in values:
            for place, fits in (
                (THRESHOLD, value == str(THRESHOLD_S)),
                (("AuthCtrlr", "AuthorizeRemoteStart"), value == "true"),
            ):
                (found,) = _set(w, _row(*place, attributeValue=value))
                if fits:
                    _accepted(found)
                else:
                    assert found["attributeStatus"] == "Rejected", (place, value, found)  # B05.FR.07
                    assert found["attributeStatusInfo"]["reasonCode"] == "InvalidValue", found


@pytest.mark.case("2.0.1", "TC_B_32_CS")
def test_tc_b_32_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        (found,) = _get(w, _row("UnknownComponent", "OfflineThreshold"))
        assert found["attributeStatus"] == "UnknownComponent"


@pytest.mark.case("2.0.1", "TC_B_33_CS")
def test_tc_b_33_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        (found,) = _get(w, _row("OCPPCommCtrlr", "UnknownVariable"))
        assert found["attributeStatus"] == "UnknownVariable"


@pytest.mark.case("2.0.1", "TC_B_34_CS")
def test_tc_b_34_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        (found,) = _get(w, _row(*THRESHOLD, attributeType="Target"))
        assert found["attributeStatus"] == "NotSupportedAttributeType"


@pytest.mark.case("2.0.1", "TC_B_35_CS")
def test_tc_b_35_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        (found,) = _set(w, _row("UnknownComponent", "OfflineThreshold", attributeValue="300"))
        assert found["attributeStatus"] == "UnknownComponent"


@pytest.mark.case("2.0.1", "TC_B_36_CS")
def test_tc_b_36_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        (found,) = _set(w, _row("OCPPCommCtrlr", "UnknownVariable", attributeValue="300"))
        assert found["attributeStatus"] == "UnknownVariable"


@pytest.mark.case("2.0.1", "TC_B_37_CS")
def test_tc_b_37_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        (found,) = _set(w, _row(*THRESHOLD, attributeType="Target", attributeValue="300"))
        assert found["attributeStatus"] == "NotSupportedAttributeType"


@pytest.mark.case("2.0.1", "TC_B_39_CS")
def test_tc_b_39_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        (found,) = _set(w, _row("OCPPCommCtrlr", "MessageTimeout", "Default", attributeValue="20"))
        assert found["attributeStatus"] == "Rejected"  # B05.FR.09
