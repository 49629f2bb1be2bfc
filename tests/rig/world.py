"""A whole world in virtual time: bench, guard, station and a CSMS that is not ours, driven from plain test code.

    with world("1.6", ocpp16={"MeterValueSampleInterval": 10}) as w:
        w.boot()
        w.bench("ev.plug_in")
        w.bench("rfid.tap", id_token="04AB")
        start = w.expect("StartTransaction", connectorId=1)
        w.advance(minutes=10)
        w.cut_power(); w.restore_power()

Nothing in a test sleeps or awaits: every step runs the loop until what it waits for has come, and fails with what did
come if it does not.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from agent.core.rules import Options
from agent.demo.csms import Csms
from agent.ocpp.dialect import Identity, Make
from agent.ocpp.endpoint import Endpoint, TlsFiles
from agent.ocpp.v2x.dialect import Dialect201
from agent.ocpp.v16.dialect import Dialect16
from agent.runtime.agent import Agent, Plan
from agent.secret import Secret
from agent.variables import file
from agent.variables.registry import Registry
from agent.variables.topology import ENERGY, Evse, Outlet, Topology
from hal.mock.bench import Bench
from hal.mock.clock import LoopClock
from hal.mock.local import LocalGuard
from hal.mock.topology import MockEvse, MockTopology
from tests.rig.dialogue import Dialogue, Payload
from tests.simulation.disk import SimDisk
from tests.simulation.simloop import SimLoop, simulate

IDENTITY = "CP001"
PASSWORD = "a-password-of-24-chars.."
SUBPROTOCOLS = {"1.6": "ocpp1.6", "2.0.1": "ocpp2.0.1"}
DIALECTS: tuple[Make, ...] = (Dialect16, Dialect201)
MEASURANDS = (
    ENERGY,
    "Power.Active.Import",
    "Power.Offered",
    "Current.Import",
    "Current.Offered",
    "Voltage",
    "Frequency",
    "SoC",
)
CSMS_HOST = "csms"
RESET_S = 2.0  # how long the machine takes to come back after a reset


def _virtual_now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """What is between station and CSMS: the loop with its network, and TLS over it if the CSMS has a context."""

    loop: Callable[[int | str], contextlib.AbstractContextManager[SimLoop]] = simulate
    context: ssl.SSLContext | None = None
    roots: str = ""


IN_MEMORY = Line()
LINE: ContextVar[Line] = ContextVar("line", default=IN_MEMORY)
"""The line of the worlds that are made from now on; `tests.rig.kernel` has another."""


class World(Dialogue):
    """See the module. Public parts: `loop`, `bench_world`, `csms`, `disk`, `agent` (of the boot that runs)."""

    def __init__(
        self,
        loop: SimLoop,
        version: str,
        *,
        evses: tuple[MockEvse, ...] = (MockEvse(phases=1, tethered=True),),
        options: Options | None = None,
        document: Mapping[str, Any] | None = None,
        security_profile: int = 1,
        password: str = PASSWORD,
        subprotocols: tuple[str, ...] | None = None,
        features: Mapping[str, Any] | None = None,
        trust_system_clock: bool = True,
    ) -> None:
        super().__init__()
        line = LINE.get()
        if line.context is not None:
            security_profile = 2
        self.loop = loop
        self.version = version
        self.document = dict(document or {})
        self.options = options or Options(idle_sample_ms=60_000)
        self.trust_system_clock = trust_system_clock
        self.topology = Topology(
            evses=tuple(
                Evse(
                    connectors=tuple(
                        Outlet(type="cType2" if evse.tethered else "sType2", has_lock=evse.has_lock)
                        for _ in range(evse.connectors)
                    ),
                    phases=evse.phases,
                    max_current_ma=evse.max_current_ma,
                    measurands=MEASURANDS,
                    signed_values=True,
                    bay_sensor=True,
                )
                for evse in evses
            ),
            vendor="evse-agent",
            model="mock",
            serial="S0001",
            firmware="0.1.0",
            identity=IDENTITY,
            security_profile=security_profile,
            network_profiles={1: security_profile},
            **dict(features or {}),
        )
        offered = subprotocols or (SUBPROTOCOLS[version],)
        self.endpoint = Endpoint(
            url=f"{'ws' if line.context is None else 'wss'}://{CSMS_HOST}:9000/ocpp",
            identity=IDENTITY,
            security_profile=security_profile,
            password=Secret(password),
            subprotocols=offered,
            tls=TlsFiles(roots=(line.roots,) if line.roots else ()),
        )
        self.csms = Csms(
            now=_virtual_now, subprotocols=offered, passwords={IDENTITY: password} if security_profile else None
        )
        self.disk = SimDisk()
        self.mock = Bench(MockTopology(evses), LoopClock(loop))
        self.guard = LocalGuard(self.mock)
        self.agent: Agent | None = None
        self.resets: list[str] = []
        self.boots = 0
        serving: dict[str, Any] = {} if line.context is None else {"ssl": line.context}
        loop.spawn("csms", self.csms.run(CSMS_HOST, 9000, **serving))

    # The station

    def registry(self) -> Registry:
        registry = Registry(self.topology)
        file.load(registry, self.document, "test.toml")
        return registry

    async def _station(self) -> None:
        """The station's process: it comes back after each reset, as under a service manager."""
        reason = ""
        while True:
            self.boots += 1
            plan = Plan(
                identity=Identity(vendor="evse-agent", model="mock", serial="S0001", firmware="0.1.0"),
                options=self.options,
                dialects=DIALECTS,
                endpoints={1: self.endpoint},
                inline_store=True,
                trust_system_clock=self.trust_system_clock,
                boot_reason=reason,
            )
            self.agent = Agent(plan, self.registry(), self.disk, self.guard)
            reboot = await self.agent.until_reset()
            self.resets.append(reboot.reason)
            await asyncio.sleep(RESET_S)

    def start(self) -> None:
        """Power the station up, without waiting for anything."""
        self.loop.spawn("station", self._station())

    def boot(self) -> Payload:
        """Power up and wait until the CSMS has accepted the station and heard its first statuses."""
        self.start()
        accepted = self.expect("BootNotification")
        self.until(lambda: self.agent is not None and self.agent.station.registration.accepted, 60, "acceptance")
        self.advance(5)
        return accepted

    def kill_agent(self) -> None:
        """`kill -9`: guard and bench live on."""
        self.loop.kill("station")
        self.guard.agent_died()

    def start_agent(self) -> None:
        self.start()

    def cut_link(self) -> None:
        """The CSMS closes the connection and refuses each new one, until `restore_link`."""
        self.csms.refuse_handshake = 503
        task = self.loop.create_task(self.csms.drop())
        self.loop.run_until(task.done, 10, "the connection to close")
        task.result()

    def restore_link(self) -> None:
        """The CSMS accepts connections again; the station comes when its back-off lets it."""
        self.csms.refuse_handshake = None

    def cut_power(self) -> None:
        self.mock.do("power.cut")

    def restore_power(self) -> None:
        self.mock.do("power.restore")

    # What the bench does with the supply

    def tear_down(self) -> None:
        if self.loop.is_alive("station"):
            self.loop.kill("station", power=False)
        self.disk.power_cut()

    def boot_host(self) -> None:
        self.disk.boot()
        self.guard = LocalGuard(self.mock)
        self.start()

    def brownout(self, hold_up_ms: int) -> None:
        if self.agent is not None:
            self.agent.brownout(hold_up_ms)

    def status(self) -> Payload:
        return self.agent.status() if self.agent is not None else {}

    # Time

    def until(self, condition: Callable[[], bool], timeout_s: float = 30, what: str = "the condition") -> None:
        self.loop.run_until(condition, timeout_s, what)
        self.check()

    # The bench

    def bench(self, verb: str, **args: Any) -> Payload:
        """Do a verb of the bench (bench.md)."""
        return self.mock.do(verb, **args)

    def evse(self, number: int = 1) -> Payload:
        """The bench's and the station's view of one EVSE."""
        found: Payload = next(row for row in self.mock.status()["evses"] if row["evse"] == number)
        return found

    def energised(self, number: int = 1) -> bool:
        return bool(self.evse(number)["contactor"] == "closed")


def allow(w: World, password: str) -> None:
    """The CSMS takes this password, and no other, from the next handshake on."""
    w.csms.passwords = {IDENTITY: password}


class _Host:
    """The bench's view of the process around the station."""

    def __init__(self, world: World) -> None:
        self._world = world

    def tear_down(self) -> None:
        self._world.tear_down()

    def boot(self) -> None:
        self._world.boot_host()

    def brownout(self, hold_up_ms: int) -> None:
        self._world.brownout(hold_up_ms)

    def status(self) -> Payload:
        return self._world.status()


@contextlib.contextmanager
def world(version: str, *, seed: int | str = 1, **options: Any) -> Iterator[World]:
    """A world with its station not yet powered.

    `variables={"TxCtrlr": {"TxStartPoint": "EVConnected"}}`, `ocpp16={...}` and `variable=[{...}]` are the
    configuration file's tables; everything else goes to `World`.
    """
    document: dict[str, Any] = {}
    for name in ("variables", "variable", "ocpp16"):
        if name in options:
            document[name] = options.pop(name)
    with LINE.get().loop(seed) as loop:
        made = World(loop, version, document=document, **options)
        made.mock.host = _Host(made)
        yield made
