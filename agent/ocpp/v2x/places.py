"""EVSEs and connectors as calls of the CSMS name them.

Any integer may arrive. What cannot be an EVSE or a connector becomes one that no station has, so that the core answers
that it does not know it; 0 would mean to the core that none was given.
"""

from __future__ import annotations

from typing import Any, Final

from agent.ocpp.messages import v201

NOWHERE: Final = 0x7FFF_FFFF


def given(number: Any) -> int | None:
    """A number that the message may leave out; part 2 counts from 1."""
    if not isinstance(number, int):
        return None
    return number if 0 < number <= NOWHERE else NOWHERE


def of(evse: v201.EVSEType | Any) -> tuple[int | None, int | None]:
    """EVSE and connector that a message names, each None if left out."""
    return (given(evse.id), given(evse.connectorId)) if evse else (None, None)
