"""A client of the API that blocks: one connection, one call at a time."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable
from types import TracebackType
from typing import Any

from agent.api.messages import MAX_ANSWER_BYTES
from agent.cli.failure import Exit, Failure

TIMEOUT_S = 35.0  # the daemon itself gives up after 30 s


class ApiClient:
    """Use with `with`. `call` raises Failure, also where there is no daemon; results are as `read` makes them."""

    def __init__(self, path: str, timeout_s: float = TIMEOUT_S, read: Callable[[Any], Any] | None = None) -> None:
        self._path = path
        self._read = read
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.settimeout(timeout_s)
        try:
            self._socket.connect(path)
        except OSError as error:
            self._socket.close()
            raise _unreachable(path, error) from None
        self._lines = self._socket.makefile("rb")
        self._id = 0

    def call(self, method: str, **params: Any) -> Any:
        """The result of a method; parameters that are None are left out."""
        self._id += 1
        given = {name: value for name, value in params.items() if value is not None}
        try:
            self._socket.sendall(json.dumps({"id": self._id, "method": method, "params": given}).encode() + b"\n")
            line = self._lines.readline(MAX_ANSWER_BYTES + 1)
        except TimeoutError:
            raise Failure("timeout", f"evse-agent at {self._path} took the call, but does not answer") from None
        except OSError:
            line = b""
        if not line.endswith(b"\n"):
            why = f"evse-agent at {self._path} hung up before it answered: it stopped, or starts again"
            raise Failure("not_ready", why)
        return self._result(line)

    def _result(self, line: bytes) -> Any:
        try:
            answer = json.loads(line)
            if answer["ok"]:
                return answer["result"] if self._read is None else self._read(answer["result"])
            error = answer["error"]
            code, message = str(error["code"]), str(error["message"])
        except (ValueError, KeyError, TypeError):
            raise Failure("internal", f"what answers at {self._path} is not evse-agent") from None
        raise Failure(code, message)

    def close(self) -> None:
        """Hang up."""
        self._lines.close()
        self._socket.close()

    def __enter__(self) -> ApiClient:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _unreachable(path: str, error: OSError) -> Failure:
    if isinstance(error, FileNotFoundError | ConnectionRefusedError):
        why = (
            f"evse-agent is not running: nothing listens at {path}. Start it (systemctl start evse-agent), "
            "or name its socket with --socket"
        )
        return Failure("not_running", why, Exit.NOT_RUNNING)
    if isinstance(error, PermissionError):
        return Failure("forbidden", f"you may not open {path}: ask the station's administrator", Exit.FORBIDDEN)
    if isinstance(error, TimeoutError | BlockingIOError):
        return Failure("busy", f"evse-agent at {path} takes no more connections: try again", Exit.NOT_READY)
    return Failure("not_running", f"{path} cannot be used: {error.strerror or error}", Exit.NOT_RUNNING)
