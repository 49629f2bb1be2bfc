"""Base reports: which variables they name, and what they say of each (B07)."""

from __future__ import annotations

from collections.abc import Iterator

from agent.variables.address import Address
from agent.variables.definition import Limit
from agent.variables.instance import Cell, Variable
from agent.variables.registry import Registry
from agent.variables.vocabulary import LIST_TYPES, AttributeType, Change, DataType, Layer, Mutability, ReportKind
from hal.value import frozen

_SETTABLE = frozenset({Mutability.READ_WRITE, Mutability.WRITE_ONLY})


@frozen
class Characteristics:
    """VariableCharacteristicsType. `values` is the valuesList, never empty for a list type (TC_B_53)."""

    type: DataType
    unit: str
    minimum: Limit | None
    maximum: Limit | None
    values: str | None
    supports_monitoring: bool


@frozen
class Attribute:
    """VariableAttributeType. `value` is None for what may not be read (B07.FR.03)."""

    type: AttributeType
    value: str | None
    mutability: Mutability
    persistent: bool
    constant: bool
    layer: Layer


@frozen
class Entry:
    """One variable as a report shows it; an attribute without a value has the empty text (B07.FR.11)."""

    address: Address
    characteristics: Characteristics
    attributes: tuple[Attribute, ...]
    doc: str


def entry(registry: Registry, address: Address) -> Entry | None:
    """Everything about one variable; None if the station has no such variable."""
    variable = registry.variable(address)
    return None if variable is None else _entry(registry, variable, variable.cells)


def report(registry: Registry, kind: ReportKind) -> Iterator[Entry]:
    """Rows of a base report, in a stable order. A ConfigurationInventory has only what can be set (TC_B_12_CS)."""
    for variable in registry.variables():
        if cells := _cells(registry, variable, kind):
            yield _entry(registry, variable, cells)


def rows(registry: Registry, kind: ReportKind) -> list[str]:
    """The same rows as texts, for a report that waits in a queue; `row` turns one into an entry when it is sent."""
    texts = []
    for variable in registry.variables():
        cells = _cells(registry, variable, kind)
        if len(cells) == len(variable.cells):
            texts.append(str(variable.address))
        else:
            texts.extend(Change(variable.address, cell.attribute, None).target for cell in cells)
    return texts


def row(registry: Registry, text: str) -> Entry | None:
    """The entry of a row with its values of now; None if the station no longer has the variable."""
    change = Change.of(text, None)
    variable = registry.variable(change.address) if change else None
    if change is None or variable is None:
        return None
    if "/" not in text:
        return _entry(registry, variable, variable.cells)
    cell = variable.cell(change.attribute)
    return None if cell is None else _entry(registry, variable, (cell,))


def _cells(registry: Registry, variable: Variable, kind: ReportKind) -> tuple[Cell, ...]:
    match kind:
        case ReportKind.FULL:  # B07.FR.08, B07.FR.11
            return variable.cells
        case ReportKind.CONFIGURATION:  # B07.FR.07
            return tuple(cell for cell in variable.cells if variable.mutability(cell) in _SETTABLE)
        case ReportKind.SUMMARY:  # B07.FR.09
            if variable.definition.abnormal:
                return variable.cells if registry.value(variable, variable.cells[0])[1] == "true" else ()
            return variable.cells if variable.definition.variable == "AvailabilityState" else ()


def _entry(registry: Registry, variable: Variable, cells: tuple[Cell, ...]) -> Entry:
    definition = variable.definition
    listed = definition.type in LIST_TYPES
    return Entry(
        address=variable.address,
        characteristics=Characteristics(
            type=definition.type,
            unit=definition.unit,
            minimum=variable.minimum,
            maximum=variable.maximum,
            values=",".join(variable.values) if listed else None,
            supports_monitoring=False,  # until the functional block N exists
        ),
        attributes=tuple(_attribute(registry, variable, cell) for cell in cells),
        doc=definition.doc,
    )


def _attribute(registry: Registry, variable: Variable, cell: Cell) -> Attribute:
    layer, text = registry.value(variable, cell)
    mutability = variable.mutability(cell)
    return Attribute(
        type=cell.attribute,
        value=None if variable.definition.secret else text,
        mutability=mutability,
        persistent=mutability in _SETTABLE,  # part 2, 2: whatever is writable persists
        constant=cell.fact is not None,
        layer=layer,
    )
