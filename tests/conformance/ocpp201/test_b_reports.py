"""Official cases of OCPP 2.0.1, block B: base reports (B07)."""

from __future__ import annotations

import csv
from datetime import datetime
from pathlib import Path

import pytest

from tests.conformance.boot201 import TWO, change_availability, places
from tests.conformance.reports201 import Payload, actual, named, report
from tests.conformance.states201 import SOCKET, World, ready, world

Name = tuple[str, int, int, str, str]
# OCA's referenced variables of 2.0.1, as data; rows with a feature are required only with that functional block.
REQUIRED = Path(__file__).parents[2] / "unit" / "variables" / "required_201.tsv"
WRITABLE = frozenset({"ReadWrite", "WriteOnly"})
# Required variables that have no value until the operator gives one, or that are lists with nothing in them.
UNSET = frozenset(
    {
        ("SecurityCtrlr", "OrganizationName"),
        ("OCPPCommCtrlr", "FileTransferProtocols"),
        ("AlignedDataCtrlr", "TxEndedMeasurands"),
    }
)
# Components whose required variables are left out here, because this station lacks their functional block.
NO_BLOCK = frozenset(
    {
        "DisplayMessageCtrlr",
        "ISO15118Ctrlr",
        "LocalAuthListCtrlr",
        "MonitoringCtrlr",
        "ReservationCtrlr",
        "SmartChargingCtrlr",
        "TariffCostCtrlr",
    }
)


def _required(w: World, *, writable: bool = False) -> set[Name]:
    """Names of all variables that the specification requires of this station."""
    with REQUIRED.open(encoding="utf-8") as lines:
        rows = [r for r in csv.DictReader(lines, delimiter="\t") if r["required"] == "yes" and not r["feature"]]
    found: set[Name] = set()
    for row in rows:
        if writable and not set(row["mutability"].split("|")) <= WRITABLE:
            continue
        match row["component"]:
            case "EVSE":
                where = [(evse, 0) for evse in sorted({evse for evse, _ in places(w)})]
            case "Connector":
                where = places(w)
            case _:
                where = [(0, 0)]
        found |= {(row["component"], *place, row["variable"], row["instance"]) for place in where}
    assert len(found) > (15 if writable else 50)
    return found


def _as_referenced(rows: dict[Name, Payload]) -> int:
    """Every reported variable that the specification describes is as described; gives how many."""
    with REQUIRED.open(encoding="utf-8") as lines:
        known = {(r["component"], r["variable"], r["instance"]): r for r in csv.DictReader(lines, delimiter="\t")}
    count = 0
    for (component, _, _, variable, instance), row in rows.items():
        wanted = known.get((component, variable, instance))
        if wanted is None:
            continue
        characteristics = row["variableCharacteristics"]
        assert actual(row)["mutability"] in wanted["mutability"].split("|"), row
        assert characteristics["dataType"] == wanted["type"], row
        assert characteristics.get("unit", "") == wanted["unit"], row
        count += 1
    return count


def _by_name(rows: list[Payload]) -> dict[Name, Payload]:
    return {named(row): row for row in rows}


@pytest.mark.case("2.0.1", "TC_B_12_CS")
def test_tc_b_12_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        rows = _by_name(report(w, "ConfigurationInventory"))
        for row in rows.values():
            assert {a["mutability"] for a in row["variableAttribute"]} <= WRITABLE, row
        assert not _required(w, writable=True) - set(rows)


@pytest.mark.case("2.0.1", "TC_B_13_CS")
def test_tc_b_13_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        rows = _by_name(report(w, "FullInventory"))
        assert not _required(w) - set(rows)
        for component in ("ChargingStation", "EVSE", "Connector"):
            assert any(name[0] == component for name in rows)


@pytest.mark.case("2.0.1", "TC_B_14_CS")
def test_tc_b_14_cs() -> None:
    with world("2.0.1", evses=(SOCKET, SOCKET)) as w:
        ready(w)
        change_availability(w, "Inoperative", "Accepted", 2)
        w.bench("ev.plug_in", evse=1)
        w.advance(5)
        w.forget()
        rows = _by_name(report(w, "SummaryInventory"))
        states = {name[:3]: actual(row)["value"] for name, row in rows.items() if name[3] == "AvailabilityState"}
        assert states == {
            ("ChargingStation", 0, 0): "Available",
            ("EVSE", 1, 0): "Occupied",
            ("EVSE", 2, 0): "Unavailable",
            ("Connector", 1, 1): "Occupied",
            ("Connector", 2, 1): "Unavailable",
        }
        assert not [name for name in rows if name[3] != "AvailabilityState"], "nothing is in an abnormal state"
        w.bench("fault.inject", evse=1, code="contactor_welded")
        w.advance(5)
        w.forget()
        rows = _by_name(report(w, "SummaryInventory"))
        assert actual(rows["EVSE", 1, 0, "AvailabilityState", ""])["value"] == "Faulted"
        assert actual(rows["EVSE", 1, 0, "Problem", ""])["value"] == "true"
        assert ("EVSE", 2, 0, "Problem", "") not in rows


@pytest.mark.case("2.0.1", "TC_B_53_CS")
def test_tc_b_53_cs() -> None:
    with world("2.0.1", evses=(SOCKET, SOCKET)) as w:
        ready(w)
        rows = _by_name(report(w, "FullInventory"))
        assert not _required(w) - set(rows)
        readable = {n: row for n, row in rows.items() if actual(row)["mutability"] != "WriteOnly"}
        empty = {name for name in _required(w) & set(readable) if actual(readable[name])["value"] == ""}
        assert {(name[0], name[3]) for name in empty} <= UNSET
        assert _as_referenced(rows) >= len(_required(w))
        for evse in (1, 2):  # what the specification requires of it is the limit
            assert float(rows["EVSE", evse, 0, "Power", ""]["variableCharacteristics"]["maxLimit"]) > 0
        blocks = {
            n[0] for n, row in rows.items() if n[3] in {"Available", "Enabled"} and actual(row)["value"] == "true"
        }
        assert not blocks & NO_BLOCK, "told to be there, without the variables that go with it"
        now = datetime.fromisoformat(actual(rows["ClockCtrlr", 0, 0, "DateTime", ""])["value"])
        assert abs((datetime.fromisoformat(w.csms.time()) - now).total_seconds()) < 60
        assert actual(rows["Connector", 2, 1, "AvailabilityState", ""])["value"] == "Available"
        assert actual(rows["ConnectorPlugRetentionLock", 1, 1, "Active", ""])["value"] == "false"
        assert actual(rows["AuthCacheCtrlr", 0, 0, "Storage", ""])["value"] == "0"
