"""Security events that are for the log alone (OCPP 2.x part 2, appendix 1); the CSMS is told all others (A04)."""

from __future__ import annotations

NOT_CRITICAL = frozenset(
    {
        "AttemptedReplayAttacks",
        "CsmsFailedToAuthenticate",
        "FailedToAuthenticateAtCsms",
        "InvalidMessages",
        "ReconfigurationOfSecurityParameters",
    }
)
