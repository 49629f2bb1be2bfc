"""A variable that can be set does something: each settable name is read outside of the tables that define it."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import agent
from agent.variables import names
from agent.variables.address import Address
from agent.variables.registry import Registry
from agent.variables.vocabulary import Mutability

ROOT = Path(agent.__file__).parent
NAMED = {name: value for name, value in vars(names).items() if isinstance(value, Address)}
# Values that the operator keeps in the station for reading back: nothing in the station depends on them.
NOTES = frozenset({"STATION_PHASE_ROTATION", "CONNECTOR_PHASE_ROTATION"})
# Settings of what is not built yet; whoever builds it takes its name away from here.
AWAITED = {
    "NETWORK_CONFIGURATION_PRIORITY": "network profiles (B09, B10)",
    "ORGANIZATION_NAME": "the station's certificate requests (A02)",
}


def _read() -> frozenset[str]:
    """Names of `agent.variables.names` that some module outside the registry's own package uses."""
    found: set[str] = set()
    for path in ROOT.rglob("*.py"):
        if path.is_relative_to(ROOT / "variables"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "names":
                found.add(node.attr)
    return frozenset(found)


def _settable(registry: Registry) -> list[str]:
    """Names of variables that somebody may write: the CSMS, or a person."""
    found = []
    for name, address in NAMED.items():
        for place in ((0, 0), (1, 0), (1, 1)):
            variable = registry.variable(address.at(*place))
            if variable is None or variable.definition.mirror is not None:
                continue
            cells = [cell for cell in variable.cells if cell.fact is None]
            writable = any(variable.mutability(cell) is not Mutability.READ_ONLY for cell in cells)
            if writable or variable.definition.configurable:
                found.append(name)
                break
    return found


@pytest.fixture(scope="module")
def read() -> frozenset[str]:
    return _read()


def test_every_settable_variable_is_read_somewhere(registry: Registry, read: frozenset[str]) -> None:
    settable = _settable(registry)
    assert len(settable) > 50
    assert set(settable) - read == NOTES | set(AWAITED)


def test_every_name_that_is_read_is_defined(read: frozenset[str]) -> None:
    assert read <= set(NAMED)
