"""Live values of the device model: what the core knows at the moment of the question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core.requests import ConnectorStatus
from agent.variables.address import Address
from hal.types import FaultCode

if TYPE_CHECKING:
    from agent.core.evse import Evse
    from agent.core.station import Station

_TRUE, _FALSE = "true", "false"


def folded(status: ConnectorStatus, occupied: bool) -> str:
    """Connector status in the five words of 2.x (ConnectorStatusEnumType)."""
    match status:
        case ConnectorStatus.FAULTED | ConnectorStatus.UNAVAILABLE | ConnectorStatus.RESERVED:
            return status.value
        case _:
            return "Occupied" if occupied else "Available"


def value(station: Station, address: Address) -> str | None:
    """Text of a live variable; None where there is nothing to say."""
    if address.evse == 0:
        return _of_station(station, address)
    evse = station.evses.get(address.evse)
    return None if evse is None else _of_evse(evse, address)


def _of_station(station: Station, address: Address) -> str | None:
    match address.component, address.variable:
        case "ChargingStation", "AvailabilityState":
            return folded(station.status.current((0, 0)).status, False)
        case "ChargingStation", "Problem":
            return _TRUE if any(f.evse == 0 and f.blocking for f in station.faults.all()) else _FALSE
        case _:
            return None


def _of_evse(evse: Evse, address: Address) -> str | None:
    connector = address.connector or evse.connector or 1
    match address.component, address.variable:
        case (("EVSE" | "Connector"), "AvailabilityState"):
            return folded(evse.status(connector), evse.occupied(connector))
        case (("EVSE" | "Connector"), "Problem"):
            return _TRUE if evse.host.faults.blocking(evse.id) is not None else _FALSE
        case "ConnectorPlugRetentionLock", "Problem":
            found = any(f.code is FaultCode.LOCK for f in evse.host.faults.of(evse.id))
            return _TRUE if found else _FALSE
        case "FiscalMetering", "Problem":
            found = any(f.code is FaultCode.POWER_METER for f in evse.host.faults.of(evse.id))
            return _TRUE if found else _FALSE
        case "FiscalMetering", "EnergyImportRegister":
            return str(evse.register.register_wh)
        case "EVSE", "Power":
            return str(evse.reading.power_w) if evse.reading is not None and evse.reading.power_w is not None else "0"
        case _:
            return None
