"""Tokens at readers and in remote starts, at one EVSE and at several (C01, C09, C12, C15, C16, E05–E07)."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from agent.core.bounds import FLOATING_TOKENS, SHOW_MS, TOKENS_AT_ONCE
from agent.core.clock import WallMs
from agent.core.commands import SetOperative, StartTransaction, StopTransaction, Verdict
from agent.core.effects import Ask, ShowIndicator
from agent.core.facts import StopReason, TokenCached, Trigger
from agent.core.requests import AuthorizeRequest
from agent.core.tokens import ANY_KIND, AuthorizationStatus, IdToken, TokenInfo
from hal.types import IndicatorState, TokenKind
from tests.unit.core.bench import ACCEPTED, Bench
from tests.unit.core.parts import turn

GROUP = IdToken(value="FLEET", kind="Central")
FLEET = TokenInfo(status=AuthorizationStatus.ACCEPTED, group=GROUP)
BLOCKED = TokenInfo(status=AuthorizationStatus.BLOCKED)
MASTER = {"AuthCtrlr.MasterPassGroupId": "FLEET"}
PRE = {"AuthCtrlr.LocalPreAuthorize": True}


def online(settings: Mapping[str, object] | None = None, *, evses: int = 1) -> Bench:
    bench = Bench(settings, evses=evses)
    bench.online()
    return bench


def owner(bench: Bench, number: int = 1) -> str | None:
    auth = bench.station.evses[number].auth
    return auth.token.value if auth is not None else None


def charging(bench: Bench, *cards: str, info: TokenInfo = ACCEPTED) -> Bench:
    """Each card charges at the EVSE of its place in the list."""
    for number, card in enumerate(cards, 1):
        bench.plug(number)
        bench.tap(card, evses=(number,))
        bench.authorize(info)
        bench.advance(1_000)
        assert bench.closed(number)
    return bench


def lights(bench: Bench, number: int = 1) -> list[IndicatorState]:
    return [e.state for e in bench.effects if isinstance(e, ShowIndicator) and e.evse == number]


# --- one card, one EVSE --------------------------------------------------------------------------------------------


def test_an_unknown_card_is_asked_about_and_starts_when_accepted() -> None:
    """C01.FR.02"""
    bench = online()
    bench.plug()
    bench.tap("CARD")
    assert owner(bench) is None
    assert bench.authorize() == [IdToken(value="CARD")]
    assert owner(bench) == "CARD"
    assert IndicatorState.ACCEPTED in lights(bench)


def test_a_question_is_live_and_has_a_time_limit() -> None:
    bench = online({"AgentCtrlr.AuthorizeTimeout": 7})
    bench.tap()
    (ask,) = [a for a in bench.asked if isinstance(a.request, AuthorizeRequest)]
    assert isinstance(ask, Ask)
    assert (ask.delivery, ask.timeout_ms) == ("live", 7_000)


def test_a_refused_card_starts_nothing_and_the_light_says_so_for_a_moment() -> None:
    bench = online()
    bench.plug()
    bench.tap()
    bench.authorize(BLOCKED)
    assert owner(bench) is None
    assert lights(bench)[-1] is IndicatorState.REJECTED
    bench.advance(SHOW_MS)
    assert lights(bench)[-1] is IndicatorState.PREPARING


def test_what_the_csms_says_is_cached() -> None:
    """C10.FR.04"""
    bench = online()
    for card, info in (("A", ACCEPTED), ("B", BLOCKED)):
        bench.tap(card)
        bench.authorize(info)
    assert [(f.token.value, f.info) for f in bench.facts(TokenCached)] == [("A", ACCEPTED), ("B", BLOCKED)]


def test_a_cached_card_starts_without_a_question_where_that_is_allowed() -> None:
    """C12"""
    bench = charging(online(PRE), "CARD")
    bench.tap("CARD")
    bench.unplug()
    bench.plug()
    bench.advance(1_000)
    bench.tap("CARD")
    assert bench.take(AuthorizeRequest) == []
    assert owner(bench) == "CARD"


@pytest.mark.parametrize(("unknown", "starts"), [(True, "CARD"), (False, None)])
def test_offline_an_unknown_card_starts_where_that_is_allowed(unknown: bool, starts: str | None) -> None:
    """C15.FR.08"""
    bench = online({"AuthCtrlr.OfflineTxForUnknownIdEnabled": unknown})
    bench.offline()
    bench.plug()
    bench.tap("CARD")
    assert bench.take(AuthorizeRequest) == []
    assert owner(bench) == starts
    assert bench.facts(TokenCached) == []  # C15.FR.01


@pytest.mark.parametrize(("code", "starts"), [("timeout", "CARD"), ("offline", "CARD"), ("InternalError", None)])
def test_no_answer_is_decided_as_if_offline_and_an_error_is_a_refusal(code: str, starts: str | None) -> None:
    """Field pain 16"""
    bench = online({"AuthCtrlr.OfflineTxForUnknownIdEnabled": True})
    bench.plug()
    bench.tap("CARD")
    bench.silence(code)
    assert owner(bench) == starts


def test_an_answer_that_nobody_waits_for_changes_nothing() -> None:
    bench = online()
    bench.plug()
    bench.tap("CARD")
    asked = list(bench.asked)
    bench.silence("InternalError")
    bench.asked = asked
    bench.authorize()
    assert owner(bench) is None


def test_the_same_card_is_not_asked_about_twice_at_a_time() -> None:
    bench = online()
    for _ in range(3):
        bench.tap("CARD")
    assert len(bench.take(AuthorizeRequest)) == 1


def test_a_reader_that_floods_is_not_passed_on() -> None:
    bench = online()
    for number in range(100):
        bench.tap(f"CARD{number}")
    assert 0 < len(bench.take(AuthorizeRequest)) <= TOKENS_AT_ONCE
    bench.advance(60_000)
    bench.tap("ONE MORE")
    assert [r.token.value for r in bench.take(AuthorizeRequest)] == ["ONE MORE"]


def test_without_a_car_the_accepted_card_waits_for_one_until_its_time_is_over() -> None:
    """C01.FR.26, E03.FR.05"""
    bench = online({"TxCtrlr.EVConnectionTimeOut": 30})
    bench.tap("CARD")
    bench.authorize()
    assert owner(bench) == "CARD"
    bench.advance(29_999)
    assert owner(bench) == "CARD"
    bench.advance(1)
    assert owner(bench) is None
    assert bench.steps() == []
    bench.plug()
    assert owner(bench) is None


# --- ending somebody's authorization -------------------------------------------------------------------------------


def test_the_same_card_ends_without_a_question() -> None:
    """C01.FR.03, E07.FR.02"""
    bench = charging(online(), "CARD")
    bench.tap("card")
    assert bench.take(AuthorizeRequest) == []
    last = bench.steps()[-1]
    assert (last.trigger, last.reason) == (Trigger.STOP_AUTHORIZED, StopReason.LOCAL)
    assert last.token == IdToken(value="card")
    assert not bench.closed()


def test_a_stranger_ends_nothing_but_is_asked_about() -> None:
    """C01.FR.02, C09.FR.05"""
    bench = charging(online(), "CARD")
    bench.tap("OTHER")
    assert bench.authorize() == [IdToken(value="OTHER")]
    assert owner(bench) == "CARD"
    assert bench.closed()


@pytest.mark.parametrize(
    ("info", "ends"),
    [
        (FLEET, True),
        (ACCEPTED, False),
        (TokenInfo(status=AuthorizationStatus.ACCEPTED, group=IdToken(value="OTHERS")), False),
        (TokenInfo(status=AuthorizationStatus.BLOCKED, group=GROUP), False),  # C09.FR.11
    ],
)
def test_another_card_ends_by_its_group_and_only_if_it_is_valid(info: TokenInfo, ends: bool) -> None:
    """C09.FR.03"""
    bench = charging(online(), "CARD", info=FLEET)
    bench.tap("OTHER")
    bench.authorize(info)
    assert (owner(bench) is None) is ends
    assert (bench.steps()[-1].reason is StopReason.LOCAL) is ends


def test_a_known_card_of_the_group_ends_without_a_question() -> None:
    """C09.FR.07"""
    bench = online()
    bench.tap("OTHER")
    bench.authorize(FLEET)
    bench.tap("OTHER")
    bench.advance(5_000)
    charging(bench, "CARD", info=FLEET)
    bench.tap("OTHER")
    assert bench.take(AuthorizeRequest) == []
    assert owner(bench) is None


def test_a_group_that_is_only_told_with_the_transaction_counts_too() -> None:
    """C09.FR.12"""
    bench = charging(online(), "CARD")
    bench.deliver(FLEET, IdToken(value="CARD"))
    bench.tap("OTHER")
    bench.authorize(FLEET)
    assert owner(bench) is None


def test_a_transaction_that_was_somebodys_is_nobody_elses() -> None:
    """C01.FR.23, E09.FR.01: its owner may go on with it, another may not."""
    bench = charging(online({"TxCtrlr.TxStopPoint": "EVConnected"}), "CARD")
    bench.tap("CARD")
    assert owner(bench) is None
    assert bench.station.evses[1].tx is not None
    bench.advance(5_000)
    bench.tap("OTHER")
    bench.authorize()
    assert owner(bench) is None
    bench.advance(5_000)
    bench.tap("CARD")
    bench.authorize()
    assert owner(bench) == "CARD"


# --- several EVSEs -------------------------------------------------------------------------------------------------


def test_with_several_free_the_card_waits_for_the_first_that_is_plugged_in() -> None:
    bench = online(evses=2)
    bench.tap("CARD")
    bench.authorize()
    assert owner(bench, 1) is owner(bench, 2) is None
    bench.plug(2)
    assert owner(bench, 2) == "CARD"
    bench.plug(1)
    assert owner(bench, 1) is None


def test_a_card_that_waits_and_is_shown_again_still_is_one_card() -> None:
    """Otherwise the next driver to plug in would charge on its bill."""
    bench = online(evses=2)
    for _ in range(2):
        bench.tap("CARD")
        bench.authorize()
        bench.advance(2_000)
    bench.plug(1)
    bench.plug(2)
    assert (owner(bench, 1), owner(bench, 2)) == ("CARD", None)


def test_a_card_waits_for_a_plug_only_so_long() -> None:
    bench = online({"TxCtrlr.EVConnectionTimeOut": 30}, evses=2)
    bench.tap("CARD")
    bench.authorize()
    bench.advance(30_000)
    bench.plug(1)
    assert owner(bench, 1) is None


def test_a_waiting_card_does_not_take_the_place_of_another_driver() -> None:
    bench = online(evses=2)
    bench.tap("ANYWHERE")
    bench.authorize()
    bench.tap("HERE", evses=(1,))
    bench.authorize()
    bench.plug(1)
    bench.plug(2)
    assert (owner(bench, 1), owner(bench, 2)) == ("HERE", "ANYWHERE")


def test_of_two_cards_that_are_asked_about_the_first_answer_counts() -> None:
    bench = online()
    bench.plug()
    bench.tap("ANN")
    bench.tap("BOB")
    assert len(bench.authorize()) == 2
    assert owner(bench) == "ANN"
    assert lights(bench)[-1] is IndicatorState.REJECTED


def test_a_waiting_card_does_not_go_to_an_evse_that_is_out_of_service() -> None:
    bench = online(evses=3)
    bench.tap("CARD")
    bench.authorize()
    assert bench.command(SetOperative(operative=False, evse=1)).verdict is Verdict.ACCEPTED
    bench.plug(1)
    assert owner(bench, 1) is None
    bench.plug(2)
    assert owner(bench, 2) == "CARD"


def test_the_plugged_one_is_chosen_before_the_free_one() -> None:
    bench = online(evses=2)
    bench.plug(2)
    bench.tap("CARD")
    bench.authorize()
    assert owner(bench, 2) == "CARD"


def test_a_reader_authorises_only_at_its_own_evses() -> None:
    bench = online(evses=2)
    bench.plug(1)
    bench.tap("CARD", evses=(2,))
    bench.authorize()
    assert owner(bench, 1) is None
    assert owner(bench, 2) == "CARD"


def test_a_token_for_some_evses_charges_only_there() -> None:
    """C01.FR.21"""
    only_two = TokenInfo(status=AuthorizationStatus.ACCEPTED, evses=(2,))
    bench = online(evses=3)
    bench.plug(1)
    bench.tap("CARD")
    bench.authorize(only_two)
    assert owner(bench, 1) is None
    bench.unplug(1)
    bench.advance(5_000)
    bench.tap("CARD")
    bench.authorize(only_two)
    bench.plug(3)
    bench.plug(2)
    assert (owner(bench, 3), owner(bench, 2)) == (None, "CARD")


def test_a_token_allowed_elsewhere_still_was_shown_here() -> None:
    """A reader of EVSEs 1 and 2, a token for 2 and 3: it is for 2."""
    bench = online(evses=3)
    bench.tap("CARD", evses=(1, 2))
    bench.authorize(TokenInfo(status=AuthorizationStatus.ACCEPTED, evses=(2, 3)))
    bench.plug(3)
    bench.plug(1)
    bench.plug(2)
    assert [owner(bench, n) for n in (1, 2, 3)] == [None, "CARD", None]


def test_a_token_for_some_evses_waits_for_one_of_them_if_another_is_plugged_in() -> None:
    """C01.FR.21: the car at EVSE 1 is somebody's; the card is good at EVSE 2, and is not shown twice for it."""
    bench = online(evses=2)
    bench.plug(1)
    bench.tap("CARD")
    bench.authorize(TokenInfo(status=AuthorizationStatus.ACCEPTED, evses=(2,)))
    assert owner(bench, 1) is None
    bench.plug(2)
    assert owner(bench, 2) == "CARD"


