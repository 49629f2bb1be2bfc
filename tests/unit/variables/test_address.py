from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.variables.address import Address

NAMES = st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=1, max_size=50)
PLACES = st.one_of(
    st.just((0, 0)),
    st.tuples(st.integers(1, 9999), st.just(0)),
    st.tuples(st.integers(1, 9999), st.integers(1, 9999)),
)


def test_spelling_does_not_matter_for_lookup_but_is_kept() -> None:
    canonical = Address("TxCtrlr", "TxStartPoint")
    shouted = Address("TXCTRLR", "txstartpoint")
    assert canonical == shouted
    assert {canonical: 1}[shouted] == 1
    assert shouted.component == "TXCTRLR"


@pytest.mark.parametrize(
    "other",
    [
        Address("EVSE", "Power", 2),
        Address("EVSE", "Power", 1, 1),
        Address("EVSE", "Power", 1, component_instance="left"),
        Address("EVSE", "Power", 1, variable_instance="L1"),
        Address("EVSE", "Problem", 1),
        Address("Connector", "Power", 1),
        "EVSE:1.Power",
    ],
)
def test_every_part_counts(other: object) -> None:
    assert Address("EVSE", "Power", 1) != other


def test_place_is_changed_and_the_rest_stays() -> None:
    rotation = Address("Connector", "PhaseRotation", variable_instance="x")
    assert rotation.at(2, 1) == Address("Connector", "PhaseRotation", 2, 1, variable_instance="x")
    assert rotation.at(2, 1) is rotation.at(2, 1)


@pytest.mark.parametrize(
    ("address", "text"),
    [
        (Address("TxCtrlr", "TxStartPoint"), "TxCtrlr.TxStartPoint"),
        (Address("EVSE", "Power", 1), "EVSE:1.Power"),
        (Address("Connector", "PhaseRotation", 1, 2), "Connector:1:2.PhaseRotation"),
        (Address("A", "B", 3, 4, "left", "L1"), "A[left]:3:4.B[L1]"),
    ],
)
def test_text_form(address: Address, text: str) -> None:
    assert str(address) == text
    assert Address.parse(text) == address


@given(NAMES, NAMES, PLACES, st.one_of(st.just(""), NAMES), st.one_of(st.just(""), NAMES))
def test_text_form_reads_back(
    component: str, variable: str, place: tuple[int, int], instance: str, variable_instance: str
) -> None:
    address = Address(component, variable, *place, instance, variable_instance)
    assert Address.parse(str(address)) == address


@pytest.mark.parametrize(
    "text",
    ["", "TxCtrlr", ".Power", "EVSE.", "EVSE:x.Power", "EVSE:1:2:3.Power", "A.B.C", "A.B/MaxSet", "EVSE:12345.P"],
)
def test_what_is_not_an_address(text: str) -> None:
    assert Address.parse(text) is None
