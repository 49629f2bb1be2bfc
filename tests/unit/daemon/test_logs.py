"""The log: lines, ring, redaction."""

from __future__ import annotations

import io
import json
import logging
import sys
import warnings
from collections.abc import Iterator
from typing import Any, TextIO

import pytest

from agent.daemon.config_tables import LogFormat, LogLevel, LogTable
from agent.daemon.logs import MAX_FIELDS, MAX_TEXT, MAX_VALUE, LogEntry, LogHub, install
from agent.daemon.redaction import Redactor
from agent.secret import Secret

log = logging.getLogger("agent.test.logs")
PASSWORD = Secret("correct-horse-battery")


@pytest.fixture(autouse=True)
def _own_logging() -> Iterator[None]:
    """Leave the process's logging as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    yield
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


def made(
    form: LogFormat = LogFormat.JOURNAL, level: LogLevel = LogLevel.DEBUG, ring: int = 100, **options: Any
) -> tuple[LogHub, io.StringIO]:
    stream = io.StringIO()
    return install(LogTable(level, form, ring), stream=stream, **options), stream


def test_a_line_for_the_journal() -> None:
    _, stream = made()
    log.info("connected", extra={"version": "2.0.1", "slot": 1, "why": "", "moved": True, "none": None})
    assert stream.getvalue() == '<6>agent.test.logs: connected version=2.0.1 slot=1 why="" moved=true none=\n'


@pytest.mark.parametrize(
    ("level", "priority"),
    [(logging.DEBUG, 7), (logging.INFO, 6), (logging.WARNING, 4), (logging.ERROR, 3), (logging.CRITICAL, 2)],
)
def test_priorities_of_the_journal(level: int, priority: int) -> None:
    _, stream = made()
    log.log(level, "x")
    assert stream.getvalue() == f"<{priority}>agent.test.logs: x\n"


def test_a_level_of_somebody_else() -> None:
    _, stream = made()
    log.log(25, "x")
    assert stream.getvalue() == "<6>agent.test.logs: x\n"


def test_a_line_for_people() -> None:
    _, stream = made(LogFormat.TEXT)
    record = logging.makeLogRecord({"name": "a.b", "levelno": 30, "levelname": "WARNING", "msg": "hot", "created": 1.5})
    logging.getLogger().handle(record)
    assert stream.getvalue() == "1970-01-01T00:00:01.500Z warning  a.b: hot\n"


def test_an_object_a_line() -> None:
    hub, stream = made(LogFormat.JSON)
    log.warning("hot", extra={"evse": 1})
    log.info("plain")
    first, second = (json.loads(line) for line in stream.getvalue().splitlines())
    assert first.pop("time").endswith("Z")
    assert first.pop("at_ms") > 0
    named = {"number": 1, "level": "warning", "logger": "agent.test.logs"}
    assert first == {**named, "message": "hot", "fields": {"evse": 1}}
    assert "fields" not in second
    assert [entry.message for entry in hub.tail(10)] == ["hot", "plain"]


def test_nobody_can_forge_a_line() -> None:
    _, stream = made()
    log.info("said: %s", "a\n<0>kernel: panic\x1b[2J\u2028", extra={"why": 'b\n"c\\', "plain": "ü"})
    assert stream.getvalue().count("\n") == 1
    expected = '<6>agent.test.logs: said: a\\n<0>kernel: panic\\x1b[2J\\u2028 why="b\\n\\"c\\\\" plain=ü\n'
    assert stream.getvalue() == expected


@pytest.mark.parametrize(("form", "prefix"), [(LogFormat.JOURNAL, "<3>"), (LogFormat.TEXT, "")])
def test_a_trace_follows_in_lines_of_its_own(form: LogFormat, prefix: str) -> None:
    hub, stream = made(form)
    try:
        raise LookupError("boom\nforged")
    except LookupError:
        log.exception("unforeseen")
    lines = stream.getvalue().splitlines()
    assert len(lines) > 3
    assert all(line.startswith(f"{prefix}    ") for line in lines[1:])
    assert "LookupError: boom" in hub.tail(1)[0].trace


def test_long_things_are_cut() -> None:
    hub, _ = made()
    log.info("x" * (2 * MAX_TEXT), extra={f"f{n:03}": "y" * (2 * MAX_VALUE) for n in range(2 * MAX_FIELDS)})
    [entry] = hub.tail(1)
    assert len(entry.message) == MAX_TEXT
    assert len(entry.fields) == MAX_FIELDS
    assert entry.fields["f000"] == "y" * MAX_VALUE


def test_the_ring_keeps_the_last_ones() -> None:
    hub, _ = made(ring=10)
    for number in range(1, 26):
        log.log(logging.ERROR if number % 5 == 0 else logging.INFO, "n%d", number)
    assert [entry.message for entry in hub.tail(3)] == ["n23", "n24", "n25"]
    assert [entry.number for entry in hub.tail(100)] == list(range(16, 26))
    assert [entry.message for entry in hub.tail(2, after=17)] == ["n18", "n19"]
    assert [entry.message for entry in hub.tail(9, level="error")] == ["n20", "n25"]
    assert hub.tail(0) == []
    assert hub.tail(-1) == []
    assert hub.tail(5, after=25) == []


def test_the_ring_by_logger() -> None:
    hub, _ = made()
    for name in ("agent.ocpp", "agent.ocpp.link", "agent.ocppx"):
        logging.getLogger(name).info("x")
    assert [entry.logger for entry in hub.tail(9, logger="agent.ocpp")] == ["agent.ocpp", "agent.ocpp.link"]


def test_listeners_hear_each_record_until_they_leave() -> None:
    hub, _ = made()
    heard: list[LogEntry] = []
    leave = hub.subscribe(heard.append)
    log.info("one")
    leave()
    log.info("two")
    assert [entry.message for entry in heard] == ["one"]


def test_a_log_that_fails_does_not_end_what_logs(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken(io.StringIO):
        def write(self, _: str) -> int:
            raise BrokenPipeError

    class Mute:
        def __str__(self) -> str:
            raise LookupError

    monkeypatch.setattr(logging, "raiseExceptions", False)
    hub = install(LogTable(format=LogFormat.TEXT), stream=Broken())
    log.error("one")
    log.error("%s", Mute())
    log.error("two")
    assert [entry.message for entry in hub.tail(9)] == ["one", "two"]


def test_it_is_the_only_handler_and_has_the_level() -> None:
    made()
    _, stream = made(level=LogLevel.WARNING)
    log.info("unheard")
    log.warning("heard")
    warnings.warn("deprecated", stacklevel=1)
    told = stream.getvalue().splitlines()
    assert told[0] == "<4>agent.test.logs: heard"
    assert "deprecated" in told[1]
    assert len(logging.getLogger().handlers) == 1


def test_the_journal_is_recognised(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    def write_to(stream: TextIO) -> None:
        install(LogTable(), stream=stream)
        log.info("x")

    path = tmp_path / "out"
    with path.open("w") as stream:
        status = path.stat()
        monkeypatch.setenv("JOURNAL_STREAM", f"{status.st_dev}:{status.st_ino}")
        write_to(stream)
        monkeypatch.setenv("JOURNAL_STREAM", "1:2")
        write_to(stream)
    first, second = path.read_text().splitlines()
    assert first.startswith("<6>")
    assert second.startswith("20")
    memory = io.StringIO()
    install(LogTable(), stream=memory)  # no file behind it
    log.info("x")
    assert memory.getvalue().startswith("20")


def test_standard_error_is_the_default(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JOURNAL_STREAM", raising=False)
    install(LogTable(format=LogFormat.JOURNAL))
    log.info("x")
    assert sys.stderr is not None
    assert capsys.readouterr().err == "<6>agent.test.logs: x\n"


# --- redaction -----------------------------------------------------------------------------------------------------


def test_no_secret_leaves_by_any_way() -> None:
    hub, stream = made(secrets=[PASSWORD])
    digits = PASSWORD.reveal().hex()
    log.info("got %s", PASSWORD)
    log.info("got correct-horse-battery and %s", digits, extra={"hex": digits.upper(), "password": "other-one"})
    try:
        raise ValueError("correct-horse-battery")
    except ValueError:
        log.exception("bad")
    everything = stream.getvalue() + repr(hub.tail(9))
    for form in ("correct-horse", digits, digits.upper(), "other-one"):
        assert form not in everything
    assert "got ***" in everything


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Authorization: Basic Q1MxOnBhc3N3b3Jk", "Authorization: Basic ***"),
        ("Bearer abc.def-ghi", "Bearer ***"),
        ("wss://user:hunter2@host/path", "wss://***@host/path"),
        ("wss://host/path@x", "wss://host/path@x"),
        ("password=hunter2 next", "password=*** next"),
        ('{"basicAuthPassword": "hunter2"}', '{"basicAuthPassword": "***"}'),
        ("no password here", "no password here"),
        (
            '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"00ff"}]',
            '[2,"1","ChangeConfiguration",{"key":"AuthorizationKey","value":"***"}]',
        ),
        (
            '{"attributeValue":"hunter2","component":{"name":"SecurityCtrlr"},"variable":{"name":"BasicAuthPassword"}}',
            '{"attributeValue":"***","component":{"name":"SecurityCtrlr"},"variable":{"name":"BasicAuthPassword"}}',
        ),
        (
            '{"component":{"name":"SecurityCtrlr"},"variable":{"name":"BasicAuthPassword"},"attributeValue":"hunter2"}',
            '{"component":{"name":"SecurityCtrlr"},"variable":{"name":"BasicAuthPassword"},"attributeValue":"***"}',
        ),
    ],
)
def test_what_looks_like_a_secret(text: str, expected: str) -> None:
    assert Redactor()(text) == expected


def test_known_secrets_in_all_their_forms() -> None:
    redact = Redactor([Secret.from_hex("00ff" * 10), Secret("abc")])
    assert redact("00ff" * 10) == "***"
    assert redact("00FF" * 10) == "***"
    assert redact("AP8A/wD/AP8A/wD/AP8A/wD/AP8=") == "***"
    assert redact("abc") == "abc"  # too short to tell from anything else
    redact.add(PASSWORD)
    assert redact("x correct-horse-battery y") == "x *** y"
