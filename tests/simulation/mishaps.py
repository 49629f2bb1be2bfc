"""Everything that may go wrong around a station, as a table: name, weight, what it does."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from agent.demo.csms import Csms
from tests.simulation.backend import GARBAGE, MOODS
from tests.simulation.people import flood
from tests.simulation.pipe import Flow
from tests.simulation.run import Actor, Run

Mishap = Callable[[Run], None]
TRANSACTIONAL = ("TransactionEvent", "StartTransaction", "MeterValues", "StopTransaction")
INJECTED = ("other_error", "ground_failure", "internal_error", "reader_failure", "under_voltage", "cable_fault")


# The network


def _cut(run: Run) -> None:
    network = run.w.loop.network
    flows = run.rng.choice(((), (), (Flow.TO_CLIENT,), (Flow.TO_SERVER,)))
    if run.begin("cut", run.rng.choice((run.rng.uniform(1, 20), run.rng.uniform(20, 300))), network.heal):
        network.cut(*flows)


def _reset(run: Run) -> None:
    run.tally["connection reset"] += 1
    run.w.loop.network.reset()


def _slow_network(run: Run) -> None:
    network = run.w.loop.network

    def well() -> None:
        network.set_conditions(latency_ms=(20, 70), bytes_per_second=None, segment_bytes=65_536)

    if run.begin("network slow", run.rng.uniform(20, 200), well):
        network.set_conditions(
            latency_ms=run.rng.choice(((200, 2_000), (20, 4_000))),
            bytes_per_second=run.rng.choice((None, 2_000)),
            segment_bytes=run.rng.choice((65_536, 7)),
        )


def _refused(run: Run) -> None:
    csms, line = run.w.csms, run.w.loop.network.line("csms", 9000)

    def well() -> None:
        csms.refuse_handshake, line.refusing = None, False
        run.w.loop.network.unknown_names.discard("csms")

    if run.begin("no connection", run.rng.uniform(5, 200), well):
        way = run.rng.randrange(4)
        csms.refuse_handshake = (503, 401, 404)[way] if way < 3 else None
        line.refusing = way == 3
        if run.rng.random() < 0.3:
            run.w.loop.network.unknown_names.add("csms")
        run.w.loop.network.reset()


def _network_down(run: Run) -> None:
    def up() -> None:
        run.do("network.set", up=True)

    if run.powered and run.agent_up and run.begin("network down", run.rng.uniform(1, 120), up):
        run.do("network.set", up=False)


# The CSMS


def _csms_gone(run: Run) -> None:
    loop, csms = run.w.loop, run.w.csms

    def back() -> None:
        _forget_connections(csms)
        loop.spawn("csms", csms.run("csms", 9000))

    if run.begin("CSMS restart", run.rng.uniform(0.5, 90), back):
        loop.kill("csms", power=run.rng.random() < 0.6)
        _forget_connections(csms)


def _forget_connections(csms: Csms) -> None:
    csms.stations.clear()
    csms.sockets.clear()


def _moody(run: Run, actions: tuple[str, ...], moods: tuple[str, ...]) -> None:
    mood, action = run.rng.choice(moods), run.rng.choice(actions)

    def well() -> None:
        run.backend.moods.pop(action, None)

    if run.begin(f"CSMS {mood} {action}", run.rng.uniform(20, 240), well):
        run.backend.moods[action] = {"sound": run.rng.choice((0, 1, 3)), mood: 1}


def _moody_books(run: Run) -> None:
    _moody(run, TRANSACTIONAL, MOODS)


def _moody_authorize(run: Run) -> None:
    _moody(run, ("Authorize",), MOODS)


def _moody_others(run: Run) -> None:
    _moody(run, ("BootNotification", "Heartbeat", "SecurityEventNotification", "NotifyEvent", "NotifyReport"), MOODS)


def _moody_status(run: Run) -> None:
    _moody(run, ("StatusNotification",), MOODS)


def _registration(run: Run) -> None:
    """The next boots are not accepted; a trigger brings one now."""
    run.tally["registration refused"] += 1
    for _ in range(run.rng.randint(1, 3)):
        run.backend.registrations.append((run.rng.choice(("Pending", "Rejected")), run.rng.choice((0, 5, 20))))
    if run.rng.random() < 0.5 and run.w.csms.sockets:
        run.operator.call("TriggerMessage", {"requestedMessage": "BootNotification"})


def _garbage(run: Run) -> None:
    if run.w.csms.sockets:
        run.tally["garbage frame"] += 1
        run.operator.raw(run.rng.choice((*GARBAGE, "x" * 100_000, b"\x00\xff")))


def _calls(run: Run) -> None:
    for _ in range(run.rng.choice((1, 1, 1, 5))):
        run.operator.act()


# Clocks


def _csms_clock(run: Run) -> None:
    run.tally["CSMS clock step"] += 1
    run.backend.time_off_s = run.rng.choice((0.0, 30.0, -30.0, 3600.0, -3600.0, 86_400.0 * 30))


def _clock(run: Run) -> None:
    run.tally["clock step"] += 1
    seconds = run.rng.choice((-7200, -90, -5, 3, 90, 7200))
    run.w.loop.wall_step_s += seconds
    if run.powered and run.agent_up:
        run.do("clock.step", seconds=seconds)


# The meter


def _stall(run: Run) -> None:
    evse = run.evse()
    kind = run.rng.choice(("silent", "frozen"))

    def well() -> None:
        run.do("meter.stall", evse=evse, kind="none")

    if run.begin(f"meter stall {evse}", run.rng.uniform(1, 120), well):
        run.do("meter.stall", evse=evse, kind=kind)


def _meter_jump(run: Run) -> None:
    run.tally["meter jump"] += 1
    run.do("meter.jump", evse=run.evse(), delta_wh=run.rng.choice((300, 5_000, 1_000_000)))


def _meter_reset(run: Run) -> None:
    run.tally["meter reset"] += 1
    run.do("meter.set", evse=run.evse(), energy_wh=0)


def _meter_swap(run: Run) -> None:
    run.tally["meter swap"] += 1
    run.do("meter.swap", evse=run.evse(), energy_wh=run.rng.choice((0, 5, 123_456)))


# Supply, processes, disk


def _kill(run: Run) -> None:
    run.kill_agent(run.rng.choice((run.rng.uniform(0.1, 5), run.rng.uniform(5, 90))))


def _change_of_cars(run: Run) -> None:
    """The agent dies, and before it is back another car stands where one was charging."""
    evse = run.evse()

    def comes() -> None:
        run.do("ev.plug_out", evse=evse)
        run.do("ev.plug_in", evse=evse, charge_delay_s=0)

    run.tally["change of cars"] += 1
    run.kill_agent(run.rng.uniform(3, 40))
    run.later(run.rng.uniform(0.1, 3), comes)


def _power(run: Run) -> None:
    run.cut_power(run.rng.choice((run.rng.uniform(0.5, 10), run.rng.uniform(10, 200))))


def _guard(run: Run) -> None:
    run.kill_guard(run.rng.uniform(0.2, 30))


def _crash(run: Run) -> None:
    run.crash_at_commit(
        run.rng.randint(1, 8),
        run.rng.choice(("before", "after")),
        power=run.rng.random() < 0.6,
        away_s=run.rng.uniform(0.5, 60),
    )


def _brownout(run: Run) -> None:
    seconds = run.rng.uniform(0.5, 30)
    run.brown_out(seconds, run.rng.choice((0.2, 3, 60)))


def _disk(run: Run) -> None:
    kind = run.rng.choice(("full", "read_only", "slow"))

    def well() -> None:
        run.w.disk.fail(None)
        run.do("storage.heal")

    if run.powered and run.agent_up and run.begin(f"disk {kind}", run.rng.uniform(1, 180), well):
        run.disk_trouble = run.disk_trouble or kind != "slow"
        run.do("storage.fail", kind=kind)


# The copper


def _fault(run: Run) -> None:
    evse: int | None = run.rng.choice((run.evse(), run.evse(), None))
    code = run.rng.choice(INJECTED)

    def well() -> None:
        run.do("fault.clear", evse=evse, code=code)

    if run.begin(f"fault {code} {evse}", run.rng.uniform(1, 120), well):
        run.do("fault.inject", evse=evse, code=code, severity=run.rng.choice(("blocking", "warning")), info="sim")


def _defect(run: Run) -> None:
    evse = run.evse()
    verb: str
    args: dict[str, Any]
    verb, args = run.rng.choice(
        (
            ("cp.diode_fault", {}),
            ("cp.short", {}),
            ("contactor.stuck_open", {}),
            ("rcd.trip", {}),
            ("emergency_stop.set", {}),
            ("tamper.set", {}),
        )
    )

    def well() -> None:
        run.do(verb, evse=evse, active=False)

    if run.begin(f"defect {verb} {evse}", run.rng.uniform(0.2, 60), well):
        run.do(verb, evse=evse, active=True, **args)


def _weld(run: Run) -> None:
    evse = run.evse()

    def well() -> None:
        run.do("contactor.weld", evse=evse, active=False)

    if run.begin(f"weld {evse}", run.rng.uniform(5, 90), well):
        run.do("contactor.weld", evse=evse, active=True)


def _lock(run: Run) -> None:
    evse = run.evse()

    def well() -> None:
        run.do("lock.set", evse=evse, fail_on_lock=False, fail_on_unlock=False)

    if run.begin(f"lock {evse}", run.rng.uniform(1, 60), well):
        run.do("lock.set", evse=evse, **{run.rng.choice(("fail_on_lock", "fail_on_unlock")): True})


def _heat(run: Run) -> None:
    def well() -> None:
        run.do("temperature.set", celsius=25)

    if run.begin("heat", run.rng.uniform(5, 120), well):
        run.do("temperature.set", celsius=run.rng.choice((66, 69, 75)))


def _technician(run: Run) -> None:
    """Latched faults end by a restart of the guard."""
    run.kill_guard(1)


def _flood(run: Run) -> None:
    run.tally["reader flood"] += 1
    run.cast(flood(run, run.evse()))


TABLE: dict[str, tuple[int, Mishap]] = {
    "cut": (5, _cut),
    "reset": (4, _reset),
    "slow network": (3, _slow_network),
    "refused": (3, _refused),
    "network down": (2, _network_down),
    "csms restart": (3, _csms_gone),
    "moody books": (8, _moody_books),
    "moody authorize": (3, _moody_authorize),
    "moody others": (3, _moody_others),
    "moody status": (3, _moody_status),
    "registration": (3, _registration),
    "garbage": (2, _garbage),
    "calls": (14, _calls),
    "csms clock": (2, _csms_clock),
    "clock": (2, _clock),
    "stall": (3, _stall),
    "meter jump": (1, _meter_jump),
    "meter reset": (2, _meter_reset),
    "meter swap": (2, _meter_swap),
    "kill": (4, _kill),
    "change of cars": (2, _change_of_cars),
    "power": (4, _power),
    "guard": (3, _guard),
    "crash": (6, _crash),
    "brownout": (2, _brownout),
    "disk": (3, _disk),
    "fault": (3, _fault),
    "defect": (3, _defect),
    "weld": (2, _weld),
    "lock": (2, _lock),
    "heat": (1, _heat),
    "technician": (1, _technician),
    "flood": (2, _flood),
}


def swarm(rng: random.Random) -> list[str]:
    """The mishaps of one seed."""
    return rng.sample(sorted(TABLE), rng.choice((0, 2, 4, 6, 8, 12, 20, len(TABLE))))


def mishaps(run: Run, names: list[str]) -> Actor:
    """They come at random, one at a time; some of them last."""
    if not names:
        return
    pause_s = run.rng.choice((20, 40, 90))
    weights = [TABLE[name][0] for name in names]
    while True:
        yield run.rng.expovariate(1 / pause_s)
        TABLE[run.rng.choices(names, weights)[0]][1](run)
