"""Who may charge: the cache (C10, C11), and the decision online and offline (C01, C12, C15, C16)."""

from __future__ import annotations

import itertools
from typing import NamedTuple

import pytest

from agent.core.authorization import Authorizer, Cache, Decision
from agent.core.bounds import CACHE_ENTRIES
from agent.core.clock import WallMs
from agent.core.facts import TokenCached
from agent.core.tokens import AuthorizationStatus, IdToken, TokenInfo
from tests.unit.core.parts import CARD, NOON, at, facts, rules_of, turn

OTHER = IdToken(value="0499FF00")
GROUP = IdToken(value="FAMILY", kind="Central")
ACCEPTED = TokenInfo(status=AuthorizationStatus.ACCEPTED)
BLOCKED = TokenInfo(status=AuthorizationStatus.BLOCKED)
FAMILY = TokenInfo(status=AuthorizationStatus.ACCEPTED, group=GROUP)
DAY_MS = 86_400_000


def cached(info: TokenInfo, *, updated: int | None = NOON, token: IdToken = CARD) -> TokenCached:
    return TokenCached(token=token, info=info, updated_ms=None if updated is None else WallMs(updated))


def authorizer_with(*entries: TokenCached, **settings: object) -> Authorizer:
    authorizer = Authorizer(rules_of(**settings))
    for entry in entries:
        authorizer.cache.restore(entry)
    return authorizer


# --- the truth table of the switches (field pain 15) ---------------------------------------------------------------


class Switches(NamedTuple):
    pre: bool  # LocalPreAuthorize
    offline: bool  # LocalAuthorizeOffline
    unknown: bool  # OfflineTxForUnknownIdEnabled
    mute: bool  # DisableRemoteAuthorization
    post: bool  # not DisablePostAuthorize
    cache: bool

    def authorizer(self, *entries: TokenCached) -> Authorizer:
        return authorizer_with(
            *entries,
            AuthCtrlr__LocalPreAuthorize=self.pre,
            AuthCtrlr__LocalAuthorizeOffline=self.offline,
            AuthCtrlr__OfflineTxForUnknownIdEnabled=self.unknown,
            AuthCtrlr__DisableRemoteAuthorization=self.mute,
            AuthCacheCtrlr__DisablePostAuthorize=not self.post,
            AuthCacheCtrlr__Enabled=self.cache,
        )


KNOWN = {
    "nothing": (),
    "accepted": (cached(ACCEPTED),),
    "blocked": (cached(BLOCKED),),
    "lapsed": (cached(TokenInfo(status=AuthorizationStatus.ACCEPTED, expiry_ms=WallMs(NOON - 1))),),
}
SWITCHES = [Switches(*bits) for bits in itertools.product((False, True), repeat=6)]


def online(known: str, switches: Switches) -> Decision:
    known = known if switches.cache else "nothing"
    if known == "accepted" and (switches.pre or switches.mute):
        return Decision.ACCEPT  # C12: without waiting; or because nobody else may be asked
    if switches.mute:
        return Decision.REFUSE
    if known == "blocked" and not switches.post:
        return Decision.REFUSE
    return Decision.ASK  # C01.FR.02, C10.FR.03, C12.FR.05


def offline(known: str, switches: Switches) -> Decision:
    known = known if switches.cache else "nothing"
    if known == "accepted":
        return Decision.ACCEPT if switches.offline else Decision.REFUSE
    return Decision.ACCEPT if known == "nothing" and switches.unknown else Decision.REFUSE  # C15.FR.08


@pytest.mark.parametrize("known", KNOWN)
@pytest.mark.parametrize("linked", [True, False], ids=["online", "offline"])
def test_the_decision_by_every_combination_of_switches(known: str, linked: bool) -> None:
    for switches in SWITCHES:
        decision, info = switches.authorizer(*KNOWN[known]).decide(CARD, at(0), linked)
        assert decision is (online if linked else offline)(known, switches), switches
        assert decision is not Decision.ACCEPT or (info is not None and info.accepted)


