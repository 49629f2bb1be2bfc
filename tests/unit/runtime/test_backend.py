"""The connection profile in force: what the operator wrote counts over the file, from the next connection on."""

from __future__ import annotations

from agent.ocpp.endpoint import Endpoint
from agent.runtime.backend import in_force
from agent.secret import Secret
from agent.variables import names
from agent.variables.address import Address
from agent.variables.registry import Registry
from agent.variables.topology import Evse, Topology

FILE = Endpoint(url="ws://csms/ocpp", identity="CP1", security_profile=1, password=Secret("the-password-in-the-file"))


def _written(registry: Registry, address: Address, value: str) -> None:
    planned = registry.plan_set(address, value)
    assert planned.change is not None, planned
    registry.apply(planned.change)


def test_nothing_written() -> None:
    made = in_force(FILE, Registry(Topology(evses=(Evse(),))))
    assert made.authorization() == FILE.authorization()


def test_a_written_password_is_the_one_that_is_sent() -> None:
    registry = Registry(Topology(evses=(Evse(),)))
    _written(registry, names.BASIC_AUTH, "the-password-written-later")
    made = in_force(FILE, registry)
    assert made.password is not None
    assert made.password.reveal() == b"the-password-written-later"


def test_a_written_ping_interval_outlives_the_connection() -> None:
    registry = Registry(Topology(evses=(Evse(),)))
    _written(registry, names.WEB_SOCKET_PING_INTERVAL, "7")
    assert in_force(FILE, registry).ping_interval_ms == 7_000
    _written(registry, names.WEB_SOCKET_PING_INTERVAL, "0")
    assert in_force(FILE, registry).ping_interval_ms == 0
