"""Tokens that are no cards: the start button (C02), what the CSMS made up (C05), codes at a keypad (C04)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.rig.world import World, world

CENTRAL = {"idToken": "APP-4711", "type": "Central"}
NOBODY = {"idToken": "", "type": "NoAuthorization"}
ASKING: dict[str, Any] = {
    "AuthCtrlr": {"AuthorizeRemoteStart": True, "LocalPreAuthorize": True},
    "AuthCacheCtrlr": {"Enabled": True},
}


def _tokens(w: World) -> list[object]:
    """Tokens in the transaction events since the last look."""
    found = [call.payload["idToken"] for call in w.heard() if "idToken" in call.payload]
    w.forget()
    return found


@pytest.mark.parametrize("linked", [True, False], ids=["online", "offline"])
def test_the_start_button_needs_nobodys_leave(linked: bool) -> None:
    with world("2.0.1") as w:
        w.boot()
        w.bench("ev.plug_in")
        w.advance(5)
        w.forget()
        if not linked:
            w.cut_link()
        w.bench("button.press")
        w.advance(20)
        assert w.energised()
        w.bench("button.press")
        w.advance(20)
        assert not w.energised()
        if not linked:
            w.restore_link()
            w.advance(120)
        assert not w.csms.all("Authorize")
        started, stopped = _tokens(w)
        assert started == stopped == NOBODY  # C02.FR.01


def test_a_token_that_the_csms_made_up_is_neither_asked_about_nor_kept() -> None:
    """C05.FR.01, C05.FR.02"""
    with world("2.0.1", variables=ASKING) as w:
        w.boot()
        w.bench("ev.plug_in")
        w.advance(5)
        w.forget()
        w.csms.on("TransactionEvent", lambda p: {"idTokenInfo": {"status": "Accepted"}} if "idToken" in p else {})
        answer = w.call("RequestStartTransaction", idToken=CENTRAL, remoteStartId=1, evseId=1)
        assert answer["status"] == "Accepted"
        w.advance(20)
        assert w.energised()
        assert not w.csms.all("Authorize")
        assert _tokens(w) == [CENTRAL]
        row = {"component": {"name": "AuthCacheCtrlr"}, "variable": {"name": "Storage"}}
        (kept,) = w.call("GetVariables", getVariableData=[row])["getVariableResult"]
        assert kept["attributeValue"] == "0"


def test_the_number_of_a_cached_card_typed_in_is_not_the_card() -> None:
    """C01.FR.25: it neither starts from the cache nor ends the card's session."""
    with world("2.0.1", variables=ASKING) as w:
        w.boot()
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token="04112233")
        w.advance(20)
        assert w.energised()
        w.csms.on("Authorize", {"idTokenInfo": {"status": "Invalid"}})
        for charging in (True, False):
            w.forget()
            w.bench("keypad.enter", digits="04112233")
            w.expect("Authorize", idToken={"idToken": "04112233", "type": "KeyCode"})
            w.advance(20)
            assert w.energised() is charging
            w.bench("rfid.tap", id_token="04112233")
            w.advance(20)
            assert w.energised() is not charging
