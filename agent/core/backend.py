"""The backend as the station sees it: a link that comes and goes, answers, and how much it knows of what happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from agent.core.clock import SAME_TIME_MS, MonoMs, Now, WallMs, credible
from agent.core.events import (
    BootAnswered,
    FactDelivered,
    HeartbeatAnswered,
    LinkClosed,
    LinkOpened,
    LinkRefused,
    MessageSent,
    QueueChanged,
    RequestDone,
    RequestFailed,
)
from agent.core.provisioning import Provisioning
from agent.core.registration import Registration
from agent.core.turn import Turn
from agent.variables import names

if TYPE_CHECKING:
    from agent.core.station import Station


class Backend:
    """Takes what comes from link and outbox."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self.network_slot: int | None = None  # of the newest link
        self.last_end = 0  # fact that ended the last transaction of this boot
        self._queue = QueueChanged(waiting=frozenset())
        self._link_lost_at: MonoMs | None = None
        self._refused: set[str] = set()  # how attempts have failed since the last link

    @property
    def waiting(self) -> frozenset[str]:
        """Transactions that the CSMS does not know all of yet."""
        return self._queue.waiting

    @property
    def queued(self) -> bool:
        """Something is still to be told that was decided already."""
        return bool(self.waiting) or self._queue.busy or self._queue.upto < self.last_end

    def link_opened(self, turn: Turn, event: LinkOpened) -> None:
        station = self._station
        lost = self._link_lost_at
        self.network_slot = event.slot
        station.registration.link_opened(turn, event.version)
        if station.online and lost is not None and turn.now.mono_ms - lost > station.rules.offline_threshold_ms:
            station.status.refresh(turn)  # B04.FR.01
        self._link_lost_at = None
        self._refused.clear()
        station.provisioning.forget_pages()

    def link_closed(self, turn: Turn, event: LinkClosed) -> None:
        station = self._station
        if station.registration.linked:
            self._link_lost_at = turn.now.mono_ms
        station.registration.link_closed()

    def link_refused(self, turn: Turn, event: LinkRefused) -> None:
        """Once for all attempts that fail alike, or they would fill the queue (A00.FR.316, A00.FR.419)."""
        if event.kind in self._refused:
            return
        self._refused.add(event.kind)
        self._station.machine.note_security(turn, event.kind, event.info)

    def boot_answered(self, turn: Turn, event: BootAnswered) -> None:
        station = self._station
        self._take_time(turn, event.time_ms)
        first = station.registration.answered(turn, event)
        if station.registration.accepted and event.interval_s:
            station.provisioning.adopt(turn, names.HEARTBEAT_INTERVAL, str(event.interval_s))  # B01.FR.04, 1.6 §4.2
        if first:
            station.status.enabled = True
            station.status.tell_all(turn)

    def _take_time(self, turn: Turn, time_ms: WallMs | None) -> None:
        """What follows from the acceptance leaves before the shell has set its clock (B01.FR.06)."""
        station, ours = self._station, turn.now
        if time_ms is None or not station.rules.csms_clock or not credible(time_ms):
            return
        told = station.steady(Now(ours.mono_ms, time_ms, ours.boot))
        if ours.wall_ms is None:
            station.machine.learn_clock(turn, told)
        elif abs(time_ms - ours.wall_ms) > SAME_TIME_MS:
            turn.now = told  # the step itself is learnt with the shell's clock: other events come before that

    def heartbeat_answered(self, turn: Turn, event: HeartbeatAnswered) -> None:
        self._station.registration.heartbeat_answered(turn, event.time_ms)

    def request_done(self, turn: Turn, event: RequestDone) -> None:
        self._settled(event.request_id)

    def _settled(self, request_id: int) -> None:
        if request_id == Provisioning.REPORT_ID:
            self._station.provisioning.page_gone()

    def request_failed(self, turn: Turn, event: RequestFailed) -> None:
        station = self._station
        self._settled(event.request_id)
        if event.request_id == Registration.BOOT_ID:
            station.registration.failed(turn)
        station.entry.failed(turn, event)

    def fact_delivered(self, turn: Turn, event: FactDelivered) -> None:
        """What the CSMS said of a token in its answer; the transaction may be over since."""
        station = self._station
        info, token = event.info, event.token
        if info is None or token is None:
            return
        station.authorizer.cache.update(turn, token, info)  # C10.FR.05
        evse = station.owner(event.tx) if event.tx is not None else None
        if evse is None or evse.tx is None or not token.same(evse.tx.token):
            return
        if not info.accepted or station.authorizer.master(info):  # C16.FR.03: it starts nothing
            station.sessions[evse.id].invalidated(turn, token)
        elif info.group is not None and evse.auth is not None and evse.auth.group is None:
            evse.tx.group = info.group
            evse.auth = structs.replace(evse.auth, group=info.group)

    def queue_changed(self, turn: Turn, event: QueueChanged) -> None:
        self._queue = event

    def message_sent(self, turn: Turn, event: MessageSent) -> None:
        self._station.registration.message_sent(turn.now)
