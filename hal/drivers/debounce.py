"""One token for one showing of a card.

A card at the edge of a reader's field comes and goes several times a second, and each coming would start or stop a
transaction. So a token that left the field counts as shown again only after it was away for the whole window; each
sight inside the window begins the window anew. Another token passes at once.
"""

from __future__ import annotations

MAX_REMEMBERED = 16


class Debounce:
    """Pure bookkeeping; times are monotonic milliseconds."""

    def __init__(self, window_ms: int) -> None:
        self._window_ms = window_ms
        self._until: dict[str, int] = {}
        self._in_field: str | None = None

    def came(self, token: str, now_ms: int) -> bool:
        """A token came into the field. Answers whether it is a new showing.

        A token that was never seen to leave, as over a restart of the reader's service, has not come again.
        """
        if token == self._in_field:
            return False
        self._until = {name: until for name, until in self._until.items() if until > now_ms}
        fresh = token not in self._until
        self._until.pop(token, None)
        while len(self._until) >= MAX_REMEMBERED:
            del self._until[next(iter(self._until))]
        self._until[token] = now_ms + self._window_ms
        self._in_field = token
        return fresh

    def went(self, now_ms: int) -> None:
        """The field is empty. A card that was held for long is remembered from now on, not from when it came."""
        if self._in_field is not None:
            self._until[self._in_field] = now_ms + self._window_ms
            self._in_field = None
