"""The API's socket: lines in, lines out, and who is at the other end."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import grp
import json
import logging
import math
import os
import pwd
import socket
import stat
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from agent.api.messages import MAX_ANSWER_BYTES, MAX_LINE_BYTES, METHODS, ApiError, check

log = logging.getLogger(__name__)

MAX_CLIENTS = 16
IDLE_S = 300
CALL_S = 30  # for one answer
REFUSED_APART_S = 3600  # who is refused again is told no more often: everybody may call, and each is a security event
_MAX_ID_TEXT = 64
_PROBE_S = 1.0
_CREDENTIALS = struct.Struct("3i")


class Methods(Protocol):
    """What answers the calls. Raises ApiError for a call without a result."""

    async def call(self, method: str, params: dict[str, Any]) -> Any: ...


class Caller:
    """The process at the other end, by the kernel's word."""

    def __init__(self, pid: int, uid: int, gid: int) -> None:
        self.pid = pid
        self.uid = uid
        self._gid = gid

    def groups(self) -> set[str]:
        """Names of its user's groups; empty for a user that the machine does not know."""
        try:
            user = pwd.getpwuid(self.uid).pw_name
        except KeyError:
            return set()
        found = {entry.gr_name for entry in grp.getgrall() if user in entry.gr_mem}
        with contextlib.suppress(KeyError):
            found.add(grp.getgrgid(self._gid).gr_name)
        return found

    def __str__(self) -> str:
        return f"uid {self.uid} (pid {self.pid})"


def peer(connection: Any) -> Caller:
    """Who connected (unix(7), SO_PEERCRED)."""
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return Caller(*_CREDENTIALS.unpack(raw))


class ApiServer:
    """Listens on a unix socket that everybody may connect to; each call is judged by the caller's credentials.

    `refused` hears of who calls what is not allowed; `identify` tells who connected.
    """

    def __init__(
        self,
        methods: Methods,
        path: str,
        *,
        read_group: str = "evse",
        admin_group: str = "evse-admin",
        refused: Callable[[str, str], None] = lambda _who, _method: None,
        identify: Callable[[Any], Caller] = peer,
        call_s: float = CALL_S,
    ) -> None:
        self._methods = methods
        self._path = Path(path)
        self._read_group = read_group
        self._admin_group = admin_group
        self._refused = refused
        self._identify = identify
        self._call_s = call_s
        self._server: asyncio.Server | None = None
        self._clients: set[asyncio.StreamWriter] = set()
        self._refused_at: dict[tuple[int, str], float] = {}

    async def start(self) -> None:
        """Listen. Raises OSError if the path cannot be used; a socket that a dead process left is replaced."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            if stat.S_ISSOCK(self._path.lstat().st_mode):
                if _is_served(self._path):
                    raise OSError(errno.EADDRINUSE, "another process listens there", str(self._path))
                self._path.unlink()
        self._server = await asyncio.start_unix_server(self._client, str(self._path), limit=MAX_LINE_BYTES)
        self._path.chmod(0o666)  # credentials decide, call by call

    async def close(self) -> None:
        """Stop listening and drop every client."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for writer in tuple(self._clients):
            writer.close()
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._clients) >= MAX_CLIENTS:
            writer.write(_error(None, ApiError("busy", f"{MAX_CLIENTS} clients are connected already")))
            writer.close()
            return
        self._clients.add(writer)
        try:
            await self._serve(reader, writer, self._identify(writer.get_extra_info("socket")))
        except (OSError, TimeoutError):
            pass  # the client left, or said nothing for too long
        finally:
            self._clients.discard(writer)
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, caller: Caller) -> None:
        while True:
            try:
                async with asyncio.timeout(IDLE_S):
                    line = await reader.readline()
            except ValueError:
                writer.write(_error(None, ApiError("bad_request", f"a line has at most {MAX_LINE_BYTES} bytes")))
                return
            if not line.endswith(b"\n"):
                return  # the client left
            writer.write(await self._answer(line, caller))
            async with asyncio.timeout(IDLE_S):
                await writer.drain()

    async def _answer(self, line: bytes, caller: Caller) -> bytes:
        request_id: int | str | None = None
        try:
            request = _parse(line)
            request_id = _id_of(request)
            method, params = check(request.get("method"), request.get("params"))
            self._allow(caller, method)
            result = await self._call(method, params)
        except ApiError as error:
            return _error(request_id, error)
        answer = json.dumps({"id": request_id, "ok": True, "result": result}).encode() + b"\n"
        if len(answer) > MAX_ANSWER_BYTES:
            return _error(request_id, ApiError("bad_request", "the answer would be too long: ask for less at a time"))
        return answer

    async def _call(self, method: str, params: dict[str, Any]) -> Any:
        try:
            async with asyncio.timeout(self._call_s):
                return await self._methods.call(method, params)
        except TimeoutError:
            why = f"the station did not answer within {self._call_s:g} s; what was asked may still happen"
            raise ApiError("timeout", why) from None
        except ApiError:
            raise
        except Exception:
            log.exception("a call of the API failed", extra={"method": method})
            raise ApiError("internal", f"{method} failed: that is a bug, and the station's log has its trace") from None

    def _allow(self, caller: Caller, method: str) -> None:
        if caller.uid in {0, os.geteuid()}:
            return
        groups = caller.groups()
        need = METHODS[method][0]
        if self._admin_group in groups or (need == "read" and self._read_group in groups):
            return
        group = self._admin_group if need == "change" else self._read_group
        now, key = asyncio.get_running_loop().time(), (caller.uid, method)
        if now - self._refused_at.get(key, -math.inf) >= REFUSED_APART_S:
            self._refused_at[key] = now
            self._refused(str(caller), method)
        raise ApiError("forbidden", f"{method} is for members of the group {group}: ask the station's administrator")


def _is_served(path: Path) -> bool:
    """Whether a living process listens: its socket must not be taken from it."""
    with socket.socket(socket.AF_UNIX) as probe:
        probe.settimeout(_PROBE_S)
        try:
            probe.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return False
        except OSError:
            return True  # it is there, and has no time
    return True


def _parse(line: bytes) -> dict[str, Any]:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ApiError("bad_request", f"not JSON: {type(error).__name__}") from None
    if not isinstance(request, dict):
        raise ApiError("bad_request", "a request is a JSON object")
    return request


def _id_of(request: dict[str, Any]) -> int | str | None:
    request_id = request.get("id")
    if request_id is None or type(request_id) is int or (type(request_id) is str and len(request_id) <= _MAX_ID_TEXT):
        return request_id
    raise ApiError("bad_request", f"id is an integer or a string of at most {_MAX_ID_TEXT} characters")


def _error(request_id: int | str | None, error: ApiError) -> bytes:
    body = {"id": request_id, "ok": False, "error": {"code": error.code, "message": error.message}}
    return json.dumps(body).encode() + b"\n"
