from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.variables.datatypes import check, check_secret, folded, raw_secret, split, thousandths
from agent.variables.vocabulary import Code, DataType, Problem

COLOURS = folded(("Red", "Green", "Blue"))


def refused(answer: str | Problem) -> Code:
    assert isinstance(answer, Problem)
    assert 0 < len(answer.reason) <= 512
    return answer.code


@pytest.mark.parametrize("text", ["0", "1", "-1", "300", "2147483647"])
def test_integers(text: str) -> None:
    assert check(DataType.INTEGER, text) == text


@pytest.mark.parametrize(
    "text", ["", "01", "+1", "1.0", "300.1", "1e3", " 1", "true", "abc", "٣", "2147483648", "-0", "99999999999"]
)
def test_what_is_not_an_integer(text: str) -> None:
    # Part 2, 1.2 and TC_B_11_CS.
    assert refused(check(DataType.INTEGER, text)) is Code.INVALID_VALUE


def test_limits_include_their_ends() -> None:
    assert check(DataType.INTEGER, "1", minimum=1, maximum=3) == "1"
    assert check(DataType.INTEGER, "3", minimum=1, maximum=3) == "3"
    assert refused(check(DataType.INTEGER, "0", minimum=1, maximum=3)) is Code.VALUE_TOO_LOW
    assert refused(check(DataType.INTEGER, "4", minimum=1, maximum=3)) is Code.VALUE_TOO_HIGH
    assert check(DataType.DECIMAL, "13.5", maximum=13.5) == "13.5"
    assert refused(check(DataType.DECIMAL, "13.500001", maximum=13.5)) is Code.VALUE_TOO_HIGH
    assert refused(check(DataType.DECIMAL, "-0.1", minimum=0)) is Code.VALUE_TOO_LOW


@pytest.mark.parametrize("text", ["0", "-1.5", "16.0", "0.123456"])
def test_decimals_are_kept_as_sent(text: str) -> None:
    assert check(DataType.DECIMAL, text) == text


@pytest.mark.parametrize("text", ["", "1.", ".5", "1e3", "0.1234567", "NaN", "Infinity", "1,5", "+1"])
def test_what_is_not_a_decimal(text: str) -> None:
    assert refused(check(DataType.DECIMAL, text)) is Code.INVALID_VALUE


@given(st.integers(-(10**9), 10**9))
def test_thousandths_are_exact(milli: int) -> None:
    assert thousandths(format(Decimal(milli) / 1000, "f")) == milli


@pytest.mark.parametrize("text", ["True", "FALSE", "1", "0", "yes", "", " true"])
def test_booleans_are_two_words(text: str) -> None:
    assert check(DataType.BOOLEAN, "true") == "true"
    assert check(DataType.BOOLEAN, "false") == "false"
    assert refused(check(DataType.BOOLEAN, text)) is Code.INVALID_VALUE


@pytest.mark.parametrize("text", ["2019-04-12T23:20:50.52Z", "2019-12-19T16:39:57+01:00", "2024-02-29t00:00:00z"])
def test_times(text: str) -> None:
    assert check(DataType.DATE_TIME, text) == text


@pytest.mark.parametrize(
    "text", ["", "2019-04-12", "2019-13-12T23:20:50Z", "2023-02-29T00:00:00Z", "2019-04-12T23:20:50.1234Z", "now"]
)
def test_what_is_not_a_time(text: str) -> None:
    assert refused(check(DataType.DATE_TIME, text)) is Code.INVALID_VALUE


def test_an_option_is_one_of_its_values_in_their_spelling() -> None:
    assert check(DataType.OPTION_LIST, "gREEN", values=COLOURS) == "Green"
    assert refused(check(DataType.OPTION_LIST, "Red,Green", values=COLOURS)) is Code.INVALID_VALUE
    assert refused(check(DataType.OPTION_LIST, "", values=COLOURS)) is Code.INVALID_VALUE
    assert refused(check(DataType.OPTION_LIST, "Red")) is Code.INVALID_VALUE


