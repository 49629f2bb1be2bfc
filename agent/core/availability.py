"""Availability as commanded: for the station, each EVSE and each connector apart (G03, G04).

What is effective is derived: a connector is operative when it, its EVSE and the station are. A change while a
transaction runs is effective for status only when that has ended, so nothing has to be scheduled.
"""

from __future__ import annotations

from collections.abc import Iterable

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

    def bring_back(self, turn: Turn, evse: int, connector: int, places: Iterable[tuple[int, int]]) -> bool:
        """Make a place operative whatever was taken out above and below it (1.6 §5.2); True if this changed something.

        A connector that is brought back alone leaves the rest of what was taken out with it where it is.
        """
        lifted = set(self._out) if not evse else self._out & {(0, 0), (evse, 0)}
        for place in sorted(lifted):
            self.set(turn, *place, True)
        if not evse:
            return bool(lifted)
        for other in places:
            if other != (evse, connector) and lifted & {(0, 0), (other[0], 0)}:
                self.set(turn, *other, False)
        return self.set(turn, evse, connector, True) or bool(lifted)

    def operative(self, evse: int, connector: int) -> bool:
        return not self._out & {(0, 0), (evse, 0), (evse, connector)}

    @property
    def station(self) -> bool:
        return (0, 0) not in self._out
