"""The allocator under the shared supply fuse, and the limits it works with."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.clock import MonoMs
from agent.core.limits import Demand, Limit, LimitSet, Scope

MIN_MA = 6_000
NOW = MonoMs(1_000)


def demand(evse: int, *, since: int = 0, held: int = 0, phases: int = 3, tx: str | None = None) -> Demand:
    return Demand(evse=evse, since=MonoMs(since), phases=phases, tx=tx, held_ma=held)


def limits_of(supply: int | None, hardware: dict[int, int]) -> LimitSet:
    limits = LimitSet()
    if supply is not None:
        limits.put(Limit(source="fuse", scope=Scope.STATION, current_ma=supply))
    for evse, current in hardware.items():
        limits.put(Limit(source="hardware", scope=Scope.EVSE, evse=evse, current_ma=current))
    return limits


# --- what one limit allows -----------------------------------------------------------------------------------------


def test_watts_become_amperes_per_phase_rounded_down() -> None:
    """11 kW on three phases are 15.94 A each: a limit is never exceeded by rounding."""
    limit = Limit(source="grid", scope=Scope.STATION, power_w=11_000)
    assert limit.current(3, NOW) == 15_942
    assert limit.current(1, NOW) == 47_826


def test_watts_become_amperes_at_the_voltage_of_the_supply() -> None:
    """A North American outlet: 240 V between the legs would be offered too much by a reckoning with 230 V."""
    limits = LimitSet(phases=1, voltage_mv=240_000)
    limits.put(Limit(source="hardware", scope=Scope.EVSE, evse=1, current_ma=40_000))
    limits.put(Limit(source="grid", scope=Scope.EVSE, evse=1, power_w=7_200))
    assert limits.evse_ma(demand(1, phases=1), NOW) == 30_000
    limits.put(Limit(source="grid", scope=Scope.STATION, power_w=4_800))
    assert limits.station_ma(NOW) == 20_000


def test_a_lease_that_ran_out_leaves_its_fall_back() -> None:
    limit = Limit(source="grid", scope=Scope.EVSE, evse=1, current_ma=32_000, expires=MonoMs(5_000), fallback_ma=10_000)
    assert limit.current(3, MonoMs(4_999)) == 32_000
    assert limit.current(3, MonoMs(5_000)) == 10_000  # field pain 23: a lost controller means the safe current


def test_a_lease_without_a_fall_back_lapses() -> None:
    limits = limits_of(None, {1: 32_000})
    limits.put(Limit(source="grid", scope=Scope.EVSE, evse=1, current_ma=0, expires=MonoMs(5_000)))
    assert limits.evse_ma(demand(1), MonoMs(4_999)) == 0
    assert limits.evse_ma(demand(1), MonoMs(5_000)) == 32_000


def test_a_fall_back_of_nothing_is_nothing_and_not_no_limit() -> None:
    limits = limits_of(None, {1: 32_000})
    limits.put(Limit(source="grid", scope=Scope.EVSE, evse=1, current_ma=20_000, expires=MonoMs(5_000), fallback_ma=0))
    assert limits.allocate([demand(1)], 0, MonoMs(5_000)) == {1: 0}


def test_the_next_expiry_is_the_earliest_that_is_still_to_come() -> None:
    limits = limits_of(None, {1: 32_000})
    assert limits.next_expiry(NOW) is None
    for source, expires in (("a", 9_000), ("b", 5_000), ("gone", 500)):
        limits.put(Limit(source=source, scope=Scope.STATION, current_ma=1, expires=MonoMs(expires)))
    assert limits.next_expiry(NOW) == 5_000
    assert limits.next_expiry(MonoMs(5_000)) == 9_000


# --- which limits concern whom -------------------------------------------------------------------------------------


def test_the_least_of_all_limits_holds_whoever_set_it() -> None:
    """Hardware, cable and configuration: none overrides another (the local one is not to be lifted from afar)."""
    limits = limits_of(None, {1: 32_000})
    limits.put(Limit(source="cable", scope=Scope.EVSE, evse=1, current_ma=20_000))
    limits.put(Limit(source="configured", scope=Scope.EVSE, evse=1, current_ma=25_000))
    assert limits.evse_ma(demand(1), NOW) == 20_000


def test_a_limit_of_another_evse_or_transaction_concerns_nobody_else() -> None:
    limits = limits_of(None, {1: 32_000, 2: 32_000})
    limits.put(Limit(source="cable", scope=Scope.EVSE, evse=2, current_ma=13_000))
    limits.put(Limit(source="profile", scope=Scope.TRANSACTION, evse=1, tx="old", current_ma=7_000))
    assert limits.evse_ma(demand(1, tx="new"), NOW) == 32_000
    assert limits.evse_ma(demand(1, tx="old"), NOW) == 7_000


def test_a_newer_limit_of_the_same_source_replaces_the_older() -> None:
    limits = limits_of(None, {1: 32_000})
    for current in (10_000, 16_000):
        limits.put(Limit(source="configured", scope=Scope.EVSE, evse=1, current_ma=current))
    assert limits.evse_ma(demand(1), NOW) == 16_000
    limits.drop("configured", Scope.EVSE, 1)
    assert limits.evse_ma(demand(1), NOW) == 32_000


def test_the_limits_of_a_transaction_die_with_it() -> None:
    """Field pain 22: no orphaned profile."""
    limits = limits_of(None, {1: 32_000})
    limits.put(Limit(source="profile", scope=Scope.TRANSACTION, tx="a", current_ma=7_000))
    limits.put(Limit(source="profile", scope=Scope.TRANSACTION, tx="b", current_ma=8_000))
    limits.drop_transaction("a")
    assert limits.evse_ma(demand(1, tx="a"), NOW) == 32_000
    assert limits.evse_ma(demand(1, tx="b"), NOW) == 8_000


def test_phases_are_the_least_that_concern_the_evse() -> None:
    limits = limits_of(None, {1: 32_000, 2: 32_000})
    limits.put(Limit(source="grid", scope=Scope.EVSE, evse=2, phases=1, current_ma=32_000))
    assert limits.phases(demand(2), NOW) == 1
    assert limits.phases(demand(1), NOW) == 3
    limits.put(Limit(source="grid", scope=Scope.STATION, phases=2, current_ma=32_000, expires=MonoMs(5_000)))
    assert limits.phases(demand(1), NOW) == 2
    assert limits.phases(demand(1), MonoMs(5_000)) == 3


def test_phases_of_another_transaction_do_not_concern_the_next_one_of_the_evse() -> None:
    limits = limits_of(None, {1: 32_000})
    limits.put(Limit(source="profile", scope=Scope.TRANSACTION, evse=1, tx="old", phases=1, current_ma=32_000))
    assert limits.phases(demand(1, tx="new"), NOW) == 3


def test_watts_are_reckoned_on_the_phases_that_are_left() -> None:
    """3.68 kW on one phase are 16 A; on three they would be too little to charge at all."""
    limits = limits_of(None, {1: 32_000})
    limits.put(Limit(source="profile", scope=Scope.TRANSACTION, tx="a", power_w=3_680, phases=1))
    assert limits.phases(demand(1, tx="a"), NOW) == 1
    assert limits.evse_ma(demand(1, tx="a"), NOW) == 16_000


@pytest.mark.parametrize(("phases", "expected"), [(3, 16_000), (1, 48_000)])
def test_watts_of_the_station_are_reckoned_on_the_phases_of_its_supply(phases: int, expected: int) -> None:
    limits = LimitSet(phases)
    limits.put(Limit(source="grid", scope=Scope.STATION, power_w=11_040))
    assert limits.station_ma(NOW) == expected


def test_nothing_is_known_nothing_is_given() -> None:
    assert LimitSet().evse_ma(demand(1), NOW) == 0
    assert LimitSet().allocate([demand(1)], 0, NOW) == {1: 0}


# --- shares under the fuse -----------------------------------------------------------------------------------------


def test_what_one_cannot_use_goes_to_the_others() -> None:
    limits = limits_of(40_000, {1: 10_000, 2: 32_000, 3: 32_000})
    assert limits.targets([demand(1), demand(2), demand(3)], NOW) == {1: 10_000, 2: 15_000, 3: 15_000}


def test_when_not_everybody_can_have_six_amperes_the_longest_charging_come_first() -> None:
    limits = limits_of(17_000, {1: 32_000, 2: 32_000, 3: 32_000})
    demands = [demand(1, since=300), demand(2, since=100), demand(3, since=200)]
    assert limits.targets(demands, NOW) == {1: 0, 2: 8_500, 3: 8_500}


def test_those_of_equal_age_are_served_in_the_order_of_their_number() -> None:
    limits = limits_of(7_000, {1: 32_000, 2: 32_000})
    assert limits.targets([demand(2), demand(1)], NOW) == {1: 7_000, 2: 0}


def test_an_evse_that_is_limited_below_six_amperes_takes_nobodys_share() -> None:
    limits = limits_of(12_000, {1: 5_999, 2: 32_000})
    assert limits.targets([demand(1), demand(2)], NOW) == {1: 0, 2: 12_000}


def test_without_a_station_limit_each_has_its_own() -> None:
    limits = limits_of(None, {1: 32_000, 2: 5_000})
    assert limits.allocate([demand(1), demand(2)], 99_000, NOW) == {1: 32_000, 2: 0}


def test_a_raise_waits_until_the_other_is_known_to_have_come_down() -> None:
    """The guard of EVSE 1 still offers 32 A: EVSE 2 begins when that is confirmed to be over, and not before."""
    limits = limits_of(32_000, {1: 32_000, 2: 32_000})
    assert limits.allocate([demand(1, held=32_000), demand(2)], 0, NOW) == {1: 16_000, 2: 0}
    assert limits.allocate([demand(1, held=16_000), demand(2)], 0, NOW) == {1: 16_000, 2: 16_000}


def test_what_an_evse_that_stopped_still_holds_is_not_given_away() -> None:
    limits = limits_of(32_000, {1: 32_000})
    assert limits.allocate([demand(1)], 20_000, NOW) == {1: 12_000}
    assert limits.allocate([demand(1)], 27_000, NOW) == {1: 0}  # less than 6 A cannot be told
    assert limits.allocate([demand(1)], 0, NOW) == {1: 32_000}


def test_what_is_free_is_given_away_once() -> None:
    """13 A are free and two wait: the one takes its share of 16 A as far as they go, the other goes on waiting."""
    limits = limits_of(32_000, {1: 32_000, 2: 32_000})
    assert limits.allocate([demand(1), demand(2)], 19_000, NOW) == {1: 13_000, 2: 0}


def test_a_supply_that_shrinks_lowers_everybody_at_once() -> None:
    limits = limits_of(20_000, {1: 32_000, 2: 32_000})
    assert limits.allocate([demand(1, held=16_000), demand(2, held=16_000)], 0, NOW) == {1: 10_000, 2: 10_000}


currents = st.integers(0, 80_000)
stations = st.lists(st.tuples(currents, st.integers(0, 500)), min_size=1, max_size=6)


@given(currents, stations)
def test_targets_keep_the_fuse_and_every_limit_and_tell_no_current_below_six_amperes(
    supply: int, evses: list[tuple[int, int]]
) -> None:
    limits = limits_of(supply, {n: current for n, (current, _) in enumerate(evses, 1)})
    target = limits.targets([demand(n, since=since) for n, (_, since) in enumerate(evses, 1)], NOW)
    assert sum(target.values()) <= supply
    for number, (current, _) in enumerate(evses, 1):
        assert target[number] == 0 or MIN_MA <= target[number] <= current


@given(currents, stations)
def test_nobody_who_can_be_served_is_starved(supply: int, evses: list[tuple[int, int]]) -> None:
    """As many are served as can have 6 A each, and nothing is left over while somebody served could use it."""
    able = [n for n, (current, _) in enumerate(evses, 1) if current >= MIN_MA]
    limits = limits_of(supply, {n: current for n, (current, _) in enumerate(evses, 1)})
    target = limits.targets([demand(n, since=since) for n, (_, since) in enumerate(evses, 1)], NOW)
    served = [n for n in target if target[n]]
    assert len(served) == min(len(able), supply // MIN_MA)
    for waiting in set(able) - set(served):
        assert all(evses[s - 1][1] <= evses[waiting - 1][1] for s in served)  # the longest-charging come first
    if any(target[n] < evses[n - 1][0] for n in served):
        assert sum(target.values()) == supply


@given(currents, stations)
def test_nobody_has_less_than_another_unless_it_can_use_no_more(supply: int, evses: list[tuple[int, int]]) -> None:
    limits = limits_of(supply, {n: current for n, (current, _) in enumerate(evses, 1)})
    target = limits.targets([demand(n) for n in range(1, len(evses) + 1)], NOW)
    served = [n for n in target if target[n]]
    for mine in served:
        if target[mine] < evses[mine - 1][0]:
            assert all(target[other] <= target[mine] + len(served) for other in served)  # but for the rounding


@given(currents, st.integers(0, 40_000), st.lists(currents, min_size=1, max_size=6))
def test_more_supply_is_never_less_for_anybody_served(supply: int, more: int, evses: list[int]) -> None:
    demands = [demand(n) for n in range(1, len(evses) + 1)]
    hardware = dict(enumerate(evses, 1))
    before = limits_of(supply, hardware).targets(demands, NOW)
    after = limits_of(supply + more, hardware).targets(demands, NOW)
    assert sum(after.values()) >= sum(before.values())
    if [n for n in before if before[n]] == [n for n in after if after[n]]:
        assert all(after[n] >= before[n] - 1 for n in before)  # the odd milliampere may move on


@given(currents, stations, st.integers(0, 5))
def test_the_order_of_the_demands_does_not_matter(supply: int, evses: list[tuple[int, int]], cut: int) -> None:
    limits = limits_of(supply, {n: current for n, (current, _) in enumerate(evses, 1)})
    demands = [demand(n, since=since) for n, (_, since) in enumerate(evses, 1)]
    mixed = demands[cut:][::-1] + demands[:cut]
    assert limits.targets(demands, NOW) == limits.targets(mixed, NOW)
    assert limits.allocate(demands, 0, NOW) == limits.allocate(mixed, 0, NOW)


class Outlets:
    """Guards that take a permit over late: what is granted, and what is still offered."""

    def __init__(self, limits: LimitSet, count: int) -> None:
        self.limits = limits
        self.granted = dict.fromkeys(range(1, count + 1), 0)
        self.offered = dict.fromkeys(range(1, count + 1), 0)
        self.wanting: set[int] = set()

    def held(self, evse: int) -> int:
        return max(self.granted[evse], self.offered[evse])

    def allocate(self) -> None:
        for evse in self.granted:
            if evse not in self.wanting:
                self.granted[evse] = 0
        others = sum(self.held(e) for e in self.granted if e not in self.wanting)
        demands = [demand(e, since=e, held=self.held(e)) for e in sorted(self.wanting)]
        self.granted |= self.limits.allocate(demands, others, NOW)

    @property
    def drawn(self) -> int:
        """What the supply must carry at worst: each draws what is granted, or what is still offered to it."""
        return sum(self.held(e) for e in self.granted)


steps = st.lists(st.tuples(st.sampled_from(["want", "leave", "confirm"]), st.integers(1, 4)), max_size=30)


@given(st.integers(6_000, 70_000), st.lists(st.integers(6_000, 32_000), min_size=4, max_size=4), steps)
def test_the_fuse_never_carries_the_sum_of_old_and_new(
    supply: int, hardware: list[int], moves: list[tuple[str, int]]
) -> None:
    """Whatever comes, goes and is confirmed late: permits and what is still offered stay under the fuse together."""
    outlets = Outlets(limits_of(supply, dict(enumerate(hardware, 1))), 4)
    for move, evse in moves:
        if move == "want":
            outlets.wanting.add(evse)
        elif move == "leave":
            outlets.wanting.discard(evse)
        else:
            outlets.offered[evse] = outlets.granted[evse]
        outlets.allocate()
        assert outlets.drawn <= supply


@given(st.integers(6_000, 70_000), st.lists(st.integers(6_000, 32_000), min_size=4, max_size=4), steps)
def test_once_everything_is_confirmed_everybody_has_the_target(
    supply: int, hardware: list[int], moves: list[tuple[str, int]]
) -> None:
    """No dead lock: two rounds of confirmation are enough to arrive."""
    outlets = Outlets(limits_of(supply, dict(enumerate(hardware, 1))), 4)
    for move, evse in moves:
        (outlets.wanting.discard if move == "leave" else outlets.wanting.add)(evse)
        outlets.allocate()
    for _ in range(2):
        outlets.offered = dict(outlets.granted)
        outlets.allocate()
    wanted = [demand(e, since=e) for e in sorted(outlets.wanting)]
    expected = outlets.limits.targets(wanted, NOW)
    assert {e: outlets.granted[e] for e in expected} == expected


@pytest.mark.parametrize("scope", list(Scope))
def test_limits_are_known_by_source_scope_and_place(scope: Scope) -> None:
    limits = LimitSet()
    limits.put(Limit(source="x", scope=scope, evse=1, tx="t", current_ma=1))
    limits.drop("y", scope, 1, "t")
    assert len(limits.all()) == 1
    limits.drop("x", scope, 1, "t")
    assert limits.all() == ()
