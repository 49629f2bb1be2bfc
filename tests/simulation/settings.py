"""What a seed is made of: the station, its configuration, and which mishaps befall it.

A seed has only some of the mishaps (swarm testing): where everything happens at once, nothing gets far.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any

from agent.core.rules import Options, PowerLoss
from hal.mock.topology import MockEvse

# Usual sets of TxStartPoint and TxStopPoint; others are drawn at random.
START_SETS = (
    ("PowerPathClosed",),
    ("Authorized",),
    ("EVConnected",),
    ("ParkingBayOccupancy",),
    ("EnergyTransfer",),
    ("DataSigned",),
    ("Authorized", "EVConnected"),
)
STOP_SETS = (
    ("PowerPathClosed",),
    ("Authorized",),
    ("EVConnected",),
    ("EVConnected", "Authorized"),
    ("ParkingBayOccupancy", "EVConnected"),
    ("EnergyTransfer", "EVConnected"),
)
START_POINTS = ("ParkingBayOccupancy", "EVConnected", "Authorized", "DataSigned", "PowerPathClosed", "EnergyTransfer")
STOP_POINTS = ("ParkingBayOccupancy", "EVConnected", "Authorized", "PowerPathClosed", "EnergyTransfer")


@dataclass(frozen=True)
class Setting:
    """One seed's station. `attempts` and `message_timeout_s` are what the variables say, for who judges."""

    version: str
    evses: tuple[MockEvse, ...]
    options: Options
    variables: dict[str, dict[str, Any]]
    trust_system_clock: bool
    start_points: tuple[str, ...]
    attempts: int
    message_timeout_s: int
    disk_latency_ms: tuple[int, int]

    @property
    def connectors(self) -> list[tuple[int, int]]:
        """EVSE and connector of each outlet; 1.6 counts them from 1 in this order."""
        return [(n, c) for n, evse in enumerate(self.evses, 1) for c in range(1, evse.connectors + 1)]


def _points(rng: random.Random, usual: tuple[tuple[str, ...], ...], all_of_them: tuple[str, ...]) -> tuple[str, ...]:
    if rng.random() < 0.75:
        return rng.choice(usual)
    return tuple(rng.sample(all_of_them, rng.randint(1, 3)))


def _evse(rng: random.Random) -> MockEvse:
    tethered = rng.random() < 0.5
    return MockEvse(
        phases=rng.choice((1, 1, 3)),
        tethered=tethered,
        connectors=2 if rng.random() < 0.15 else 1,
        max_current_ma=rng.choice((16_000, 32_000, 32_000)),
        lock=tethered or rng.random() < 0.9,
    )


def draw(rng: random.Random) -> Setting:
    """A setting."""
    flip = rng.random
    start, stop = _points(rng, START_SETS, START_POINTS), _points(rng, STOP_SETS, STOP_POINTS)
    attempts, timeout_s = rng.choice((3, 100, 100)), rng.choice((10, 30))
    options = Options(
        power_loss=rng.choice(tuple(PowerLoss)),
        guard_loss=rng.choice(tuple(PowerLoss)),
        sample_ms=10_000,
        idle_sample_ms=60_000,
        fuse_ma=rng.choice((None, 20_000, 32_000, 63_000)),
    )
    variables: dict[str, dict[str, Any]] = {
        "OCPPCommCtrlr": {
            "MessageAttempts[TransactionEvent]": attempts,
            "MessageAttemptInterval[TransactionEvent]": 5,
            "RetryBackOffWaitMinimum": rng.choice((1, 5, 10)),
            "RetryBackOffRandomRange": rng.choice((0, 5)),
            "RetryBackOffRepeatTimes": rng.choice((0, 2)),
            "OfflineThreshold": rng.choice((0, 60)),
            "WebSocketPingInterval": rng.choice((0, 30, 60)),
        },
        "SampledDataCtrlr": {
            "TxUpdatedInterval": rng.choice((0, 30, 60, 300)),
            "TxEndedInterval": rng.choice((0, 0, 60)),
        },
        "AlignedDataCtrlr": {"Interval": rng.choice((0, 0, 300)), "TxEndedInterval": rng.choice((0, 0, 300))},
        "AuthCtrlr": {
            "AuthorizeRemoteStart": flip() < 0.5,
            "LocalPreAuthorize": flip() < 0.5,
            "LocalAuthorizeOffline": flip() < 0.8,
            "OfflineTxForUnknownIdEnabled": flip() < 0.7,
        },
        "AuthCacheCtrlr": {"Enabled": flip() < 0.7},
        "TxCtrlr": {
            "TxStartPoint": ",".join(start),
            "TxStopPoint": ",".join(stop),
            "StopTxOnEVSideDisconnect": flip() < 0.7,
            "StopTxOnInvalidId": flip() < 0.5,
            "MaxEnergyOnInvalidId": rng.choice((0, 0, 300)),
            "EVConnectionTimeOut": rng.choice((30, 60, 120)),
            "TxBeforeAcceptedEnabled": flip() < 0.7,
            "AllowEnergyTransferResumption": flip() < 0.8,
        },
        "ChargingStation": {"MinimumStatusDuration": rng.choice((0, 0, 3))},
        "AgentCtrlr": {"MessageTimeout": timeout_s, "AuthorizeTimeout": timeout_s},
    }
    return Setting(
        version=rng.choice(("1.6", "2.0.1")),
        evses=tuple(_evse(rng) for _ in range(rng.choice((1, 1, 2, 2, 3, 4)))),
        options=options,
        variables=variables,
        trust_system_clock=flip() < 0.75,
        start_points=start,
        attempts=attempts,
        message_timeout_s=timeout_s,
        disk_latency_ms=rng.choice(((0, 0), (1, 10), (5, 80))),
    )
