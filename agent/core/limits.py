"""Limits, and the allocator that turns them into what each EVSE may draw.

A limit has a source (fuse, cable, hardware, configuration; later profiles and grid inputs), a scope, a size in
amperes or watts, optionally phases, and a lease after which its fall-back holds (field pain 23). What an EVSE gets is
the least of all that concern it and of its share under the station's supply. Shares are confirmed: an EVSE is raised
only into what the others are known to have given up, so that the supply fuse never sees the sum of old and new.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from agent.core.bounds import MIN_CURRENT_MA
from agent.core.clock import MonoMs

NOMINAL_MV = 230_000


class Scope(Enum):
    STATION = "station"
    EVSE = "evse"
    TRANSACTION = "transaction"


class Limit(Struct, frozen=True, kw_only=True):
    """One limit. Exactly one of `current_ma` (per phase) and `power_w` (in all) is set."""

    source: str
    scope: Scope
    evse: int = 0
    tx: str | None = None
    current_ma: int | None = None
    power_w: int | None = None
    phases: int | None = None
    expires: MonoMs | None = None
    fallback_ma: int | None = None

    def current(self, phases: int, now: MonoMs, voltage_mv: int = NOMINAL_MV) -> int | None:
        """Milliamperes per phase that this limit allows now; None: it has lapsed without a fall-back."""
        if self.expires is not None and now >= self.expires:
            return self.fallback_ma
        if self.current_ma is not None:
            return self.current_ma
        if self.power_w is not None:
            return self.power_w * 1_000_000 // (voltage_mv * max(phases, 1))
        return None


class Demand(Struct, frozen=True, kw_only=True):
    """An EVSE that wants to energise: since when, on how many phases, and what it draws on now at most.

    `held_ma` is what must be reckoned with until the guard confirmed less: the larger of granted and confirmed.
    """

    evse: int
    since: MonoMs
    phases: int
    tx: str | None
    held_ma: int


class LimitSet:
    """All limits of the station by (source, scope, evse, tx). Phases and voltage (to neutral) are its supply's."""

    def __init__(self, phases: int = 3, voltage_mv: int = NOMINAL_MV) -> None:
        self._phases = phases
        self._voltage_mv = voltage_mv
        self._limits: dict[tuple[str, Scope, int, str | None], Limit] = {}

    def put(self, limit: Limit) -> None:
        self._limits[(limit.source, limit.scope, limit.evse, limit.tx)] = limit

    def drop(self, source: str, scope: Scope, evse: int = 0, tx: str | None = None) -> None:
        self._limits.pop((source, scope, evse, tx), None)

    def drop_transaction(self, tx: str) -> None:
        """A transaction's limits die with it (field pain 22)."""
        for key in [k for k in self._limits if k[3] == tx]:
            del self._limits[key]

    def all(self) -> tuple[Limit, ...]:
        return tuple(self._limits.values())

    def station_ma(self, now: MonoMs) -> int | None:
        limits = [limit for limit in self._limits.values() if limit.scope is Scope.STATION]
        found = [ma for limit in limits if (ma := limit.current(self._phases, now, self._voltage_mv)) is not None]
        return min(found, default=None)

    def _own(self, demand: Demand) -> list[Limit]:
        """What concerns this EVSE or its transaction alone."""
        return [
            limit
            for limit in self._limits.values()
            if (limit.scope is Scope.EVSE and limit.evse == demand.evse)
            or (limit.scope is Scope.TRANSACTION and limit.tx == demand.tx)
        ]

    def evse_ma(self, demand: Demand, now: MonoMs) -> int:
        """The least of what concerns one EVSE, without its share of the supply."""
        phases = self.phases(demand, now)
        own = self._own(demand)
        found = [ma for limit in own if (ma := limit.current(phases, now, self._voltage_mv)) is not None]
        return min(found, default=0)

    def phases(self, demand: Demand, now: MonoMs) -> int:
        limits = [limit for limit in self._limits.values() if limit.scope is Scope.STATION] + self._own(demand)
        found = [
            limit.phases
            for limit in limits
            if limit.phases is not None and (limit.expires is None or now < limit.expires)
        ]
        return min([demand.phases, *found])

    def next_expiry(self, now: MonoMs) -> MonoMs | None:
        found = [v.expires for v in self._limits.values() if v.expires is not None and v.expires > now]
        return min(found, default=None)

    def targets(self, demands: list[Demand], now: MonoMs) -> dict[int, int]:
        """What each demanding EVSE is to have once everybody keeps to it; 0: there is nothing for it."""
        wish = {d.evse: self.evse_ma(d, now) for d in demands}
        supply = self.station_ma(now)
        if supply is None:
            return {evse: ma if ma >= MIN_CURRENT_MA else 0 for evse, ma in wish.items()}
        order = sorted(demands, key=lambda d: (d.since, d.evse))
        return _shares([(d.evse, wish[d.evse]) for d in order], supply)

    def allocate(self, demands: list[Demand], others_ma: int, now: MonoMs) -> dict[int, int]:
        """Current for each demanding EVSE; 0: wait. `others_ma` is still held by EVSEs that demand nothing.

        Equal shares, water-filled: what one cannot use goes to the others. If not everybody can have 6 A, the
        longest-charging come first. A raise is cut to what is confirmed free.
        """
        target, supply = self.targets(demands, now), self.station_ma(now)
        if supply is None:
            return target
        order = sorted(demands, key=lambda d: (d.since, d.evse))
        held = {d.evse: d.held_ma for d in demands}
        free = supply - others_ma - sum(held.values())
        out: dict[int, int] = {}
        for demand in order:
            aim, has = target[demand.evse], held[demand.evse]
            if aim > has:
                step = min(aim - has, max(free, 0))
                aim = has + step
                if aim < MIN_CURRENT_MA:
                    aim = 0
                else:
                    free -= step
            out[demand.evse] = aim
        return out


def _shares(wishes: list[tuple[int, int]], supply: int) -> dict[int, int]:
    """Water-fill `supply` over wishes in order of precedence; nobody gets between 0 and 6 A."""
    out = {evse: 0 for evse, _ in wishes}
    room = supply // MIN_CURRENT_MA
    served = [(evse, wish) for evse, wish in wishes if wish >= MIN_CURRENT_MA][:room]
    left, waiting = supply, sorted(served, key=lambda pair: pair[1])
    while waiting:
        evse, wish = waiting.pop(0)
        share = min(wish, left // (len(waiting) + 1))
        out[evse] = share
        left -= share
    return out