def test_of_two_cars_the_one_that_the_token_is_good_for_is_charged() -> None:
    bench = online(evses=2)
    bench.plug(1)
    bench.plug(2)
    bench.tap("CARD")
    bench.authorize(TokenInfo(status=AuthorizationStatus.ACCEPTED, evses=(2,)))
    assert (owner(bench, 1), owner(bench, 2)) == (None, "CARD")


def test_a_car_that_is_plugged_in_before_a_late_answer_is_not_overlooked() -> None:
    bench = online(evses=2)
    bench.tap("CARD")
    bench.plug(2)
    bench.authorize()
    assert (owner(bench, 1), owner(bench, 2)) == (None, "CARD")


def test_a_card_ends_its_own_before_another_of_its_group() -> None:
    """Two cars of one fleet at one reader: each driver takes the own one."""
    bench = charging(online(evses=2), "ANN", "BOB", info=FLEET)
    bench.tap("BOB")
    assert (owner(bench, 1), owner(bench, 2)) == ("ANN", None)


def test_cards_that_wait_are_bounded() -> None:
    bench = online(evses=2)
    for number in range(FLOATING_TOKENS + 3):
        bench.tap(f"CARD{number}")
        bench.authorize()
        bench.advance(5_000)
    assert len(bench.station.entry.wake()) == FLOATING_TOKENS


