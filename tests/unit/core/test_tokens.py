"""Identifier tokens compare without regard to case and keep the spelling they came in."""

from __future__ import annotations

import pytest

from agent.core.tokens import AuthorizationStatus, IdToken, TokenInfo


def test_case_does_not_matter_and_spelling_is_kept() -> None:
    shown, told = IdToken(value="04abCD"), IdToken(value="04ABcd")
    assert shown.same(told)
    assert shown.key == told.key
    assert shown.value == "04abCD"


def test_other_values_are_other_tokens() -> None:
    assert not IdToken(value="04AB").same(IdToken(value="04AB00"))
    assert not IdToken(value="04AB").same(None)


@pytest.mark.parametrize("status", list(AuthorizationStatus))
def test_only_accepted_is_accepted(status: AuthorizationStatus) -> None:
    assert TokenInfo(status=status).accepted is (status is AuthorizationStatus.ACCEPTED)
