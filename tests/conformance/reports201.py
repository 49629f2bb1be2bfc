"""Base reports of the official OCPP 2.0.1 cases: all pages of one, as rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.rig.world import World

Payload = dict[str, Any]
LISTS = frozenset({"OptionList", "SequenceList", "MemberList"})
REQUEST_ID = 4711


def report(w: World, kind: str) -> list[Payload]:
    """GetBaseReport is accepted, and its pages come in order; gives their rows, each well formed."""
    answer = w.call("GetBaseReport", requestId=REQUEST_ID, reportBase=kind)
    assert answer["status"] == "Accepted", answer
    assert answer.get("statusInfo", {}).get("reasonCode", "NoError") == "NoError", answer
    rows: list[Payload] = []
    number, more = 0, True
    while more:
        page = w.expect("NotifyReport", strict=True)
        assert page["requestId"] == REQUEST_ID, page
        assert page["seqNo"] == number, page
        assert datetime.fromisoformat(page["generatedAt"]).tzinfo is not None, page
        rows += page["reportData"]
        number, more = number + 1, page.get("tbc", False)
    w.advance(5)
    assert not w.heard(), "a page after the last one"
    for row in rows:
        _well_formed(row)
    names = [named(row) for row in rows]
    assert len(set(names)) == len(names), "a variable is told twice"
    return rows


def _well_formed(row: Payload) -> None:
    characteristics = row["variableCharacteristics"]
    listed = characteristics["dataType"] in LISTS
    values = characteristics.get("valuesList", "").split(",")
    assert not listed or values != [""], row
    for attribute in row["variableAttribute"]:
        if attribute.get("mutability", "ReadWrite") == "WriteOnly":
            assert "value" not in attribute, row
        elif listed and attribute["value"]:
            assert set(attribute["value"].split(",")) <= set(values), row


def named(row: Payload) -> tuple[str, int, int, str, str]:
    """Component, EVSE, connector, variable and its instance."""
    component, variable = row["component"], row["variable"]
    evse = component.get("evse", {})
    return (
        component["name"],
        evse.get("id", 0),
        evse.get("connectorId", 0),
        variable["name"],
        variable.get("instance", ""),
    )


def actual(row: Payload) -> Payload:
    """The Actual attribute of a row."""
    (found,) = (a for a in row["variableAttribute"] if a.get("type", "Actual") == "Actual")
    return dict(found)
