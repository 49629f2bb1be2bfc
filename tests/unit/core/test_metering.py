"""The register that is billed, and the samples that are told (field pains 17, 18; E02, J01, J02)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.bounds import IMPLAUSIBLE_SAMPLES
from agent.core.clock import MonoMs
from agent.core.metering import Step, VirtualRegister, next_boundary, sample_set
from agent.core.samples import Context, Sample, SampleSet
from hal.types import MeterReading, SignedReading
from tests.unit.core.parts import NOON, at

ENERGY = "Energy.Active.Import.Register"
MAX_W = 22_000
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MIDNIGHT = NOON - NOON % DAY_MS


class Watched:
    """A register that is read once a second, in a transaction unless told otherwise."""

    def __init__(self, first_wh: int = 5_000, serial: str = "") -> None:
        self.register = VirtualRegister(MAX_W)
        self.now_ms = 0
        self.serial = serial
        self.read(first_wh, in_transaction=False)

    def read(
        self,
        raw_wh: int,
        *,
        after_ms: int = 1_000,
        in_transaction: bool = True,
        serial: str | None = None,
        flowing: bool = False,
        power_w: int | None = None,
    ) -> Step:
        self.now_ms += after_ms
        reading = MeterReading(import_wh=raw_wh, serial=self.serial if serial is None else serial, power_w=power_w)
        return self.register.take(reading, MonoMs(self.now_ms), in_transaction, flowing)

    @property
    def wh(self) -> int:
        return self.register.register_wh


# --- the virtual register ------------------------------------------------------------------------------------------


def test_the_first_reading_is_what_the_meter_shows() -> None:
    """A driver can compare the receipt with the meter's display."""
    assert Watched(123_456).wh == 123_456


def test_it_follows_a_meter_that_behaves() -> None:
    watched = Watched(5_000)
    assert [watched.read(raw) for raw in (5_000, 5_006, 5_012)] == [Step.GOOD] * 3
    assert watched.wh == 5_012


def test_a_meter_that_starts_anew_counts_on_from_where_it_was() -> None:
    """lbbrhzn#1810 and others: meterStop below meterStart after the meter was reset."""
    watched = Watched(5_000)
    assert watched.read(0) is Step.RESET
    assert watched.wh == 5_000
    assert watched.read(7) is Step.GOOD
    assert watched.wh == 5_007


@pytest.mark.parametrize("shown", [100, 5_000, 90_000])
def test_another_meter_is_a_new_base_whatever_it_shows(shown: int) -> None:
    watched = Watched(5_000, serial="A")
    assert watched.read(shown, serial="B") is Step.SWAPPED
    assert watched.wh == 5_000
    watched.read(shown + 6, serial="B")
    assert watched.wh == 5_006


def test_a_meter_that_once_does_not_tell_its_number_is_the_same_meter() -> None:
    watched = Watched(5_000, serial="A")
    assert watched.read(5_003, serial="") is Step.GOOD
    assert watched.read(5_006, serial="A") is Step.GOOD
    watched.read(5_006, serial="")
    assert watched.read(5_009, serial="B") is Step.SWAPPED
    assert watched.wh == 5_006


def test_a_jump_that_no_cable_could_carry_is_not_billed_and_not_believed_at_once() -> None:
    watched = Watched(5_000)
    assert watched.read(1_000_000) is Step.HELD
    assert watched.wh == 5_000
    assert watched.read(5_006) is Step.GOOD  # it was a wrong reading
    assert watched.wh == 5_006


