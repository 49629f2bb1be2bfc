"""Who may import whom (README, architecture). Read from the source, so that imports inside functions count as well.

Every module belongs to the room with the longest name that fits. A room lists what it may import from this project
and from other distributions; `lazy` and `lazy_foreign` only inside functions, so that a board that lacks them, or a
process that must stay small, never loads them. What a room may import includes what lies below that name.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import require_tool

ROOT = Path(__file__).parents[2]
OWN = ("agent", "hal")

HARDWARE = ("gpiozero", "lgpio", "pymodbus", "serial", "smartcard")
VALUES = ("hal.value", "hal.types")
PURE = ("agent.core", "agent.variables", "agent.secret", *VALUES)
BOARD = ("hal.board", "hal.board_rules", "hal.layout", "hal.powerpath", "hal.registry", "hal.schema")
OUTSIDE_WORLD = (
    *("asyncio", "os", "time", "random", "logging", "sqlite3", "ssl"),
    *("pathlib", "secrets", "select", "signal", "socket", "subprocess", "tempfile", "threading", "uuid"),
)


@dataclass(frozen=True)
class Room:
    """A part of the project and what its modules may import."""

    name: str
    may: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()
    lazy: tuple[str, ...] = ()
    lazy_foreign: tuple[str, ...] = ()
    banned: tuple[str, ...] = ()


ROOMS = (
    Room("hal", may=(*VALUES, "hal.interfaces")),
    Room("hal.value"),
    Room("hal.types", may=("hal.value",)),
    Room("hal.interfaces", may=VALUES),
    Room("hal.schema"),
    Room("hal.registry", may=(*VALUES, "hal.interfaces", "hal.schema"), lazy=("hal.drivers", "hal.mock")),
    Room("hal.layout", may=(*VALUES, "hal.interfaces", "hal.registry", "hal.guard.settings")),
    Room("hal.powerpath", may=(*VALUES, "hal.interfaces", "hal.registry", "hal.layout")),
    Room("hal.board_rules", may=(*VALUES, "hal.interfaces", "hal.layout", "hal.registry", "hal.schema")),
    Room("hal.board", may=(*BOARD, *VALUES, "hal.interfaces", "hal.guard.settings")),
    Room("hal.drivers", may=(*VALUES, "hal.interfaces"), lazy_foreign=HARDWARE),
    # The guard loads its board's power path by name; its memory budget leaves no room for anything else.
    Room("hal.guard", may=(*VALUES, "hal.interfaces")),
    # The guard's program: it reads the board file and puts the parts together.
    Room("hal.guard.station", may=(*BOARD, *VALUES, "hal.interfaces", "hal.guard")),
    Room("hal.guard.process", may=(*BOARD, *VALUES, "hal.interfaces", "hal.guard")),
    Room("hal.guard.main", may=(*BOARD, *VALUES, "hal.interfaces", "hal.guard"), lazy=("hal.mock",)),
    Room("hal.mock", may=(*VALUES, "hal.interfaces", "hal.guard")),
    Room("agent"),
    Room("agent.secret"),
    Room("agent.variables", may=(*VALUES, "agent.secret"), banned=OUTSIDE_WORLD),
    Room(
        "agent.core",
        may=(*VALUES, "agent.variables", "agent.secret"),
        foreign=("msgspec",),
        banned=OUTSIDE_WORLD,
    ),
    Room("agent.ocpp", may=(*PURE, "agent.ocpp.messages"), foreign=("msgspec",)),
    Room("agent.ocpp.messages", foreign=("msgspec",), banned=OUTSIDE_WORLD),
    Room("agent.ocpp.transport", may=(*PURE, "agent.ocpp"), foreign=("msgspec", "websockets")),
    Room("agent.pnc", may=PURE, foreign=("msgspec",), lazy_foreign=("cryptography",)),
    Room("agent.store", may=PURE, foreign=("msgspec",)),
    Room("agent.api", may=PURE, foreign=("msgspec",)),
    Room(
        "agent.runtime", may=(*PURE, "agent.ocpp", "agent.pnc", "agent.store", "agent.api", "hal"), foreign=("msgspec",)
    ),
    Room("agent.daemon", may=("agent", "hal"), foreign=("msgspec",)),
    # A call of `evse` must cost nothing: demo and drivers only when asked for.
    Room(
        "agent.cli",
        may=("agent.api.messages",),
        foreign=("msgspec",),
        lazy=("agent.demo", "hal"),
        banned=("asyncio", "sqlite3", "ssl", "logging"),
    ),
    Room("agent.demo", may=("agent", "hal"), foreign=("msgspec", "ocpp", "websockets"), lazy_foreign=("rich",)),
)

OWNERS = {
    "websockets": ("agent.ocpp.transport", "agent.demo"),
    "sqlite3": ("agent.store",),
    "ssl": ("agent.ocpp.tls", "agent.pnc", "agent.demo"),
    "cryptography": ("agent.pnc",),
    "ocpp": ("agent.demo",),
}
"""Libraries with one owner in the project, whatever the rooms say."""

EXCEPTIONS: dict[tuple[str, str], str] = {}
"""(importing module, imported module): why it has to be."""

LATER = {"agent.pnc"}
"""Rooms that are named before they are built: Plug & Charge."""

VAGUE = {"base", "common", "helper", "helpers", "manager", "managers", "misc", "util", "utils"}
TOP_LEVEL = {"LICENSE", "README.md", "agent", "config", "hal", "pyproject.toml", "systemd", "tests"}


@dataclass(frozen=True)
class Import:
    """One import statement. `lazy`: inside a function. `typing_only`: under `if TYPE_CHECKING`."""

    importer: str
    target: str
    line: int
    lazy: bool
    typing_only: bool

    def __str__(self) -> str:
        return f"{self.importer}:{self.line} imports {self.target}"


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


@cache
def modules() -> dict[str, Path]:
    return {module_name(path): path for package in OWN for path in sorted((ROOT / package).rglob("*.py"))}


def is_below(module: str, name: str) -> bool:
    return module == name or module.startswith(name + ".")


def names_of(node: ast.AST, importer: str, is_package: bool) -> Iterator[str]:
    """Full names of the modules that a statement or a call imports."""
    match node:
        case ast.Import(names=aliases):
            yield from (alias.name for alias in aliases)
        case ast.ImportFrom(module=module, names=aliases, level=level):
            start = importer.split(".") if is_package else importer.split(".")[:-1]
            stem = ".".join([*start[: len(start) - level + 1], *([module] if module else [])]) if level else module
            for alias in aliases:
                full = f"{stem}.{alias.name}"
                yield full if full in modules() else str(stem)
        case ast.Call(func=function, args=[ast.Constant(value=str(name)), *_]) if ast.unparse(function) in (
            "importlib.import_module",
            "import_module",
            "__import__",
        ):
            yield name


def imports_of(importer: str, path: Path) -> Iterator[Import]:
    def visit(node: ast.AST, lazy: bool, typing_only: bool) -> Iterator[Import]:
        for target in names_of(node, importer, path.name == "__init__.py"):
            yield Import(importer, target, getattr(node, "lineno", 0), lazy, typing_only)
        lazy = lazy or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            for guarded in node.body:
                yield from visit(guarded, lazy, True)
            for other in node.orelse:
                yield from visit(other, lazy, typing_only)
            return
        for child in ast.iter_child_nodes(node):
            yield from visit(child, lazy, typing_only)

    yield from visit(ast.parse(path.read_text(encoding="utf-8"), str(path)), lazy=False, typing_only=False)


@cache
def all_imports() -> tuple[Import, ...]:
    found = (each for name, path in modules().items() for each in imports_of(name, path))
    return tuple(each for each in found if (each.importer, each.target) not in EXCEPTIONS)


def room_of(module: str) -> Room:
    return max((room for room in ROOMS if is_below(module, room.name)), key=lambda room: len(room.name))


def may_import(each: Import) -> bool:
    room, top = room_of(each.importer), each.target.split(".")[0]
    if top in OWN:
        allowed = (*room.may, *(room.lazy if each.lazy or each.typing_only else ()))
        return room_of(each.target) is room or any(is_below(each.target, name) for name in allowed)
    if top in sys.stdlib_module_names:
        return not any(is_below(each.target, name) for name in room.banned)
    return top in (*room.foreign, *(room.lazy_foreign if each.lazy or each.typing_only else ()))


def closure(start: str) -> set[str]:
    """Everything that importing `start` loads from this project's import statements."""
    loaded, todo = set[str](), [start]
    while todo:
        module = todo.pop()
        if module in loaded:
            continue
        loaded.add(module)
        if module in modules():
            eager = (i for i in all_imports() if i.importer == module and not i.lazy and not i.typing_only)
            todo += [each.target for each in eager]
            todo += [module.rpartition(".")[0]] if "." in module else []
    return loaded


