"""Reusable and memory states of the official OCPP 1.6 cases, as steps on a world. Each step is checked."""

from __future__ import annotations

from typing import Any

from hal.mock.topology import MockEvse
from tests.rig.world import World, world

TAG = "04A1B2C3"  # <Configured Valid IdTag>
TAG_2 = "04D4E5F6"  # <Configured Valid IdTag 2>
SOCKET = MockEvse(phases=1, tethered=False)
FIXED_CABLE = MockEvse(phases=1, tethered=True)
SAMPLE_S = 10  # <Configured Meter Value interval>
CONNECTION_TIMEOUT_S = 20  # <Configured ConnectionTimeOut>

__all__ = ["CONNECTION_TIMEOUT_S", "FIXED_CABLE", "SAMPLE_S", "SOCKET", "TAG", "TAG_2", "World", "world"]


def ready(w: World) -> None:
    """The station is booted and accepted, and what it said until then is done with."""
    w.boot()
    w.forget()


def status(w: World, connector: int, wanted: str, *, within: float = 30, **fields: Any) -> dict[str, Any]:
    """The very next message is this StatusNotification."""
    found = w.expect("StatusNotification", strict=True, within=within, connectorId=connector, status=wanted, **fields)
    if "errorCode" not in fields:
        assert found["errorCode"] == "NoError", found
    return found


def every_status(w: World, **by_connector: str) -> None:
    """One StatusNotification for each of `c0`, `c1` … with the status given, in any order, and nothing else."""
    wanted = [
        (
            "StatusNotification",
            {"connectorId": int(name.removeprefix("c")), "status": told, "errorCode": "NoError"},
        )
        for name, told in by_connector.items()
    ]
    w.expect_all(*wanted)


def configure(w: World, **keys: str | int) -> None:
    """Configuration State: each key is set by ChangeConfiguration, as the tool does."""
    for key, value in keys.items():
        answer = w.call("ChangeConfiguration", key=key, value=str(value))
        # What the hardware dictates is read-only; it will do if it is what the case wants.
        if answer["status"] not in {"Accepted", "RebootRequired"}:
            assert configured(w, key) == str(value), (key, value, answer)


def configured(w: World, key: str) -> str:
    """Reusable State GetConfiguration for one key: its value."""
    answer = w.call("GetConfiguration", key=[key])
    assert not answer.get("unknownKey"), answer
    (found,) = answer["configurationKey"]
    assert found["key"] == key
    return str(found["value"])


def accept(w: World, *, parent: str | None = None) -> None:
    """Authorize.conf and StartTransaction.conf say Accepted, with a parentIdTag if one is given."""
    info = {"status": "Accepted"} | ({"parentIdTag": parent} if parent else {})
    numbers = iter(range(1000, 2000))
    w.csms.on("Authorize", {"idTagInfo": info})
    w.csms.on("StartTransaction", lambda _payload: {"transactionId": next(numbers), "idTagInfo": info})


def remote_start(w: World, connector: int = 1, tag: str = TAG) -> None:
    """RemoteStartTransaction is accepted, and authorized if the station is configured to ask."""
    asks = configured(w, "AuthorizeRemoteTxRequests") == "true"
    assert w.call("RemoteStartTransaction", idTag=tag, connectorId=connector)["status"] == "Accepted"
    if asks:
        w.expect("Authorize", strict=True, idTag=tag)


def charging(w: World, connector: int = 1, tag: str = TAG) -> int:
    """Reusable State Charging: cable first, then a remote start. Gives the transaction id."""
    w.bench("ev.plug_in", evse=connector)
    status(w, connector, "Preparing")
    remote_start(w, connector, tag)
    w.expect_all(
        ("StartTransaction", {"connectorId": connector, "idTag": tag}),
        ("StatusNotification", {"connectorId": connector, "status": "Charging", "errorCode": "NoError"}),
    )
    started = w.csms.all("StartTransaction")[-1]
    assert started.answer is not None
    assert w.energised(connector)
    return int(started.answer["transactionId"])


def authorized(w: World, tag: str = TAG, *, asks: bool = True) -> None:
    """Reusable State Authorized: a card was shown and accepted; no car is there yet."""
    w.bench("rfid.tap", id_token=tag)
    if asks:
        w.expect("Authorize", strict=True, idTag=tag)


def id_tag_cached(w: World, tag: str = TAG) -> None:
    """Memory State IdTagCached: the card was shown, accepted, and shown again to take it back."""
    authorized(w, tag)
    status(w, 1, "Preparing")
    w.bench("rfid.tap", id_token=tag)
    status(w, 1, "Available")
