"""Meter values as OCPP 2.x writes them (part 2, 2.26 and following)."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final

from msgspec import UNSET

from agent.core.clock import Stamp
from agent.core.samples import Sample, SampleSet
from agent.ocpp.messages import v201
from agent.ocpp.v2x.edition import Edition

DATA_LENGTH_MAX: Final = 2500  # SignedMeterValueType: signedMeterData, publicKey
METHOD_LENGTH_MAX: Final = 50  # SignedMeterValueType: signingMethod, encodingMethod


class Meters:
    """Writes snapshots. A unit is always named, so that nobody has to know which one is the default."""

    def __init__(self, edition: Edition) -> None:
        self._m = edition.messages
        self._measurands = edition.measurands
        self._units: dict[str, v201.UnitOfMeasureType] = {}

    def meter_values(self, sets: Iterable[SampleSet], time: Callable[[Stamp], str]) -> list[v201.MeterValueType]:
        """One MeterValue for each snapshot that has a value this edition can tell."""
        value = self._m.MeterValueType
        out = []
        for found in sets:
            sampled = self._sampled(found)
            if sampled:
                out.append(value(timestamp=time(found.stamp), sampledValue=sampled))
        return out

    def _sampled(self, found: SampleSet) -> list[v201.SampledValueType]:
        sampled = self._m.SampledValueType
        context: Any = found.context.value
        out = []
        for sample in found.samples:
            measurand: Any = sample.measurand
            if measurand not in self._measurands:
                continue
            location: Any = sample.location
            phase: Any = sample.phase or UNSET
            out.append(
                sampled(
                    value=sample.value_milli / 1000,
                    context=context,
                    measurand=measurand,
                    location=location,
                    phase=phase,
                    unitOfMeasure=self._unit(sample.unit) if sample.unit else UNSET,
                    signedMeterValue=self._signed(sample) if sample.signed_data else UNSET,
                )
            )
        return out

    def _unit(self, unit: str) -> v201.UnitOfMeasureType:
        known = self._units.get(unit)
        if known is None:
            known = self._units[unit] = self._m.UnitOfMeasureType(unit=unit)
        return known

    def _signed(self, sample: Sample) -> v201.SignedMeterValueType | Any:
        """The signature, or nothing if it does not fit its fields: a cut one proves nothing."""
        fits = (
            len(sample.signed_data) <= DATA_LENGTH_MAX
            and len(sample.public_key) <= DATA_LENGTH_MAX
            and len(sample.signing_method) <= METHOD_LENGTH_MAX
            and len(sample.encoding_method) <= METHOD_LENGTH_MAX
        )
        if not fits:
            return UNSET
        return self._m.SignedMeterValueType(
            signedMeterData=sample.signed_data,
            signingMethod=sample.signing_method,
            encodingMethod=sample.encoding_method,
            publicKey=sample.public_key,
        )
