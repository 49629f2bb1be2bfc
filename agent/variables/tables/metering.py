"""Variables of sampled and clock-aligned meter values (part 2, 2.7)."""

from __future__ import annotations

from agent.variables.definition import Definition, Derived, Place
from agent.variables.topology import ENERGY
from agent.variables.vocabulary import DataType, Mutability

DAY_S = 86_400
LIST_LENGTH_MAX = 1000  # SetVariableData.attributeValue


def _readable(place: Place) -> Derived:
    return Derived(values=place.topology.measurands())


def _energy(place: Place) -> Derived:
    values = place.topology.measurands()
    return Derived(values=values, default=ENERGY if ENERGY in values else "")


def _signs(place: Place) -> bool:
    return any(evse.signed_values for evse in place.topology.evses)


def _flag(component: str, variable: str, default: str, doc: str) -> Definition:
    return Definition(component=component, variable=variable, type=DataType.BOOLEAN, default=default, doc=doc)


def _available(component: str, doc: str) -> Definition:
    return Definition(
        component=component,
        variable="Available",
        type=DataType.BOOLEAN,
        mutability=Mutability.READ_ONLY,
        derive=lambda _: Derived(fact="true"),
        doc=doc,
    )


def _list(component: str, variable: str, doc: str, *, energy: bool = True) -> Definition:
    return Definition(
        component=component,
        variable=variable,
        type=DataType.MEMBER_LIST,
        maximum=LIST_LENGTH_MAX,
        derive=_energy if energy else _readable,
        doc=doc,
    )


def _interval(component: str, variable: str, default: str, doc: str) -> Definition:
    return Definition(
        component=component,
        variable=variable,
        type=DataType.INTEGER,
        unit="s",
        minimum=0,
        maximum=DAY_S,
        default=default,
        doc=doc,
    )


def _signed(component: str, doc: str) -> Definition:
    return Definition(
        component=component,
        variable="SignReadings",
        type=DataType.BOOLEAN,
        default="false",
        when=_signs,  # 2.7.3, 2.7.14: not reported by a station that cannot sign
        doc=doc,
    )


_SAMPLED = "SampledDataCtrlr"
_ALIGNED = "AlignedDataCtrlr"

METERING: tuple[Definition, ...] = (
    _available(_SAMPLED, "Whether sampled meter values are supported."),
    _flag(_SAMPLED, "Enabled", "true", "Whether sampled meter values are sent."),
    _list(_SAMPLED, "TxStartedMeasurands", "Measurands of the first message of a transaction."),
    _list(_SAMPLED, "TxUpdatedMeasurands", "Measurands sampled during a transaction."),
    _interval(_SAMPLED, "TxUpdatedInterval", "60", "Interval of samples during a transaction; 0 sends none."),
    _list(_SAMPLED, "TxEndedMeasurands", "Measurands of the last message of a transaction."),
    _interval(_SAMPLED, "TxEndedInterval", "0", "Interval of samples in the last message; 0: begin and end only."),
    _signed(_SAMPLED, "Send signed sampled values."),
    _available(_ALIGNED, "Whether clock-aligned meter values are supported."),
    _flag(_ALIGNED, "Enabled", "true", "Whether clock-aligned meter values are sent."),
    _list(_ALIGNED, "Measurands", "Clock-aligned measurands."),
    _interval(_ALIGNED, "Interval", "0", "Interval of clock-aligned values from midnight; 0 sends none."),
    _list(_ALIGNED, "TxEndedMeasurands", "Clock-aligned measurands of the last message.", energy=False),
    _interval(_ALIGNED, "TxEndedInterval", "0", "Interval of clock-aligned values in the last message."),
    _flag(_ALIGNED, "SendDuringIdle", "false", "No clock-aligned values during transactions (J01.FR.20)."),
    _signed(_ALIGNED, "Send signed clock-aligned values."),
)
