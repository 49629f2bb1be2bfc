"""Reading, writing and reporting variables (B05, B06, B07)."""

from __future__ import annotations

import pytest

from agent.core.bounds import REPORT_PAGES, REPORT_ROWS
from agent.core.commands import (
    GetBaseReport,
    GetVariables,
    PlannedWrite,
    SetVariables,
    VariableQuery,
    Verdict,
    WriteVariables,
)
from agent.core.effects import ApplyVariables
from agent.core.facts import VariableWritten
from agent.core.provisioning import Provisioning
from agent.core.requests import ReportRequest
from agent.core.turn import Turn
from agent.variables.registry import Registry
from tests.unit.core.parts import facts, registry_of, requests, turn

INTERVAL = VariableQuery(component="OCPPCommCtrlr", variable="HeartbeatInterval", value="77")


@pytest.fixture
def registry() -> Registry:
    return registry_of()


def written(registry: Registry, *queries: VariableQuery, who: str = "csms") -> tuple[list[str], Turn]:
    now = turn()
    result, _ = Provisioning(registry).set(now, SetVariables(queries=queries), who)
    assert result.verdict is Verdict.ACCEPTED
    return [v.status for v in result.variables], now


def read(registry: Registry, query: VariableQuery) -> tuple[str, str | None]:
    (found,) = Provisioning(registry).get(GetVariables(queries=(query,))).variables
    return found.status, found.value


def test_what_was_written_is_read() -> None:
    registry = registry_of()
    assert written(registry, INTERVAL)[0] == ["Accepted"]
    assert read(registry, INTERVAL) == ("Accepted", "77")


def test_a_write_is_a_fact_and_shells_hear_of_it(registry: Registry) -> None:
    _, now = written(registry, INTERVAL)
    assert facts(now.facts, VariableWritten) == [VariableWritten(address="OCPPCommCtrlr.HeartbeatInterval", value="77")]
    assert now.effects == [ApplyVariables(addresses=("OCPPCommCtrlr.HeartbeatInterval",))]


@pytest.mark.parametrize(
    ("query", "status"),
    [
        (VariableQuery(component="Nothing", variable="X", value="1"), "UnknownComponent"),
        (VariableQuery(component="OCPPCommCtrlr", variable="X", value="1"), "UnknownVariable"),
        (VariableQuery(component="OCPPCommCtrlr", variable="HeartbeatInterval", value="x"), "Rejected"),
        (VariableQuery(component="OCPPCommCtrlr", variable="HeartbeatInterval", value=None), "Rejected"),
        (VariableQuery(component="AgentCtrlr", variable="PermitLease", value="5"), "Rejected"),
        (
            VariableQuery(component="OCPPCommCtrlr", variable="HeartbeatInterval", value="5", attribute="MaxSet"),
            "NotSupportedAttributeType",
        ),
        (
            VariableQuery(component="OCPPCommCtrlr", variable="HeartbeatInterval", value="5", attribute="Bogus"),
            "NotSupportedAttributeType",
        ),
    ],
)
def test_a_write_that_is_refused_leaves_no_trace_and_the_others_hold(
    registry: Registry, query: VariableQuery, status: str
) -> None:
    """B05.FR.01: each is judged on its own."""
    statuses, now = written(registry, query, INTERVAL)
    assert statuses == [status, "Accepted"]
    assert len(facts(now.facts, VariableWritten)) == 1


def test_what_only_who_runs_the_station_may_set_is_set_by_a_person(registry: Registry) -> None:
    query = VariableQuery(component="AgentCtrlr", variable="PermitLease", value="12")
    assert written(registry, query, who="local")[0] == ["Accepted"]


def test_nothing_changed_nothing_applied(registry: Registry) -> None:
    _, now = written(registry, VariableQuery(component="Nothing", variable="X", value="1"))
    assert not now.effects


