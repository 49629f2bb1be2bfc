"""A value that must not be seen: a password, a key. It prints as `***` wherever it ends up."""

from __future__ import annotations

import hmac
from typing import NoReturn

MASK = "***"


def shown(value: object) -> str:
    """What may be seen of a value that may be a secret: whether there is one."""
    return "None" if value is None else MASK


class Secret:
    """Bytes behind a mask.

    OCPP 1.6 gives the basic-authentication password as hexadecimal digits of bytes (security whitepaper A00.FR.205),
    OCPP 2.x as text that is sent in UTF-8 (A00.FR.205 of 2.0.1). Here it is always the bytes that go over the wire,
    so the two never mix. Text given to the constructor is encoded in UTF-8.
    """

    __slots__ = ("_value",)

    def __init__(self, value: bytes | str) -> None:
        self._value = value.encode() if isinstance(value, str) else bytes(value)

    @classmethod
    def from_hex(cls, digits: str) -> Secret:
        """Take bytes written as hexadecimal digits. Raises ValueError for anything else, without repeating it."""
        try:
            return cls(bytes.fromhex(digits))
        except ValueError:
            raise ValueError("not a sequence of pairs of hexadecimal digits") from None

    def reveal(self) -> bytes:
        """The bytes themselves. Call it where they leave the process and nowhere else."""
        return self._value

    def __len__(self) -> int:
        return len(self._value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return hmac.compare_digest(self._value, other._value)

    def __hash__(self) -> int:
        return hash((Secret, self._value))

    def __repr__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Secret is neither pickled nor copied to another process")

    def __copy__(self) -> Secret:
        return self

    def __deepcopy__(self, memo: object) -> Secret:
        return self