def test_a_member_list_is_a_set_of_known_members() -> None:
    assert check(DataType.MEMBER_LIST, " blue , RED,Blue", values=COLOURS) == "Blue,Red"
    assert check(DataType.MEMBER_LIST, "", values=COLOURS) == ""
    assert refused(check(DataType.MEMBER_LIST, "Red,Mauve", values=COLOURS)) is Code.INVALID_VALUE
    assert refused(check(DataType.MEMBER_LIST, "Red,,Blue", values=COLOURS)) is Code.INVALID_VALUE
    assert refused(check(DataType.MEMBER_LIST, " ", values=COLOURS, filled=True)) is Code.INVALID_VALUE
    assert refused(check(DataType.MEMBER_LIST, "Red,Blue", values=COLOURS, maximum=7)) is Code.TOO_LARGE_ELEMENT


def test_a_sequence_keeps_its_order_and_names_nothing_twice() -> None:
    assert check(DataType.SEQUENCE_LIST, "blue,red", values=COLOURS) == "Blue,Red"
    assert refused(check(DataType.SEQUENCE_LIST, "Red,Blue,red", values=COLOURS)) is Code.INVALID_VALUE


def test_strings_have_a_length_and_a_pattern() -> None:
    assert check(DataType.STRING, "ÄÖ", minimum=2, maximum=2) == "ÄÖ"
    assert refused(check(DataType.STRING, "a", minimum=2)) is Code.INVALID_VALUE
    assert refused(check(DataType.STRING, "abc", maximum=2)) is Code.TOO_LARGE_ELEMENT
    assert refused(check(DataType.STRING, "a!", pattern="[a-z]*")) is Code.INVALID_VALUE
    assert refused(check(DataType.STRING, "a\nb")) is Code.INVALID_VALUE


def test_nothing_is_longer_than_a_set_value() -> None:
    assert check(DataType.STRING, "x" * 1000) == "x" * 1000
    assert refused(check(DataType.STRING, "x" * 1001)) is Code.TOO_LARGE_ELEMENT


def test_a_long_list_of_values_is_cut_in_a_reason() -> None:
    answer = check(DataType.OPTION_LIST, "x", values=folded(tuple(f"value-{number}" for number in range(90))))
    assert isinstance(answer, Problem)
    assert len(answer.reason) < 400


def test_a_reason_repeats_little_of_what_was_sent() -> None:
    answer = check(DataType.INTEGER, "9" * 900)
    assert isinstance(answer, Problem)
    assert len(answer.reason) < 120


@given(st.binary(min_size=16, max_size=64))
def test_a_secret_of_bytes_is_kept_in_raw_form(secret: bytes) -> None:
    raw = raw_secret(secret)
    assert check_secret(raw, 16, 64, "[a-z]*") == raw


@pytest.mark.parametrize("secret", [b"x" * 15, b"x" * 65])
def test_a_raw_secret_has_the_length_of_a_secret(secret: bytes) -> None:
    assert refused(check_secret(raw_secret(secret), 16, 64, "")) is Code.INVALID_VALUE


def test_a_secret_never_stands_in_a_reason() -> None:
    for text in ("geheim!" * 3, "geheim", "geheim" * 30, raw_secret(b"geheim")):
        answer = check_secret(text, 16, 64, "[a-z]*")
        assert isinstance(answer, Problem)
        assert "geheim" not in answer.reason
        assert b"geheim".hex() not in answer.reason


@given(st.sampled_from(list(DataType)), st.text(max_size=1100))
def test_no_text_raises_and_what_is_accepted_is_stable(type_: DataType, text: str) -> None:
    answer = check(type_, text, values=COLOURS)
    if isinstance(answer, str):
        assert check(type_, answer, values=COLOURS) == answer


def test_members_of_a_canonical_list() -> None:
    assert split("") == ()
    assert split("a,b") == ("a", "b")
