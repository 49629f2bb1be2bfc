"""A Raspberry Pi without a Raspberry Pi."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.conftest import require_module


@pytest.fixture
def pi() -> Iterator[Any]:
    """gpiozero's own mock of all pins; `pi.pin(17).state` is the level of GPIO17."""
    require_module("gpiozero", extra="gpio")
    import gpiozero  # noqa: PLC0415 - after the check above
    from gpiozero.pins.mock import MockFactory  # noqa: PLC0415

    before = gpiozero.Device.pin_factory
    factory = gpiozero.Device.pin_factory = MockFactory()
    yield factory
    factory.close()
    gpiozero.Device.pin_factory = before
