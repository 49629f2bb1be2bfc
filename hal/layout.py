"""What a checked board consists of. `hal.board` makes these from a file; nothing here reads or opens anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, fields, is_dataclass
from enum import StrEnum

from hal import registry
from hal.guard.settings import InterlockSettings
from hal.registry import Driver, Kind
from hal.types import EvseCapabilities
from hal.value import frozen

MAX_EVSES = 32

PARTS: dict[str, Kind] = {
    "pilot": Kind.PILOT,
    "contactor": Kind.CONTACTOR,
    "proximity": Kind.PROXIMITY,
    "residual_current": Kind.RESIDUAL_CURRENT,
    "lock": Kind.LOCK,
    "emergency_stop": Kind.CONTACT,
    "ventilation": Kind.CONTACT,
    "thermometer": Kind.THERMOMETER,
}


class BoardKind(StrEnum):
    """What a board is made of."""

    REAL = "real"
    MOCK = "mock"
    MIXED = "mixed"


class Cable(StrEnum):
    """Who brings the cable."""

    TETHERED = "tethered"
    SOCKET = "socket"


class Supply(StrEnum):
    """What comes out."""

    AC = "ac"
    DC = "dc"


@frozen
class Header:
    """Table `[board]`."""

    name: str = field(metadata={"min_length": 1, "max_length": 64})
    kind: BoardKind = BoardKind.REAL


@frozen
class Connector:
    """One outlet of an EVSE. `type` is a value of OCPP's ConnectorEnumType; `lock` counts for sockets."""

    type: str = field(default="cType2", metadata={"min_length": 1, "max_length": 20})
    cable: Cable = Cable.TETHERED
    lock: bool = True

    @property
    def has_lock(self) -> bool:
        """Whether there is a bolt to drive."""
        return self.cable is Cable.SOCKET and self.lock


@frozen
class Outlet:
    """The plain keys of a table `[[evse]]`. `evse_id` is the identifier by ISO 15118 and eMI3."""

    id: int = field(metadata={"min": 1, "max": MAX_EVSES})
    evse_id: str = field(default="", metadata={"max_length": 48})
    phases: int = field(default=3, metadata={"choices": (1, 3)})
    max_current_a: int = field(default=32, metadata={"min": 6, "max": 500})
    supply: Supply = Supply.AC
    connectors: tuple[Connector, ...] = field(
        default=(Connector(),),
        metadata={"min_items": 1, "max_items": 8},
    )
    accept_no_fail_safe: bool = False

    @property
    def has_lock(self) -> bool:
        """Whether any connector has one."""
        return any(connector.has_lock for connector in self.connectors)


@frozen
class Device:
    """One device: `config` is what its driver's `open` takes, None where there are no options."""

    kind: Kind
    name: str
    driver: Driver
    config: object
    table: str

    def open(self) -> object:
        """The device itself. Raises DeviceError."""
        return registry.open_device(self.driver, self.config)

    def filled(self, formats: Sequence[str]) -> Iterator[str]:
        """The driver's formats with this device's configuration; those whose fields are None fall out."""
        values = {}
        if is_dataclass(self.config):
            values = {spec.name: getattr(self.config, spec.name) for spec in fields(self.config)}
        for text in formats:
            if not any(f"{{{name}}}" in text and values[name] is None for name in values):
                yield text.format_map(values)


@frozen
class PathSpec:
    """A power path: a whole driver, single parts, or parts that take the place of a whole driver's own."""

    whole: Device | None
    parts: Mapping[str, Device]
    poll_ms: int
    ventilated: bool

    @property
    def simulated(self) -> bool:
        """Whether the bench's car is at the other end."""
        return self.whole is not None and self.whole.driver.simulated


@frozen
class PathOptions:
    """Keys of `[evse.power_path]` that are of no driver; they count where there are parts."""

    poll_ms: int = field(default=10, metadata={"min": 2, "max": 50})  # the 100 ms rule, with room for the rest
    ventilated: bool = False


@frozen
class Evse:
    """One EVSE with its hardware."""

    outlet: Outlet
    power_path: PathSpec
    meter: Device | None
    interlock: InterlockSettings
    fail_safe: str

    @property
    def id(self) -> int:
        """The number of the EVSE."""
        return self.outlet.id

    @property
    def capabilities(self) -> EvseCapabilities:
        """What the guard tells the agent."""
        return EvseCapabilities(
            evse=self.outlet.id,
            connectors=len(self.outlet.connectors),
            phases=self.outlet.phases,
            max_current_ma=self.outlet.max_current_a * 1_000,
            has_lock=self.outlet.has_lock,
            fail_safe=self.fail_safe,
        )


@frozen
class Indicator:
    """A light of one EVSE (None: of the station)."""

    evse: int | None
    device: Device


@frozen
class Board:
    """A checked board."""

    file: str
    name: str
    kind: BoardKind
    evses: tuple[Evse, ...]
    readers: tuple[Device, ...] = ()
    indicators: tuple[Indicator, ...] = ()

    @property
    def has_bench(self) -> bool:
        """Whether its power paths are the bench's."""
        return any(evse.power_path.simulated for evse in self.evses)

    @property
    def has_real_path(self) -> bool:
        """Whether anything of its power paths is real: that is the guard's process's to switch, and no other's."""
        return any(not device.driver.simulated for device in self.guard_devices())

    def guard_devices(self) -> Iterator[Device]:
        """The devices that the guard opens."""
        for evse in self.evses:
            yield from evse.power_path.parts.values()
            if evse.power_path.whole is not None:
                yield evse.power_path.whole

    def agent_devices(self) -> Iterator[Device]:
        """The devices that the agent opens (those without a module come over the guard's wire)."""
        yield from (evse.meter for evse in self.evses if evse.meter is not None)
        yield from self.readers
        yield from (indicator.device for indicator in self.indicators)
