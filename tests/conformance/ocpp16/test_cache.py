"""Official cases of OCPP 1.6, section 2.4: the authorization cache."""

from __future__ import annotations

import pytest

from tests.conformance.states16 import (
    CONNECTION_TIMEOUT_S,
    TAG,
    accept,
    authorized,
    configure,
    id_tag_cached,
    ready,
    status,
    world,
)


@pytest.mark.case("1.6", "TC_007_CS")
def test_tc_007_cs() -> None:
    with world("1.6") as w:
        ready(w)
        configure(w, AuthorizationCacheEnabled="true", AuthorizeRemoteTxRequests="true", LocalPreAuthorize="true")
        accept(w)
        id_tag_cached(w)
        w.bench("ev.plug_in")
        status(w, 1, "Preparing")
        assert w.call("RemoteStartTransaction", idTag=TAG, connectorId=1)["status"] == "Accepted"
        w.expect_all(
            ("StartTransaction", {"connectorId": 1, "idTag": TAG}),
            ("StatusNotification", {"connectorId": 1, "status": "Charging", "errorCode": "NoError"}),
        )
        assert len(w.csms.all("Authorize")) == 1  # the one that filled the cache


def test_tc_007_cs_with_the_card_itself() -> None:
    """The cached card at the reader: no question is asked either."""
    with world("1.6") as w:
        ready(w)
        configure(w, AuthorizationCacheEnabled="true", LocalPreAuthorize="true")
        accept(w)
        id_tag_cached(w)
        w.bench("ev.plug_in")
        status(w, 1, "Preparing")
        w.bench("rfid.tap", id_token=TAG.lower())  # the same identifier: case does not count
        w.expect_all(
            ("StartTransaction", {"connectorId": 1}),
            ("StatusNotification", {"connectorId": 1, "status": "Charging", "errorCode": "NoError"}),
        )
        assert len(w.csms.all("Authorize")) == 1


@pytest.mark.case("1.6", "TC_061_CS")
@pytest.mark.parametrize("back", ["card", "timeout"])
def test_tc_061_cs(back: str) -> None:
    with world("1.6") as w:
        ready(w)
        configure(w, AuthorizationCacheEnabled="true", LocalPreAuthorize="true", ConnectionTimeOut=CONNECTION_TIMEOUT_S)
        accept(w)
        authorized(w)
        status(w, 1, "Preparing")
        if back == "card":
            w.bench("rfid.tap", id_token=TAG)
        status(w, 1, "Available", within=CONNECTION_TIMEOUT_S + 5)
        assert w.call("ClearCache")["status"] == "Accepted"
        authorized(w)  # asks again: the cache is empty
