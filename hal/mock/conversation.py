"""The control contract of the bench, version 1, without any socket: newline-delimited JSON, lines in and lines out.

    -> {"bench": 1}                                             optional, first line only
    <- {"id": null, "ok": true, "result": {"bench": 1}}
    -> {"id": 1, "verb": "ev.plug_in", "args": {"evse": 1}}
    <- {"id": 1, "ok": true, "result": {"evse": 1, "connector": 1}}
    <- {"id": 2, "ok": false, "error": {"code": "unknown_evse", "message": "..."}}
    <- {"n": 7, "t_ms": 5000, "event": "pilot", "evse": 1, ...}  after the verb `events`

An answer says that a verb was accepted; it never waits for what the verb causes. Answers come in the order of the
requests, events between them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from hal.mock.arguments import BenchError
from hal.mock.bench import Bench
from hal.mock.events import Event
from hal.mock.verbs import VERBS, VERSION, Target

MAX_LINE_BYTES = 128 * 1024  # two certificate chains and their envelope
MAX_CLIENTS = 16
MAX_ID_TEXT = 64
REQUEST_KEYS = frozenset({"id", "verb", "args"})

Json = Any


def busy_line() -> bytes:
    """What a client hears for whom there is no room."""
    error = {"code": "busy", "message": f"the bench serves at most {MAX_CLIENTS} clients"}
    return json.dumps({"id": None, "ok": False, "error": error}).encode() + b"\n"


class Conversation:
    """One client's side of the contract, without any socket: lines in, lines out."""

    def __init__(self, bench: Bench, send: Callable[[bytes], None], hang_up: Callable[[], None]) -> None:
        self._bench = bench
        self._send = send
        self._hang_up = hang_up
        self._first = True
        self._leave: Callable[[], None] | None = None

    def receive(self, line: bytes) -> None:
        """Take one line and answer it."""
        first, self._first = self._first, False
        request_id: int | str | None = None
        try:
            request = _parse(line)
            if first and "bench" in request:
                self._greet(request)
                return
            request_id = _id_of(request)
            verb, args = _order_of(request)
            result = self._bench.call(verb, args)
        except BenchError as error:
            self._answer(request_id, error=error)
            return
        self._answer(request_id, result)
        if VERBS[verb].target is Target.STREAM and self._leave is None:
            self._leave = self._bench.watch(self._tell)

    def too_long(self) -> None:
        """A line has no end: say so and hang up, since nobody knows where the next one begins."""
        self._answer(None, error=BenchError("too_long", f"a line may have at most {MAX_LINE_BYTES} bytes"))
        self._hang_up()

    def closed(self) -> None:
        """The client is gone."""
        if self._leave is not None:
            self._leave()
            self._leave = None

    def _greet(self, request: dict[str, Json]) -> None:
        if type(request["bench"]) is int and request["bench"] == VERSION and len(request) == 1:
            self._answer(None, {"bench": VERSION})
            return
        why = f'this bench speaks version {VERSION} of the contract: {{"bench": {VERSION}}}'
        self._answer(None, error=BenchError("unknown_version", why))
        self._hang_up()

    def _answer(
        self, request_id: int | str | None, result: dict[str, Json] | None = None, error: BenchError | None = None
    ) -> None:
        if error is None:
            self._write({"id": request_id, "ok": True, "result": result})
        else:
            self._write({"id": request_id, "ok": False, "error": {"code": error.code, "message": error.message}})

    def _tell(self, event: Event) -> None:
        self._write(event)

    def _write(self, value: dict[str, Json]) -> None:
        self._send(json.dumps(value, separators=(",", ":")).encode() + b"\n")


def _parse(line: bytes) -> dict[str, Json]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BenchError("bad_request", f"no JSON: {type(error).__name__}") from None
    if not isinstance(value, dict):
        raise BenchError("bad_request", "a request is a JSON object")
    return value


def _id_of(request: dict[str, Json]) -> int | str:
    request_id = request.get("id")
    if type(request_id) is int or (type(request_id) is str and len(request_id) <= MAX_ID_TEXT):
        return request_id
    raise BenchError("bad_request", f"'id' must be an integer or a string of at most {MAX_ID_TEXT} characters")


def _order_of(request: dict[str, Json]) -> tuple[str, dict[str, Json]]:
    """Verb and arguments."""
    unknown = sorted(set(request) - REQUEST_KEYS)
    if unknown:
        raise BenchError("bad_request", f"unknown field {unknown[0][:64]!r}; a request has id, verb and args")
    verb, args = request.get("verb"), request.get("args", {})
    if not isinstance(verb, str):
        raise BenchError("bad_request", "'verb' must be a string")
    if not isinstance(args, dict):
        raise BenchError("bad_request", "'args' must be an object")
    return verb, args