# --- master pass ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("known", [True, False], ids=["cached", "asked"])
def test_a_master_pass_stops_everything_and_starts_nothing(known: bool) -> None:
    """C16.FR.02, C16.FR.03, C16.FR.07, also where its reader does not serve every EVSE."""
    bench = online(MASTER, evses=3)
    if known:
        bench.tap("BOSS", evses=(3,))
        bench.authorize(FLEET)
        assert owner(bench, 3) is None
    charging(bench, "ANN", "BOB")
    bench.advance(5_000)
    bench.tap("BOSS", evses=(3,))
    bench.authorize(FLEET)
    assert [owner(bench, n) for n in (1, 2, 3)] == [None, None, None]
    ended = [s for s in bench.steps() if s.phase == "Ended"]
    assert {s.reason for s in ended} == {StopReason.MASTER_PASS}
    assert len(ended) == 2


@pytest.mark.parametrize("asks", [True, False], ids=["asked", "cached"])
def test_a_master_pass_from_afar_neither_starts_nor_stops(asks: bool) -> None:
    """C16.FR.03: nobody shows it."""
    bench = online({**MASTER, "AuthCtrlr.AuthorizeRemoteStart": asks}, evses=2)
    bench.tap("BOSS", evses=(2,))
    bench.authorize(FLEET)
    charging(bench, "ANN")
    if asks:
        bench.station.authorizer.cache.clear(turn())
    assert bench.command(start("BOSS", evse=2)).verdict is Verdict.ACCEPTED
    bench.authorize(FLEET)
    assert (owner(bench, 1), owner(bench, 2)) == ("ANN", None)


