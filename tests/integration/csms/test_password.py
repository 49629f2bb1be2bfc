"""The CSMS gives a station of processes a new password (A01): it is used at once, and after the next start as well."""

from __future__ import annotations

from pathlib import Path

from tests.rig.processes import IDENTITY, Station, backend, wait_until

NEW = "a-new-password-of-the-csms"


def test_a_new_password_is_used_at_once_and_kept(tmp_path: Path) -> None:
    with backend() as csms, Station(tmp_path, url=csms.url) as station:
        station.start()
        wait_until(station.accepted, 20, "acceptance")
        csms.csms.passwords = {IDENTITY: NEW}  # the old one no more
        row = {"component": {"name": "SecurityCtrlr"}, "variable": {"name": "BasicAuthPassword"}}
        answer = csms.call("SetVariables", {"setVariableData": [{**row, "attributeValue": NEW}]})
        assert answer["setVariableResult"][0]["attributeStatus"] == "Accepted"
        wait_until(lambda: csms.csms.connections == 2, 20, "a connection with the new password")
        assert station.terminate() == 0
        station.start()
        wait_until(station.accepted, 20, "acceptance after the start")
        assert csms.csms.connections == 3
        assert NEW not in station.log
