"""Official cases of OCPP 2.0.1, block J: clock-aligned and sampled meter values (J01, J02)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from itertools import pairwise

import pytest

from hal.mock.topology import MockEvse
from tests.conformance.boot201 import TWO
from tests.conformance.states201 import Payload, Scene, World, configure, configured, ready, world

CLOCK_S = 15  # <Configured clock-aligned Meter Values interval>
SAMPLED_S = 10  # <Configured sampled Meter Values interval>
ENERGY = "Energy.Active.Import.Register"
MEASURANDS = f"{ENERGY},Power.Active.Import,Current.Import,Voltage"


def _measurands(value: Payload) -> set[str]:
    return {sample.get("measurand", ENERGY) for sample in value["sampledValue"]}


def _complete(w: World, values: Iterable[Payload], context: str, variable: str) -> None:
    """Each meter value has this context in every sample, and one or more samples of each configured measurand."""
    wanted = set(configured(w, variable).split(","))
    found = list(values)
    assert found, "no meter values"
    for value in found:
        assert {sample["context"] for sample in value["sampledValue"]} == {context}, value
        assert _measurands(value) == wanted, value


def _seconds(value: Payload) -> float:
    return datetime.fromisoformat(value["timestamp"]).timestamp()


def _evenly(values: Iterable[Payload], interval_s: int, *, aligned: bool = False) -> None:
    """Different timestamps are one interval apart; aligned ones on the interval's multiples from midnight."""
    times = sorted({round(_seconds(value), 1) for value in values})
    assert len(times) >= 3, times
    for earlier, later in pairwise(times):
        assert abs(later - earlier - interval_s) <= 1, times
    if aligned:
        assert all(min(at % interval_s, interval_s - at % interval_s) <= 1 for at in times), times


def _idle_values(w: World) -> list[Payload]:
    """MeterValues heard and not yet passed."""
    return [v for call in w.heard() if call.action == "MeterValues" for v in call.payload["meterValue"]]


def _quiet(w: World) -> None:
    """Leave out the other kind of samples, so that what is heard is what the case is about."""
    configure(w, {"SampledDataCtrlr.TxUpdatedInterval": 0, "SampledDataCtrlr.TxEndedInterval": 0})


@pytest.mark.case("2.0.1", "TC_J_01_CS")
def test_tc_j_01_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        configure(w, {"AlignedDataCtrlr.Measurands": MEASURANDS, "AlignedDataCtrlr.Interval": CLOCK_S})
        w.advance(4 * CLOCK_S)
        calls = [call.payload for call in w.heard() if call.action != "Heartbeat"]
        assert {call["evseId"] for call in calls} == {1, 2}
        _complete(w, _idle_values(w), "Sample.Clock", "AlignedDataCtrlr.Measurands")
        _evenly(_idle_values(w), CLOCK_S, aligned=True)


@pytest.mark.case("2.0.1", "TC_J_02_CS")
def test_tc_j_02_cs() -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        _quiet(w)
        configure(w, {"AlignedDataCtrlr.Measurands": MEASURANDS, "AlignedDataCtrlr.SendDuringIdle": False})
        s = Scene(w)
        s.energy_transfer_started()
        configure(w, {"AlignedDataCtrlr.Interval": CLOCK_S})
        w.advance(4 * CLOCK_S)
        assert {c.payload["evseId"] for c in w.heard() if c.action == "MeterValues"} == {2}, "EVSE 1 has a transaction"
        _complete(w, _idle_values(w), "Sample.Clock", "AlignedDataCtrlr.Measurands")
        _evenly(_idle_values(w), CLOCK_S, aligned=True)
        events = [call.payload for call in w.heard() if call.action == "TransactionEvent"]
        assert {event["triggerReason"] for event in events} == {"MeterValueClock"}
        assert {event["eventType"] for event in events} == {"Updated"}
        _complete(w, _values(events), "Sample.Clock", "AlignedDataCtrlr.Measurands")
        _evenly(_values(events), CLOCK_S, aligned=True)


def _values(events: Iterable[Payload]) -> list[Payload]:
    return [value for event in events for value in event["meterValue"]]


def _ended(w: World, s: Scene) -> Payload:
    """Reusable State ParkingBayUnoccupied; gives the message that ended the transaction."""
    s.parking_bay_unoccupied()
    assert s.ended
    (found,) = [c.payload for c in w.csms.all("TransactionEvent") if c.payload["eventType"] == "Ended"]
    return found


