"""Requests of the core on their way to one peer: the classes boot, live, latest and report. None outlives a boot."""

from __future__ import annotations

from collections import deque

from msgspec import Struct

from agent.core.requests import AnyRequest, HeartbeatRequest

REPORTS = 256  # report pages that wait
LIVE = 16
SLOTS = 256


class Asked(Struct, frozen=True):
    """A request in the queue, with what its answer is to be matched to."""

    request_id: int
    request: AnyRequest
    rank: int
    slot: str = ""
    timeout_ms: int | None = None


PROBE = Asked(-1, HeartbeatRequest(), 0, "heartbeat")
"""The outbox's own question, whether the CSMS answers at all."""


class RequestQueue:
    """What waits, by class."""

    def __init__(self) -> None:
        self.boot: deque[Asked] = deque(maxlen=1)
        self.live: deque[Asked] = deque()
        self.latest: dict[str, Asked] = {}
        self.reports: deque[Asked] = deque()

    def add(self, asked: Asked, delivery: str, *, linked: bool) -> bool:
        """False if it cannot be delivered now: without a link, or with too many before it."""
        match delivery:
            case "boot":
                self.boot.append(asked)
            case "latest":
                if asked.slot in self.latest or len(self.latest) < SLOTS:
                    self.latest.pop(asked.slot, None)
                    self.latest[asked.slot] = asked
            case "live":
                if not linked or len(self.live) >= LIVE:
                    return False
                self.live.append(asked)
            case _:
                if not linked or len(self.reports) >= REPORTS:
                    return False
                self.reports.append(asked)
        return True

    def drop(self) -> list[Asked]:
        """The link is gone. Gives what failed with it; statuses wait for the next one."""
        failed = [*self.live, *self.reports, *self.boot]
        self.live.clear()
        self.reports.clear()
        self.boot.clear()
        self.latest.pop("heartbeat", None)
        return failed

    def take_triggered(self) -> tuple[Asked, str] | None:
        """The first that the CSMS asked for, with its class; it leaves the queue."""
        for slot, asked in self.latest.items():
            if asked.request.triggered:
                del self.latest[slot]
                return asked, "latest"
        for asked in self.reports:
            if asked.request.triggered:
                self.reports.remove(asked)
                return asked, "report"
        return None

    def __bool__(self) -> bool:
        """Something waits for its turn, behind a boot or not."""
        return bool(self.live or self.latest or self.reports)
