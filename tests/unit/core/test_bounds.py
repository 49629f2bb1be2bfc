"""The bounds fit to each other."""

from __future__ import annotations

from agent.core import bounds


def test_permit_numbers_stay_within_31_bits_for_every_boot() -> None:
    assert bounds.PERMIT_BOOTS * bounds.PERMITS_A_BOOT < 2**31


def test_a_boot_cannot_use_up_its_permit_numbers_in_a_month_of_charging() -> None:
    """One renewal in a third of the shortest lease that is configured in practice."""
    assert bounds.PERMITS_A_BOOT * 10_000 // bounds.PERMIT_RENEWALS > 30 * 86_400_000


def test_a_lease_outlives_two_lost_renewals() -> None:
    assert bounds.PERMIT_RENEWALS >= 3


def test_a_power_cut_is_known_to_within_an_hour() -> None:
    assert bounds.KEPT_AT_LEAST_MS <= 3_600_000


def test_the_end_of_a_transaction_waits_for_the_contactor_longer_than_the_guard_takes() -> None:
    guard_ramp_ms = 6_000  # IEC 61851-1: a car has that long to stop drawing
    assert guard_ramp_ms < bounds.OPEN_TIMEOUT_MS


def test_no_current_below_what_a_duty_cycle_can_tell() -> None:
    assert bounds.MIN_CURRENT_MA == 6_000


def test_every_bound_is_positive() -> None:
    for name, value in vars(bounds).items():
        if name.isupper():
            assert value > 0, name
