"""Reading, writing and reporting the variables (B05, B06, B07; the configuration keys of 1.6 are a view of them)."""

from __future__ import annotations

from agent.core.bounds import REPORT_PAGES, REPORT_ROWS
from agent.core.commands import (
    GetBaseReport,
    GetVariables,
    Result,
    SetVariables,
    VariableQuery,
    VariableResult,
    Verdict,
    WriteVariables,
    rejected,
)
from agent.core.effects import ApplyVariables, Ask
from agent.core.facts import VariableWritten
from agent.core.requests import ReportRequest, VariableReport
from agent.core.turn import Turn
from agent.variables import names
from agent.variables.address import Address
from agent.variables.registry import Registry
from agent.variables.report import rows
from agent.variables.vocabulary import AttributeType, Author, Change, ReportKind


class Provisioning:
    """Commands on the registry. A write is a fact first; it holds from the moment that it is durable."""

    REPORT_ID = 500

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._pages = 0  # on their way

    def get(self, command: GetVariables) -> Result:
        found = []
        for query in command.queries:
            address, attribute = _target(query)
            if attribute is None:
                found.append(VariableResult(query=query, status="NotSupportedAttributeType"))
                continue
            got = self._registry.get(address, attribute)
            found.append(VariableResult(query=query, status=got.status.value, value=got.value, code=got.code.value))
        return Result(verdict=Verdict.ACCEPTED, variables=tuple(found))

    def set(self, turn: Turn, command: SetVariables, who: str) -> tuple[Result, list[Address]]:
        """Each write is judged on its own (B05.FR.01); the addresses that changed come back."""
        found, changed = [], []
        for query in command.queries:
            address, attribute = _target(query)
            if attribute is None:
                found.append(VariableResult(query=query, status="NotSupportedAttributeType"))
                continue
            planned = self._registry.plan_set(address, query.value or "", attribute=attribute, who=Author(who))
            if planned.change is not None:
                self._do(turn, planned.change)
                changed.append(address)
            status, code = planned.status.value, planned.code.value
            found.append(VariableResult(query=query, status=status, code=code, why=planned.reason))
        if changed:
            turn.do(ApplyVariables(addresses=tuple(str(a) for a in changed)))
        return Result(verdict=Verdict.ACCEPTED, variables=tuple(found)), changed

    def write(self, turn: Turn, command: WriteVariables) -> list[Address]:
        """Do writes that were planned by a view on the registry."""
        changes = [c for w in command.writes if (c := Change.of(w.target, w.value)) is not None]
        for change in changes:
            self._do(turn, change)
        if changes:
            turn.do(ApplyVariables(addresses=tuple(str(c.address) for c in changes)))
        return [c.address for c in changes]

    def adopt(self, turn: Turn, address: Address, value: str) -> None:
        """The CSMS set a variable by another message than one that writes variables; what may not be is let be."""
        if self._registry.text(address) == value:
            return
        planned = self._registry.plan_set(address, value)
        if planned.change is not None:
            self._do(turn, planned.change)

    def _do(self, turn: Turn, change: Change) -> None:
        self._registry.apply(change)
        turn.record(VariableWritten(address=change.target, value=change.value))

    def restore(self, written: list[VariableWritten]) -> list[str]:
        """Put persisted writes back; what no longer fits (a newer table, another board) is named, not obeyed."""
        changes = [c for w in written if (c := Change.of(w.address, w.value)) is not None]
        return [f"{change.target}: {why}" for change, why in self._registry.restore(changes)]

    def base_report(self, command: GetBaseReport) -> Result:
        kinds = {k.value: k for k in ReportKind}
        if command.kind not in kinds:
            return Result(verdict=Verdict.NOT_SUPPORTED)
        pages = len(self._pages_of(kinds[command.kind]))
        if not pages:
            return Result(verdict=Verdict.EMPTY)
        if self._pages + pages > REPORT_PAGES:
            return rejected("OutOfMemory", "too many reports wait for the CSMS to take them")  # B07.FR.13
        return Result(verdict=Verdict.ACCEPTED)

    def send_report(self, turn: Turn, command: GetBaseReport) -> None:
        """NotifyReport pages, in order; the outbox sends one after the other (B07.FR.04)."""
        pages = self._pages_of(ReportKind(command.kind))
        self._pages += len(pages)
        for number, page in enumerate(pages):
            request = ReportRequest(
                request_id=command.request_id,
                number=number,
                more=number + 1 < len(pages),
                stamp=turn.now.stamp(),
                rows=tuple(VariableReport(address=text) for text in page),
                triggered=True,  # B02.FR.02: asked for by GetBaseReport
            )
            turn.do(Ask(request_id=self.REPORT_ID, delivery="report", request=request))

    def _pages_of(self, kind: ReportKind) -> list[list[str]]:
        texts = rows(self._registry, kind)
        size = min(REPORT_ROWS, max(self._registry.integer(names.ITEMS_PER_GET_REPORT, REPORT_ROWS), 1))
        return [texts[i : i + size] for i in range(0, len(texts), size)]

    def page_gone(self) -> None:
        """A page was taken, or never will be."""
        self._pages = max(self._pages - 1, 0)

    def forget_pages(self) -> None:
        """A new link: no report outlives the one before."""
        self._pages = 0


def _target(query: VariableQuery) -> tuple[Address, AttributeType | None]:
    address = Address(
        component=query.component,
        variable=query.variable,
        evse=query.evse or 0,
        connector=query.connector or 0,
        component_instance=query.component_instance,
        variable_instance=query.variable_instance,
    )
    known = {a.value: a for a in AttributeType}
    return address, known.get(query.attribute or AttributeType.ACTUAL.value)
