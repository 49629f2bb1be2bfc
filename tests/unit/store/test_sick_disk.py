"""The ledger on file systems that really are full or read-only: see sick_disks.py for the scenes."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import missing, require_tool
from tests.unit.store.sick_disks import SCENES

ROOT = Path(__file__).parents[3]


@pytest.fixture(scope="module")
def unshare() -> list[str]:
    """How to get a mount namespace here; with a user namespace where we are not root."""
    program = require_tool("unshare", package="util-linux")
    commands = [[program, option, "--"] for option in ("-m", "-rm")]
    for command in commands:
        if subprocess.run([*command, "true"], capture_output=True, check=False).returncode == 0:
            return command
    return missing("permission for a mount namespace (root, or unprivileged user namespaces) is missing")


@pytest.mark.parametrize("scene", SCENES)
def test_scene(unshare: list[str], tmp_path: Path, scene: str) -> None:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = f"mount -t tmpfs -o size=3m,mode=0700 evse {folder} && exec {sys.executable}"
    command = [*unshare, "sh", "-c", f"{mount} -m tests.unit.store.sick_disks {scene} {folder}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
