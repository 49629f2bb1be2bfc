"""What a write carries may be a password: none of its forms shows it when it is printed or logged."""

from __future__ import annotations

import pytest

from agent.core.commands import PlannedWrite, SetVariables, VariableQuery, WriteVariables
from agent.core.facts import VariableWritten

PASSWORD = "a-password-of-24-chars.."
QUERY = VariableQuery(component="SecurityCtrlr", variable="BasicAuthPassword", value=PASSWORD)
WRITE = PlannedWrite(target="SecurityCtrlr.BasicAuthPassword", value=PASSWORD)


@pytest.mark.parametrize(
    "carrier",
    [
        VariableWritten(address="SecurityCtrlr.BasicAuthPassword", value=PASSWORD),
        QUERY,
        SetVariables(queries=(QUERY,)),
        WRITE,
        WriteVariables(writes=(WRITE,)),
    ],
    ids=lambda carrier: type(carrier).__name__,
)
def test_no_value_is_shown(carrier: object) -> None:
    for text in (repr(carrier), str(carrier), f"{carrier}", repr([carrier])):
        assert PASSWORD not in text
        assert "BasicAuthPassword" in text
        assert "***" in text


def test_a_write_that_is_taken_back_is_told_from_one_that_is_not() -> None:
    assert "value=None" in repr(VariableWritten(address="A.B", value=None))
