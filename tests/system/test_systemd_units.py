"""The units, users and folders as systemd itself reads them, in a root where the package is installed."""

from __future__ import annotations

import configparser
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from agent.cli.main import main as evse
from hal.guard.stream import SOCKET_MODE
from tests.conftest import missing, require_tool
from tests.rig import readme

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "systemd"
SERVICES = ("evse-agent.service", "evse-guard.service")
HOST_UNITS = Path("/usr/lib/systemd/system")

WORST_EXPOSURE = {"evse-agent.service": 2.0, "evse-guard.service": 1.0}

BOARD = """
[board]
name = "wall"
kind = "mixed"
[[evse]]
id = 1
phases = 1
max_current_a = 16
[evse.power_path]
driver = "mock"
[evse.power_path.contactor]
driver = "gpiozero"
pin = 17
feedback_pin = 27
pulse_pin = 22
[evse.meter]
driver = "modbus"
map = "eastron_sdm120"
port = "/dev/ttyUSB0"
[[reader]]
driver = "pcsc"
[[indicator]]
evse = 1
driver = "gpiozero"
green = 6
"""
"""A board with a serial bus, a card reader, and GPIO lines in both processes."""


def run(tool: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    path = require_tool(tool, package="systemd")
    # Without a path: on a small machine there is no `man` to look up what `Documentation=` names.
    environment = {**os.environ, "PATH": "/nonexistent", "LC_ALL": "C", "SYSTEMD_COLORS": "0", "SYSTEMD_EMOJI": "0"}
    return subprocess.run(
        [path, *map(str, arguments)], capture_output=True, text=True, env=environment, timeout=60, check=False
    )


def service(name: str) -> configparser.SectionProxy:
    return sections(name)["Service"]


def sections(name: str) -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None, strict=False, comment_prefixes=("#",))
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # keys of units have case
    parser.read(UNITS / name, encoding="utf-8")
    return parser


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A root with the commands of pyproject.toml, our files, and the host's targets."""
    require_tool("systemd-analyze", package="systemd")
    units = tmp_path / "usr/lib/systemd/system"
    units.mkdir(parents=True)
    for target in HOST_UNITS.glob("*.target"):
        shutil.copy(target, units, follow_symlinks=True)
    for unit in [*UNITS.glob("*.service"), *UNITS.glob("*.target")]:
        shutil.copy(unit, units)
    for folder in ("sysusers.d", "tmpfiles.d"):
        shutil.copytree(UNITS / folder, tmp_path / "usr/lib" / folder)
    commands = tmp_path / "usr/bin"
    commands.mkdir()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for name in project["project"]["scripts"]:
        (commands / name).write_text("#!/bin/sh\n")
        (commands / name).chmod(0o755)
    (tmp_path / "etc").mkdir()
    (tmp_path / "var/lib").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def bare_root(root: Path) -> Path:
    """The same as Debian leaves it: commands and targets, and of `/etc` what systemd's package makes."""
    for path in [*(root / "usr/lib/systemd/system").glob("evse*"), *(root / "usr/lib").glob("*.d/*")]:
        path.unlink()
    for folder in ("systemd/system", "tmpfiles.d"):
        (root / "etc" / folder).mkdir(parents=True)
    return root


def add_devices(root: Path) -> None:
    """What `evse hal unit` writes for the board."""
    board = root / "board.toml"
    board.write_text(BOARD, encoding="utf-8")
    assert evse(["hal", "unit", "--board", str(board), "--output", str(root / "etc/systemd/system")]) == 0


def test_the_units_are_verified(root: Path) -> None:
    done = run("systemd-analyze", "verify", f"--root={root}", "evse.target", *SERVICES)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_units_with_devices_are_verified(root: Path) -> None:
    add_devices(root)
    done = run("systemd-analyze", "verify", f"--root={root}", "evse.target", *SERVICES)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_verify_sees_a_command_that_is_not_installed(root: Path) -> None:
    (root / "usr/bin/evse-guard").unlink()
    done = run("systemd-analyze", "verify", f"--root={root}", "--man=no", "evse-guard.service")
    assert "evse-guard is not executable" in done.stderr


