"""Where a session is played: the CSMS, the bench, and what is seen of both."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Protocol

from agent.demo.csms import Csms
from agent.demo.receipt import Receipt, count, receipt
from agent.demo.show import Show

IDENTITY = "DEMO001"
PASSWORD = "demo-station-0001"  # noqa: S105 - of a station that lives for a minute on the loopback
SUBPROTOCOLS = {"1.6": "ocpp1.6", "2.0.1": "ocpp2.0.1"}
QUIET_S = 1.5  # nothing new on the wire for so long: the session is over
PATIENCE_S = 60.0


class DemoFailed(Exception):
    """The station did not do what the session needs."""


class BenchPort(Protocol):
    """The bench, wherever it is."""

    async def call(self, verb: str, args: dict[str, Any]) -> dict[str, Any]: ...


class Stage:
    """`bench` is set once there is one; give `event` each of its events."""

    def __init__(self, csms: Csms, show: Show, version: str, *, tick_s: float) -> None:
        self.csms = csms
        self.show = show
        self.version = version
        self.port: BenchPort | None = None
        self.pilot = "A"
        self.contactor = "open"
        self.power_w = 0
        self._tick_s = tick_s
        self._changed = asyncio.Event()
        self._meter_before_wh = 0
        csms.watchers.append(self._frame)

    # What happens

    def event(self, event: dict[str, Any]) -> None:
        """Something changed on the bench."""
        match event["event"]:
            case "pilot" if event["state"] != self.pilot:
                self.pilot = event["state"]
            case "contactor" if event["state"] != self.contactor:
                self.contactor = event["state"]
                self.show.say("station", f"the contactor is {self.contactor}", contactor=self.contactor)
            case "flow":
                self.power_w = event["power_w"]
            case "lock":
                self.show.say("station", f"the plug is {event['state']}", lock=event["state"])
            case "power":
                self.show.say("station", "the lights are back" if event["on"] else "dark: the power is cut")
        self._changed.set()

    def _frame(self, sender: str, _subprotocol: str, text: str) -> None:
        self.show.frame(sender, text)
        self._changed.set()

    async def until(self, condition: Callable[[], bool], what: str, seconds: float = PATIENCE_S) -> None:
        """Wait for something. Raises DemoFailed."""
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise DemoFailed(f"{what} did not come within {seconds:g} s") from None

    async def ticking(self) -> None:
        """Show power and energy while energy flows, for ever."""
        while True:
            await asyncio.sleep(self._tick_s)
            if self.contactor == "closed" and self.power_w > 0:
                await self.show_power()

    async def show_power(self) -> None:
        """Show them now."""
        meter = await self._meter()
        self.show.power(meter["power_w"], meter["energy_wh"] - self._meter_before_wh)

    # What is done

    async def bench(self, verb: str, **args: Any) -> dict[str, Any]:
        """A verb of the bench. Raises BrokenPipeError or Failure once nothing can be shown."""
        if self.show.unwatched is not None:
            raise self.show.unwatched
        if self.port is None:
            raise DemoFailed("there is no bench")
        return await self.port.call(verb, args)

    async def _meter(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.bench("status"))["evses"][0]["meter"]
        return found

    async def accepted(self) -> None:
        """Wait until the CSMS has accepted the station and heard its status."""
        await self.until(
            lambda: any(call.action == "StatusNotification" and call.answer is not None for call in self.csms.received),
            "the station's first status",
        )
        await self.settled()

    async def begin(self, title: str) -> None:
        """A session begins with an empty wire and a meter that stands still."""
        await self.settled()
        self.csms.received.clear()
        self.csms.frames.clear()
        self._meter_before_wh = (await self._meter())["energy_wh"]
        self.show.title(title)

    async def end(self) -> Receipt:
        """Wait until the operator has everything; the receipt. Raises DemoFailed."""
        await self.until(lambda: self._receipt(0) is not None, "the end of the transaction")
        await self.settled()
        made = self._receipt((await self._meter())["energy_wh"] - self._meter_before_wh)
        if made is None:
            raise DemoFailed("the CSMS has no transaction")
        self.show.receipt(made)
        return made

    async def settled(self) -> None:
        """Wait until every message is answered and no more comes. Raises DemoFailed."""
        seen = -1
        try:
            async with asyncio.timeout(PATIENCE_S):
                while seen != len(self.csms.frames) or not self.is_answered():
                    seen = len(self.csms.frames)
                    await asyncio.sleep(QUIET_S)
        except TimeoutError:
            raise DemoFailed(f"the wire was not quiet within {PATIENCE_S:g} s") from None

    def is_answered(self) -> bool:
        """Whether the CSMS has answered all that the station sent."""
        sent, acknowledged = count(self._frames())
        return sent == acknowledged

    def _frames(self) -> list[tuple[str, str]]:
        return [(sender, text) for _, sender, _, text in self.csms.frames]

    def _receipt(self, meter_wh: int) -> Receipt | None:
        return receipt(self.csms.received, self._frames(), self.version, meter_wh)


def configuration(port: int, version: str, folder: str, interval_s: int) -> str:
    """The station's configuration as TOML: a mock that reports to this port, everything else below the folder."""
    return f"""\
[station]
identity = "{IDENTITY}"
vendor = "evse-agent"
model = "Demo station"

[csms]
url = "ws://127.0.0.1:{port}/ocpp"
password = "{PASSWORD}"
protocols = ["{SUBPROTOCOLS[version]}"]
ping_interval_s = 0
retry_wait_minimum_s = 1
retry_random_range_s = 0

[board]
kind = "mock"

[[evse]]
phases = 3
max_current_a = 32
connectors = [{{ type = "sType2", cable = "socket" }}]

[supply]
fuse_a = 32

[bench]
socket = "{folder}/bench.sock"

[api]
socket = "{folder}/api.sock"

[store]
data_dir = "{folder}/data"

[log]
format = "text"

[variables.SampledDataCtrlr]
TxUpdatedInterval = {interval_s}
"""
