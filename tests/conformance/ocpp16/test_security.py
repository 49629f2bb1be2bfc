"""Official cases of OCPP 1.6, section 2.24: basic authentication and TLS (security whitepaper, profiles 1 and 2)."""

from __future__ import annotations

import base64
import ssl
from pathlib import Path

import pytest

from tests.conformance.states16 import every_status, ready, world
from tests.rig.kernel import over_tls
from tests.rig.world import IDENTITY, World, allow

KEY = "a-key-of-20-letters."  # <Configured AuthorizationKey>: 40 characters in hex


def _reset(w: World) -> None:
    assert w.call("Reset", type="Hard")["status"] == "Accepted"
    w.expect("BootNotification", strict=True)
    every_status(w, c0="Available", c1="Available")


def _authenticated(w: World, key: str) -> None:
    request = w.csms.requests[-1]
    assert request.path.endswith(f"/{IDENTITY}")
    kind, _, credentials = request.headers["Authorization"].partition(" ")
    assert kind == "Basic"
    assert base64.b64decode(credentials) == f"{IDENTITY}:{key}".encode()
    assert len(key) >= 16
    assert 20 <= len(key.encode().hex()) <= 40


@pytest.mark.case("1.6", "TC_073_CS")
def test_tc_073_cs() -> None:
    key = "OCA_OCTT_admin_test"
    with world("1.6") as w:
        ready(w)
        allow(w, key)  # and the old one no more
        answer = w.call("ChangeConfiguration", key="AuthorizationKey", value=key.encode().hex().upper())
        assert answer["status"] == "Accepted"
        w.until(lambda: w.csms.connections == 2 and bool(w.csms.sockets), 30, "a connection with the new key")
        _authenticated(w, key)
        w.advance(5)
        assert not w.heard()
        _reset(w)
        _authenticated(w, key)


@pytest.mark.case("1.6", "TC_085_CS")
def test_tc_085_cs() -> None:
    with world("1.6", password=KEY) as w:
        ready(w)
        _reset(w)
        _authenticated(w, KEY)


@pytest.mark.case("1.6", "TC_086_CS")
@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", ""])
def test_tc_086_cs(suite: str, tmp_path: Path) -> None:
    with over_tls(tmp_path) as server, world("1.6", password=KEY) as w:
        ready(w)
        if suite:
            server.context.maximum_version = ssl.TLSVersion.TLSv1_2
            server.context.set_ciphers(suite)
        _reset(w)
        _authenticated(w, KEY)
        (socket,) = w.csms.sockets.values()
        secured = socket.transport.get_extra_info("ssl_object")
        assert secured.version() == ("TLSv1.2" if suite else "TLSv1.3")
        assert secured.cipher()[0] == suite or not suite
        assert secured.getpeercert() is None, "the station's own certificate is for security profile 3"
