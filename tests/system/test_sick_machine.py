"""What the real daemon does on a sick machine: damaged ledger, failing disk, missing port (must-hold 11)."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rig.processes import Backend, Station, backend, wait_until

MIXED = """id = 1
phases = 1
[evse.power_path]
driver = "mock"
[evse.meter]
driver = "modbus"
port = "/dev/ttyNONE"
map = "eastron_sdm120"
unit = 1
"""


def ready(station: Station) -> None:
    station.start()
    wait_until(station.accepted, 20, "acceptance")


def fault_codes(station: Station) -> set[str]:
    return {fault["code"] for fault in station.api("status")["faults"]}


def events(csms: Backend) -> list[str]:
    return [call.payload["type"] for call in csms.csms.all("SecurityEventNotification")]


def test_a_damaged_ledger_is_moved_aside_and_told(tmp_path: Path) -> None:
    with backend() as csms, Station(tmp_path, url=csms.url) as station:
        station.data.mkdir()
        (station.data / "ledger.sqlite").write_bytes(b"this is no database" * 1000)
        ready(station)
        csms.wait_for(lambda _: "SecurityLogWasCleared" in events(csms), what="the security event")
        assert list(station.data.glob("ledger*corrupt*"))


@pytest.mark.parametrize(("kind", "code"), [("full", "storage_full"), ("read_only", "storage_read_only")])
@pytest.mark.parametrize("version", ["1.6", "2.0.1"])
def test_a_disk_that_fails_in_mid_session(tmp_path: Path, version: str, kind: str, code: str) -> None:
    with backend() as csms, Station(tmp_path, url=csms.url, version=version) as station:
        ready(station)
        station.bench("meter.configure", evse=1, power_w=1_000_000)
        station.bench("ev.plug_in", evse=1, charge_delay_s=0)
        station.bench("rfid.tap", id_token="04AB")
        wait_until(lambda: station.evse()["meter"]["energy_wh"] > 100, 15, "some energy")
        station.bench("storage.fail", kind=kind)
        wait_until(lambda: code in fault_codes(station), 10, "the fault")
        # The running transaction ends normally, from the reserve.
        station.bench("rfid.tap", id_token="04AB")
        wait_until(lambda: station.evse()["contactor"] == "open", 15, "the open contactor")
        stop = "StopTransaction" if version == "1.6" else "TransactionEvent"
        csms.wait_for(lambda c: [e for e in c.all(stop) if version == "1.6" or e.payload["eventType"] == "Ended"])
        counted = station.evse()["meter"]["energy_wh"]
        if version == "1.6":
            assert csms.csms.last(stop)["meterStop"] == counted
        else:
            csms.wait_for(lambda _: "MemoryExhaustion" in events(csms), what="the security event")
        # No new one begins.
        station.bench("ev.plug_out", evse=1)
        station.bench("ev.plug_in", evse=1, charge_delay_s=0)
        station.bench("rfid.tap", id_token="05CD")
        with pytest.raises(AssertionError):
            wait_until(lambda: station.evse()["contactor"] == "closed", 3, "energy that must not flow")
        # Well again: it does.
        station.bench("storage.heal")
        wait_until(lambda: code not in fault_codes(station), 10, "the cleared fault")
        station.bench("rfid.tap", id_token="06EF")
        wait_until(lambda: station.evse()["contactor"] == "closed", 10, "the closed contactor")


def test_a_missing_serial_port_is_a_fault_and_no_end(tmp_path: Path) -> None:
    with backend() as csms, Station(tmp_path, url=csms.url) as station:
        text = station.config.read_text().replace('kind = "mock"', 'kind = "mixed"\nname = "desk"')
        station.config.write_text(text.replace("phases = 1\n", MIXED) + "[supply]\nfuse_a = 32\n")
        ready(station)
        wait_until(lambda: "power_meter_failure" in fault_codes(station), 15, "the fault")
        told = [f["info"] for f in station.api("status")["faults"] if f["code"] == "power_meter_failure"]
        assert any("ttyNONE" in info for info in told)