def foreign(loaded: set[str]) -> set[str]:
    tops = {module.split(".")[0] for module in loaded}
    return tops - set(OWN) - set(sys.stdlib_module_names)


def test_every_import_stays_in_its_room() -> None:
    assert [str(each) for each in all_imports() if not may_import(each)] == []


@pytest.mark.parametrize("library", OWNERS)
def test_a_library_with_one_owner(library: str) -> None:
    users = {each.importer for each in all_imports() if is_below(each.target, library)}
    assert {user for user in users if not any(is_below(user, owner) for owner in OWNERS[library])} == set()


def test_dialects_do_not_know_one_another() -> None:
    def dialect(module: str) -> str | None:
        parts = module.split(".")
        known = parts[:2] == ["agent", "ocpp"] and len(parts) > 2 and parts[2][:1] == "v" and parts[2][1:2].isdigit()
        return parts[2] if known else None

    crossing = [
        i for i in all_imports() if dialect(i.importer) and dialect(i.target) not in (None, dialect(i.importer))
    ]
    assert [str(each) for each in crossing] == []


def test_messages_of_a_version_stay_with_their_dialects() -> None:
    users = {
        (each.importer, each.target.rpartition(".")[2])
        for each in all_imports()
        if is_below(each.target, "agent.ocpp.messages.v16")
        or is_below(each.target, "agent.ocpp.messages.v201")
        or is_below(each.target, "agent.ocpp.messages.v21")
        if not is_below(each.importer, "agent.demo")
    }
    homes = {"v16": ("agent.ocpp.v16",), "v201": ("agent.ocpp.v2x",), "v21": ("agent.ocpp.v2x",)}
    strays = [(user, version) for user, version in users if not any(is_below(user, home) for home in homes[version])]
    assert strays == []


