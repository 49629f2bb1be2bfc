"""Why a connection attempt failed, in plain words and with the remedy where there is one."""

from __future__ import annotations

import errno
import re
import socket
from collections.abc import Mapping
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from agent.ocpp import tls
from agent.ocpp.endpoint import Endpoint, FailureKind

# How much of a server's own words is repeated.
_MAX_QUOTE = 200

_STATUS = {
    400: "the CSMS takes the request for malformed (HTTP 400): check the address",
    401: "the CSMS does not accept the station's identity and password (HTTP 401)",
    403: "the CSMS does not admit this station (HTTP 403)",
    404: "the CSMS does not know this station at this address (HTTP 404): check address and identity",
    426: "the CSMS wants another protocol at this address (HTTP 426)",
    429: "the CSMS is asked too often (HTTP 429)",
    502: "the CSMS is not reachable behind its gateway (HTTP 502)",
    503: "the CSMS is not available now (HTTP 503)",
    504: "the CSMS does not answer its gateway (HTTP 504)",
}
_AUTHENTICATION = frozenset({401, 403})
_RETRY_AFTER = frozenset({429, 503})

_ERRNO = {
    errno.ECONNREFUSED: "nothing listens at {where}",
    errno.EHOSTUNREACH: "there is no way to {where}",
    errno.ENETUNREACH: "there is no network that leads to {where}",
    errno.ETIMEDOUT: "{where} does not answer",
    errno.ECONNRESET: "{where} reset the connection",
    errno.ENETDOWN: "the network is down",
}


class ConnectFailed(Exception):
    """An attempt came to nothing. `retry_after_ms` is what an HTTP 429 or 503 asked for."""

    def __init__(self, kind: FailureKind, why: str, retry_after_ms: int | None = None) -> None:
        super().__init__(why)
        self.kind = kind
        self.why = why
        self.retry_after_ms = retry_after_ms


def by_status(status: int, headers: Mapping[str, str]) -> ConnectFailed:
    """An HTTP answer other than 101. `headers` maps without regard to case."""
    if 300 <= status < 400:
        target = _quote(headers.get("Location", "nowhere"))
        why = f"the CSMS redirects to {target} (HTTP {status}), which is not followed: configure that address"
        return ConnectFailed(FailureKind.HTTP_STATUS, why)
    why = _STATUS.get(status, f"the CSMS refuses the connection (HTTP {status})")
    if status in _AUTHENTICATION:
        return ConnectFailed(FailureKind.AUTHENTICATION, why)
    retry_after_ms = _retry_after_ms(headers) if status in _RETRY_AFTER else None
    return ConnectFailed(FailureKind.HTTP_STATUS, why, retry_after_ms)


def by_silence(endpoint: Endpoint, connected: bool) -> ConnectFailed:
    """The time for opening ran out; `connected` tells whether TCP (and TLS) stood by then."""
    what = "accepted the connection but does not complete the handshake" if connected else "does not answer"
    why = f"{_where(endpoint)} {what} within {endpoint.open_timeout_ms / 1000:g} s"
    return ConnectFailed(FailureKind.TIMEOUT, why)


def by_handshake(endpoint: Endpoint, what: str) -> ConnectFailed:
    """Something answered, and it was not a WebSocket server that keeps to RFC 6455."""
    return ConnectFailed(FailureKind.HANDSHAKE, f"{_where(endpoint)} is no WebSocket endpoint: {_quote(what)}")


def by_error(endpoint: Endpoint, error: BaseException) -> ConnectFailed | None:
    """An error of DNS, TCP or TLS; None if it is none of these."""
    where = _where(endpoint)
    explained = tls.explain(error, where)
    if explained is not None:
        return ConnectFailed(*explained)
    if isinstance(error, socket.gaierror):
        return ConnectFailed(FailureKind.DNS, _dns(endpoint, error))
    if not isinstance(error, OSError):
        return None
    if endpoint.secure and isinstance(error, ConnectionAbortedError | ConnectionResetError) and error.errno is None:
        # asyncio's own words for the end of a TLS handshake, by time or by the other end
        return ConnectFailed(FailureKind.TLS, f"{where} ended the TLS handshake without a word")
    text = _ERRNO.get(error.errno or _shared_errno(str(error)))
    if text is not None:
        return ConnectFailed(FailureKind.TCP, text.format(where=where))
    return ConnectFailed(FailureKind.TCP, f"no connection to {where}: {_quote(error.strerror or str(error))}")


def _shared_errno(text: str) -> int:
    """asyncio puts the errors of several addresses into one text: their number if they all have the same, else 0."""
    numbers = set(re.findall(r"\[Errno (\d+)\]", text))
    return int(numbers.pop()) if len(numbers) == 1 else 0


def _where(endpoint: Endpoint) -> str:
    parts = urlsplit(endpoint.url)
    return f"{parts.hostname}:{parts.port or (443 if endpoint.secure else 80)}"


def _dns(endpoint: Endpoint, error: socket.gaierror) -> str:
    host = urlsplit(endpoint.url).hostname
    if error.errno == socket.EAI_AGAIN:
        return f"the name {host} cannot be looked up now: no name server answers"
    return f"there is no host named {host}"


def _quote(text: str) -> str:
    """A server's words: one line, printable, bounded."""
    return "".join(char if char.isprintable() else " " for char in text[:_MAX_QUOTE])


def _retry_after_ms(headers: Mapping[str, str]) -> int | None:
    """Read Retry-After (RFC 9110 section 10.2.3). A date counts from the server's own Date, not from our clock."""
    value = headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdigit() and len(value) <= 9:
        return int(value) * 1000
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):
        return None
    return max(0, int(wait.total_seconds() * 1000))
