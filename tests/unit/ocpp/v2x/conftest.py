from __future__ import annotations

import pytest

from agent.ocpp.v2x.dialect import Dialect201
from tests.unit.ocpp.dialect_rig import Around


@pytest.fixture
def around() -> Around:
    return Around()


@pytest.fixture
def dialect(around: Around) -> Dialect201:
    return Dialect201(around)
