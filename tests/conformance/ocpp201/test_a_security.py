"""Official cases of OCPP 2.0.1, block A: basic authentication and TLS (A00, A01). TLS runs over kernel sockets."""

from __future__ import annotations

import base64
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from agent.core.facts import SecurityEventRaised
from agent.runtime import codec
from tests.conformance.boot201 import STARTUP, booted, every, reset
from tests.conformance.states201 import Payload, World, configure, configured, ready, world
from tests.rig.kernel import KernelLoop, OldServer, Server, over_tls
from tests.rig.world import CSMS_HOST, IDENTITY, PASSWORD, allow

NEW_PASSWORD = "another-one:of_24*chars."
Spoil = Callable[[Server], None]


def _header(password: str) -> str:
    return "Basic " + base64.b64encode(f"{IDENTITY}:{password}".encode()).decode()


def _authenticated(w: World, password: str) -> None:
    """The last handshake had the credentials that belong to the identity at the end of its path (A00.FR.204)."""
    request = w.csms.requests[-1]
    assert request.path.endswith(f"/{IDENTITY}")
    assert request.headers["Authorization"] == _header(password)


@pytest.mark.case("2.0.1", "TC_A_01_CS")
def test_tc_a_01_cs() -> None:
    assert 16 <= len(PASSWORD) <= 40
    with world("2.0.1") as w:
        ready(w)
        reset(w, "Immediate", "Accepted")
        booted(w)
        _authenticated(w, PASSWORD)


def _set_password(w: World, password: str) -> str:
    row = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
    answer = w.call("SetVariables", setVariableData=[{**row, "attributeValue": password}])
    return str(answer["setVariableResult"][0]["attributeStatus"])


def _security_log(w: World) -> list[str]:
    """Names of the security events that are on disk."""
    facts = codec.logged(w.disk.log_after("log", 0, 100))
    return [fact.kind for fact in facts if isinstance(fact, SecurityEventRaised)]


@pytest.mark.case("2.0.1", "TC_A_09_CS")
def test_tc_a_09_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        allow(w, NEW_PASSWORD)  # and the old one no more
        assert _set_password(w, NEW_PASSWORD) == "Accepted"
        w.until(lambda: w.csms.connections == 2 and bool(w.csms.sockets), 30, "a connection with the new password")
        _authenticated(w, NEW_PASSWORD)
        w.advance(5)
        assert not w.heard()  # the change is in the security log (A01.FR.11), but not critical (A04.FR.01)
        assert "ReconfigurationOfSecurityParameters" in _security_log(w)
        reset(w, "Immediate", "Accepted")
        booted(w)
        _authenticated(w, NEW_PASSWORD)


@pytest.mark.case("2.0.1", "TC_A_10_CS")
def test_tc_a_10_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        assert _set_password(w, "fifteen-letters") == "Rejected"
        w.advance(5)
        assert w.csms.connections == 1
        reset(w, "Immediate", "Accepted")
        booted(w)
        _authenticated(w, PASSWORD)


@pytest.mark.case("2.0.1", "TC_A_04_CS")
@pytest.mark.parametrize("suite", ["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-ECDSA-AES256-GCM-SHA384", ""])
def test_tc_a_04_cs(suite: str, tmp_path: Path) -> None:
    """The suites that the case names one by one, and whatever both ends like best."""
    with over_tls(tmp_path) as server, world("2.0.1") as w:
        ready(w)
        if suite:
            server.context.maximum_version = ssl.TLSVersion.TLSv1_2
            server.context.set_ciphers(suite)
        reset(w, "Immediate", "Accepted")
        booted(w, every(w, "Available"))
        _authenticated(w, PASSWORD)
        (socket,) = w.csms.sockets.values()
        secured = socket.transport.get_extra_info("ssl_object")
        assert secured.version() == ("TLSv1.2" if suite else "TLSv1.3")
        assert secured.cipher()[0] == suite or not suite
        assert secured.getpeercert() is None, "the station's own certificate is for security profile 3"


def _unknown_root(server: Server) -> None:
    trustme.CA().issue_cert(CSMS_HOST).configure_cert(server.context)


def _expired(server: Server) -> None:
    then = datetime.now(UTC) - timedelta(days=30)
    server.authority.issue_cert(CSMS_HOST, not_before=then, not_after=then + timedelta(days=1)).configure_cert(
        server.context
    )


