"""A station for the tests: two EVSEs, one with a socket and a fixed cable, one with a meter that signs."""

from __future__ import annotations

import pytest

from agent.variables.registry import Registry
from agent.variables.topology import ENERGY, Evse, Outlet, Topology

READABLE = (ENERGY, "Power.Active.Import", "Current.Import", "Voltage")


@pytest.fixture
def topology() -> Topology:
    return Topology(
        evses=(
            Evse(connectors=(Outlet("sType2", has_lock=True), Outlet("cType2")), measurands=READABLE),
            Evse(
                connectors=(Outlet("sCEE-7-7"),),
                phases=1,
                max_current_ma=13_500,
                measurands=(ENERGY, "Frequency"),
                signed_values=True,
                bay_sensor=True,
            ),
        ),
        max_current_ma=40_000,
        vendor="Vendor",
        model="Model",
        serial="S-1",
        firmware="1.0",
        identity="CP-1",
        network_profiles={1: 1, 2: 0},
        time_sources=("Heartbeat", "NTP"),
    )


@pytest.fixture
def registry(topology: Topology) -> Registry:
    return Registry(topology)
