"""Address of one variable in the device model of OCPP 2.x."""

from __future__ import annotations

import re
from dataclasses import field
from functools import lru_cache

from hal.value import frozen

_TEXT = re.compile(
    r"(?P<component>[^./:\[\]]+)(?:\[(?P<component_instance>[^/\]]*)\])?"
    r"(?::(?P<evse>\d{1,4})(?::(?P<connector>\d{1,4}))?)?"
    r"\.(?P<variable>[^./:\[\]]+)(?:\[(?P<variable_instance>[^/\]]*)\])?"
)


@frozen
class Address:
    """Component and variable with their instances and place; `evse` and `connector` 0 mean "not given".

    Identifiers are case-insensitive in OCPP 2.0.1, so two spellings are equal and hash alike; the spelling is kept.
    """

    component: str
    variable: str
    evse: int = 0
    connector: int = 0
    component_instance: str = ""
    variable_instance: str = ""
    _key: tuple[str, str, int, int, str, str] = field(init=False, repr=False)
    _hash: int = field(init=False, repr=False)

    def __post_init__(self) -> None:
        key = (
            self.component.casefold(),
            self.variable.casefold(),
            self.evse,
            self.connector,
            self.component_instance.casefold(),
            self.variable_instance.casefold(),
        )
        object.__setattr__(self, "_key", key)
        object.__setattr__(self, "_hash", hash(key))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Address) and self._key == other._key

    def __hash__(self) -> int:
        return self._hash

    @property
    def component_key(self) -> tuple[str, int, int, str]:
        """Folded identity of the component that the variable belongs to."""
        component, _, evse, connector, instance, _ = self._key
        return component, evse, connector, instance

    def at(self, evse: int, connector: int = 0) -> Address:
        """The same variable of one EVSE or connector."""
        return _placed(self, evse, connector)

    def __str__(self) -> str:
        """`Component[instance]:evse:connector.Variable[instance]`, what `parse` reads."""
        place = f":{self.evse}" if self.evse else ""
        place += f":{self.connector}" if self.connector else ""
        return (
            _named(self.component, self.component_instance)
            + place
            + "."
            + _named(self.variable, self.variable_instance)
        )

    @classmethod
    def parse(cls, text: str) -> Address | None:
        """Read what `str` writes, e.g. `TxCtrlr.TxStartPoint` or `Connector:1:2.PhaseRotation`; None if it is none."""
        match = _TEXT.fullmatch(text.strip())
        if match is None:
            return None
        return cls(
            component=match["component"].strip(),
            variable=match["variable"].strip(),
            evse=int(match["evse"] or 0),
            connector=int(match["connector"] or 0),
            component_instance=match["component_instance"] or "",
            variable_instance=match["variable_instance"] or "",
        )


def _named(name: str, instance: str) -> str:
    return f"{name}[{instance}]" if instance else name


@lru_cache(maxsize=1024)
def _placed(address: Address, evse: int, connector: int) -> Address:
    return Address(
        address.component,
        address.variable,
        evse,
        connector,
        address.component_instance,
        address.variable_instance,
    )
