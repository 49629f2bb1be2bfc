"""How long the authorization cache is believed, and that it outlives the power."""

from __future__ import annotations

from typing import Any

from tests.rig.world import World
from tests.scenarios.pains.driver import VERSIONS, charge, station, stop

LIFE_S = 600
CACHE: dict[str, Any] = {
    "AuthCtrlr": {"LocalPreAuthorize": True, "LocalAuthorizeOffline": True},
    "AuthCacheCtrlr": {"Enabled": True, "LifeTime": LIFE_S},
}


def _session(w: World) -> int:
    """A session of the card; gives how often the backend was asked about it."""
    before = len(w.csms.all("Authorize"))
    charge(w, seconds=5)
    stop(w)
    w.bench("ev.plug_out")
    w.advance(5)
    return len(w.csms.all("Authorize")) - before


@VERSIONS
def test_a_card_is_known_for_its_life_time(version: str) -> None:
    with station(version, variables=CACHE) as w:
        assert _session(w) == 1
        w.advance(LIFE_S / 2)
        assert _session(w) == 0
        w.advance(LIFE_S + 30)
        assert _session(w) == 1, "nothing was heard of it for longer than its life"


@VERSIONS
def test_what_is_known_outlives_the_power(version: str) -> None:
    with station(version, variables=CACHE) as w:
        assert _session(w) == 1
        w.cut_power()
        w.advance(20)
        w.restore_power()
        w.expect("BootNotification", within=60)
        w.advance(10)
        assert _session(w) == 0


@VERSIONS
def test_offline_a_card_whose_time_is_over_does_not_charge(version: str) -> None:
    with station(version, variables=CACHE) as w:
        _session(w)
        w.cut_link()
        w.advance(LIFE_S + 30)
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token="04A1B2C3")
        w.advance(30)
        assert not w.energised()
