"""Live values of the device model: what the core knows at the moment of the question."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from msgspec import json

from agent.core.clock import WallMs
from agent.core.requests import ConnectorStatus
from agent.variables.address import Address
from hal.types import FaultCode, LockState

if TYPE_CHECKING:
    from agent.core.evse import Evse
    from agent.core.station import Station

_TRUE, _FALSE = "true", "false"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


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
        case "ClockCtrlr", "DateTime":
            return None if station.wall_ms is None else _date_time(station.wall_ms)
        case "OCPPCommCtrlr", "ActiveNetworkProfile":
            return None if station.backend.network_slot is None else str(station.backend.network_slot)
        case "AuthCacheCtrlr", "Storage":
            return str(sum(len(json.encode(entry)) for entry in station.authorizer.cache.entries()))
        case "ChargingStation", "ACCurrent":
            return _amperes(sum(_current_ma(evse) for evse in station.evses.values()))
        case "ChargingStation", "AvailabilityState":
            return folded(station.status.current((0, 0)).status, False)
        case "ChargingStation", "Problem":
            return _TRUE if any(f.evse == 0 and f.blocking for f in station.faults.all()) else _FALSE
        case _:
            return None


def _of_evse(evse: Evse, address: Address) -> str | None:
    connector = address.connector or evse.front
    match address.component, address.variable:
        case (("EVSE" | "Connector"), "AvailabilityState"):
            return folded(evse.status(connector), evse.occupied(connector))
        case (("EVSE" | "Connector"), "Problem"):
            return _TRUE if evse.host.faults.blocking(evse.id) is not None else _FALSE
        case "ConnectorPlugRetentionLock", "Problem":
            return _TRUE if lock_problem(evse) else _FALSE
        case "ConnectorPlugRetentionLock", "Active":
            report = evse.report
            return _TRUE if report is not None and report.lock is LockState.LOCKED else _FALSE
        case "EVSE", "ACCurrent":
            return _amperes(_current_ma(evse))
        case "FiscalMetering", "Problem":
            found = any(f.code is FaultCode.POWER_METER for f in evse.host.faults.of(evse.id))
            return _TRUE if found else _FALSE
        case "FiscalMetering", "EnergyImportRegister":
            return str(evse.register.register_wh)
        case "EVSE", "Power":
            return str(evse.reading.power_w) if evse.reading is not None and evse.reading.power_w is not None else "0"
        case _:
            return None


def lock_problem(evse: Evse) -> bool:
    """Whether the lock does not do what it was told (G05)."""
    return any(f.code is FaultCode.LOCK for f in evse.host.faults.of(evse.id))


def _current_ma(evse: Evse) -> int:
    """Mean over the phases: what a value without an instance says of a component that has several."""
    phases = evse.reading.current_ma if evse.reading is not None else ()
    return sum(phases) // len(phases) if phases else 0


def _amperes(current_ma: int) -> str:
    sign, (whole, rest) = "-" if current_ma < 0 else "", divmod(abs(current_ma), 1000)
    return sign + (f"{whole}.{rest:03}".rstrip("0") if rest else str(whole))


def _date_time(wall_ms: WallMs) -> str:
    return (_EPOCH + timedelta(milliseconds=wall_ms)).isoformat(timespec="milliseconds").replace("+00:00", "Z")