def test_a_remote_start_for_the_master_group_is_refused() -> None:
    """C16.FR.03"""
    bench = online(MASTER)
    command = StartTransaction(
        token=IdToken(value="BOSS"), group=IdToken(value="fleet", kind="Local"), remote_start_id=9
    )
    assert bench.command(command).verdict is Verdict.REJECTED


def test_a_token_that_turns_out_to_be_a_master_pass_charges_no_longer() -> None:
    """C16.FR.03, where it was accepted without a question."""
    bench = online(MASTER)
    bench.plug()
    bench.command(start("BOSS"))
    assert bench.closed()
    bench.deliver(FLEET, IdToken(value="BOSS"))
    assert not bench.closed()


def test_a_master_pass_stops_what_is_nobodys() -> None:
    """C16.FR.02"""
    bench = online({**MASTER, "AuthCtrlr.Enabled": False})
    bench.plug()
    assert bench.closed()
    bench.tap("STRANGER")
    assert bench.closed()
    bench.station.authorizer.cache.update(turn(), IdToken(value="BOSS"), FLEET)
    bench.tap("BOSS")
    assert not bench.closed()


@pytest.mark.parametrize("known", [True, False], ids=["cached", "asked"])
def test_a_master_pass_stops_who_pressed_the_button(known: bool) -> None:
    bench = online(MASTER)
    bench.plug()
    bench.tap("", kind=TokenKind.NO_AUTHORIZATION)
    assert bench.closed()
    if known:
        bench.station.authorizer.cache.update(turn(), IdToken(value="BOSS"), FLEET)
    bench.tap("BOSS")
    assert bench.authorize(FLEET) == ([] if known else [IdToken(value="BOSS")])
    assert not bench.closed()


