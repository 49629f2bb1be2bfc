"""The API's messages: one JSON object a line over a unix socket. The CLI imports this module and nothing heavier.

    -> {"id": 1, "method": "tx.list", "params": {"limit": 20}}
    <- {"id": 1, "ok": true, "result": ...}
    <- {"id": 1, "ok": false, "error": {"code": "forbidden", "message": "..."}}

Who may call is decided by the peer's credentials: members of the read group (`evse`) read, root and members of the
admin group (`evse-admin`) change.
"""

from __future__ import annotations

from typing import Any, Final

MAX_LINE_BYTES: Final = 256 * 1024
SOCKET: Final = "/run/evse-agent/api.sock"

# method: (what it needs, its parameters with their types, what it does)
METHODS: Final[dict[str, tuple[str, dict[str, type], str]]] = {
    "status": ("read", {}, "station, link, EVSEs, sessions, faults"),
    "tx.list": ("read", {"limit": int, "offset": int}, "transactions, the newest first"),
    "tx.show": ("read", {"tx": str}, "the steps of one transaction"),
    "var.list": ("read", {"match": str}, "variables with value and source"),
    "var.get": ("read", {"name": str}, "one variable, or one 1.6 key"),
    "var.set": ("change", {"name": str, "value": str}, "write a variable, or a 1.6 key"),
    "hal": ("read", {}, "board, devices and what they say"),
    "log": ("read", {"lines": int, "level": str}, "the newest lines of the log"),
    "outbox.list": ("read", {"limit": int, "offset": int}, "what waits, and what is in quarantine"),
    "outbox.drop": ("change", {"seq": int}, "give a quarantined message up"),
    "cache.clear": ("change", {}, "clear the authorization cache"),
    "reset": ("change", {"kind": str, "evse": int}, "reset the station or an EVSE"),
    "availability": ("change", {"operative": bool, "evse": int, "connector": int}, "in or out of service"),
    "tx.stop": ("change", {"tx": str}, "stop a transaction"),
    "unlock": ("change", {"evse": int, "connector": int}, "unlock a connector"),
}


class ApiError(Exception):
    """A call without a result: unknown_method, bad_request, forbidden, not_ready, not_found, refused, busy."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


def check(method: Any, params: Any) -> tuple[str, dict[str, Any]]:
    """Method and parameters if they fit each other. Raises ApiError that names what does not."""
    if not isinstance(method, str) or method not in METHODS:
        raise ApiError("unknown_method", f"there is no method {method!r}; known are {', '.join(METHODS)}")
    if params is None:
        params = {}
    if not isinstance(params, dict):
        raise ApiError("bad_request", f"{method}: params must be an object")
    _, known, _ = METHODS[method]
    for name, value in params.items():
        if name not in known:
            raise ApiError("bad_request", f"{method}: there is no parameter {name!r}; known are {', '.join(known)}")
        if value is not None and (not isinstance(value, known[name]) or (known[name] is int and value is True)):
            raise ApiError("bad_request", f"{method}: {name} must be {known[name].__name__}")
    return method, {name: value for name, value in params.items() if value is not None}
