"""What README.md says is there is there: functions, folders, commands, options, configuration keys."""

from __future__ import annotations

import argparse
import ast
import re
import tomllib

import pytest

from agent.cli.arguments import parser
from agent.daemon import config
from agent.daemon.program import arguments
from hal import registry
from tests.rig import readme
from tests.rig.readme import ROOT, Place

JOURNEYS = {number: readme.journey(number) for number in (1, 2, 3)}
STATION = {
    "station": {"identity": "CS001", "vendor": "Example", "model": "Mock"},
    "csms": {"url": "ws://localhost/ocpp", "password": "change-me-please"},
}


def functions(path: str) -> set[str]:
    """Names of the functions and methods of a file."""
    tree = ast.parse((ROOT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


@pytest.mark.parametrize("number", JOURNEYS)
def test_a_journey_is_told_by_file_and_function(number: int) -> None:
    assert len(JOURNEYS[number]) >= 8


@pytest.mark.parametrize("place", sorted({place for steps in JOURNEYS.values() for place in steps}), ids=str)
def test_each_step_of_a_journey_is_where_it_says(place: Place) -> None:
    assert (ROOT / place.path).is_file(), f"README.md: there is no {place.path}"
    assert place.function in functions(place.path), f"README.md: {place.path} has no {place.function}"


def test_each_path_exists() -> None:
    tops = {path.name for path in ROOT.iterdir()}
    named = [c for c in readme.codes(readme.text()) if re.fullmatch(r"[\w.]+/[\w/.-]*", c)]
    named = [c for c in named if c.split("/")[0] in tops]
    assert len(named) > 20
    missing = [path for path in named if not (ROOT / path).exists()]
    assert not missing


def test_the_map_has_every_room() -> None:
    rows = readme.section("Architecture")
    rooms = {path for path in readme.codes(rows) if re.fullmatch(r"(agent|hal)/\w+/", path)}
    there = {
        f"{path.parent.parent.name}/{path.parent.name}/"
        for package in ("agent", "hal")
        for path in ROOT.glob(f"{package}/*/__init__.py")
    }
    assert rooms == there


def options(known: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """The commands below a parser."""
    found: dict[str, argparse.ArgumentParser] = {}
    for action in known._actions:
        if isinstance(action, argparse._SubParsersAction):
            found |= action.choices
    return found


def flags(known: argparse.ArgumentParser) -> set[str]:
    return {flag for action in known._actions for flag in action.option_strings}


def judge(words: list[str]) -> str | None:
    """What is wrong with a command line of `evse`; None if nothing is."""
    known = parser()
    while words and words[0] in options(known):
        known = options(known)[words.pop(0)]
    if words and re.fullmatch(r"[a-z]+", words[0]) and options(known):
        return f"there is no command {words[0]}"
    unknown = [word for word in words if word.startswith("-") and word not in flags(known)]
    return f"{known.prog} has no {unknown}" if unknown else None


def test_each_command_of_evse_exists() -> None:
    lines = [code for code in readme.codes(readme.text()) if code.startswith("evse ")]
    for block in readme.blocks("sh"):
        lines += re.findall(r"(?:^|bin/|; |&& )(evse (?!-)[^&\n|]*)", block, re.M)
    assert len(lines) > 10
    wrong = {line: why for line in lines if (why := judge(line.split()[1:]))}
    assert not wrong


def test_each_command_of_evse_is_told() -> None:
    told = {code.split()[1] for code in readme.codes(readme.section("The command line")) if code.startswith("evse ")}
    assert told >= set(options(parser()))


def test_each_option_of_the_daemon_exists() -> None:
    named = [code for code in readme.codes(readme.text()) if code.startswith("evse-agent --")]
    assert named
    assert {word for line in named for word in line.split()[1:] if word.startswith("--")} <= flags(arguments())


@pytest.mark.parametrize("block", readme.blocks("toml"))
def test_each_example_of_configuration_is_accepted(block: str) -> None:
    """The examples are parts of files: completed with what any station needs, they are read by the daemon's reader."""
    document = tomllib.loads(block)
    if "evse" in document:
        return  # a part of a board file: the next test
    read = config.parse({**STATION, "board": {"kind": "mock"}, **document}, "agent.toml", environ={})
    assert set(document) <= set(read.variables) | set(config._KNOWN)


def test_each_example_of_a_board_names_keys_of_its_driver() -> None:
    tables = [tomllib.loads(block) for block in readme.blocks("toml")]
    meters = [table["evse"]["meter"] for table in tables if "evse" in table]
    assert meters
    for meter in meters:
        kind = registry.config_type(registry.find(registry.Kind.METER, meter.pop("driver")))
        assert kind is not None
        kind(**meter)


def test_the_two_commands_are_those_of_the_checks() -> None:
    demo, tests = (block for block in readme.blocks("sh", readme.section("Two commands")))
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert tests in script
    assert demo.endswith(".venv/bin/evse demo --once")
    packages = set((ROOT / ".ci/packages").read_text(encoding="utf-8").split())
    assert "python3-venv" in packages


def test_the_extras_that_are_named_exist() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    named = {extra for group in re.findall(r"\[([a-z,]+)\]'", readme.text()) for extra in group.split(",")}
    assert named
    assert named <= set(project["optional-dependencies"])
