"""The registry seen through the configuration keys of OCPP 1.6: GetConfiguration and ChangeConfiguration.

Nothing is stored here. A key that 2.x splits into several variables becomes several changes, planned together: all of
them or none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum

from agent.variables import datatypes, names
from agent.variables.address import Address
from agent.variables.registry import Registry
from agent.variables.tables.keys16 import KEYS, Form, Key
from agent.variables.topology import ENERGY
from agent.variables.vocabulary import Author, Change, Layer, Mutability, SetStatus
from hal.value import frozen

VALUE_LENGTH_MAX = 500  # KeyValue.value and ChangeConfiguration.req.value are CiString500
_HEX = re.compile(r"([0-9A-Fa-f]{2})+")
_SECRET_BYTES = range(16, 21)  # whitepaper 7.2: 16 bytes at least, 40 digits at most
_PASSPHRASE = re.compile(r"[!-~]{16,40}")
_ROTATION = re.compile(r"(\d{1,3})\.(\w{2,13})", re.ASCII)
_ROTATIONS = ("RST", "RTS", "SRT", "STR", "TRS", "TSR")


class ConfigurationStatus(StrEnum):
    """ConfigurationStatus of ChangeConfiguration.conf."""

    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    REBOOT_REQUIRED = "RebootRequired"
    NOT_SUPPORTED = "NotSupported"


@frozen
class Reading:
    """A key as GetConfiguration.conf shows it; `value` None stands for a key that may only be written."""

    key: str
    value: str | None
    readonly: bool


@frozen
class Plan:
    """Outcome of a validated ChangeConfiguration; `changes` are empty unless accepted (perhaps with a reboot)."""

    status: ConfigurationStatus
    reason: str = ""
    changes: tuple[Change, ...] = ()


class Projection16:
    """Keys of one station. Key names are case-insensitive (CiString50)."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._keys = {key.name.casefold(): key for key in KEYS}

    def names(self) -> tuple[str, ...]:
        """Canonical names of all keys, in the order of the table."""
        return tuple(key.name for key in self._keys.values())

    def key(self, name: str) -> Key | None:
        """The row of a key, or None."""
        return self._keys.get(name.casefold())

    def read(self, name: str) -> Reading | None:
        """One key, or None if the station has none of that name."""
        key = self.key(name)
        return None if key is None else self._read(key)

    def read_all(self) -> Iterator[Reading]:
        """Every key, in the order of the table."""
        return (self._read(key) for key in self._keys.values())

    def plan(self, name: str, text: str, *, who: Author = Author.CSMS) -> Plan:
        """Validate a ChangeConfiguration without doing it."""
        key = self.key(name)
        if key is None:
            return Plan(ConfigurationStatus.NOT_SUPPORTED, f"the station has no configuration key {name[:50]}")
        if key.address is None:
            return _rejected(f"{key.name} is read-only")
        if len(text) > VALUE_LENGTH_MAX:
            return _rejected(f"{key.name}: longer than {VALUE_LENGTH_MAX} characters")
        writes = self._rotation(text) if key.form is Form.ROTATION else self._single(key, key.address, text)
        if isinstance(writes, str):
            return _rejected(f"{key.name}: {writes}")
        return self._planned(key, writes, who)

    # --- reading ----------------------------------------------------------------------------------------------------

    def _read(self, key: Key) -> Reading:
        registry = self._registry
        if key.address is None:
            value = key.compute(registry.topology) if key.compute else ""
            return Reading(key.name, _cut(value), True)
        address = key.address.at(*self._first_place()) if key.form is Form.ROTATION else key.address
        variable = registry.variable(address)
        if variable is None:
            raise KeyError(f"{key.name} stands for {address}, which the station has not")
        cell = variable.cells[0]
        readonly = cell.live or variable.mutability(cell) is Mutability.READ_ONLY
        if variable.definition.secret:
            return Reading(key.name, None, readonly)
        if key.form is Form.ROTATION:
            return Reading(key.name, _cut(self._rotations(key.address)), readonly)
        layer, value = registry.value(variable, cell)
        if key.unset is not None and layer is Layer.DEFAULT:
            value = key.unset
        return Reading(key.name, _cut(value), readonly)

    def _first_place(self) -> tuple[int, int]:
        return next(self._registry.topology.places())

    def _rotations(self, address: Address) -> str:
        topology = self._registry.topology
        items = []
        if grid := self._registry.text(names.STATION_PHASE_ROTATION):
            items.append(f"0.{grid}")  # between the grid and the main meter
        for number, (evse, connector) in enumerate(topology.places(), start=1):
            text = self._registry.text(address.at(evse, connector))
            items.append(f"{number}.{text if text in _ROTATIONS else self._no_rotation(evse)}")
        return ",".join(items)

    def _no_rotation(self, evse: int) -> str:
        """The word for a connector whose variable is empty."""
        return "Unknown" if self._registry.topology.evse(evse).phases > 1 else "NotApplicable"

    # --- writing ----------------------------------------------------------------------------------------------------

    def _single(self, key: Key, address: Address, text: str) -> list[tuple[Address, str]] | str:
        value = _converted(key.form, text)
        if value is None:
            return "neither 16 to 20 bytes as hexadecimal digits nor a passphrase of 16 to 40 characters"
        writes = [(address, value)]
        if key.pair is not None:
            unset = key.pair_unset is not None and self._registry.layer(key.pair_unset) is Layer.DEFAULT
            if not unset:
                paired = value if key.pair_from is None else self._registry.text(key.pair_from)
                writes.append((key.pair, paired))
        return writes

    def _rotation(self, text: str) -> list[tuple[Address, str]] | str:
        """One write per connector that the list names, and one that clears what it names no longer."""
        places = list(self._registry.topology.places())
        addresses = [names.STATION_PHASE_ROTATION, *(names.CONNECTOR_PHASE_ROTATION.at(*place) for place in places)]
        writes: dict[Address, str] = {}
        for item in filter(None, (part.strip() for part in text.split(","))):
            match = _ROTATION.fullmatch(item)
            rotation = match[2] if match else ""
            if match is None or rotation not in (*_ROTATIONS, "Unknown", "NotApplicable"):
                return f"{item[:40]!r} is not a connector number, a dot and a phase rotation"
            number = int(match[1])
            if number > len(places):
                return f"there is no connector {number}"
            if addresses[number] in writes:
                return f"connector {number} is there twice"
            if number and rotation not in (*_ROTATIONS, self._no_rotation(places[number - 1][0])):
                return f"connector {number} is not {rotation}"
            writes[addresses[number]] = rotation if rotation in _ROTATIONS else ""
        cleared = [(address, "") for address in addresses if address not in writes and self._registry.text(address)]
        return [*writes.items(), *cleared]

    def _planned(self, key: Key, writes: list[tuple[Address, str]], who: Author) -> Plan:
        changes = []
        status = ConfigurationStatus.ACCEPTED
        for address, value in writes:
            result = self._registry.plan_set(address, value, who=who)
            if result.change is None:
                if address == key.pair:
                    continue  # pinned: the file has the last word on the half that 1.6 does not know
                return _rejected(f"{key.name}: {result.reason}")
            if result.status is SetStatus.REBOOT_REQUIRED:
                status = ConfigurationStatus.REBOOT_REQUIRED
            changes.append(result.change)
        return Plan(status, changes=tuple(changes))


