"""The traction battery: state of charge, taper towards full, and what the driver asked for.

Energies are integers of microwatt times millisecond (`_uwms`), so that integration is exact.
"""

from __future__ import annotations

from dataclasses import dataclass

UWMS_PER_WH = 3_600_000_000_000
TAPER_FROM_PERCENT = 80
TAPER_PER_PERCENT = 45  # permille of the car's own current that each percent above takes away


@dataclass(slots=True)
class Battery:
    """State of charge is only modelled where it was given: without it the battery never fills.

    `requested_uwms` is the energy that the driver asked for (None: as much as fits).
    """

    capacity_uwms: int
    stored_uwms: int | None = None
    requested_uwms: int | None = None
    delivered_uwms: int = 0

    def charge(self, energy_uwms: int) -> None:
        """Take energy in."""
        self.delivered_uwms += energy_uwms
        if self.stored_uwms is not None:
            self.stored_uwms = min(self.stored_uwms + energy_uwms, self.capacity_uwms)

    def set_soc(self, percent: int) -> None:
        """Jump to a state of charge, and model it from now on."""
        self.stored_uwms = self.capacity_uwms * percent // 100

    def soc_percent(self) -> int | None:
        """State of charge in whole percent, or None where it is not modelled."""
        if self.stored_uwms is None:
            return None
        return self.stored_uwms * 100 // self.capacity_uwms

    def satisfied(self) -> bool:
        """Whether the battery is full or holds what was asked for."""
        if self.requested_uwms is not None and self.delivered_uwms >= self.requested_uwms:
            return True
        return self.stored_uwms is not None and self.stored_uwms >= self.capacity_uwms

    def taper_permille(self) -> int:
        """Share of the car's own current that the battery still takes."""
        soc = self.soc_percent()
        if soc is None or soc < TAPER_FROM_PERCENT:
            return 1000
        return 1000 - (soc - TAPER_FROM_PERCENT) * TAPER_PER_PERCENT

    def change_in_uwms(self) -> int | None:
        """Energy until the battery takes another current or is satisfied; None if that never comes."""
        changes: list[int] = []
        if self.requested_uwms is not None:
            changes.append(self.requested_uwms - self.delivered_uwms)
        if self.stored_uwms is not None:
            percent = max(self.stored_uwms * 100 // self.capacity_uwms + 1, TAPER_FROM_PERCENT)
            changes.append(-(-self.capacity_uwms * percent // 100) - self.stored_uwms)
        coming = [energy for energy in changes if energy > 0]
        return min(coming) if coming else None
