"""Reasons beside an answer (StatusInfoType)."""

from __future__ import annotations

from typing import Any, Final

from msgspec import UNSET

from agent.ocpp.v2x.edition import Messages

CODE_LENGTH_MAX: Final = 20
INFO_LENGTH_MAX: Final = 512
UNSPECIFIED: Final = "Unspecified"  # part 2, appendix 5: only additionalInfo says something


def status_info(messages: Messages, code: str, why: str) -> Any:
    """The reason as StatusInfoType; UNSET if there is none."""
    if not code and not why:
        return UNSET
    info = messages.StatusInfoType
    return info(reasonCode=(code or UNSPECIFIED)[:CODE_LENGTH_MAX], additionalInfo=why[:INFO_LENGTH_MAX] or UNSET)
