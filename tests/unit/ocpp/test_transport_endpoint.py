"""Address and credentials of a connection profile."""

from __future__ import annotations

import copy
import pickle

import pytest

from agent.ocpp.endpoint import VERSIONS, Endpoint, FailureKind
from agent.secret import Secret


@pytest.mark.parametrize(
    ("url", "identity", "expected"),
    [
        # The two examples of OCPP-J part 4, 3.1.1.
        ("ws://csms.example.com/ocpp", "CS001", "ws://csms.example.com/ocpp/CS001"),
        ("wss://csms.example.com/ocppj", "RDAM 123", "wss://csms.example.com/ocppj/RDAM%20123"),
        ("ws://h/", "A", "ws://h/A"),
        ("ws://h", "A", "ws://h/A"),
        ("ws://h:81/a//", "A", "ws://h:81/a/A"),
        ("ws://[::1]:81/a", "A", "ws://[::1]:81/a/A"),
        ("wss://h/a?token=1", "A", "wss://h/a/A?token=1"),
        ("ws://h/a", "*=+@-_.~:", "ws://h/a/*=+@-_.~:"),
        ("ws://h/a", "a|b/c?d#é%", "ws://h/a/a%7Cb%2Fc%3Fd%23%C3%A9%25"),
    ],
)
def test_the_identity_is_appended_to_the_path(url: str, identity: str, expected: str) -> None:
    assert Endpoint(url, identity).connection_url() == expected


def test_the_password_goes_in_as_bytes() -> None:
    # The example of OCPP-J 1.6, 6.2: twenty bytes that are no text.
    key = Secret.from_hex("0001020304050607FFFFFFFFFFFFFFFFFFFFFFFF")
    endpoint = Endpoint("wss://h", "AL1000", security_profile=2, password=key)
    assert endpoint.authorization() == "Basic QUwxMDAwOgABAgMEBQYH////////////////"


@pytest.mark.parametrize(("profile", "sent"), [(0, False), (1, True), (2, True), (3, False)])
def test_only_profiles_1_and_2_send_a_password(profile: int, sent: bool) -> None:
    endpoint = Endpoint("wss://h", "A", security_profile=profile, password=Secret("p" * 16))
    assert (endpoint.authorization() is not None) is sent
    assert endpoint.secure is (profile >= 2)


def test_without_a_password_there_is_no_header() -> None:
    assert Endpoint("ws://h", "A", security_profile=1).authorization() is None


def test_security_events_of_failures() -> None:
    assert FailureKind.TLS_CERTIFICATE.security_event == "InvalidCsmsCertificate"
    assert FailureKind.AUTHENTICATION.security_event == "FailedToAuthenticateAtCsms"
    assert FailureKind.TCP.security_event is None
    assert VERSIONS["ocpp2.0.1"] == "2.0.1"


def test_a_secret_is_not_seen() -> None:
    secret = Secret("correct horse")
    endpoint = Endpoint("ws://h", "A", password=secret)
    assert "horse" not in f"{secret} {secret!r} {secret:>20} {[secret]} {endpoint!r}"
    assert f"{secret:>5}" == "  ***"
    with pytest.raises(TypeError, match="neither pickled"):
        pickle.dumps(secret)
    assert copy.deepcopy(secret) is secret
    assert copy.copy(secret) is secret


def test_secrets_are_bytes_whatever_they_came_from() -> None:
    assert Secret("é").reveal() == b"\xc3\xa9"
    assert Secret.from_hex("c3A9") == Secret("é")
    assert Secret("a") != Secret("b")
    assert Secret("a") != "a"
    assert len({Secret("a"), Secret(b"a")}) == 1
    assert len(Secret("é")) == 2
    with pytest.raises(ValueError, match="hexadecimal") as raised:
        Secret.from_hex("topsecret")
    assert "topsecret" not in str(raised.value)
