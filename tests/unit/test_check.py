"""The check itself: it forgets no folder, counts right, and CI runs what the README says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import check

ROOT = Path(__file__).parents[2]
COMMAND = "python3 -m venv .venv && .venv/bin/pip install -q -e '.[test]' && .venv/bin/python -m tests.check"


def test_every_folder_of_tests_is_in_a_lane() -> None:
    folders = {path.relative_to(check.TESTS).parts[0] for path in check.TESTS.rglob("test_*.py")}
    assert folders <= {name for lane in (*check.LANES, *check.BESIDE, check.ALONE, check.APART) for name in lane}


def test_ci_runs_the_command_of_the_readme() -> None:
    assert (ROOT / ".ci/run").read_text(encoding="utf-8").rstrip().endswith("\n" + COMMAND)
    assert COMMAND in (ROOT / "README.md").read_text(encoding="utf-8")


def test_a_junit_file_is_counted(tmp_path: Path) -> None:
    junit = tmp_path / "unit.xml"
    junit.write_text(
        '<testsuites><testsuite tests="10" failures="2" errors="1" skipped="3"/>'
        '<testsuite tests="5" failures="0" errors="0" skipped="0"/></testsuites>'
    )
    assert check.read_tally(junit) == check.Tally(passed=9, failed=3, skipped=3)
    assert check.read_tally(tmp_path / "missing.xml") == check.Tally()


def test_an_unknown_step_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert check.main(["styel"]) == 2
    assert "no such step: styel" in capsys.readouterr().err


def test_a_step_that_fails_fails_the_check(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(check.Check, "style", lambda self: self.problems.append("ruff check"))
    assert check.main(["style"]) == 1
    assert "FAILED: ruff check" in capsys.readouterr().out


def test_lanes_run_side_by_side_and_their_counts_are_added(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for folder, body in (
        ("unit", "assert True"),
        ("system", "assert False"),
        ("simulation", "import os; assert os.nice(0) >= 10"),
        ("budgets", "assert True"),
    ):
        (tmp_path / "tests" / folder).mkdir(parents=True)
        (tmp_path / "tests" / folder / "test_one.py").write_text(f"def test_one():\n    {body}\n")
    (tmp_path / "agent").mkdir()
    (tmp_path / "hal").mkdir()
    monkeypatch.setattr(check, "ROOT", tmp_path)
    monkeypatch.setattr(check, "TESTS", tmp_path / "tests")
    monkeypatch.setattr(check, "NPM", tmp_path / "tests/npm")
    monkeypatch.setattr(check, "COVERED", ("pytest",))
    monkeypatch.setattr(check.Check, "_tool", lambda *_: None)
    assert check.main(["tests"]) == 1
    out = capfd.readouterr().out
    assert out.splitlines()[-1] == "3 passed, 1 failed, 0 skipped"
    assert "FAILED: pytest system: exit code 1" in out
