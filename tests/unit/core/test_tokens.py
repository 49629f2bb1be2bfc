"""Identifier tokens compare by kind, and by value without regard to case; they keep the spelling they came in."""

from __future__ import annotations

import pytest

from agent.core.tokens import ANY_KIND, AuthorizationStatus, IdToken, TokenInfo


def test_case_does_not_matter_and_spelling_is_kept() -> None:
    shown, told = IdToken(value="04abCD"), IdToken(value="04ABcd")
    assert shown.same(told)
    assert shown.key == told.key
    assert shown.value == "04abCD"


def test_other_values_are_other_tokens() -> None:
    assert not IdToken(value="04AB").same(IdToken(value="04AB00"))
    assert not IdToken(value="04AB").same(None)


def test_a_code_at_the_keypad_is_not_the_card_with_that_number() -> None:
    """C01.FR.25"""
    code, card = IdToken(value="04112233", kind="KeyCode"), IdToken(value="04112233", kind="ISO14443")
    assert not code.same(card)
    assert code.key != card.key
    assert IdToken(value=code.key).key != code.key
    assert code.same(IdToken(value="04112233", kind="KeyCode"))


def test_who_does_not_tell_kinds_apart_means_any() -> None:
    """1.6: a remote start names an idTag, and the card with it ends the transaction."""
    tag, card = IdToken(value="04AB", kind=ANY_KIND), IdToken(value="04ab", kind="ISO14443")
    assert tag.same(card)
    assert card.same(tag)
    assert not tag.same(IdToken(value="04AC"))


def test_nobody_is_nobody_whatever_the_button_is_called() -> None:
    nobody = IdToken(value="", kind="NoAuthorization")
    assert nobody.same(IdToken(value="start", kind="NoAuthorization"))
    assert not nobody.same(IdToken(value=""))


@pytest.mark.parametrize("status", list(AuthorizationStatus))
def test_only_accepted_is_accepted(status: AuthorizationStatus) -> None:
    assert TokenInfo(status=status).accepted is (status is AuthorizationStatus.ACCEPTED)
