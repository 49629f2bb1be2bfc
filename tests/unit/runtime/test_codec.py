"""Facts become records of the ledger and come back as they were; releases read each other's (DESIGN of the ledger)."""

from __future__ import annotations

import json
import types
import typing
from enum import Enum
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.core.facts import (
    AnyKept,
    AnyLogged,
    EndSampleTaken,
    Kept,
    Logged,
    OperativeSet,
    SecurityEventRaised,
    TokenCached,
    TransactionKept,
    TransactionPhase,
    TransactionRecorded,
    Trigger,
    VariableWritten,
    WireIdLearned,
)
from agent.core.tokens import AuthorizationStatus, IdToken, TokenInfo
from agent.runtime import codec
from agent.store.records import KeptRecord
from tests.unit.core.parts import at

LOGGED = typing.get_args(AnyLogged)
KEPT = typing.get_args(AnyKept)
WORDS = st.text(max_size=12)


def of_type(hint: Any) -> st.SearchStrategy[Any]:
    """Values of a field's type, for every type that facts are made of."""
    if isinstance(hint, typing.NewType):
        return of_type(hint.__supertype__)
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {typing.Union, types.UnionType}:
        return st.one_of([of_type(a) for a in arguments])
    if origin is tuple:
        return st.lists(of_type(arguments[0]), max_size=3).map(tuple)
    if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
        return built(hint)
    if isinstance(hint, type) and issubclass(hint, Enum):
        return st.sampled_from(list(hint))
    simple: dict[Any, st.SearchStrategy[Any]] = {
        int: st.integers(-(2**53), 2**53),
        str: WORDS,
        bool: st.booleans(),
        type(None): st.none(),
    }
    return simple[hint]


def built(struct: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    fields = msgspec.structs.fields(struct)
    return st.fixed_dictionaries({f.name: of_type(f.type) for f in fields}).map(lambda values: struct(**values))


def removal(fact: object) -> bool:
    """Facts that take a state away are told by the absence of a body."""
    match fact:
        case TransactionKept(open=False) | TokenCached(info=None) | VariableWritten(value=None):
            return True
        case WireIdLearned(wire_id=None):
            return True
        case _:
            return False


@pytest.mark.parametrize("kind", LOGGED, ids=lambda k: k.__name__)
def test_every_logged_fact_comes_back_as_it_was(kind: type[Logged]) -> None:
    @given(built(kind))
    def check(fact: Any) -> None:
        record = codec.log_record(fact)
        assert list(codec.logged([record])) == [fact]
        assert (record.seq, record.kind) == (fact.seq, kind.__name__)
        assert (record.boot, record.mono_ms, record.wall_ms) == (
            fact.stamp.boot,
            fact.stamp.mono_ms,
            fact.stamp.wall_ms,
        )

    check()


@pytest.mark.parametrize("kind", KEPT, ids=lambda k: k.__name__)
def test_every_kept_fact_comes_back_as_it_was_or_is_removed(kind: type[Kept]) -> None:
    @given(built(kind))
    def check(fact: Any) -> None:
        record = codec.kept_record(fact)
        assert list(codec.kept([record])) == ([] if removal(fact) else [fact])
        assert (record.kind, record.key) == (kind.__name__, fact.key)

    check()


def step(phase: TransactionPhase = TransactionPhase.UPDATED, seq: int = 5) -> TransactionRecorded:
    return TransactionRecorded(
        seq=seq,
        stamp=at(1_000).stamp(),
        phase=phase,
        tx="tx-1",
        number=1,
        evse=2,
        connector=1,
        trigger=Trigger.AUTHORIZED,
        register_wh=7,
    )


@pytest.mark.parametrize("phase", list(TransactionPhase))
def test_only_the_last_record_of_a_transaction_ends_it(phase: TransactionPhase) -> None:
    record = codec.log_record(step(phase))
    assert record.ends is (phase is TransactionPhase.ENDED)
    assert (record.tx, record.evse, record.cls) == ("tx-1", 2, "ledger")


def test_security_events_are_of_the_class_that_waits_for_no_money() -> None:
    record = codec.log_record(SecurityEventRaised(seq=1, stamp=at(0).stamp(), kind="X"))
    assert (record.cls, record.tx, record.evse) == ("log", None, 0)


def test_of_several_states_under_one_key_a_commit_writes_the_last() -> None:
    states = [OperativeSet(evse=1, connector=0, operative=o) for o in (False, True, False)]
    batch = codec.batch([*states, OperativeSet(evse=2, connector=0, operative=True), step(seq=1), step(seq=2)])
    assert list(codec.kept(batch.kept)) == [states[-1], OperativeSet(evse=2, connector=0, operative=True)]
    assert [r.seq for r in batch.log] == [1, 2]


def test_a_state_that_is_set_and_removed_in_one_commit_is_removed() -> None:
    token = IdToken(value="A")
    known = TokenCached(token=token, info=TokenInfo(status=AuthorizationStatus.ACCEPTED))
    (record,) = codec.batch([known, TokenCached(token=token, info=None)]).kept
    assert record.body is None


# --- other releases, and damage ------------------------------------------------------------------------------------


def changed(body: bytes | None, **fields: object) -> bytes:
    assert body is not None
    return json.dumps({**json.loads(body), **fields}).encode()


def test_a_newer_release_may_have_added_fields() -> None:
    record = codec.log_record(step())
    newer = msgspec.structs.replace(record, body=changed(record.body, invented_later=[1, 2]))
    assert list(codec.logged([newer])) == [step()]


def test_an_older_release_may_have_written_less() -> None:
    body = b'{"type":"TransactionKept","evse":1,"tx":"t"}'
    found = list(codec.kept([KeptRecord(kind="TransactionKept", key="t", version=1, body=body)]))
    assert found == [TransactionKept(evse=1, tx="t")]


@pytest.mark.parametrize("body", [b"", b"{", b'{"type":"NotYetInvented"}', b"[]", b"\xff\x00", b"null"])
def test_what_cannot_be_read_is_passed_over_and_the_rest_is_not(body: bytes, caplog: pytest.LogCaptureFixture) -> None:
    good = codec.log_record(step())
    bad = msgspec.structs.replace(good, body=body)
    assert list(codec.logged([bad, good])) == [step()]
    state = OperativeSet(evse=1, connector=0, operative=False)
    kept = [KeptRecord(kind="OperativeSet", key="x", version=1, body=body), codec.kept_record(state)]
    assert list(codec.kept(kept)) == [state]
    assert len(caplog.records) == 2


def test_no_secret_of_a_write_is_in_what_is_logged_of_it(caplog: pytest.LogCaptureFixture) -> None:
    body = b'{"type":"VariableWritten","address":5,"value":"a-secret-password"}'
    assert list(codec.kept([KeptRecord(kind="VariableWritten", key="x", version=1, body=body)])) == []
    assert "a-secret-password" not in caplog.text


def test_every_kind_of_fact_is_known_here() -> None:
    """A fact that is in neither union would be lost at the next start."""
    made = {k for k in _leaves(Logged) | _leaves(Kept) if k.__module__ == "agent.core.facts"}
    assert made == set(LOGGED) | set(KEPT)
    assert EndSampleTaken in made


def _leaves(kind: type) -> set[type]:
    below: set[type] = set(kind.__subclasses__())
    return below.union(*(_leaves(k) for k in below)) if below else set()
