"""How a call of `evse` ends when it does not end well."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes of `evse`; its help tells them."""

    OK = 0
    REFUSED = 1
    USAGE = 2
    NOT_RUNNING = 3
    FORBIDDEN = 4
    NOT_FOUND = 5
    NOT_READY = 6
    BROKEN = 70  # EX_SOFTWARE of sysexits.h
    CONFIG = 78  # EX_CONFIG, as of the daemon
    INTERRUPTED = 130


MEANINGS = {
    Exit.OK: "done",
    Exit.REFUSED: "refused by the station, or the demo's receipt does not add up",
    Exit.USAGE: "the command line is wrong",
    Exit.NOT_RUNNING: "nothing answers at the socket: the daemon is not running",
    Exit.FORBIDDEN: "you may not do this (groups evse and evse-admin)",
    Exit.NOT_FOUND: "there is no such transaction, variable, message or file",
    Exit.NOT_READY: "the station is starting, busy, without power, or did not answer in time: try again",
    Exit.BROKEN: "a bug, of evse or of the daemon",
    Exit.CONFIG: "a configuration or board file cannot be used, or an extra is missing",
    Exit.INTERRUPTED: "ended by Ctrl-C (128 and its number: by another signal)",
}

_BY_CODE = {
    "refused": Exit.REFUSED,
    "storage": Exit.REFUSED,
    "bad_request": Exit.USAGE,
    "unknown_method": Exit.USAGE,
    "forbidden": Exit.FORBIDDEN,
    "not_found": Exit.NOT_FOUND,
    "not_ready": Exit.NOT_READY,
    "busy": Exit.NOT_READY,
    "timeout": Exit.NOT_READY,
    "internal": Exit.BROKEN,
}


class Failure(Exception):
    """What a person is told instead of a result. `code` is stable; its exit code follows from it unless given."""

    def __init__(self, code: str, message: str, exit_code: Exit | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.exit_code = exit_code or _BY_CODE.get(code, Exit.REFUSED)
