"""Where a CSMS is and how to be admitted there: one network connection profile as plain data."""

from __future__ import annotations

import base64
from dataclasses import field
from enum import StrEnum
from urllib.parse import quote, urlsplit, urlunsplit

from agent.secret import Secret
from hal.value import frozen

# Characters that a path segment may hold as they are (RFC 3986 section 3.3), besides the unreserved ones.
_SEGMENT_SAFE = "!$&'()*+,;=:@"

# OCPP version by the name of its WebSocket subprotocol (OCPP-J part 4, 3.1.2).
VERSIONS = {"ocpp1.6": "1.6", "ocpp2.0.1": "2.0.1", "ocpp2.1": "2.1"}

# The longest message that is read whole. What is longer reaches the RPC layer cut to one byte more than this.
MAX_MESSAGE_BYTES = 1 << 20
# A single frame announced beyond this is not even read to its end: the link closes with 1009.
MAX_FRAME_BYTES = 16 << 20


class FailureKind(StrEnum):
    """Why a connection attempt came to nothing. The TLS kinds and AUTHENTICATION have security events of their own."""

    CANCELLED = "cancelled"  # given up by us: network down, stop, profile switch
    DNS = "dns"
    TCP = "tcp"
    TIMEOUT = "timeout"
    TLS = "tls"
    TLS_CERTIFICATE = "tls_certificate"  # the server's certificate is not acceptable (A00.FR.310)
    TLS_VERSION = "tls_version"  # no TLS 1.2 or newer (A00.FR.316)
    TLS_CIPHER = "tls_cipher"  # no cipher suite in common (A00.FR.323)
    TLS_CLIENT = "tls_client"  # the server refuses our certificate
    AUTHENTICATION = "authentication"  # HTTP 401 or 403
    HTTP_STATUS = "http_status"
    HANDSHAKE = "handshake"  # an answer that is not a WebSocket upgrade
    SUBPROTOCOL = "subprotocol"  # no OCPP version in common
    SETTINGS = "settings"  # our own files or address do not allow the attempt
    INTERNAL = "internal"

    @property
    def security_event(self) -> str | None:
        """Name of the security event that reports this failure (A04, appendix 1 of part 2), if there is one."""
        return _SECURITY_EVENTS.get(self)


_SECURITY_EVENTS = {
    FailureKind.AUTHENTICATION: "FailedToAuthenticateAtCsms",
    FailureKind.TLS_CERTIFICATE: "InvalidCsmsCertificate",  # A00.FR.310, A00.FR.413
    FailureKind.TLS_VERSION: "InvalidTLSVersion",  # A00.FR.316, A00.FR.419
    FailureKind.TLS_CIPHER: "InvalidTLSCipherSuite",  # A00.FR.323, A00.FR.426
}


@frozen
class TlsFiles:
    """Files that make a TLS context. `roots` are PEM files or folders of them; no other root is trusted unless
    `system_roots` adds the operating system's. `certificate` and `key` are for security profile 3."""

    roots: tuple[str, ...] = ()
    system_roots: bool = False
    certificate: str = ""
    key: str = ""


@frozen
class Endpoint:
    """One connection profile of the station. Times are in milliseconds; `slot` is its configuration slot (B09).

    `url` is the CSMS's endpoint without the identity. `subprotocols` is the order of preference on offer.
    `ping_interval_ms` 0 turns pings of ours off; `pong_timeout_ms` is how long after a ping everything may be silent.
    """

    url: str
    identity: str
    slot: int = 1
    security_profile: int = 0
    password: Secret | None = None
    subprotocols: tuple[str, ...] = ("ocpp2.0.1", "ocpp1.6")
    tls: TlsFiles = field(default_factory=TlsFiles)
    ping_interval_ms: int = 30_000
    pong_timeout_ms: int = 20_000
    open_timeout_ms: int = 30_000
    close_timeout_ms: int = 3_000
    compression: bool = False
    user_agent: str = "evse-agent"

    @property
    def secure(self) -> bool:
        """Whether the link runs over TLS (security profiles 2 and 3)."""
        return self.security_profile >= 2

    def connection_url(self) -> str:
        """The address to connect to: `url`, a slash and the percent-encoded identity (OCPP-J part 4, 3.1.1)."""
        parts = urlsplit(self.url)
        path = f"{parts.path.rstrip('/')}/{quote(self.identity, safe=_SEGMENT_SAFE)}"
        return urlunsplit((parts.scheme, parts.netloc, path, parts.query, ""))

    def authorization(self) -> str | None:
        """Value of the Authorization header, or None where the security profile has none (A00.FR.203, A00.FR.302).

        The password's bytes go in as they are: 1.6 may have bytes that are no text at all.
        """
        if self.password is None or self.security_profile not in (1, 2):
            return None
        credentials = self.identity.encode() + b":" + self.password.reveal()
        return "Basic " + base64.b64encode(credentials).decode("ascii")