def _rejected(reason: str) -> Plan:
    return Plan(ConfigurationStatus.REJECTED, reason)


def _converted(form: Form, text: str) -> str | None:
    match form:
        case Form.BOOLEAN:
            return text.strip().lower()
        case Form.LIST:
            return text.strip()
        case Form.ENERGY_LIST:
            return text.strip() or ENERGY
        case Form.CREDENTIAL:
            return _credential(text)
        case _:
            return text.strip()


def _credential(text: str) -> str | None:
    """Stored form of an AuthorizationKey: hexadecimal bytes, which may spell a passphrase; else the passphrase itself,
    as central systems that do not know the rule send it."""
    if _HEX.fullmatch(text):  # never a passphrase, however short: two readings of one key would lock the station out
        secret = bytes.fromhex(text)
        return datatypes.raw_secret(secret) if len(secret) in _SECRET_BYTES else None
    return datatypes.raw_secret(text.encode()) if _PASSPHRASE.fullmatch(text) else None


def _cut(text: str) -> str:
    """At most 500 characters, whole members of a list."""
    if len(text) <= VALUE_LENGTH_MAX:
        return text
    kept = text[: VALUE_LENGTH_MAX + 1]
    return kept[: kept.rfind(",")] if "," in kept else text[:VALUE_LENGTH_MAX]
