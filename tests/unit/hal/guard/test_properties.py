"""What must hold of the interlock whatever happens: random outlets, cars, permits and defects, step by step."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hal.guard.duty import current_ma
from hal.guard.faults import RULES, Reaction
from hal.guard.settings import Release
from hal.guard.state import Phase, State
from hal.interfaces import PilotReading, ProximityReading
from hal.types import ContactorState, FaultCode, LockState, PilotSignal, PilotState
from tests.unit.hal.guard.rig import DIGITAL, LOCKED, OPEN, PWM, Rig

SOFT = {code for code, rule in RULES.items() if rule.reaction is Reaction.STOP}

PILOTS = st.builds(
    PilotReading,
    st.sampled_from([PilotState.A, PilotState.B, PilotState.C, PilotState.C, PilotState.C, *PilotState]),
    st.sampled_from([False] * 9 + [True]),
    st.sampled_from([False] * 9 + [True]),
)
CABLES = st.sampled_from(
    [
        ProximityReading(None),
        ProximityReading(13_000),
        ProximityReading(32_000),
        ProximityReading(32_000),
        ProximityReading(None, True),
        ProximityReading(5_000),
    ]
)
RARELY = st.sampled_from([False] * 9 + [True])
EVENTS = st.one_of(
    st.tuples(st.just("pilot"), PILOTS),
    st.tuples(st.just("pilot"), st.just(PilotReading(PilotState.C))),
    st.tuples(st.just("proximity"), CABLES),
    st.tuples(st.just("obey"), st.booleans()),
    st.tuples(st.just("contactor"), st.sampled_from(list(ContactorState))),
    st.tuples(st.just("lock"), st.sampled_from([LockState.LOCKED, LockState.UNLOCKED, LockState.UNKNOWN])),
    st.tuples(st.just("residual_current"), RARELY),
    st.tuples(st.just("emergency_stop"), RARELY),
    st.tuples(st.just("ventilated"), st.booleans()),
    st.tuples(st.just("temperature_dc"), st.sampled_from([None, 200, 640, 655, 690, 720])),
    st.tuples(st.just("current_ma"), st.sampled_from([(), (6_000,) * 3, (16_000, 0, 0), (40_000,) * 3])),
    st.tuples(st.just("absent"), RARELY),
    st.tuples(st.just("request"), st.booleans()),
    st.tuples(st.just("reset"), st.just(True)),
    st.tuples(
        st.just("grant"),
        st.fixed_dictionaries(
            {
                "signal": st.sampled_from([PWM, PWM, PWM, *PilotSignal]),
                "current_ma": st.sampled_from([6_000, 10_000, 16_000, 32_000]),
                "phases": st.sampled_from([1, 3, 3]),
                "energise": st.sampled_from([True, True, True, False]),
                "lease_ms": st.sampled_from([500, 10_000, 60_000]),
            }
        ),
    ),
)
MOMENTS = st.tuples(EVENTS, st.sampled_from([0, 1, 20, 99, 250, 260, 1_000, 3_000, 6_000, 12_000, 70_000]))
CAR = st.builds(
    lambda grant, quick: [
        (("pilot", PilotReading(PilotState.B)), 20),
        (("proximity", ProximityReading(32_000)), 20),
        (("grant", grant), 20),
        (("pilot", PilotReading(PilotState.C)), 99 if quick else 260),
        (("obey", True), 0 if quick else 1_000),
    ],
    st.fixed_dictionaries(
        {
            "signal": st.sampled_from([PWM, PWM, DIGITAL]),
            "current_ma": st.sampled_from([6_000, 16_000, 32_000]),
            "phases": st.sampled_from([1, 3]),
            "energise": st.just(True),
            "lease_ms": st.sampled_from([2_000, 10_000, 60_000]),
        }
    ),
    RARELY,
)
RUNS = st.lists(st.one_of(CAR, *[st.lists(MOMENTS, min_size=1, max_size=4)] * 3), max_size=10).map(
    lambda runs: [moment for run in runs for moment in run]
)
BOARDS = st.fixed_dictionaries(
    {
        "lock": st.booleans(),
        "socket": st.booleans(),
        "residual_retries": st.sampled_from([0, 2]),
        "residual_retry_ms": st.just(60_000),
        "ramp_ms": st.sampled_from([0, 5_000]),
        "over_current_release": st.sampled_from(list(Release)),
        "contactor_feedback": st.just(True),
    }
)


class World:
    """A rig that plays a list of moments and is looked at after each step."""

    def __init__(self, board: dict[str, Any], *, extra_looks: bool = False) -> None:
        self.rig = Rig(**board)
        self.obeys = True
        self.number = 0
        self.extra_looks = extra_looks
        self.present = self.rig.power
        self.checks: list[Any] = []

    def play(self, event: str, value: Any, after_ms: int) -> None:
        rig = self.rig
        once: dict[str, Any] = {}
        power = self.present
        assert power is not None
        if event == "grant":
            self.number += 1
            rig.grant(number=self.number, **value)
        elif event == "obey":
            self.obeys = value
        elif event == "absent":
            rig.power = None if value else power
        elif event == "request":
            once["lock_request"] = value
        elif event == "reset":
            once["reset"] = True
        elif (event, True) not in {
            ("lock", not rig.setup.capabilities.has_lock),
            ("proximity", power.proximity is None),  # a tethered cable has none
        }:
            self.present = replace(power, **{event: value})
            if rig.power is not None:
                rig.power = self.present
        self.look(0, **once)
        self.wait(after_ms)

    def look(self, after_ms: int, **once: Any) -> None:
        before = self.rig.state, self.rig.answer
        self.rig.look(after_ms, **once)
        for check in self.checks:
            check(self.rig, *before, once)
        if self.rig.answer.reset_path:
            self.look(0)  # as a host does after it reset the path, here in vain
        self.obey()

    def obey(self) -> None:
        """Contactor and bolt follow at once, where they obey."""
        if not self.obeys or self.rig.power is None:
            return
        outputs = self.rig.answer.outputs
        contactor = ContactorState.CLOSED if outputs.closed else OPEN
        bolt = self.rig.power.lock
        if self.rig.setup.capabilities.has_lock:
            bolt = LOCKED if outputs.locked else LockState.UNLOCKED
        followed = replace(self.rig.power, contactor=contactor, lock=bolt)
        if followed != self.rig.power:
            self.rig.power = self.present = followed
            self.look(0)

    def wait(self, duration_ms: int) -> None:
        """Let time pass, stepping when the interlock asked for it (and in between, with `extra_looks`)."""
        end_ms = self.rig.now_ms + duration_ms
        while self.rig.now_ms < end_ms:
            wake_ms = self.rig.answer.wake_at_ms
            next_ms = end_ms if wake_ms is None else min(wake_ms, end_ms)
            if self.extra_looks:
                next_ms = min(next_ms, self.rig.now_ms + 1 + (self.rig.now_ms * 7_919) % 1_500)
            if next_ms == end_ms and wake_ms != end_ms and not self.extra_looks:
                self.rig.now_ms = end_ms
                return
            self.look(next_ms - self.rig.now_ms)


def run(board: dict[str, Any], moments: list[Any], *checks: Any) -> World:
    world = World(board)
    world.checks = list(checks)
    for (event, value), after_ms in moments:
        world.play(event, value, after_ms)
    return world


def energised_only_when_all_holds(rig: Rig, state: State, before: Any, once: dict[str, Any]) -> None:
    if not rig.closed:
        return
    power, permit, limits = rig.power, rig.permit, rig.setup.settings
    assert power is not None
    assert permit is not None
    assert power.pilot.state is PilotState.C or (power.pilot.state is PilotState.D and power.ventilated)
    assert rig.faults <= SOFT
    if power.proximity is not None:
        assert power.proximity.cable_ma is not None
        assert not power.proximity.fault
    if rig.setup.capabilities.has_lock:
        assert power.lock is LOCKED
        assert rig.answer.outputs.locked
    if rig.now_ms >= rig.until_ms:
        assert rig.phase in (Phase.RAMPING, Phase.STOPPING)
        assert rig.now_ms < rig.until_ms + limits.ramp_ms + limits.stop_wait_ms
    if not permit.energise:
        assert rig.phase is Phase.STOPPING
    if not before.outputs.closed:
        assert rig.now_ms < rig.until_ms
        assert permit.energise
        assert rig.signal in (PWM, DIGITAL)
        assert not rig.faults


def bolt_opens_only_on_an_open_contactor(rig: Rig, state: State, before: Any, once: dict[str, Any]) -> None:
    if before.outputs.locked and not rig.answer.outputs.locked:
        assert rig.power is not None
        assert rig.power.contactor is OPEN
        assert not rig.closed
        assert not before.outputs.closed
        assert FaultCode.CONTACTOR_WELDED not in rig.faults


def current_is_within_every_limit(rig: Rig, state: State, before: Any, once: dict[str, Any]) -> None:
    if rig.signal is not PWM:
        assert rig.offered_ma == 0
        return
    assert rig.power is not None
    assert rig.permit is not None
    assert 6_000 <= rig.offered_ma <= rig.permit.current_ma
    assert rig.offered_ma <= rig.setup.capabilities.max_current_ma
    if rig.power.proximity is not None:
        assert rig.offered_ma <= (rig.power.proximity.cable_ma or 0)
    told_ma = current_ma(rig.answer.outputs.duty_permille)
    assert told_ma is not None
    assert told_ma <= rig.offered_ma


def it_closes_what_is_known_to_be_open(rig: Rig, state: State, before: Any, once: dict[str, Any]) -> None:
    if rig.closed and not before.outputs.closed:
        assert rig.power is not None
        assert rig.power.contactor is OPEN


def latched_faults_stay(rig: Rig, state: State, before: Any, once: dict[str, Any]) -> None:
    limits = rig.setup.settings
    for code in state.latched - rig.state.latched:
        release = RULES[code].release(limits)
        unplugged = rig.power is not None and rig.power.pilot.state is PilotState.A
        resetting = code in state.resetting and rig.now_ms < state.reset_until_ms
        assert once.get("reset") or resetting or (unplugged and release is Release.UNPLUGGED), code


def the_duty_cycle_rises_slowly(rig: Rig, state: State, before: Any, once: dict[str, Any]) -> None:
    if before.outputs.signal is PWM and rig.signal is PWM and rig.offered_ma > before.report.offered_ma:
        assert rig.now_ms - state.duty_since_ms >= rig.setup.settings.pwm_raise_ms


def phases_change_only_when_open(rig: Rig, state: State, before: Any, once: dict[str, Any]) -> None:
    if before.outputs.closed and rig.closed:
        assert before.outputs.phases == rig.answer.outputs.phases
        assert rig.signal in (before.outputs.signal, PilotSignal.OFF)


def time_only_moves_on(rig: Rig, state: State, before: Any, once: dict[str, Any]) -> None:
    assert rig.answer.wake_at_ms is None or rig.answer.wake_at_ms > rig.now_ms


@settings(max_examples=400, deadline=None)
@given(BOARDS, RUNS)
def test_the_interlock_keeps_its_promises(board: dict[str, Any], moments: list[Any]) -> None:
    run(
        board,
        moments,
        energised_only_when_all_holds,
        bolt_opens_only_on_an_open_contactor,
        current_is_within_every_limit,
        it_closes_what_is_known_to_be_open,
        latched_faults_stay,
        the_duty_cycle_rises_slowly,
        phases_change_only_when_open,
        time_only_moves_on,
    )


@settings(max_examples=200, deadline=None)
@given(BOARDS, RUNS)
def test_stepping_when_asked_is_enough(board: dict[str, Any], moments: list[Any]) -> None:
    """A host that steps only at `wake_at_ms` sees what one sees that steps all the time."""
    lazy, eager = World(board), World(board, extra_looks=True)
    for (event, value), after_ms in moments:
        lazy.play(event, value, after_ms)
        eager.play(event, value, after_ms)
        assert lazy.rig.answer.outputs == eager.rig.answer.outputs
        assert lazy.rig.answer.report == eager.rig.answer.report
        assert lazy.rig.answer.wake_at_ms == eager.rig.answer.wake_at_ms


def test_the_runs_reach_what_matters() -> None:
    """The strategies are of use only if their worlds charge cars, and go wrong."""
    phases: set[Phase] = set()
    faults: set[FaultCode] = set()

    def note(rig: Rig, state: State, before: Any, once: dict[str, Any]) -> None:
        phases.add(rig.phase)
        faults.update(rig.faults)

    @settings(max_examples=400, deadline=None, derandomize=True, database=None)
    @given(BOARDS, RUNS)
    def roam(board: dict[str, Any], moments: list[Any]) -> None:
        run(board, moments, note)

    roam()
    assert phases == set(Phase)
    assert faults >= set(RULES) - {FaultCode.OVER_CURRENT}
