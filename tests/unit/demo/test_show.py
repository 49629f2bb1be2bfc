"""What the demo prints: words and frames, as text and as JSON."""

from __future__ import annotations

import errno
import fcntl
import io
import json
import pty
import re
import struct
import termios
from typing import Any

import pytest

from agent.cli import output
from agent.cli.failure import Failure
from agent.demo.receipt import Receipt
from agent.demo.show import Show
from agent.demo.wire import MAX_TEXT, Summary, parse

TX = {"eventType": "Ended", "seqNo": 4, "triggerReason": "StopAuthorized", "offline": True}


@pytest.mark.parametrize(
    ("action", "payload", "words"),
    [
        ("BootNotification", {"chargePointModel": "M"}, "M"),
        ("BootNotification", {"chargingStation": {"model": "M"}, "reason": "PowerUp"}, "M, PowerUp"),
        ("StatusNotification", {"status": "Faulted", "errorCode": "GroundFailure"}, "Faulted, GroundFailure"),
        ("StatusNotification", {"connectorStatus": "Available"}, "Available"),
        ("Authorize", {"idTag": "04"}, "04"),
        ("Authorize", {"idToken": {"idToken": "05", "type": "Central"}}, "05"),
        ("StartTransaction", {"idTag": "04", "meterStart": 3}, "04, at 3 Wh"),
        ("StopTransaction", {"transactionId": 7, "meterStop": 9}, "#7, Local, at 9 Wh"),
        (
            "TransactionEvent",
            {**TX, "transactionInfo": {"stoppedReason": "Local"}},
            "Ended #4, StopAuthorized, Local, offline",
        ),
        ("MeterValues", {"transactionId": 7, "meterValue": [{"sampledValue": [{"value": "12"}]}]}, "#7, 12 Wh"),
        ("SecurityEventNotification", {"type": "StartupOfTheDevice"}, "StartupOfTheDevice"),
        ("Heartbeat", {}, ""),
        ("RemoteStartTransaction", {"connectorId": 1, "idTag": "04"}, "04, connectorId=1"),
    ],
)
def test_calls_in_a_few_words(action: str, payload: dict[str, Any], words: str) -> None:
    assert Summary().of([2, "1", action, payload]) == f"{action:<26} {words}".rstrip()


def test_answers_name_what_they_answer() -> None:
    summary = Summary()
    summary.of([2, "1", "StartTransaction", {}])
    answer = {"transactionId": 5, "idTagInfo": {"status": "Accepted"}}
    assert summary.of([3, "1", answer]).split(maxsplit=1) == ["StartTransaction", "Accepted, transaction #5"]
    summary.of([2, "2", "Reset", {}])
    assert summary.of([4, "2", "NotSupported", "no", {}]).split(maxsplit=1) == ["Reset", "refused: NotSupported no"]
    assert summary.of([3, "9", {}]).split() == ["?", "ok"]


def test_long_foreign_text_is_cut() -> None:
    line = Summary().of([2, "1", "DataTransfer", {"data": "x" * 10_000}])
    assert len(line) <= 27 + MAX_TEXT
    assert line.endswith("…")


@pytest.mark.parametrize("text", ["", "{}", "[]", "[2]", '[9,"a",{}]', '[2,1,"A",{}]', "nonsense"])
def test_what_is_no_frame(text: str) -> None:
    assert parse(text) is None


def test_every_line_of_json_has_a_type_and_the_receipt_is_bare() -> None:
    stream = io.StringIO()
    show = Show(stream, lambda: 1.2345, as_json=True)
    show.title("one")
    show.say("driver", "taps", token="04")
    show.frame("station", '[2,"1","Heartbeat",{}]')
    show.frame("station", "nonsense")
    show.power(5, 6)
    show.problem("oh")
    show.receipt(Receipt("1.6", "1", "a", "b", 5, "Local", 3, 3, 5))
    lines = [json.loads(line) for line in stream.getvalue().splitlines()]
    assert [line["type"] for line in lines] == ["session", "driver", "wire", "power", "problem", "receipt"]
    assert lines[1] == {"type": "driver", "t_s": 1.234, "text": "taps", "token": "04"}
    assert lines[-1]["transaction_id"] == "1"


def test_text_has_time_arrow_and_bar() -> None:
    stream = io.StringIO()
    show = Show(stream, lambda: 61.5, as_json=False)
    show.title("one")
    show.say("driver", "taps")
    show.frame("csms", '[3,"1",{}]')
    show.power(11_040, 1_500)
    show.problem("oh")
    show.receipt(Receipt("1.6", "1", "a", "b", 5, "Local", 3, 3, 5))
    shown = stream.getvalue()
    for text in (
        "── one ──",
        "1:01.5  driver    taps",
        "◀── ?",
        "████████████░░░░░░░░░░░░ 11.04 kW     1.500 kWh",
        "5 Wh (the meter",
    ):
        assert text in shown
    assert "\x1b" not in shown


def test_on_a_terminal_no_line_is_broken_in_a_word() -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("4H", 24, 80, 0, 0))
    with open(theirs, "w", encoding="utf-8") as stream, open(ours, "rb", buffering=0) as terminal:
        show = Show(stream, lambda: 61.5, as_json=False)
        show.title("one")
        show.say("bench", "restores the power: the station boots, and goes on with the same transaction")
        info = {"transactionInfo": {"chargingState": "Charging", "stoppedReason": "Local"}}
        show.frame("station", json.dumps([2, "1", "TransactionEvent", {**TX, **info}]))
        written = b""
        while b"offline" not in written:  # a terminal gives what it has, which is not always all
            written += terminal.read(4096)
        shown = re.sub(r"\x1b\[\d+m", "", written.decode()).splitlines()
    assert max(map(len, shown)) <= 80
    assert [line for line in shown if line.startswith(" " * 21)] == [
        f"{'':21}same transaction",
        f"{'':44}Local, offline",
    ]


class Gone(io.StringIO):
    def __init__(self, error: OSError) -> None:
        super().__init__()
        self.error = error

    def write(self, text: str) -> int:
        raise self.error


def test_an_output_that_takes_no_more_is_noted_and_not_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "abandon", lambda: None)
    for error, kind in ((BrokenPipeError(), BrokenPipeError), (OSError(errno.ENOSPC, "No space left"), Failure)):
        show = Show(Gone(error), lambda: 0.0, as_json=False)
        show.say("driver", "taps")
        assert isinstance(show.unwatched, kind)
