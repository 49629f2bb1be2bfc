"""Variables from the TOML file: its tables `variables`, `variable` and `ocpp16`.

    [variables.TxCtrlr]
    TxStartPoint = ["EVConnected", "Authorized"]
    StopTxOnInvalidId = { value = true, pinned = true }   # a CSMS that writes it is refused

    [variables.OCPPCommCtrlr]
    "MessageAttempts[TransactionEvent]" = 5

    [variables."EVSE:1"]
    "ACCurrent/MaxSet" = 16

    [[variable]]                                          # the same, with everything spelled out
    component = "Connector"
    variable = "PhaseRotation"
    evse = 1
    connector = 1
    value = "RST"

    [ocpp16]
    HeartbeatInterval = 60

Reading the file is the caller's business. The first thing that is wrong raises `ConfigurationError`.
"""

from __future__ import annotations

from collections.abc import Mapping

from agent.variables import rules
from agent.variables.address import Address
from agent.variables.instance import Cell, Variable
from agent.variables.projection16 import ConfigurationStatus, Projection16
from agent.variables.registry import Registry
from agent.variables.rendering import EXAMPLES, QUOTES, allowed, either, rendered
from agent.variables.suggestions import near
from agent.variables.tables.keys16 import Form, Key
from agent.variables.vocabulary import AttributeType, Author, Change, DataType, Mutability, Problem
from hal.value import frozen

TABLES = ("variables", "variable", "ocpp16")
_TEXTS = frozenset({"component", "variable", "component_instance", "instance", "attribute"})
_NUMBERS = frozenset({"evse", "connector"})
_ROW_KEYS = _TEXTS | _NUMBERS | {"value", "pinned"}


class ConfigurationError(ValueError):
    """One mistake in the file: where it is, what it is and what to do about it. The text never shows a secret."""

    def __init__(self, file: str, table: str, key: str, why: str, remedy: str = "") -> None:
        super().__init__(f"{file}: [{table}] {key}: {why}" + (f"; {remedy}" if remedy else ""))
        self.file = file
        self.table = table
        self.key = key
        self.why = why
        self.remedy = remedy


@frozen
class _Spot:
    """One assignment of the file."""

    table: str
    key: str
    value: object
    pinned: bool

    def __str__(self) -> str:
        return f"[{self.table}] {self.key}"


def load(registry: Registry, document: Mapping[str, object], file: str) -> None:
    """Put the file's values into the registry's layer of the file. `file` is the name that errors show.

    Other tables of the document are not looked at. Raises `ConfigurationError`.
    """
    loader = _Loader(registry, file)
    loader.tables(document.get("variables", {}))
    loader.rows(document.get("variable", []))
    loader.keys16(document.get("ocpp16", {}))
    loader.finish()


