"""Official cases of OCPP 2.0.1, block C: tokens that the CSMS is asked about (C01, C04)."""

from __future__ import annotations

import pytest

from tests.conformance.states201 import TOKEN_2, Scene, configure, ready, token_wire, world

ONLINE_CARDS = {"AuthCtrlr.Enabled": True, "AuthCtrlr.DisableRemoteAuthorization": False}
INVALID = "04DEAD01"  # <Configured invalid_idtoken>
MESSAGE_TIMEOUT_S = 30  # <Configured message timeout>


def _refused(status: str) -> None:
    """A car is plugged in, a card is shown, the CSMS says no: no transaction event and no energy follows."""
    with world("2.0.1") as w:
        ready(w)
        configure(w, ONLINE_CARDS)
        s = Scene(w)
        s.ev_connected_pre_session()
        w.csms.on("Authorize", {"idTokenInfo": {"status": status}})
        w.bench("rfid.tap", id_token=INVALID, type="ISO14443")
        w.expect("Authorize", strict=True, idToken=token_wire(INVALID))
        w.expect_none("TransactionEvent", MESSAGE_TIMEOUT_S)
        assert not w.energised()


@pytest.mark.case("2.0.1", "TC_C_02_CS")
def test_tc_c_02_cs() -> None:
    _refused("Invalid")


@pytest.mark.case("2.0.1", "TC_C_06_CS")
def test_tc_c_06_cs() -> None:
    _refused("Blocked")


@pytest.mark.case("2.0.1", "TC_C_07_CS")
def test_tc_c_07_cs() -> None:
    _refused("Expired")


@pytest.mark.case("2.0.1", "TC_C_56_CS")
def test_tc_c_56_cs() -> None:
    _refused("Unknown")


@pytest.mark.case("2.0.1", "TC_C_04_CS")
@pytest.mark.parametrize("group", [None, "FLEET-1"], ids=["no-group", "group"])
def test_tc_c_04_cs(group: str | None) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, ONLINE_CARDS)
        s = Scene(w)
        s.authorized(remote=False, group=group)
        s.energy_transfer_started()
        w.advance(1)
        w.csms.accept("Authorize", "TransactionEvent")  # the different token is of no group
        w.forget()
        w.bench("rfid.tap", id_token=TOKEN_2, type="ISO14443")
        w.advance(MESSAGE_TIMEOUT_S)
        assert not [call for call in w.heard() if "idToken" in call.payload and call.action == "TransactionEvent"]
        asked = [call.payload["idToken"] for call in w.heard() if call.action == "Authorize"]
        assert asked == [token_wire(TOKEN_2)]
        assert not [call for call in w.heard() if call.payload.get("eventType") == "Ended"]
        assert s.running
        assert w.energised()
