"""Every verb of the contract: what it does, and what it answers to wrong arguments."""

from __future__ import annotations

from typing import Any

import pytest

from hal.interfaces import DeviceError
from hal.mock.arguments import REQUIRED, Arg, BenchError, Kind
from hal.mock.bench import HANDLERS
from hal.mock.topology import MockEvse
from hal.mock.verbs import VERBS, Target
from hal.types import ContactorState, Fault, FaultCode, LockState, TokenKind, TokenRead
from tests.unit.hal.mock.hand import Hand

CONTRACT = [
    "ev.plug_in",
    "ev.plug_out",
    "ev.pause",
    "ev.resume",
    "ev.set_state",
    "ev.set_current",
    "ev.set_soc",
    "ev.renegotiate",
    "rfid.tap",
    "payment.present",
    "keypad.enter",
    "button.press",
    "bay.set",
    "fault.inject",
    "fault.clear",
    "cp.diode_fault",
    "cp.short",
    "contactor.weld",
    "contactor.stuck_open",
    "rcd.trip",
    "meter.configure",
    "meter.set",
    "meter.stall",
    "meter.jump",
    "meter.swap",
    "lock.set",
    "network.set",
    "power.cut",
    "power.restore",
    "power.brownout",
    "clock.step",
    "storage.fail",
    "storage.heal",
    "tamper.set",
    "temperature.set",
    "ventilation.set",
    "emergency_stop.set",
    "external_limit.set",
    "firmware.configure",
    "system.reboot",
    "status",
    "events",
    "help",
]


def test_the_table_has_the_verbs_of_the_contract_and_each_has_someone_who_acts() -> None:
    assert sorted(VERBS) == sorted(CONTRACT)
    here = {name for name, verb in VERBS.items() if verb.target is Target.BENCH}
    own = {"power.cut", "power.restore", "power.brownout", "status", "help"}
    assert set(HANDLERS) | own == here


def test_every_verb_is_documented() -> None:
    for verb in VERBS.values():
        assert verb.doc, verb.name
        assert len({arg.key for arg in verb.args}) == len(verb.args), verb.name


def refused(h: Hand, verb: str, **args: object) -> BenchError:
    with pytest.raises(BenchError) as caught:
        h.do(verb, **args)
    return caught.value


WRONG: dict[Kind, object] = {
    Kind.EVSE: "1",
    Kind.INT: 1.5,
    Kind.NUMBER: "fast",
    Kind.BOOL: 1,
    Kind.TEXT: 7,
    Kind.CHOICE: "no such choice",
    Kind.OBJECT: [],
    Kind.LIST: "1",
}


def good(arg: Arg) -> object:
    """Some value that the argument allows."""
    match arg.kind:
        case Kind.TEXT:
            return "x" * max(arg.low, 1)
        case Kind.CHOICE:
            return arg.choices[0]
        case Kind.NUMBER | Kind.INT:
            return max(arg.low, 0)
    raise AssertionError(arg)


ARGS = [(verb.name, arg) for verb in VERBS.values() for arg in verb.args]


@pytest.mark.parametrize(("verb", "arg"), ARGS, ids=[f"{verb}-{arg.name}" for verb, arg in ARGS])
def test_a_wrong_value_is_refused_by_name(verb: str, arg: Arg) -> None:
    h = Hand()
    args: dict[str, Any] = {one.name: good(one) for one in VERBS[verb].args if one.default is REQUIRED}
    before = h.bench.status()
    error = refused(h, verb, **{**args, arg.name: WRONG[arg.kind]})
    assert error.code == "bad_argument"
    assert arg.name in error.message
    assert verb in error.message
    if not arg.nullable:
        assert refused(h, verb, **{**args, arg.name: None}).code == "bad_argument"
    if arg.kind in (Kind.INT, Kind.NUMBER):
        assert str(arg.high) in refused(h, verb, **{**args, arg.name: arg.high + 1}).message
        assert refused(h, verb, **{**args, arg.name: arg.low - 1}).code == "bad_argument"
    if arg.kind is Kind.NUMBER:
        assert refused(h, verb, **{**args, arg.name: float("nan")}).code == "bad_argument"
        assert refused(h, verb, **{**args, arg.name: True}).code == "bad_argument"
    if arg.kind is Kind.TEXT:
        assert refused(h, verb, **{**args, arg.name: "x" * (arg.high + 1)}).code == "bad_argument"
    if arg.kind is Kind.EVSE:
        assert refused(h, verb, **{**args, arg.name: 2}).code == "unknown_evse"
        assert refused(h, verb, **{**args, arg.name: 0}).code == "unknown_evse"
    assert h.bench.status() == before


