"""Boots, resets and availability of the official OCPP 2.0.1 cases: what the station tells after them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hal.mock.topology import MockEvse
from tests.rig.world import World

Payload = dict[str, Any]
Place = tuple[int, int]  # EVSE and connector

TWO = (MockEvse(phases=1, tethered=True), MockEvse(phases=1, tethered=True))
SUPPLY = {"max_current_ma": 64_000}  # enough for both, so that neither waits for the other
HEARTBEAT_S = 20  # <Configured heartbeatInterval>
STARTUP = frozenset({"StartupOfTheDevice", "ResetOrReboot"})


def places(w: World) -> list[Place]:
    """Every connector of the station."""
    return list(w.topology.places())


def every(w: World, wanted: str) -> dict[Place, str]:
    """The same status for every connector."""
    return dict.fromkeys(places(w), wanted)


def _step(place: Place, wanted: str) -> tuple[str, Mapping[str, Any]]:
    evse, connector = place
    return "StatusNotification", {"evseId": evse, "connectorId": connector, "connectorStatus": wanted}


def statuses(w: World, wanted: Mapping[Place, str], *, within: float = 30) -> None:
    """Exactly one StatusNotification for each of these connectors comes next, and nothing else."""
    w.expect_all(*(_step(*row) for row in wanted.items()), within=within)


def booted(
    w: World, wanted: Mapping[Place, str] | None = None, *, reason: str | None = None, within: float = 60
) -> Payload:
    """Reusable State Booted from the BootNotification on: accepted, all statuses, the security event of the start."""
    fields: Payload = {} if reason is None else {"reason": reason}
    boot = w.expect("BootNotification", strict=True, within=within, **fields)
    rows = every(w, "Available") if wanted is None else wanted
    told = w.expect_all(*(_step(*row) for row in rows.items()), ("SecurityEventNotification", {}))
    assert told[-1]["type"] in STARTUP, told[-1]
    w.advance(5)
    assert not w.heard(), "told more than once"
    return boot


def boot_answer(w: World, status: str, interval_s: int = HEARTBEAT_S) -> None:
    """BootNotification is answered with this status from now on."""
    w.csms.on("BootNotification", lambda _: {"currentTime": w.csms.time(), "interval": interval_s, "status": status})


def reset(w: World, kind: str, wanted: str, evse: int | None = None) -> None:
    """ResetRequest, and the status it is answered with."""
    fields: Payload = {"type": kind} if evse is None else {"type": kind, "evseId": evse}
    assert w.call("Reset", fields)["status"] == wanted


def change_availability(w: World, operational: str, wanted: str, *place: int) -> None:
    """ChangeAvailability of the station, an EVSE or a connector, and the status it is answered with."""
    fields: Payload = {"operationalStatus": operational}
    if place:
        fields["evse"] = dict(zip(("id", "connectorId"), place, strict=False))
    assert w.call("ChangeAvailability", fields)["status"] == wanted


def unavailable(w: World, *place: int) -> None:
    """Reusable State Unavailable for the station, an EVSE or a connector."""
    change_availability(w, "Inoperative", "Accepted", *place)
    concerned = [p for p in places(w) if p[: len(place)] == place]
    assert concerned
    statuses(w, dict.fromkeys(concerned, "Unavailable"))
