"""Devices that are not there yet, or not any more, never stop the agent."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, cast

import pytest

from agent.runtime import devices
from agent.runtime.devices import LateIndicator, LateMeter, LateReader
from hal.interfaces import DeviceError
from hal.layout import Device
from hal.types import IndicatorState, MeterReading, TokenRead

CARD = TokenRead(token="04AB")


class Part:
    """A meter, a reader and an indicator in one."""

    measurands = frozenset({"Voltage"})

    def __init__(self) -> None:
        self.shown: list[IndicatorState] = []
        self.closed = False

    async def read(self) -> MeterReading:
        return MeterReading(import_wh=5)

    async def show(self, state: IndicatorState) -> None:
        self.shown.append(state)

    async def run(self, shown: Callable[[TokenRead], None], health: Callable[[str | None], None]) -> None:
        health(None)
        shown(CARD)

    async def close(self) -> None:
        self.closed = True


class Board:
    """Opens its part from the given attempt on."""

    def __init__(self, works_from: int = 1) -> None:
        self.part = Part()
        self.opened = 0
        self._works_from = works_from

    def open(self) -> Part:
        self.opened += 1
        if self.opened < self._works_from:
            raise DeviceError("no such port")
        return self.part

    @property
    def device(self) -> Device:
        return cast("Device", self)


def test_a_meter_that_appears_later_is_read_from_then_on() -> None:
    board = Board(works_from=2)
    meter = LateMeter(board.device)
    assert meter.measurands == frozenset()
    with pytest.raises(DeviceError, match="no such port"):
        asyncio.run(meter.read())
    assert asyncio.run(meter.read()) == MeterReading(import_wh=5)
    assert meter.measurands == frozenset({"Voltage"})
    asyncio.run(meter.read())
    assert board.opened == 2  # opened once is enough


def test_preparing_says_in_words_what_is_wrong() -> None:
    meter = LateMeter(Board(works_from=2).device)
    assert meter.prepare() == "no such port"
    assert meter.prepare() is None
    assert meter.measurands


def test_what_was_never_opened_needs_no_closing() -> None:
    board = Board()
    asyncio.run(LateMeter(board.device).close())
    asyncio.run(LateIndicator(board.device).close())
    assert board.opened == 0


def test_what_was_opened_is_closed() -> None:
    for late in (LateMeter, LateIndicator):
        board = Board()

        async def use(part: Any) -> None:
            await (part.read() if isinstance(part, LateMeter) else part.show(IndicatorState.OFF))
            await part.close()

        asyncio.run(use(late(board.device)))
        assert board.part.closed


def test_an_indicator_is_opened_when_there_is_something_to_show() -> None:
    board = Board()
    light = LateIndicator(board.device)
    assert board.opened == 0
    asyncio.run(light.show(IndicatorState.CHARGING))
    asyncio.run(light.show(IndicatorState.OFF))
    assert board.part.shown == [IndicatorState.CHARGING, IndicatorState.OFF]
    assert board.opened == 1


def test_a_reader_is_tried_until_it_is_there_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "RETRY_S", 0.0)
    board, health, cards = Board(works_from=4), list[str | None](), list[TokenRead]()
    asyncio.run(LateReader(board.device).run(cards.append, health.append))
    assert health == ["no such port"] * 3 + [None]
    assert cards == [CARD]
