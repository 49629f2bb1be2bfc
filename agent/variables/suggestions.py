"""Near matches for a name that nobody knows."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def near(name: str, known: Iterable[str]) -> str:
    """`did you mean A or B?`, or the empty text if nothing is near."""
    spelling = {candidate.casefold(): candidate for candidate in known}
    found = get_close_matches(name.casefold()[:100], spelling, n=3, cutoff=0.6)
    return f"did you mean {' or '.join(spelling[match] for match in found)}?" if found else ""
