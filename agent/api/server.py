"""The API's socket: lines in, lines out, and who is at the other end."""

from __future__ import annotations

import asyncio
import contextlib
import grp
import json
import os
import pwd
import socket
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from agent.api.messages import MAX_LINE_BYTES, METHODS, ApiError, check

MAX_CLIENTS = 16
IDLE_S = 300
_CREDENTIALS = struct.Struct("3i")


class Methods(Protocol):
    """What answers the calls."""

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


class ApiServer:
    """Listens on a unix socket that everybody may connect to; each call is judged by the caller's credentials.

    `refused` hears of every call that was not allowed.
    """

    def __init__(
        self,
        methods: Methods,
        path: str,
        *,
        read_group: str = "evse",
        admin_group: str = "evse-admin",
        refused: Callable[[str, str], None] = lambda _who, _method: None,
    ) -> None:
        self._methods = methods
        self._path = Path(path)
        self._read_group = read_group
        self._admin_group = admin_group
        self._refused = refused
        self._server: asyncio.Server | None = None
        self._clients = 0

    async def start(self) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileNotFoundError):
            self._path.unlink()
        self._server = await asyncio.start_unix_server(self._client, str(self._path), limit=MAX_LINE_BYTES)
        self._path.chmod(0o666)

    async def close(self) -> None:
        if self._server is not None:
            self._server.close()
            with contextlib.suppress(FileNotFoundError):
                self._path.unlink()

    async def _client(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._clients >= MAX_CLIENTS:
            writer.write(_error(None, ApiError("busy", f"{MAX_CLIENTS} clients are connected already")))
            writer.close()
            return
        self._clients += 1
        try:
            await self._serve(reader, writer, _caller(writer))
        except (OSError, TimeoutError):
            pass  # the client left, or said nothing for too long
        finally:
            self._clients -= 1
            writer.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, caller: Caller) -> None:
        while True:
            try:
                async with asyncio.timeout(IDLE_S):
                    line = await reader.readline()
            except ValueError:
                writer.write(_error(None, ApiError("bad_request", f"a line has at most {MAX_LINE_BYTES} bytes")))
                return
            if not line:
                return
            writer.write(await self._answer(line, caller))
            await writer.drain()

    async def _answer(self, line: bytes, caller: Caller) -> bytes:
        request_id: Any = None
        try:
            request = json.loads(line)
            if not isinstance(request, dict):
                raise ApiError("bad_request", "a request is a JSON object")
            request_id = request.get("id")
            method, params = check(request.get("method"), request.get("params"))
            self._allow(caller, method)
            result = await self._methods.call(method, params)
        except ApiError as error:
            return _error(request_id, error)
        except ValueError as error:
            return _error(request_id, ApiError("bad_request", f"not JSON: {error}"))
        return json.dumps({"id": request_id, "ok": True, "result": result}).encode() + b"\n"

    def _allow(self, caller: Caller, method: str) -> None:
        if caller.uid in {0, os.geteuid()}:
            return
        groups = caller.groups()
        need = METHODS[method][0]
        if self._admin_group in groups or (need == "read" and self._read_group in groups):
            return
        group = self._admin_group if need == "change" else self._read_group
        self._refused(str(caller), method)
        raise ApiError("forbidden", f"{method} is for members of the group {group}: ask the station's administrator")


def _caller(writer: asyncio.StreamWriter) -> Caller:
    connection = writer.get_extra_info("socket")
    raw = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, _CREDENTIALS.size)
    return Caller(*_CREDENTIALS.unpack(raw))


def _error(request_id: Any, error: ApiError) -> bytes:
    body = {"id": request_id, "ok": False, "error": {"code": error.code, "message": error.message}}
    return json.dumps(body).encode() + b"\n"
