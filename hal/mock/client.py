"""A client of the bench's socket that blocks: for the command line, for tests, for anything that is not asyncio."""

from __future__ import annotations

import json
import socket
from collections import deque
from collections.abc import Iterator
from types import TracebackType
from typing import Any

from hal.mock.arguments import BenchError

TIMEOUT_S = 5.0
MAX_ANSWER_BYTES = 1024 * 1024
MAX_EVENTS = 10_000


class BenchClient:
    """One connection. `call` raises BenchError as the bench gave it, OSError if there is no bench."""

    def __init__(self, path: str, timeout_s: float = TIMEOUT_S) -> None:
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout_s)
        try:
            self._socket.connect(path)
        except OSError:
            self._socket.close()
            raise
        self._lines = self._socket.makefile("rb")
        self._events: deque[dict[str, Any]] = deque(maxlen=MAX_EVENTS)
        self._id = 0

    def call(self, verb: str, args: dict[str, Any] | None = None) -> dict[str, Any]:
        """Do a verb and answer its result."""
        self._id += 1
        request = {"id": self._id, "verb": verb, "args": args or {}}
        self._socket.sendall(json.dumps(request).encode() + b"\n")
        while True:
            answer = self._read()
            if answer.get("id") == self._id and "ok" in answer:
                break
            if "event" in answer:
                self._events.append(answer)
            elif answer.get("ok") is False:
                raise BenchError(answer["error"]["code"], answer["error"]["message"])
        if answer["ok"]:
            result: dict[str, Any] = answer["result"]
            return result
        raise BenchError(answer["error"]["code"], answer["error"]["message"])

    def events(self) -> Iterator[dict[str, Any]]:
        """Events from now on, for ever; TimeoutError when none comes within the time-out."""
        self.call("events")
        return self._stream()

    def _stream(self) -> Iterator[dict[str, Any]]:
        while True:
            while self._events:
                yield self._events.popleft()
            line = self._read()
            if "event" in line:
                yield line

    def _read(self) -> dict[str, Any]:
        line = self._lines.readline(MAX_ANSWER_BYTES)
        if not line.endswith(b"\n"):
            raise ConnectionError("the bench hung up")
        value: dict[str, Any] = json.loads(line)
        return value

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self._socket.close()

    def __enter__(self) -> BenchClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
