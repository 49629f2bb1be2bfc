"""Rules that tie a new value to other variables or to the topology, beyond type, limits and lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from agent.variables import names
from agent.variables.address import Address
from agent.variables.datatypes import split
from agent.variables.topology import Topology
from agent.variables.vocabulary import AttributeType, Code, Problem


class Values(Protocol):
    """What a rule may look at."""

    @property
    def topology(self) -> Topology: ...

    def integer(self, address: Address) -> int: ...


def violation(values: Values, address: Address, attribute: AttributeType, text: str) -> Problem | None:
    """Why the canonical `text` may not become the value, or None."""
    rule = _RULES.get((address, attribute))
    return rule(values, text) if rule else None


def _profile_downgrade(values: Values, text: str) -> Problem | None:
    # A05.FR.10: no slot with a lower security profile than the active one.
    active = values.integer(names.SECURITY_PROFILE)
    for slot in split(text):
        profile = values.topology.network_profiles.get(int(slot), active)
        if profile < active:
            return Problem(
                Code.INVALID_VALUE,
                f"slot {slot} has security profile {profile}, lower than the active {active}",
            )
    return None


def _checkpoint_interval(values: Values, text: str) -> Problem | None:
    most = values.integer(names.METER_CHECKPOINT_MAXIMUM)
    if int(text) > most:
        return Problem(Code.VALUE_TOO_HIGH, f"{text} is above MeterCheckpointMaximum, which is {most}")
    return None


def _checkpoint_maximum(values: Values, text: str) -> Problem | None:
    least = values.integer(names.METER_CHECKPOINT_INTERVAL)
    if int(text) < least:
        return Problem(Code.VALUE_TOO_LOW, f"{text} is below MeterCheckpointInterval, which is {least}")
    return None


_RULES: dict[tuple[Address, AttributeType], Callable[[Values, str], Problem | None]] = {
    (names.NETWORK_CONFIGURATION_PRIORITY, AttributeType.ACTUAL): _profile_downgrade,
    (names.METER_CHECKPOINT_INTERVAL, AttributeType.ACTUAL): _checkpoint_interval,
    (names.METER_CHECKPOINT_MAXIMUM, AttributeType.ACTUAL): _checkpoint_maximum,
}