def test_a_secret_is_written_and_never_read(registry: Registry) -> None:
    """B06.FR.09"""
    password = VariableQuery(component="SecurityCtrlr", variable="BasicAuthPassword", value="a-password-of-24-chars..")
    written(registry, password)
    status, value = read(registry, password)
    assert status == "Rejected"
    assert not value


def test_planned_writes_of_a_view_are_done_together(registry: Registry) -> None:
    now = turn()
    command = WriteVariables(
        writes=(
            PlannedWrite(target="OCPPCommCtrlr.HeartbeatInterval", value="33"),
            PlannedWrite(target="TxCtrlr.EVConnectionTimeOut", value="44"),
        )
    )
    changed = Provisioning(registry).write(now, command)
    assert [str(a) for a in changed] == ["OCPPCommCtrlr.HeartbeatInterval", "TxCtrlr.EVConnectionTimeOut"]
    assert [f.value for f in facts(now.facts, VariableWritten)] == ["33", "44"]


def test_after_a_restart_what_was_written_holds_and_what_no_longer_fits_is_named() -> None:
    before, after = registry_of(), registry_of()
    _, now = written(before, INTERVAL)
    lost = VariableWritten(address="Gone.Variable", value="1")
    bad = VariableWritten(address="TxCtrlr.EVConnectionTimeOut", value="many")
    problems = Provisioning(after).restore([*facts(now.facts, VariableWritten), lost, bad])
    assert read(after, INTERVAL) == ("Accepted", "77")
    assert [p.partition(":")[0] for p in problems] == ["Gone.Variable", "TxCtrlr.EVConnectionTimeOut"]


# --- reports -------------------------------------------------------------------------------------------------------


def pages(registry: Registry, kind: str = "FullInventory") -> list[ReportRequest]:
    now = turn()
    Provisioning(registry).send_report(now, GetBaseReport(request_id=5, kind=kind))
    return requests(now, ReportRequest)


def test_a_report_is_told_in_pages_that_are_numbered_and_say_when_they_end(registry: Registry) -> None:
    """B07.FR.04"""
    found = pages(registry)
    assert [p.number for p in found] == list(range(len(found)))
    assert [p.more for p in found] == [True] * (len(found) - 1) + [False]
    assert {p.request_id for p in found} == {5}
    assert all(0 < len(p.rows) <= REPORT_ROWS for p in found)
    told = [row.address for p in found for row in p.rows]
    assert len(told) == len(set(told)) == sum(1 for _ in registry.variables())


def test_of_the_inventories_the_configuration_is_the_smaller(registry: Registry) -> None:
    assert (
        0
        < sum(len(p.rows) for p in pages(registry, "ConfigurationInventory"))
        < sum(len(p.rows) for p in pages(registry))
    )


def test_more_reports_than_there_is_room_for_are_refused_until_some_are_told(registry: Registry) -> None:
    """B07.FR.13: what is accepted is sent whole."""
    provisioning, command = Provisioning(registry), GetBaseReport(request_id=5, kind="FullInventory")
    sent: list[ReportRequest] = []
    while provisioning.base_report(command).verdict is Verdict.ACCEPTED:
        now = turn()
        provisioning.send_report(now, command)
        sent += requests(now, ReportRequest)
        assert len(sent) <= REPORT_PAGES
    assert provisioning.base_report(command).verdict is Verdict.REJECTED
    small = GetBaseReport(request_id=6, kind="SummaryInventory")
    assert len(sent) + len(pages(registry, "SummaryInventory")) > REPORT_PAGES or (
        provisioning.base_report(small).verdict is Verdict.ACCEPTED
    )
    for _ in pages(registry):
        provisioning.page_gone()
    assert provisioning.base_report(command).verdict is Verdict.ACCEPTED


def test_a_report_that_this_station_does_not_make_is_refused(registry: Registry) -> None:
    answer = Provisioning(registry).base_report(GetBaseReport(request_id=5, kind="Something"))
    assert answer.verdict is Verdict.NOT_SUPPORTED
