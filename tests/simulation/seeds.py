"""Random station-hours that a seed replays: cars, cards, faults, cuts and kills, and what must hold through all of it.

Watched after every step: no EVSE is energised without a car, a live permit and (while the agent lives) a transaction.
Watched at the end, after everything is whole again and the outbox ran dry: the backend's books add up (one start, one
end, in order, no gap, no register that runs backwards, `tests.scenarios.books`), one CALL at a time, nothing sent again
after a CALLRESULT, and every BootNotification first on its boot.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from agent.core.rules import Options, PowerLoss
from agent.demo.csms import Refuse
from hal.mock.arguments import BenchError
from hal.mock.topology import MockEvse
from tests.rig.world import World, world
from tests.scenarios.books import Books, most_in_flight, number_transactions, sent_again_after_result

STEP_S = (1, 90)
DRAIN_S = 4 * 3600
CARDS = ("04AAAA01", "04AAAA02", "04AAAA03")


class Broken(AssertionError):
    """An invariant does not hold."""


class Run:
    """One seed's station-hours."""

    def __init__(self, w: World, rng: random.Random, evses: int) -> None:
        self.w = w
        self.rng = rng
        self.evses = evses
        self.powered = True
        self.agent = True
        self.actions: list[tuple[int, Callable[[], None]]] = [
            (12, self.plug_in),
            (8, self.plug_out),
            (16, self.tap),
            (4, self.pause),
            (4, self.resume),
            (3, self.link),
            (3, self.csms_mood),
            (2, self.kill_agent),
            (2, self.kill_guard),
            (2, self.cut_power),
            (2, self.meter),
            (1, self.disk),
            (1, self.fault),
        ]

    def evse(self) -> int:
        return self.rng.randint(1, self.evses)

    def do(self, verb: str, **args: Any) -> None:
        """A verb; what the bench cannot do now (plug out where nothing is plugged) is no action."""
        try:
            self.w.bench(verb, **args)
        except BenchError as error:
            if error.code not in {"conflict", "no_agent"}:
                raise

    # What happens

    def plug_in(self) -> None:
        self.do("ev.plug_in", evse=self.evse(), current_a=self.rng.choice((13, 16, 32)))

    def plug_out(self) -> None:
        self.do("ev.plug_out", evse=self.evse())

    def tap(self) -> None:
        self.do("rfid.tap", id_token=self.rng.choice(CARDS), evses=[self.evse()])

    def pause(self) -> None:
        self.do("ev.pause", evse=self.evse())

    def resume(self) -> None:
        self.do("ev.resume", evse=self.evse())

    def link(self) -> None:
        network = self.w.loop.network
        self.rng.choice((network.cut, network.heal, network.heal, network.reset))()

    def csms_mood(self) -> None:
        csms = self.w.csms
        csms.accept("TransactionEvent", "MeterValues", "StopTransaction", "Authorize")
        action = self.rng.choice(("TransactionEvent", "MeterValues", "StopTransaction", "Authorize"))
        match self.rng.randrange(3):
            case 0:
                csms.on(action, Refuse("InternalError", "not now"))
            case 1 if action != "Authorize":  # it has a shorter time-out, which `most_in_flight` does not know
                csms.silence(action, self.rng.randint(1, 3))
            case _:
                pass

    def kill_agent(self) -> None:
        if self.powered and self.agent:
            self.w.kill_agent()
            self.agent = False
        elif self.powered:
            self.w.start_agent()
            self.agent = True

    def kill_guard(self) -> None:
        if self.powered:
            self.w.guard.kill()
            self.w.advance(self.rng.randint(1, 20))
            self.w.guard.restart()

    def cut_power(self) -> None:
        if self.powered:
            self.w.cut_power()
            self.powered = self.agent = False
        else:
            self.w.restore_power()
            self.powered = self.agent = True

    def meter(self) -> None:
        evse = self.evse()
        self.do("meter.stall", evse=evse)
        self.w.advance(self.rng.randint(1, 60))
        self.do("meter.stall", evse=evse, kind="none")

    def disk(self) -> None:
        if self.powered and self.agent:
            self.do("storage.fail", kind=self.rng.choice(("full", "read_only")))
            self.w.advance(self.rng.randint(1, 120))
            self.do("storage.heal")

    def fault(self) -> None:
        evse = self.evse()
        self.do("fault.inject", evse=evse, code="other_error")
        self.w.advance(self.rng.randint(1, 60))
        self.do("fault.clear", evse=evse, code="other_error")

    # Running

    def play(self, minutes: float) -> None:
        end = self.w.loop.time() + minutes * 60
        weights = [weight for weight, _ in self.actions]
        while self.w.loop.time() < end:
            self.rng.choices(self.actions, weights)[0][1]()
            self.w.advance(self.rng.uniform(*STEP_S))
            self.look()

    def look(self) -> None:
        """What must be true at every moment."""
        for row in self.w.mock.status()["evses"]:
            if row["contactor"] != "closed":
                continue
            if not row["plugged"]:
                raise Broken(f"energised without a car: {row}")
            if not row["permit"]["live"]:
                raise Broken(f"energised without a live permit: {row}")
            if self.agent and row["transaction"] is None:
                raise Broken(f"energised without a transaction: {row}")

    def settle(self) -> None:
        """Everything is whole again: all transactions end, all messages arrive."""
        self.w.loop.network.heal()
        self.w.csms.accept("TransactionEvent", "MeterValues", "StopTransaction", "Authorize")
        if not self.powered:
            self.cut_power()
        elif not self.agent:
            self.kill_agent()
        self.w.advance(60)
        self.do("storage.heal")
        for evse in range(1, self.evses + 1):
            self.do("fault.clear", evse=evse, code="other_error")
            self.do("ev.plug_out", evse=evse)
        self.w.advance(minutes=10)
        self.w.until(self._dry, DRAIN_S, "the outbox to run dry")
        self.w.advance(5)

    def _dry(self) -> bool:
        agent = self.w.agent
        return agent is not None and agent.station.online and not agent.station.waiting

    def judge(self) -> int:
        csms = self.w.csms
        entries = Books(csms.received).check(complete=True)
        again = sent_again_after_result(csms)
        if again:
            raise Broken(f"sent again after a CALLRESULT: {again[:3]}")
        if (most := most_in_flight(csms)) > 1:
            raise Broken(f"{most} CALLs in flight")
        if csms.received and csms.received[0].action != "BootNotification":
            raise Broken(f"before the boot: {csms.received[0]!r}")
        return len(entries)


def simulate_seed(seed: int, minutes: float) -> int:
    """Play one seed; gives the number of transactions booked. Raises what does not hold."""
    rng = random.Random(f"seed {seed}")
    version = rng.choice(("1.6", "2.0.1"))
    evses = rng.randint(1, 4)
    options = Options(
        power_loss=rng.choice(tuple(PowerLoss)),
        guard_loss=rng.choice(tuple(PowerLoss)),
        sample_ms=10_000,
        idle_sample_ms=60_000,
        fuse_ma=rng.choice((None, 32_000)),
    )
    variables = {
        "OCPPCommCtrlr": {"MessageAttempts[TransactionEvent]": 100, "MessageAttemptInterval[TransactionEvent]": 5},
        "SampledDataCtrlr": {"TxUpdatedInterval": 300},
    }
    board = tuple(MockEvse(phases=1, tethered=rng.random() < 0.5) for _ in range(evses))
    with world(version, seed=seed, evses=board, options=options, variables=variables) as w:
        number_transactions(w.csms)
        run = Run(w, rng, evses)
        w.boot()
        run.play(minutes)
        run.settle()
        return run.judge()
