"""What happens to the supply, to the guard and to the clock."""

from __future__ import annotations

from typing import Any

import pytest

from hal.interfaces import DeviceError
from hal.mock.timeline import Timeline
from hal.mock.topology import MockEvse, MockTopology
from hal.types import ContactorState, PilotState, PowerReport
from tests.unit.hal.mock.hand import Hand


class Host:
    """Notes what the bench asks of the process around the station."""

    def __init__(self, hand: Hand) -> None:
        self.calls: list[str] = []
        self._hand = hand

    def tear_down(self) -> None:
        self.calls.append("tear_down")

    def boot(self) -> None:
        self.calls.append("boot")
        self._hand.take_paths()

    def brownout(self, hold_up_ms: int) -> None:
        self.calls.append(f"brownout {hold_up_ms}")

    def status(self) -> dict[str, Any]:
        return {
            "pid": 42,
            "version": "0.1.0",
            "link": "connected",
            "evses": [{"evse": 1, "connectors": [{"connector": 1, "status": "Occupied"}], "transaction": "t1"}],
        }


def hosted(*evses: MockEvse) -> tuple[Hand, Host]:
    h = Hand(*evses)
    host = Host(h)
    h.bench.host = host
    return h, host


def test_a_power_cut_opens_everything_and_forgets_nothing() -> None:
    h, host = hosted()
    h.do("fault.inject", evse=1, code="ground_failure")
    h.charge()
    h.advance(hours=1)
    counted = h.energy_wh()
    old = h.paths[1]
    assert h.do("power.cut") == {"changed": True}
    assert host.calls == ["tear_down"]
    status = h.bench.status()
    evse = status["evses"][0]
    assert not status["bench"]["powered"]
    assert (evse["contactor"], evse["signal"], evse["plugged"]) == ("open", "dead", True)
    assert status["bench"]["faults"][0]["code"] == "ground_failure"
    with pytest.raises(DeviceError, match="no power"):
        h.bench.read_meter(1)
    with pytest.raises(DeviceError, match="has no power"):
        old.read()
    h.advance(hours=1)
    assert h.do("power.cut") == {"changed": False}
    assert h.do("power.restore") == {"changed": True, "booting": True}
    assert host.calls == ["tear_down", "boot"]
    assert h.energy_wh() == counted
    assert h.pilot() is PilotState.B
    h.bench.attach(h.ear)
    assert h.ear.faults[-1][1]
    h.drive()
    h.advance(hours=1)
    assert h.energy_wh() > counted


def test_a_dead_reader_reads_nothing_and_plugs_still_move() -> None:
    h, _ = hosted()
    h.do("power.cut")
    assert not h.do("rfid.tap", id_token="04AB")["read"]
    h.do("ev.plug_in")
    h.do("power.restore")
    assert h.pilot() is PilotState.B


def test_the_first_path_after_the_power_returned_takes_over() -> None:
    h, _ = hosted()
    old = h.paths[1]
    h.take_paths()
    with pytest.raises(DeviceError, match="guard that is gone"):
        old.heartbeat()
    old.close()  # of a path that is gone: nothing
    h.drive()


def test_a_brownout_warns_drops_the_contactor_and_ends_in_a_cut() -> None:
    h, host = hosted()
    h.charge()
    assert h.do("power.brownout", hold_up_s=3) == {"changed": True}
    assert h.do("power.brownout") == {"changed": False}
    assert host.calls == ["brownout 3000"]
    assert h.ear.devices[-1] == ("supply", {"failing": 1, "hold_up_ms": 3_000})
    h.advance(20)
    assert h.read().contactor is ContactorState.OPEN
    h.advance(2_979)
    assert host.calls == ["brownout 3000"]
    h.advance(1)
    assert host.calls == ["brownout 3000", "tear_down"]
    h.do("power.restore")
    h.bench.attach(h.ear)
    assert all(name != "supply" for name, _ in h.ear.devices[1:])


def test_a_brownout_that_passes() -> None:
    h, host = hosted()
    h.charge()
    h.do("power.brownout", hold_up_s=3)
    h.advance(s=1)
    assert h.do("power.restore") == {"changed": True, "booting": False}
    assert h.ear.devices[-1] == ("supply", {"failing": 0, "hold_up_ms": 0})
    h.advance(s=10)
    assert host.calls == ["brownout 3000"]
    assert h.read().contactor is ContactorState.CLOSED
    assert h.do("power.restore") == {"changed": False, "booting": False}


def test_without_a_host_the_supply_verbs_still_work() -> None:
    h = Hand()
    h.do("power.brownout", hold_up_s=0)
    h.advance()
    assert not h.bench.status()["bench"]["powered"]
    h.do("power.restore")
    assert h.bench.status()["bench"]["powered"]


def test_a_guard_that_dies_is_noticed_and_the_path_opens_by_itself() -> None:
    h = Hand()
    h.charge()
    h.paths[1].orphan()
    h.advance(999)
    assert h.bench.status()["evses"][0]["contactor"] == "closed"
    h.advance(1)
    evse = h.bench.status()["evses"][0]
    assert (evse["contactor"], evse["signal"]) == ("open", "off")


