"""What the station is made of: the facts from which the registry instantiates its variables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from enum import StrEnum

from hal.types import TokenKind
from hal.value import frozen

# MeasurandEnumType of 2.0.1, in the order in which lists of values are reported.
MEASURANDS: tuple[str, ...] = (
    "Energy.Active.Import.Register",
    "Energy.Active.Export.Register",
    "Energy.Reactive.Import.Register",
    "Energy.Reactive.Export.Register",
    "Energy.Active.Import.Interval",
    "Energy.Active.Export.Interval",
    "Energy.Reactive.Import.Interval",
    "Energy.Reactive.Export.Interval",
    "Energy.Active.Net",
    "Energy.Reactive.Net",
    "Energy.Apparent.Net",
    "Energy.Apparent.Import",
    "Energy.Apparent.Export",
    "Power.Active.Import",
    "Power.Active.Export",
    "Power.Offered",
    "Power.Factor",
    "Power.Reactive.Import",
    "Power.Reactive.Export",
    "Current.Import",
    "Current.Export",
    "Current.Offered",
    "Voltage",
    "Frequency",
    "SoC",
)
ENERGY = "Energy.Active.Import.Register"


class Feature(StrEnum):
    """Functional blocks and abilities that a station may have beyond those every station has."""

    LOCAL_LIST = "local_list"
    RESERVATION = "reservation"
    SMART_CHARGING = "smart_charging"
    MONITORING = "monitoring"
    DISPLAY = "display"
    TARIFF = "tariff"
    COST = "cost"
    ISO15118 = "iso15118"
    FIRMWARE = "firmware"


@frozen
class Outlet:
    """One connector. `type` is a ConnectorEnumType of 2.0.1, or cGBT, cChaoJi, OppCharge (part 2, 2.13.4)."""

    type: str = "sType2"
    has_lock: bool = False

    @property
    def tethered(self) -> bool:
        """Whether the cable is fixed to the station (OCPP spells captive cables with a leading c)."""
        return self.type.startswith("c")


@frozen
class Evse:
    """One EVSE. `phases` 0 means DC. `max_power_w` 0 is derived from current, phases and voltage."""

    connectors: tuple[Outlet, ...] = (Outlet(),)
    phases: int = 3
    max_current_ma: int = 32_000
    max_power_w: int = 0
    voltage_mv: int = 230_000
    measurands: tuple[str, ...] = (ENERGY,)
    signed_values: bool = False
    bay_sensor: bool = False

    @property
    def power_limit_w(self) -> int:
        """The most that the EVSE can provide, in watts."""
        if self.max_power_w:
            return self.max_power_w
        return self.max_current_ma * self.voltage_mv * max(self.phases, 1) // 1_000_000


@frozen
class Topology:
    """The whole station; EVSE n is `evses[n - 1]`, its connector m is `connectors[m - 1]`.

    `network_profiles` maps a configuration slot to the security profile of the connection configured there.
    """

    evses: tuple[Evse, ...] = (Evse(),)
    phases: int = 3
    max_current_ma: int = 32_000  # the supply fuse, per phase
    vendor: str = ""
    model: str = ""
    serial: str = ""
    firmware: str = ""
    identity: str = ""
    security_profile: int = 1
    features: frozenset[Feature] = frozenset()
    token_kinds: tuple[TokenKind, ...] = (TokenKind.ISO14443, TokenKind.CENTRAL, TokenKind.NO_AUTHORIZATION)
    time_sources: tuple[str, ...] = ("Heartbeat",)
    file_transfer: tuple[str, ...] = ()
    network_profiles: Mapping[int, int] = field(default_factory=lambda: {1: 1})
    certificates: int = 0  # root certificates of the CSMS that are configured

    def places(self) -> Iterator[tuple[int, int]]:
        """(EVSE, connector) of every connector. Its position, from 1, is the connector id of OCPP 1.6."""
        for evse, supply in enumerate(self.evses, start=1):
            for connector in range(1, len(supply.connectors) + 1):
                yield evse, connector

    def evse(self, number: int) -> Evse:
        """One EVSE by its number, counted from 1."""
        return self.evses[number - 1]

    def outlet(self, evse: int, connector: int) -> Outlet:
        """One connector by its place, counted from 1."""
        return self.evses[evse - 1].connectors[connector - 1]

    def measurands(self) -> tuple[str, ...]:
        """Every measurand that some meter of the station can read, in the order of `MEASURANDS`."""
        read = {name for supply in self.evses for name in supply.measurands}
        return tuple(name for name in MEASURANDS if name in read)

    def has(self, feature: Feature) -> bool:
        """Whether the station has the feature."""
        return feature in self.features
