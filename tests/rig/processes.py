"""The real thing on real sockets: `evse-agent` (and `evse-guard`) as processes, a CSMS beside them.

with backend() as csms, Station(tmp_path, url=csms.url, version="1.6") as station:
    station.start()
    station.bench("ev.plug_in")
    csms.wait_for(lambda c: c.all("StartTransaction"))
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from agent.demo.csms import Csms
from hal.mock.client import BenchClient

ROOT = Path(__file__).parents[2]
IDENTITY = "CP001"
PASSWORD = "a-password-of-24-chars.."
SUBPROTOCOLS = {"1.6": "ocpp1.6", "2.0.1": "ocpp2.0.1"}
STEP_S = 0.02


class TooLate(AssertionError):
    """What was waited for did not come."""


def wait_until(condition: Callable[[], Any], timeout_s: float = 20, what: str = "the condition") -> Any:
    """Poll real time until a condition is true; gives its value."""
    end = time.monotonic() + timeout_s
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() >= end:
            raise TooLate(f"{what} did not come within {timeout_s} s")
        time.sleep(STEP_S)


class Backend:
    """A CSMS of the `ocpp` package in a thread of its own, on a loopback port."""

    def __init__(self, csms: Csms, context: ssl.SSLContext | None) -> None:
        self.csms = csms
        self._context = context
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="csms", daemon=True)
        self._started = threading.Event()
        self.port = 0

    @property
    def url(self) -> str:
        scheme = "wss" if self._context is not None else "ws"
        return f"{scheme}://localhost:{self.port}/ocpp"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        options = {"ssl": self._context} if self._context is not None else {}
        self.port = self._loop.run_until_complete(self.csms.start("127.0.0.1", self.port, **options))
        self._started.set()
        self._loop.run_forever()
        self._loop.run_until_complete(self.csms.stop())
        self._loop.close()

    def start(self) -> None:
        self._thread.start()
        self._started.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def call(self, action: str, payload: Mapping[str, Any] | None = None, timeout_s: float = 30) -> dict[str, Any]:
        """Call the station; gives its answer."""
        future = asyncio.run_coroutine_threadsafe(self.csms.call(action, dict(payload or {})), self._loop)
        return future.result(timeout_s)

    def drop(self) -> None:
        """Close the connection to the station."""
        asyncio.run_coroutine_threadsafe(self.csms.drop(), self._loop).result(10)

    def wait_for(self, condition: Callable[[Csms], Any], timeout_s: float = 20, what: str = "") -> Any:
        try:
            return wait_until(lambda: condition(self.csms), timeout_s, what or "it")
        except TooLate as error:
            came = "\n  ".join(repr(call) for call in list(self.csms.received)[-30:])
            raise TooLate(f"{error}; what came:\n  {came}") from None


@contextlib.contextmanager
def backend(
    *,
    versions: tuple[str, ...] = ("2.0.1", "1.6"),
    password: str | None = PASSWORD,
    context: ssl.SSLContext | None = None,
) -> Iterator[Backend]:
    """A running CSMS."""
    known = {IDENTITY: password} if password is not None else None
    made = Backend(Csms(subprotocols=tuple(SUBPROTOCOLS[v] for v in versions), passwords=known), context)
    made.start()
    try:
        yield made
    finally:
        made.stop()


class Station:
    """A station of processes in a folder of its own. `separate_guard`: guard and bench are a process of their own."""

    def __init__(
        self,
        folder: Path,
        *,
        url: str,
        version: str = "2.0.1",
        security_profile: int = 1,
        separate_guard: bool = False,
        roots: str = "",
        extra: str = "",
        csms_extra: str = "",
    ) -> None:
        self.folder = folder
        self.api_socket = folder / "api.sock"
        self.bench_socket = folder / "bench.sock"
        self.guard_socket = folder / "guard.sock"
        self.data = folder / "data"
        self.config = folder / "agent.toml"
        self.separate_guard = separate_guard
        self.agent: subprocess.Popen[bytes] | None = None
        self.guard: subprocess.Popen[bytes] | None = None
        self._benches: BenchClient | None = None
        password = f'password = "{PASSWORD}"' if security_profile else ""
        guard = f'[guard]\nsocket = "{self.guard_socket}"' if separate_guard else ""
        root_line = f'roots = ["{roots}"]' if roots else ""
        self.config.write_text(
            f"""