def test_what_a_cable_could_carry_is_twice_the_hardware_and_a_margin_for_late_readings() -> None:
    """22 kW: 12 Wh in one second, 22 kWh in half an hour, and 500 Wh."""
    assert Watched(5_000).read(5_000 + 512) is Step.GOOD
    assert Watched(5_000).read(5_000 + 513) is Step.HELD
    assert Watched(5_000).read(5_000 + 22_500, after_ms=HOUR_MS // 2) is Step.GOOD
    assert Watched(5_000).read(5_000 + 22_501, after_ms=HOUR_MS // 2) is Step.HELD


def test_a_jump_that_stays_is_the_new_base_without_being_billed() -> None:
    watched = Watched(5_000)
    steps = [watched.read(1_000_000 + n) for n in range(IMPLAUSIBLE_SAMPLES)]
    assert steps == [Step.HELD] * (IMPLAUSIBLE_SAMPLES - 1) + [Step.REBASED]
    assert watched.wh == 5_000
    assert watched.read(1_000_006 + IMPLAUSIBLE_SAMPLES) is Step.GOOD
    assert watched.wh == 5_007


def test_held_readings_count_anew_after_a_good_one() -> None:
    watched = Watched(5_000)
    for _ in range(IMPLAUSIBLE_SAMPLES):
        assert watched.read(1_000_000) is Step.HELD
        assert watched.read(5_000) is Step.GOOD


def test_a_jump_while_nobody_charges_is_believed() -> None:
    watched = Watched(5_000)
    assert watched.read(1_000_000, in_transaction=False) is Step.GOOD
    assert watched.wh == 1_000_000


def test_a_long_silence_of_the_meter_is_no_jump() -> None:
    """It was not reachable for an hour at full power: all of that is billed."""
    watched = Watched(5_000)
    assert watched.read(27_000, after_ms=HOUR_MS) is Step.GOOD
    assert watched.wh == 27_000


def test_a_frozen_register_is_noticed_while_the_meter_tells_of_power() -> None:
    watched = Watched(5_000)
    steps = [watched.read(5_000, after_ms=60_000, flowing=True, power_w=11_000) for _ in range(60)]
    assert steps[0] is Step.GOOD
    assert steps[-1] is Step.FROZEN
    assert watched.wh == 5_000


@pytest.mark.parametrize(("flowing", "power_w"), [(False, 11_000), (True, 0), (True, None)])
def test_a_register_that_has_no_reason_to_move_is_not_frozen(flowing: bool, power_w: int | None) -> None:
    watched = Watched(5_000)
    for _ in range(600):
        assert watched.read(5_000, after_ms=60_000, flowing=flowing, power_w=power_w) is Step.GOOD


def test_a_frozen_register_may_catch_up_with_what_could_have_flowed() -> None:
    watched = Watched(5_000)
    for _ in range(60):
        watched.read(5_000, after_ms=60_000, flowing=True, power_w=11_000)
    assert watched.read(16_000, after_ms=1_000, flowing=True, power_w=11_000) is Step.GOOD
    assert watched.wh == 16_000


def test_a_meter_that_is_first_heard_of_in_a_transaction_bills_nothing_of_its_past() -> None:
    """The meter was away when the transaction began, so that began at 0: its life's total is nobody's bill."""
    register = VirtualRegister(MAX_W)
    register.take(MeterReading(import_wh=1_234_567), MonoMs(1_000), True)
    assert register.register_wh == 0
    register.take(MeterReading(import_wh=1_234_573), MonoMs(2_000), True)
    assert register.register_wh == 6


def test_nor_does_it_after_a_restart_in_that_transaction() -> None:
    before, after = VirtualRegister(MAX_W), VirtualRegister(MAX_W)
    after.restore(before.kept(1))
    after.take(MeterReading(import_wh=1_234_567), MonoMs(1_000), True)
    assert after.register_wh == 0


def test_a_restart_goes_on_where_it_was_and_bills_what_flowed_meanwhile() -> None:
    watched = Watched(5_000, serial="A")
    watched.read(0, serial="A")
    watched.read(40, serial="A")
    after = VirtualRegister(MAX_W)
    after.restore(watched.register.kept(1))
    assert after.take(MeterReading(import_wh=640, serial="A"), MonoMs(5), True) is Step.GOOD
    assert after.register_wh == 5_640


def test_a_meter_that_was_changed_while_the_station_was_off_is_noticed() -> None:
    watched, after = Watched(5_000, serial="A"), VirtualRegister(MAX_W)
    after.restore(watched.register.kept(1))
    assert after.take(MeterReading(import_wh=9_000, serial="B"), MonoMs(5), True) is Step.SWAPPED
    assert after.register_wh == 5_000


class Meter:
    """A meter that counts, and suffers what meters suffer."""

    def __init__(self) -> None:
        self.raw = 10_000
        self.serial = 1

    def move(self, kind: str, amount: int) -> None:
        if kind == "count":
            self.raw += amount % 7
        elif kind == "reset":
            self.raw = 0
        elif kind == "swap":
            self.raw, self.serial = amount, self.serial + 1
        elif kind == "jump":
            self.raw += 50_000 + amount


moves = st.lists(
    st.tuples(st.sampled_from(["count", "reset", "swap", "jump", "stall"]), st.integers(0, 1_000_000), st.booleans()),
    max_size=40,
)


@given(moves)
def test_whatever_the_meter_does_the_register_never_runs_backwards(steps: list[tuple[str, int, bool]]) -> None:
    watched, meter = Watched(10_000, serial="1"), Meter()
    for kind, amount, in_transaction in steps:
        before = watched.wh
        meter.move(kind, amount)
        watched.read(meter.raw, serial=str(meter.serial), in_transaction=in_transaction)
        assert watched.wh >= before


@given(moves)
def test_in_a_transaction_no_more_is_billed_than_a_cable_could_carry(steps: list[tuple[str, int, bool]]) -> None:
    """Twice the hardware's power over the time, and 500 Wh for each reading that was late."""
    watched, meter = Watched(10_000, serial="1"), Meter()
    for kind, amount, _ in steps:
        before = watched.wh
        meter.move(kind, amount)
        watched.read(meter.raw, serial=str(meter.serial))
        assert watched.wh - before <= 500 + 2 * MAX_W * (1 + len(steps)) // 3_600


@given(st.lists(st.tuples(st.sampled_from(["count", "reset", "swap"]), st.integers(0, 1_000)), max_size=40))
def test_energy_is_conserved_over_resets_and_swaps(steps: list[tuple[str, int]]) -> None:
    """All that a meter counted between two of its readings is billed, whichever meter it was."""
    watched, meter, counted = Watched(10_000, serial="1"), Meter(), 0
    for kind, amount in steps:
        before = meter.raw
        meter.move(kind, amount)
        counted += meter.raw - before if kind == "count" else 0
        watched.read(meter.raw, serial=str(meter.serial))
    assert watched.wh == 10_000 + counted


@given(moves, st.integers(0, 40))
def test_a_restart_at_any_moment_leads_to_the_same_register(steps: list[tuple[str, int, bool]], cut: int) -> None:
    """Idle or not, but for the jump that is being held at that moment."""
    straight, meter = Watched(10_000, serial="1"), Meter()
    other = Watched(10_000, serial="1")
    for number, (kind, amount, in_transaction) in enumerate(steps):
        if number == cut:
            restored = VirtualRegister(MAX_W)
            restored.restore(other.register.kept(1))
            other.register = restored
        meter.move("count" if kind == "jump" else kind, amount)
        for watched in (straight, other):
            watched.read(meter.raw, serial=str(meter.serial), in_transaction=in_transaction)
    assert other.wh == straight.wh


# --- samples -------------------------------------------------------------------------------------------------------

FULL = MeterReading(
    import_wh=999,
    export_wh=12,
    power_w=11_040,
    voltage_mv=(230_000, 231_000, 229_500),
    current_ma=(16_000, 15_900, 16_100),
    phase_power_w=(3_680, 3_672, 3_694),
    frequency_mhz=50_010,
    power_factor_permille=990,
    soc_percent=42,
    temperature_dc=305,
)


def told(measurand: str, reading: MeterReading | None = FULL, *, offered_ma: int = 16_000) -> tuple[Sample, ...]:
    offered_w = offered_ma * 690 // 1000
    found = sample_set(
        reading, 5_012, (measurand,), Context.PERIODIC, at(0).stamp(), offered_ma=offered_ma, offered_w=offered_w
    )
    return found.samples if found is not None else ()


def test_the_energy_told_is_the_billed_register_and_not_the_raw_one() -> None:
    (sample,) = told(ENERGY)
    assert (sample.value_milli, sample.unit, sample.phase) == (5_012_000, "Wh", "")


def test_power_is_told_in_all_and_for_each_phase() -> None:
    """Field pain 18: no total on three phases."""
    total, *phases = told("Power.Active.Import")
    assert (total.value_milli, total.unit, total.phase) == (11_040_000, "W", "")
    assert [(s.phase, s.value_milli) for s in phases] == [("L1", 3_680_000), ("L2", 3_672_000), ("L3", 3_694_000)]


def test_on_one_phase_the_total_says_it_all() -> None:
    single = MeterReading(import_wh=0, power_w=2_300, phase_power_w=(2_300,))
    assert len(told("Power.Active.Import", single)) == 1


def test_power_that_flows_the_other_way_is_no_import() -> None:
    (sample,) = told("Power.Active.Import", MeterReading(import_wh=0, power_w=-40))
    assert sample.value_milli == 0


@pytest.mark.parametrize(
    ("measurand", "unit", "phases", "values"),
    [
        ("Current.Import", "A", ["L1", "L2", "L3"], [16_000, 15_900, 16_100]),
        ("Voltage", "V", ["L1-N", "L2-N", "L3-N"], [230_000, 231_000, 229_500]),
        ("Frequency", "Hz", [""], [50_010]),
        ("Power.Factor", "", [""], [990]),
        ("Temperature", "Celsius", [""], [30_500]),
        ("Energy.Active.Export.Register", "Wh", [""], [12_000]),
        ("Current.Offered", "A", [""], [16_000]),
        ("Power.Offered", "W", [""], [16_000 * 230 * 3]),
    ],
)
def test_each_measurand_in_thousandths_of_its_unit(
    measurand: str, unit: str, phases: list[str], values: list[int]
) -> None:
    samples = told(measurand)
    assert [s.phase for s in samples] == phases
    assert [s.value_milli for s in samples] == values
    assert {(s.unit, s.measurand, s.location) for s in samples} == {(unit, measurand, "Outlet")}


def test_the_state_of_charge_is_the_cars() -> None:
    (sample,) = told("SoC")
    assert (sample.value_milli, sample.unit, sample.location) == (42_000, "Percent", "EV")


@pytest.mark.parametrize(
    "measurand",
    [
        "Energy.Active.Export.Register",
        "Power.Active.Import",
        "Current.Import",
        "Voltage",
        "Frequency",
        "Power.Factor",
        "SoC",
        "Temperature",
        "Energy.Apparent.Net",
    ],
)
def test_what_a_meter_does_not_have_is_left_out(measurand: str) -> None:
    """Rather no set at all than an empty one (field pain 18: empty sampledValue)."""
    assert told(measurand, MeterReading(import_wh=1)) == ()


def test_with_the_meter_lost_the_last_good_register_is_told() -> None:
    (sample,) = told(ENERGY, None)
    assert sample.value_milli == 5_012_000
    assert told("Voltage", None) == ()


def test_one_set_has_one_stamp_one_context_and_the_configured_order() -> None:
    found = sample_set(FULL, 1, ("Voltage", ENERGY), Context.BEGIN, at(7).stamp())
    assert found is not None
    assert (found.stamp, found.context) == (at(7).stamp(), Context.BEGIN)
    assert [s.measurand for s in found.samples] == ["Voltage"] * 3 + [ENERGY]


def test_no_measurands_no_set() -> None:
    assert sample_set(FULL, 1, (), Context.BEGIN, at(0).stamp()) is None


SIGNED = MeterReading(
    import_wh=1, power_w=5, signed=SignedReading(data="OCMF|x", method="m", encoding="OCMF", public_key="key")
)


def signed_set(*, signed: bool, keyed: bool, reading: MeterReading = SIGNED) -> SampleSet:
    found = sample_set(
        reading, 1, ("Power.Active.Import", ENERGY), Context.END, at(0).stamp(), signed=signed, keyed=keyed
    )
    assert found is not None
    return found


def test_the_signature_goes_with_the_energy_and_with_nothing_else() -> None:
    power, energy = signed_set(signed=True, keyed=False).samples
    assert (energy.signed_data, energy.signing_method, energy.encoding_method) == ("OCMF|x", "m", "OCMF")
    assert energy.value_milli == 1_000
    assert power.signed_data == ""


def test_the_public_key_goes_along_when_it_is_to() -> None:
    assert [s.public_key for s in signed_set(signed=True, keyed=True).samples] == ["", "key"]
    assert [s.public_key for s in signed_set(signed=True, keyed=False).samples] == ["", ""]


def test_nothing_is_signed_unless_configured_and_possible() -> None:
    plain = MeterReading(import_wh=1, power_w=5)
    for found in (signed_set(signed=False, keyed=True), signed_set(signed=True, keyed=True, reading=plain)):
        assert all(not s.signed_data and not s.public_key for s in found.samples)


# --- clock-aligned moments -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wall", "interval_s", "expected"),
    [
        (MIDNIGHT, 900, MIDNIGHT + 900_000),
        (MIDNIGHT + 1, 900, MIDNIGHT + 900_000),
        (MIDNIGHT + 899_999, 900, MIDNIGHT + 900_000),
        (MIDNIGHT + 900_000, 900, MIDNIGHT + 1_800_000),
        (NOON, 3_600, NOON + HOUR_MS),
        (NOON, 86_400, MIDNIGHT + DAY_MS),
        (MIDNIGHT + DAY_MS - 1, 7, MIDNIGHT + DAY_MS),
    ],
)
def test_aligned_moments_count_from_midnight(wall: int, interval_s: int, expected: int) -> None:
    assert next_boundary(wall, interval_s) == expected


@given(st.integers(NOON, NOON + 400 * DAY_MS), st.integers(1, 86_400))
def test_the_next_moment_is_the_very_next_of_its_day(wall: int, interval_s: int) -> None:
    """Also where the interval does not divide the day: it begins anew at midnight."""
    following = next_boundary(wall, interval_s)
    midnight = wall - wall % DAY_MS
    assert wall < following <= wall + interval_s * 1000
    assert (following - midnight) % (interval_s * 1000) == 0 or following == midnight + DAY_MS
