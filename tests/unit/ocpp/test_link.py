"""The connection policy: a table of states and events, told in the words of the link."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.ocpp.backoff import BackOffSettings
from agent.ocpp.endpoint import FailureKind
from agent.ocpp.link import _IGNORED, _TABLE, Link, LinkBroken, State
from agent.ocpp.link_vocabulary import (
    Action,
    AttemptFailed,
    Close,
    Closed,
    Connect,
    Event,
    Failed,
    LinkDown,
    LinkUp,
    NetworkDown,
    NetworkUp,
    Opened,
    PongTimeout,
    ProfilesChanged,
    SettingsChanged,
    Start,
    Stop,
    TimerFired,
    WakeAt,
)

REFUSED = Failed(FailureKind.TCP, "nothing listens")
OPENED = Opened("ocpp1.6")


class NoJitter:
    def randrange(self, stop: int, /) -> int:
        return 0


class Bench:
    """A link with its clock. `wait` lets the timer run out."""

    def __init__(self, *slots: int, attempts: int = 3, wait_minimum_ms: int = 3_000) -> None:
        self.link = Link(slots or (1,), NoJitter(), BackOffSettings(wait_minimum_ms, 0, 5), attempts)
        self.now_ms = 1_000_000

    def __call__(self, *events: Event) -> list[Action]:
        actions: list[Action] = []
        for event in events:
            actions = self.link.handle(event, self.now_ms)
        return actions

    def wait(self) -> list[Action]:
        assert self.link.wake_at_ms is not None
        self.now_ms = self.link.wake_at_ms
        return self(TimerFired())

    def slots_tried(self, count: int) -> list[int]:
        """Fail that many attempts, beginning with the one under way."""
        tried = []
        for _ in range(count):
            tried.append(self.link.slot)
            self(REFUSED)
            self.wait()
        return tried


def test_start_connects_at_once_and_the_connection_is_told() -> None:
    bench = Bench()
    assert bench(Start()) == [Connect(1)]
    assert bench(OPENED) == [LinkUp(1, "ocpp1.6", moved=False)]
    assert bench.link.state is State.UP


def test_a_failed_attempt_is_told_with_its_reason_and_tried_again_later() -> None:
    bench = Bench()
    bench(Start())
    assert bench(REFUSED) == [AttemptFailed(1, FailureKind.TCP, "nothing listens", 3_000), WakeAt(1_003_000)]
    assert bench.link.why_down == "nothing listens"
    assert bench.wait() == [Connect(1)]
    assert bench(REFUSED)[1] == WakeAt(1_003_000 + 6_000)


def test_a_lost_connection_is_never_tried_again_at_once() -> None:
    bench = Bench()
    bench(Start(), OPENED)
    assert bench(Closed("the connection broke")) == [LinkDown("the connection broke"), WakeAt(1_003_000)]


def test_silence_is_a_loss() -> None:
    bench = Bench()
    bench(Start(), OPENED)
    assert bench(PongTimeout("silent")) == [LinkDown("silent"), WakeAt(1_003_000)]


def test_a_connection_resets_the_back_off() -> None:
    bench = Bench()
    bench(Start())
    bench.slots_tried(4)
    bench(OPENED)
    assert bench(Closed("gone"))[1] == WakeAt(bench.now_ms + 3_000)


def test_what_the_server_asked_for_is_waited() -> None:
    bench = Bench()
    bench(Start())
    actions = bench(Failed(FailureKind.HTTP_STATUS, "too often", retry_after_ms=120_000))
    assert actions == [AttemptFailed(1, FailureKind.HTTP_STATUS, "too often", 120_000), WakeAt(1_120_000)]


def test_a_timer_that_fires_early_is_set_again() -> None:
    bench = Bench()
    bench(Start(), REFUSED)
    bench.now_ms += 2_999
    assert bench(TimerFired()) == [WakeAt(1_003_000)]
    bench.now_ms += 1
    assert bench(TimerFired()) == [Connect(1)]
    assert bench(TimerFired()) == []


def test_each_profile_has_its_attempts_and_the_list_goes_round() -> None:
    bench = Bench(2, 5, 1, attempts=2)
    assert bench(Start()) == [Connect(2)]  # B10.FR.04
    assert bench.slots_tried(8) == [2, 2, 5, 5, 1, 1, 2, 2]  # B10.FR.03, B10.FR.08


def test_the_back_off_goes_on_growing_over_the_profiles() -> None:
    bench = Bench(1, 2, attempts=1)
    bench(Start())
    bench.slots_tried(2)
    assert bench(REFUSED)[1] == WakeAt(bench.now_ms + 12_000)


def test_after_a_loss_the_profile_that_worked_comes_first_and_has_all_its_attempts() -> None:
    bench = Bench(1, 2, attempts=2)
    bench(Start())
    bench.slots_tried(3)  # 1, 1, 2
    bench(OPENED, Closed("gone"))
    bench.wait()
    assert bench.slots_tried(4) == [2, 2, 1, 1]  # B10.FR.07


def test_another_profile_than_last_time_is_told_as_moved() -> None:
    bench = Bench(1, 2, attempts=1)
    bench(Start(), OPENED, Closed("gone"))
    bench.wait()
    bench.slots_tried(1)
    assert bench(OPENED) == [LinkUp(2, "ocpp1.6", moved=True)]  # B10.FR.10


def test_network_down_closes_and_nothing_is_tried_until_it_is_up() -> None:
    bench = Bench()
    bench(Start(), OPENED)
    assert bench(NetworkDown()) == [Close(1001, "the network is down"), LinkDown("the network is down")]
    assert bench(Closed("closed by us")) == []
    assert bench.link.state is State.OFFLINE
    assert bench(NetworkDown(), TimerFired()) == []
    assert bench(NetworkUp()) == [Connect(1)]


def test_network_down_gives_up_an_attempt() -> None:
    bench = Bench()
    bench(Start())
    assert bench(NetworkDown()) == [Close(1001, "the network is down")]
    assert bench(Failed(FailureKind.CANCELLED, "given up")) == []
    assert bench.link.state is State.OFFLINE


def test_network_down_ends_a_wait_and_up_connects_without_one() -> None:
    bench = Bench()
    bench(Start())
    bench.slots_tried(4)
    bench(REFUSED)
    assert bench(NetworkDown()) == [WakeAt(None)]
    assert bench(NetworkUp()) == [Connect(1)]
    assert bench(REFUSED)[1] == WakeAt(bench.now_ms + 3_000)  # and the back-off begins anew


def test_network_up_while_it_is_up_ends_a_wait() -> None:
    bench = Bench()
    bench(Start(), REFUSED)
    assert bench(NetworkUp()) == [WakeAt(None), Connect(1)]


def test_network_back_before_the_old_connection_is_closed() -> None:
    bench = Bench()
    bench(Start(), OPENED, NetworkDown())
    assert bench(NetworkUp()) == []
    assert bench(Closed("closed by us")) == [Connect(1)]


def test_network_down_before_the_start() -> None:
    bench = Bench()
    assert bench(NetworkDown(), Start()) == []
    assert bench(NetworkUp()) == [Connect(1)]


def test_network_up_changes_nothing_when_online() -> None:
    bench = Bench()
    bench(Start(), OPENED)
    assert bench(NetworkUp()) == []
    assert bench.link.state is State.UP


def test_new_profiles_leave_the_old_csms_before_the_new_is_tried() -> None:
    bench = Bench(1)
    bench(Start(), OPENED)
    why = "the connection profile changed"
    assert bench(ProfilesChanged((2, 1))) == [Close(1000, why), LinkDown(why)]
    assert bench(Closed("closed by us")) == [Connect(2)]  # B10.FR.06
    assert bench(OPENED) == [LinkUp(2, "ocpp1.6", moved=True)]


def test_new_profiles_during_an_attempt_and_a_wait() -> None:
    bench = Bench(1)
    bench(Start())
    assert bench(ProfilesChanged((2,))) == [Close(1000, "the connection profile changed")]
    assert bench(Failed(FailureKind.CANCELLED, "given up")) == [Connect(2)]
    bench(REFUSED)
    assert bench(ProfilesChanged((3,))) == [WakeAt(None), Connect(3)]


def test_new_profiles_while_closing_or_offline_count_from_the_next_attempt() -> None:
    bench = Bench(1)
    bench(Start(), OPENED, NetworkDown())
    assert bench(ProfilesChanged((4,))) == []
    bench(Closed("closed by us"))
    assert bench(ProfilesChanged((5,))) == []
    assert bench(NetworkUp()) == [Connect(5)]


def test_profiles_that_do_not_reconnect_count_when_the_slot_changes() -> None:
    bench = Bench(1, attempts=1)
    bench(Start(), OPENED)
    assert bench(ProfilesChanged((2, 3), reconnect=False)) == []
    bench(Closed("gone"))
    bench.wait()
    assert bench.slots_tried(3) == [1, 2, 3]


def test_new_settings_count_from_the_next_wait() -> None:
    bench = Bench(1, 2)
    bench(Start(), SettingsChanged(BackOffSettings(7_000, 0, 0), 1))
    assert bench(REFUSED)[1] == WakeAt(1_007_000)
    assert bench.wait() == [Connect(2)]


def test_an_attempt_that_succeeds_after_it_was_given_up_is_closed() -> None:
    bench = Bench()
    bench(Start(), NetworkDown())
    assert bench(OPENED) == [Close(1001, "the network is down")]
    assert bench(Closed("closed by us")) == []
    assert bench.link.state is State.OFFLINE


@pytest.mark.parametrize(
    ("events", "actions"),
    [
        ((), []),
        ((Start(),), [Close(1001, "the station stops")]),
        ((Start(), OPENED), [Close(1001, "the station stops"), LinkDown("the station stops")]),
        ((Start(), REFUSED), [WakeAt(None)]),
        ((Start(), OPENED, NetworkDown()), []),
        ((NetworkDown(), Start()), []),
    ],
)
def test_stop_from_everywhere_ends_in_stopped(events: tuple[Event, ...], actions: list[Action]) -> None:
    bench = Bench()
    bench(*events)
    assert bench(Stop()) == actions
    if bench.link.state is State.CLOSING:
        assert bench(NetworkDown(), NetworkUp(), Closed("closed by us")) == []
    assert bench.link.state is State.STOPPED
    assert bench(NetworkUp(), TimerFired(), ProfilesChanged((2,)), Stop()) == []


def test_what_cannot_happen_is_a_bug() -> None:
    bench = Bench()
    with pytest.raises(LinkBroken, match="Opened in state IDLE"):
        bench(OPENED)
    bench(Start())
    with pytest.raises(LinkBroken, match="Closed in state CONNECTING"):
        bench(Closed("gone"))


OUTSIDE = st.sampled_from(
    [
        NetworkDown(),
        NetworkUp(),
        TimerFired(),
        ProfilesChanged((1, 2)),
        ProfilesChanged((3,), reconnect=False),
        SettingsChanged(BackOffSettings(), 1),
    ]
)


@given(script=st.lists(st.tuples(st.sampled_from(["open", "fail", "end", "silent", "outside", "wait"]), OUTSIDE)))
def test_one_connection_at_most_and_up_and_down_alternate(script: list[tuple[str, Event]]) -> None:
    """A shell that keeps its promise, in any order with the world, meets no bug and no second connection."""
    bench = Bench(1, 2)
    asked = opened = up = False

    def follow(actions: list[Action]) -> None:
        nonlocal asked, up
        for action in actions:
            if isinstance(action, Connect):
                assert not asked
                assert not opened
                asked = True
            elif isinstance(action, LinkUp):
                assert not up
                up = True
            elif isinstance(action, LinkDown):
                assert up
                up = False
            elif isinstance(action, Close):
                assert asked or opened

    follow(bench(Start()))
    for step, outside in script:
        bench.now_ms += 10
        if step == "open" and asked:
            asked, opened = False, True
            follow(bench(OPENED))
        elif step == "fail" and asked:
            asked = False
            follow(bench(REFUSED))
        elif step in ("end", "silent") and opened:
            opened = False
            follow(bench(Closed("gone") if step == "end" else PongTimeout("silent")))
        elif step == "wait" and bench.link.wake_at_ms is not None:
            follow(bench.wait())
        elif step == "outside":
            follow(bench(outside))
        assert up == (bench.link.state is State.UP)
        assert (bench.link.wake_at_ms is not None) == (bench.link.state is State.WAITING)


def test_every_pair_of_state_and_event_has_its_place() -> None:
    """No pair is both acted on and ignored, and what is left out is only what the shell's promise excludes."""
    events = set(Event.__args__)
    excluded = {Start, Opened, Failed, Closed, PongTimeout}
    for state, event in itertools.product(State, events):
        acted, ignored = (state, event) in _TABLE, event in _IGNORED[state]
        assert not (acted and ignored), (state, event)
        assert acted or ignored or event in excluded, (state, event)
