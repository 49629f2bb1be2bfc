"""The number of phases that a car uses, told when energy starts and whenever it changes (E02.FR.18, E02.FR.19)."""

from __future__ import annotations

import pytest

from hal.mock.topology import MockEvse
from tests.rig.world import World, world

UNSAMPLED = {"SampledDataCtrlr": {"TxUpdatedInterval": 0}}
SAMPLED = {"SampledDataCtrlr": {"TxUpdatedInterval": 10}}


def _told(w: World) -> list[int]:
    events = [call.payload for call in w.csms.all("TransactionEvent")]
    return [event["numberOfPhasesUsed"] for event in events if "numberOfPhasesUsed" in event]


@pytest.mark.parametrize(("phases", "told"), [(1, [3, 1]), (3, [3])])
def test_what_is_offered_is_told_first_then_what_the_car_uses(phases: int, told: list[int]) -> None:
    with world("2.0.1", evses=(MockEvse(phases=3),), variables=SAMPLED) as w:
        w.boot()
        w.bench("ev.plug_in", phases=phases)
        w.bench("rfid.tap", id_token="04C0FFEE")
        w.until(w.energised, 30, "energy")
        w.advance(60)
        assert _told(w) == told
        w.bench("ev.pause")  # a car that draws nothing uses as many phases as before
        w.advance(60)
        w.bench("ev.resume")
        w.advance(60)
        assert _told(w) == told


def test_what_the_car_used_is_told_at_the_end_if_nothing_was_told_between() -> None:
    with world("2.0.1", evses=(MockEvse(phases=3),), variables=UNSAMPLED) as w:
        w.boot()
        w.bench("ev.plug_in", phases=1)
        w.bench("rfid.tap", id_token="04C0FFEE")
        w.until(w.energised, 30, "energy")
        w.advance(60)
        w.bench("rfid.tap", id_token="04C0FFEE")
        w.advance(10)
        assert _told(w) == [3, 1]
        assert w.csms.all("TransactionEvent")[-1].payload["numberOfPhasesUsed"] == 1
