"""What the mock station is made of: how many EVSEs, with which outlets."""

from __future__ import annotations

from hal.types import EvseCapabilities
from hal.value import frozen

MAX_EVSES = 32
MAX_CONNECTORS = 8
MIN_CURRENT_MA = 6_000
MAX_CURRENT_MA = 500_000


def _within(name: str, value: int, low: int, high: int) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} is {value}; it must be between {low} and {high}")


@frozen
class MockEvse:
    """One EVSE of the mock: one power path, one meter, and one or more connectors that share them.

    `tethered` means a fixed cable: no proximity resistor and no lock. A socket outlet has a lock unless `lock` is
    false. `dc` only labels the EVSE: until digital communication exists its cars charge by pilot like all others.
    """

    connectors: int = 1
    phases: int = 3
    max_current_ma: int = 32_000
    dc: bool = False
    tethered: bool = False
    lock: bool = True
    voltage_mv: int = 230_000

    def __post_init__(self) -> None:
        _within("connectors", self.connectors, 1, MAX_CONNECTORS)
        _within("max_current_ma", self.max_current_ma, MIN_CURRENT_MA, MAX_CURRENT_MA)
        _within("voltage_mv", self.voltage_mv, 100_000, 1_000_000)
        if self.phases not in (1, 3):
            raise ValueError(f"phases of a mock EVSE is {self.phases}; it must be 1 or 3")

    @property
    def has_lock(self) -> bool:
        """Whether there is a lock to drive."""
        return self.lock and not self.tethered


@frozen
class MockTopology:
    """The whole mock station; EVSEs are numbered from 1 in the order given."""

    evses: tuple[MockEvse, ...] = (MockEvse(),)

    def __post_init__(self) -> None:
        _within("number of mock EVSEs", len(self.evses), 1, MAX_EVSES)

    def outlets(self) -> dict[int, MockEvse]:
        """The EVSEs by number."""
        return dict(enumerate(self.evses, 1))

    def capabilities(self) -> tuple[EvseCapabilities, ...]:
        """What the guard tells the agent about each EVSE."""
        return tuple(
            EvseCapabilities(
                evse=number,
                connectors=evse.connectors,
                phases=evse.phases,
                max_current_ma=evse.max_current_ma,
                min_current_ma=MIN_CURRENT_MA,
                has_lock=evse.has_lock,
                fail_safe="mock",
            )
            for number, evse in self.outlets().items()
        )
