"""What every indicator promises (`hal.interfaces.Indicator`)."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from hal.types import IndicatorState
from tests.contracts.drivers import INDICATORS
from tests.contracts.rigs import IndicatorRig, Play, load

LASTING = [state for state in IndicatorState if state not in (IndicatorState.ACCEPTED, IndicatorState.REJECTED)]
SAMPLES, SAMPLE_S = 100, 0.05


@pytest.fixture(params=[where for _, where in INDICATORS], ids=[name for name, _ in INDICATORS])
def play(request: pytest.FixtureRequest) -> Play:
    return load(request.param)


async def watch(rig: IndicatorRig) -> tuple[str, ...]:
    """What an eye sees within five seconds."""
    seen = []
    for _ in range(SAMPLES):
        await asyncio.sleep(SAMPLE_S)
        seen.append(rig.look())
    return tuple(seen)


def test_every_state_looks_different(play: Play, tmp_path: Path) -> None:
    async def scene(rig: IndicatorRig) -> None:
        looks: dict[tuple[str, ...], IndicatorState] = {}
        for state in LASTING:
            await rig.indicator.show(state)
            look = await watch(rig)
            assert look not in looks, f"{state} looks like {looks[look]}"
            looks[look] = state
        await rig.indicator.close()

    play(tmp_path, scene)


@pytest.mark.parametrize("answer", [IndicatorState.ACCEPTED, IndicatorState.REJECTED])
def test_an_answer_to_a_card_shows_and_the_next_state_after_it(
    play: Play, tmp_path: Path, answer: IndicatorState
) -> None:
    async def scene(rig: IndicatorRig) -> None:
        await rig.indicator.show(IndicatorState.AVAILABLE)
        await watch(rig)
        before = rig.look()
        await rig.indicator.show(answer)
        moment = set()
        for _ in range(10):
            await asyncio.sleep(SAMPLE_S)
            moment.add(rig.look())
        assert moment != {before}
        await rig.indicator.show(IndicatorState.OFF)
        assert set((await watch(rig))[-20:]) <= {"", "off"}
        await rig.indicator.close()

    play(tmp_path, scene)


def test_the_same_state_may_be_shown_again_and_close_ends_in_the_dark_or_as_it_was(play: Play, tmp_path: Path) -> None:
    async def scene(rig: IndicatorRig) -> None:
        await rig.indicator.show(IndicatorState.CHARGING)
        first = await watch(rig)
        await rig.indicator.show(IndicatorState.CHARGING)
        assert await watch(rig) == first
        await rig.indicator.close()
        assert rig.look() in ("", first[-1])

    play(tmp_path, scene)
