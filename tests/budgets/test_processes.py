"""What the programs may cost: memory, processor time, instructions at start (DESIGN's budgets)."""

from __future__ import annotations

import os
import re
import resource
import ssl
import subprocess
import sys
import time
from pathlib import Path

import trustme

from tests.conftest import require_tool
from tests.rig.processes import ROOT, Station, backend, wait_until

MIB = 1024 * 1024
AGENT_IDLE = 45 * MIB
AGENT_TLS = 55 * MIB
GUARD = 24 * MIB  # with the whole bench in it; see `test_guard_alone` for the guard's own 15 MiB
GUARD_ALONE = 15 * MIB
CLI = 15 * MIB
CLI_CPU_S = 0.060
CLI_RUNS = 60  # at most: the cheapest counts, since the first has no bytecode yet and the machine is not ours alone
START_INSTRUCTIONS = 800_000_000


# Without `site`: an editable installation and coverage hook themselves into each interpreter of a development machine,
# and an installed station has neither. Guard and CLI need the standard library alone.
PLAIN = (sys.executable, "-S")


def rss(pid: int) -> int:
    """Resident memory of a process, without the pages that it shares with other programs' files."""
    fields = dict(
        line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("Rss")
    )
    return (int(fields["RssAnon"].split()[0]) + int(fields["RssFile"].split()[0])) * 1024


def agent_rss(folder: Path, version: str) -> int:
    with backend() as csms, Station(folder, url=csms.url, version=version, separate_guard=True) as station:
        station.start()
        csms.wait_for(lambda c: c.all("StatusNotification"))
        assert station.agent is not None
        return rss(station.agent.pid)


def test_agent_idle_on_1_6(tmp_path: Path) -> None:
    used = agent_rss(tmp_path, "1.6")
    print(f"agent idle, 1.6: {used / MIB:.1f} MiB")
    assert used <= AGENT_IDLE


def test_agent_idle_on_2_0_1(tmp_path: Path) -> None:
    used = agent_rss(tmp_path, "2.0.1")
    print(f"agent idle, 2.0.1: {used / MIB:.1f} MiB")
    assert used <= AGENT_IDLE


def test_agent_idle_over_tls(tmp_path: Path) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    root = tmp_path / "root.pem"
    authority.cert_pem.write_to_path(str(root))
    with (
        backend(context=context) as csms,
        Station(tmp_path, url=csms.url, security_profile=2, roots=str(root), separate_guard=True) as station,
    ):
        station.start()
        csms.wait_for(lambda c: c.all("StatusNotification"))
        assert station.agent is not None
        used = rss(station.agent.pid)
    print(f"agent idle, TLS: {used / MIB:.1f} MiB")
    assert used <= AGENT_TLS


def test_guard_with_the_bench(tmp_path: Path) -> None:
    with Station(tmp_path, url="ws://localhost:9/x", separate_guard=True) as station:
        station.start_guard()
        assert station.guard is not None
        used = rss(station.guard.pid)
    print(f"guard with the bench: {used / MIB:.1f} MiB")
    assert used <= GUARD


def test_guard_alone() -> None:
    """The guard's own modules with the power path of a board of single parts, without any driver's library."""
    code = (
        "import hal.guard.main, hal.guard.process, hal.guard.server, hal.guard.interlock, hal.powerpath, hal.board;"
        "import sys; assert 'asyncio' not in sys.modules;"
        "print(open('/proc/self/status').read())"
    )
    run = subprocess.run([*PLAIN, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    fields = dict(line.split(":", 1) for line in run.stdout.splitlines() if line.startswith("Rss"))
    used = (int(fields["RssAnon"].split()[0]) + int(fields["RssFile"].split()[0])) * 1024
    print(f"guard alone: {used / MIB:.1f} MiB")
    assert used <= GUARD_ALONE


def test_cli(tmp_path: Path) -> None:
    """`evse status` against a running station: memory and processor time of the command alone."""
    with backend() as csms, Station(tmp_path, url=csms.url) as station:
        station.start()
        wait_until(station.accepted, 20, "acceptance")
        costs = []
        for _ in range(CLI_RUNS):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            command = [*PLAIN, "-m", "agent.cli.main", "status", "--socket", str(station.api_socket)]
            environment = installed(tmp_path)
            run = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
            assert run.returncode == 0, run.stderr
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            costs.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            if costs[-1] <= CLI_CPU_S:
                break
            time.sleep(0.2)  # what slows the whole machine down lasts a while
    print(f"evse status: {min(costs) * 1000:.0f} ms CPU")
    assert min(costs) <= CLI_CPU_S


def test_cli_memory() -> None:
    code = "import agent.cli.main; print(open('/proc/self/status').read())"
    run = subprocess.run([*PLAIN, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    fields = dict(line.split(":", 1) for line in run.stdout.splitlines() if line.startswith("Rss"))
    used = (int(fields["RssAnon"].split()[0]) + int(fields["RssFile"].split()[0])) * 1024
    print(f"CLI: {used / MIB:.1f} MiB")
    assert used <= CLI


def test_instructions_to_start_the_agent(tmp_path: Path) -> None:
    """From the interpreter's start to a checked configuration, registry and devices (`--check`), by callgrind."""
    used = start_instructions(tmp_path)
    print(f"start: {used / 1e9:.2f} G instructions")
    assert used <= START_INSTRUCTIONS


def installed(folder: Path) -> dict[str, str]:
    """An environment in which bytecode is cached from the second run on, as that of an installed station is."""
    environment = {**os.environ, "PYTHONPYCACHEPREFIX": str(folder / "pyc"), "PYTHONPATH": str(ROOT)}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return environment


def start_instructions(folder: Path) -> int:
    """Instructions of `evse-agent --check`, started once before."""
    valgrind = require_tool("valgrind", package="valgrind")
    station = Station(folder, url="ws://localhost:9/x", separate_guard=True)
    environment = installed(folder)
    program = [sys.executable, "-m", "agent.daemon.main", "--check", "--config", str(station.config)]
    subprocess.run(program, cwd=folder, env=environment, check=True, capture_output=True)
    command = [valgrind, "--tool=callgrind", f"--callgrind-out-file={folder}/out", *program]
    run = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=True)
    found = re.search(r"Collected : (\d+)", run.stderr)
    if found is None:
        raise AssertionError(run.stderr)
    return int(found[1])