@pytest.mark.parametrize("known", KNOWN)
def test_a_question_without_an_answer_is_decided_as_if_offline(known: str) -> None:
    for switches in SWITCHES:
        decision, _ = switches.authorizer(*KNOWN[known]).offline(CARD, at(0))
        assert decision is offline(known, switches), switches


def test_what_is_known_of_an_accepted_token_comes_with_the_decision() -> None:
    authorizer = authorizer_with(cached(FAMILY), AuthCtrlr__LocalPreAuthorize=True)
    assert authorizer.decide(CARD, at(0), True) == (Decision.ACCEPT, FAMILY)


def test_a_token_accepted_because_nobody_knows_it_belongs_to_no_group() -> None:
    authorizer = authorizer_with(AuthCtrlr__OfflineTxForUnknownIdEnabled=True)
    assert authorizer.decide(CARD, at(0), False) == (Decision.ACCEPT, ACCEPTED)
    assert len(authorizer.cache) == 0  # C15.FR.01


# --- the cache -----------------------------------------------------------------------------------------------------


def test_the_cache_holds_what_was_last_heard_whatever_it_was() -> None:
    cache, now = Cache(rules_of()), turn()
    for info in (ACCEPTED, BLOCKED):  # C10.FR.01
        cache.update(now, CARD, info)
        assert cache.find(CARD, at(0)) == info
    assert len(cache) == 1
    assert [f.info for f in facts(now.facts, TokenCached)] == [ACCEPTED, BLOCKED]  # C10.FR.02: both become durable


def test_a_token_is_found_in_whatever_case_it_is_shown() -> None:
    cache = Cache(rules_of())
    cache.update(turn(), IdToken(value="04abcd"), ACCEPTED)
    assert cache.find(IdToken(value="04ABCD"), at(0)) == ACCEPTED


def test_what_was_kept_is_known_after_a_restart() -> None:
    before, after, now = Cache(rules_of()), Cache(rules_of()), turn()
    before.update(now, CARD, FAMILY)
    before.update(now, OTHER, BLOCKED)
    for fact in facts(now.facts, TokenCached):
        after.restore(fact)
    assert after.find(CARD, at(0)) == FAMILY
    assert after.find(OTHER, at(0)) == BLOCKED


def test_an_entry_ends_at_the_time_that_the_csms_named() -> None:
    """C10.FR.13; the life time of the cache does not count then."""
    info = TokenInfo(status=AuthorizationStatus.ACCEPTED, expiry_ms=WallMs(NOON + 60_000), group=GROUP)
    cache = Cache(rules_of(AuthCacheCtrlr__LifeTime=1))
    cache.update(turn(), CARD, info)
    assert cache.find(CARD, at(60_000)) == info
    expired = cache.find(CARD, at(60_001))
    assert expired is not None
    assert expired.status is AuthorizationStatus.EXPIRED
    assert expired.group == GROUP


def test_an_entry_without_a_named_end_lives_for_the_configured_time() -> None:
    cache = Cache(rules_of(AuthCacheCtrlr__LifeTime=3600))
    cache.update(turn(), CARD, ACCEPTED)
    assert cache.find(CARD, at(3_600_000)) == ACCEPTED
    expired = cache.find(CARD, at(3_600_001))
    assert expired is not None
    assert expired.status is AuthorizationStatus.EXPIRED  # C10.FR.10
    cache.update(turn(3_600_001), CARD, ACCEPTED)
    assert cache.find(CARD, at(7_200_000)) == ACCEPTED


def test_a_life_time_of_nothing_keeps_for_ever() -> None:
    cache = Cache(rules_of(AuthCacheCtrlr__LifeTime=0))
    cache.update(turn(), CARD, ACCEPTED)
    assert cache.find(CARD, at(1000 * DAY_MS)) == ACCEPTED


def test_without_a_trusted_clock_nothing_is_too_old() -> None:
    cache = Cache(rules_of(AuthCacheCtrlr__LifeTime=1))
    cache.restore(cached(ACCEPTED))
    assert cache.find(CARD, at(DAY_MS, wall=None)) == ACCEPTED


def test_an_entry_learned_without_a_clock_does_not_age() -> None:
    cache = Cache(rules_of(AuthCacheCtrlr__LifeTime=1))
    cache.update(turn(wall=None), CARD, ACCEPTED)
    assert cache.find(CARD, at(DAY_MS)) == ACCEPTED


