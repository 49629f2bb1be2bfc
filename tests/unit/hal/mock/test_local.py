"""The in-process guard on a virtual-time loop: interlock, wire and bench together, as an agent meets them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest

from hal.board import mock_board
from hal.guard.client import GuardPort
from hal.guard.station import open_lines
from hal.interfaces import DeviceError
from hal.mock.bench import Bench
from hal.mock.clock import LoopClock
from hal.mock.local import LocalGuard
from hal.mock.process import topology_of
from hal.mock.topology import MockEvse, MockTopology
from hal.types import (
    ContactorState,
    EvseCapabilities,
    Fault,
    FaultCode,
    IndicatorState,
    LockState,
    Permit,
    PilotSignal,
    PilotState,
    PowerReport,
    TokenRead,
)
from tests.simulation.simloop import SimLoop, simulate

LEASE_MS = 10_000


class Agent:
    """Notes what the hardware says, and renews a permit while told to."""

    def __init__(self, port: GuardPort) -> None:
        self.port = port
        self.capabilities: tuple[EvseCapabilities, ...] = ()
        self.losses: list[str] = []
        self.reports: dict[int, PowerReport] = {}
        self.tokens: list[TokenRead] = []
        self.faults: list[tuple[Fault, bool]] = []
        self.devices: dict[str, dict[str, int]] = {}
        self.verbs: list[tuple[str, dict[str, Any]]] = []
        self.unwell: dict[str, str | None] = {}
        self._number = 0

    def connected(self, board: str, evses: tuple[EvseCapabilities, ...]) -> None:
        self.capabilities = evses

    def lost(self, why: str) -> None:
        self.losses.append(why)

    def power(self, report: PowerReport) -> None:
        self.reports[report.evse] = report

    def token(self, token: TokenRead) -> None:
        self.tokens.append(token)

    def fault(self, fault: Fault, raised: bool) -> None:
        self.faults.append((fault, raised))

    def health(self, device: str, error: str | None) -> None:
        self.unwell[device] = error

    def device(self, name: str, values: dict[str, int]) -> None:
        self.devices[name] = values

    def verb(self, name: str, args: dict[str, Any]) -> None:
        self.verbs.append((name, args))

    def grant(self, evse: int = 1, current_ma: int = 16_000, lease_ms: int = LEASE_MS, phases: int = 3) -> None:
        self._number += 1
        self.port.grant(Permit(evse, self._number, PilotSignal.PWM, current_ma, phases, True, lease_ms))

    async def run(self, renewing: bool = True) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(self.port.run(self))
            while renewing:
                await asyncio.sleep(3)
                for evse in self.reports:
                    self.grant(evse)


class Site:
    """A bench, its guard and an agent, on virtual time."""

    def __init__(self, loop: SimLoop, *evses: MockEvse) -> None:
        self.loop = loop
        self.bench = Bench(MockTopology(evses or (MockEvse(),)), LoopClock(loop))
        self.boot()

    def boot(self, renewing: bool = True) -> None:
        self.guard = LocalGuard(self.bench)
        self.agent = Agent(self.guard)
        self.start_agent(renewing)

    def start_agent(self, renewing: bool = True) -> None:
        self.agent = Agent(self.guard)
        self.loop.spawn("agent", self.agent.run(renewing))
        self.loop.advance(0.1)

    def do(self, verb: str, /, **args: object) -> dict[str, Any]:
        return self.bench.do(verb, **args)

    def charge(self, evse: int = 1) -> None:
        self.do("ev.plug_in", evse=evse)
        self.loop.advance(10)
        assert self.agent.reports[evse].contactor is ContactorState.CLOSED

    def evse(self, number: int = 1) -> dict[str, Any]:
        found: dict[str, Any] = self.bench.status()["evses"][number - 1]
        return found


@pytest.fixture
def loop() -> Iterator[SimLoop]:
    with simulate(seed=1) as world:
        yield world


def test_a_session_from_plug_to_unplug(loop: SimLoop) -> None:
    site = Site(loop)
    assert [one.max_current_ma for one in site.agent.capabilities] == [32_000]
    site.do("ev.plug_in", phases=3)
    loop.advance(0.01)
    assert site.agent.reports[1].pilot is PilotState.B
    loop.advance(10)
    report = site.agent.reports[1]
    assert (report.pilot, report.contactor, report.lock) == (PilotState.C, ContactorState.CLOSED, LockState.LOCKED)
    assert (report.offered_ma, report.duty_permille, report.cable_ma) == (16_000, 266, 32_000)
    status = site.evse()
    assert status["permit"]["live"]
    assert status["meter"]["power_w"] == 11_012
    loop.advance(hours=1)
    site.do("ev.plug_out")
    loop.advance(1)
    report = site.agent.reports[1]
    assert (report.pilot, report.contactor) == (PilotState.A, ContactorState.OPEN)
    assert site.evse()["meter"]["energy_wh"] == pytest.approx(11_012, abs=30)


def test_the_contactor_is_told_to_open_before_the_verb_is_answered(loop: SimLoop) -> None:
    site = Site(loop)
    site.charge()
    site.do("ev.plug_out")
    assert not site.evse()["commanded"]


def test_a_meter_is_read_over_the_wire(loop: SimLoop) -> None:
    site = Site(loop, MockEvse(), MockEvse())
    site.do("meter.set", evse=2, energy_wh=1_234)
    site.do("meter.configure", evse=2, signed={"enabled": True})
    reading = loop.run_until_complete(site.guard.read_meter(2))
    assert reading.import_wh == 1_234
    assert reading.signed is not None
    site.do("meter.stall", evse=2)
    before_s = loop.time()
    with pytest.raises(DeviceError, match="EVSE 2 does not answer"):
        loop.run_until_complete(site.guard.read_meter(2))
    assert loop.time() - before_s == pytest.approx(1.0)


def test_a_tap_and_a_fault_reach_the_agent_after_the_verb_was_answered(loop: SimLoop) -> None:
    site = Site(loop, MockEvse(), MockEvse())
    site.charge(1)
    site.do("rfid.tap", id_token="04AB", evses=[2])
    site.do("fault.inject", evse=2, code="ground_failure")
    assert site.agent.tokens == []
    loop.advance(0)
    assert site.agent.tokens == [TokenRead("04AB", reader="rfid-2", evses=(2,))]
    assert site.agent.faults[0][0].code is FaultCode.GROUND


def test_the_agent_locks_and_ends_faults(loop: SimLoop) -> None:
    site = Site(loop)
    site.do("ev.plug_in", auto_charge=False)
    for locked in (True, False):
        site.guard.lock(1, locked)
        loop.advance(1)
        assert (site.agent.reports[1].lock is LockState.LOCKED) == locked
    site.do("rcd.trip")
    loop.advance(1)
    assert site.agent.reports[1].faults
    site.guard.reset_faults(1)
    loop.advance(1)
    assert site.agent.reports[1].faults == ()


def test_the_agents_verbs_and_its_light(loop: SimLoop) -> None:
    site = Site(loop)
    site.do("clock.step", seconds=3_600)
    site.guard.indicate(1, IndicatorState.RESERVED)
    loop.advance(0)
    assert site.agent.verbs == [("clock.step", {"seconds": 3_600})]
    assert site.evse()["indicator"] == "reserved"


def test_a_welded_contactor_is_a_fault_of_the_guard(loop: SimLoop) -> None:
    site = Site(loop)
    site.charge()
    site.do("contactor.weld")
    site.do("ev.plug_out")
    loop.advance(5)
    report = site.agent.reports[1]
    assert report.contactor is ContactorState.CLOSED
    assert not report.commanded
    assert [fault.code for fault in report.faults] == [FaultCode.CONTACTOR_WELDED]
    assert site.evse()["guard_faults"][0]["code"] == "contactor_welded"


@pytest.mark.parametrize(
    ("verb", "args", "code"),
    [
        ("cp.diode_fault", {}, FaultCode.DIODE),
        ("cp.short", {}, FaultCode.PILOT_SHORT),
        ("rcd.trip", {}, FaultCode.RESIDUAL_CURRENT),
        ("emergency_stop.set", {}, FaultCode.EMERGENCY_STOP),
        ("temperature.set", {"celsius": 90}, FaultCode.OVER_TEMPERATURE),
        ("contactor.stuck_open", {}, FaultCode.CONTACTOR_STUCK_OPEN),
        ("ev.set_current", {"current_a": 30, "obey": False}, FaultCode.OVER_CURRENT),
        ("ev.set_state", {"state": "D"}, FaultCode.VENTILATION),
    ],
)
def test_each_defect_opens_the_path(loop: SimLoop, verb: str, args: dict[str, Any], code: FaultCode) -> None:
    site = Site(loop)
    site.charge()
    site.do(verb, **args)
    loop.advance(20)
    assert code in {fault.code for fault in site.agent.reports[1].faults}
    assert site.evse()["contactor"] == "open"


def test_a_lock_that_fails_prevents_charging(loop: SimLoop) -> None:
    site = Site(loop)
    site.do("lock.set", fail_on_lock=True)
    site.do("ev.plug_in")
    loop.advance(30)
    assert FaultCode.LOCK in {fault.code for fault in site.agent.reports[1].faults}
    assert site.evse()["contactor"] == "open"


def test_the_guard_goes_on_while_the_agent_is_dead_until_the_lease_ends(loop: SimLoop) -> None:
    site = Site(loop)
    site.charge()
    loop.kill("agent", power=False)
    site.guard.agent_died()
    loop.advance(5)
    assert site.evse()["contactor"] == "closed"
    loop.advance(25)
    assert site.evse()["contactor"] == "open"
    assert not site.evse()["permit"]["live"]


def test_an_agent_that_returns_in_time_takes_over(loop: SimLoop) -> None:
    site = Site(loop)
    site.charge()
    for _ in range(5):
        loop.kill("agent", power=False)
        loop.advance(2)
        site.start_agent()
        assert site.agent.reports[1].contactor is ContactorState.CLOSED
        loop.advance(20)
        assert site.evse()["contactor"] == "closed"


def test_a_guard_that_is_killed_opens_by_itself_and_comes_back(loop: SimLoop) -> None:
    site = Site(loop)
    site.charge()
    site.guard.kill()
    site.guard.kill()
    loop.advance(0.9)
    assert site.evse()["contactor"] == "closed"
    assert site.agent.losses == ["the guard died"]
    loop.advance(0.2)
    assert site.evse()["contactor"] == "open"
    with pytest.raises(DeviceError, match="no wire"):
        loop.run_until_complete(site.guard.read_meter(1))
    site.guard.grant(Permit(1, 99, PilotSignal.PWM, 16_000, 3, True, LEASE_MS))  # nobody there: dropped
    site.guard.restart()
    site.guard.restart()
    loop.advance(10)
    assert site.agent.reports[1].contactor is ContactorState.CLOSED


def test_an_orderly_stop_is_safe_at_once(loop: SimLoop) -> None:
    site = Site(loop)
    site.charge()
    site.guard.close()
    assert site.evse()["contactor"] == "open"
    loop.advance(1)
    assert site.agent.losses == ["the guard stopped"]


def test_a_newer_agent_has_the_say_and_the_older_hears_no_more(loop: SimLoop) -> None:
    site = Site(loop)
    older, newer = site.agent, Agent(site.guard)
    loop.spawn("newer", newer.run())
    loop.advance(1)
    assert older.losses == ["a newer agent has the say"]
    site.do("rfid.tap", id_token="04AB")
    loop.advance(60)
    assert [read.token for read in newer.tokens] == ["04AB"]
    assert older.tokens == []
    assert newer.losses == []


def test_power_cut_and_restore_with_a_host(loop: SimLoop) -> None:
    site = Site(loop)

    class Host:
        def tear_down(self) -> None:
            loop.kill("agent")

        def boot(self) -> None:
            site.boot()

        def brownout(self, hold_up_ms: int) -> None: ...

        def status(self) -> dict[str, Any]:
            return {"booted": True}

    site.bench.host = Host()
    site.do("fault.inject", code="tamper", severity="warning")
    site.charge()
    loop.advance(hours=1)
    counted = site.evse()["meter"]["energy_wh"]
    site.do("power.cut")
    assert site.evse()["contactor"] == "open"
    with pytest.raises(Exception, match="no agent"):
        site.do("network.set", up=False)
    loop.advance(hours=1)
    site.do("power.restore")
    loop.advance(1)
    assert [fault.code for fault, _ in site.agent.faults] == [FaultCode.TAMPER]
    assert site.agent.reports[1].pilot is PilotState.B
    loop.advance(20)
    assert site.agent.reports[1].contactor is ContactorState.CLOSED
    assert site.evse()["meter"]["energy_wh"] >= counted


def test_a_new_agent_learns_the_state_of_sensors(loop: SimLoop) -> None:
    site = Site(loop)
    site.do("bay.set", occupied=True)
    loop.kill("agent", power=False)
    site.start_agent()
    assert site.agent.devices["bay-1"] == {"evse": 1, "occupied": 1}


def test_a_board_file_decides_what_the_guard_drives(loop: SimLoop) -> None:
    board = mock_board([{"connectors": [{"cable": "socket"}]}, {"interlock": {"close_debounce_ms": 2_000}}])
    bench = Bench(topology_of(board), LoopClock(loop))
    guard = LocalGuard(bench, lambda side: open_lines(board, side), board.name)
    agent = Agent(guard)
    loop.spawn("agent", agent.run())
    loop.advance(0.1)
    assert [one.has_lock for one in agent.capabilities] == [True, False]
    for evse in (1, 2):
        bench.do("ev.plug_in", evse=evse, charge_delay_s=0)
        agent.grant(evse)
    loop.advance(1.5)
    assert [agent.reports[evse].contactor for evse in (1, 2)] == [ContactorState.CLOSED, ContactorState.OPEN]
    loop.advance(1)
    assert agent.reports[2].contactor is ContactorState.CLOSED


def test_an_idle_station_sets_no_timer(loop: SimLoop) -> None:
    site = Site(loop)
    loop.kill("agent", power=False)
    site.guard.agent_died()
    loop.advance(hours=2)
    assert site.bench.next_event_ms() is None
