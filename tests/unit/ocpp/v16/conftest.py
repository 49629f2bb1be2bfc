from __future__ import annotations

import pytest

from agent.ocpp.v16.dialect import Dialect16
from tests.unit.ocpp.dialect_rig import Around


@pytest.fixture
def around() -> Around:
    return Around()


@pytest.fixture
def dialect(around: Around) -> Dialect16:
    return Dialect16(around)
