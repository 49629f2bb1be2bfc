"""From a checked configuration to the parts of a station: topology, registry, devices, plan of a boot."""

from __future__ import annotations

import logging
from enum import Enum
from pathlib import Path

from agent.core.rules import Options, PowerLoss
from agent.daemon.config import Config
from agent.daemon.config_tables import Resumption
from agent.daemon.version import VERSION
from agent.ocpp import tls
from agent.ocpp.dialect import Identity, Make
from agent.runtime.agent import Plan
from agent.runtime.devices import LateIndicator, LateMeter, LateReader
from agent.store.ledger import Ledger
from agent.variables import file, names
from agent.variables.registry import Registry
from agent.variables.topology import ENERGY, MEASURANDS, Evse, Outlet, Topology
from agent.variables.vocabulary import AttributeType
from hal import layout
from hal.interfaces import Indicator

log = logging.getLogger(__name__)

LEDGER = "ledger.sqlite"
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# What the bench's meters read; a real meter says it itself.
BENCH_MEASURANDS = frozenset(
    {
        ENERGY,
        "Energy.Active.Export.Register",
        "Power.Active.Import",
        "Power.Factor",
        "Current.Import",
        "Voltage",
        "Frequency",
        "SoC",
    }
)
_OWN_MEASURANDS = frozenset({"Power.Offered", "Current.Offered"})  # the agent knows these without any meter


class Devices:
    """The devices that the agent opens itself; all others are channels of the guard's wire."""

    def __init__(self, board: layout.Board) -> None:
        meters = {e.id: e.meter for e in board.evses if e.meter is not None and e.meter.driver.module}
        self.meters = {evse: LateMeter(device) for evse, device in meters.items()}
        self.readers = [LateReader(device) for device in board.readers if device.driver.module]
        lights = [one for one in board.indicators if one.device.driver.module]
        self.indicators: dict[int, Indicator] = {
            evse.id: LateIndicator(light.device)
            for light in lights
            for evse in board.evses
            if light.evse in {None, evse.id}
        }
        for evse, meter in self.meters.items():
            problem = meter.prepare()
            if problem is not None:
                log.error("meter missing, tried again at each reading", extra={"evse": evse, "why": problem})


def topology(config: Config, devices: Devices) -> Topology:
    """What the registry has to know of the hardware."""
    station = config.station
    fuse_a = config.supply.fuse_a or max(e.outlet.max_current_a for e in config.board.evses) * len(config.board.evses)
    return Topology(
        evses=tuple(_evse(config, one, devices) for one in config.board.evses),
        phases=config.supply.phases,
        max_current_ma=fuse_a * 1000,
        vendor=station.vendor,
        model=station.model,
        serial=station.serial,
        firmware=_firmware(config),
        identity=station.identity,
        security_profile=config.csms.endpoint.security_profile,
        network_profiles={1: config.csms.endpoint.security_profile},
        certificates=tls.count_roots(config.csms.endpoint.tls),
    )


def _firmware(config: Config) -> str:
    return config.station.firmware_version or VERSION


def _evse(config: Config, one: layout.Evse, devices: Devices) -> Evse:
    meter = devices.meters.get(one.id)
    read = meter.measurands | {ENERGY} if meter is not None else BENCH_MEASURANDS
    bench = one.power_path.simulated
    return Evse(
        connectors=tuple(Outlet(type=c.type, has_lock=c.has_lock) for c in one.outlet.connectors),
        phases=0 if one.outlet.supply is layout.Supply.DC else one.outlet.phases,
        max_current_ma=one.outlet.max_current_a * 1000,
        voltage_mv=config.supply.voltage_v * 1000,
        measurands=tuple(name for name in MEASURANDS if name in read | _OWN_MEASURANDS),
        signed_values=bench and meter is None,
        bay_sensor=bench,
    )


def registry(config: Config, devices: Devices) -> Registry:
    """The registry with the file's layer. Raises agent.variables.file.ConfigurationError."""
    made = Registry(topology(config, devices))
    file.load(made, config.variables, config.file)
    made.put_file(names.PERMIT_LEASE, AttributeType.ACTUAL, str(config.guard.lease_s), pinned=True)
    return made


def open_ledger(config: Config) -> Ledger:
    """The ledger of the data folder. Raises LedgerRefused."""
    spare = Path(config.store.spare) if config.store.spare else None
    path = Path(config.store.data_dir) / LEDGER
    return Ledger.open(path, reserve_bytes=config.store.reserve_kib * 1024, spare=spare)


class Start(Enum):
    """What preceded a start of this process, as BootReasonEnumType of OCPP 2.x calls it."""

    COLD = "PowerUp"  # power may have been lost: the machine itself booted, or nobody can tell
    STOPPED = "LocalReset"  # somebody stopped the service
    DIED = "ApplicationReset"  # it ended, and nobody stopped it


def started(config: Config) -> Start:
    """What preceded this start. A guard inside this process went down with it, and what it held open is open."""
    machine = _machine()
    if config.guard_inside or not machine:
        return Start.COLD
    try:
        before, _, stopped = _note(config).read_text().strip().partition(" ")
    except OSError:
        before = stopped = ""
    _keep(config, machine)
    if before != machine:
        return Start.COLD
    return Start.STOPPED if stopped else Start.DIED


def stopped(config: Config) -> None:
    """This process was told to stop."""
    machine = _machine()
    if machine and not config.guard_inside:
        _keep(config, f"{machine} stopped")


def _machine() -> str:
    """Which boot of the machine this is; empty if it does not say."""
    try:
        return BOOT_ID.read_text().strip()
    except OSError:
        return ""


def _note(config: Config) -> Path:
    return Path(config.store.data_dir) / "boot_id"


def _keep(config: Config, text: str) -> None:
    try:
        _note(config).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _note(config).write_text(text)
    except OSError as error:
        log.warning("boot id not kept", extra={"why": str(error)})


def dialects(config: Config) -> tuple[Make, ...]:
    """Those of the versions that may be spoken, best first. A dialect brings its messages, so no other is loaded."""
    return tuple(_dialect(name) for name in config.csms.endpoint.subprotocols)


def _dialect(subprotocol: str) -> Make:
    if subprotocol == "ocpp1.6":
        from agent.ocpp.v16.dialect import Dialect16  # noqa: PLC0415

        return Dialect16
    from agent.ocpp.v2x.dialect import Dialect201  # noqa: PLC0415

    return Dialect201


def plan(config: Config, *, cold: bool, reason: str = "", otherwise: str = Start.COLD.value) -> Plan:
    """The plan of one boot."""
    station = config.station
    resume = {Resumption.RESUME: PowerLoss.RESUME, Resumption.STOP: PowerLoss.STOP}
    return Plan(
        identity=Identity(
            vendor=station.vendor,
            model=station.model,
            serial=station.serial,
            firmware=_firmware(config),
            iccid=station.iccid,
            imsi=station.imsi,
            box_serial=station.charge_box_serial,
            meter_type=station.meter_type,
            meter_serial=station.meter_serial,
        ),
        options=Options(
            power_loss=resume[config.power_loss.policy],
            guard_loss=resume[config.power_loss.guard_policy],
            cold=cold,
            fuse_ma=config.supply.fuse_a * 1000 if config.supply.fuse_a is not None else None,
            fallback_ma=config.supply.fallback_a * 1000,
            data_transfer_vendors=station.data_transfer_vendors,
        ),
        dialects=dialects(config),
        endpoints={1: config.csms.endpoint},  # what was written over it counts there: backend.in_force
        boot_reason=reason,
        otherwise=otherwise,
    )
