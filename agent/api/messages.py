"""The API's messages: one JSON object a line over a unix socket. The CLI imports this module and nothing heavier.

    -> {"id": 1, "method": "tx.list", "params": {"limit": 20}}
    <- {"id": 1, "ok": true, "result": ...}
    <- {"id": 1, "ok": false, "error": {"code": "forbidden", "message": "..."}}

Who may call is decided by the peer's credentials: members of the read group (`evse`) read, root and members of the
admin group (`evse-admin`) change.
"""

from __future__ import annotations

from typing import Any, Final

MAX_LINE_BYTES: Final = 256 * 1024  # of a request
MAX_ANSWER_BYTES: Final = 16 * 1024 * 1024
MAX_NUMBER: Final = 2**53
SOCKET: Final = "/run/evse-agent/api.sock"

# method: (what it needs, its parameters with their types, what it does)
METHODS: Final[dict[str, tuple[str, dict[str, type], str]]] = {
    "status": ("read", {}, "station, link, EVSEs, sessions, faults"),
    "tx.list": ("read", {"limit": int, "offset": int}, "transactions, the newest first"),
    "tx.show": ("read", {"tx": str}, "the steps of one transaction"),
    "var.list": ("read", {"match": str, "ocpp16": bool}, "variables, or 1.6 keys, with value and source"),
    "var.get": ("read", {"name": str}, "one variable, or one 1.6 key"),
    "var.set": ("change", {"name": str, "value": str}, "write a variable, or a 1.6 key"),
    "hal": ("read", {}, "board, devices and what they say"),
    "log": ("read", {"lines": int, "level": str, "after": int}, "the newest lines of the log, or those after one"),
    "bench": ("read", {}, "where the mock's bench listens"),
    "outbox.list": ("read", {"limit": int, "offset": int}, "what waits, and what is in quarantine"),
    "outbox.retry": ("change", {"seq": int}, "try a quarantined message once more, or all of them"),
    "outbox.drop": ("change", {"seq": int}, "give a quarantined message up"),
    "cache.clear": ("change", {}, "clear the authorization cache"),
    "reset": ("change", {"kind": str, "evse": int}, "reset the station or an EVSE"),
    "availability": ("change", {"operative": bool, "evse": int, "connector": int}, "in or out of service"),
    "tx.stop": ("change", {"tx": str}, "stop a transaction"),
    "unlock": ("change", {"evse": int, "connector": int}, "unlock a connector"),
}


LEVELS: Final = ("debug", "info", "warning", "error", "critical")
"""Severities of log lines, the least first."""


class ApiError(Exception):
    """A call without a result: unknown_method, bad_request, forbidden, not_ready, not_found, refused, busy, timeout,
    storage (the disk), internal (a bug: the log has its trace)."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def check(method: Any, params: Any) -> tuple[str, dict[str, Any]]:
    """Method and parameters if they fit each other. Raises ApiError that names what does not."""
    if not isinstance(method, str) or method not in METHODS:
        raise ApiError("unknown_method", f"there is no method {str(method)[:64]!r}; known are {', '.join(METHODS)}")
    if params is None:
        params = {}
    if not isinstance(params, dict):
        raise ApiError("bad_request", f"{method}: params must be an object")
    _, known, _ = METHODS[method]
    for name, value in params.items():
        if name not in known:
            there_are = ", ".join(known) or "none"
            raise ApiError("bad_request", f"{method}: there is no parameter {name[:64]!r}; known are {there_are}")
        if value is not None and type(value) is not known[name]:
            raise ApiError("bad_request", f"{method}: {name} must be {known[name].__name__}")
        if type(value) is int and not 0 <= value <= MAX_NUMBER:
            raise ApiError("bad_request", f"{method}: {name} must be between 0 and {MAX_NUMBER}")
    return method, {name: value for name, value in params.items() if value is not None}
