"""Every frame that a test records is checked by a second validator at the end of the run: npm's `typed-ocpp`.

The station's own payloads only (what a test makes the CSMS say wrongly on purpose is not the station's fault), one of
each shape: numbers, times and ids are folded, so that a thousand heartbeats count once.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from agent.demo.csms import Csms
from tests.npm import validators

VERSIONS = {"ocpp1.6": "1.6", "ocpp2.0.1": "2.0.1", "ocpp2.1": "2.1"}
MAX_SHAPES = 20_000
_VARIABLE = re.compile(r'\d+(\.\d+)?|"[0-9a-fA-F-]{8,}"')


class FrameCheck:
    """Collects while tests run, checks when they are over."""

    def __init__(self) -> None:
        self.frames = 0
        self._shapes: dict[str, validators.Payload] = {}
        self._asked: dict[tuple[tuple[int, int], str], str] = {}

    def record(self, sender: str, connection: tuple[int, int], subprotocol: str, text: str) -> None:
        """Take a frame; what is no frame of a CALL or its result is passed over."""
        try:
            kind, message_id, *rest = json.loads(text)
        except (ValueError, TypeError):
            return
        version = VERSIONS.get(subprotocol)
        if version is None:
            return
        if sender == "csms":
            if kind == 2 and len(rest) == 2:
                self._asked[connection, str(message_id)] = str(rest[0])
            return
        if kind == 2 and len(rest) == 2:
            self._take(validators.Payload(version, rest[0], "call", rest[1]))
        elif kind == 3 and rest and (connection, message_id) in self._asked:
            self._take(validators.Payload(version, self._asked.pop((connection, message_id)), "result", rest[0]))

    def _take(self, payload: validators.Payload) -> None:
        self.frames += 1
        shape = _VARIABLE.sub("0", json.dumps(payload))
        if len(self._shapes) < MAX_SHAPES:
            self._shapes.setdefault(shape, payload)

    def failures(self) -> list[dict[str, Any]]:
        return validators.validate(self._shapes.values()) if self._shapes else []

    def __len__(self) -> int:
        return len(self._shapes)


CHECK = FrameCheck()


def begin() -> None:
    if CHECK.record not in Csms.recorders:
        Csms.recorders.append(CHECK.record)


def finish(session: pytest.Session) -> None:
    """Fail the run if the other validator finds anything."""
    if not len(CHECK):
        return
    report = session.config.pluginmanager.get_plugin("terminalreporter")
    try:
        failures = CHECK.failures()
    except pytest.skip.Exception as error:
        if report is not None:
            report.write_line(f"frames not checked: {error}")
        return
    except (pytest.fail.Exception, RuntimeError) as error:
        failures = [{"errors": str(error)}]
    if report is not None:
        report.write_line(f"typed-ocpp: {CHECK.frames} frames of {len(CHECK)} shapes, {len(failures)} not valid")
        for failure in failures[:20]:
            report.write_line(json.dumps(failure)[:600])
    if failures:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
