"""Meter samples in the domain's terms: OCPP 2.x measurand names, integers in thousandths of the unit."""

from __future__ import annotations

from enum import StrEnum

from msgspec import Struct

from agent.core.clock import Stamp


class Context(StrEnum):
    """Why a value was read (OCPP ReadingContext; the spelling is the same in 1.6 and 2.x)."""

    BEGIN = "Transaction.Begin"
    END = "Transaction.End"
    PERIODIC = "Sample.Periodic"
    CLOCK = "Sample.Clock"
    TRIGGER = "Trigger"
    INTERRUPTION_BEGIN = "Interruption.Begin"
    INTERRUPTION_END = "Interruption.End"
    OTHER = "Other"


class Sample(Struct, frozen=True, omit_defaults=True):
    """One measured value; `value_milli` is in thousandths of `unit` (Wh, W, A, V, Hz, Percent, Celsius)."""

    measurand: str
    value_milli: int
    unit: str
    phase: str = ""
    location: str = "Outlet"
    signed_data: str = ""
    signing_method: str = ""
    encoding_method: str = ""
    public_key: str = ""


class SampleSet(Struct, frozen=True):
    """Values read together, in one snapshot."""

    stamp: Stamp
    context: Context
    samples: tuple[Sample, ...]
