"""The generated messages: equal to what the generator writes, light to import, exact where a schema is subtle."""

from __future__ import annotations

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import msgspec
import pytest
from msgspec import UNSET

from agent.ocpp.messages import v16, v21, v201
from agent.ocpp.messages.date_time import DateTime
from tests.tools.generate_messages import OUTPUT, VERSIONS, Module, schemas

TABLES = {"v16": v16, "v201": v201, "v21": v21}


@pytest.mark.parametrize("version", VERSIONS)
def test_module_is_what_the_generator_writes(version: str) -> None:
    assert (OUTPUT / f"{version}.py").read_text(encoding="utf-8") == Module(version).render()


@pytest.mark.parametrize("version", VERSIONS)
def test_output_has_the_format_of_the_project(version: str) -> None:
    command = [sys.executable, "-m", "ruff", "format", "--diff", str(OUTPUT / f"{version}.py")]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("version", VERSIONS)
def test_tables_hold_every_schema(version: str) -> None:
    module = TABLES[version]
    named = {f"{action}Request" for action in module.REQUESTS} | {f"{action}Response" for action in module.RESPONSES}
    named |= set(module.SENDS)
    listed = {name for name, _ in schemas(version)}
    if version == "v16":
        listed = {name if name.endswith("Response") else f"{name}Request" for name in listed}
    assert named == listed
    assert module.REQUESTS.keys() == module.RESPONSES.keys()
    for table, suffix in ((module.REQUESTS, "Request"), (module.RESPONSES, "Response"), (module.SENDS, "")):
        assert all(cls.__name__ == action + suffix for action, cls in table.items())


def test_counts_of_messages() -> None:
    # 28 of the 1.6 specification and 11 of the security whitepaper; 64 of 2.0.1; 90 and one unconfirmed of 2.1
    assert (len(v16.REQUESTS), len(v201.REQUESTS), len(v21.REQUESTS)) == (39, 64, 90)
    assert (set(v16.SENDS), set(v201.SENDS), set(v21.SENDS)) == (set(), set(), {"NotifyPeriodicEventStream"})


@pytest.mark.parametrize("version", VERSIONS)
def test_one_version_loads_no_other(version: str) -> None:
    code = (
        f"import sys, agent.ocpp.messages.{version}\n"
        "print(*sorted(m.rpartition('.')[2] for m in sys.modules if m.startswith('agent.ocpp.messages.')))"
    )
    run = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3]
    )
    assert run.stdout.split() == sorted(["date_time", version])


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-01T00:00:00Z",
        "2024-02-29T23:59:59.999+14:00",
        "2000-02-29T00:00:00z",
        "0001-12-31t12:00:00.123456789-00:30",
    ],
)
def test_date_time_accepts(text: str) -> None:
    assert msgspec.convert(text, DateTime) == text
    assert datetime.fromisoformat(text.upper()).tzinfo is not None  # whatever is accepted can be read


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-01-01",
        "2026-01-01T00:00:00",
        "2026-01-01 00:00:00Z",
        "2026-13-01T00:00:00Z",
        "2026-00-01T00:00:00Z",
        "2026-04-31T00:00:00Z",
        "2026-01-32T00:00:00Z",
        "2026-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "0000-02-29T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "2026-01-01T24:00:00Z",
        "2026-01-01T00:60:00Z",
        "2026-01-01T00:00:60Z",
        "2026-01-01T00:00:00.Z",
        "2026-01-01T00:00:00+0100",
        "2026-01-01T00:00:00+24:00",
        "2026-01-01T00:00:00Z\n",
        " 2026-01-01T00:00:00Z",
        "२०२६-01-01T00:00:00Z",
    ],
)
def test_date_time_refuses(text: str) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(text, DateTime)


@pytest.mark.parametrize("limit", ["0", "16", "-1", "0.1", "0.3", "16.1", "21.4", "32.0", "1e1", "99999999.9"])
def test_limit_of_16_may_be_any_tenth(limit: str) -> None:
    period = msgspec.json.decode(f'{{"startPeriod":0,"limit":{limit}}}', type=v16.ChargingSchedulePeriod)
    assert period.limit == float(limit)


@pytest.mark.parametrize("limit", ["4.11", "0.05", "16.100000000000005", "0.30000000000000004", "1e-3"])
def test_limit_of_16_must_be_a_tenth(limit: str) -> None:
    # 1.6 edition 2, 7.14: at most one digit of fraction
    with pytest.raises(msgspec.ValidationError, match=r"`limit` is not a multiple of 0\.1"):
        msgspec.json.decode(f'{{"startPeriod":0,"limit":{limit}}}', type=v16.ChargingSchedulePeriod)


def test_minimum_charging_rate_of_16_is_a_tenth_or_absent() -> None:
    schedule = v16.ChargingSchedule(chargingRateUnit="A", chargingSchedulePeriod=[], minChargingRate=8.1)
    assert schedule.minChargingRate == 8.1
    assert v16.ChargingSchedule(chargingRateUnit="A", chargingSchedulePeriod=[]).minChargingRate is UNSET
    with pytest.raises(ValueError, match="minChargingRate"):
        v16.ChargingSchedule(chargingRateUnit="A", chargingSchedulePeriod=[], minChargingRate=8.15)


def test_limits_of_2x_may_have_any_fraction() -> None:
    assert v201.ChargingSchedulePeriodType(startPeriod=0, limit=4.11).limit == 4.11


def test_length_of_the_exi_response() -> None:
    # 2.0.1 part 2, 1.16.2 has string[0..5600]; the wheel's schema says otherwise
    def response(length: int) -> bytes:
        return b'{"status":"Accepted","exiResponse":"%s"}' % (b"A" * length)

    decoded = msgspec.json.decode(response(5600), type=v201.Get15118EVCertificateResponse)
    assert len(decoded.exiResponse) == 5600
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(response(5601), type=v201.Get15118EVCertificateResponse)


def test_frequency_has_no_unit_in_16() -> None:
    # errata 3.84; both spellings of Celsius are in the schemas (OCPP-J errata 2.1)
    for unit in ("Celsius", "Celcius"):
        assert msgspec.convert({"value": "1", "unit": unit}, v16.SampledValue).unit == unit
    with pytest.raises(msgspec.ValidationError, match="Hertz"):
        msgspec.convert({"value": "50", "measurand": "Frequency", "unit": "Hertz"}, v16.SampledValue)


def test_integers_have_64_bits() -> None:
    for listed in (2**63 - 1, -(2**63)):
        assert msgspec.json.decode(b'{"reservationId":%d}' % listed, type=v16.CancelReservationRequest)
    for beyond in (2**63, -(2**63) - 1, 10**400):
        with pytest.raises(msgspec.ValidationError):
            msgspec.json.decode(b'{"reservationId":%d}' % beyond, type=v16.CancelReservationRequest)


def test_absent_fields_are_not_sent() -> None:
    assert msgspec.json.encode(v16.DataTransferRequest(vendorId="x")) == b'{"vendorId":"x"}'
    assert msgspec.json.encode(v16.HeartbeatRequest()) == b"{}"


def test_null_is_no_value() -> None:
    # 2.0.1 part 4, 4.1.5: an empty optional field is left out, not null
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"vendorId":"x","data":null}', type=v16.DataTransferRequest)


def test_custom_data_may_have_more_fields() -> None:
    # 2.0.1 part 4, chapter on CustomData: receivers ignore what they do not know
    text = b'{"customData":{"vendorId":"x","mine":1}}'
    assert msgspec.json.decode(text, type=v201.HeartbeatRequest).customData == v201.CustomDataType(vendorId="x")
