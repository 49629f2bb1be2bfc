"""Failures in plain words."""

from __future__ import annotations

import errno
import socket

import pytest

from agent.ocpp.endpoint import Endpoint, FailureKind
from agent.ocpp.refusal import by_error, by_handshake, by_silence, by_status
from agent.secret import Secret

PLAIN = Endpoint("ws://csms.example:9000/ocpp", "CS001", open_timeout_ms=2_500)
SECURE = Endpoint("wss://csms.example/ocpp", "CS001", security_profile=2, password=Secret("x" * 16))


@pytest.mark.parametrize(
    ("status", "kind", "words"),
    [
        (401, FailureKind.AUTHENTICATION, "identity and password"),
        (403, FailureKind.AUTHENTICATION, "does not admit"),
        (404, FailureKind.HTTP_STATUS, "check address and identity"),
        (418, FailureKind.HTTP_STATUS, "HTTP 418"),
        (500, FailureKind.HTTP_STATUS, "HTTP 500"),
    ],
)
def test_http_status(status: int, kind: FailureKind, words: str) -> None:
    failed = by_status(status, {"Retry-After": "5"})
    assert (failed.kind, failed.retry_after_ms) == (kind, None)
    assert words in str(failed)


@pytest.mark.parametrize(
    ("headers", "expected_ms"),
    [
        ({"Retry-After": " 120 "}, 120_000),
        ({"Retry-After": "0"}, 0),
        ({}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-5"}, None),
        ({"Retry-After": "9" * 30}, None),
        ({"Retry-After": "٣"}, None),
        ({"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}, None),  # no Date to count from
        ({"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT", "Date": "Fri, 31 Dec 1999 23:58:59 GMT"}, 60_000),
        ({"Retry-After": "Fri, 31 Dec 1999 23:57:59 GMT", "Date": "Fri, 31 Dec 1999 23:58:59 GMT"}, 0),
        ({"Retry-After": "Fri, 31 Dec 1999 23:57:59", "Date": "Fri, 31 Dec 1999 23:58:59 GMT"}, None),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after(status: int, headers: dict[str, str], expected_ms: int | None) -> None:
    assert by_status(status, headers).retry_after_ms == expected_ms


def test_a_redirect_names_its_target_in_one_printable_line() -> None:
    failed = by_status(302, {"Location": "https://elsewhere/\x1b[2J\nx" + "y" * 500})
    assert "https://elsewhere/ [2J x" in failed.why
    assert failed.why.isprintable()
    assert len(failed.why) < 400


@pytest.mark.parametrize(
    ("error", "kind", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), FailureKind.DNS, "no host named csms.example"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), FailureKind.DNS, "no name server answers"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "x"), FailureKind.TCP, "nothing listens at csms.example:9000"),
        (OSError("Multiple exceptions: [Errno 111] a, [Errno 111] b"), FailureKind.TCP, "nothing listens at"),
        (OSError("Multiple exceptions: [Errno 111] a, [Errno 113] b"), FailureKind.TCP, "[Errno 113] b"),
        (OSError(errno.EHOSTUNREACH, "x"), FailureKind.TCP, "no way to"),
        (OSError(errno.EPROTO, "Protocol error"), FailureKind.TCP, "Protocol error"),
        (TimeoutError(errno.ETIMEDOUT, "x"), FailureKind.TCP, "does not answer"),
    ],
)
def test_dns_and_tcp(error: OSError, kind: FailureKind, words: str) -> None:
    failed = by_error(PLAIN, error)
    assert failed is not None
    assert failed.kind is kind
    assert words in failed.why


def test_the_end_of_a_tls_handshake() -> None:
    failed = by_error(SECURE, ConnectionAbortedError("SSL handshake is taking longer than 60.0 seconds"))
    assert failed is not None
    assert failed.kind is FailureKind.TLS
    assert "csms.example:443" in failed.why


def test_what_is_none_of_its_business() -> None:
    assert by_error(PLAIN, ValueError("x")) is None


def test_silence_and_nonsense() -> None:
    assert "does not answer within 2.5 s" in by_silence(PLAIN, connected=False).why
    assert "does not complete the handshake" in by_silence(PLAIN, connected=True).why
    assert by_handshake(PLAIN, "SSH-2.0").kind is FailureKind.HANDSHAKE
    assert by_silence(PLAIN, connected=True).kind is FailureKind.TIMEOUT
