"""What the demo shows: lines for people, or objects of JSON."""

from __future__ import annotations

import os
import textwrap
from collections.abc import Callable
from typing import Any, TextIO

from agent.cli import output
from agent.demo.receipt import Receipt
from agent.demo.wire import ACTION, SHORT_ACTION, Summary, parse

FULL_W = 22_080  # three phases of 32 A: the whole bar
BAR = 24
HEAD = 21  # columns of time and speaker
WIDE = 110  # columns from which on the longest line of an ordinary session fits
_COLOURS = {
    "driver": "36",
    "operator": "35",
    "station": "32",
    "bench": "33",
    "wire": "2",
    "receipt": "1",
    "problem": "31",
}


class Show:
    """`clock` gives the seconds since the demo began."""

    def __init__(self, stream: TextIO, clock: Callable[[], float], *, as_json: bool) -> None:
        self._stream = stream
        self._clock = clock
        self._as_json = as_json
        self._on_terminal = not as_json and stream.isatty()
        self._coloured = self._on_terminal and not os.environ.get("NO_COLOR")
        self._summary = Summary()
        self.unwatched: Exception | None = None  # why nothing can be shown any more

    def title(self, text: str) -> None:
        """A new session begins."""
        if self._as_json:
            self._object("session", text=text)
        else:
            width = min(self._columns() or 78, 78)
            self._print(f"\n── {text} {'─' * max(width - 4 - len(text), 3)}", "receipt")

    def say(self, who: str, text: str, **values: Any) -> None:
        """Somebody does something."""
        if self._as_json:
            self._object(who, text=text, **values)
        else:
            self._print(f"{self._time()}  {who:<9} {text}", who, HEAD)

    def frame(self, sender: str, text: str) -> None:
        """Something goes over the wire."""
        frame = parse(text)
        if frame is None:
            return
        columns = self._columns()
        action = ACTION if columns == 0 or columns >= WIDE else SHORT_ACTION
        line = self._summary.of(frame, action)
        if self._as_json:
            self._object("wire", sender=sender, frame=frame)
        else:
            arrow = "──▶" if sender == "station" else "◀──"
            self._print(f"{self._time()}  wire      {arrow} {line}", "wire", HEAD + 4 + action + 1)

    def power(self, power_w: int, energy_wh: int) -> None:
        """How much flows, and how much has flowed in this session."""
        if self._as_json:
            self._object("power", power_w=power_w, energy_wh=energy_wh)
            return
        filled = min(round(BAR * power_w / FULL_W), BAR)
        bar = "█" * filled + "░" * (BAR - filled)
        self._print(f"{self._time()}  power     {bar} {power_w / 1000:5.2f} kW  {energy_wh / 1000:8.3f} kWh", "bench")

    def receipt(self, made: Receipt) -> None:
        """The end of a session."""
        if self._as_json:
            self._print(output.encode(made.plain()))
            return
        rows = [
            ("transaction", made.transaction_id),
            ("start", made.start),
            ("stop", f"{made.stop}, {made.stop_reason}"),
            ("energy", f"{made.energy_wh} Wh (the meter counted {made.meter_wh} Wh)"),
            ("messages", f"{made.messages_sent} sent, {made.messages_acknowledged} acknowledged"),
        ]
        width = max(len(value) for _, value in rows) + 16
        self._print(f"\n  ┌─ receipt {'─' * (width - 10)}┐", "receipt")
        for name, value in rows:
            self._print(f"  │ {name:<13}{value:<{width - 14}}│", "receipt")
        self._print(f"  └{'─' * width}┘", "receipt")

    def problem(self, text: str) -> None:
        """Something went wrong."""
        if self._as_json:
            self._object("problem", text=text)
        else:
            self._print(f"{self._time()}  problem   {text}", "problem", HEAD)

    def _time(self) -> str:
        seconds = self._clock()
        return f"{int(seconds // 60):4}:{seconds % 60:04.1f}"

    def _columns(self) -> int:
        """How wide the terminal is just now; 0 where there is none."""
        if not self._on_terminal:
            return 0
        try:
            return os.get_terminal_size(self._stream.fileno()).columns
        except OSError:
            return 0  # it was closed

    def _object(self, kind: str, **values: Any) -> None:
        self._print(output.encode({"type": kind, "t_s": round(self._clock(), 3), **values}))

    def _print(self, line: str, colour: str = "", indent: int = 0) -> None:
        """One line; one that is too long for the terminal goes on below, from column `indent` on."""
        columns = self._columns()
        if indent and columns > indent + 20:
            line = "\n".join(textwrap.wrap(line, columns, subsequent_indent=" " * indent, break_on_hyphens=False))
        code = _COLOURS.get(colour) if self._coloured else None
        try:
            print(f"\x1b[{code}m{line}\x1b[0m" if code else line, file=self._stream, flush=True)
        except OSError as error:
            self.unwatched = output.failed(error)  # told to whoever plays; a frame on its way must not notice