@pytest.mark.parametrize("verb", sorted(VERBS))
def test_an_unknown_argument_is_refused_by_name(verb: str) -> None:
    error = refused(Hand(), verb, colour="red")
    assert error.code == "unknown_argument"
    assert "colour" in error.message


@pytest.mark.parametrize(("verb", "arg"), [pair for pair in ARGS if pair[1].default is REQUIRED])
def test_a_missing_argument_is_refused_by_name(verb: str, arg: Arg) -> None:
    others = {one.name: good(one) for one in VERBS[verb].args if one.default is REQUIRED and one is not arg}
    error = refused(Hand(), verb, **others)
    assert error.code == "missing_argument"
    assert arg.name in error.message


def test_nested_arguments_are_checked_too() -> None:
    h = Hand()
    assert refused(h, "ev.plug_in", limits={"colour": 1}).code == "unknown_argument"
    assert "max_power_w" in refused(h, "ev.plug_in", limits={"max_power_w": -1}).message
    assert "evses[1]" in refused(h, "rfid.tap", id_token="A", evses=[1, 9]).message
    assert refused(h, "rfid.tap", id_token="A", evses=[1] * 65).code == "bad_argument"
    assert refused(h, "meter.configure", measurands=["Nonsense"]).code == "bad_argument"
    assert refused(h, "rfid.tap", id_token="A\n").code == "bad_argument"


def test_an_unknown_verb_is_named() -> None:
    error = refused(Hand(), "ev.fly")
    assert error.code == "unknown_verb"
    assert "ev.fly" in error.message


def test_help_is_the_table() -> None:
    rows = {row["verb"]: row for row in Hand().do("help")["verbs"]}
    assert sorted(rows) == sorted(CONTRACT)
    current = next(arg for arg in rows["ev.plug_in"]["args"] if arg["name"] == "current_a")
    assert (current["default"], current["high"]) == (32, 1000)


# cars


def test_plug_in_twice_and_at_an_unknown_connector() -> None:
    h = Hand()
    assert refused(h, "ev.plug_in", connector=2).code == "unknown_connector"
    h.do("ev.plug_in")
    assert refused(h, "ev.plug_in").code == "conflict"


def test_an_empty_locked_socket_takes_no_plug() -> None:
    h = Hand()
    h.drive(closed=False, locked=True)
    h.advance(200)
    assert refused(h, "ev.plug_in").code == "conflict"


@pytest.mark.parametrize(
    ("verb", "args"),
    [
        ("ev.pause", {}),
        ("ev.resume", {}),
        ("ev.set_state", {"state": "C"}),
        ("ev.set_current", {"current_a": 6}),
        ("ev.set_soc", {"soc": 50}),
        ("ev.renegotiate", {}),
    ],
)
def test_what_a_car_does_needs_a_car(verb: str, args: dict[str, Any]) -> None:
    assert refused(Hand(), verb, **args).code == "conflict"


def test_plug_out_of_nothing_is_no_error() -> None:
    assert Hand().do("ev.plug_out") == {"evse": 1, "was_plugged": False}


def test_what_the_car_would_say_is_recorded() -> None:
    h = Hand()
    h.do(
        "ev.plug_in",
        mode="iso20_ac",
        payment="contract",
        emaid="DEABCC12345678",
        evccid="AA:BB",
        departure_time="2026-01-01T06:00:00Z",
        energy_request_wh=20_000,
        soc=30,
        contract_chain_pem="-----BEGIN CERTIFICATE-----\nx\n",
        cert_install=True,
        exi_request_b64="gJg=",
        limits={"max_voltage_v": 400},
    )
    h.do("ev.renegotiate", departure_time="2026-01-01T07:00:00Z", current_a=10)
    car = h.bench.status()["evses"][0]["car"]
    assert car["departure_time"] == "2026-01-01T07:00:00Z"
    assert car["energy_request_wh"] == 20_000
    assert (car["soc"], car["payment"], car["current_ma"]) == (30, "contract", 10_000)
    assert car["limits"]["max_voltage_v"] == 400
    outlet_car = h.bench.world.outlets[1].car
    assert outlet_car is not None
    assert outlet_car.identity.contract_chain_pem.startswith("-----BEGIN")


# readers and people


