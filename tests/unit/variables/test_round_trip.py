"""Whatever a variable takes, it gives back, and it survives a restart."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from agent.secret import Secret
from agent.variables.address import Address
from agent.variables.instance import Cell, Variable
from agent.variables.registry import Registry
from agent.variables.topology import ENERGY, Evse, Outlet, Topology
from agent.variables.vocabulary import (
    AttributeType,
    Author,
    Change,
    DataType,
    GetStatus,
    Mutability,
    SetStatus,
)

TOPOLOGY = Topology(
    evses=(
        Evse(connectors=(Outlet(has_lock=True), Outlet("cType2")), measurands=(ENERGY, "Voltage"), signed_values=True),
        Evse(phases=1, bay_sensor=True, measurands=(ENERGY, "Current.Import")),
    ),
    network_profiles={1: 1, 2: 2, 3: 1},
)
SETTABLE = [
    (variable.address, cell.attribute)
    for variable in Registry(TOPOLOGY).variables()
    for cell in variable.cells
    if variable.mutability(cell) is not Mutability.READ_ONLY
]


def texts(variable: Variable, cell: Cell) -> st.SearchStrategy[str]:
    """Valid values of a variable, drawn from its characteristics."""
    low, high = variable.minimum, variable.maximum
    match variable.definition.type:
        case DataType.INTEGER:
            return st.integers(int(low or 0), int(high if high is not None else 2**31 - 1)).map(str)
        case DataType.DECIMAL:
            return st.decimals(low or 0, high, places=2).map(lambda number: format(number, "f"))
        case DataType.BOOLEAN:
            return st.sampled_from(["true", "false"])
        case DataType.OPTION_LIST:
            return st.sampled_from(variable.values)
        case DataType.MEMBER_LIST | DataType.SEQUENCE_LIST:
            least = 1 if variable.definition.filled else 0
            return st.lists(st.sampled_from(variable.values), unique=True, min_size=least).map(",".join)
        case _:
            if variable.definition.pattern:
                return st.from_regex(variable.definition.pattern, fullmatch=True).filter(
                    lambda text: int(low or 0) <= len(text) <= int(high or 1000)
                )
            return st.text(st.characters(exclude_categories=["C"]), max_size=int(high or 100))


def test_there_is_something_to_set() -> None:
    assert len(SETTABLE) > 40
    assert {variable.definition.type for variable in Registry(TOPOLOGY).variables()} == set(DataType)


@settings(max_examples=400, deadline=None)
@given(st.data(), st.sampled_from(SETTABLE), st.sampled_from(Author))
def test_every_settable_variable_round_trips(
    data: st.DataObject, settable: tuple[Address, AttributeType], who: Author
) -> None:
    address, attribute = settable
    registry = Registry(TOPOLOGY)
    variable = registry.variable(address)
    assert variable is not None
    cell = variable.cell(attribute)
    assert cell is not None
    text = data.draw(texts(variable, cell))

    result = registry.plan_set(address, text, attribute, who=who)
    assert result.status in {SetStatus.ACCEPTED, SetStatus.REBOOT_REQUIRED}, result
    change = result.change
    assert change is not None
    assert (change.address, change.attribute) == (address, attribute)
    registry.apply(change)
    answer = registry.get(address, attribute)
    if variable.definition.secret:
        assert answer.status is GetStatus.REJECTED
        assert registry.secret(address) == Secret(text.encode())
    else:
        assert answer.value == text

    restarted = Registry(TOPOLOGY)
    kept = Change.of(change.target, change.value)
    assert kept is not None
    assert restarted.restore([kept]) == []
    assert restarted.get(address, attribute) == answer
    if variable.definition.secret:
        assert restarted.secret(address) == registry.secret(address)


@settings(deadline=None)
@given(st.sampled_from([variable.address for variable in Registry(TOPOLOGY).variables()]), st.text(max_size=1100))
def test_nothing_that_a_csms_sends_raises(address: Address, text: str) -> None:
    registry = Registry(TOPOLOGY)
    for attribute in AttributeType:
        result = registry.plan_set(address, text, attribute)
        assert result.ok == (result.status in {SetStatus.ACCEPTED, SetStatus.REBOOT_REQUIRED})
        assert len(result.reason) <= 512
        if result.change is not None:
            registry.apply(result.change)