def test_nothing_imports_the_demo() -> None:
    users = [
        str(i) for i in all_imports() if is_below(i.target, "agent.demo") and not is_below(i.importer, "agent.demo")
    ]
    assert [user for user in users if not user.startswith("agent.cli")] == []


def test_the_guard_loads_the_standard_library_alone() -> None:
    assert foreign({name for module in modules() if is_below(module, "hal.guard") for name in closure(module)}) == set()


def test_the_command_line_stays_light() -> None:
    loaded = {name for module in modules() if is_below(module, "agent.cli") for name in closure(module)}
    assert foreign(loaded) <= {"msgspec"}
    assert loaded.isdisjoint({"asyncio", "ssl", "sqlite3", "logging"})


def test_the_core_reaches_nothing_of_the_outside_world() -> None:
    loaded = {name for module in modules() if is_below(module, "agent.core") for name in closure(module)}
    assert loaded.isdisjoint(OUTSIDE_WORLD)
    assert foreign(loaded) <= {"msgspec"}


def test_modules_have_telling_names() -> None:
    paths = [path for top in (*OWN, "tests") for path in sorted((ROOT / top).rglob("*.py"))]
    vague = [path for path in paths if VAGUE & set(path.relative_to(ROOT).with_suffix("").parts)]
    assert [str(path.relative_to(ROOT)) for path in vague] == []


def test_packages_have_an_empty_init() -> None:
    inits = [path for top in (*OWN, "tests") for path in sorted((ROOT / top).rglob("__init__.py"))]
    assert [str(path.relative_to(ROOT)) for path in inits if path.read_bytes()] == []


def test_every_folder_with_modules_is_a_package() -> None:
    folders = {path.parent for package in OWN for path in (ROOT / package).rglob("*.py")}
    assert [str(folder.relative_to(ROOT)) for folder in sorted(folders) if not (folder / "__init__.py").exists()] == []


def test_the_top_level_holds_what_it_should() -> None:
    git = require_tool("git", package="git")
    listed = subprocess.run([git, "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    tops = {name.split("/")[0] for name in listed.split("\0") if name}
    assert {top for top in tops if not top.startswith(".")} <= TOP_LEVEL


def test_no_rule_is_left_over() -> None:
    imported = {(i.importer, i.target) for name, path in modules().items() for i in imports_of(name, path)}
    assert [pair for pair in EXCEPTIONS if pair not in imported] == []
    empty = {room.name for room in ROOMS if not any(is_below(module, room.name) for module in modules())}
    assert empty <= LATER


@pytest.mark.parametrize(
    ("importer", "source", "fine"),
    [
        ("agent.core.station", "import msgspec", True),
        ("agent.core.station", "def f():\n    import time", False),
        ("agent.core.station", "from agent.store import ledger", False),
        ("agent.core.station", "import os.path", False),
        ("agent.store.ledger", "from agent.core import facts", True),
        ("agent.store.ledger", "import agent.runtime.pump", False),
        ("hal.drivers.pcsc", "import smartcard.System", False),
        ("hal.drivers.pcsc", "def open():\n    import smartcard.System", True),
        ("hal.drivers.pcsc", "def open():\n    importlib.import_module('smartcard.System')", True),
        ("hal.drivers.pcsc", "from agent.core import facts", False),
        ("hal.guard.main", "import msgspec", False),
        ("hal.guard.main", "from . import wire", True),
        ("hal.guard.main", "from ..mock import bench", False),
        ("agent.ocpp.outbox", "from agent.ocpp.transport.client import connect", False),
        ("agent.secret", "from agent.store import ledger", False),
        ("agent.cli.main", "from agent.demo import show", False),
        ("agent.cli.main", "def demo():\n    from agent.demo import show", True),
        ("agent.cli.main", "if TYPE_CHECKING:\n    from agent.demo import show", True),
    ],
)
def test_the_rules_see_what_they_should(tmp_path: Path, importer: str, source: str, fine: bool) -> None:
    path = tmp_path / "module.py"
    path.write_text(source)
    assert all(may_import(each) for each in imports_of(importer, path)) is fine
    assert list(imports_of(importer, path))
