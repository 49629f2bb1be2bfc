"""The board file: which hardware the station has, as TOML, checked whole before anything is opened.

    [board]                     name, kind: real, mock, or mixed (real hardware around the bench)
    [[evse]]                    id, evse_id, phases, max_current_a, supply, connectors, accept_no_fail_safe
    [evse.power_path]           driver and its options; or, or over it, parts: pilot, contactor, proximity, …
    [evse.meter]                driver and its options
    [evse.interlock]            timings and thresholds (`hal.guard.settings`)
    [[reader]], [[indicator]]   driver and its options

The first thing that is wrong is told as one `BoardError` that names file, table, key, value and what to do about it.
"""

from __future__ import annotations

import os.path
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, fields

from hal import board_rules, registry
from hal.guard.settings import InterlockSettings
from hal.interfaces import WrongOption
from hal.layout import (
    MAX_EVSES,
    PARTS,
    Board,
    Cable,
    Device,
    Evse,
    Header,
    Indicator,
    Outlet,
    PathOptions,
    PathSpec,
    Supply,
)
from hal.registry import BrokenDriver, Kind, MissingExtra, UnknownDriver
from hal.schema import TOP, SchemaError, build, read_toml, read_toml_apart, show

MAX_AC_CURRENT_A = 80
MAX_DEVICES = 64
TABLES = ("board", "evse", "reader", "indicator")
MOCK = "mock"
NO_FAIL_SAFE = "none"

Table = Mapping[str, object]


class BoardError(ValueError):
    """The board file cannot be used. The text names file, table, key, value and remedy."""

    def __init__(self, file: str, error: SchemaError) -> None:
        self.file = file
        self.table, self.key, self.value = error.table, error.key, error.value
        self.problem, self.remedy = error.problem, error.remedy
        super().__init__(f"{file}: {error}")


def load(file: str, *, guard_only: bool = False) -> Board:
    """The board of `file`, or the default mock board for the name `mock`. Raises BoardError.

    `guard_only` leaves out what belongs to the agent: its drivers would cost the guard more memory than it may have.
    """
    return mock_board() if file == MOCK else parse(_read(file, guard_only), file, guard_only=guard_only)


def _read(file: str, guard_only: bool) -> Table:
    try:
        return read_toml_apart(file) if guard_only else read_toml(file)
    except SchemaError as error:
        raise BoardError(file, error) from None


def load_config(file: str, *, guard_only: bool = False) -> Board:
    """The board that the agent's configuration `file` names or holds (`of_config`). Raises BoardError."""
    return of_config(_read(file, guard_only), file, guard_only=guard_only)


def of_config(document: Table, file: str, *, guard_only: bool = False) -> Board:
    """The board of the agent's configuration, read from `file`: `[board]` with a key `file` names a board file (from
    the folder of `file`) or `mock`; without it the board's tables are right here. Raises BoardError."""
    given = document.get("board")
    own = {name: document[name] for name in TABLES if name in document}
    try:
        if not isinstance(given, dict):
            remedy = 'write [board] with file = "…", or with kind = "mock" for a station without hardware'
            raise SchemaError("board", "", MISSING, "no board is named", remedy)
        if "file" not in given:
            return parse(own, file, guard_only=guard_only)
        name = given["file"]
        if not isinstance(name, str) or not name:
            raise SchemaError("board", "file", name, "a file name is needed", 'write file = "board.toml"')
        for key in given:
            if key != "file":
                raise SchemaError("board", key, given[key], "does not go with file", "write it in the board file")
        for table in TABLES[1:]:
            if table in own:
                problem = f"the board is in {show(name)}, and there is [[{table}]] here"
                raise SchemaError(table, "", MISSING, problem, "keep one of them")
    except SchemaError as error:
        raise BoardError(file, error) from None
    named = name if name == MOCK else os.path.join(os.path.dirname(file), name)
    return load(named, guard_only=guard_only)


def mock_board(evses: Sequence[Table] = ({},), file: str = MOCK) -> Board:
    """A mock board; each item holds keys of a table `[[evse]]`, all of them optional here. Raises BoardError."""
    return parse({"board": {"kind": MOCK}, "evse": list(evses)}, file)