def test_a_full_cache_first_loses_what_is_not_accepted_then_the_oldest() -> None:
    """C10.FR.07, and its loss is durable too."""
    cache, now = Cache(rules_of()), turn()
    for number in range(CACHE_ENTRIES):
        cache.update(now, IdToken(value=f"{number:04}"), BLOCKED if number == 500 else ACCEPTED)
    for new, gone in (("A", "0500"), ("B", "0000"), ("C", "0001")):
        after = turn()
        cache.update(after, IdToken(value=new), ACCEPTED)
        assert len(cache) == CACHE_ENTRIES
        assert cache.find(IdToken(value=gone), at(0)) is None
        removed, added = facts(after.facts, TokenCached)
        assert (removed.token.value, removed.info) == (gone, None)
        assert added.token.value == new


def test_an_entry_that_is_heard_of_again_is_the_youngest() -> None:
    cache = Cache(rules_of())
    for number in range(CACHE_ENTRIES):
        cache.update(turn(), IdToken(value=f"{number:04}"), ACCEPTED)
    for number in (7, 0):
        cache.update(turn(), IdToken(value=f"{number:04}"), ACCEPTED)
        assert len(cache) == CACHE_ENTRIES  # nobody had to make room
    cache.update(turn(), IdToken(value="new"), ACCEPTED)
    assert cache.find(IdToken(value="0000"), at(0)) == ACCEPTED
    assert cache.find(IdToken(value="0001"), at(0)) is None


def test_a_cleared_cache_is_empty_after_a_restart_too() -> None:
    """C11.FR.01"""
    cache, now = Cache(rules_of()), turn()
    cache.update(turn(), CARD, ACCEPTED)
    cache.update(turn(), OTHER, BLOCKED)
    cache.clear(now)
    assert len(cache) == 0
    assert {f.token: f.info for f in facts(now.facts, TokenCached)} == {CARD: None, OTHER: None}


def test_a_cache_that_is_switched_off_neither_learns_nor_tells() -> None:
    """C10.FR.11"""
    authorizer = Authorizer(rules_of(AuthCacheCtrlr__Enabled=False))
    authorizer.cache.restore(cached(ACCEPTED))
    now = turn()
    authorizer.cache.update(now, OTHER, ACCEPTED)
    assert not now.facts
    assert authorizer.cache.find(CARD, at(0)) is None


def test_a_refusal_is_forgotten_like_any_other_entry() -> None:
    """C10.FR.10: otherwise a token refused once is refused for ever where nobody asks again (DisablePostAuthorize)."""
    quiet = {"AuthCacheCtrlr__LifeTime": 60, "AuthCacheCtrlr__DisablePostAuthorize": True}
    assert authorizer_with(cached(BLOCKED), **quiet).decide(CARD, at(60_000), True)[0] is Decision.REFUSE
    assert authorizer_with(cached(BLOCKED), **quiet).decide(CARD, at(60_001), True)[0] is Decision.ASK
    ended = TokenInfo(status=AuthorizationStatus.BLOCKED, expiry_ms=WallMs(NOON + 1_000))  # C10.FR.13
    assert authorizer_with(cached(ended), **quiet).decide(CARD, at(1_001), True)[0] is Decision.ASK


def test_what_is_known_of_a_token_is_not_known_of_another_kind() -> None:
    """C01.FR.25: the number of a card, typed at the keypad, is not that card."""
    authorizer = authorizer_with(cached(ACCEPTED), AuthCtrlr__LocalPreAuthorize=True)
    typed = IdToken(value=CARD.value, kind="KeyCode")
    assert authorizer.decide(CARD, at(0), True)[0] is Decision.ACCEPT
    assert authorizer.decide(typed, at(0), True)[0] is Decision.ASK
    assert authorizer.decide(typed, at(0), False)[0] is Decision.REFUSE
    assert not authorizer.stops(typed, CARD, None, at(0))
    authorizer.cache.update(turn(), typed, BLOCKED)
    assert authorizer.cache.find(CARD, at(0)) == ACCEPTED