@pytest.mark.parametrize("with_devices", [False, True], ids=["bare", "with devices"])
@pytest.mark.parametrize("name", SERVICES)
def test_the_sandbox_is_tight(root: Path, name: str, with_devices: bool) -> None:
    if with_devices:
        add_devices(root)
    done = run("systemd-analyze", f"--root={root}", "--offline=yes", "--no-pager", "security", name)
    assert done.returncode == 0, done.stderr
    score = re.search(rf"Overall exposure level for {name}: ([\d.]+)", done.stdout)
    assert score is not None, done.stdout
    assert float(score[1]) <= WORST_EXPOSURE[name]
    seen = {device for device in ("ttyUSB0", "gpiochip0") if device in done.stdout}
    opened = {"evse-agent.service": {"ttyUSB0", "gpiochip0"}, "evse-guard.service": {"gpiochip0"}}
    assert seen == (opened[name] if with_devices else set())


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_comes_back_whatever_happens(name: str) -> None:
    settings = service(name)
    assert settings["Type"] == "notify"
    assert settings["NotifyAccess"] == "main"
    assert settings["Restart"] == "always"
    assert settings["RestartPreventExitStatus"] == "78"
    assert int(settings["WatchdogSec"]) > 0
    assert sections(name)["Unit"]["StartLimitIntervalSec"] == "0"


def test_a_restarted_agent_is_back_within_the_lease() -> None:
    assert service("evse-agent.service")["RestartSec"] == "500ms"


@pytest.mark.parametrize("name", SERVICES)
def test_the_programs_see_what_they_ask_of_the_kernel(name: str) -> None:
    """`ProcSubset=pid` hides the boot id, by which the agent tells a power cut from its own restart, and the revision
    of a Raspberry Pi, without which gpiozero opens no pin."""
    assert service(name).get("ProcSubset", "all") == "all"


def test_the_agent_can_ask_who_its_peer_is() -> None:
    # PrivateUsers maps every other user to nobody, and with it SO_PEERCRED.
    assert "PrivateUsers" not in service("evse-agent.service")


@pytest.mark.parametrize("name", SERVICES)
def test_devices_are_closed_until_the_board_file_opens_them(name: str) -> None:
    settings = service(name)
    assert settings["DevicePolicy"] == "closed"
    assert "DeviceAllow" not in settings
    assert "PrivateDevices" not in settings  # it would hide what a drop-in allows


