"""Official cases of OCPP 1.6, section 2.9: meter values."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

import pytest

from tests.conformance.states16 import World, accept, charging, configure, configured, ready, world

ENERGY = "Energy.Active.Import.Register"
LISTS = ["", "Energy.Active.Import.Register,Power.Active.Import,Current.Import,Voltage,Current.Offered"]


def _moments(w: World, transaction: int, measurands: str, context: str, interval_s: int) -> list[datetime]:
    """Three MeterValues in a row, each with every configured measurand; when they were taken."""
    wanted = set(filter(None, measurands.split(","))) or {ENERGY}
    moments = []
    for _ in range(3):
        told = w.expect("MeterValues", strict=True, within=2 * interval_s + 1)
        assert told["connectorId"] == 1
        assert told["transactionId"] == transaction
        (value,) = told["meterValue"]
        rows: list[dict[str, Any]] = value["sampledValue"]
        assert {row.get("context", "Sample.Periodic") for row in rows} == {context}
        assert {row.get("measurand", ENERGY) for row in rows} == wanted
        moments.append(datetime.fromisoformat(value["timestamp"]))
    return moments


@pytest.mark.case("1.6", "TC_070_CS")
@pytest.mark.parametrize("measurands", LISTS, ids=["none", "five"])
def test_tc_070_cs(measurands: str) -> None:
    interval_s = 30
    with world("1.6") as w:
        ready(w)
        configure(
            w,
            MeterValueSampleInterval=interval_s,
            ClockAlignedDataInterval=0,
            MeterValuesSampledData=measurands,
        )
        accept(w)
        known = configured(w, "MeterValuesSampledData")
        transaction = charging(w)
        started = datetime.fromisoformat(w.csms.all("StartTransaction")[-1].payload["timestamp"])
        moments = [started, *_moments(w, transaction, known, "Sample.Periodic", interval_s)]
        for before, after in itertools.pairwise(moments):
            assert abs((after - before).total_seconds() - interval_s) < 0.1


@pytest.mark.case("1.6", "TC_071_CS")
@pytest.mark.parametrize("measurands", LISTS, ids=["none", "five"])
def test_tc_071_cs(measurands: str) -> None:
    interval_s = 20
    with world("1.6") as w:
        ready(w)
        configure(
            w,
            MeterValueSampleInterval=0,
            ClockAlignedDataInterval=interval_s,
            MeterValuesAlignedData=measurands,
        )
        accept(w)
        known = configured(w, "MeterValuesAlignedData")
        w.expect("MeterValues", strict=True, within=interval_s + 1)  # idle; the next is well after the start
        w.forget()
        transaction = charging(w)
        moments = _moments(w, transaction, known, "Sample.Clock", interval_s)
        for moment in moments:
            assert moment.second in {0, 20, 40}
            assert moment.microsecond < 100_000
        for before, after in itertools.pairwise(moments):
            assert abs((after - before).total_seconds() - interval_s) < 0.1
