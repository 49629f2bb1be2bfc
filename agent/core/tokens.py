"""Identifier tokens and what is known of them. Two are the same by value, without regard to case, and by kind."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from agent.core.clock import WallMs
from hal.types import TokenKind

ANY_KIND = ""  # of a token whose giver does not tell kinds apart (1.6)


class AuthorizationStatus(StrEnum):
    """OCPP 2.0.1 AuthorizationStatusEnumType; 1.6 uses five of them."""

    ACCEPTED = "Accepted"
    BLOCKED = "Blocked"
    CONCURRENT_TX = "ConcurrentTx"
    EXPIRED = "Expired"
    INVALID = "Invalid"
    NO_CREDIT = "NoCredit"
    NOT_ALLOWED_TYPE_EVSE = "NotAllowedTypeEVSE"
    NOT_AT_THIS_LOCATION = "NotAtThisLocation"
    NOT_AT_THIS_TIME = "NotAtThisTime"
    UNKNOWN = "Unknown"


class IdToken(Struct, frozen=True):
    """An identifier with its type (2.0.1 IdTokenEnumType, or `ANY_KIND`). The value stays as it was written."""

    value: str
    kind: str = "ISO14443"

    @property
    def key(self) -> str:
        """A name for it, the same for equal tokens: the value, after its kind if that is not the usual one.

        Kinds have capitals and folded values have none, so that no value can look like another kind's.
        """
        value = self.value.casefold()
        return value if self.kind in {ANY_KIND, TokenKind.ISO14443} else f"{self.kind}:{value}"

    @property
    def anonymous(self) -> bool:
        """Nobody's: of a start button, or of a station that needs no token (C02). Its value means nothing."""
        return self.kind == TokenKind.NO_AUTHORIZATION

    @property
    def central(self) -> bool:
        """Made by the CSMS for one transaction (C03, C05)."""
        return self.kind == TokenKind.CENTRAL

    def same(self, other: IdToken | None) -> bool:
        """Whether both are of one holder (C01.FR.25)."""
        if other is None:
            return False
        if self.kind != other.kind and ANY_KIND not in {self.kind, other.kind}:
            return False
        return self.value.casefold() == other.value.casefold() or self.anonymous


class TokenInfo(Struct, frozen=True):
    """What an authorizer said of a token. `evses` empty: every EVSE is allowed."""

    status: AuthorizationStatus
    group: IdToken | None = None
    expiry_ms: WallMs | None = None
    evses: tuple[int, ...] = ()
    priority: int = 0
    language: str = ""
    message: str = ""

    @property
    def accepted(self) -> bool:
        return self.status is AuthorizationStatus.ACCEPTED
