"""What every test may ask for: the one rule about tools that may be missing."""

from __future__ import annotations

import os
import shutil
from typing import NoReturn

import pytest

TRUE = ("1", "true", "yes")


def missing(what: str) -> NoReturn:
    """What a test needs of the machine is not there: a skip that names it, a failure under CI=true."""
    if os.environ.get("CI", "").lower() in TRUE:
        pytest.fail(f"{what}, and CI must have it: add it to .ci/run", pytrace=False)
    pytest.skip(what)


def require_tool(name: str, *, package: str = "") -> str:
    """Path of an external program that a test needs.

    Where it is missing the test is skipped with the program's name (and the Debian package that has it), and
    fails under CI=true: there `.ci/run` installs everything, so that a skip would hide a hole.
    """
    path = shutil.which(name)
    if path is not None:
        return path
    missing(f"program {name!r} is missing" + (f" (Debian package {package})" if package else ""))


def require_module(name: str, *, extra: str = "") -> None:
    """The same for a Python module, with the extra of this distribution that brings it."""
    try:
        __import__(name)
    except ImportError as error:
        missing(f"module {name!r} is missing" + (f" (extra {extra})" if extra else "") + f": {error}")


def pytest_sessionstart() -> None:
    """Every frame that any test records is checked by a second validator, see `tests.rig.frames`."""
    from tests.rig import frames  # noqa: PLC0415 - loads the CSMS, which not every run of pytest needs to have installed

    frames.begin()


def pytest_sessionfinish(session: pytest.Session) -> None:
    from tests.rig import frames  # noqa: PLC0415 - as above

    frames.finish(session)
