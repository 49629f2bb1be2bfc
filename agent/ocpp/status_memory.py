"""What a CSMS was told of each connector, so that the same words are not told twice.

The core reports each change of what it derives; a version that has fewer words for it sees no change in some of them.
"""

from __future__ import annotations

from collections.abc import Hashable

Place = tuple[int, int]


class StatusMemory:
    """The words last sent and last acknowledged for each place: at most one entry for each connector there is.

    What was sent and never acknowledged may be lost, and is then no reason to keep silent.
    """

    def __init__(self) -> None:
        self._sent: dict[Place, Hashable] = {}
        self._acknowledged: dict[Place, Hashable] = {}

    def send(self, place: Place, words: Hashable, *, forced: bool) -> bool:
        """Whether the words have to be sent; they count as sent then."""
        if not forced and words == self._sent.get(place) == self._acknowledged.get(place):
            return False
        self._sent[place] = words
        return True

    def acknowledge(self, place: Place, words: Hashable) -> None:
        """The CSMS answered to these words."""
        self._acknowledged[place] = words
