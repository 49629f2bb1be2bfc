"""The light on gpiozero's mock pins, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest

from hal.drivers import gpiozero_indicator
from hal.drivers.gpiozero_indicator import LIGHTS, SHORT_MS, GpioIndicator, IndicatorConfig
from hal.drivers.gpiozero_pins import Polarity
from hal.interfaces import DeviceError, Indicator
from hal.types import IndicatorState
from tests.simulation.simloop import SimLoop

RED, GREEN, BLUE = 5, 6, 13
S = IndicatorState


def run(scenario: Callable[[], Coroutine[Any, Any, None]]) -> None:
    with asyncio.Runner(loop_factory=SimLoop) as runner:
        runner.run(scenario())


def shining(pi: Any) -> str:
    names = {RED: "r", GREEN: "g", BLUE: "b"}
    return "".join(name for pin, name in names.items() if pi.pin(pin).state)


def rgb() -> GpioIndicator:
    return gpiozero_indicator.open(IndicatorConfig(RED, GREEN, BLUE))


def test_every_state_has_a_light_of_its_own() -> None:
    assert set(LIGHTS) == set(IndicatorState)
    assert len(set(LIGHTS.values())) == len(LIGHTS)


@pytest.mark.parametrize(
    ("state", "colours"),
    [(S.AVAILABLE, "g"), (S.CHARGING, "b"), (S.RESERVED, "rg"), (S.OFF, "")],
)
def test_steady_states(pi: Any, state: IndicatorState, colours: str) -> None:
    async def scenario() -> None:
        light: Indicator = rgb()
        await light.show(S.FAULTED)
        await light.show(state)
        for _ in range(20):
            assert shining(pi) == colours
            await asyncio.sleep(0.1)
        await light.close()

    run(scenario)


def test_blinking_keeps_its_rhythm(pi: Any) -> None:
    async def scenario() -> None:
        light = rgb()
        await light.show(S.SUSPENDED)  # 0.5 s on, 1.5 s off
        await asyncio.sleep(0.25)
        seen = []
        for _ in range(8):
            seen.append(shining(pi))
            await asyncio.sleep(0.5)
        assert seen == ["b", "", "", "", "b", "", "", ""]
        await light.close()
        await asyncio.sleep(5)  # no timer is left that would touch released pins

    run(scenario)


def test_the_answer_to_a_card_gives_way_to_the_lasting_state(pi: Any) -> None:
    async def scenario() -> None:
        light = rgb()
        await light.show(S.AVAILABLE)
        await light.show(S.REJECTED)
        assert shining(pi) == "r"
        await light.show(S.ACCEPTED)  # a second card
        await light.show(S.CHARGING)  # comes in the meantime
        assert shining(pi) == "g"
        await asyncio.sleep(SHORT_MS / 1000 + 0.01)
        assert shining(pi) == "b"
        await asyncio.sleep(5)
        assert shining(pi) == "b"
        await light.close()

    run(scenario)


def test_closing_during_the_answer_to_a_card_leaves_darkness(pi: Any) -> None:
    async def scenario() -> None:
        light = rgb()
        await light.show(S.ACCEPTED)
        await light.close()
        await asyncio.sleep(5)
        assert {pi.pin(pin).function for pin in (RED, GREEN, BLUE)} == {"input"}  # released, and not touched since

    run(scenario)


def test_one_lamp_tells_states_apart_by_rhythm(pi: Any) -> None:
    async def scenario() -> None:
        light = gpiozero_indicator.open(IndicatorConfig(blue=BLUE, on=Polarity.LOW))
        assert pi.pin(BLUE).state  # dark
        await light.show(S.FAULTED)
        assert not pi.pin(BLUE).state
        await asyncio.sleep(0.3)
        assert pi.pin(BLUE).state
        await light.show(S.OFF)
        assert pi.pin(BLUE).state
        await light.close()

    run(scenario)


def test_a_lamp_that_fails_while_it_blinks_is_told_with_the_next_state(pi: Any) -> None:
    async def scenario() -> None:
        light = rgb()
        await light.show(S.PREPARING)
        working = pi.pin(GREEN)._set_state

        def broken(_value: object) -> None:
            raise OSError(5, "Input/output error")

        pi.pin(GREEN)._set_state = broken
        await asyncio.sleep(2)
        pi.pin(GREEN)._set_state = working
        with pytest.raises(DeviceError, match="indicator 'indicator': OSError"):
            await light.show(S.CHARGING)
        assert "b" in shining(pi)  # shown all the same
        await light.show(S.AVAILABLE)
        assert shining(pi) == "g"
        await light.close()

    run(scenario)


def test_an_indicator_without_lamps() -> None:
    with pytest.raises(DeviceError, match="no lamp; give at least one of red, green, blue a pin"):
        gpiozero_indicator.open(IndicatorConfig())