[station]
identity = "{IDENTITY}"
vendor = "evse-agent"
model = "mock"
[csms]
url = "{url}"
security_profile = {security_profile}
protocols = ["{SUBPROTOCOLS[version]}"]
retry_wait_minimum_s = 1
retry_random_range_s = 0
{password}
{root_line}
{csms_extra}
[board]
kind = "mock"
[[evse]]
phases = 1
{guard}
[reset]
action = "reexec"
{extra}
"""
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._benches is not None:
            self._benches.close()
        for process in (self.agent, self.guard):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait(10)

    @property
    def log(self) -> str:
        return "\n".join(p.read_text(errors="replace") for p in sorted(self.folder.glob("*.log")))

    def _spawn(self, name: str, *command: str) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        environment.pop("NOTIFY_SOCKET", None)
        environment.pop("INVOCATION_ID", None)
        with (self.folder / f"{name}.log").open("ab") as stream:
            return subprocess.Popen(
                [sys.executable, *command], cwd=self.folder, stdout=stream, stderr=stream, env=environment
            )

    def start(self) -> None:
        """Start guard (if it is one of its own) and agent, and wait until the API answers."""
        if self.separate_guard:
            self.start_guard()
        self.start_agent()
        wait_until(self._answers, 30, f"the API's answer; log:\n{self.log}")

    def start_guard(self) -> None:
        bench = ("--bench-socket", str(self.bench_socket))
        self.guard = self._spawn(
            "guard", "-m", "hal.guard.main", "--board", "mock", "--socket", str(self.guard_socket), *bench
        )
        wait_until(self.bench_socket.exists, 10, "the bench's socket")

    def start_agent(self) -> None:
        flags = ["--config", str(self.config), "--data-dir", str(self.data), "--api-socket", str(self.api_socket)]
        if not self.separate_guard:
            flags += ["--bench-socket", str(self.bench_socket)]
        self.agent = self._spawn("agent", "-m", "agent.daemon.main", *flags)

    def _answers(self) -> bool:
        if self.agent is not None and self.agent.poll() is not None:
            raise TooLate(f"evse-agent left with {self.agent.returncode}; log:\n{self.log}")
        try:
            return bool(self.api("status"))
        except (OSError, ValueError):
            return False

    def kill(self, *, guard: bool = False) -> None:
        """`kill -9`."""
        process = self.guard if guard else self.agent
        if process is not None:
            process.send_signal(signal.SIGKILL)
            process.wait(10)

    def terminate(self) -> int:
        """SIGTERM; gives the exit code."""
        if self.agent is None:
            return 0
        self.agent.terminate()
        return self.agent.wait(15)

    def api(self, method: str, **params: Any) -> Any:
        """A call of the API; raises ValueError with its error."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(10)
            connection.connect(str(self.api_socket))
            connection.sendall(json.dumps({"id": 1, "method": method, "params": params}).encode() + b"\n")
            answer = json.loads(connection.makefile("rb").readline())
        if not answer["ok"]:
            raise ValueError(answer["error"]["message"])
        return answer["result"]

    def bench(self, verb: str, **args: Any) -> dict[str, Any]:
        if self._benches is None:
            self._benches = BenchClient(str(self.bench_socket))
        return self._benches.call(verb, args)

    def evse(self) -> dict[str, Any]:
        """The bench's view of EVSE 1."""
        found: dict[str, Any] = self.bench("status")["evses"][0]
        return found

    def accepted(self) -> bool:
        try:
            return bool(self.api("status")["registration"] == "accepted")
        except (OSError, ValueError):
            return False