def test_a_tap_names_the_evses_that_the_reader_serves() -> None:
    h = Hand(MockEvse(), MockEvse())
    assert h.do("rfid.tap", id_token="04AB", evses=[2, 1, 2]) == {"reader": "rfid-1-2", "read": True}
    assert h.ear.tokens == [TokenRead("04AB", TokenKind.ISO14443, "rfid-1-2", (1, 2))]
    h.do("rfid.tap", id_token="04AB", type="ISO15693", evses=[])
    assert h.ear.tokens[-1] == TokenRead("04AB", TokenKind.ISO15693, "rfid", ())


def test_a_tap_while_the_other_evse_charges() -> None:
    h = Hand(MockEvse(), MockEvse())
    h.charge()
    h.advance(minutes=10)
    h.do("rfid.tap", id_token="04CD", evses=[2])
    assert h.ear.tokens == [TokenRead("04CD", reader="rfid-2", evses=(2,))]
    before = h.energy_wh(1)
    h.advance(minutes=10)
    assert h.energy_wh(1) > before
    assert h.energy_wh(2) == 0


def test_a_card_that_lies_on_the_reader_is_read_once() -> None:
    h = Hand()
    assert h.do("rfid.tap", id_token="04AB", hold_s=5)["read"]
    h.advance(s=4)
    assert not h.do("rfid.tap", id_token="04AB", hold_s=5)["read"]
    assert h.do("rfid.tap", id_token="04CD")["read"]
    h.advance(s=10)
    assert h.do("rfid.tap", id_token="04AB")["read"]
    assert len(h.ear.tokens) == 3


def test_a_broken_reader_reads_nothing() -> None:
    h = Hand()
    h.do("fault.inject", code="reader_failure")
    assert not h.do("rfid.tap", id_token="04AB")["read"]
    h.do("fault.clear", code="reader_failure")
    assert h.do("rfid.tap", id_token="04AB")["read"]


def test_payment_keypad_and_start_button_are_tokens() -> None:
    h = Hand()
    h.do("payment.present", token="pay-1")
    h.do("keypad.enter", digits="1234")
    h.do("button.press")
    assert [(read.kind, read.token, read.reader) for read in h.ear.tokens] == [
        (TokenKind.LOCAL, "pay-1", "payment-1"),
        (TokenKind.KEY_CODE, "1234", "keypad-1"),
        (TokenKind.NO_AUTHORIZATION, "start", "button-1"),
    ]
    assert "1234" not in str(h.events)  # C04.FR.04


def test_other_buttons_and_the_bay_are_inputs() -> None:
    h = Hand()
    h.do("button.press", name="language")
    h.do("bay.set", occupied=True)
    assert h.ear.devices == [
        ("button.language", {"evse": 1, "pressed": 1}),
        ("bay-1", {"evse": 1, "occupied": 1}),
    ]


def test_without_a_station_nobody_reads_a_card() -> None:
    h = Hand()
    h.bench.detach(h.ear)
    assert not h.do("rfid.tap", id_token="04AB")["read"]
    assert not h.do("button.press", name="stop")["read"]


# faults


def test_a_fault_of_the_station_and_of_an_evse() -> None:
    h = Hand()
    h.do("fault.inject", code="other_error", severity="warning", info="fan", vendor_error_code="V7")
    h.do("fault.inject", evse=1, code="ground_failure", ocpp16_error_code="GroundFailure")
    assert h.ear.faults == [
        (Fault(FaultCode.OTHER, 0, "bench", False, "fan", "", "V7"), True),
        (Fault(FaultCode.GROUND, 1, "bench", True, "", "GroundFailure", ""), True),
    ]
    assert h.do("fault.clear", evse=1) == {"evse": 1, "cleared": 1}
    assert h.ear.faults[-1] == (Fault(FaultCode.GROUND, 1, "bench", True, "", "GroundFailure", ""), False)
    assert h.do("fault.clear", evse=None)["cleared"] == 1
    assert h.do("fault.clear")["cleared"] == 0


def test_a_fault_that_is_injected_again_is_told_when_it_changed() -> None:
    h = Hand()
    h.do("fault.inject", evse=1, code="other_error")
    h.do("fault.inject", evse=1, code="other_error")
    assert len(h.ear.faults) == 1
    h.do("fault.inject", evse=1, code="other_error", severity="warning")
    assert [raised for _, raised in h.ear.faults] == [True, False, True]


