"""The shell around the hardware: what guard, meters and readers say becomes events; effects become requests to them."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from agent.core.effects import AnyEffect, DriveLock, Grant, ReadMeter, ResetFaults, SetSampling, ShowIndicator
from agent.core.events import (
    AnyEvent,
    BayChanged,
    ButtonPressed,
    DeviceHealthChanged,
    ExternalLimitChanged,
    FaultChanged,
    GuardConnected,
    GuardDisconnected,
    MeterFailed,
    MeterSampled,
    PowerChanged,
    PowerFailing,
    TamperDetected,
    TokenPresented,
)
from hal.guard.client import GuardPort
from hal.interfaces import DeviceError, Indicator, TokenReader
from hal.types import EvseCapabilities, Fault, MeterReading, PowerReport, TokenRead

log = logging.getLogger(__name__)

METER_TIMEOUT_S = 5.0  # drivers give up before and say why; a snapshot waits less (core.bounds)
INDICATOR_TIMEOUT_S = 2.0
BUTTON = "button."  # begins a device's name


class Meter(Protocol):
    """What can be read for a snapshot."""

    async def read(self) -> MeterReading: ...


class Hardware:
    """Everything between the core and the hardware layer.

    Meters and indicators that are not given here are channels of the guard's wire. `verb` takes the bench's verbs that
    are meant for the agent.
    """

    def __init__(
        self,
        guard: GuardPort,
        post: Callable[[AnyEvent], None],
        verb: Callable[[str, dict[str, Any]], None],
        *,
        meters: Mapping[int, Meter] | None = None,
        readers: Sequence[TokenReader] = (),
        indicators: Mapping[int, Indicator] | None = None,
    ) -> None:
        self._guard = guard
        self._post = post
        self._verb = verb
        self._meters = dict(meters or {})
        self._readers = tuple(readers)
        self._indicators = dict(indicators or {})
        self._intervals: dict[int, int] = {}
        self._changed: dict[int, asyncio.Event] = {}
        self._tasks: asyncio.TaskGroup | None = None
        self._reading: set[int] = set()
        self.temperatures_dc: dict[int, int] = {}  # tenths of a degree by EVSE; 0: of the station

    # HardwareEvents

    def connected(self, board: str, evses: tuple[EvseCapabilities, ...]) -> None:
        self._post(GuardConnected(board=board, evses=evses))

    def lost(self, why: str) -> None:
        self._post(GuardDisconnected(why=why))

    def power(self, report: PowerReport) -> None:
        self._post(PowerChanged(report=report))

    def token(self, token: TokenRead) -> None:
        self._post(TokenPresented(read=token))

    def fault(self, fault: Fault, raised: bool) -> None:
        self._post(FaultChanged(fault=fault, raised=raised))

    def health(self, device: str, error: str | None) -> None:
        kind = "meter" if device.startswith("meter") else "reader"
        self._post(DeviceHealthChanged(device=device, error=error, kind=kind))

    def device(self, name: str, values: dict[str, int]) -> None:
        """Values of a device: those that the core knows become events, the others are for the log."""
        kind, _, place = name.partition("-")
        match kind:
            case "bay":
                evse = values.get("evse") or int(place or 1)
                self._post(BayChanged(evse=evse, occupied=bool(values.get("occupied"))))
            case "tamper" if values.get("open"):
                self._post(TamperDetected(info=f"contact of EVSE {values.get('evse', 0)} opened"))
            case "supply" if values.get("failing"):
                self._post(PowerFailing(hold_up_ms=values.get("hold_up_ms", 0)))
            case "external_limit":
                limits = {key: values[key] for key in ("current_ma", "power_w", "lease_ms") if key in values}
                self._post(ExternalLimitChanged(evse=values.get("evse", 0), **limits if values.get("active") else {}))
            case "temperature" if "temperature_dc" in values:  # the guard acts on it; here it is only shown
                self.temperatures_dc[values.get("evse", 0)] = values["temperature_dc"]
            case _ if kind.startswith(BUTTON) and values.get("pressed"):
                self._post(ButtonPressed(evse=values.get("evse", 1), name=kind.removeprefix(BUTTON)))
            case _:
                log.debug("device value", extra={"device": name})

    def verb(self, name: str, args: dict[str, Any]) -> None:
        self._verb(name, args)

    # Running

    async def run(self) -> None:
        async with asyncio.TaskGroup() as tasks:
            self._tasks = tasks
            tasks.create_task(self._guard.run(self), name="guard")
            for reader in self._readers:
                tasks.create_task(reader.run(self.token, lambda error: self.health("reader", error)), name="reader")

    def perform(self, effect: AnyEffect) -> bool:
        """Do an effect if it is one for the hardware."""
        match effect:
            case Grant():
                self._guard.grant(effect.permit)
            case DriveLock():
                self._guard.lock(effect.evse, effect.locked)
            case ResetFaults():
                self._guard.reset_faults(effect.evse)
            case ShowIndicator():
                self._show(effect)
            case ReadMeter():
                self._spawn(self._read(effect.evse, effect.read_id))
            case SetSampling():
                self._sample(effect)
            case _:
                return False
        return True

    def _spawn(self, work: Any) -> None:
        if self._tasks is None:
            work.close()
        else:
            self._tasks.create_task(work)

    # Meters

    async def _read(self, evse: int, read_id: int) -> None:
        try:
            async with asyncio.timeout(METER_TIMEOUT_S):
                meter = self._meters.get(evse)
                reading = await (meter.read() if meter is not None else self._guard.read_meter(evse))
        except (DeviceError, TimeoutError) as error:
            why = str(error) or "the meter did not answer in time"
            self._post(MeterFailed(evse=evse, why=why, read_id=read_id))
        else:
            self._post(MeterSampled(evse=evse, reading=reading, read_id=read_id))

    def _sample(self, effect: SetSampling) -> None:
        known = effect.evse in self._intervals
        self._intervals[effect.evse] = effect.interval_ms
        if not known:
            self._changed[effect.evse] = asyncio.Event()
            self._spawn(self._sampling(effect.evse))
        self._changed[effect.evse].set()

    async def _sampling(self, evse: int) -> None:
        """Read the meter of an EVSE for ever, as often as is wanted."""
        changed = self._changed[evse]
        while True:
            changed.clear()
            try:
                async with asyncio.timeout(self._intervals[evse] / 1000):
                    await changed.wait()
                continue  # a new interval counts from now
            except TimeoutError:
                pass
            await self._read(evse, 0)

    # Indicators

    def _show(self, effect: ShowIndicator) -> None:
        indicator = self._indicators.get(effect.evse)
        if indicator is None:
            self._guard.indicate(effect.evse, effect.state)
        else:
            self._spawn(self._light(indicator, effect))

    async def _light(self, indicator: Indicator, effect: ShowIndicator) -> None:
        try:
            async with asyncio.timeout(INDICATOR_TIMEOUT_S):
                await indicator.show(effect.state)
        except (DeviceError, TimeoutError) as error:
            self._post(
                DeviceHealthChanged(device="indicator", error=str(error) or "no answer", evse=effect.evse, kind="other")
            )
