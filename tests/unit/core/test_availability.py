"""Availability as commanded, for station, EVSE and connector apart (G03, G04)."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from agent.core.availability import Availability
from agent.core.facts import OperativeSet
from tests.unit.core.parts import facts, turn

STATION, EVSE, CONNECTOR = (0, 0), (1, 0), (1, 2)


def out_of(*places: tuple[int, int]) -> Availability:
    availability = Availability()
    for evse, connector in places:
        availability.set(turn(), evse, connector, False)
    return availability


def test_everything_is_operative_at_first() -> None:
    assert out_of().operative(1, 1)
    assert out_of().station


def test_a_connector_is_operative_when_it_its_evse_and_the_station_are() -> None:
    for places in itertools.chain.from_iterable(
        itertools.combinations((STATION, EVSE, CONNECTOR), n) for n in range(4)
    ):
        availability = out_of(*places)
        assert availability.operative(1, 2) is not bool(places)
        assert availability.operative(1, 1) is (STATION not in places and EVSE not in places)
        assert availability.operative(2, 2) is (STATION not in places)
        assert availability.station is (STATION not in places)


def test_bringing_the_station_back_leaves_what_was_taken_out_by_itself() -> None:
    """G04.FR.07: EVSEs and connectors return to the state that they had before."""
    availability = out_of(STATION, CONNECTOR)
    availability.set(turn(), *STATION, True)
    assert not availability.operative(1, 2)
    assert availability.operative(1, 1)


PLACES = ((1, 1), (1, 2), (2, 1))


def test_a_connector_is_brought_back_from_whatever_was_taken_out_above_it() -> None:
    """1.6 §5.2: its neighbours stay out."""
    for above in (STATION, EVSE):
        availability, now = out_of(above), turn()
        assert availability.bring_back(now, 1, 2, PLACES)
        assert [p for p in PLACES if availability.operative(*p)] == ([(1, 2)] if above == STATION else [(1, 2), (2, 1)])
        assert availability.station
        assert not availability.bring_back(now, 1, 2, PLACES)


def test_the_station_is_brought_back_with_all_it_has() -> None:
    availability = out_of(STATION, EVSE, CONNECTOR)
    assert availability.bring_back(turn(), *STATION, PLACES)
    assert all(availability.operative(*place) for place in PLACES)
    assert not availability.bring_back(turn(), *STATION, PLACES)


def test_only_a_change_is_a_fact() -> None:
    availability, now = out_of(), turn()
    assert availability.set(now, 1, 0, False)
    assert not availability.set(now, 1, 0, False)
    assert availability.set(now, 1, 0, True)
    assert not availability.set(now, 1, 0, True)
    assert facts(now.facts, OperativeSet) == [
        OperativeSet(evse=1, connector=0, operative=False),
        OperativeSet(evse=1, connector=0, operative=True),
    ]


@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 2), st.booleans()), max_size=12))
def test_a_restart_changes_nothing(writes: list[tuple[int, int, bool]]) -> None:
    """G03.FR.08, G04.FR.09: of each place the newest fact is enough to know everything again."""
    before, after, now = out_of(), out_of(), turn()
    for evse, connector, operative in writes:
        before.set(now, evse, connector, operative)
    newest = {fact.key: fact for fact in facts(now.facts, OperativeSet)}
    for fact in newest.values():
        after.restore(fact)
    for place in itertools.product(range(3), range(3)):
        assert after.operative(*place) is before.operative(*place)
