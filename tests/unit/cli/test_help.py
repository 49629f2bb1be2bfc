"""The help is as wide as the terminal, and costs a command that prints none next to nothing."""

from __future__ import annotations

import os
import subprocess
import sys
from io import StringIO
from pathlib import Path

import pytest

from agent.cli import help as help_
from agent.cli.arguments import parser

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize(("told", "columns"), [("120", 120), ("3", 40), ("wide", 80), (None, 80)])
def test_the_width_is_what_the_environment_says_or_else_eighty(
    monkeypatch: pytest.MonkeyPatch, told: str | None, columns: int
) -> None:
    monkeypatch.setattr(sys, "stdout", StringIO())
    monkeypatch.delenv("COLUMNS", raising=False)
    if told is not None:
        monkeypatch.setenv("COLUMNS", told)
    assert help_.columns() == columns


def test_the_width_is_that_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setattr(sys, "stdout", open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115 - it is not written to
    monkeypatch.setattr(os, "get_terminal_size", lambda descriptor: os.terminal_size((101, 30)))
    assert help_.columns() == 101


def test_the_help_keeps_to_its_width(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    options = parser().format_help().partition("exit codes:")[0]
    assert max(len(line) for line in options.splitlines()) <= 60


def test_a_command_loads_no_archive_modules() -> None:
    code = "import sys; from agent.cli.arguments import parser; parser().parse_args(['status']); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-S", "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert not {"shutil", "zlib", "lzma"} & set(loaded.stdout.split())
