"""Identifier tokens and what is known of them. Tokens compare without regard to case (OCPP identifiers)."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from agent.core.clock import WallMs


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
    """An identifier with its type (2.0.1 IdTokenEnumType). The value stays as the reader or the CSMS wrote it."""

    value: str
    kind: str = "ISO14443"

    @property
    def key(self) -> str:
        """What two equal tokens have in common."""
        return self.value.casefold()

    def same(self, other: IdToken | None) -> bool:
        return other is not None and self.key == other.key


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
