"""Authorization: cache, offline rules, and the question to the CSMS.

    nobody's token, or none needed ──► accepted (C02)
    presented token ──► online: cache says Accepted, and LocalPreAuthorize or nobody may be asked ──► accepted (C12)
                                else ask (C01); no answer in time ──► the offline rules
                        offline ──► cache Accepted and LocalAuthorizeOffline (C10), else unknown and
                                    OfflineTxForUnknownIdEnabled (C15): accepted; else refused

The cache holds what was last heard of each token whatever it was (C10.FR.01), is bounded (C10.FR.07) and persistent.
"""

from __future__ import annotations

from collections import OrderedDict
from enum import Enum

from agent.core.bounds import CACHE_ENTRIES
from agent.core.clock import Now, WallMs
from agent.core.facts import TokenCached
from agent.core.rules import Rules
from agent.core.tokens import AuthorizationStatus, IdToken, TokenInfo
from agent.core.turn import Turn


class Decision(Enum):
    ACCEPT = "accept"
    ASK = "ask"
    REFUSE = "refuse"


class Cache:
    """The authorization cache, least recently updated first."""

    def __init__(self, rules: Rules) -> None:
        self._rules = rules
        self._entries: OrderedDict[str, TokenCached] = OrderedDict()

    def restore(self, entry: TokenCached) -> None:
        if entry.info is not None:
            self._entries[entry.key] = entry

    def __len__(self) -> int:
        return len(self._entries)

    def entries(self) -> tuple[TokenCached, ...]:
        return tuple(self._entries.values())

    def find(self, token: IdToken, now: Now) -> TokenInfo | None:
        """What is known of a token; None if nothing, or the cache is off. What was heard too long ago is Expired."""
        entry = self._entries.get(token.key) if self._rules.cache_enabled else None
        if entry is None or entry.info is None or not token.same(entry.token):
            return None
        if self.lapsed(token, now):
            return TokenInfo(status=AuthorizationStatus.EXPIRED, group=entry.info.group)  # 1.6 §3.5.1
        return entry.info

    def lapsed(self, token: IdToken, now: Now) -> bool:
        """Whether what was heard of a token, be it good or bad, is too old to count (C10.FR.10, C10.FR.13)."""
        entry = self._entries.get(token.key)
        if entry is None or entry.info is None or now.wall_ms is None:
            return False
        return self._expired(entry, entry.info, now.wall_ms)

    def _expired(self, entry: TokenCached, info: TokenInfo, wall: WallMs) -> bool:
        if info.expiry_ms is not None:
            return wall > info.expiry_ms  # C10.FR.13
        life = self._rules.cache_life_ms
        return bool(life) and entry.updated_ms is not None and wall > entry.updated_ms + life  # C10.FR.10

    def update(self, turn: Turn, token: IdToken, info: TokenInfo) -> None:
        """Keep what an answer said (C10.FR.04, C10.FR.05), but not of passing tokens (C02.FR.03, C05.FR.02)."""
        if not self._rules.cache_enabled or token.anonymous or token.central or not token.value:
            return
        entry = TokenCached(token=token, info=info, updated_ms=turn.now.wall_ms)
        self._entries.pop(entry.key, None)
        if len(self._entries) >= CACHE_ENTRIES:  # C10.FR.07: first what is of least use
            useless = (k for k, e in self._entries.items() if e.info is None or not e.info.accepted)
            gone = self._entries.pop(next(useless, next(iter(self._entries))))
            turn.record(TokenCached(token=gone.token, info=None))
        self._entries[entry.key] = entry
        turn.record(entry)

    def clear(self, turn: Turn) -> None:
        for entry in self._entries.values():
            turn.record(TokenCached(token=entry.token, info=None))
        self._entries.clear()


class Authorizer:
    """Decides on tokens with what is at hand; asking is left to the station."""

    def __init__(self, rules: Rules) -> None:
        self.rules = rules
        self.cache = Cache(rules)

    def decide(self, token: IdToken, now: Now, online: bool) -> tuple[Decision, TokenInfo | None]:
        """What to do with a token that wants to start; with `ACCEPT` comes what is known of it."""
        if token.anonymous or not self.rules.authorization_required:
            return Decision.ACCEPT, None
        if not online:  # LocalPreAuthorize is of the station that could ask (field pain 15)
            return self.offline(token, now)
        known, asks = self.cache.find(token, now), self.rules.remote_authorization
        if known is not None and known.accepted and (self.rules.local_pre_authorize or not asks):
            return Decision.ACCEPT, known
        if not asks:
            return Decision.REFUSE, known
        refused = known is not None and not known.accepted and not self.cache.lapsed(token, now)
        if refused and not self.rules.post_authorize:
            return Decision.REFUSE, known
        return Decision.ASK, None

    def offline(self, token: IdToken, now: Now) -> tuple[Decision, TokenInfo | None]:
        """The rules for a station that cannot ask (C10, C15)."""
        known = self.cache.find(token, now)
        if known is not None and known.accepted and self.rules.local_authorize_offline:
            return Decision.ACCEPT, known
        if known is None and self.rules.unknown_offline:
            return Decision.ACCEPT, TokenInfo(status=AuthorizationStatus.ACCEPTED)
        return Decision.REFUSE, known

    def stops(self, presented: IdToken, owner: IdToken | None, group: IdToken | None, now: Now) -> bool:
        """Whether a token ends somebody's authorization without a question (C01.FR.03, E07.FR.01)."""
        if presented.same(owner):
            return True
        known = self.cache.find(presented, now)
        return known is not None and known.accepted and known.group is not None and known.group.same(group)

    def master(self, info: TokenInfo | None) -> bool:
        """Whether the token belongs to the master pass group (C16)."""
        return info is not None and info.accepted and self.masters(info.group)

    def masters(self, group: IdToken | None) -> bool:
        """Whether this is the master pass group: a name, without a kind."""
        master = self.rules.master_group
        return master is not None and master.same(group)
