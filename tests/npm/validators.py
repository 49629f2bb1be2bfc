"""OCPP validators that are none of ours, from npm: `typed-ocpp` for payloads, `ocpp-rpc` as a strict CSMS.

Both need Node.js. Where it is missing a test is skipped, or fails under CI=true.
"""

from __future__ import annotations

import fcntl
import json
import subprocess
import threading
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple, Self

from tests.conftest import require_tool

NPM = Path(__file__).parent
INSTALL_TIMEOUT_S = 300
VALIDATE_TIMEOUT_S = 120
START_TIMEOUT_S = 30
STOP_TIMEOUT_S = 10


class Payload(NamedTuple):
    """A payload that went over the wire; `kind` is "call" or "result", `action` in either case that of the call."""

    version: str
    action: str
    kind: str
    payload: Any


def install() -> None:
    """Install the packages as the lock file says, unless that is done already. Safe to call from several processes."""
    require_tool("node", package="nodejs")
    npm = require_tool("npm", package="npm")
    lock_file = NPM / "package-lock.json"
    installed = NPM / "node_modules" / ".package-lock.json"  # npm writes it last
    with lock_file.open() as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if installed.exists() and installed.stat().st_mtime >= lock_file.stat().st_mtime:
            return
        command = [npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"]
        run = subprocess.run(command, cwd=NPM, capture_output=True, text=True, timeout=INSTALL_TIMEOUT_S, check=False)
        if run.returncode != 0:
            raise RuntimeError(f"npm ci in {NPM} failed: {run.stderr.strip() or run.stdout.strip()}")


def validate(payloads: Iterable[Payload]) -> list[dict[str, Any]]:
    """What typed-ocpp has to say against these payloads: an object for each that is not valid, with its errors."""
    install()
    lines = "".join(json.dumps(payload._asdict()) + "\n" for payload in payloads)
    run = subprocess.run(
        [require_tool("node"), str(NPM / "validate_frames.mjs")],
        input=lines,
        capture_output=True,
        text=True,
        timeout=VALIDATE_TIMEOUT_S,
        check=False,
    )
    if run.returncode not in (0, 1):
        raise RuntimeError(f"validate_frames.mjs: {run.stderr.strip()}")
    *failures, summary = [json.loads(line) for line in run.stdout.splitlines()]
    if summary != {"checked": lines.count("\n"), "failed": len(failures)}:
        raise RuntimeError(f"validate_frames.mjs did not check everything: {summary}")
    return failures


def payloads_of(version: str, frames: Sequence[str | bytes]) -> list[Payload]:
    """The payloads of both directions of one connection's frames, in order; errors have none.

    A CALLRESULT is paired with the last CALL of its id before it; one that answers no call is left out.
    """
    actions: dict[str, str] = {}
    found: list[Payload] = []
    for frame in frames:
        kind, message_id, *rest = json.loads(frame)
        if kind in (2, 6):
            actions[message_id] = rest[0]
            found.append(Payload(version, rest[0], "call", rest[1]))
        elif kind == 3 and message_id in actions:
            found.append(Payload(version, actions[message_id], "result", rest[0]))
    return found


class StrictCsms:
    """The strict CSMS as a process: `with StrictCsms() as csms: ...`.

    `log` grows with what it reports, as strict_csms.mjs describes. Thread-safe to read.
    """

    def __init__(self, *, password: str | None = None, interval_s: int = 300) -> None:
        install()
        command = [require_tool("node"), str(NPM / "strict_csms.mjs"), "--interval", str(interval_s)]
        if password is not None:
            command += ["--password", password]
        self._command = command
        self._process: subprocess.Popen[str] | None = None
        self._news = threading.Condition()
        self._commands = 0
        self._ended = False
        self.log: list[dict[str, Any]] = []

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
        )
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        try:
            self.port: int = self.wait("listening", timeout_s=START_TIMEOUT_S)["port"]
        except BaseException:
            self._stop()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    @property
    def url(self) -> str:
        """Where stations connect; the identity is to be appended as a path segment."""
        return f"ws://127.0.0.1:{self.port}"

    def seen(self, kind: str, **fields: Any) -> list[dict[str, Any]]:
        """What was reported so far, of one type and with these values."""
        with self._news:
            return [entry for entry in self.log if entry["type"] == kind and _has(entry, fields)]

    def wait(self, kind: str, *, count: int = 1, timeout_s: float = 10, **fields: Any) -> dict[str, Any]:
        """The count-th report of that type with these values; AssertionError with the log if it does not come."""
        deadline = time.monotonic() + timeout_s
        with self._news:
            while True:
                found = [entry for entry in self.log if entry["type"] == kind and _has(entry, fields)]
                if len(found) >= count:
                    return found[count - 1]
                if self._ended or not self._news.wait(max(0.0, deadline - time.monotonic())):
                    raise AssertionError(f"no {kind} {fields} (number {count}) in {timeout_s} s: {self.log}")

    def failures(self) -> list[dict[str, Any]]:
        """Everything that strict mode found wrong, in either direction."""
        return self.seen("invalid") + self.seen("bad_message")

    def command(self, action: str, payload: dict[str, Any]) -> int:
        """Let it call the station that connected last; returns a number for `answer`."""
        process = self._running()
        assert process.stdin is not None
        self._commands += 1
        number = self._commands
        process.stdin.write(json.dumps({"id": number, "action": action, "payload": payload}) + "\n")
        process.stdin.flush()
        return number

    def answer(self, command: int, *, timeout_s: float = 30) -> dict[str, Any]:
        """What the station said to a command: the report with `payload`, or with `code` and `description`."""
        return self.wait("answer", timeout_s=timeout_s, id=command)

    def call(self, action: str, payload: dict[str, Any], *, timeout_s: float = 30) -> dict[str, Any]:
        """`command` and `answer` in one, for a station that runs by itself."""
        return self.answer(self.command(action, payload), timeout_s=timeout_s)

    def _running(self) -> subprocess.Popen[str]:
        if self._process is None:
            raise RuntimeError("use it as a context manager")
        return self._process

    def _read(self) -> None:
        stdout = self._running().stdout
        assert stdout is not None
        for line in stdout:
            entry = json.loads(line)
            with self._news:
                self.log.append(entry)
                self._news.notify_all()
        with self._news:
            self._ended = True
            self._news.notify_all()

    def _stop(self) -> None:
        process = self._running()
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._reader.join(STOP_TIMEOUT_S)
        assert process.stdout is not None
        process.stdout.close()


def _has(entry: dict[str, Any], fields: dict[str, Any]) -> bool:
    return all(entry.get(key) == value for key, value in fields.items())
