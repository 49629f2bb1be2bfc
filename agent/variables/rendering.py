"""Values of a TOML file as the text that a variable holds, and what to write instead of one that is none."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal

from agent.variables.instance import Variable
from agent.variables.vocabulary import DataType

_LISTS = frozenset({DataType.MEMBER_LIST, DataType.SEQUENCE_LIST})
QUOTES = "put it in quotes"
EXAMPLES = {
    DataType.DECIMAL: "write a number",
    DataType.INTEGER: "write a whole number without quotes",
    DataType.DATE_TIME: "write a date with time and zone",
    DataType.BOOLEAN: "write true or false",
    DataType.SEQUENCE_LIST: 'write ["A", "B"]',
    DataType.MEMBER_LIST: 'write ["A", "B"]',
}


def rendered(value: object, type_: DataType) -> str | None:
    """Text of a TOML value, or None if it is of another type. A text stands for any type, as a CSMS would send it."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return str(value).lower() if type_ is DataType.BOOLEAN else None
    if isinstance(value, int):
        return str(value) if type_ in {DataType.INTEGER, DataType.DECIMAL, DataType.SEQUENCE_LIST} else None
    if isinstance(value, float):
        return format(Decimal(repr(value)), "f") if type_ is DataType.DECIMAL else None
    if isinstance(value, datetime):
        return value.isoformat(timespec="milliseconds") if type_ is DataType.DATE_TIME else None
    if isinstance(value, list) and type_ in _LISTS and all(isinstance(item, str | int) for item in value):
        return ",".join(str(item) for item in value)
    return None


def allowed(variable: Variable) -> str:
    """What a variable takes, for the remedy of an error."""
    if variable.values:
        return f"allowed are {', '.join(variable.values)}"
    low, high = variable.minimum, variable.maximum
    what = "characters" if variable.definition.type is DataType.STRING else variable.definition.unit
    if low is None and high is None:
        return EXAMPLES.get(variable.definition.type, QUOTES)
    if high is None:
        return f"allowed: {low} {what}".rstrip() + " or more"
    return f"allowed: {'up to' if low is None else f'{low} to'} {high} {what}".rstrip()


def either(words: Iterable[str]) -> str:
    """Words to choose from."""
    return ", ".join(sorted(words))
