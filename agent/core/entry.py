"""Who may charge: tokens at readers and in remote starts, from the card shown to the session authorised.

token ──► ends somebody's authorization? ──► yes: it ends, without a question (C01.FR.03)
          master pass? ──► everything ends (C16)
          an EVSE to authorise? ──► cache, offline rules or CSMS decide (`agent.core.authorization`)
            accepted ──► the plugged EVSE, the only free one, or the next of the reader's that is plugged in

A reader that floods is heard twice a second after the first few; what is asked about is not asked about again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from agent.core.authorization import Decision
from agent.core.bounds import (
    FLOATING_TOKENS,
    QUESTIONS,
    READERS,
    SHOW_MS,
    TOKEN_EVERY_MS,
    TOKENS_AT_ONCE,
)
from agent.core.clock import MonoMs
from agent.core.commands import StartTransaction
from agent.core.effects import Ask
from agent.core.events import AuthorizeAnswered, RequestFailed, TokenPresented
from agent.core.evse import Evse
from agent.core.facts import StopReason, Trigger
from agent.core.requests import AuthorizeRequest
from agent.core.tokens import AuthorizationStatus, IdToken, TokenInfo
from agent.core.transaction import Authorization, Cause, Stage
from agent.core.turn import Turn
from hal.types import IndicatorState

if TYPE_CHECKING:
    from agent.core.station import Station

_AUTHORIZE_BASE = 10_000


class Question:
    """A token about which the CSMS was asked."""

    __slots__ = ("evse", "group_known", "groups_of", "remote", "remote_start_id", "served", "token")

    def __init__(self, token: IdToken, evse: int | None) -> None:
        self.token = token
        self.evse = evse
        self.served: frozenset[int] = frozenset()  # EVSEs of the reader, if no EVSE is chosen yet
        self.groups_of: frozenset[int] = frozenset()  # occupied EVSEs that the token's group may end
        self.group_known = True  # an answer could end something there
        self.remote = False
        self.remote_start_id: int | None = None

    def same(self, other: Question) -> bool:
        """Whether an answer serves both."""
        ours, theirs = (self.evse, self.served, self.remote), (other.evse, other.served, other.remote)
        return self.token.same(other.token) and ours == theirs


class Entry:
    """The station's token handling."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._questions: dict[int, Question] = {}
        self._floating: list[tuple[Authorization, frozenset[int], MonoMs]] = []
        self._busy_until: dict[str, int] = {}  # each reader's tokens, as if they took their time

    def tick(self, turn: Turn) -> None:
        """Accepted cards wait for a plug only so long."""
        self._floating = [f for f in self._floating if turn.now.mono_ms < f[2]]

    def wake(self) -> list[MonoMs]:
        return [until for _, _, until in self._floating]

    def plugged(self, turn: Turn, evse: Evse) -> None:
        """A car was plugged in: an accepted card may wait for it."""
        for floating in list(self._floating):
            auth, served, _ = floating
            here = evse.id in served and self._authorisable(evse, auth.token)
            if evse.auth is None and here:
                self._floating.remove(floating)
                self._station.sessions[evse.id].authorise(turn, auth)
                break

    def failed(self, turn: Turn, event: RequestFailed) -> None:
        """No usable answer about a token: the offline rules decide, but a CALLERROR is a refusal (field pain 16)."""
        question = self._questions.pop(event.request_id, None)
        if question is None:
            return
        if event.code in {"timeout", "offline"}:
            decision, info = self._station.authorizer.offline(question.token, turn.now)
            if decision is Decision.ACCEPT:
                self._accepted(turn, question, info or TokenInfo(status=AuthorizationStatus.ACCEPTED))
                return
        self._refused(turn, question)

    def presented(self, turn: Turn, event: TokenPresented) -> None:
        token = IdToken(value=event.read.token, kind=event.read.kind.value)
        if self._floods(event.read.reader, turn.now.mono_ms):
            return
        served = [self._station.evses[e] for e in event.read.evses if e in self._station.evses] or list(
            self._station.evses.values()
        )
        if self._ends(turn, token, served):
            return
        known = self._station.authorizer.cache.find(token, turn.now)
        if self._station.authorizer.master(known):
            self._stop_all(turn, token)
            return
        self._consider_token(turn, token, served)

    def _ends(self, turn: Turn, token: IdToken, served: list[Evse]) -> bool:
        """Whether the token ended somebody's authorization or freed a cable: its own before another of its group."""
        owned = [(evse, evse.auth) for evse in served if evse.auth is not None]
        own = next((evse for evse, auth in owned if token.same(auth.token)), None)
        if own is not None:
            self._stop_by_token(turn, own, token)
            return True
        for evse in served:
            tx = evse.tx
            left = tx is not None and not evse.plugged and evse.cable_in  # unplugged at the car (E09.FR.03)
            held_for = tx.token if tx is not None and (tx.deauthorized or left) else evse.held_for
            if evse.auth is None and token.same(held_for):
                self._station.sessions[evse.id].release(turn)
                return True
        for evse, auth in owned:
            if self._station.authorizer.stops(token, auth.token, auth.group, turn.now):
                self._stop_by_token(turn, evse, token)
                return True
        return False

    def _floods(self, reader: str, now: MonoMs) -> bool:
        """Whether a reader reads more than people can show it."""
        until = max(self._busy_until.pop(reader, 0), now)
        heard = until - now <= (TOKENS_AT_ONCE - 1) * TOKEN_EVERY_MS
        if len(self._busy_until) >= READERS:
            del self._busy_until[next(iter(self._busy_until))]
        self._busy_until[reader] = until + TOKEN_EVERY_MS if heard else until
        return not heard

    def _stop_by_token(self, turn: Turn, evse: Evse, token: IdToken) -> None:
        self._flash(turn, evse, IndicatorState.ACCEPTED)
        cause = Cause(trigger=Trigger.STOP_AUTHORIZED, token=token, reason=StopReason.LOCAL)  # E07.FR.02
        self._station.sessions[evse.id].deauthorise(turn, cause)

    def _stop_all(self, turn: Turn, token: IdToken) -> None:
        """A master pass without a screen stops everything, wherever it is shown (C16.FR.02)."""
        cause = Cause(trigger=Trigger.STOP_AUTHORIZED, token=token, reason=StopReason.MASTER_PASS)
        for evse in self._station.evses.values():
            if evse.auth is not None:
                self._station.sessions[evse.id].deauthorise(turn, cause)

    def _consider_token(self, turn: Turn, token: IdToken, served: list[Evse]) -> None:
        candidates = [e for e in served if e.auth is None and self._authorisable(e, token)]
        chosen = next((e for e in candidates if e.plugged), None) or (candidates[0] if len(candidates) == 1 else None)
        question = Question(token, chosen.id if chosen is not None else None)
        question.served = frozenset(e.id for e in served)
        if not candidates:
            # A card may end what is not its own by its group alone, or as a master pass, which ends nobody's too.
            master = self._station.rules.master_group is not None
            owned = {e.id: e.auth for e in served if e.auth is not None and (master or not e.auth.token.anonymous)}
            question.groups_of = frozenset(owned)
            question.group_known = master or any(auth.group is not None for auth in owned.values())
        if not candidates and not question.groups_of:
            self._refused(turn, question)
            return
        self._judge_token(turn, question)

    def _authorisable(self, evse: Evse, token: IdToken) -> bool:
        tx = evse.tx
        if tx is not None:  # C01.FR.23: a transaction that was somebody's stays so; E09.FR.01: it may be anew
            mine = tx.token is None or (token.same(tx.token) and not tx.deauthorized)
            return mine and tx.stage in {Stage.RUNNING, Stage.BEGINNING}
        return self._station.may_begin(evse.id)

    def _judge_token(self, turn: Turn, question: Question) -> None:
        token = question.token
        decision, info = self._station.authorizer.decide(token, turn.now, self._station.online)
        if decision is Decision.ASK:
            if any(q.same(question) for q in self._questions.values()):
                return  # the answer is on its way
            if len(self._questions) >= QUESTIONS:
                self._refused(turn, question)
                return
            request_id = _AUTHORIZE_BASE + self._station.next_read()
            self._questions[request_id] = question
            turn.do(
                Ask(
                    request_id=request_id,
                    delivery="live",
                    request=AuthorizeRequest(token=token, group_known=question.group_known),
                    timeout_ms=self._station.rules.authorize_timeout_ms,
                )
            )
        elif decision is Decision.ACCEPT:
            self._accepted(turn, question, info or TokenInfo(status=AuthorizationStatus.ACCEPTED))
        else:
            self._refused(turn, question)

    def answered(self, turn: Turn, event: AuthorizeAnswered) -> None:
        question = self._questions.pop(event.request_id, None)
        if question is None:
            return
        self._station.authorizer.cache.update(turn, question.token, event.info)  # C10.FR.04
        if event.info.accepted:
            self._accepted(turn, question, event.info)
        else:
            self._refused(turn, question)

    def _accepted(self, turn: Turn, question: Question, info: TokenInfo) -> None:
        if self._station.authorizer.master(info):  # C16.FR.03: it starts nothing; shown here, it ends everything
            if question.remote:
                self._refused(turn, question)
            else:
                self._stop_all(turn, question.token)
            return
        if question.groups_of:
            self._stop_by_group(turn, question, info)
            return
        allowed = question.served & frozenset(info.evses or question.served)  # C01.FR.21
        auth = Authorization(
            token=question.token,
            group=info.group,
            since=turn.now.mono_ms,
            remote_start_id=question.remote_start_id,
            remote=question.remote,
        )
        chosen = self._place(question, info.evses, allowed)
        if chosen is None and allowed and question.evse not in allowed:
            self._float(turn, auth, allowed)
            return
        if chosen is None:
            self._refused(turn, question)
            return
        self._flash(turn, chosen, IndicatorState.ACCEPTED)
        self._station.sessions[chosen.id].authorise(turn, auth)

    def _place(self, question: Question, wanted: tuple[int, ...], allowed: frozenset[int]) -> Evse | None:
        """The EVSE to authorise: the one asked for, if the answer allows it, else an allowed one with a car by now."""
        station = self._station
        if question.evse is not None and (not wanted or question.evse in wanted):
            candidates = [station.evses[question.evse]]
        else:
            candidates = [station.evses[e] for e in sorted(allowed) if station.evses[e].plugged]
        usable = (e for e in candidates if e.auth is None and self._authorisable(e, question.token))
        return next(usable, None)

    def _float(self, turn: Turn, auth: Authorization, allowed: frozenset[int]) -> None:
        """Let an accepted card wait for a plug; shown again it is still one card, and waits anew."""
        self._floating = [f for f in self._floating if not f[0].token.same(auth.token)]
        if len(self._floating) < FLOATING_TOKENS:
            until = MonoMs(turn.now.mono_ms + (self._station.rules.connection_timeout_ms or 60_000))
            self._floating.append((auth, allowed, until))

    def _stop_by_group(self, turn: Turn, question: Question, info: TokenInfo) -> None:
        """C09.FR.03: another card of the group ends the authorization."""
        for number in sorted(question.groups_of):
            evse = self._station.evses[number]
            if info.group is not None and evse.auth is not None and info.group.same(evse.auth.group):
                self._stop_by_token(turn, evse, question.token)
                return
        self._refused(turn, question)

    def _refused(self, turn: Turn, question: Question) -> None:
        evse = self._station.evses.get(question.evse or 0)
        served = [e for e in self._station.evses.values() if e.id in question.served]
        for shown in [evse] if evse is not None else served or self._station.evses.values():
            self._flash(turn, shown, IndicatorState.REJECTED)

    def _flash(self, turn: Turn, evse: Evse, state: IndicatorState) -> None:
        evse.show = (state, MonoMs(turn.now.mono_ms + SHOW_MS))

    def remote_start(self, turn: Turn, evse: Evse, command: StartTransaction) -> None:
        """What follows an accepted remote start (F01, F02)."""
        question = Question(command.token, evse.id)
        question.remote, question.remote_start_id = True, command.remote_start_id
        if self._station.rules.authorize_remote_start and not command.token.central:  # C03.FR.01, C05.FR.01
            self._judge_token(turn, question)
            return
        if self._station.authorizer.master(self._station.authorizer.cache.find(command.token, turn.now)):
            self._refused(turn, question)  # C16.FR.03
            return
        auth = Authorization(
            token=command.token,
            group=command.group,
            since=turn.now.mono_ms,
            remote_start_id=command.remote_start_id,
            remote=True,
        )
        self._station.sessions[evse.id].authorise(turn, auth)