@pytest.mark.parametrize("name", SERVICES)
def test_the_commands_know_their_options(name: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    for line in (service(name)["ExecStart"], service(name).get("ExecStopPost", "")):
        if not line:
            continue
        command, *words = line.split()
        module = project["project"]["scripts"][command].partition(":")[0]
        help_text = subprocess.run(
            [sys.executable, "-m", module, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
        ).stdout
        for option in (word for word in words if word.startswith("--")):
            assert re.search(rf"{option}\b", help_text), f"{command} knows no {option}"


def test_what_the_ledger_keeps_in_memory_outlives_a_restart() -> None:
    settings = service("evse-agent.service")
    assert settings["RuntimeDirectoryPreserve"] == "restart"
    assert "RuntimeDirectoryPreserve" not in service("evse-guard.service")  # it keeps nothing there


POLKIT = """
const rules = [];
const polkit = {Result: {YES: "yes"}, addRule: (rule) => rules.push(rule)};
eval(require("fs").readFileSync(process.argv[1], "utf8"));
const asked = JSON.parse(process.argv[2]);
console.log(JSON.stringify(asked.map(([id, user]) => rules.map((rule) => rule({id}, {user}))[0] ?? null)));
"""


def test_the_agent_may_reboot_the_machine_and_read_cards_and_nothing_else() -> None:
    """The rule as polkit would ask it. The agent has no other way: it gains no privileges (NoNewPrivileges)."""
    node = require_tool("node", package="nodejs")
    login1, pcsc = "org.freedesktop.login1", "org.debian.pcsc-lite"
    agent = service("evse-agent.service")["User"]
    allowed = [
        *(f"{login1}.reboot", f"{login1}.reboot-multiple-sessions", f"{login1}.reboot-ignore-inhibit"),
        *(f"{pcsc}.access_pcsc", f"{pcsc}.access_card"),
    ]
    refused = [f"{login1}.power-off", "org.freedesktop.systemd1.manage-units", ""]
    asked = [*((id_, agent) for id_ in allowed + refused), *((id_, "evse-guard") for id_ in allowed)]
    rule = UNITS / "polkit-1/rules.d/50-evse-agent.rules"
    done = subprocess.run(
        [node, "-e", POLKIT, str(rule), json.dumps(asked)], capture_output=True, text=True, timeout=60, check=True
    )
    assert json.loads(done.stdout) == ["yes"] * len(allowed) + [None] * (len(refused) + len(allowed))


def test_the_guard_has_no_network_and_a_safe_end() -> None:
    settings = service("evse-guard.service")
    assert settings["PrivateNetwork"] == "yes"
    assert settings["RestrictAddressFamilies"] == "AF_UNIX"
    assert settings["ExecStopPost"].startswith("evse-guard --safe")


def test_a_restart_of_the_agent_leaves_the_guard_alone() -> None:
    guard, agent = sections("evse-guard.service")["Unit"], sections("evse-agent.service")["Unit"]
    assert {"Requires", "BindsTo", "PartOf"} & set(guard) == {"PartOf"}
    assert guard["PartOf"] == "evse.target"
    assert "evse-guard.service" in agent["Wants"].split()
    assert not {"Requires", "BindsTo"} & set(agent)


def test_the_agent_reaches_the_guards_socket() -> None:
    agent, guard = service("evse-agent.service"), service("evse-guard.service")
    assert guard["Group"] in agent["SupplementaryGroups"].split()
    assert f"/run/{guard['RuntimeDirectory']}/guard.sock" in guard["ExecStart"]
    assert int(guard["RuntimeDirectoryMode"], 8) & 0o070 == 0o050
    assert SOCKET_MODE & 0o060 == 0o060  # to connect to a socket takes the right to write to it


def test_users_and_groups_are_made(root: Path) -> None:
    done = run("systemd-sysusers", f"--root={root}")
    assert done.returncode == 0
    assert "not a valid" not in done.stderr
    groups = dict(re.findall(r"^([\w-]+):x:\d+:(.*)$", (root / "etc/group").read_text(), re.M))
    users = re.findall(r"^([\w-]+):x:", (root / "etc/passwd").read_text(), re.M)
    assert {"evse", "evse-admin", "evse-guard", "evse-agent"} <= set(groups)
    assert groups["evse-guard"] == "evse-agent"
    assert {"evse-agent", "evse-guard"} <= set(users)
    assert {service(name)["User"] for name in SERVICES} <= set(users)


def test_folders_are_made_and_secrets_are_closed(root: Path) -> None:
    if os.geteuid() != 0:
        missing("root, who alone may give files to other users, is missing")
    run("systemd-sysusers", f"--root={root}")
    folder = root / "etc/evse-agent"
    folder.mkdir()
    (folder / "agent.toml").write_text("")
    done = run("systemd-tmpfiles", f"--root={root}", "--create")
    assert (done.returncode, done.stderr) == (0, "")
    names = {line.split(":")[0]: int(line.split(":")[2]) for line in (root / "etc/passwd").read_text().splitlines()}
    groups = {line.split(":")[0]: int(line.split(":")[2]) for line in (root / "etc/group").read_text().splitlines()}
    told = {path: path.stat() for path in (folder, folder / "agent.toml", root / "var/lib/evse-agent")}
    assert [oct(stat.st_mode & 0o777) for stat in told.values()] == ["0o750", "0o640", "0o700"]
    assert [stat.st_uid for stat in told.values()] == [0, 0, names["evse-agent"]]
    assert [stat.st_gid for stat in told.values()] == [groups["evse-guard"]] * 2 + [groups["evse-agent"]]


def test_the_commands_of_the_readme_install_users_folders_and_units(bare_root: Path) -> None:
    if os.geteuid() != 0:
        missing("root, who alone may give files to other users, is missing")
    [commands] = [block for block in readme.blocks("sh", readme.section("On real hardware")) if "sysusers" in block]
    commands = commands.replace("/etc/", f"{bare_root}/etc/")
    for tool in ("systemd-sysusers", "systemd-tmpfiles"):
        commands = commands.replace(tool, f"{require_tool(tool, package='systemd')} --root={bare_root}")
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands], cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (bare_root / "var/lib/evse-agent").is_dir()
    assert list((bare_root / "etc/polkit-1/rules.d").iterdir())
    checked = run("systemd-analyze", "verify", f"--root={bare_root}", "evse.target", *SERVICES)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