@pytest.mark.parametrize("linked", [True, False], ids=["online", "offline"])
def test_nobody_is_asked_about_nobody(linked: bool) -> None:
    """C02: the start button."""
    button = IdToken(value="start", kind="NoAuthorization")
    assert authorizer_with().decide(button, at(0), linked)[0] is Decision.ACCEPT


@pytest.mark.parametrize("linked", [True, False], ids=["online", "offline"])
def test_nobody_is_asked_where_no_token_is_needed(linked: bool) -> None:
    """AuthEnabled false: no authorization is done when a token is read."""
    authorizer = authorizer_with(cached(BLOCKED), AuthCtrlr__Enabled=False)
    assert authorizer.decide(CARD, at(0), linked)[0] is Decision.ACCEPT


@pytest.mark.parametrize(
    "token",
    [
        IdToken(value="", kind="ISO14443"),
        IdToken(value="x", kind="NoAuthorization"),  # C02.FR.03
        IdToken(value="x", kind="Central"),  # C03.FR.02, C05.FR.02
    ],
)
def test_a_token_of_one_time_is_not_cached(token: IdToken) -> None:
    cache, now = Cache(rules_of()), turn()
    cache.update(now, token, ACCEPTED)
    assert len(cache) == 0
    assert not now.facts


def test_a_removed_entry_restores_nothing() -> None:
    cache = Cache(rules_of())
    cache.restore(TokenCached(token=CARD, info=None))
    assert len(cache) == 0


# --- ending somebody's authorization -------------------------------------------------------------------------------


def stops(authorizer: Authorizer, presented: IdToken, group: IdToken | None = GROUP) -> bool:
    return authorizer.stops(presented, CARD, group, at(0))


def test_the_same_card_ends_without_a_question_even_if_nothing_is_known_of_it() -> None:
    assert stops(authorizer_with(), IdToken(value=CARD.value.lower()), None)  # C01.FR.03 (a)


def test_a_cached_card_of_the_group_ends_and_another_does_not() -> None:
    """C01.FR.03 (b), C09.FR.07"""
    assert stops(authorizer_with(cached(FAMILY, token=OTHER)), OTHER)
    strangers = TokenInfo(status=AuthorizationStatus.ACCEPTED, group=IdToken(value="OTHERS"))
    assert not stops(authorizer_with(cached(strangers, token=OTHER)), OTHER)
    assert not stops(authorizer_with(cached(ACCEPTED, token=OTHER)), OTHER)
    assert not stops(authorizer_with(), OTHER)


def test_without_a_group_of_the_owner_no_other_card_ends() -> None:
    assert not stops(authorizer_with(cached(ACCEPTED, token=OTHER)), OTHER, None)
    assert not stops(authorizer_with(cached(FAMILY, token=OTHER)), OTHER, None)


def test_a_card_of_the_group_that_is_not_valid_does_not_end() -> None:
    """C09.FR.11"""
    blocked = TokenInfo(status=AuthorizationStatus.BLOCKED, group=GROUP)
    assert not stops(authorizer_with(cached(blocked, token=OTHER)), OTHER)
    lapsed = TokenInfo(status=AuthorizationStatus.ACCEPTED, group=GROUP, expiry_ms=WallMs(NOON - 1))
    assert not stops(authorizer_with(cached(lapsed, token=OTHER)), OTHER)


def test_nobody_is_ended_where_nobody_is_authorised() -> None:
    assert not authorizer_with().stops(CARD, None, None, at(0))


# --- the master pass -----------------------------------------------------------------------------------------------


def test_a_master_pass_is_an_accepted_token_of_the_master_group() -> None:
    """C16.FR.02"""
    authorizer = authorizer_with(AuthCtrlr__MasterPassGroupId="family")
    assert authorizer.master(FAMILY)
    assert not authorizer.master(TokenInfo(status=AuthorizationStatus.BLOCKED, group=GROUP))
    assert not authorizer.master(ACCEPTED)
    assert not authorizer.master(None)


def test_without_a_master_group_there_is_no_master_pass() -> None:
    assert not authorizer_with().master(FAMILY)
    assert not authorizer_with().master(ACCEPTED)
