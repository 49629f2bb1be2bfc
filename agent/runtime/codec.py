"""Facts as the ledger's records, and back.

The body is the fact's own JSON with its name as tag. A field that this release does not know is passed over and one
that is missing has its default, so that the release before and the one after read each other's ledgers. A kind that is
not known stays in the ledger untouched.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator

import msgspec

from agent.core.facts import (
    AnyKept,
    AnyLogged,
    Kept,
    Logged,
    TokenCached,
    TransactionKept,
    TransactionPhase,
    TransactionRecorded,
    VariableWritten,
    WireIdLearned,
)
from agent.ocpp.outbox_facts import class_of
from agent.store.records import Batch, KeptRecord, LogRecord

log = logging.getLogger(__name__)

VERSION = 1

_encoder = msgspec.json.Encoder()
_logged: msgspec.json.Decoder[AnyLogged] = msgspec.json.Decoder(AnyLogged)
_kept: msgspec.json.Decoder[AnyKept] = msgspec.json.Decoder(AnyKept)


def log_record(fact: AnyLogged) -> LogRecord:
    stamp = fact.stamp
    tx = getattr(fact, "tx", None)
    return LogRecord(
        seq=fact.seq,
        kind=type(fact).__name__,
        version=VERSION,
        cls=class_of(fact),
        tx=tx,
        evse=getattr(fact, "evse", 0),
        boot=stamp.boot,
        mono_ms=stamp.mono_ms,
        wall_ms=stamp.wall_ms,
        body=_encoder.encode(fact),
        ends=isinstance(fact, TransactionRecorded) and fact.phase is TransactionPhase.ENDED,
    )


def kept_record(fact: AnyKept) -> KeptRecord:
    body = None if _removes(fact) else _encoder.encode(fact)
    return KeptRecord(kind=type(fact).__name__, key=fact.key, version=VERSION, body=body)


def _removes(fact: AnyKept) -> bool:
    match fact:
        case TransactionKept():
            return not fact.open
        case TokenCached():
            return fact.info is None
        case VariableWritten():
            return fact.value is None
        case WireIdLearned():
            return fact.wire_id is None
        case _:
            return False


def batch(facts: Iterable[AnyLogged | AnyKept]) -> Batch:
    """One commit. Of several states under one key only the last is written."""
    logged: list[LogRecord] = []
    kept: dict[tuple[str, str], KeptRecord] = {}
    for fact in facts:
        if isinstance(fact, Logged):
            logged.append(log_record(fact))
        elif isinstance(fact, Kept):
            record = kept_record(fact)
            kept[record.kind, record.key] = record
    return Batch(log=tuple(logged), kept=tuple(kept.values()), essential=True)


def logged(records: Iterable[LogRecord]) -> Iterator[AnyLogged]:
    """The facts of log records; one that cannot be read is named and passed over."""
    for record in records:
        try:
            yield _logged.decode(record.body)
        except msgspec.MsgspecError as error:
            log.error("a record of the log cannot be read", extra={"seq": record.seq, "why": str(error)})


def kept(records: Iterable[KeptRecord]) -> Iterator[AnyKept]:
    for record in records:
        if record.body is None:
            continue
        try:
            yield _kept.decode(record.body)
        except msgspec.MsgspecError as error:
            log.error("a kept record cannot be read", extra={"kind": record.kind, "why": str(error)})
