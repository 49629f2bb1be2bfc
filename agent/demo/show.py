"""What the demo shows: lines for people, or objects of JSON."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from typing import Any, TextIO

from agent.demo.receipt import Receipt
from agent.demo.wire import Summary, parse

FULL_W = 22_080  # three phases of 32 A: the whole bar
BAR = 24
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
        self._coloured = not as_json and stream.isatty() and "NO_COLOR" not in os.environ
        self._summary = Summary()
        self.unwatched = False  # the other end of the pipe is gone

    def title(self, text: str) -> None:
        """A new session begins."""
        if self._as_json:
            self._object("session", text=text)
        else:
            self._print(f"\n── {text} {'─' * max(74 - len(text), 3)}", "receipt")

    def say(self, who: str, text: str, **values: Any) -> None:
        """Somebody does something."""
        if self._as_json:
            self._object(who, text=text, **values)
        else:
            self._print(f"{self._time()}  {who:<9} {text}", who)

    def frame(self, sender: str, text: str) -> None:
        """Something goes over the wire."""
        frame = parse(text)
        if frame is None:
            return
        line = self._summary.of(frame)
        if self._as_json:
            self._object("wire", sender=sender, frame=frame)
        else:
            arrow = "──▶" if sender == "station" else "◀──"
            self._print(f"{self._time()}  wire      {arrow} {line}", "wire")

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
            self._print(json.dumps(made.plain()))
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
            self._print(f"{self._time()}  problem   {text}", "problem")

    def _time(self) -> str:
        seconds = self._clock()
        return f"{int(seconds // 60):4}:{seconds % 60:04.1f}"

    def _object(self, kind: str, **values: Any) -> None:
        self._print(json.dumps({"type": kind, "t_s": round(self._clock(), 3), **values}, ensure_ascii=False))

    def _print(self, line: str, colour: str = "") -> None:
        code = _COLOURS.get(colour) if self._coloured else None
        try:
            print(f"\x1b[{code}m{line}\x1b[0m" if code else line, file=self._stream, flush=True)
        except BrokenPipeError:
            self.unwatched = True  # told to whoever plays; a frame on its way must not notice
