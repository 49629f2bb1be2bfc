"""One seed's world and its agenda: who does what next, and which spells of trouble have still to end."""

from __future__ import annotations

import heapq
import itertools
import random
from collections import Counter
from collections.abc import Callable, Generator
from typing import Any

from hal.mock.arguments import BenchError
from tests.rig.world import World
from tests.simulation.backend import Moody
from tests.simulation.disk import Killed, PowerCut
from tests.simulation.operators import Operator
from tests.simulation.settings import Setting

Actor = Generator[float, None, None]
LOOK_S = 10.0
NOT_NOW = frozenset({"conflict", "no_agent"})


class Broken(AssertionError):
    """An invariant does not hold."""


class Run:
    """See the module. `powered`, `agent_up` and `guard_up` are what is so, whatever the station thinks."""

    def __init__(self, w: World, rng: random.Random, setting: Setting) -> None:
        self.w = w
        self.rng = rng
        self.setting = setting
        self.backend = Moody(w.loop, w.csms, rng, setting.message_timeout_s)
        self.operator = Operator(w.csms, rng, setting, w.loop.time)
        self.tally: Counter[str] = Counter()
        self.powered = self.agent_up = self.guard_up = True
        self.loss_of_memory = False  # something that was only in memory went with its process
        self.disk_trouble = False
        self.looks: list[Callable[[], None]] = []
        self.deaths: list[Callable[[], None]] = []  # called before the station's process dies
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._spells: dict[str, tuple[int, Callable[[], None]]] = {}

    @property
    def now(self) -> float:
        return self.w.loop.time()

    @property
    def evses(self) -> range:
        return range(1, len(self.setting.evses) + 1)

    def evse(self) -> int:
        return self.rng.choice(self.evses)

    def do(self, verb: str, **args: Any) -> bool:
        """A verb of the bench; what cannot be done now (plug out where nothing is plugged) is no action."""
        try:
            self.w.bench(verb, **args)
        except BenchError as error:
            if error.code not in NOT_NOW:
                raise
            return False
        return True

    # The agenda

    def later(self, seconds: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (self.now + seconds, next(self._numbers), what))

    def cast(self, actor: Actor) -> None:
        """Let somebody act: each value that the generator yields is how long he waits."""

        def step() -> None:
            try:
                pause = next(actor)
            except StopIteration:
                return
            self.later(pause, step)

        self.later(0, step)

    def play(self, minutes: float) -> None:
        """Until then everybody acts; afterwards nobody does any more."""
        end = self.now + minutes * 60
        while self._agenda and self._agenda[0][0] < end:
            at, _, what = heapq.heappop(self._agenda)
            self.wait(at - self.now)
            what()
            self.look()
        self.wait(end - self.now)
        self._agenda.clear()

    def wait(self, seconds: float) -> None:
        """Let time pass, and look every now and then."""
        end = self.now + seconds
        while (left := end - self.now) > 1e-6:
            self.w.advance(min(left, LOOK_S))
            self.look()

    def look(self) -> None:
        for look in self.looks:
            look()

    # Spells of trouble

    def begin(self, name: str, seconds: float, end: Callable[[], None]) -> bool:
        """A spell begins, and ends by itself; False if it lasts already."""
        if name in self._spells:
            return False
        number = next(self._numbers)
        self._spells[name] = (number, end)
        self.tally[name.split(maxsplit=1)[0]] += 1

        def over() -> None:
            if self._spells.get(name, (0, None))[0] == number:
                self.finish(name)

        self.later(seconds, over)
        return True

    def lasts(self, name: str) -> bool:
        return name in self._spells

    def finish(self, name: str) -> None:
        spell = self._spells.pop(name, None)
        if spell is not None:
            spell[1]()

    def finish_all(self) -> None:
        while self._spells:
            self.finish(next(iter(self._spells)))

    # Deaths and returns

    def _dies(self) -> None:
        for death in self.deaths:
            death()

    def kill_agent(self, away_s: float) -> None:
        if self.powered and self.agent_up and self.begin("kill", away_s, self._start_agent):
            self._dies()
            self.w.kill_agent()
            self.w.disk.kill()
            self.agent_up = False

    def _start_agent(self) -> None:
        if self.powered and not self.agent_up:
            self.w.disk.boot()
            self.w.start_agent()
            self.agent_up = True

    def cut_power(self, seconds: float) -> None:
        if self.powered and self.begin("power", seconds, self.restore_power):
            if self.w.loop.is_alive("station"):
                self._dies()
            self.w.cut_power()
            self.powered = self.agent_up = False

    def restore_power(self) -> None:
        if not self.powered:
            self.w.restore_power()
            self.powered = self.agent_up = self.guard_up = True

    def brown_out(self, seconds: float, hold_up_s: float) -> None:
        """The grid goes; if it is not back in time the power is cut by the bench itself."""

        def back() -> None:
            if self.w.bench("power.restore")["booting"]:
                self.powered = self.agent_up = self.guard_up = True

        if self.powered and self.guard_up and self.agent_up and self.begin("brownout", seconds, back):
            self._dies()
            if hold_up_s < seconds:
                self.powered = self.agent_up = False
            self.w.bench("power.brownout", hold_up_s=hold_up_s)

    def kill_guard(self, seconds: float) -> None:
        def back() -> None:
            if self.powered and not self.guard_up:
                self.w.guard.restart()
                self.guard_up = True

        if self.powered and self.guard_up and self.begin("guard", seconds, back):
            self.w.guard.kill()
            self.guard_up = False

    def crash_at_commit(self, ahead: int, moment: str, *, power: bool, away_s: float) -> None:
        """The power goes, or the agent is killed, around one of its next commits."""
        disk, due = self.w.disk, self.w.disk.commits + ahead

        def hook(commit: int) -> None:
            if commit < due:
                return
            disarm()
            self._dies()
            self.w.loop.kill("station", power=not power)
            self.w.loop.call_soon(crashed, context=self.w.loop.network.context)
            raise PowerCut if power else Killed

        def crashed() -> None:
            self.agent_up = False
            if not power:
                self.w.guard.agent_died()
                self.begin("kill", away_s, self._start_agent)
                return
            self.powered = False
            self.w.bench("power.cut")
            self.begin("power", away_s, self.restore_power)

        def disarm() -> None:
            disk.before_commit = disk.after_commit = lambda _commit: None

        if self.powered and self.agent_up and not self.lasts("kill") and not self.lasts("power"):
            self.tally[f"crash {moment} a commit"] += 1
            disarm()
            setattr(disk, f"{moment}_commit", hook)
