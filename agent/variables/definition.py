"""One row of the tables of variables: what a variable is, before it belongs to a station."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from agent.variables.address import Address
from agent.variables.topology import Topology
from agent.variables.vocabulary import AttributeType, DataType, Mutability
from hal.value import frozen

Limit = int | float


class Scope(Enum):
    """Where instances of a variable stand."""

    STATION = "station"
    EVSE = "EVSE"
    CONNECTOR = "connector"


@frozen
class Place:
    """The place for which a row is instantiated; `evse` and `connector` are 0 where they do not apply."""

    topology: Topology
    evse: int = 0
    connector: int = 0


@frozen
class Derived:
    """What a row takes from the topology instead of from itself; None keeps the row's own.

    `fact` is a value that the hardware or the build dictates: it is the strongest layer, and read-only.
    """

    minimum: Limit | None = None
    maximum: Limit | None = None
    values: tuple[str, ...] | None = None
    default: str | None = None
    fact: str | None = None


@frozen(kw_only=True)
class Definition:
    """Characteristics of a variable.

    `minimum` and `maximum` bound a number, or the characters of a text. `values` are the members that an
    OptionList, a SequenceList or a MemberList may have. `mutability` is what the CSMS may do with the attribute
    Actual; `others` lists the further attributes. `configurable` lets the TOML file and a local administrator set
    what is read-only to the CSMS. `live` values come from the running core. `pattern` is a regular expression for
    the whole text, `filled` forbids an empty one. A `secret` is never read out. `abnormal` marks a boolean that a
    summary report shows while it is true. A `mirror` shows the value of another variable, which alone can be set.
    """

    component: str
    variable: str
    type: DataType
    doc: str
    instance: str = ""
    scope: Scope = Scope.STATION
    unit: str = ""
    minimum: Limit | None = None
    maximum: Limit | None = None
    values: tuple[str, ...] = ()
    default: str = ""
    mutability: Mutability = Mutability.READ_WRITE
    others: tuple[tuple[AttributeType, Mutability], ...] = ()
    configurable: bool = False
    live: bool = False
    reboot_required: bool = False
    secret: bool = False
    filled: bool = False
    abnormal: bool = False
    pattern: str = ""
    mirror: Address | None = None
    derive: Callable[[Place], Derived] | None = None
    when: Callable[[Place], bool] | None = None

    def attributes(self) -> tuple[tuple[AttributeType, Mutability], ...]:
        """Every supported attribute type with its mutability, Actual first."""
        return ((AttributeType.ACTUAL, self.mutability), *self.others)
