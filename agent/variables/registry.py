"""The one registry of variables: GetConfiguration, GetVariables, reports and `evse var` all read here.

Layers, strongest first: hardware facts, pinned file values, what was written (persisted by the core), the TOML file,
the default. Nothing here does I/O, and `plan_set` changes nothing: the core makes the `Change` durable and then
applies it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TypeVar

from agent.secret import Secret
from agent.variables import rules
from agent.variables.address import Address
from agent.variables.datatypes import RAW_MARK, split, thousandths
from agent.variables.instance import Cell, Variable, instantiate
from agent.variables.tables.station import DEFINITIONS
from agent.variables.topology import Topology
from agent.variables.vocabulary import (
    AttributeType,
    Author,
    Change,
    Code,
    GetResult,
    GetStatus,
    Layer,
    Mutability,
    Problem,
    SetResult,
    SetStatus,
)

Live = Callable[[Address], str | None]
Parsed = int | bool | tuple[str, ...] | str
T = TypeVar("T", int, bool, tuple[str, ...], str)
ACTUAL = AttributeType.ACTUAL


class Registry:
    """Variables of one station, built from its topology.

    `facts` are further hardware facts by address; an address that does not exist is a ValueError. `live` gives the
    current text of live variables, None where it has none.
    """

    def __init__(
        self, topology: Topology, *, facts: Mapping[Address, str] | None = None, live: Live | None = None
    ) -> None:
        self._topology = topology
        self._live = live
        self._variables: dict[Address, Variable] = {}
        for definition in DEFINITIONS:
            for variable in instantiate(definition, topology):
                self._variables[variable.address] = variable
        self._components = {address.component_key for address in self._variables}
        self._parsed: dict[Address, Parsed] = {}
        for address, text in (facts or {}).items():
            variable_ = self._variables.get(address)
            if variable_ is None:
                raise ValueError(f"hardware fact for a variable that does not exist: {address}")
            variable_.cells[0].fact = text

    @property
    def topology(self) -> Topology:
        """What the station is made of."""
        return self._topology

    def bind(self, live: Live) -> None:
        """Give the source of live values, once there is a core."""
        self._live = live

    # --- generic access -------------------------------------------------------------------------------------------

    def has(self, address: Address) -> bool:
        """Whether the station has the variable."""
        return address in self._variables

    def variables(self) -> Iterator[Variable]:
        """Every variable, in the order of the tables, then of EVSEs and connectors."""
        return iter(self._variables.values())

    def variable(self, address: Address) -> Variable | None:
        """One variable, or None."""
        return self._variables.get(address)

    def value(self, variable: Variable, cell: Cell) -> tuple[Layer, str]:
        """Effective text of an attribute and the layer it comes from, secrets included."""
        if cell.live and self._live is not None:
            text = self._live(variable.address)
            if text is not None:
                return Layer.LIVE, text
        if variable.definition.mirror is not None:
            mirrored = self._variables[variable.definition.mirror]
            return self.value(mirrored, mirrored.cells[0])
        return cell.effective()

    def layer(self, address: Address, attribute: AttributeType = ACTUAL) -> Layer | None:
        """Where the effective value comes from; None if there is no such attribute."""
        variable = self._variables.get(address)
        cell = variable.cell(attribute) if variable else None
        return None if variable is None or cell is None else self.value(variable, cell)[0]

    def get(self, address: Address, attribute: AttributeType = ACTUAL) -> GetResult:
        """Read a value as the CSMS may read it (B06)."""
        variable = self._variables.get(address)
        if variable is None:
            known = address.component_key in self._components
            status = GetStatus.UNKNOWN_VARIABLE if known else GetStatus.UNKNOWN_COMPONENT
            return GetResult(status, code=Code.NOT_FOUND)
        cell = variable.cell(attribute)
        if cell is None:
            return GetResult(GetStatus.NOT_SUPPORTED_ATTRIBUTE_TYPE, code=Code.UNSUPPORTED_PARAM)
        if cell.mutability is Mutability.WRITE_ONLY:  # B06.FR.09
            return GetResult(GetStatus.REJECTED, code=Code.WRITE_ONLY)
        return GetResult(GetStatus.ACCEPTED, self.value(variable, cell)[1])

    def plan_set(
        self,
        address: Address,
        text: str,
        attribute: AttributeType = ACTUAL,
        *,
        who: Author = Author.CSMS,
    ) -> SetResult:
        """Validate a write (B05) without doing it."""
        variable = self._variables.get(address)
        if variable is None:
            return self._unknown(address)
        cell = variable.cell(attribute)
        if cell is None:  # B05.FR.06
            supported = ", ".join(cell.attribute for cell in variable.cells)
            return SetResult(
                SetStatus.NOT_SUPPORTED_ATTRIBUTE_TYPE, f"{address} has {supported}", Code.UNSUPPORTED_PARAM
            )
        problem = _barred(variable, cell, who)
        if problem is None:
            checked = variable.check(text)
            if isinstance(checked, str):
                problem = rules.violation(self, address, attribute, checked)
                if problem is None:
                    return _planned(variable, cell, checked)
            else:
                problem = checked
        return SetResult(SetStatus.REJECTED, f"{address}: {problem.reason}", problem.code)

    def plan_reset(self, address: Address, attribute: AttributeType = ACTUAL) -> SetResult:
        """Plan to take a written value away, so that file or default show again (local only)."""
        variable = self._variables.get(address)
        if variable is None:
            return self._unknown(address)
        cell = variable.cell(attribute)
        if cell is None:
            return SetResult(SetStatus.NOT_SUPPORTED_ATTRIBUTE_TYPE, str(address), Code.UNSUPPORTED_PARAM)
        change = Change(variable.address, attribute, None, variable.definition.secret)
        reboot = variable.definition.reboot_required and cell.written is not None
        return SetResult(SetStatus.REBOOT_REQUIRED if reboot else SetStatus.ACCEPTED, change=change)

    def apply(self, change: Change) -> None:
        """Take over a planned change; it is in force at once."""
        cell = self._variables[change.address].cell(change.attribute)
        if cell is None:
            raise KeyError(f"{change.address} has no {change.attribute}")
        cell.written = change.value
        self._parsed.pop(change.address, None)

    def restore(self, changes: Iterable[Change]) -> list[tuple[Change, str]]:
        """Take over persisted writes after a start. Gives those that no longer fit this station, with the reason."""
        refused = []
        for change in changes:
            variable = self._variables.get(change.address)
            cell = variable.cell(change.attribute) if variable else None
            if variable is None or cell is None:
                refused.append((change, "no such variable"))
                continue
            checked = None if change.value is None else variable.check(change.value)
            if isinstance(checked, Problem):
                refused.append((change, checked.reason))
            else:
                cell.written = checked
                self._parsed.pop(change.address, None)
        return refused

    def put_file(self, address: Address, attribute: AttributeType, text: str, *, pinned: bool) -> None:
        """Set the layer of the TOML file; `agent.variables.file` has checked the text."""
        cell = self._variables[address].cell(attribute)
        if cell is None:
            raise KeyError(f"{address} has no {attribute}")
        cell.file = text
        cell.pinned = pinned
        self._parsed.pop(address, None)

    # --- typed access for the core: an unknown address is a KeyError, unless `absent` is given ------------------------

    def integer(self, address: Address, absent: int | None = None) -> int:
        """An integer."""
        known = self._parsed.get(address)
        if type(known) is int:
            return known
        text = self._text(address, None if absent is None else str(absent))
        return self._keep(address, int(text or 0))

    def boolean(self, address: Address, absent: bool | None = None) -> bool:
        """A boolean."""
        known = self._parsed.get(address)
        if type(known) is bool:
            return known
        return self._keep(address, self._text(address, None if absent is None else str(absent).lower()) == "true")

    def members(self, address: Address, absent: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """Members of a MemberList or SequenceList, in order."""
        known = self._parsed.get(address)
        if type(known) is tuple:
            return known
        return self._keep(address, split(self._text(address, None if absent is None else ",".join(absent))))

    def text(self, address: Address, absent: str | None = None) -> str:
        """A string, an option or a time."""
        known = self._parsed.get(address)
        if type(known) is str:
            return known
        return self._keep(address, self._text(address, absent))

    def milli(self, address: Address, attribute: AttributeType = ACTUAL) -> int:
        """A decimal in thousandths of its unit: amperes become mA."""
        variable = self._variables[address]
        cell = variable.cell(attribute)
        if cell is None:
            raise KeyError(f"{address} has no {attribute}")
        return thousandths(self.value(variable, cell)[1] or "0")

    def secret(self, address: Address) -> Secret | None:
        """A secret, or None if none is set."""
        text = self._text(address, None)
        if text.startswith(RAW_MARK):
            return Secret.from_hex(text[len(RAW_MARK) :])
        return Secret(text) if text else None

    # --- inner parts ------------------------------------------------------------------------------------------------

    def _text(self, address: Address, absent: str | None) -> str:
        variable = self._variables.get(address)
        if variable is None:
            if absent is None:
                raise KeyError(f"the station has no variable {address}")
            return absent
        return self.value(variable, variable.cells[0])[1]

    def _keep(self, address: Address, parsed: T) -> T:
        variable = self._variables.get(address)
        if variable is not None and not variable.cells[0].live and variable.definition.mirror is None:
            self._parsed[address] = parsed
        return parsed

    def _unknown(self, address: Address) -> SetResult:
        known = address.component_key in self._components  # B05.FR.04, B05.FR.05
        return SetResult(
            SetStatus.UNKNOWN_VARIABLE if known else SetStatus.UNKNOWN_COMPONENT,
            f"the station has no variable {address}",
            Code.NOT_FOUND,
        )


def _barred(variable: Variable, cell: Cell, who: Author) -> Problem | None:
    if cell.live or cell.fact is not None:
        return Problem(Code.READ_ONLY, "is read-only: the hardware or the station itself says the value")
    if cell.pinned:
        return Problem(Code.READ_ONLY, "is pinned in the configuration file")
    if variable.definition.mirror is not None:
        return Problem(Code.READ_ONLY, f"is read-only: it shows {variable.definition.mirror}")
    if cell.mutability is Mutability.READ_ONLY and not (who is Author.LOCAL and variable.definition.configurable):
        return Problem(Code.READ_ONLY, "is read-only")  # B05.FR.09
    return None


def _planned(variable: Variable, cell: Cell, text: str) -> SetResult:
    change = Change(variable.address, cell.attribute, text, variable.definition.secret)
    if variable.definition.reboot_required and text != cell.effective()[1]:
        return SetResult(SetStatus.REBOOT_REQUIRED, change=change)
    return SetResult(SetStatus.ACCEPTED, change=change)
