"""A missing tool is a skip that names it, and a failure in CI."""

from __future__ import annotations

import sys

import pytest

from tests.conftest import require_module, require_tool


def test_a_tool_that_is_there_is_found() -> None:
    assert require_tool("sh").endswith("/sh")


def test_a_missing_tool_is_a_skip_that_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match=r"'no-such-tool' is missing \(Debian package nothing\)"):
        require_tool("no-such-tool", package="nothing")


def test_a_missing_tool_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match=r"'no-such-tool' is missing.*\.ci/run"):
        require_tool("no-such-tool")


def test_a_missing_module_fails_in_ci(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setitem(sys.modules, "smartcard", None)
    with pytest.raises(pytest.fail.Exception, match=r"'smartcard' is missing \(extra pcsc\)"):
        require_module("smartcard", extra="pcsc")
