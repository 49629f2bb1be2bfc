"""Availability as commanded: for the station, each EVSE and each connector apart (G03, G04).

What is effective is derived: a connector is operative when it, its EVSE and the station are. A change while a
transaction runs is effective for status only when that has ended, so nothing has to be scheduled.
"""

from __future__ import annotations

from agent.core.facts import OperativeSet
from agent.core.turn import Turn


class Availability:
    """Only what is inoperative is remembered."""

    def __init__(self) -> None:
        self._out: set[tuple[int, int]] = set()

    def restore(self, kept: OperativeSet) -> None:
        self._put((kept.evse, kept.connector), kept.operative)

    def _put(self, place: tuple[int, int], operative: bool) -> None:
        if operative:
            self._out.discard(place)
        else:
            self._out.add(place)

    def set(self, turn: Turn, evse: int, connector: int, operative: bool) -> bool:
        """True if this changed something."""
        place = (evse, connector)
        changed = (place in self._out) == operative
        self._put(place, operative)
        if changed:
            turn.record(OperativeSet(evse=evse, connector=connector, operative=operative))
        return changed

    def operative(self, evse: int, connector: int) -> bool:
        return not self._out & {(0, 0), (evse, 0), (evse, connector)}

    @property
    def station(self) -> bool:
        return (0, 0) not in self._out
