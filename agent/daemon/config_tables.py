"""The tables of `agent.toml`: keys, types, ranges, defaults. Units are in the names; `hal.schema` reads them.

`[csms]` is in `config_csms`, the board's tables are `hal.layout`'s, those of variables `agent.variables.file`'s.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum
from typing import Any

from hal.value import frozen

DATA_DIR = "/var/lib/evse-agent"
API_SOCKET = "/run/evse-agent/api.sock"
GUARD_SOCKET = "/run/evse-guard/guard.sock"

MAX_PATH = 4096
MAX_SOCKET_PATH = 107  # unix(7): sun_path without its last byte


def text(most: int, default: str = "") -> Any:
    """A string of bounded length."""
    return field(default=default, metadata={"max_length": most})


def number(default: int | None, low: int, high: int) -> Any:
    """An integer within bounds."""
    return field(default=default, metadata={"min": low, "max": high})


class ResetAction(StrEnum):
    """What an OCPP reset does in the end."""

    EXIT = "exit"  # the service manager starts it again
    REEXEC = "reexec"  # the process replaces itself
    REBOOT = "reboot"  # of the machine


class Resumption(StrEnum):
    """What becomes of a transaction after an interruption, if the car is still there."""

    RESUME = "resume"
    STOP = "stop"


class LogLevel(StrEnum):
    """Least severity that is logged."""

    DEBUG = "debug"
    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


class LogFormat(StrEnum):
    """How a log line looks."""

    AUTO = "auto"  # journal under systemd, text otherwise
    JOURNAL = "journal"
    TEXT = "text"
    JSON = "json"


@frozen
class StationTable:
    """`[station]`: what the station calls itself. Lengths are those of BootNotification in 2.0.1."""

    identity: str = field(metadata={"min_length": 1, "max_length": 48})  # OCPP-J part 4, 3.1.1
    vendor: str = field(metadata={"min_length": 1, "max_length": 50})
    model: str = field(metadata={"min_length": 1, "max_length": 20})
    serial: str = text(25)
    firmware_version: str = text(50)
    charge_box_serial: str = text(25)  # 1.6 only
    iccid: str = text(20)  # of the modem's SIM
    imsi: str = text(20)
    meter_type: str = text(25)  # 1.6 only
    meter_serial: str = text(25)  # 1.6 only
    data_transfer_vendors: tuple[str, ...] = field(default=(), metadata={"max_length": 255, "max_items": 100})


@frozen
class SupplyTable:
    """`[supply]`: what feeds the station. `fuse_a` is per phase, for all EVSEs together."""

    fuse_a: int | None = number(None, 6, 10_000)
    phases: int = field(default=3, metadata={"choices": (1, 3)})
    voltage_v: int = number(230, 100, 1_000)
    max_current_a: int | None = number(None, 6, 500)  # of each EVSE: the variable EVSE.ACCurrent/MaxSet
    fallback_a: int = number(6, 0, 500)  # of each EVSE, once a limit from outside is no longer renewed


@frozen
class GuardTable:
    """`[guard]`. Without a socket guard and bench of a mock board run inside the agent."""

    socket: str = text(MAX_SOCKET_PATH)
    lease_s: int = number(10, 2, 600)


@frozen
class BenchTable:
    """`[bench]`: the control socket of the mock."""

    socket: str = text(MAX_SOCKET_PATH)


@frozen
class ApiTable:
    """`[api]`: the socket of `evse` and who may use it."""

    socket: str = field(default=API_SOCKET, metadata={"min_length": 1, "max_length": MAX_SOCKET_PATH})
    read_group: str = text(32, "evse")
    admin_group: str = text(32, "evse-admin")


@frozen
class StoreTable:
    """`[store]`: where the ledger is.

    `reserve_kib` is kept for ending transactions on a full disk; `spare` names a file on a runtime file system for the
    case that even the reserve cannot be written.
    """

    data_dir: str = field(default=DATA_DIR, metadata={"min_length": 1, "max_length": MAX_PATH})
    reserve_kib: int = number(1024, 64, 65_536)
    spare: str = text(MAX_PATH)


@frozen
class ResetTable:
    """`[reset]`. Without an action: exit under a service manager, otherwise re-execute."""

    action: ResetAction | None = None


@frozen
class PowerLossTable:
    """`[power_loss]`: after a power cut, and after the guard's death."""

    policy: Resumption = Resumption.RESUME
    guard_policy: Resumption = Resumption.RESUME


@frozen
class LogTable:
    """`[log]`. `ring` is how many records `evse log` can show."""

    level: LogLevel = LogLevel.INFO
    format: LogFormat = LogFormat.AUTO
    ring: int = number(1_000, 10, 100_000)
