"""A flickering card is one showing; a card that comes back after the window is another."""

from __future__ import annotations

from hal.drivers.debounce import MAX_REMEMBERED, Debounce


def test_the_window_begins_when_the_card_leaves() -> None:
    debounce = Debounce(2_000)
    assert debounce.came("A", 0)
    debounce.went(10_000)  # held
    assert not debounce.came("A", 11_999)
    debounce.went(12_100)
    assert debounce.came("A", 14_100)


def test_flicker_extends_the_window() -> None:
    debounce = Debounce(2_000)
    assert debounce.came("A", 0)
    for now in range(400, 20_000, 400):
        debounce.went(now)
        assert not debounce.came("A", now + 200)


def test_another_card_passes_at_once_and_the_first_stays_remembered() -> None:
    debounce = Debounce(2_000)
    assert debounce.came("A", 0)
    debounce.went(100)
    assert debounce.came("B", 200)
    debounce.went(300)
    assert not debounce.came("A", 400)


def test_without_a_window_every_return_counts_but_a_card_that_never_left_does_not() -> None:
    debounce = Debounce(0)
    assert debounce.came("A", 0)
    assert not debounce.came("A", 60_000)
    debounce.went(60_001)
    assert debounce.came("A", 60_001)


def test_an_empty_field_that_empties_again_changes_nothing() -> None:
    debounce = Debounce(2_000)
    debounce.went(0)
    assert debounce.came("A", 0)
    debounce.went(100)
    debounce.went(5_000)
    assert debounce.came("A", 5_001)


def test_memory_is_bounded() -> None:
    debounce = Debounce(60_000)
    for index in range(MAX_REMEMBERED + 1):
        assert debounce.came(f"T{index}", index)
        debounce.went(index)
    assert debounce.came("T0", 100)  # the oldest was forgotten
    assert not debounce.came(f"T{MAX_REMEMBERED}", 101)
