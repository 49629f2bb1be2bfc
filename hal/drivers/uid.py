"""From the UID that a contactless card answers with to the text of an identifier token.

One card must give one token, whatever reader it is shown to: backends compare texts. The canonical form is the UID in
the order of the anti-collision loop (ISO/IEC 14443-3; the first byte is the manufacturer's: 04 for NXP), as upper-case
hexadecimal digits without separators. Some installed bases were enrolled with readers that reverse the bytes, print
decimal numbers or drop bytes (Wiegand-26 keeps three, Wiegand-34 four); the options reproduce each of these.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from hal.types import TokenKind
from hal.value import frozen

# ISO/IEC 14443-3: single, double and triple size; 8 is ISO/IEC 15693 and FeliCa.
UID_BYTES = (4, 7, 8, 10)
# ISO/IEC 14443-3: a single-size UID that begins with 08 is a random number, new at each activation.
RANDOM_UID_PREFIX = 0x08
ATR_STORAGE_CARD = bytes.fromhex("804F0CA000000306")  # PC/SC part 3, 3.1.3.2.3.1; the standard byte SS follows
ATR_ISO15693 = range(0x09, 0x0D)  # SS: ISO 15693 parts 1 to 4


class UidRejected(ValueError):
    """A UID that makes no token. The text says why, without the UID itself: it is personal data."""


class ByteOrder(StrEnum):
    """Order of the bytes in the token, against the order in which the reader gives them."""

    MSB = "msb"  # as the reader gives them
    LSB = "lsb"  # reversed


class Radix(StrEnum):
    """How the token spells the number."""

    HEX = "hex"
    DEC = "dec"


class Case(StrEnum):
    """Case of hexadecimal digits."""

    UPPER = "upper"
    LOWER = "lower"


class Keep(StrEnum):
    """Which bytes stay when `length` is shorter than the UID."""

    FIRST = "first"
    LAST = "last"


@frozen
class UidFormat:
    """How one reader's UIDs are written. The steps run in the order of the fields.

    `length` is a number of bytes: a longer UID is cut to it, a shorter one is padded with zero bytes in front; 0 takes
    the UID as it is. `digits` pads with zeros in front; 0 writes no more digits than the radix needs (hexadecimal: two
    a byte). OCPP 1.6 carries at most 20 characters, which a 10-byte UID in decimal exceeds.
    """

    refuse_random: bool = True
    order: ByteOrder = ByteOrder.MSB
    length: int = field(default=0, metadata={"min": 0, "max": 10})
    keep: Keep = Keep.FIRST
    radix: Radix = Radix.HEX
    digits: int = field(default=0, metadata={"min": 0, "max": 36})
    case: Case = Case.UPPER


CANONICAL = UidFormat()


def token_text(uid: bytes, form: UidFormat = CANONICAL) -> str:
    """The token for a UID as the reader gave it.

    Raises UidRejected for a length that no standard has, for a UID of zeros (a failed read of some readers) and, as
    `form` says, for a random one, which can never be recognised again.
    """
    if len(uid) not in UID_BYTES:
        raise UidRejected(f"a UID of {len(uid)} bytes; cards have {', '.join(map(str, UID_BYTES))}")
    if not any(uid):
        raise UidRejected("a UID of zeros only")
    if form.refuse_random and len(uid) == 4 and uid[0] == RANDOM_UID_PREFIX:
        raise UidRejected("a random UID (a card or phone that hides its identity)")
    ordered = uid[::-1] if form.order is ByteOrder.LSB else uid
    if form.length:
        ordered = _fit(ordered, form.length, form.keep)
    if form.radix is Radix.DEC:
        return str(int.from_bytes(ordered, "big")).zfill(form.digits)
    text = ordered.hex().zfill(form.digits)
    return text.upper() if form.case is Case.UPPER else text


def _fit(uid: bytes, length: int, keep: Keep) -> bytes:
    if len(uid) <= length:
        return uid.rjust(length, b"\0")
    return uid[:length] if keep is Keep.FIRST else uid[-length:]


def masked(uid: bytes) -> str:
    """A UID for the log: its length and its first byte, which names the manufacturer and not the holder."""
    return f"{len(uid)} bytes, {uid[:1].hex().upper()}…" if uid else "no bytes"


def kind_of(atr: bytes) -> TokenKind:
    """The card's standard, which a PC/SC reader puts into the answer-to-reset of a storage card."""
    _, found, tail = atr.partition(ATR_STORAGE_CARD)
    return TokenKind.ISO15693 if found and tail[:1] and tail[0] in ATR_ISO15693 else TokenKind.ISO14443
