"""The guard's loop, on the real clock but without waiting for more than milliseconds."""

from __future__ import annotations

import os
import signal
import socket
import threading
from collections.abc import Iterator
from itertools import pairwise

import pytest

from hal.guard.loop import Loop, Timer


@pytest.fixture
def loop() -> Iterator[Loop]:
    one = Loop()
    yield one
    one.close()


def run(loop: Loop, *, rounds: int = 1_000) -> int:
    """Run until stopped; answers how many rounds that took."""
    count = 0

    def each() -> int | None:
        nonlocal count
        count += 1
        assert count < rounds, "the loop spins"
        return None

    loop.run(each)
    return count


def test_timers_run_in_the_order_of_their_time(loop: Loop) -> None:
    ran: list[str] = []
    now_ms = loop.now_ms()
    loop.call_at(now_ms + 4, lambda: ran.append("late"))
    loop.call_at(now_ms + 4, lambda: ran.append("later"))
    loop.call_at(now_ms + 5, loop.stop)
    loop.call_soon(lambda: ran.append("soon"))
    loop.call_at(now_ms + 2, lambda: ran.append("never")).cancel()
    run(loop)
    assert ran == ["soon", "late", "later"]
    assert loop.now_ms() >= now_ms + 5


def test_a_timer_that_an_earlier_one_cancels_does_not_run(loop: Loop) -> None:
    ran: list[str] = []
    at_ms = loop.now_ms()
    timers: list[Timer] = []

    def first() -> None:
        timers[0].cancel()

    loop.call_at(at_ms, first)
    timers.append(loop.call_at(at_ms, lambda: ran.append("second")))
    loop.call_at(at_ms, loop.stop)
    run(loop)
    assert ran == []


def test_it_waits_no_longer_than_each_round_says(loop: Loop) -> None:
    began_ms = loop.now_ms()
    rounds: list[int] = []

    def each() -> int | None:
        rounds.append(loop.now_ms())
        if len(rounds) == 4:
            loop.stop()
        return rounds[-1] + 3

    loop.call_at(began_ms + 60_000, lambda: None)
    loop.run(each)
    assert loop.now_ms() - began_ms < 5_000
    assert all(later - earlier >= 3 for earlier, later in pairwise(rounds))


def test_files_are_read_and_written_when_they_are_ready(loop: Loop) -> None:
    near, far = socket.socketpair()
    seen: list[bytes] = []

    def readable() -> None:
        seen.append(near.recv(10))
        loop.watch(near, readable)  # room to write does not matter any more
        loop.stop()

    with near, far:
        loop.watch(near, readable, lambda: far.sendall(b"room"))
        run(loop)
        far.send(b"more")
        assert run(loop) < 10
        assert b"".join(seen).startswith(b"room")
        assert b"".join(seen).endswith(b"more")
        loop.forget(near)
        loop.forget(near)
        far.send(b"unseen")
        loop.call_at(loop.now_ms() + 2, loop.stop)
        assert run(loop) < 10


def test_a_file_that_another_one_forgot_in_the_same_round_is_not_served(loop: Loop) -> None:
    pairs = [socket.socketpair() for _ in range(2)]
    served: list[int] = []

    def readable(number: int) -> None:
        served.append(number)
        loop.forget(pairs[1 - number][0])
        loop.stop()

    for number, (near, far) in enumerate(pairs):
        loop.watch(near, lambda number=number: readable(number))  # type: ignore[misc]  # bound by default
        far.send(b"x")
    run(loop)
    assert len(served) == 1
    for near, far in pairs:
        near.close()
        far.close()


def test_calls_from_other_threads(loop: Loop) -> None:
    ran: list[int] = []

    def work() -> None:
        for number in range(5_000):
            loop.call_threadsafe(lambda number=number: ran.append(number))  # type: ignore[misc]  # bound by default
        loop.call_threadsafe(loop.stop)

    thread = threading.Thread(target=work)
    thread.start()
    run(loop, rounds=20_000)
    thread.join()
    assert ran == list(range(5_000))


def test_more_wakes_than_the_pipe_holds_are_one_wake(loop: Loop) -> None:
    ran: list[int] = []
    for _ in range(70_000):
        loop.call_threadsafe(lambda: ran.append(1))
    loop.call_threadsafe(loop.stop)
    run(loop)
    assert len(ran) == 70_000


def test_a_call_that_calls_again_lets_the_rest_of_the_loop_live(loop: Loop) -> None:
    rounds: list[int] = []

    def again() -> None:
        rounds.append(1)
        if len(rounds) < 50:
            loop.call_threadsafe(again)
        else:
            loop.stop()

    loop.call_threadsafe(again)
    assert run(loop) >= 50


def test_a_signal_ends_it(loop: Loop) -> None:
    before = signal.getsignal(signal.SIGUSR1)
    try:
        loop.stop_on_signals(signal.SIGUSR1)
        loop.call_soon(lambda: os.kill(os.getpid(), signal.SIGUSR1))
        run(loop)
    finally:
        signal.signal(signal.SIGUSR1, before)


def test_a_stop_before_it_runs_is_not_lost(loop: Loop) -> None:
    loop.stop()
    assert run(loop) == 1
    loop.call_at(loop.now_ms() + 2, loop.stop)
    assert run(loop) > 1


def test_files_that_are_ready_together_may_close_one_another(loop: Loop) -> None:
    """A newer agent replaces the former just when that one has something to say."""
    ours, theirs = socket.socketpair(), socket.socketpair()
    served: list[int] = []

    def serve(number: int, other: socket.socket) -> None:
        served.append(number)
        loop.forget(other)
        other.close()
        loop.stop()

    for number, (mine, other) in enumerate([(ours[0], theirs[0]), (theirs[0], ours[0])]):
        loop.watch(mine, lambda number=number, other=other: serve(number, other))  # type: ignore[misc]
    for peer in (ours[1], theirs[1]):
        peer.send(b"x")
    run(loop)
    assert len(served) == 1
    for one in (*ours, *theirs):
        one.close()


def test_a_file_that_took_the_number_of_a_closed_one_is_not_served_in_its_place(loop: Loop) -> None:
    pairs = [socket.socketpair() for _ in range(2)]
    fresh = list(socket.socketpair())
    served: list[str] = []

    def serve(other: socket.socket) -> None:
        number = other.fileno()
        loop.forget(other)
        other.close()
        fresh.append(socket.socket(fileno=os.dup2(fresh[0].fileno(), number)))
        loop.watch(fresh[-1], lambda: served.append("fresh"))
        loop.call_soon(loop.stop)

    loop.watch(pairs[0][0], lambda: serve(pairs[1][0]))
    loop.watch(pairs[1][0], lambda: serve(pairs[0][0]))
    for _, peer in pairs:
        peer.send(b"x")
    run(loop)
    assert served == []
    for one in (*fresh, *(one for pair in pairs for one in pair)):
        one.close()