ALIGNED_END = {
    "AlignedDataCtrlr.TxEndedInterval": CLOCK_S,
    "AlignedDataCtrlr.TxEndedMeasurands": MEASURANDS,
    "AlignedDataCtrlr.SendDuringIdle": False,
    "SampledDataCtrlr.TxEndedMeasurands": "",
}


@pytest.mark.case("2.0.1", "TC_J_03_CS")
def test_tc_j_03_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        _quiet(w)
        configure(w, ALIGNED_END)
        s = Scene(w)
        s.energy_transfer_started()
        w.advance(4 * CLOCK_S)
        values = _ended(w, s)["meterValue"]
        _complete(w, values, "Sample.Clock", "AlignedDataCtrlr.TxEndedMeasurands")
        _evenly(values, CLOCK_S, aligned=True)


def _signed(values: Iterable[Payload], key_told: list[bool]) -> None:
    """Each value of the register is signed; `key_told` says in which of them the public key is."""
    blobs = [
        sample.get("signedMeterValue")
        for value in values
        for sample in value["sampledValue"]
        if sample.get("measurand", ENERGY) == ENERGY
    ]
    assert len(blobs) == len(key_told)
    for blob, told in zip(blobs, key_told, strict=True):
        assert blob is not None
        assert blob["signedMeterData"]
        assert blob["encodingMethod"]
        assert bool(blob["publicKey"]) is told, blob


KEY_POLICIES = pytest.mark.parametrize("policy", ["Never", "OncePerTransaction", "EveryMeterValue"])


def _keys(policy: str, count: int, *, first: bool) -> list[bool]:
    """In which values the public key has to be; `first`: none was told before in this transaction."""
    return [policy == "EveryMeterValue" or (policy == "OncePerTransaction" and first and n == 0) for n in range(count)]


@pytest.mark.case("2.0.1", "TC_J_04_CS")
@KEY_POLICIES
def test_tc_j_04_cs(policy: str) -> None:
    with world("2.0.1") as w:
        ready(w)
        _quiet(w)
        w.bench("meter.configure", evse=1, signed={"enabled": True})
        configure(w, {**ALIGNED_END, "AlignedDataCtrlr.SignReadings": True})
        configure(w, {"OCPPCommCtrlr.PublicKeyWithSignedMeterValue": policy})
        s = Scene(w)
        s.energy_transfer_started()
        w.advance(4 * CLOCK_S)
        values = _ended(w, s)["meterValue"]
        _complete(w, values, "Sample.Clock", "AlignedDataCtrlr.TxEndedMeasurands")
        _evenly(values, CLOCK_S, aligned=True)
        _signed(values, _keys(policy, len(values), first=True))


@pytest.mark.case("2.0.1", "TC_J_06_CS")
@pytest.mark.parametrize("evses", [TWO[:1], TWO], ids=["one", "two"])
def test_tc_j_06_cs(evses: tuple[MockEvse, ...]) -> None:
    """On a station with two EVSEs a transaction on one silences both: the variable is the station's (J01.FR.20)."""
    with world("2.0.1", evses=evses) as w:
        ready(w)
        _quiet(w)
        configure(w, {"SampledDataCtrlr.TxStartedMeasurands": "", "SampledDataCtrlr.TxEndedMeasurands": ""})
        configure(w, {"AlignedDataCtrlr.Measurands": MEASURANDS, "AlignedDataCtrlr.SendDuringIdle": True})
        s = Scene(w)
        configure(w, {"AlignedDataCtrlr.Interval": CLOCK_S})
        w.advance(4 * CLOCK_S)
        _complete(w, _idle_values(w), "Sample.Clock", "AlignedDataCtrlr.Measurands")
        _evenly(_idle_values(w), CLOCK_S, aligned=True)
        w.forget()
        began = w.loop.time()
        s.energy_transfer_started()
        w.advance(CLOCK_S + 5)
        assert not w.heard()
        assert w.loop.time() - began > CLOCK_S
        _without_values_until_ended(w, s)
        w.advance(4 * CLOCK_S)
        _complete(w, _idle_values(w), "Sample.Clock", "AlignedDataCtrlr.Measurands")
        _evenly(_idle_values(w), CLOCK_S, aligned=True)


def _without_values_until_ended(w: World, s: Scene) -> None:
    """The transaction ends, and no message of it had meter values."""
    s.stop_authorized()
    assert s.ended
    w.bench("ev.plug_out", evse=1)
    s.tell(s.status("Available"))
    w.bench("bay.set", evse=1, occupied=False)
    assert not [c for c in w.csms.all("TransactionEvent") if "meterValue" in c.payload]


