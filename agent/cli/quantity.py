"""Values as people read them, with their units, and tables of them."""

from __future__ import annotations

import time
from collections.abc import Sequence

NONE = "–"


def energy(wh: int | None) -> str:
    """Watt-hours; kilowatt-hours from one on, to the Wh."""
    if wh is None:
        return NONE
    return f"{wh} Wh" if abs(wh) < 1000 else f"{wh / 1000:.3f} kWh"


def power(watts: int | None) -> str:
    """Watts; kilowatts from one on."""
    if watts is None:
        return NONE
    return f"{watts} W" if abs(watts) < 1000 else f"{watts / 1000:.2f} kW"


def current(milliamperes: int | None) -> str:
    """Amperes."""
    return NONE if milliamperes is None else f"{milliamperes / 1000:g} A"


def duration(seconds: int) -> str:
    """Hours, minutes and seconds."""
    minutes, rest = divmod(max(seconds, 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"


def moment(text: str | None) -> str:
    """An RFC 3339 time of the API, to the second."""
    return NONE if not text else f"{text[:10]} {text[11:19]}"


def instant(at_ms: int) -> str:
    """Milliseconds since 1970 as UTC."""
    return f"{time.strftime('%Y-%m-%d %H:%M:%S', time.gmtime(at_ms / 1000))}.{at_ms % 1000:03}"


def table(heads: Sequence[str], rows: Sequence[Sequence[object]], right: str = "") -> str:
    """Columns under their heads; those whose head is in `right` (separated by spaces) are aligned to the right."""
    texts = [[NONE if cell is None else str(cell) for cell in row] for row in rows]
    widths = [max(len(head), *(len(row[n]) for row in texts), 0) for n, head in enumerate(heads)]
    to_right = {n for n, head in enumerate(heads) if head in right.split()}

    def line(cells: Sequence[str]) -> str:
        parts = [
            c.rjust(w) if n in to_right else c.ljust(w) for n, (c, w) in enumerate(zip(cells, widths, strict=True))
        ]
        return "  ".join(parts).rstrip()

    return "\n".join(map(line, (list(heads), *texts)))


def clean(text: str) -> str:
    """The text without control characters: what a card or a backend wrote must not drive the terminal."""
    if text.replace("\n", "").isprintable():
        return text
    return "".join(c if c == "\n" or c.isprintable() else c.encode("unicode_escape").decode() for c in text)