def _other_name(server: Server) -> None:
    server.authority.issue_cert("elsewhere.example").configure_cert(server.context)


def _came_after_all(w: World) -> list[Payload]:
    """The station connects to the server as it should be, and boots; gives the security events of that boot."""
    w.expect("BootNotification", strict=True, within=300)
    rows = [
        ("StatusNotification", {"evseId": e, "connectorId": c, "connectorStatus": told})
        for (e, c), told in every(w, "Available").items()
    ]
    events = w.expect_all(*rows, *[("SecurityEventNotification", {})] * 2)[len(rows) :]
    _authenticated(w, PASSWORD)
    w.advance(5)
    assert not w.heard()
    return events


@pytest.mark.case("2.0.1", "TC_A_05_CS")
def test_tc_a_05_cs(tmp_path: Path) -> None:
    """As errata 2025-01 §6.2.1 has it: connections are aborted, and every failed attempt is followed by a good one."""
    with over_tls(tmp_path) as server, world("2.0.1") as w:
        ready(w)
        active = configured(w, "OCPPCommCtrlr.ActiveNetworkProfile")
        configure(w, {"OCPPCommCtrlr.NetworkConfigurationPriority": active})
        for spoil in (_unknown_root, _expired, _other_name):
            took = _back_after_abort(w)
            good, refused = server.accepted(), server.refused()
            spoil(server)
            _abort(w)
            w.until(lambda before=refused: server.refused() > before, 60, "a handshake that the station ends")
            w.advance(2 * took)
            assert server.accepted() == good
            assert not w.csms.sockets
            server.restore()
            w.until(lambda: bool(w.csms.sockets), 300, "a connection")
            w.expect("SecurityEventNotification", strict=True, type="InvalidCsmsCertificate")  # A00.FR.310
            w.advance(5)
            assert not w.heard(), "once for all attempts (A00.FR.316), and no boot on a mere reconnect"


def _abort(w: World) -> None:
    (socket,) = w.csms.sockets.values()
    socket.transport.abort()
    w.until(lambda: not w.csms.sockets, 10, "the end of the connection")


def _back_after_abort(w: World) -> float:
    """Seconds that the station takes to connect again."""
    began = w.loop.time()
    _abort(w)
    w.until(lambda: bool(w.csms.sockets), 300, "a connection")
    w.advance(1)
    return w.loop.time() - began


@pytest.mark.parametrize("spoil", [_unknown_root, _expired, _other_name])
def test_tc_a_05_cs_while_booting(spoil: Spoil, tmp_path: Path) -> None:
    """As edition 3 had it: the first handshake of a boot meets the certificate."""
    with over_tls(tmp_path) as server, world("2.0.1") as w:
        ready(w)
        configure(w, {"OCPPCommCtrlr.NetworkProfileConnectionAttempts": 2})
        good = server.accepted()
        spoil(server)
        reset(w, "Immediate", "Accepted")
        w.until(lambda: server.refused() > 0, 60, "a handshake that the station ends")
        w.advance(120)  # and some more
        assert server.refused() > 1
        assert server.accepted() == good
        assert w.csms.connections == 1
        server.restore()
        kinds = {event["type"] for event in _came_after_all(w)}
        assert kinds - STARTUP == {"InvalidCsmsCertificate"}  # A00.FR.310, once for all attempts


@pytest.mark.case("2.0.1", "TC_A_06_CS")
def test_tc_a_06_cs(tmp_path: Path) -> None:
    with over_tls(tmp_path), world("2.0.1") as w:
        ready(w)
        configure(w, {"OCPPCommCtrlr.NetworkProfileConnectionAttempts": 1})
        assert isinstance(w.loop, KernelLoop)
        left: list[bytes] = []
        restore = w.loop.divert(9000, lambda: OldServer(left))
        reset(w, "Immediate", "Accepted")
        w.until(lambda: bool(left), 60, "a handshake that the station ends")
        assert left[0].startswith(b"\x16\x03"), "a ClientHello"
        assert w.csms.connections == 1
        restore()
        kinds = {event["type"] for event in _came_after_all(w)}
        assert kinds & STARTUP
        assert kinds - STARTUP == {"InvalidTLSVersion"}  # A00.FR.316
