"""Texts to values: the data types of OCPP 2.0.1 (part 2, 1.2 and DataEnumType) with limits and lists of values.

Nothing raises: what is not a value becomes a `Problem`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from agent.variables.definition import Limit
from agent.variables.vocabulary import SET_VALUE_LENGTH_MAX, Code, DataType, Problem

# Stored form of a secret that is bytes and no text, as the AuthorizationKey of OCPP 1.6 may be: this and hex digits.
RAW_MARK = "\x01"
INTEGER_MAX = 2**31 - 1  # part 2, 1.2: 32 bits
_INTEGER = re.compile(r"0|-?[1-9][0-9]{0,9}")  # no leading zeros, no plus sign
_DECIMAL = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")  # at most six decimal places
_DATE_TIME = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?(Z|[+-]\d{2}:\d{2})?", re.ASCII | re.IGNORECASE
)


def check(
    type_: DataType,
    text: str,
    *,
    minimum: Limit | None = None,
    maximum: Limit | None = None,
    values: Mapping[str, str] | None = None,
    filled: bool = False,
    pattern: str = "",
) -> str | Problem:
    """Give the canonical text of a value, or say why it is none.

    `values` maps the folded spelling of each allowed member to the canonical one.
    """
    if len(text) > SET_VALUE_LENGTH_MAX:
        return Problem(Code.TOO_LARGE_ELEMENT, f"longer than {SET_VALUE_LENGTH_MAX} characters")
    if filled and not text.strip():
        return Problem(Code.INVALID_VALUE, "may not be empty")
    match type_:
        case DataType.INTEGER:
            return _integer(text, minimum, maximum)
        case DataType.DECIMAL:
            return _decimal(text, minimum, maximum)
        case DataType.BOOLEAN:
            if text in {"true", "false"}:
                return text
            return Problem(Code.INVALID_VALUE, f"{_shown(text)} is neither true nor false")
        case DataType.DATE_TIME:
            return _date_time(text)
        case DataType.OPTION_LIST:
            return _option(text, values or {})
        case DataType.MEMBER_LIST | DataType.SEQUENCE_LIST:
            return _members(text, values or {}, maximum, ordered=type_ is DataType.SEQUENCE_LIST)
        case _:
            return _string(text, minimum, maximum, pattern)


def raw_secret(secret: bytes) -> str:
    """Text that stands for a secret of bytes; `check_secret` takes it, and `Registry.secret` gives the bytes back."""
    return RAW_MARK + secret.hex()


def check_secret(text: str, minimum: Limit | None, maximum: Limit | None, pattern: str) -> str | Problem:
    """Canonical form of a secret: a text of its pattern, or bytes in raw form."""
    if text.startswith(RAW_MARK):
        if re.fullmatch(r"([0-9a-f]{2})+", text[1:]) and (minimum or 0) <= len(text) // 2 <= (maximum or len(text)):
            return text
        return Problem(Code.INVALID_VALUE, "is not a secret of the allowed length")
    return _string(text, minimum, maximum, pattern)


def folded(values: tuple[str, ...]) -> Mapping[str, str]:
    """The mapping that `check` wants, shared by all variables with the same list."""
    return _folded(values)


def split(text: str) -> tuple[str, ...]:
    """Members of a canonical list."""
    return tuple(text.split(",")) if text else ()


def thousandths(text: str) -> int:
    """A canonical decimal in thousandths of its unit (A to mA), rounded down towards zero."""
    return int(Decimal(text) * 1000)


def _integer(text: str, minimum: Limit | None, maximum: Limit | None) -> str | Problem:
    if not _INTEGER.fullmatch(text) or abs(int(text)) > INTEGER_MAX:
        return Problem(Code.INVALID_VALUE, f"{_shown(text)} is not an integer")
    return _bounded(Decimal(text), minimum, maximum) or text


def _decimal(text: str, minimum: Limit | None, maximum: Limit | None) -> str | Problem:
    if not _DECIMAL.fullmatch(text):
        return Problem(Code.INVALID_VALUE, f"{_shown(text)} is not a decimal with at most six places")
    return _bounded(Decimal(text), minimum, maximum) or text


def _bounded(number: Decimal, minimum: Limit | None, maximum: Limit | None) -> Problem | None:
    # B05.FR.08
    if minimum is not None and number < Decimal(str(minimum)):
        return Problem(Code.VALUE_TOO_LOW, f"{number} is below the minimum {minimum}")
    if maximum is not None and number > Decimal(str(maximum)):
        return Problem(Code.VALUE_TOO_HIGH, f"{number} is above the maximum {maximum}")
    return None


def _date_time(text: str) -> str | Problem:
    if _DATE_TIME.fullmatch(text):
        try:
            datetime.fromisoformat(text.upper())
        except ValueError:
            pass
        else:
            return text
    return Problem(Code.INVALID_VALUE, f"{_shown(text)} is not an RFC 3339 time with at most three decimals")


def _option(text: str, values: Mapping[str, str]) -> str | Problem:
    option = values.get(text.strip().casefold())
    if option is None:
        return Problem(Code.INVALID_VALUE, f"{_shown(text)} is not one of {_listed(values)}")
    return option


def _members(text: str, values: Mapping[str, str], maximum: Limit | None, *, ordered: bool) -> str | Problem:
    if not text.strip():
        return ""
    members: list[str] = []
    for name in text.split(","):
        member = values.get(name.strip().casefold())
        if member is None:
            return Problem(Code.INVALID_VALUE, f"{_shown(name.strip())} is not one of {_listed(values)}")
        if member not in members:
            members.append(member)
        elif ordered:
            return Problem(Code.INVALID_VALUE, f"{member} stands twice in the sequence")
    joined = ",".join(members)
    if maximum is not None and len(joined) > maximum:
        return Problem(Code.TOO_LARGE_ELEMENT, f"the list is longer than {maximum} characters")
    return joined


def _string(text: str, minimum: Limit | None, maximum: Limit | None, pattern: str) -> str | Problem:
    # The text may be a password: a reason never repeats it.
    if minimum is not None and len(text) < minimum:
        return Problem(Code.INVALID_VALUE, f"shorter than {minimum} characters")
    if maximum is not None and len(text) > maximum:
        return Problem(Code.TOO_LARGE_ELEMENT, f"longer than {maximum} characters")
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in text):
        return Problem(Code.INVALID_VALUE, "contains control characters")
    if pattern and not re.fullmatch(pattern, text):
        return Problem(Code.INVALID_VALUE, "contains characters or a form that are not allowed here")
    return text


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _listed(values: Mapping[str, str]) -> str:
    listed = ", ".join(values.values())
    if len(listed) > 300:
        listed = listed[:297] + "..."
    return listed or "the allowed values (there are none)"


@lru_cache(maxsize=256)
def _folded(values: tuple[str, ...]) -> Mapping[str, str]:
    return {value.casefold(): value for value in values}
