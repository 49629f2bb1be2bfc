"""Meter values as OCPP 1.6 writes them (§7.27 and following)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final, get_args

import msgspec

from agent.core.clock import Stamp
from agent.core.samples import Sample, SampleSet
from agent.ocpp.messages import v16

_MEASURANDS: Final = frozenset(get_args(v16.Measurand))  # 2.x knows more of them
_UNITS: Final = frozenset(get_args(v16.UnitOfMeasure))  # no Hz among them


def number(milli: int) -> str:
    """Thousandths as a decimal without needless zeros: 12500 is `12.5`."""
    whole, part = divmod(abs(milli), 1000)
    sign = "-" if milli < 0 else ""
    return f"{sign}{whole}" if part == 0 else f"{sign}{whole}.{part:03d}".rstrip("0")


def sampled_value(sample: Sample, context: str) -> dict[str, Any]:
    value: dict[str, Any] = {
        "value": number(sample.value_milli),
        "context": context,
        "format": "Raw",
        "measurand": sample.measurand,
        "location": sample.location,
    }
    if sample.phase:
        value["phase"] = sample.phase
    if sample.unit in _UNITS:
        value["unit"] = sample.unit
    return value


def signed_value(sample: Sample, context: str) -> dict[str, Any]:
    """A signed value beside the plain one: format SignedData, its content the JSON of the OCA note on signed values."""
    blob = {
        "signedMeterData": sample.signed_data,
        "encodingMethod": sample.encoding_method,
        "publicKey": sample.public_key,
    }
    return {
        "value": msgspec.json.encode(blob).decode(),
        "context": context,
        "format": "SignedData",
        "measurand": sample.measurand,
        "location": sample.location,
    }


def meter_values(sets: Iterable[SampleSet], time: Callable[[Stamp], str]) -> list[dict[str, Any]]:
    """One MeterValue for each snapshot that has a value this version can tell."""
    out = []
    for found in sets:
        known = [s for s in found.samples if s.measurand in _MEASURANDS]
        values = [sampled_value(s, found.context.value) for s in known]
        values += [signed_value(s, found.context.value) for s in known if s.signed_data]
        if values:
            out.append({"timestamp": time(found.stamp), "sampledValue": values})
    return out
