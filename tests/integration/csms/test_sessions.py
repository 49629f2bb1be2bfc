"""A whole session of the real daemon over kernel sockets, on both versions and every security profile there is."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Any

import pytest
import trustme

from tests.npm.validators import StrictCsms
from tests.rig.processes import PASSWORD, Backend, Station, backend, wait_until


def play(station: Station, backend: Backend) -> int:
    """Plug in, show a card, charge, show it again, leave; gives the energy that the bench's meter counted."""
    backend.wait_for(lambda c: c.all("StatusNotification"), what="the first status")
    station.bench("meter.configure", evse=1, power_w=1_000_000)
    station.bench("ev.plug_in", evse=1, charge_delay_s=0)
    station.bench("rfid.tap", id_token="04AB")
    wait_until(lambda: station.evse()["contactor"] == "closed", 15, "the closed contactor")
    wait_until(lambda: station.evse()["meter"]["energy_wh"] > 300, 15, "some energy")
    station.bench("rfid.tap", id_token="04AB")
    wait_until(lambda: station.evse()["contactor"] == "open", 15, "the open contactor")
    wait_until(lambda: station.api("tx.list")[0]["stop"], 15, "the end")
    wait_until(lambda: not station.api("status")["waiting"], 15, "the outbox to run dry")
    station.bench("ev.plug_out", evse=1)
    energy: int = station.evse()["meter"]["energy_wh"]
    return energy


def energy_16(backend: Backend) -> int:
    start, stop = backend.csms.last("StartTransaction"), backend.csms.last("StopTransaction")
    assert stop["transactionId"] == backend.csms.all("StartTransaction")[-1].answer["transactionId"]
    return int(stop["meterStop"] - start["meterStart"])


def energy_201(backend: Backend) -> int:
    events = [call.payload for call in backend.csms.all("TransactionEvent")]
    assert [e["seqNo"] for e in events] == list(range(len(events)))
    assert events[0]["eventType"] == "Started"
    assert events[-1]["eventType"] == "Ended"
    assert len({e["transactionInfo"]["transactionId"] for e in events}) == 1

    def register(event: dict[str, Any], context: str) -> int:
        values = [v for m in event["meterValue"] for v in m["sampledValue"] if v["context"] == context]
        found = [v for v in values if v.get("measurand", "Energy.Active.Import.Register").endswith("Import.Register")]
        return int(found[-1]["value"])

    return register(events[-1], "Transaction.End") - register(events[0], "Transaction.Begin")


ENERGY = {"1.6": energy_16, "2.0.1": energy_201}


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_a_session_with_a_password(tmp_path: Path, version: str) -> None:
    with backend() as csms, Station(tmp_path, url=csms.url, version=version) as station:
        station.start()
        counted = play(station, csms)
        assert ENERGY[version](csms) == counted
        assert station.api("tx.list")[0]["energy_wh"] == counted
        assert PASSWORD not in station.log
        assert station.terminate() == 0


def test_a_session_without_any_security(tmp_path: Path) -> None:
    with backend(password=None) as csms:
        with Station(tmp_path, url=csms.url, version="1.6", security_profile=0) as station:
            station.start()
            assert play(station, csms) == energy_16(csms)
        assert "Authorization" not in csms.csms.requests[-1].headers


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_a_session_over_tls(tmp_path: Path, version: str) -> None:
    authority = trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    root = tmp_path / "root.pem"
    authority.cert_pem.write_to_path(str(root))
    with (
        backend(context=context) as csms,
        Station(tmp_path, url=csms.url, version=version, security_profile=2, roots=str(root)) as station,
    ):
        station.start()
        assert play(station, csms) == ENERGY[version](csms)


def test_a_root_that_does_not_fit_is_told_and_not_trusted(tmp_path: Path) -> None:
    authority, stranger = trustme.CA(), trustme.CA()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    root = tmp_path / "root.pem"
    stranger.cert_pem.write_to_path(str(root))
    with (
        backend(context=context) as csms,
        Station(tmp_path, url=csms.url, security_profile=2, roots=str(root)) as station,
    ):
        station.start()
        wait_until(lambda: "certificate" in station.api("status")["why_down"], 15, "the reason")
        assert not csms.csms.received


@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_a_session_with_a_strict_csms_of_another_make(tmp_path: Path, version: str) -> None:
    with StrictCsms(password=PASSWORD) as csms, Station(tmp_path, url=csms.url, version=version) as station:
        station.start()
        wait_until(station.accepted, 20, "acceptance")
        station.bench("meter.configure", evse=1, power_w=1_000_000)
        station.bench("ev.plug_in", evse=1, charge_delay_s=0)
        station.bench("rfid.tap", id_token="04AB")
        wait_until(lambda: station.evse()["meter"]["energy_wh"] > 300, 15, "some energy")
        station.bench("rfid.tap", id_token="04AB")
        wait_until(lambda: not station.api("status")["waiting"] and station.api("tx.list")[0]["stop"], 20, "the end")
        station.bench("ev.plug_out", evse=1)
        fence = csms.command("TriggerMessage", {"requestedMessage": "Heartbeat"})
        assert csms.answer(fence)["payload"] == {"status": "Accepted"}  # and so all its reports before this are here
        assert csms.failures() == []
        assert station.api("tx.list")[0]["energy_wh"] == station.evse()["meter"]["energy_wh"]
