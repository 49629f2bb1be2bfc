"""The log: one handler that writes a line, keeps the last records for `evse log`, and lets nothing secret through.

Code logs a fixed text and puts what varies into `extra`, so that a record can be searched:

    log.info("connected", extra={"version": "2.0.1", "slot": 1})

which is written as `<6>agent.runtime.backend: connected version=2.0.1 slot=1` to the journal, with time and level
instead of the prefix on a terminal, or as an object of JSON. Line breaks in foreign text are escaped: nobody can forge
a record.
"""

from __future__ import annotations

import logging
import os
import sys
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

import msgspec

from agent.daemon.config_tables import LogFormat, LogTable
from agent.daemon.redaction import Redactor
from agent.secret import Secret

MAX_TEXT = 8_192  # characters of a message
MAX_VALUE = 1_024  # of a field
MAX_FIELDS = 32

_PRIORITIES = {"debug": 7, "info": 6, "warning": 4, "error": 3, "critical": 2}  # sd-daemon(3)
_PLAIN_RECORD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_QUOTED = frozenset(' "=\\')

Value = str | int | float | bool | None


class LogEntry(msgspec.Struct, frozen=True, omit_defaults=True):
    """One record as it was written: numbered from 1, wall time in ms, level in small letters, no secrets."""

    number: int
    at_ms: int
    level: str
    logger: str
    message: str
    fields: dict[str, Value] = {}
    trace: str = ""

    @property
    def time(self) -> str:
        """The wall time by RFC 3339, in UTC."""
        at = datetime.fromtimestamp(self.at_ms / 1000, UTC)
        return f"{at:%Y-%m-%dT%H:%M:%S}.{self.at_ms % 1000:03d}Z"


Listener = Callable[[LogEntry], None]


class LogHub(logging.Handler):
    """The one handler of the process: writes each record, and keeps the last ones."""

    def __init__(self, stream: TextIO, form: LogFormat, size: int, redactor: Redactor) -> None:
        super().__init__()
        self.redactor = redactor
        self._stream = stream
        self._render = _RENDERERS[form]
        self._entries: deque[LogEntry] = deque(maxlen=size)
        self._listeners: list[Listener] = []
        self._number = 0

    def emit(self, record: logging.LogRecord) -> None:
        """Called by `logging` under this handler's lock."""
        try:
            entry = self._entry(record)
            self._entries.append(entry)
            for listener in tuple(self._listeners):
                listener(entry)
            self._stream.write(self._render(entry))
            self._stream.flush()
        except Exception:  # a log that fails must not end what logs
            self.handleError(record)

    def tail(self, count: int, level: str = "debug", logger: str = "", after: int = 0) -> list[LogEntry]:
        """The newest records, oldest first; with `after` the first ones that follow that number.

        `level` takes those at or above it, `logger` those of that name and below it.
        """
        least = _PRIORITIES[level]
        self.acquire()
        try:
            kept = list(self._entries)
        finally:
            self.release()
        prefix = f"{logger}." if logger else ""
        fitting = [
            entry
            for entry in kept
            if entry.number > after and _PRIORITIES[entry.level] <= least and f"{entry.logger}.".startswith(prefix)
        ]
        count = min(max(count, 0), len(fitting))
        return fitting[:count] if after else fitting[len(fitting) - count :]

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Hand each further record to `listener`, in the thread that logs. Answers how to end that."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def _entry(self, record: logging.LogRecord) -> LogEntry:
        extra = [(name, value) for name, value in vars(record).items() if name not in _PLAIN_RECORD]
        trace = logging.Formatter().formatException(record.exc_info) if record.exc_info else ""
        self._number += 1
        return LogEntry(
            number=self._number,
            at_ms=int(record.created * 1000),
            level=record.levelname.lower() if record.levelname.lower() in _PRIORITIES else "info",
            logger=record.name,
            message=self.redactor(record.getMessage()[:MAX_TEXT]),
            fields={name: self._value(name, value) for name, value in extra[:MAX_FIELDS]},
            trace=self.redactor(trace[-MAX_TEXT:]),
        )

    def _value(self, name: str, value: object) -> Value:
        if value is None or isinstance(value, bool | int | float):
            return value
        # With its name before it the patterns see what it is.
        return self.redactor(f"{name}={str(value)[:MAX_VALUE]}").partition("=")[2]


def install(table: LogTable, *, secrets: Iterable[Secret] = (), stream: TextIO | None = None) -> LogHub:
    """Make the hub the only handler of the process."""
    stream = sys.stderr if stream is None else stream
    hub = LogHub(stream, _form(table.format, stream, os.environ), table.ring, Redactor(secrets))
    root = logging.getLogger()
    for handler in tuple(root.handlers):
        root.removeHandler(handler)
    root.addHandler(hub)
    root.setLevel(str(table.level).upper())
    logging.captureWarnings(True)
    return hub


def _form(form: LogFormat, stream: TextIO, environ: Mapping[str, str]) -> LogFormat:
    """Whether the stream leads to the journal is told by its device and inode (systemd.exec(5), JOURNAL_STREAM)."""
    if form is not LogFormat.AUTO:
        return form
    try:
        status = os.fstat(stream.fileno())
    except (OSError, ValueError):
        return LogFormat.TEXT
    journal = environ.get("JOURNAL_STREAM") == f"{status.st_dev}:{status.st_ino}"
    return LogFormat.JOURNAL if journal else LogFormat.TEXT


def _line(entry: LogEntry) -> str:
    fields = "".join(f" {name}={_shown(value)}" for name, value in entry.fields.items())
    return f"{entry.logger}: {_escaped(entry.message)}{fields}"


def _shown(value: Value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return "" if value is None else str(value)
    if value and value.isprintable() and not _QUOTED & set(value):
        return value
    return '"' + _escaped(value.replace("\\", "\\\\").replace('"', '\\"')) + '"'


def _escaped(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in text)


def _trace(entry: LogEntry, prefix: str) -> str:
    return "".join(f"{prefix}    {_escaped(line)}\n" for line in entry.trace.splitlines())


def _journal(entry: LogEntry) -> str:
    prefix = f"<{_PRIORITIES[entry.level]}>"
    return f"{prefix}{_line(entry)}\n{_trace(entry, prefix)}"


def _text(entry: LogEntry) -> str:
    return f"{entry.time} {entry.level:<8} {_line(entry)}\n{_trace(entry, '')}"


def _json(entry: LogEntry) -> str:
    told: dict[str, Any] = {"time": entry.time, **msgspec.to_builtins(entry)}
    return msgspec.json.encode(told).decode() + "\n"


_RENDERERS: dict[LogFormat, Callable[[LogEntry], str]] = {
    LogFormat.JOURNAL: _journal,
    LogFormat.TEXT: _text,
    LogFormat.JSON: _json,
}
