from __future__ import annotations

import json
from enum import StrEnum
from importlib.resources import files

import pytest

from agent.variables.address import Address
from agent.variables.vocabulary import (
    AttributeType,
    Change,
    Code,
    DataType,
    GetStatus,
    Mutability,
    ReportKind,
    SetResult,
    SetStatus,
)


@pytest.mark.parametrize(
    ("enum", "message", "name"),
    [
        (AttributeType, "NotifyReportRequest", "AttributeEnumType"),
        (DataType, "NotifyReportRequest", "DataEnumType"),
        (Mutability, "NotifyReportRequest", "MutabilityEnumType"),
        (GetStatus, "GetVariablesResponse", "GetVariableStatusEnumType"),
        (SetStatus, "SetVariablesResponse", "SetVariableStatusEnumType"),
        (ReportKind, "GetBaseReportRequest", "ReportBaseEnumType"),
    ],
)
def test_words_are_those_of_the_schema(enum: type[StrEnum], message: str, name: str) -> None:
    schema = json.loads((files("ocpp.v201") / "schemas" / f"{message}.json").read_text("utf-8-sig"))
    assert {str(member) for member in enum} == set(schema["definitions"][name]["enum"])


def test_reason_codes_fit_their_field() -> None:
    assert all(len(code) <= 20 for code in Code)


def test_a_change_names_its_attribute_and_reads_back() -> None:
    actual = Change(Address("TxCtrlr", "TxStartPoint"), AttributeType.ACTUAL, "Authorized")
    limit = Change(Address("EVSE", "ACCurrent", 1), AttributeType.MAX_SET, "16")
    assert actual.target == "TxCtrlr.TxStartPoint"
    assert limit.target == "EVSE:1.ACCurrent/MaxSet"
    for change in (actual, limit):
        assert Change.of(change.target, change.value) == change


@pytest.mark.parametrize("target", ["", "nonsense", "A.B/Nonsense", "A.B/MaxSet/MaxSet"])
def test_a_target_that_nobody_wrote(target: str) -> None:
    assert Change.of(target, "x") is None


def test_a_secret_is_never_shown() -> None:
    change = Change(Address("SecurityCtrlr", "BasicAuthPassword"), AttributeType.ACTUAL, "geheimgeheim", secret=True)
    assert "geheim" not in repr(change)
    assert "geheim" not in repr(SetResult(SetStatus.ACCEPTED, change=change))
    assert "***" in str(change)
