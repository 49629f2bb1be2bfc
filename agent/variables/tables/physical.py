"""Variables of the station itself, its EVSEs, connectors, locks and meters (part 2, 2.13)."""

from __future__ import annotations

from collections.abc import Callable

from agent.variables.definition import Definition, Derived, Limit, Place, Scope
from agent.variables.vocabulary import AttributeType, DataType, Mutability

RO = Mutability.READ_ONLY
AVAILABILITY_STATES = ("Available", "Occupied", "Reserved", "Unavailable", "Faulted")
PHASE_ROTATIONS = r"|[RSTx]{3}"  # 2.13.5; the empty text means unknown or not applicable
_PLACES = (("ChargingStation", Scope.STATION), ("EVSE", Scope.EVSE), ("Connector", Scope.CONNECTOR))


def _fact(value: Callable[[Place], str]) -> Callable[[Place], Derived]:
    return lambda place: Derived(fact=value(place))


def _phases(place: Place) -> str:
    topology = place.topology
    return str(topology.evse(place.evse).phases if place.evse else topology.phases)


def _amperes(milliamperes: int) -> Limit:
    whole, rest = divmod(milliamperes, 1000)
    return milliamperes / 1000 if rest else whole


def _current(place: Place) -> Derived:
    topology = place.topology
    limit = topology.evse(place.evse).max_current_ma if place.evse else topology.max_current_ma
    return Derived(maximum=_amperes(limit))


def _is_ac(place: Place) -> bool:
    return not place.evse or place.topology.evse(place.evse).phases > 0


def _has_lock(place: Place) -> bool:
    return place.topology.outlet(place.evse, place.connector).has_lock


def _power(place: Place) -> Derived:
    return Derived(maximum=place.topology.evse(place.evse).power_limit_w)


def _outlet_type(place: Place) -> str:
    return place.topology.outlet(place.evse, place.connector).type


def _identity(variable: str, doc: str, value: Callable[[Place], str]) -> Definition:
    return Definition(
        component="ChargingStation",
        variable=variable,
        type=DataType.STRING,
        mutability=RO,
        derive=_fact(value),
        doc=doc,
    )


def _available(component: str, scope: Scope, when: Callable[[Place], bool] | None = None) -> Definition:
    return Definition(
        component=component,
        variable="Available",
        scope=scope,
        type=DataType.BOOLEAN,
        mutability=RO,
        derive=_fact(lambda _: "true"),
        when=when,
        doc="The component exists.",
    )


def _state(component: str, scope: Scope) -> Definition:
    return Definition(
        component=component,
        variable="AvailabilityState",
        scope=scope,
        type=DataType.OPTION_LIST,
        values=AVAILABILITY_STATES,
        default="Unavailable",
        mutability=RO,
        live=True,
        doc="Availability as status notifications tell it.",
    )


def _supply_phases(component: str, scope: Scope) -> Definition:
    return Definition(
        component=component,
        variable="SupplyPhases",
        scope=scope,
        type=DataType.INTEGER,
        minimum=0,
        maximum=3,
        mutability=RO,
        derive=_fact(_phases),
        doc="Phases connected; 0 is direct current.",
    )


def _problem(component: str, scope: Scope, when: Callable[[Place], bool] | None = None) -> Definition:
    return Definition(
        component=component,
        variable="Problem",
        scope=scope,
        type=DataType.BOOLEAN,
        default="false",
        mutability=RO,
        live=True,
        abnormal=True,
        when=when,
        doc="A fault impairs the component.",
    )


def _ac_current(component: str, scope: Scope) -> Definition:
    return Definition(
        component=component,
        variable="ACCurrent",
        scope=scope,
        type=DataType.DECIMAL,
        unit="A",
        minimum=0,
        mutability=RO,
        others=((AttributeType.MAX_SET, Mutability.READ_WRITE),),
        live=True,
        derive=_current,
        when=_is_ac,
        doc="Current per phase; MaxSet is the configured maximum.",
    )


def _rotation(component: str, scope: Scope, doc: str) -> Definition:
    return Definition(
        component=component,
        variable="PhaseRotation",
        scope=scope,
        type=DataType.STRING,
        maximum=3,
        pattern=PHASE_ROTATIONS,
        doc=doc,
    )


PHYSICAL: tuple[Definition, ...] = (
    *(_available(component, scope) for component, scope in _PLACES),
    *(_state(component, scope) for component, scope in _PLACES),
    *(_supply_phases(component, scope) for component, scope in _PLACES),
    *(_problem(component, scope) for component, scope in _PLACES),
    _ac_current("ChargingStation", Scope.STATION),
    _ac_current("EVSE", Scope.EVSE),
    _identity("VendorName", "Maker of the station.", lambda place: place.topology.vendor),
    _identity("Model", "Model of the station.", lambda place: place.topology.model),
    _identity("SerialNumber", "Serial number of the station.", lambda place: place.topology.serial),
    _identity("FirmwareVersion", "Version of the firmware.", lambda place: place.topology.firmware),
    Definition(
        component="ChargingStation",
        variable="MinimumStatusDuration",
        type=DataType.INTEGER,
        unit="s",
        minimum=0,
        maximum=3600,
        default="0",
        doc="Time that a status lasts before it is reported.",
    ),
    Definition(
        component="EVSE",
        variable="Power",
        scope=Scope.EVSE,
        type=DataType.DECIMAL,
        unit="W",
        minimum=0,
        mutability=RO,
        live=True,
        derive=_power,
        doc="Power that flows; the maximum is what the EVSE can provide.",
    ),
    Definition(
        component="EVSE",
        variable="AllowReset",
        scope=Scope.EVSE,
        type=DataType.BOOLEAN,
        mutability=RO,
        derive=_fact(lambda _: "true"),
        doc="The EVSE can be reset alone.",
    ),
    Definition(
        component="Connector",
        variable="ConnectorType",
        scope=Scope.CONNECTOR,
        type=DataType.STRING,
        mutability=RO,
        derive=_fact(_outlet_type),
        doc="Type of the socket or the plug.",
    ),
    _rotation("ChargingStation", Scope.STATION, "Order of the phases at the main meter, seen from the grid."),
    _rotation("Connector", Scope.CONNECTOR, "Order of the phases at the connector, seen from its meter."),
    _available("ConnectorPlugRetentionLock", Scope.CONNECTOR, _has_lock),
    _problem("ConnectorPlugRetentionLock", Scope.CONNECTOR, _has_lock),
    Definition(
        component="ConnectorPlugRetentionLock",
        variable="Active",
        scope=Scope.CONNECTOR,
        type=DataType.BOOLEAN,
        default="false",
        mutability=RO,
        live=True,
        when=_has_lock,
        doc="The plug is locked.",
    ),
    _available("FiscalMetering", Scope.EVSE),
    _problem("FiscalMetering", Scope.EVSE),
    Definition(
        component="FiscalMetering",
        variable="EnergyImportRegister",
        scope=Scope.EVSE,
        type=DataType.DECIMAL,
        unit="Wh",
        mutability=RO,
        live=True,
        doc="Register of the energy delivered to cars.",
    ),
)
