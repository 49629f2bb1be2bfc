"""What was told is told again only if it may be lost."""

from __future__ import annotations

from agent.ocpp.status_memory import StatusMemory

HERE, THERE = (1, 1), (1, 2)


def test_only_what_was_sent_and_acknowledged_is_known() -> None:
    told = StatusMemory()
    assert told.send(HERE, "a", forced=False)
    assert told.send(HERE, "a", forced=False)
    told.acknowledge(HERE, "a")
    assert not told.send(HERE, "a", forced=False)
    assert told.send(THERE, "a", forced=False)


def test_what_is_forced_is_sent() -> None:
    told = StatusMemory()
    told.send(HERE, "a", forced=False)
    told.acknowledge(HERE, "a")
    assert told.send(HERE, "a", forced=True)


def test_words_after_a_lost_change_are_sent() -> None:
    told = StatusMemory()
    told.send(HERE, "a", forced=False)
    told.acknowledge(HERE, "a")
    assert told.send(HERE, "b", forced=False)  # never acknowledged
    assert told.send(HERE, "b", forced=False)
    assert told.send(HERE, "a", forced=False)