def test_a_heartbeat_that_stays_away_opens_the_path() -> None:
    h = Hand()
    h.charge()
    for _ in range(3):
        h.paths[1].heartbeat()
        h.advance(900)
    assert h.read().contactor is ContactorState.CLOSED
    h.advance(100)
    assert h.read().contactor is ContactorState.OPEN


def test_close_drives_the_safe_state_at_once() -> None:
    h = Hand()
    h.charge()
    h.paths[1].close()
    evse = h.bench.status()["evses"][0]
    assert (evse["contactor"], evse["signal"]) == ("open", "off")


def test_each_change_of_the_inputs_calls_back_once() -> None:
    h = Hand()
    calls: list[PilotState] = []
    h.paths[1].subscribe(lambda: calls.append(h.paths[1].read().pilot.state))
    h.do("ev.plug_in")
    h.drive(closed=False)
    h.advance(s=1)
    h.do("ev.plug_out")
    h.do("meter.jump", delta_wh=5)
    assert calls == [PilotState.B, PilotState.C, PilotState.A]


def test_a_guard_that_answers_at_once_is_heard_within_the_same_call() -> None:
    """The interlock's reaction to a change is in force before the verb is answered."""
    h = Hand()
    h.charge()
    h.paths[1].subscribe(lambda: h.off() if h.pilot() is PilotState.A else None)
    h.do("ev.plug_out")
    assert not h.bench.status()["evses"][0]["commanded"]


def test_guard_and_bench_that_never_agree_are_a_bug_that_shows() -> None:
    h = Hand()
    outlet = h.bench.world.outlets[1]

    def flap() -> None:
        outlet.ventilated = not outlet.ventilated

    h.paths[1].subscribe(lambda: outlet.change(flap))
    with pytest.raises(AssertionError, match="without end"):
        h.do("ev.plug_in")


def test_status_joins_bench_and_station() -> None:
    h, _ = hosted(MockEvse(connectors=2), MockEvse())
    report = PowerReport(
        evse=1,
        pilot=PilotState.B,
        signal=h.bench.world.outlets[1].offer.signal,  # type: ignore[arg-type]  # powered: never None
        duty_permille=1000,
        offered_ma=0,
        commanded=False,
        contactor=ContactorState.OPEN,
        lock=h.read().lock,
        permit_number=7,
        permit_live=True,
    )
    h.bench.saw_report(report)
    status = h.do("status")
    assert (status["pid"], status["version"], status["link"]) == (42, "0.1.0", "connected")
    assert (status["booted"], status["protocol"], status["registration"]) == (False, None, None)
    first, second = status["evses"]
    assert first["connectors"] == [{"connector": 1, "status": "Occupied"}]
    assert first["transaction"] == "t1"
    assert first["permit"] == {"number": 7, "live": True, "offered_ma": 0}
    assert second["connectors"] == [{"connector": 1, "status": None}]
    assert second["permit"] is None


def test_watchers_see_numbered_events_until_they_leave() -> None:
    h = Hand()
    seen: list[dict[str, Any]] = []
    leave = h.bench.watch(seen.append)
    h.do("ev.plug_in")
    leave()
    h.do("ev.plug_out")
    assert [event["n"] for event in h.events] == list(range(1, len(h.events) + 1))
    assert len(seen) < len(h.events)
    assert {"n": 1, "t_ms": 0, "event": "pilot", "evse": 1, "state": "B", "diode_fault": False, "short": False} in seen


def test_a_timeline_runs_in_order_of_time_and_of_setting() -> None:
    line = Timeline()
    ran: list[str] = []
    line.set("late", 20, lambda: ran.append(f"late {line.now_ms}"))
    line.set("one", 10, lambda: ran.append(f"one {line.now_ms}"))
    line.set("two", 10, lambda: ran.append(f"two {line.now_ms}"))
    line.set("late", 30, lambda: ran.append(f"replaced {line.now_ms}"))
    line.set("gone", 5, lambda: ran.append("gone"))
    line.cancel("gone")
    line.run_to(25)
    assert ran == ["one 10", "two 10"]
    line.set("past", 1, lambda: ran.append(f"past {line.now_ms}"))
    line.run_to(30)
    assert ran[2:] == ["past 25", "replaced 30"]
    assert line.next_ms() is None
    line.run_to(5)
    assert line.now_ms == 30


@pytest.mark.parametrize(
    ("what", "why"),
    [
        ({"connectors": 0}, "connectors"),
        ({"phases": 2}, "phases"),
        ({"max_current_ma": 5_000}, "max_current_ma"),
        ({"voltage_mv": 1}, "voltage_mv"),
    ],
)
def test_an_impossible_evse_is_refused(what: dict[str, int], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        MockEvse(**what)  # type: ignore[arg-type]  # the point of the test


def test_a_topology_needs_an_evse_and_says_what_it_can() -> None:
    with pytest.raises(ValueError, match="number of mock EVSEs"):
        MockTopology(())
    capabilities = MockTopology((MockEvse(), MockEvse(tethered=True, phases=1, connectors=2))).capabilities()
    assert [(one.evse, one.has_lock, one.phases, one.connectors) for one in capabilities] == [
        (1, True, 3, 1),
        (2, False, 1, 2),
    ]
    assert capabilities[0].fail_safe == "mock"
