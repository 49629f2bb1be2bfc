"""Identifier tokens and what is said of them, between the domain and OCPP 2.x."""

from __future__ import annotations

from typing import Any

from agent.core.tokens import AuthorizationStatus, IdToken, TokenInfo
from agent.ocpp.messages import v201
from agent.ocpp.v2x.edition import Edition
from agent.ocpp.wire_time import to_wall


def to_wire(edition: Edition, token: IdToken) -> v201.IdTokenType:
    """The token as an IdTokenType. A kind that the edition does not know is told as one that the station gave."""
    if token.anonymous:
        return edition.messages.IdTokenType(idToken="", type="NoAuthorization")  # C02.FR.01
    kind: Any = token.kind if token.kind in edition.token_kinds else "Local"
    return edition.messages.IdTokenType(idToken=token.value, type=kind)


def recorded(edition: Edition, token: IdToken) -> v201.IdTokenType:
    """The token of a fact. One that is too long for the edition is cut: better told in part than never delivered.

    A question about such a token is not asked at all, since its beginning may be another's.
    """
    if len(token.value) > edition.token_length:
        token = IdToken(value=token.value[: edition.token_length], kind=token.kind)
    return to_wire(edition, token)


def from_wire(token: v201.IdTokenType) -> IdToken:
    """An IdTokenType as a token."""
    return IdToken(value=token.idToken, kind=token.type)


def token_info(info: v201.IdTokenInfoType) -> TokenInfo:
    """IdTokenInfoType in the domain's words. An empty group is none."""
    group = info.groupIdToken if info.groupIdToken else None
    expiry = info.cacheExpiryDateTime
    message = info.personalMessage
    return TokenInfo(
        status=AuthorizationStatus(info.status),
        group=from_wire(group) if group is not None and group.idToken else None,
        expiry_ms=to_wall(expiry) if expiry else None,
        evses=tuple(info.evseId) if info.evseId else (),
        priority=info.chargingPriority or 0,
        language=info.language1 or "",
        message=message.content if message else "",
    )
