"""One card, one token: the canonical form and each option that an installed base may need."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hal.drivers.uid import ByteOrder, Case, Keep, Radix, UidFormat, UidRejected, kind_of, masked, token_text
from hal.types import TokenKind

LSB, DEC, LAST, LOWER = ByteOrder.LSB, Radix.DEC, Keep.LAST, Case.LOWER

VECTORS = [
    # uid, format, token
    ("04A1B2C3", UidFormat(), "04A1B2C3"),
    ("04A1B2C3D4E5F6", UidFormat(), "04A1B2C3D4E5F6"),
    ("04112233445566778899", UidFormat(), "04112233445566778899"),
    ("E004015012345678", UidFormat(), "E004015012345678"),
    ("00A1B2C3", UidFormat(), "00A1B2C3"),
    ("04A1B2C3D4E5F6", UidFormat(case=LOWER), "04a1b2c3d4e5f6"),
    ("04A1B2C3D4E5F6", UidFormat(order=LSB), "F6E5D4C3B2A104"),
    ("04A1B2C3", UidFormat(radix=DEC), "77705923"),
    ("04A1B2C3", UidFormat(radix=DEC, digits=10), "0077705923"),
    ("04A1B2C3", UidFormat(order=LSB, radix=DEC, digits=10), "3283263748"),  # Wiegand-34
    ("04A1B2C3", UidFormat(order=LSB, length=3, keep=LAST, radix=DEC, digits=8), "11706628"),  # Wiegand-26: B2A104
    ("04A1B2C3D4E5F6", UidFormat(length=4), "04A1B2C3"),
    ("04A1B2C3D4E5F6", UidFormat(length=4, keep=LAST), "C3D4E5F6"),
    ("04A1B2C3", UidFormat(length=7), "00000004A1B2C3"),
    ("04A1B2C3", UidFormat(digits=14), "00000004A1B2C3"),
    ("04A1B2C3", UidFormat(length=4, keep=LAST), "04A1B2C3"),
    ("08A1B2C3", UidFormat(refuse_random=False), "08A1B2C3"),
    ("08A1B2C3D4E5F6", UidFormat(), "08A1B2C3D4E5F6"),  # 08 means random only in single size
    ("04A1B208", UidFormat(order=LSB), "08B2A104"),  # the reader's order decides, not the token's
    ("FF112233445566778899", UidFormat(radix=DEC), "1204519512169567275681945"),
]


@pytest.mark.parametrize(("uid", "form", "token"), VECTORS)
def test_vectors(uid: str, form: UidFormat, token: str) -> None:
    assert token_text(bytes.fromhex(uid), form) == token


@pytest.mark.parametrize(
    ("uid", "why"),
    [
        ("", "0 bytes"),
        ("04A1B2", "3 bytes"),
        ("04A1B2C3D4", "5 bytes"),
        ("0411223344556677889900", "11 bytes"),
        ("00000000", "zeros"),
        ("08A1B2C3", "random"),
    ],
)
def test_a_uid_that_makes_no_token_is_refused_without_being_told(uid: str, why: str) -> None:
    with pytest.raises(UidRejected, match=why) as caught:
        token_text(bytes.fromhex(uid))
    assert not uid or uid not in str(caught.value).upper()


def test_a_masked_uid_tells_the_manufacturer_at_most() -> None:
    assert masked(bytes.fromhex("04A1B2C3D4E5F6")) == "7 bytes, 04…"
    assert masked(b"") == "no bytes"


@given(st.sampled_from([4, 7, 8, 10]).flatmap(lambda n: st.binary(min_size=n, max_size=n)))
def test_the_canonical_form_loses_nothing(uid: bytes) -> None:
    try:
        token = token_text(uid)
    except UidRejected:
        assert not any(uid) or (len(uid) == 4 and uid[0] == 0x08)
    else:
        assert bytes.fromhex(token) == uid
        assert token == token.upper()
        assert len(token) <= 20  # OCPP 1.6 CiString20


@pytest.mark.parametrize(
    ("atr", "kind"),
    [
        ("3B8F8001804F0CA000000306030001000000006A", TokenKind.ISO14443),
        ("3B8F8001804F0CA0000003060B00140000000077", TokenKind.ISO15693),
        ("3B8F8001804F0CA000000306", TokenKind.ISO14443),  # cut short
        ("3B8180018080", TokenKind.ISO14443),  # a card with a processor
        ("", TokenKind.ISO14443),
    ],
)
def test_the_kind_of_card_by_its_answer_to_reset(atr: str, kind: TokenKind) -> None:
    assert kind_of(bytes.fromhex(atr)) is kind