@pytest.mark.case("2.0.1", "TC_J_07_CS")
@pytest.mark.parametrize("point", ["EVConnected", "PowerPathClosed", "EnergyTransfer", "Authorized"])
def test_tc_j_07_cs(point: str) -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"TxCtrlr.TxStartPoint": point, "SampledDataCtrlr.TxStartedMeasurands": MEASURANDS})
        s = Scene(w)
        s.parking_bay_occupied()
        s.ev_connected_pre_session()
        s.energy_transfer_started()
        (started,) = [c.payload for c in w.csms.all("TransactionEvent") if c.payload["eventType"] == "Started"]
        assert started["evse"]["id"] == 1
        _complete(w, started["meterValue"], "Transaction.Begin", "SampledDataCtrlr.TxStartedMeasurands")


@pytest.mark.case("2.0.1", "TC_J_08_CS")
@pytest.mark.parametrize("point", ["Authorized", "ParkingBayOccupancy"])
def test_tc_j_08_cs(point: str) -> None:
    with world("2.0.1", evses=TWO) as w:
        ready(w)
        configure(w, {"TxCtrlr.TxStartPoint": point, "SampledDataCtrlr.TxStartedMeasurands": MEASURANDS})
        s = Scene(w)
        s.energy_transfer_started()
        placed = [c.payload for c in w.csms.all("TransactionEvent") if "evse" in c.payload]
        _complete(w, placed[0]["meterValue"], "Transaction.Begin", "SampledDataCtrlr.TxStartedMeasurands")
        assert not [p for p in placed[1:] if "meterValue" in p], "told once"


@pytest.mark.case("2.0.1", "TC_J_09_CS")
def test_tc_j_09_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, {"SampledDataCtrlr.TxUpdatedMeasurands": MEASURANDS})
        configure(w, {"SampledDataCtrlr.TxUpdatedInterval": SAMPLED_S})
        s = Scene(w)
        s.energy_transfer_started()
        w.advance(4 * SAMPLED_S + 2)
        events = [call.payload for call in w.heard() if call.action == "TransactionEvent"]
        assert {event["triggerReason"] for event in events} == {"MeterValuePeriodic"}
        assert {event["eventType"] for event in events} == {"Updated"}
        _complete(w, _values(events), "Sample.Periodic", "SampledDataCtrlr.TxUpdatedMeasurands")
        _evenly(_values(events), SAMPLED_S)


SAMPLED_END = {
    "SampledDataCtrlr.TxEndedInterval": SAMPLED_S,
    "SampledDataCtrlr.TxEndedMeasurands": MEASURANDS,
    "SampledDataCtrlr.TxUpdatedInterval": 0,
    "AlignedDataCtrlr.TxEndedMeasurands": "",
}


def _sampled_end(w: World, values: list[Payload]) -> None:
    """Begin, periodic, end (2.7.10: the first and the last are of the start and the end)."""
    assert {s["context"] for s in values[0]["sampledValue"]} == {"Transaction.Begin"}
    assert {s["context"] for s in values[-1]["sampledValue"]} == {"Transaction.End"}
    for value in (values[0], values[-1]):
        assert _measurands(value) == set(MEASURANDS.split(","))
    _complete(w, values[1:-1], "Sample.Periodic", "SampledDataCtrlr.TxEndedMeasurands")
    _evenly(values[:-1], SAMPLED_S)


@pytest.mark.case("2.0.1", "TC_J_10_CS")
def test_tc_j_10_cs() -> None:
    with world("2.0.1") as w:
        ready(w)
        configure(w, SAMPLED_END)
        s = Scene(w)
        s.energy_transfer_started()
        w.advance(4 * SAMPLED_S)
        _sampled_end(w, _ended(w, s)["meterValue"])


@pytest.mark.case("2.0.1", "TC_J_11_CS")
@KEY_POLICIES
def test_tc_j_11_cs(policy: str) -> None:
    with world("2.0.1") as w:
        ready(w)
        w.bench("meter.configure", evse=1, signed={"enabled": True})
        configure(w, {**SAMPLED_END, "SampledDataCtrlr.SignReadings": True})
        configure(w, {"OCPPCommCtrlr.PublicKeyWithSignedMeterValue": policy})
        s = Scene(w)
        s.energy_transfer_started()
        w.advance(4 * SAMPLED_S)
        ended = _ended(w, s)
        _sampled_end(w, ended["meterValue"])
        _signed(ended["meterValue"], _keys(policy, len(ended["meterValue"]), first=False))
        (started,) = [c.payload for c in w.csms.all("TransactionEvent") if c.payload["eventType"] == "Started"]
        _signed(started["meterValue"], _keys(policy, 1, first=True))