def test_a_station_that_connects_later_learns_what_is_there() -> None:
    h = Hand()
    h.do("fault.inject", code="other_error")
    h.do("bay.set")
    h.do("external_limit.set", current_a=10)
    h.ear.faults.clear()
    h.ear.devices.clear()
    h.bench.attach(h.ear)
    assert [fault.code for fault, _ in h.ear.faults] == [FaultCode.OTHER]
    assert [name for name, _ in h.ear.devices] == ["bay-1", "external_limit-0"]


def test_the_number_of_faults_is_bounded() -> None:
    h = Hand(*[MockEvse()] * 4)
    codes = [str(code) for code in FaultCode]
    pairs = [(evse, code) for evse in (1, 2, 3, 4) for code in codes][:64]
    for evse, code in pairs:
        h.do("fault.inject", evse=evse, code=code)
    assert refused(h, "fault.inject", code="tamper").code == "conflict"


def test_a_welded_contactor_stays_closed_in_the_feedback() -> None:
    h = Hand()
    h.charge()
    h.do("contactor.weld", after_s=2)
    h.advance(s=2)
    h.off()
    h.advance(s=5)
    assert h.read().contactor is ContactorState.CLOSED
    assert "contactor_welded" in h.bench.status()["evses"][0]["defects"]
    h.do("contactor.weld", active=False)
    h.advance(20)
    assert h.read().contactor is ContactorState.OPEN


def test_a_weld_does_not_close_open_contacts() -> None:
    h = Hand()
    h.do("contactor.weld")
    h.advance(s=1)
    assert h.read().contactor is ContactorState.OPEN
    h.charge()
    h.off()
    h.advance(s=1)
    assert h.read().contactor is ContactorState.CLOSED


def test_a_stuck_contactor_does_not_close_and_drops_out() -> None:
    h = Hand()
    h.charge()
    h.do("contactor.stuck_open", after_s=3)
    h.advance(2_999)
    assert h.read().contactor is ContactorState.CLOSED
    h.advance(21)
    assert h.read().contactor is ContactorState.OPEN
    assert h.read().current_ma == (0, 0, 0)
    h.do("fault.clear", evse=1, code="contactor_stuck_open")
    h.advance(20)
    assert h.read().contactor is ContactorState.CLOSED


def test_the_diode_shows_only_with_a_car_and_edges() -> None:
    h = Hand()
    h.do("cp.diode_fault")
    h.drive()
    assert not h.read().pilot.diode_fault
    h.do("ev.plug_in")
    assert h.read().pilot.diode_fault
    h.off()
    assert not h.read().pilot.diode_fault


def test_a_short_pilot_stops_the_car() -> None:
    h = Hand()
    h.charge()
    h.do("cp.short")
    assert h.read().pilot.short
    assert h.read().pilot.state.value == "E"
    assert h.read().current_ma == (0, 0, 0)
    h.do("cp.short", active=False)
    assert not h.read().pilot.short


def test_a_residual_current_trip_stops_the_flow_until_it_is_reset() -> None:
    h = Hand()
    h.charge()
    h.do("rcd.trip", after_s=1)
    h.advance(s=1)
    assert h.read().residual_current
    assert h.read().current_ma == (0, 0, 0)
    h.paths[1].reset_faults()
    assert not h.read().residual_current


def test_a_later_defect_replaces_an_earlier_plan() -> None:
    h = Hand()
    h.do("cp.short", after_s=10)
    h.do("cp.short", after_s=0, active=False)
    h.advance(s=20)
    assert not h.read().pilot.short


def test_clearing_all_faults_of_an_evse_repairs_it_and_clearing_the_stations_does_not() -> None:
    h = Hand()
    h.do("rcd.trip")
    h.do("lock.set", fail_on_lock=True)
    h.do("fault.clear")
    assert h.read().residual_current
    h.do("fault.clear", evse=1)
    assert h.bench.status()["evses"][0]["defects"] == []
    h.do("emergency_stop.set")
    h.do("fault.clear", code="emergency_stop")
    assert not h.read().emergency_stop


# meters


def test_meter_values_of_a_charging_car() -> None:
    h = Hand()
    h.charge(current_a=16, phases=3)
    reading = h.bench.read_meter(1)
    assert reading.current_ma == (16_000, 16_000, 16_000)
    assert reading.voltage_mv == (230_000,) * 3
    assert reading.phase_power_w == (3_680,) * 3
    assert reading.power_w == 11_040
    assert (reading.frequency_mhz, reading.power_factor_permille) == (50_000, 1_000)
    assert reading.serial == "MOCK0001"
    assert reading.signed is None
    assert (reading.export_wh, reading.soc_percent, reading.temperature_dc) == (None, None, None)


