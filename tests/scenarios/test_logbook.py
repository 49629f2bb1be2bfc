"""What an operator finds in the log after a session, and what is never in it."""

from __future__ import annotations

import logging

import pytest

from tests.rig.world import world

CARD = "04C0FFEE"
VERSIONS = pytest.mark.parametrize("version", ["1.6", "2.0.1"])


def _lines(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.name == "agent.runtime.logbook"]


@VERSIONS
def test_a_session_leaves_its_steps_in_the_log(version: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with world(version) as w:
        w.boot()
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token=CARD)
        w.until(w.energised, 30, "energy")
        w.advance(minutes=5)
        w.bench("rfid.tap", id_token=CARD)
        w.until(lambda: "transaction ended" in _lines(caplog), 30, "the end")
        wanted = ["registration", "transaction started", "transaction changed", "transaction ended"]
        assert [line for line in _lines(caplog) if line in wanted][:3] == wanted[:3]
        ended = next(r for r in caplog.records if r.getMessage() == "transaction ended")
        assert vars(ended)["reason"] == "Local"
        assert vars(ended)["register_wh"] == w.evse()["meter"]["energy_wh"] > 0


@VERSIONS
def test_cards_and_values_are_never_in_the_log(version: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, logger="agent")
    secret = "fedcba9876543210"
    with world(version) as w:
        w.boot()
        w.csms.passwords = None  # it takes the new one too
        if version == "1.6":
            w.call("ChangeConfiguration", {"key": "AuthorizationKey", "value": secret})
        else:
            variable = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
            w.call("SetVariables", {"setVariableData": [{**variable, "attributeValue": secret}]})
        w.advance(10)  # it connects anew
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token=CARD)
        w.until(w.energised, 30, "energy")
        w.bench("rfid.tap", id_token=CARD)
        w.advance(10)
    text = "\n".join(str(vars(record)) for record in caplog.records if record.name.startswith("agent.runtime"))
    assert "transaction ended" in text
    assert CARD not in text
    assert secret not in text
    assert secret.encode().hex() not in text


@VERSIONS
def test_faults_are_told_once_when_they_come_and_when_they_go(version: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with world(version) as w:
        w.boot()
        w.bench("emergency_stop.set", active=True)
        w.advance(60)
        w.bench("emergency_stop.set", active=False)
        w.advance(60)
        assert _lines(caplog).count("fault raised") == 1
        raised = next(r for r in caplog.records if r.getMessage() == "fault raised")
        assert raised.levelno == logging.WARNING
        assert vars(raised)["fault"] == "emergency_stop"


@VERSIONS
def test_a_flood_of_cards_does_not_flood_the_log(version: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with world(version) as w:
        w.boot()
        before = len(caplog.records)
        for number in range(200):
            w.bench("rfid.tap", id_token=f"04{number:06X}")
            w.advance(0.05)
        assert len([r for r in caplog.records[before:] if r.name.startswith("agent")]) < 40
