"""One variable of one station: its definition, its place and the layers of its attributes."""

from __future__ import annotations

from agent.variables import datatypes
from agent.variables.address import Address
from agent.variables.definition import Definition, Derived, Limit, Place, Scope
from agent.variables.topology import Topology
from agent.variables.vocabulary import AttributeType, Layer, Mutability, Problem

_NOTHING = Derived()


class Cell:
    """One attribute of a variable. None means that the layer says nothing."""

    __slots__ = ("attribute", "default", "fact", "file", "live", "mutability", "pinned", "written")

    def __init__(
        self, attribute: AttributeType, mutability: Mutability, default: str, fact: str | None, live: bool
    ) -> None:
        self.attribute = attribute
        self.mutability = mutability
        self.default = default
        self.fact = fact
        self.live = live
        self.written: str | None = None
        self.file: str | None = None
        self.pinned = False

    def effective(self) -> tuple[Layer, str]:
        """The strongest layer that says something, and what it says. Live values are not known here."""
        if self.fact is not None:
            return Layer.HARDWARE, self.fact
        if self.pinned and self.file is not None:
            return Layer.PINNED, self.file
        if self.written is not None:
            return Layer.WRITTEN, self.written
        if self.file is not None:
            return Layer.FILE, self.file
        return Layer.DEFAULT, self.default


class Variable:
    """A definition at its place. Definitions and lists of values are shared between instances."""

    __slots__ = ("address", "cells", "definition", "maximum", "minimum", "values")

    def __init__(self, definition: Definition, address: Address, derived: Derived) -> None:
        self.address = address
        self.definition = definition
        self.minimum: Limit | None = definition.minimum if derived.minimum is None else derived.minimum
        self.maximum: Limit | None = definition.maximum if derived.maximum is None else derived.maximum
        self.values = definition.values if derived.values is None else derived.values
        self.cells = tuple(
            self._cell(attribute, mutability, derived) for attribute, mutability in definition.attributes()
        )

    def _cell(self, attribute: AttributeType, mutability: Mutability, derived: Derived) -> Cell:
        if attribute is AttributeType.ACTUAL:
            default = self.definition.default if derived.default is None else derived.default
            return Cell(attribute, mutability, default, derived.fact, self.definition.live)
        # A limit that nobody has lowered is the characteristic itself.
        limit = self.maximum if attribute is AttributeType.MAX_SET else self.minimum
        return Cell(attribute, mutability, "" if limit is None else str(limit), None, False)

    def cell(self, attribute: AttributeType) -> Cell | None:
        """The attribute, or None if the variable does not support it."""
        for cell in self.cells:
            if cell.attribute is attribute:
                return cell
        return None

    def mutability(self, cell: Cell) -> Mutability:
        """What the CSMS may do: a pinned or dictated value is read-only."""
        if cell.mutability is Mutability.READ_WRITE and (cell.fact is not None or cell.pinned):
            return Mutability.READ_ONLY
        return cell.mutability

    def check(self, text: str) -> str | Problem:
        """Canonical text of a new value, or why it is none."""
        definition = self.definition
        if definition.secret:
            return datatypes.check_secret(text, self.minimum, self.maximum, definition.pattern)
        return datatypes.check(
            definition.type,
            text,
            minimum=self.minimum,
            maximum=self.maximum,
            values=datatypes.folded(self.values) if self.values else None,
            filled=definition.filled,
            pattern=definition.pattern,
        )


def instantiate(definition: Definition, topology: Topology) -> list[Variable]:
    """Every instance of a row that the station has."""
    places: list[tuple[int, int]]
    match definition.scope:
        case Scope.STATION:
            places = [(0, 0)]
        case Scope.EVSE:
            places = [(evse, 0) for evse in range(1, len(topology.evses) + 1)]
        case Scope.CONNECTOR:
            places = list(topology.places())
    variables = []
    for evse, connector in places:
        place = Place(topology, evse, connector)
        if definition.when is None or definition.when(place):
            address = Address(definition.component, definition.variable, evse, connector, "", definition.instance)
            derived = definition.derive(place) if definition.derive else _NOTHING
            variables.append(Variable(definition, address, derived))
    return variables