# --- tokens of other kinds -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("linked", [True, False], ids=["online", "offline"])
def test_the_start_button_starts_and_stops_without_a_question(linked: bool) -> None:
    """C02"""
    bench = online()
    if not linked:
        bench.offline()
    bench.plug()
    bench.tap("start", kind=TokenKind.NO_AUTHORIZATION)
    assert bench.take(AuthorizeRequest) == []
    assert bench.closed()
    bench.advance(5_000)
    bench.tap("start", kind=TokenKind.NO_AUTHORIZATION)
    assert not bench.closed()


def test_the_digits_of_a_card_at_the_keypad_do_not_end_its_session() -> None:
    """C01.FR.25"""
    bench = charging(online(), "04112233")
    bench.tap("04112233", kind=TokenKind.KEY_CODE)
    assert bench.closed()
    assert bench.authorize() == [IdToken(value="04112233", kind="KeyCode")]
    assert bench.closed()


def test_where_no_token_is_needed_a_card_is_told_and_not_asked_about() -> None:
    """AuthEnabled false."""
    bench = online({"AuthCtrlr.Enabled": False, "AuthCtrlr.AuthorizeRemoteStart": True})
    bench.tap("CARD")
    bench.plug()
    assert bench.take(AuthorizeRequest) == []
    assert owner(bench) == "CARD"
    assert bench.closed()


# --- a token that turns out to be invalid (E05, C15) ---------------------------------------------------------------


def test_an_invalid_token_ends_its_transaction_where_that_is_configured() -> None:
    """E05.FR.10, C15.FR.04"""
    bench = charging(online({"TxCtrlr.StopTxOnInvalidId": True}), "CARD")
    bench.deliver(BLOCKED, IdToken(value="CARD"))
    last = bench.steps()[-1]
    assert (last.phase, last.trigger, last.reason) == ("Ended", Trigger.DEAUTHORIZED, StopReason.DE_AUTHORIZED)
    assert not bench.closed()
    assert bench.outlets[1].locked  # E05.FR.11: the cable waits for its owner
    bench.advance(5_000)
    bench.tap("CARD")
    assert not bench.outlets[1].locked


def test_otherwise_it_goes_on_without_energy_or_with_what_is_allowed() -> None:
    """E05.FR.02, E05.FR.03, C15.FR.06, C15.FR.07"""
    strict = charging(online({"TxCtrlr.StopTxOnInvalidId": False}), "CARD")
    strict.deliver(BLOCKED, IdToken(value="CARD"))
    assert not strict.closed()
    assert strict.station.evses[1].tx is not None
    lenient = charging(online({"TxCtrlr.StopTxOnInvalidId": False, "TxCtrlr.MaxEnergyOnInvalidId": 500}), "CARD")
    lenient.deliver(BLOCKED, IdToken(value="CARD"))
    assert lenient.closed()
    lenient.meter(100_499)
    assert lenient.closed()
    lenient.meter(100_500)
    assert not lenient.closed()


