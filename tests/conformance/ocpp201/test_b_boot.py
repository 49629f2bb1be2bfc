"""Official cases of OCPP 2.0.1, block B: cold boots, and what is told after a time offline (B01 to B04)."""

from __future__ import annotations

import pytest

from agent.demo.csms import CallRefused
from tests.conformance.boot201 import HEARTBEAT_S, TWO, boot_answer, booted, every, statuses
from tests.conformance.reports201 import report
from tests.conformance.states201 import Scene, World, configure, ready, token_wire, world

THRESHOLD_S = 10  # <Configured offlineThreshold>
WAIT_S = 4  # <Configured RetryBackOffWaitMinimum>


@pytest.mark.case("2.0.1", "TC_B_01_CS")
def test_tc_b_01_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        w.start()
        boot = booted(w)
        assert boot["reason"] == "PowerUp"  # B01.FR.09
        assert boot["chargingStation"]["vendorName"]
        assert boot["chargingStation"]["model"]
        w.cut_power()
        w.advance(5)
        w.restore_power()
        assert booted(w)["reason"] == "PowerUp"


def _power_cycle(w: World, answered: str) -> float:
    """Manual action: a station that was accepted reboots, and is answered so. Gives when it asked."""
    ready(w)
    boot_answer(w, answered)
    w.cut_power()
    w.advance(5)
    w.restore_power()
    w.expect("BootNotification", strict=True)
    return w.csms.all("BootNotification")[-1].at


@pytest.mark.case("2.0.1", "TC_B_02_CS")
def test_tc_b_02_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        asked = _power_cycle(w, "Pending")
        threshold = {"component": {"name": "OCPPCommCtrlr"}, "variable": {"name": "OfflineThreshold"}}
        w.advance(1)
        answer = w.call("SetVariables", setVariableData=[{**threshold, "attributeValue": "300"}])
        assert answer["setVariableResult"][0]["attributeStatus"] == "Accepted"
        answer = w.call("GetVariables", getVariableData=[threshold])
        assert answer["getVariableResult"][0]["attributeStatus"] == "Accepted"
        assert answer["getVariableResult"][0]["attributeValue"] == "300"
        assert report(w, "FullInventory")
        answer = w.call("RequestStartTransaction", idToken=token_wire(), evseId=1, remoteStartId=1)
        assert answer["status"] == "Rejected"  # B02.FR.05
        boot_answer(w, "Accepted")
        assert w.call("TriggerMessage", requestedMessage="BootNotification")["status"] == "Accepted"
        again = w.expect("BootNotification", strict=True, within=5)
        assert again["reason"] == "Triggered"  # F06.FR.17
        assert w.csms.all("BootNotification")[-1].at - asked < HEARTBEAT_S
        told = every(w, "Available")
        rows = [
            ("StatusNotification", {"evseId": e, "connectorId": c, "connectorStatus": s}) for (e, c), s in told.items()
        ]
        w.expect_all(*rows, ("SecurityEventNotification", {"type": "StartupOfTheDevice"}))
        w.advance(10)
        assert not w.heard(), "told more than once"


@pytest.mark.case("2.0.1", "TC_B_03_CS")
def test_tc_b_03_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        asked = _power_cycle(w, "Rejected")
        w.advance(HEARTBEAT_S - 2)
        assert not w.heard(), "told something while rejected"  # B03.FR.02
        boot_answer(w, "Accepted")
        booted(w)
        first, second = w.csms.all("BootNotification")[-2:]
        assert second.at - asked >= HEARTBEAT_S
        assert first.payload["chargingStation"] == second.payload["chargingStation"]


@pytest.mark.case("2.0.1", "TC_B_30_CS")
def test_tc_b_30_cs() -> None:
    with world("2.0.1") as w:
        boot_answer(w, "Rejected", 600)
        w.start()
        w.expect("BootNotification", strict=True)
        w.advance(1)
        assert w.csms.sockets, "this station stays connected while it is rejected"
        with pytest.raises(CallRefused) as refused:
            w.call("GetBaseReport", requestId=1, reportBase="FullInventory")
        assert refused.value.code == "SecurityError"  # B03.FR.08
        w.advance(30)
        assert not w.heard()


def _offline(w: World, wait_s: int) -> None:
    """Configured for the threshold, and then offline with a car that comes."""
    configure(
        w,
        {
            "OCPPCommCtrlr.OfflineThreshold": THRESHOLD_S,
            "OCPPCommCtrlr.RetryBackOffWaitMinimum": wait_s,
            "OCPPCommCtrlr.RetryBackOffRandomRange": 0,
        },
    )
    w.cut_link()
    cut = w.loop.time()
    w.bench("ev.plug_in")
    w.advance(1)
    w.restore_link()
    w.until(lambda: bool(w.csms.sockets), wait_s + 10, "the link")
    assert wait_s <= w.loop.time() - cut <= wait_s + 1


@pytest.mark.case("2.0.1", "TC_B_51_CS")
def test_tc_b_51_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        _offline(w, THRESHOLD_S + 2)
        statuses(w, {(1, 1): "Occupied", (2, 1): "Available"})  # B04.FR.01
        w.advance(20)
        assert not w.heard()


@pytest.mark.case("2.0.1", "TC_B_52_CS")
def test_tc_b_52_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        _offline(w, THRESHOLD_S - 2)
        s = Scene(w)
        s.tell(s.status("Occupied"))  # B04.FR.02
        w.advance(20)
        assert not w.heard()


@pytest.mark.case("2.0.1", "TC_B_57_CS")
def test_tc_b_57_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(
            w,
            {
                "OCPPCommCtrlr.RetryBackOffRepeatTimes": 2,
                "OCPPCommCtrlr.RetryBackOffRandomRange": 0,
                "OCPPCommCtrlr.RetryBackOffWaitMinimum": WAIT_S,
            },
        )

        def attempted_after(began: float) -> float:
            """Seconds until the next handshake."""
            seen = len(w.csms.requests)
            w.until(lambda: len(w.csms.requests) > seen, 60, "a handshake")
            return w.loop.time() - began

        _drop(w)
        assert attempted_after(w.loop.time()) >= WAIT_S
        w.until(lambda: bool(w.csms.sockets), 5, "the link")
        w.advance(1)
        w.csms.refuse_handshake = 503
        _drop(w)
        refused = attempted_after(w.loop.time())
        assert refused >= WAIT_S
        w.csms.refuse_handshake = None
        doubled = attempted_after(w.loop.time())
        assert doubled >= 2 * WAIT_S
        assert doubled >= 2 * refused - 0.5  # the way over the network is in both, and does not double
        w.until(lambda: bool(w.csms.sockets), 5, "the link")


def _drop(w: World) -> None:
    """The CSMS closes the connection; it may be opened again."""
    task = w.loop.create_task(w.csms.drop())
    w.loop.run_until(task.done, 10, "the connection to close")
    task.result()