def test_meter_power_is_overridden_and_given_back() -> None:
    h = Hand()
    h.do("meter.configure", power_w=6_900, energy_wh=1_000)
    h.advance(hours=1)
    assert h.energy_wh() == 1_000
    h.do("ev.plug_in", charge_delay_s=0, phases=3)
    h.drive()
    h.advance(20)
    h.advance(hours=1)
    assert h.energy_wh() == 7_900
    reading = h.bench.read_meter(1)
    assert (reading.power_w, reading.current_ma, reading.phase_power_w) == (6_900, (10_000,) * 3, (2_300,) * 3)
    h.do("meter.configure", power_w=None)
    assert h.bench.read_meter(1).power_w == 11_054


def test_meter_reset_on_plug_in_voltage_and_frequency() -> None:
    h = Hand()
    h.do("meter.configure", energy_wh=500, reset_on_plug_in=True, voltage_v=240.5, frequency_hz=60)
    h.charge(current_a=10)
    reading = h.bench.read_meter(1)
    assert reading.import_wh == 0
    assert reading.voltage_mv[0] == 240_500
    assert reading.power_w == 2_405
    assert reading.frequency_mhz == 60_000


def test_meter_noise_stays_within_its_bounds_and_off_the_register() -> None:
    h = Hand()
    h.charge(current_a=10)
    h.do("meter.configure", noise=50)
    powers = {h.bench.read_meter(1).power_w for _ in range(50)}
    assert len(powers) > 5
    assert all(power is not None and 2_185 <= power <= 2_415 for power in powers)
    h.advance(hours=1)
    assert h.energy_wh() == 2_300


def test_meter_measurands_are_what_it_says_it_reads() -> None:
    h = Hand()
    h.do("meter.configure", measurands=["Energy.Active.Import.Register", "SoC", "Temperature"])
    h.do("meter.set", temperature_c=41.5, export_wh=7)
    h.charge(soc=40)
    reading = h.bench.read_meter(1)
    assert (reading.power_w, reading.current_ma, reading.voltage_mv, reading.frequency_mhz) == (None, (), (), None)
    assert (reading.soc_percent, reading.temperature_dc) == (40, 415)
    h.do("meter.configure", measurands=["Energy.Active.Export.Register"])
    assert h.bench.read_meter(1).export_wh == 7


def test_signed_readings_at_start_and_stop() -> None:
    h = Hand()
    h.do("meter.configure", signed={"enabled": True, "on_start": False, "public_key": "k"})
    h.do("ev.plug_in", charge_delay_s=0)
    assert h.bench.read_meter(1).signed is None
    h.drive()
    h.advance(minutes=10)
    signed = h.bench.read_meter(1).signed
    assert signed is not None
    kind, payload, signature = signed.data.split("|")
    assert kind == "OCMF"
    assert f'"RV":{h.energy_wh() / 1000}' in payload
    assert '"TX":"E"' in payload
    assert '"SD":' in signature
    assert (signed.public_key, signed.encoding) == ("k", "OCMF")
    h.do("meter.configure", signed={"enabled": False})
    assert h.bench.read_meter(1).signed is None


def test_a_silent_meter_and_a_frozen_one() -> None:
    h = Hand()
    h.charge()
    h.do("meter.stall", kind="silent", after_s=1)
    h.bench.read_meter(1)
    h.advance(s=1)
    with pytest.raises(DeviceError, match="EVSE 1"):
        h.bench.read_meter(1)
    h.do("meter.stall", kind="frozen")
    frozen = h.bench.read_meter(1)
    h.advance(hours=1)
    assert h.bench.read_meter(1) == frozen
    h.do("meter.stall", kind="none")
    assert h.energy_wh() > frozen.import_wh


def test_register_set_jump_and_swap() -> None:
    h = Hand()
    assert h.do("meter.set", energy_wh=10_000)["energy_wh"] == 10_000
    assert h.do("meter.jump", delta_wh=-400)["energy_wh"] == 9_600
    h.do("meter.stall")
    assert h.do("meter.swap") == {"evse": 1, "energy_wh": 0, "serial": "MOCK0001-1"}
    assert h.do("meter.swap", serial="S9", energy_wh=5)["serial"] == "S9"
    assert h.energy_wh() == 5


def test_meter_events_come_each_100_wh() -> None:
    h = Hand()
    h.charge(current_a=10)
    h.advance(hours=1)
    assert [event["energy_wh"] for event in h.seen("meter")] == list(range(100, 2_301, 100))
    h.events.clear()
    h.do("meter.jump", delta_wh=1_000)
    assert len(h.seen("meter")) == 1