def test_what_flowed_before_the_csms_was_asked_counts() -> None:
    """E05.FR.02: an allowance that "has been exceeded" leaves nothing; a long time offline is no free energy."""
    lenient = {"TxCtrlr.StopTxOnInvalidId": False, "TxCtrlr.MaxEnergyOnInvalidId": 500}
    some = charging(online(lenient), "CARD")
    some.meter(100_400)
    some.deliver(BLOCKED, IdToken(value="CARD"))
    assert some.closed()
    some.meter(100_500)
    assert not some.closed()
    much = charging(online(lenient), "CARD")
    much.meter(100_501)
    much.deliver(BLOCKED, IdToken(value="CARD"))
    assert not much.closed()


def test_what_is_said_of_another_token_or_transaction_is_of_no_account() -> None:
    bench = charging(online(), "CARD")
    bench.deliver(BLOCKED, IdToken(value="OTHER"))
    assert bench.closed()
    assert [f.token.value for f in bench.facts(TokenCached)][-1] == "OTHER"  # but it is known now (C10.FR.05)


# --- remote starts -------------------------------------------------------------------------------------------------


def start(card: str = "REMOTE", *, kind: str = "ISO14443", evse: int | None = None) -> StartTransaction:
    return StartTransaction(token=IdToken(value=card, kind=kind), evse=evse, remote_start_id=9)


def test_a_remote_start_needs_no_question_unless_configured() -> None:
    """F01.FR.01, F01.FR.02"""
    bench = online({"AuthCtrlr.AuthorizeRemoteStart": False})
    bench.plug()
    assert bench.command(start()).verdict is Verdict.ACCEPTED
    assert bench.take(AuthorizeRequest) == []
    assert owner(bench) == "REMOTE"
    first = bench.steps()[0]
    assert (first.trigger, first.remote_start_id) == (Trigger.REMOTE_START, 9)


@pytest.mark.parametrize(("info", "starts"), [(ACCEPTED, "REMOTE"), (BLOCKED, None)])
def test_a_remote_start_that_is_to_be_authorised_is(info: TokenInfo, starts: str | None) -> None:
    bench = online({"AuthCtrlr.AuthorizeRemoteStart": True})
    bench.plug()
    assert bench.command(start()).verdict is Verdict.ACCEPTED
    assert owner(bench) is None
    bench.authorize(info)
    assert owner(bench) == starts


@pytest.mark.parametrize("kind", ["Central", "NoAuthorization"])
def test_a_token_of_the_csms_or_of_nobody_is_not_asked_about(kind: str) -> None:
    """C03.FR.01, C05.FR.01; C02: there is nobody to ask about. Nor is it kept (C02.FR.03, C05.FR.02)."""
    bench = online({"AuthCtrlr.AuthorizeRemoteStart": True, **PRE})
    bench.plug()
    token = "" if kind == "NoAuthorization" else "APP-1"
    assert bench.command(start(token, kind=kind)).verdict is Verdict.ACCEPTED
    assert bench.take(AuthorizeRequest) == []
    assert bench.closed()
    bench.deliver(ACCEPTED, IdToken(value=token, kind=kind))
    assert bench.facts(TokenCached) == []


@pytest.mark.parametrize(("kind", "ends"), [("ISO14443", True), (ANY_KIND, True), ("Central", False)])
def test_a_remote_start_is_stopped_by_the_same_card(kind: str, ends: bool) -> None:
    """C01.FR.25; 1.6 has no kinds, and there the number is enough."""
    bench = online()
    bench.plug()
    bench.command(start("04AB", kind=kind))
    bench.advance(1_000)
    bench.tap("04ab")
    assert (owner(bench) is None) is ends


def test_a_remote_stop_names_itself() -> None:
    """F03.FR.02, F03.FR.03"""
    bench = charging(online(), "CARD")
    tx = bench.steps()[0].tx
    assert bench.command(StopTransaction(tx="unknown")).verdict is Verdict.REJECTED  # F03.FR.08
    assert bench.command(StopTransaction(tx=tx)).verdict is Verdict.ACCEPTED
    last = bench.steps()[-1]
    assert (last.trigger, last.reason) == (Trigger.REMOTE_STOP, StopReason.REMOTE)


def test_an_expired_entry_of_the_cache_is_asked_about_again() -> None:
    bench = online(PRE)
    soon = TokenInfo(status=AuthorizationStatus.ACCEPTED, expiry_ms=WallMs((bench.wall or 0) + 60_000))
    charging(bench, "CARD", info=soon)
    bench.tap("CARD")
    bench.unplug()
    bench.advance(120_000)
    bench.plug()
    bench.tap("CARD")
    assert bench.authorize() == [IdToken(value="CARD")]
