"""`evse demo` as people and scripts run it: processes of their own, real sockets, both versions."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "agent.cli.main", "demo")
VERSIONS = ("1.6", "2.0.1")


def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path)}


def play(tmp_path: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *flags], capture_output=True, text=True, cwd=ROOT, env=environment(tmp_path), timeout=90, check=False
    )


@pytest.mark.parametrize("version", VERSIONS)
def test_one_session_ends_with_a_receipt_that_adds_up(tmp_path: Path, version: str) -> None:
    done = play(tmp_path, "--once", "--ocpp", version, "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    receipt = lines[-1]
    assert receipt["type"] == "receipt"
    assert [line["type"] for line in lines].count("receipt") == 1
    assert receipt["ocpp"] == version
    assert receipt["energy_wh"] == receipt["meter_wh"] == 15_000
    assert receipt["start"] < receipt["stop"]
    assert receipt["stop_reason"] == "Local"
    assert receipt["messages_sent"] == receipt["messages_acknowledged"] > 10
    assert_books(version, [line for line in lines if line["type"] == "wire"], receipt)
    assert list(tmp_path.iterdir()) == []  # nothing is left behind


def assert_books(version: str, wire: list[dict[str, Any]], receipt: dict[str, Any]) -> None:
    """The frames on the wire say the same as the receipt."""
    calls = [line["frame"] for line in wire if line["sender"] == "station" and line["frame"][0] == 2]
    answered = {line["frame"][1] for line in wire if line["sender"] == "csms" and line["frame"][0] == 3}
    assert {frame[1] for frame in calls} <= answered
    if version == "1.6":
        [start] = [frame[3] for frame in calls if frame[2] == "StartTransaction"]
        [stop] = [frame[3] for frame in calls if frame[2] == "StopTransaction"]
        assert stop["meterStop"] - start["meterStart"] == receipt["energy_wh"]
        assert str(stop["transactionId"]) == receipt["transaction_id"]
    else:
        events = [frame[3] for frame in calls if frame[2] == "TransactionEvent"]
        assert [event["seqNo"] for event in events] == list(range(len(events)))
        assert [event["eventType"] for event in events].count("Started") == 1
        assert events[-1]["eventType"] == "Ended"
        assert {event["transactionInfo"]["transactionId"] for event in events} == {receipt["transaction_id"]}


def test_the_same_for_people(tmp_path: Path) -> None:
    done = play(tmp_path, "--once")
    assert done.returncode == 0, done.stderr
    for text in ("driver    shows a card", "──▶ TransactionEvent", "22.07 kW", "┌─ receipt", "15000 Wh"):
        assert text in done.stdout
    assert "\x1b" not in done.stdout


IN_BACKGROUND = ("sh", "-c", 'trap "" INT; exec "$@"', "sh")  # as a shell starts a job: SIGINT is ignored


@pytest.mark.parametrize(
    ("before", "flags", "number", "code"),
    [
        ((), (), signal.SIGINT, 0),  # it is how one ends it
        ((), (), signal.SIGTERM, 143),
        ((), (), signal.SIGHUP, 129),
        ((), ("--sessions", "1"), signal.SIGINT, 130),
        ((), ("--once",), signal.SIGINT, 130),
        ((), ("--once",), signal.SIGTERM, 143),
        (IN_BACKGROUND, (), signal.SIGINT, 0),
        (IN_BACKGROUND, ("--once",), signal.SIGINT, 130),
    ],
)
def test_a_signal_ends_it_cleanly(
    tmp_path: Path, before: tuple[str, ...], flags: tuple[str, ...], number: signal.Signals, code: int
) -> None:
    """In real time the daemon is a process of its own; neither it nor its folder is left."""
    with subprocess.Popen(
        [*before, *COMMAND, *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(tmp_path),
    ) as process:
        if process.stdout is None:
            raise AssertionError("a pipe")
        for line in process.stdout:
            if "contactor is closed" in line:
                break
        [folder] = tmp_path.iterdir()
        process.send_signal(number)
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said) == (code, "")
    assert list(tmp_path.iterdir()) == []
    wait_for_silence(str(folder))


@pytest.mark.parametrize("flags", [(), ("--once",)])
def test_nobody_reads_on(tmp_path: Path, flags: tuple[str, ...]) -> None:
    """`evse demo | head`."""
    with subprocess.Popen(
        [*COMMAND, *flags],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=environment(tmp_path),
    ) as process:
        if process.stdout is None or process.stderr is None:
            raise AssertionError("pipes")
        process.stdout.readline()
        [folder] = tmp_path.iterdir()
        process.stdout.close()
        said = process.stderr.read()
        process.wait(timeout=30)
    assert said == ""
    assert list(tmp_path.iterdir()) == []
    wait_for_silence(str(folder))


@pytest.mark.parametrize("flags", [("--sessions", "1"), ("--once",), ("--once", "--json")])
def test_an_output_that_is_full_is_said(tmp_path: Path, flags: tuple[str, ...]) -> None:
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            [*COMMAND, *flags],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(tmp_path),
            timeout=60,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, "evse: the output cannot be written: No space left on device\n")
    assert list(tmp_path.iterdir()) == []


def test_a_terminal_without_these_characters_shows_others(tmp_path: Path) -> None:
    plain = {**environment(tmp_path), "PYTHONIOENCODING": "latin-1"}
    done = subprocess.run([*COMMAND, "--once"], capture_output=True, env=plain, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"15000 Wh" in done.stdout


def wait_for_silence(name: str) -> None:
    """No process has this in its command line any more."""
    end = time.monotonic() + 10
    while running(name):
        assert time.monotonic() < end, f"a process with {name} is still there"
        time.sleep(0.05)


def running(name: str) -> list[str]:
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            text = path.read_bytes().decode(errors="replace")
        except OSError:
            continue  # it ended while we looked
        if name in text:
            found.append(text)
    return found
