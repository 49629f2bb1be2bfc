"""Functional block B on the device model: get and set variables, and the pages of a base report (B05, B06, B07)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from msgspec import UNSET, UnsetType

from agent.core.clock import Stamp
from agent.core.commands import GetBaseReport, GetVariables, Result, SetVariables, VariableQuery, Verdict
from agent.core.requests import EventRequest, ReportRequest
from agent.ocpp.dialect import Refusal
from agent.ocpp.messages import v201
from agent.ocpp.rpc_codes import ErrorCode
from agent.ocpp.v2x import places
from agent.ocpp.v2x.edition import Messages
from agent.ocpp.v2x.status_info import status_info
from agent.variables import names
from agent.variables.address import Address
from agent.variables.registry import Registry
from agent.variables.report import Attribute, Characteristics, Entry, row
from agent.variables.vocabulary import VALUE_LENGTH_MAX

_ACCEPTED: Final = "Accepted"
_REPORT_STATUS: Final = frozenset({Verdict.ACCEPTED, Verdict.REJECTED, Verdict.NOT_SUPPORTED, Verdict.EMPTY})


class DeviceModel:
    """Translates questions about variables, and what is reported of them."""

    def __init__(self, messages: Messages, registry: Registry, time: Callable[[Stamp], str]) -> None:
        self._m = messages
        self._registry = registry
        self._time = time

    # Get and set

    def decode_get(self, payload: v201.GetVariablesRequest) -> GetVariables | Refusal:
        """B06. More items than announced are refused as a whole (B06.FR.16)."""
        items = payload.getVariableData
        refusal = self._too_many(items, names.ITEMS_PER_GET_VARIABLES)
        return refusal or GetVariables(queries=tuple(_query(i.component, i.variable, i.attributeType) for i in items))

    def decode_set(self, payload: v201.SetVariablesRequest) -> SetVariables | Refusal:
        """B05. More items than announced are refused as a whole: the CSMS must not send them (B05.FR.11)."""
        items = payload.setVariableData
        refusal = self._too_many(items, names.ITEMS_PER_SET_VARIABLES)
        return refusal or SetVariables(
            queries=tuple(_query(i.component, i.variable, i.attributeType, i.attributeValue) for i in items)
        )

    def _too_many(self, items: Sequence[Any], limit: Address) -> Refusal | None:
        allowed = self._registry.integer(limit)
        if len(items) <= allowed:
            return None
        return Refusal(ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION, f"{len(items)} items, at most {allowed} are taken")

    def encode_get(self, payload: v201.GetVariablesRequest, result: Result) -> v201.GetVariablesResponse:
        """One answer for each item, in order, with the names as they were asked (B06.FR.01, B06.FR.02)."""
        m = self._m
        told = []
        for item, found in zip(payload.getVariableData, result.variables, strict=True):
            status: Any = found.status
            accepted = found.status == _ACCEPTED
            told.append(
                m.GetVariableResultType(
                    attributeStatus=status,
                    component=item.component,
                    variable=item.variable,
                    attributeType=item.attributeType or "Actual",  # B06.FR.03, B06.FR.11
                    attributeValue=(found.value or "")[:VALUE_LENGTH_MAX] if accepted else UNSET,  # B06.FR.06, FR.13
                    attributeStatusInfo=UNSET if accepted else status_info(m, found.code, found.why),
                )
            )
        return m.GetVariablesResponse(getVariableResult=told)

    def encode_set(self, payload: v201.SetVariablesRequest, result: Result) -> v201.SetVariablesResponse:
        """One answer for each item, in order (B05.FR.01, B05.FR.02)."""
        m = self._m
        told = []
        for item, found in zip(payload.setVariableData, result.variables, strict=True):
            status: Any = found.status
            told.append(
                m.SetVariableResultType(
                    attributeStatus=status,
                    component=item.component,
                    variable=item.variable,
                    attributeType=item.attributeType or "Actual",  # B05.FR.03, B05.FR.12
                    attributeStatusInfo=UNSET if found.status == _ACCEPTED else status_info(m, found.code, found.why),
                )
            )
        return m.SetVariablesResponse(setVariableResult=told)

    # Reports

    def decode_report(self, payload: v201.GetBaseReportRequest) -> GetBaseReport:
        """B07."""
        return GetBaseReport(request_id=payload.requestId, kind=payload.reportBase)

    def encode_report(self, payload: v201.GetBaseReportRequest, result: Result) -> v201.GetBaseReportResponse:
        """B07.FR.01, B07.FR.02."""
        status: Any = result.verdict.value if result.verdict in _REPORT_STATUS else "Rejected"
        info = UNSET if status == _ACCEPTED else status_info(self._m, result.code, result.why)
        return self._m.GetBaseReportResponse(status=status, statusInfo=info)

    def page(self, request: ReportRequest) -> v201.NotifyReportRequest:
        """One page, with the values of the moment at which it is sent."""
        found = (row(self._registry, r.address) for r in request.rows)
        rows = [self._entry(entry) for entry in found if entry is not None]
        return self._m.NotifyReportRequest(
            requestId=request.request_id,
            generatedAt=self._time(request.stamp),
            seqNo=request.number,  # B07.FR.10
            reportData=rows or UNSET,
            tbc=True if request.more else UNSET,
        )

    def _entry(self, entry: Entry) -> v201.ReportDataType:
        component, variable = self._named(entry.address)
        return self._m.ReportDataType(
            component=component,
            variable=variable,
            variableAttribute=[self._attribute(attribute) for attribute in entry.attributes],
            variableCharacteristics=self._characteristics(entry.characteristics),
        )

    def _named(self, address: Address) -> tuple[v201.ComponentType, v201.VariableType]:
        m = self._m
        evse: Any = UNSET
        if address.evse:
            evse = m.EVSEType(id=address.evse, connectorId=address.connector or UNSET)
        component = m.ComponentType(name=address.component, instance=address.component_instance or UNSET, evse=evse)
        return component, m.VariableType(name=address.variable, instance=address.variable_instance or UNSET)

    def _attribute(self, attribute: Attribute) -> v201.VariableAttributeType:
        kind: Any = attribute.type.value
        mutability: Any = attribute.mutability.value
        return self._m.VariableAttributeType(
            type=kind,
            value=UNSET if attribute.value is None else attribute.value[:VALUE_LENGTH_MAX],
            mutability=mutability,
            persistent=attribute.persistent,
            constant=attribute.constant,
        )

    def _characteristics(self, told: Characteristics) -> v201.VariableCharacteristicsType:
        kind: Any = told.type.value
        return self._m.VariableCharacteristicsType(
            dataType=kind,
            supportsMonitoring=told.supports_monitoring,
            unit=told.unit or UNSET,
            minLimit=UNSET if told.minimum is None else told.minimum,
            maxLimit=UNSET if told.maximum is None else told.maximum,
            valuesList=UNSET if told.values is None else told.values,
        )

    # Events

    def event(self, request: EventRequest) -> v201.NotifyEventRequest:
        """G05.FR.02: an event that the firmware itself watches for, told by its change."""
        address = Address(request.component, request.variable, request.evse, request.connector)
        component, variable = self._named(address)
        at = self._time(request.stamp)
        data = self._m.EventDataType(
            eventId=request.event_id,
            timestamp=at,
            trigger="Delta",
            actualValue=request.value[:VALUE_LENGTH_MAX],
            component=component,
            variable=variable,
            eventNotificationType="HardWiredNotification",
            cleared=True if request.cleared else UNSET,
        )
        return self._m.NotifyEventRequest(generatedAt=at, seqNo=0, eventData=[data])  # N07.FR.07


def _query(
    component: v201.ComponentType, variable: v201.VariableType, attribute: str | UnsetType, value: str | None = None
) -> VariableQuery:
    evse, connector = places.of(component.evse)
    return VariableQuery(
        component=component.name,
        variable=variable.name,
        component_instance=component.instance or "",  # B06.FR.15: an empty one is none
        variable_instance=variable.instance or "",
        evse=evse,
        connector=connector,
        attribute=attribute or "Actual",  # B05.FR.13, B06.FR.11
        value=value,
    )
