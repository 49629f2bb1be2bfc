"""Who takes which event over.

The table is total: an event that changes nothing by itself is named as such. Whatever the event was, the station looks
at everything derived again afterwards.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from agent.core.events import (
    AuthorizeAnswered,
    BayChanged,
    BootAnswered,
    ButtonPressed,
    CommandReceived,
    DeviceHealthChanged,
    ExternalLimitChanged,
    FactDelivered,
    FaultChanged,
    GuardConnected,
    GuardDisconnected,
    HeartbeatAnswered,
    LedgerReset,
    LinkClosed,
    LinkOpened,
    LinkRefused,
    MessageSent,
    MeterFailed,
    MeterSampled,
    PowerChanged,
    PowerFailing,
    QueueChanged,
    RequestDone,
    RequestFailed,
    SecurityNoted,
    StorageChanged,
    TamperDetected,
    TimerFired,
    TokenPresented,
)

if TYPE_CHECKING:
    from agent.core.station import Station


def handlers(station: Station) -> dict[type, Callable[..., None]]:
    """The table, one row for each kind of event."""
    hardware, backend, machine = station.hardware, station.backend, station.machine
    return {
        RequestDone: backend.request_done,
        TimerFired: station.timer_fired,
        GuardConnected: hardware.guard_connected,
        GuardDisconnected: hardware.guard_disconnected,
        PowerChanged: hardware.power_changed,
        MeterSampled: hardware.meter_sampled,
        MeterFailed: hardware.meter_failed,
        FaultChanged: hardware.fault_changed,
        DeviceHealthChanged: hardware.device_health,
        BayChanged: hardware.bay_changed,
        ExternalLimitChanged: hardware.limited,
        ButtonPressed: hardware.button_pressed,
        PowerFailing: hardware.power_failing,
        TokenPresented: station.entry.presented,
        AuthorizeAnswered: station.entry.answered,
        CommandReceived: station.operations.receive,
        LinkOpened: backend.link_opened,
        LinkClosed: backend.link_closed,
        LinkRefused: backend.link_refused,
        BootAnswered: backend.boot_answered,
        HeartbeatAnswered: backend.heartbeat_answered,
        RequestFailed: backend.request_failed,
        FactDelivered: backend.fact_delivered,
        QueueChanged: backend.queue_changed,
        MessageSent: backend.message_sent,
        StorageChanged: machine.storage_changed,
        LedgerReset: machine.ledger_reset,
        TamperDetected: machine.tampered,
        SecurityNoted: machine.security_noted,
    }