# the board


def test_the_lock_moves_fails_and_is_taken_away() -> None:
    h = Hand()
    h.do("lock.set", fail_on_lock=True)
    h.drive(closed=False, locked=True)
    assert h.read().lock is LockState.UNLOCKED
    h.advance(200)
    assert h.read().lock is LockState.UNKNOWN
    h.do("lock.set", fail_on_lock=False, fail_on_unlock=True)
    h.drive(closed=False, locked=True)
    h.advance(200)
    assert h.read().lock is LockState.LOCKED
    h.off()
    h.advance(200)
    assert h.read().lock is LockState.UNKNOWN
    h.do("fault.clear", evse=1, code="lock_failure")
    h.off()
    h.advance(200)
    assert h.read().lock is LockState.UNLOCKED
    assert h.do("lock.set", present=False)["lock"] == "absent"
    assert h.do("lock.set", present=True)["lock"] == "unlocked"


def test_a_fixed_cable_gets_no_lock() -> None:
    assert refused(Hand(MockEvse(tethered=True)), "lock.set", present=True).code == "conflict"


def test_inputs_of_the_board() -> None:
    h = Hand(MockEvse(), MockEvse())
    h.do("temperature.set", evse=2, celsius=-7.5)
    h.do("ventilation.set", evse=1)
    h.do("emergency_stop.set")
    assert (h.read(1).temperature_dc, h.read(2).temperature_dc) == (250, -75)
    assert (h.read(1).ventilated, h.read(2).ventilated) == (True, False)
    assert h.read(1).emergency_stop
    assert h.read(2).emergency_stop
    h.do("emergency_stop.set", evse=2, active=False)
    assert h.read(1).emergency_stop
    assert not h.read(2).emergency_stop


def test_tamper_is_a_fault_that_forbids_nothing() -> None:
    h = Hand()
    h.do("tamper.set")
    assert [(fault.code, fault.blocking) for fault, _ in h.ear.faults] == [(FaultCode.TAMPER, False)]
    assert h.ear.devices[-1] == ("tamper-0", {"evse": 0, "open": 1})
    h.do("tamper.set", active=False)
    assert not h.ear.faults[-1][1]


def test_external_limits() -> None:
    h = Hand()
    assert h.do("external_limit.set", evse=1, current_a=8.5, power_w=6_000, lease_s=60)["active"]
    assert h.ear.devices[-1] == (
        "external_limit-1",
        {"evse": 1, "current_ma": 8_500, "power_w": 6_000, "lease_ms": 60_000, "active": 1},
    )
    assert not h.do("external_limit.set", evse=1, current_a=None)["active"]
    assert h.ear.devices[-1] == ("external_limit-1", {"evse": 1, "active": 0})


# the agent's verbs


@pytest.mark.parametrize(
    ("verb", "args", "told"),
    [
        ("network.set", {"up": False}, {"up": False}),
        ("clock.step", {"seconds": -1.5}, {"seconds": -1.5}),
        ("storage.fail", {}, {"kind": "full"}),
        ("storage.heal", {}, {}),
        ("firmware.configure", {"install_s": 30, "result": "failed"}, {"install_s": 30, "result": "failed"}),
        ("system.reboot", {}, {}),
    ],
)
def test_the_agents_verbs_are_forwarded(verb: str, args: dict[str, Any], told: dict[str, Any]) -> None:
    h = Hand()
    assert h.do(verb, **args) == {"forwarded": True}
    assert h.ear.verbs == [(verb, told)]
    h.bench.detach(h.ear)
    assert refused(h, verb, **args).code == "no_agent"


def test_what_a_meter_was_configured_to_is_in_the_status() -> None:
    h = Hand()
    h.do("meter.configure", frequency_hz=49.5, noise=3, reset_on_plug_in=True, signed={}, measurands=["Temperature"])
    h.do("meter.set", export_wh=12, temperature_c=33.5)
    h.do("temperature.set", celsius=41.5)
    h.do("ventilation.set", available=True)
    (row,) = h.do("status")["evses"]
    assert (row["temperature_dc"], row["ventilated"]) == (415, True)
    told = {"frequency_mhz": 49_500, "export_wh": 12, "temperature_dc": 335, "noise_permille": 3, "signed": True}
    assert row["meter"].items() >= {**told, "reset_on_plug_in": True, "measurands": ["Temperature"]}.items()