def parse(document: Table, file: str, *, guard_only: bool = False) -> Board:
    """The board that a TOML document describes; `file` is its name in errors. Raises BoardError.

    Where the kind is `mock` nothing else is needed: one EVSE with one connector, and the bench's path, meter, reader.
    """
    try:
        return _board(_completed(document), file, guard_only)
    except SchemaError as error:
        raise BoardError(file, error) from None


def _completed(document: Table) -> Table:
    header, evses, served = document.get("board"), document.get("evse", [{}]), {"driver": MOCK}
    if not isinstance(header, dict) or header.get("kind") != MOCK:
        return document
    if isinstance(evses, list) and all(isinstance(evse, dict) for evse in evses):
        evses = [{"id": number, "power_path": served, "meter": served, **one} for number, one in enumerate(evses, 1)]
    return {"reader": [served], **document, "board": {"name": MOCK, **header}, "evse": evses}


def check_installed(board: Board) -> None:
    """What every driver of the board needs is installed; a board is read without it. Raises BoardError."""
    try:
        board_rules.check_installed(board)
    except SchemaError as error:
        raise BoardError(board.file, error) from None


def device_allow(board: Board, *, guard: bool = True, agent: bool = True) -> list[str]:
    """Device files that the processes of this board open, as values of systemd's `DeviceAllow=`, sorted."""
    devices = [*(board.guard_devices() if guard else ()), *(board.agent_devices() if agent else ())]
    paths = {path for device in devices for path in device.filled(device.driver.devices)}
    return [f"{path} rw" for path in sorted(paths) if path.startswith(("/dev/", "char-", "block-"))]


def _board(document: Table, file: str, guard_only: bool) -> Board:
    for key in document:
        if key not in TABLES:
            raise SchemaError(TOP, key, MISSING, "there is no such table", f"known are {', '.join(TABLES)}")
    header = build(Header, _table(document.get("board", {}), "board"), "board")
    named = [(_evse(table, name, guard_only), name) for table, name in _tables(document, "evse", MAX_EVSES)]
    if not named:
        raise SchemaError("evse", "", MISSING, "there is no EVSE", "add a table [[evse]] with id and power_path")
    ids = board_rules.check_numbers(named)
    evses = tuple(sorted((evse for evse, _ in named), key=lambda evse: evse.id))
    if guard_only:
        return Board(file, header.name, header.kind, evses)
    readers = tuple(_device(Kind.READER, table, name) for table, name in _tables(document, "reader"))
    lights = tuple(_indicator(table, name) for table, name in _tables(document, "indicator"))
    board = Board(file, header.name, header.kind, evses, readers, lights)
    board_rules.check_served(board, ids)
    board_rules.check_claims(board)
    board_rules.check_neighbours(board)
    board_rules.check_kind(board)
    return board


def _table(value: object, name: str) -> Table:
    if not isinstance(value, dict):
        raise SchemaError(name, "", MISSING, "a table is needed", f"write [{name}]")
    return value


def _tables(document: Table, name: str, most: int = MAX_DEVICES) -> list[tuple[Table, str]]:
    value = document.get(name, [])
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise SchemaError(name, "", MISSING, "a list of tables is needed", f"write [[{name}]]")
    if len(value) > most:
        raise SchemaError(name, "", MISSING, f"{len(value)} tables", f"at most {most} are possible")
    return [(item, f"{name} #{number}") for number, item in enumerate(value, 1)]


def _evse(table: Table, name: str, guard_only: bool) -> Evse:
    plain = {key: value for key, value in table.items() if key not in ("power_path", "meter", "interlock")}
    outlet = build(Outlet, plain, name)
    if outlet.supply is Supply.AC and outlet.max_current_a > MAX_AC_CURRENT_A:
        remedy = f"write at most {MAX_AC_CURRENT_A}: no duty cycle says more"
        raise SchemaError(name, "max_current_a", outlet.max_current_a, "is out of range for AC", remedy)
    interlock = build(InterlockSettings, _table(table.get("interlock", {}), f"{name}.interlock"), f"{name}.interlock")
    if outlet.has_lock and not interlock.contactor_feedback:
        remedy = "wire the feedback contact, or set lock = false for the connectors"
        problem = "a lock may only open when feedback says that the contactor is open"
        raise SchemaError(f"{name}.interlock", "contactor_feedback", False, problem, remedy)
    temperatures = [step.temperature_dc for step in interlock.derating]
    if temperatures != sorted(set(temperatures)):
        raise SchemaError(
            f"{name}.interlock", "derating", temperatures, "steps do not rise", "order them by temperature_dc"
        )
    if "power_path" not in table:
        remedy = 'write power_path = { driver = "…" } or its parts (pilot and contactor at least)'
        raise SchemaError(name, "power_path", MISSING, "is missing", remedy)
    path = _path(_table(table["power_path"], f"{name}.power_path"), f"{name}.power_path", outlet)
    has_meter = "meter" in table and not guard_only
    meter = _device(Kind.METER, table["meter"], f"{name}.meter") if has_meter else None
    fail_safe = _fail_safe(path)
    if fail_safe == NO_FAIL_SAFE and not outlet.accept_no_fail_safe:
        problem = "nothing opens this power path when the guard dies"
        remedy = "use hardware with a heartbeat, or write accept_no_fail_safe = true"
        raise SchemaError(name, "accept_no_fail_safe", False, problem, remedy)
    return Evse(outlet, path, meter, interlock, fail_safe)


