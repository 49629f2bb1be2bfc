"""Everything that must hold before a change lands: style, types, tests, coverage.

    python -m tests.check                      all of it
    python -m tests.check style types          only these steps

The last line sums up the tests of all lanes. Exit code 0 only if every step passed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
NPM = TESTS / "npm"

LANES = (
    ("unit", "contracts"),
    ("conformance", "integration", "system", "npm"),
)
"""Folders of tests that run at the same time, one process a lane, with coverage."""

BESIDE = (
    ("scenarios",),
    ("simulation",),
)
"""Folders of sheer computation: at the lanes' side with what time they leave, and without coverage, which would double
it."""

ALONE = ("budgets",)
"""Folders that measure: nothing runs beside them, and no coverage."""

APART = ("benchmarks",)
"""Folders with commands of their own: histograms that this check would only disturb."""

NICENESS = 10
"""Of what runs beside the lanes."""

PATIENT = ("pytest", "--timeout=1200")
"""A test there has only what the lanes leave of two cores."""

COVERED = ("coverage", "run", "-m", "pytest")

COVERAGE_PERCENT = 90
"""Least branch coverage of `agent` and `hal` together."""

FULLY_COVERED = (
    "agent/ocpp/rpc*",
    "agent/ocpp/outbox*",
    "hal/guard/interlock*",
)
"""Modules where every branch is taken in a test."""


@dataclass
class Tally:
    """Outcome of one pytest process."""

    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.passed + other.passed, self.failed + other.failed, self.skipped + other.skipped)


class Check:
    """One run of the checks."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.tally = Tally()
        self._results = Path(tempfile.mkdtemp(prefix="evse-check-"))

    def style(self) -> None:
        """Ruff, as linter and as formatter."""
        self._tool("ruff check", "ruff", "check", ".")
        self._tool("ruff format", "ruff", "format", "--check", ".")

    def types(self) -> None:
        """Mypy in strict mode over agent and hal."""
        self._tool("mypy", "mypy")

    def tests(self) -> None:
        """Pytest: the lanes side by side, then what must run alone."""
        present = {path.relative_to(TESTS).parts[0] for path in TESTS.rglob("test_*.py")}
        forgotten = present - {name for lane in (*LANES, *BESIDE, ALONE, APART) for name in lane}
        if forgotten:
            self.problems.append(f"in no lane of tests/check.py: {sorted(forgotten)}")
        self._install_node_modules()
        self._tool("coverage erase", "coverage", "erase")
        lanes, beside = ([[name for name in lane if name in present] for lane in some] for some in (LANES, BESIDE))
        started = [self._start(lane, COVERED) for lane in lanes if lane]
        started += [self._start(lane, PATIENT, niceness=NICENESS) for lane in beside if lane]
        for lane in started:
            self._finish(lane)
        alone = [name for name in ALONE if name in present]
        if alone:
            self._finish(self._start(alone, ("pytest",)))

    def coverage(self) -> None:
        """The gates on what the tests reached."""
        self._tool("coverage combine", "coverage", "combine", "-q")
        report = ("coverage", "report", "--skip-covered", "--skip-empty")
        self._tool(f"coverage of {COVERAGE_PERCENT} %", *report, f"--fail-under={COVERAGE_PERCENT}")
        for pattern in FULLY_COVERED:
            if not any(ROOT.glob(pattern)):
                self.problems.append(f"coverage: {pattern} names no module")
                continue
            only = f"--include={pattern},{pattern}/*"
            self._tool(f"full coverage of {pattern}", *report, "--show-missing", only, "--fail-under=100")

    def _tool(self, what: str, module: str, *arguments: str) -> None:
        print(f"\n--- {what}", flush=True)
        if subprocess.run([sys.executable, "-m", module, *arguments], cwd=ROOT, check=False).returncode:
            self.problems.append(what)

    def _install_node_modules(self) -> None:
        """The servers and validators that integration tests talk to are npm packages."""
        npm = shutil.which("npm")
        if npm is None or not (NPM / "package.json").exists():
            return  # a test that needs them says so, and fails in CI
        command = [npm, "ci", "--silent", "--no-audit", "--no-fund"]
        if subprocess.run(command, cwd=NPM, check=False).returncode:
            self.problems.append("npm ci in tests/npm")

    def _start(self, folders: Sequence[str], runner: Sequence[str], *, niceness: int = 0) -> Lane:
        name = " ".join(folders)
        junit = self._results / f"{folders[0]}.xml"
        output = self._results / f"{folders[0]}.log"
        paths = [f"tests/{folder}" for folder in folders]
        nice = ("nice", "-n", str(niceness)) if niceness else ()
        command = [*nice, sys.executable, "-m", *runner, "-q", f"--junitxml={junit}", "--durations=10", *paths]
        with output.open("wb") as log:
            # A process group of its own would outlive an interrupted check; the terminal's group does not.
            process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
        return Lane(name, process, output, junit, time.monotonic())

    def _finish(self, lane: Lane) -> None:
        code = lane.process.wait()
        took_s = time.monotonic() - lane.begun_s
        print(f"\n--- pytest {lane.name} ({took_s:.0f} s)\n{lane.output.read_text(errors='replace')}", flush=True)
        tally = read_tally(lane.junit)
        if code and not tally.failed:
            tally.failed = 1  # it crashed, or collected nothing
        if code:
            self.problems.append(f"pytest {lane.name}: exit code {code}")
        self.tally += tally


@dataclass
class Lane:
    """A running pytest process."""

    name: str
    process: subprocess.Popen[bytes]
    output: Path
    junit: Path
    begun_s: float


def read_tally(junit: Path) -> Tally:
    """Counts of a junit file; nothing if it was not written."""
    if not junit.exists():
        return Tally()
    tally = Tally()
    for suite in ElementTree.parse(junit).getroot().iter("testsuite"):  # noqa: S314  # our own file
        failed = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skipped = int(suite.get("skipped", 0))
        tally += Tally(int(suite.get("tests", 0)) - failed - skipped, failed, skipped)
    return tally


def main(names: Sequence[str]) -> int:
    """Run the named steps, or all."""
    check = Check()
    steps: dict[str, Callable[[], None]] = {
        "style": check.style,
        "types": check.types,
        "tests": check.tests,
        "coverage": check.coverage,
    }
    unknown = [name for name in names if name not in steps]
    if unknown:
        print(f"no such step: {', '.join(unknown)}; there are {', '.join(steps)}", file=sys.stderr)
        return 2
    os.environ.setdefault("PYTHONDONTWRITEBYTECODE", "1")
    for name in names or steps:
        steps[name]()
    print()
    for problem in check.problems:
        print(f"FAILED: {problem}")
    tally = check.tally
    if not names or "tests" in names:
        print(f"{tally.passed} passed, {tally.failed} failed, {tally.skipped} skipped")
    return 1 if check.problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
