"""Time: trust, the correction of stamps, and steps of the clock (field pain 9)."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from agent.core.clock import SOFTWARE_MADE_MS, MonoMs, Now, Stamp, WallClock, WallMs
from tests.unit.core.parts import BOOT, NOON, at

HOUR_MS = 3_600_000


def stamp(ms: int, *, boot: int = BOOT, wall: int | None = None) -> Stamp:
    return Stamp(boot=boot, mono_ms=MonoMs(ms), wall_ms=None if wall is None else WallMs(wall))


def test_a_stamp_says_boot_time_since_and_the_wall_if_it_was_trusted() -> None:
    assert at(5_000).stamp() == stamp(5_000, wall=NOON + 5_000)
    assert at(5_000, wall=None).stamp() == stamp(5_000)


# --- correcting stamps ---------------------------------------------------------------------------------------------


def test_a_trusted_stamp_is_told_as_it_was_stamped() -> None:
    clock = WallClock({BOOT: NOON + 99}, {BOOT: NOON + HOUR_MS})
    assert clock.wall(stamp(10, wall=NOON)) == NOON
    assert clock.knows(stamp(10, wall=NOON))


def test_what_happened_before_the_clock_was_set_gets_its_right_time() -> None:
    clock = WallClock({}, {})
    early = stamp(2_000)
    assert not clock.knows(early)
    clock.learn(at(60_000))
    assert clock.knows(early)
    assert clock.wall(early) == NOON + 2_000


def test_the_offset_of_a_boot_is_known_in_later_ones() -> None:
    clock = WallClock({BOOT: NOON}, {BOOT: NOON})
    assert clock.wall(stamp(2_000)) == NOON + 2_000
    assert clock.offset(BOOT) == NOON
    assert clock.offset(BOOT + 1) is None


def test_no_time_is_told_before_this_software_was_made() -> None:
    """Not 1970, even if nothing at all is known."""
    assert WallClock({}, {}).wall(stamp(1_000)) == SOFTWARE_MADE_MS + 1_000


def test_an_untrusted_boot_is_placed_after_all_that_was_known_before_it() -> None:
    clock = WallClock({BOOT - 1: NOON}, {BOOT - 1: NOON + HOUR_MS})
    assert clock.wall(stamp(1_000)) == NOON + HOUR_MS + 1_000
    assert clock.wall(stamp(1_000)) < clock.wall(stamp(2_000))


def test_an_untrusted_boot_is_placed_before_the_trusted_one_that_followed() -> None:
    """A session without a clock, a power cut, and then a CSMS that tells the time: the session was before that."""
    clock = WallClock({BOOT - 2: NOON - 24 * HOUR_MS}, {BOOT - 2: NOON - 23 * HOUR_MS})
    clock.learn(at(5_000, wall=NOON))
    clock.learn(at(3 * HOUR_MS, wall=NOON))
    start, stop = stamp(60_000, boot=BOOT - 1), stamp(60_000 + HOUR_MS, boot=BOOT - 1)
    assert NOON - 23 * HOUR_MS <= clock.wall(start) <= clock.wall(stop) <= NOON
    assert clock.wall(stop) - clock.wall(start) == HOUR_MS


def test_the_place_of_an_untrusted_boot_is_the_same_in_every_later_boot() -> None:
    """What is told again after a further restart has the time that it had before."""
    clock = WallClock({BOOT - 2: NOON - 24 * HOUR_MS}, {BOOT - 2: NOON - 23 * HOUR_MS})
    clock.learn(at(5_000, wall=NOON))
    told = clock.wall(stamp(60_000, boot=BOOT - 1))
    clock.learn(at(9 * HOUR_MS, wall=NOON))
    assert clock.wall(stamp(60_000, boot=BOOT - 1)) == told


def test_it_is_the_very_next_trusted_boot_that_it_was_before() -> None:
    known = {BOOT - 2: NOON, BOOT: NOON + HOUR_MS, BOOT + 1: NOON + 9 * HOUR_MS}
    clock = WallClock(known, known)
    assert clock.wall(stamp(HOUR_MS // 2, boot=BOOT - 1)) == NOON + HOUR_MS // 2
    assert clock.wall(stamp(2 * HOUR_MS, boot=BOOT - 1)) == NOON + HOUR_MS + 2 * HOUR_MS  # one monotonic clock


def test_an_agent_that_only_restarted_shares_the_time_since_the_machine_booted() -> None:
    """Its stamps cannot be after the next boot began, unless both count on one monotonic clock: then that is known."""
    clock = WallClock({}, {})
    learned = Now(mono_ms=MonoMs(10 * HOUR_MS), wall_ms=WallMs(SOFTWARE_MADE_MS + 11 * HOUR_MS), boot=BOOT)
    clock.learn(learned)
    assert clock.wall(stamp(9 * HOUR_MS, boot=BOOT - 1)) == SOFTWARE_MADE_MS + 10 * HOUR_MS


@given(
    st.integers(0, 30 * 24 * HOUR_MS),
    st.lists(st.integers(0, 30 * 24 * HOUR_MS), min_size=2, max_size=6),
    st.integers(0, 365 * 24 * HOUR_MS),
)
def test_corrected_times_keep_the_order_of_their_boot_and_are_never_in_the_future(
    since: int, moments: list[int], gap: int
) -> None:
    """A trusted boot, an untrusted one after it, and the present: whatever the lengths."""
    clock = WallClock({BOOT - 2: NOON}, {BOOT - 2: NOON + since})
    begun = NOON + since + max(moments) + gap
    clock.learn(Now(mono_ms=MonoMs(1_000), wall_ms=WallMs(begun + 1_000), boot=BOOT))
    told = [clock.wall(stamp(m, boot=BOOT - 1)) for m in sorted(moments)]
    assert told == sorted(told)
    assert NOON + since <= told[0]
    assert told[-1] <= begun


# --- learning ------------------------------------------------------------------------------------------------------


def test_an_offset_is_news_once_and_when_it_moves_by_more_than_a_second() -> None:
    clock = WallClock({}, {})
    assert not clock.learn(at(0, wall=None))
    assert clock.learn(at(0))
    assert not clock.learn(at(60_000))
    assert not clock.learn(at(60_000, wall=NOON + 1_000))
    assert clock.learn(at(60_000, wall=NOON + 1_001))
    assert not clock.learn(at(61_000, wall=NOON + 1_001))
    assert clock.learn(at(61_000, wall=NOON - 5_000))


def test_small_steps_add_up_to_news() -> None:
    clock = WallClock({}, {})
    clock.learn(at(0))
    assert [clock.learn(at(0, wall=NOON + step)) for step in (600, 1_200)] == [False, True]


def test_the_floor_only_rises() -> None:
    clock = WallClock({}, {})
    assert clock.floor_ms == SOFTWARE_MADE_MS
    clock.learn(at(HOUR_MS))
    clock.learn(at(0))
    assert clock.floor_ms == NOON + HOUR_MS


def test_the_floor_is_kept_anew_every_hour() -> None:
    """So that a station that comes back without a clock after a month does not tell times of a month ago."""
    clock, kept = WallClock({}, {}), []
    for minute in range(200):
        now = at(minute * 60_000)
        if clock.learn(now) or clock.keeps_floor(now):
            kept.append(minute)
    assert kept == [0, 60, 120, 180]
    assert not clock.keeps_floor(at(0, wall=None))


# --- steps ---------------------------------------------------------------------------------------------------------


def test_time_does_not_step_back_while_it_is_held() -> None:
    """Inside a transaction: it goes on at its own pace from what was told."""
    clock = WallClock({}, {})
    clock.steady(at(0), hold=True)
    back = NOON - HOUR_MS
    assert clock.steady(at(1_000, wall=back), hold=True) == at(1_000)
    assert clock.steady(at(2_000, wall=back), hold=True) == at(2_000)
    assert clock.steady(at(3_000, wall=back), hold=False) == at(3_000, wall=back)
    assert clock.steady(at(4_000, wall=back), hold=True) == at(4_000, wall=back)


def test_a_step_forward_is_followed_at_once() -> None:
    clock = WallClock({}, {})
    clock.steady(at(0), hold=True)
    assert clock.steady(at(1_000, wall=NOON + HOUR_MS), hold=True) == at(1_000, wall=NOON + HOUR_MS)
    assert clock.steady(at(2_000), hold=True) == at(2_000, wall=NOON + HOUR_MS)


def test_an_unknown_time_stays_unknown() -> None:
    clock = WallClock({}, {})
    clock.steady(at(0), hold=True)
    assert clock.steady(at(1_000, wall=None), hold=True).wall_ms is None


def test_what_an_earlier_boot_told_holds_nothing() -> None:
    clock = WallClock({}, {})
    clock.steady(at(0, boot=BOOT - 1), hold=True)
    early = at(1_000, wall=NOON - HOUR_MS)
    assert clock.steady(early, hold=True) == early


@given(st.lists(st.tuples(st.integers(0, 10_000), st.integers(-HOUR_MS, HOUR_MS)), min_size=1, max_size=20))
def test_wall_time_never_runs_backwards_while_it_is_held(moves: list[tuple[int, int]]) -> None:
    clock, mono, last = WallClock({}, {}), 0, 0
    for passed, step in moves:
        mono += passed
        wall = clock.steady(at(mono, wall=NOON + step), hold=True).wall_ms
        assert wall is not None
        assert wall >= last
        last = wall