class _Loader:
    """Reads one document; `_set` remembers which assignment set which attribute."""

    def __init__(self, registry: Registry, file: str) -> None:
        self._registry = registry
        self._file = file
        self._set: dict[tuple[Address, AttributeType], _Spot] = {}

    def tables(self, tables: object) -> None:
        """`[variables.COMPONENT]`."""
        for component, table in self._table("variables", "", tables).items():
            name = f"variables.{component}"
            for key, value in self._table(name, "", table).items():
                spot = self._spot(name, key, value)
                change = Change.of(f"{component}.{key}", None)
                if change is None:
                    raise self._error(
                        spot, "is not the name of a variable", 'write NAME, "NAME[INSTANCE]" or "NAME/MaxSet"'
                    )
                self._assign(spot, change.address, change.attribute)

    def rows(self, rows: object) -> None:
        """`[[variable]]`."""
        if not isinstance(rows, list):
            raise ConfigurationError(self._file, "variable", "", "is not an array of tables", "write [[variable]]")
        for number, row in enumerate(rows, start=1):
            table = self._table("variable", f"number {number}", row)
            key = f"{table.get('component', '?')}.{table.get('variable', '?')} (number {number})"
            spot = _Spot("variable", key, table.get("value"), table.get("pinned", False) is True)
            self._check_row(spot, table)
            address = Address(
                str(table["component"]),
                str(table["variable"]),
                int(str(table.get("evse", 0))),
                int(str(table.get("connector", 0))),
                str(table.get("component_instance", "")),
                str(table.get("instance", "")),
            )
            attribute = str(table.get("attribute", AttributeType.ACTUAL))
            if attribute not in set(AttributeType):
                raise self._error(spot, f"{attribute!r} is not an attribute", f"write {either(AttributeType)}")
            self._assign(spot, address, AttributeType(attribute))

    def _check_row(self, spot: _Spot, table: Mapping[str, object]) -> None:
        for name, value in table.items():
            if name not in _ROW_KEYS:
                raise self._error(spot, f"unknown key {name}", near(name, _ROW_KEYS) or f"keys are {either(_ROW_KEYS)}")
            if name in _TEXTS and not isinstance(value, str):
                raise self._error(spot, f"{name} = {value!r} is not a text", QUOTES)
            if name in _NUMBERS and (type(value) is not int or not 0 <= value <= 9999):
                raise self._error(spot, f"{name} = {value!r} is not a number from 0", "write a whole number")
            if name == "pinned" and type(value) is not bool:
                raise self._error(spot, f"pinned = {value!r} is not a boolean", "write true or false")
        for name in ("component", "variable", "value"):
            if name not in table:
                raise self._error(spot, f"{name} is missing", f"add {name} = …")

    def keys16(self, table: object) -> None:
        """`[ocpp16]`. What 1.6 does not tell apart follows the key, unless the file sets it too."""
        projection = Projection16(self._registry)
        spots = []
        for name, value in self._table("ocpp16", "", table).items():
            key = projection.key(name)
            spot = self._spot("ocpp16", name, value)
            if key is None:
                remedy = near(name, projection.names()) or "`evse var list --ocpp16` shows the keys of this station"
                raise self._error(spot, "is not a configuration key of this station", remedy)
            spots.append((key, spot))
        # Lists first: whether an interval of 1.6 governs the last message depends on its list.
        for key, spot in sorted(spots, key=lambda item: item[0].form is not Form.LIST):
            self._assign16(projection, key, spot)

    def finish(self) -> None:
        """Rules between variables hold for the file as a whole, whatever its order."""
        for (address, attribute), spot in self._set.items():
            cell = self._cell(spot, address, attribute)[1]
            problem = rules.violation(self._registry, address, attribute, cell.file or "")
            if problem is not None:
                raise self._error(spot, problem.reason, "change one of the two")

    # --- one assignment -----------------------------------------------------------------------------------------------

    def _assign(self, spot: _Spot, address: Address, attribute: AttributeType) -> None:
        variable, cell = self._cell(spot, address, attribute)
        text = self._text(spot, variable.definition.type, variable.definition.secret)
        checked = variable.check(text)
        if isinstance(checked, Problem):
            known = variable.definition.secret or str(spot.value) in checked.reason
            shown = "" if known else f"{spot.value!r}: "
            raise self._error(spot, f"{shown}{checked.reason}", allowed(variable))
        if not self._settable(spot, variable, cell, checked):
            return
        self._put(spot, variable.address, attribute, checked)

    def _settable(self, spot: _Spot, variable: Variable, cell: Cell, text: str) -> bool:
        if cell.fact is not None:
            if cell.fact == text:
                return False  # the file repeats what the hardware says
            why = f"{spot.value!r}: the hardware or the topology says {cell.fact!r}"
            raise self._error(spot, why, "remove the line, or change the board or station tables")
        read_only = cell.mutability is Mutability.READ_ONLY and not variable.definition.configurable
        if cell.live or read_only:
            raise self._error(spot, "is not configuration: the running station says the value", "remove the line")
        return True

    def _assign16(self, projection: Projection16, key: Key, spot: _Spot) -> None:
        text = self._text(spot, self._type16(key), key.form is Form.CREDENTIAL)
        plan = projection.plan(key.name, text, who=Author.LOCAL)
        if plan.status in {ConfigurationStatus.REJECTED, ConfigurationStatus.NOT_SUPPORTED}:
            reading = projection.read(key.name)
            if reading is not None and reading.readonly and reading.value == text:
                return
            raise self._error(spot, plan.reason.removeprefix(f"{key.name}: "), "see `evse var list --ocpp16`")
        for change in plan.changes:
            text = change.value or ""
            if change.address != key.pair:
                self._put(spot, change.address, change.attribute, text)
            elif (change.address, change.attribute) not in self._set:
                pinned = spot.pinned and key.pair_from is None
                self._registry.put_file(change.address, change.attribute, text, pinned=pinned)

    def _put(self, spot: _Spot, address: Address, attribute: AttributeType, text: str) -> None:
        other = self._set.get((address, attribute))
        if other is not None:
            why = f"sets the same variable as {other}, {address}"
            raise self._error(spot, why, "keep one of the two")
        self._set[address, attribute] = spot
        self._registry.put_file(address, attribute, text, pinned=spot.pinned)

    # --- reading the document -----------------------------------------------------------------------------------------

    def _cell(self, spot: _Spot, address: Address, attribute: AttributeType) -> tuple[Variable, Cell]:
        variable = self._registry.variable(address)
        if variable is None:
            known = (str(variable.address) for variable in self._registry.variables())
            remedy = near(str(address), known) or "`evse var list` shows the variables of this station"
            raise self._error(spot, f"the station has no variable {address}", remedy)
        if variable.definition.mirror is not None and attribute is AttributeType.ACTUAL:
            return self._cell(spot, variable.definition.mirror, attribute)
        cell = variable.cell(attribute)
        if cell is None:
            supported = either(cell.attribute for cell in variable.cells)
            raise self._error(spot, f"{variable.address} has no attribute {attribute}", f"it has {supported}")
        return variable, cell

    def _table(self, table: str, key: str, value: object) -> Mapping[str, object]:
        if isinstance(value, Mapping):
            return value
        raise ConfigurationError(self._file, table, key, f"{value!r} is not a table", "write it as a TOML table")

    def _spot(self, table: str, key: str, value: object) -> _Spot:
        if not isinstance(value, Mapping):
            return _Spot(table, key, value, False)
        spot = _Spot(table, key, value.get("value"), value.get("pinned", False) is True)
        if set(value) - {"value", "pinned"} or "value" not in value or type(value.get("pinned", False)) is not bool:
            raise self._error(spot, f"{dict(value)!r} is not a value", "write { value = …, pinned = true }")
        return spot

    def _text(self, spot: _Spot, type_: DataType, secret: bool) -> str:
        text = rendered(spot.value, type_)
        if text is None:
            shown = "the value" if secret else repr(spot.value)
            raise self._error(spot, f"{shown} is not of type {type_}", EXAMPLES.get(type_, QUOTES))
        return text

    def _type16(self, key: Key) -> DataType:
        if key.form is Form.ROTATION:
            return DataType.MEMBER_LIST
        variable = self._registry.variable(key.address) if key.address else None
        return variable.definition.type if variable else DataType.STRING

    def _error(self, spot: _Spot, why: str, remedy: str) -> ConfigurationError:
        return ConfigurationError(self._file, spot.table, spot.key, why, remedy)
