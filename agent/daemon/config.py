"""The configuration file: `agent.toml` into one checked value, or one error that says what to do.

Everything is checked before anything is opened: keys, types, ranges, drivers, certificates, the board. What is OCPP's
own (variables and 1.6 keys) is handed on as it is to the registry, which checks it against the station's topology.
A file that is not there is an error; a mock is never taken for granted.
"""

from __future__ import annotations

import argparse
import os
import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, field, replace
from pathlib import Path
from typing import TypeVar

from agent.daemon import config_tables as tables
from agent.daemon.config_board import TABLES as BOARD_TABLES
from agent.daemon.config_board import read_board
from agent.daemon.config_csms import Csms, read_csms
from agent.daemon.config_error import ConfigError
from agent.variables.file import TABLES as VARIABLE_TABLES
from agent.variables.suggestions import near
from hal.layout import Board, BoardKind, Supply
from hal.schema import SchemaError, build
from hal.value import frozen

CONFIG_FILE = "/etc/evse-agent/agent.toml"
MAX_FILE_BYTES = 1 << 20
_OWN_TABLES = ("station", "csms", "supply", "guard", "bench", "api", "store", "reset", "power_loss", "log")
_KNOWN = (*_OWN_TABLES, *BOARD_TABLES, *VARIABLE_TABLES)

T = TypeVar("T")


@frozen
class Overrides:
    """What the command line says instead of the file."""

    data_dir: str | None = None
    bench_socket: str | None = None
    api_socket: str | None = None


@frozen
class Config:
    """The whole configuration. Paths are absolute or relative to where the daemon was started, as in the file.

    `variables` has the tables `variables`, `variable` and `ocpp16` for `agent.variables.file.load`, with the rows that
    `[csms]` and `[supply]` stand for. `warnings` are for the log.
    """

    file: str
    station: tables.StationTable
    csms: Csms
    board: Board
    supply: tables.SupplyTable
    guard: tables.GuardTable
    bench: tables.BenchTable
    api: tables.ApiTable
    store: tables.StoreTable
    reset_action: tables.ResetAction
    power_loss: tables.PowerLossTable
    log: tables.LogTable
    variables: Mapping[str, object] = field(repr=False)  # may hold a password
    warnings: tuple[str, ...] = ()

    @property
    def guard_inside(self) -> bool:
        """Whether guard and bench run inside this process."""
        return not self.guard.socket


def add_flags(parser: argparse.ArgumentParser) -> None:
    """The daemon's flags."""
    parser.add_argument("--config", default=CONFIG_FILE, metavar="FILE", help=f"configuration ({CONFIG_FILE})")
    parser.add_argument("--data-dir", metavar="DIR", help=f"ledger and certificates ({tables.DATA_DIR})")
    parser.add_argument("--bench-socket", metavar="PATH", help="control socket of the mock; never on a real board")
    parser.add_argument("--api-socket", metavar="PATH", help=f"socket of `evse` ({tables.API_SOCKET})")


def from_flags(flags: argparse.Namespace) -> Config:
    """The configuration that the flags name. Raises ConfigError."""
    return load(flags.config, Overrides(flags.data_dir, flags.bench_socket, flags.api_socket))