def _path(table: Table, name: str, outlet: Outlet) -> PathSpec:
    parts = {part: _device(kind, table[part], f"{name}.{part}") for part, kind in PARTS.items() if part in table}
    own = {spec.name for spec in fields(PathOptions)} if parts else set()
    options = build(PathOptions, {key: value for key, value in table.items() if key in own}, name)
    rest = {key: value for key, value in table.items() if key not in parts and key not in own}
    whole = _device(Kind.POWER_PATH, rest, name) if "driver" in rest or not parts else None
    if whole is None:
        for key, value in rest.items():
            known = ", ".join((*PARTS, *sorted(own)))
            raise SchemaError(name, key, value, "there is no such key here", f"known are driver, {known}")
        _check_parts(parts, name, outlet)
    return PathSpec(whole, parts, options.poll_ms, options.ventilated)


def _check_parts(parts: Mapping[str, Device], name: str, outlet: Outlet) -> None:
    needed = ["pilot", "contactor"]
    if any(connector.cable is Cable.SOCKET for connector in outlet.connectors):
        needed.append("proximity")
    if outlet.has_lock:
        needed.append("lock")
    for part in needed:
        if part not in parts:
            remedy = f'write {part} = {{ driver = "…" }}, or a driver for the whole path'
            raise SchemaError(name, part, MISSING, "is missing: this EVSE needs that part", remedy)


def _fail_safe(path: PathSpec) -> str:
    """How the contactor opens when the guard dies: its own part says it, where there is one."""
    device = path.parts.get("contactor", path.whole)
    return str(getattr(device.config, "fail_safe", device.driver.fail_safe)) if device else NO_FAIL_SAFE


def _device(kind: Kind, value: object, name: str) -> Device:
    table = _table(value, name)
    driver_name = table.get("driver")
    if not isinstance(driver_name, str):
        known = ", ".join(sorted(registry.DRIVERS[kind])) or "those of installed extensions"
        raise SchemaError(name, "driver", table.get("driver", MISSING), "is missing", f"known are {known}")
    options = {key: item for key, item in table.items() if key != "driver"}
    try:
        driver = registry.find(kind, driver_name)
        config_type = registry.config_type(driver)
    except UnknownDriver as error:
        raise SchemaError(name, "driver", driver_name, "is unknown", str(error)) from None
    except BrokenDriver as error:
        raise SchemaError(name, "driver", driver_name, "is broken", str(error)) from None
    except MissingExtra as error:
        raise SchemaError(name, "driver", driver_name, "is not installed", str(error)) from None
    if config_type is None:
        for key, item in options.items():
            raise SchemaError(name, key, item, "there is no such key here", f"driver {driver_name} has no options")
        return Device(kind, driver_name, driver, None, name)
    device = Device(kind, driver_name, driver, build(config_type, options, name), name)
    try:
        registry.check(driver, device.config)
    except WrongOption as error:
        raise board_rules.wrong(device, error) from None
    return device


def _indicator(table: Table, name: str) -> Indicator:
    evse = table.get("evse")
    if evse is not None and type(evse) is not int:
        raise SchemaError(name, "evse", evse, "a whole number is needed", "write the id of an EVSE")
    options = {key: value for key, value in table.items() if key != "evse"}
    return Indicator(evse, _device(Kind.INDICATOR, options, name))