def load(file: str, overrides: Overrides | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Read and check a configuration file. Raises ConfigError."""
    return parse(_read(file), file, overrides, environ)


def parse(
    document: Mapping[str, object],
    file: str,
    overrides: Overrides | None = None,
    environ: Mapping[str, str] | None = None,
) -> Config:
    """Check a document that is read already; `file` is its name in errors, relative paths begin at its folder.

    `evse demo` makes its document in code. Raises ConfigError.
    """
    try:
        return _parse(document, file, overrides or Overrides(), os.environ if environ is None else environ)
    except SchemaError as error:
        raise ConfigError.of(error, file) from None


def _read(file: str) -> Mapping[str, object]:
    try:
        with Path(file).open("rb") as stream:
            raw = stream.read(MAX_FILE_BYTES + 1)
        if len(raw) > MAX_FILE_BYTES:
            raise _unusable(file, "is too long", f"keep it under {MAX_FILE_BYTES} bytes")
        return tomllib.loads(raw.decode())
    except FileNotFoundError:
        remedy = "write it (config/agent.toml of the project explains each key), or name another one with --config"
        raise _unusable(file, "there is no such file", remedy) from None
    except OSError as error:
        remedy = "correct the path, or give the service read permission"
        raise _unusable(file, f"cannot be read: {error.strerror}", remedy) from None
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, UnicodeDecodeError, a thousand brackets
        raise _unusable(file, f"is not TOML: {error}", "correct it there") from None


def _unusable(file: str, problem: str, remedy: str) -> ConfigError:
    return ConfigError(file, "", "", MISSING, problem=problem, remedy=remedy)


def _parse(document: Mapping[str, object], file: str, overrides: Overrides, environ: Mapping[str, str]) -> Config:
    for name in document:
        if name not in _KNOWN:
            remedy = near(name, _KNOWN) or f"tables are {', '.join(_KNOWN)}"
            raise SchemaError(name, "", MISSING, "there is no such table", remedy)
    station = _table(tables.StationTable, document, "station")
    csms = read_csms(document, Path(file), station.identity)
    board = read_board(document, Path(file))
    supply = _table(tables.SupplyTable, document, "supply")
    if supply.fuse_a is None and board.kind is not BoardKind.MOCK:
        problem = "is missing: the board is real"
        raise SchemaError("supply", "fuse_a", MISSING, problem, "write the rating of the supply fuse in amperes")
    bench = _override(_table(tables.BenchTable, document, "bench"), socket=overrides.bench_socket)
    if bench.socket and not board.has_bench:
        problem = f"board {board.name} is real and has no bench"
        raise SchemaError("bench", "socket", bench.socket, problem, "leave it out (and --bench-socket)")
    return Config(
        file=file,
        station=station,
        csms=csms,
        board=board,
        supply=supply,
        guard=_guard(document, board),
        bench=bench,
        api=_override(_table(tables.ApiTable, document, "api"), socket=overrides.api_socket),
        store=_override(_table(tables.StoreTable, document, "store"), data_dir=overrides.data_dir),
        reset_action=_reset_action(document, board, environ),
        power_loss=_table(tables.PowerLossTable, document, "power_loss"),
        log=_table(tables.LogTable, document, "log"),
        variables=_variables(document, (*csms.variables, *_maximum_rows(supply, board))),
        warnings=csms.warnings,
    )


def _table(kind: type[T], document: Mapping[str, object], name: str) -> T:
    value = document.get(name, {})
    if not isinstance(value, dict):
        raise SchemaError(name, "", MISSING, "a table is needed", f"write [{name}]")
    return build(kind, value, name)


def _override(table: T, **given: str | None) -> T:
    return replace(table, **{key: value for key, value in given.items() if value is not None})  # type: ignore[type-var]


def _guard(document: Mapping[str, object], board: Board) -> tables.GuardTable:
    """A real power path is never driven from inside the agent."""
    guard = _table(tables.GuardTable, document, "guard")
    return guard if guard.socket or not board.has_real_path else replace(guard, socket=tables.GUARD_SOCKET)


def _reset_action(document: Mapping[str, object], board: Board, environ: Mapping[str, str]) -> tables.ResetAction:
    action = _table(tables.ResetTable, document, "reset").action
    if action is tables.ResetAction.REBOOT and board.kind is BoardKind.MOCK:
        problem = "reboots the machine, and the board is a mock"
        raise SchemaError("reset", "action", action, problem, 'write "exit" or "reexec"')
    if action is not None:
        return action
    managed = "INVOCATION_ID" in environ or "NOTIFY_SOCKET" in environ
    return tables.ResetAction.EXIT if managed else tables.ResetAction.REEXEC


def _maximum_rows(supply: tables.SupplyTable, board: Board) -> list[Mapping[str, object]]:
    """`max_current_a` as what it stands for: the settable maximum of each EVSE of alternating current."""
    if supply.max_current_a is None:
        return []
    row = {"component": "EVSE", "variable": "ACCurrent", "attribute": "MaxSet", "value": supply.max_current_a}
    return [{**row, "evse": evse.id} for evse in board.evses if evse.outlet.supply is Supply.AC]


def _variables(document: Mapping[str, object], rows: tuple[Mapping[str, object], ...]) -> Mapping[str, object]:
    """The tables of the registry. Rows that are not a list are left for its loader to refuse."""
    found = {name: document[name] for name in VARIABLE_TABLES if name in document}
    own = found.get("variable", [])
    if isinstance(own, list):
        found["variable"] = [*own, *rows]
    return found
