"""Words of the device model, spelled as the OCPP 2.0.1 JSON schemas spell them, and answers of the registry."""

from __future__ import annotations

from enum import StrEnum

from agent.variables.address import Address
from hal.value import frozen

# Part 2, 1.9.31 and the 2.0.1 schemas: lengths that hold for every variable.
NAME_LENGTH_MAX = 50
VALUE_LENGTH_MAX = 2500  # GetVariableResult, VariableAttribute
SET_VALUE_LENGTH_MAX = 1000  # SetVariableData, VariableCharacteristics.valuesList


class AttributeType(StrEnum):
    """AttributeEnumType."""

    ACTUAL = "Actual"
    TARGET = "Target"
    MIN_SET = "MinSet"
    MAX_SET = "MaxSet"


_ATTRIBUTES = frozenset(AttributeType)


class DataType(StrEnum):
    """DataEnumType."""

    STRING = "string"
    DECIMAL = "decimal"
    INTEGER = "integer"
    DATE_TIME = "dateTime"
    BOOLEAN = "boolean"
    OPTION_LIST = "OptionList"
    SEQUENCE_LIST = "SequenceList"
    MEMBER_LIST = "MemberList"


LIST_TYPES = frozenset({DataType.OPTION_LIST, DataType.SEQUENCE_LIST, DataType.MEMBER_LIST})


class Mutability(StrEnum):
    """MutabilityEnumType."""

    READ_ONLY = "ReadOnly"
    WRITE_ONLY = "WriteOnly"
    READ_WRITE = "ReadWrite"


class GetStatus(StrEnum):
    """GetVariableStatusEnumType."""

    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    UNKNOWN_COMPONENT = "UnknownComponent"
    UNKNOWN_VARIABLE = "UnknownVariable"
    NOT_SUPPORTED_ATTRIBUTE_TYPE = "NotSupportedAttributeType"


class SetStatus(StrEnum):
    """SetVariableStatusEnumType."""

    ACCEPTED = "Accepted"
    REJECTED = "Rejected"
    UNKNOWN_COMPONENT = "UnknownComponent"
    UNKNOWN_VARIABLE = "UnknownVariable"
    NOT_SUPPORTED_ATTRIBUTE_TYPE = "NotSupportedAttributeType"
    REBOOT_REQUIRED = "RebootRequired"


class Code(StrEnum):
    """Reason codes of part 2, appendix 5, for `statusInfo.reasonCode`; empty when nothing is to be said."""

    NONE = ""
    READ_ONLY = "ReadOnly"
    WRITE_ONLY = "WriteOnly"
    INVALID_VALUE = "InvalidValue"
    VALUE_TOO_LOW = "ValueTooLow"
    VALUE_TOO_HIGH = "ValueTooHigh"
    TOO_LARGE_ELEMENT = "TooLargeElement"
    NOT_FOUND = "NotFound"
    UNSUPPORTED_PARAM = "UnsupportedParam"


class Author(StrEnum):
    """Who asks for a change."""

    CSMS = "csms"
    LOCAL = "local"  # `evse var set`, or the station itself


class Layer(StrEnum):
    """Where an effective value comes from, strongest first."""

    LIVE = "live"
    HARDWARE = "hardware"
    PINNED = "pinned"  # the TOML file, with `pinned = true`
    WRITTEN = "written"  # by the CSMS or by `evse var set`; survives a restart
    FILE = "file"
    DEFAULT = "default"


class ReportKind(StrEnum):
    """ReportBaseEnumType."""

    CONFIGURATION = "ConfigurationInventory"
    FULL = "FullInventory"
    SUMMARY = "SummaryInventory"


@frozen
class Problem:
    """Why a text is not a value: a reason code and a sentence for a human (at most 512 characters, B05.FR.07)."""

    code: Code
    reason: str


@frozen
class GetResult:
    """Answer of `Registry.get`; `value` is the empty string unless accepted (B06.FR.06-09), and may be empty then too
    (B06.FR.13)."""

    status: GetStatus
    value: str = ""
    code: Code = Code.NONE


@frozen
class Change:
    """A validated change, to be made durable by the core and then given to `Registry.apply`.

    `value` is in canonical form; None takes the written value away, so that file or default show again. `secret` values
    never appear in the representation.
    """

    address: Address
    attribute: AttributeType
    value: str | None
    secret: bool = False

    def __repr__(self) -> str:
        shown = "***" if self.secret else repr(self.value)
        return f"Change({self.target}, {shown})"

    @property
    def target(self) -> str:
        """Text that names the attribute, for the ledger: the address, and `/MaxSet` where it is not Actual."""
        suffix = "" if self.attribute is AttributeType.ACTUAL else f"/{self.attribute}"
        return f"{self.address}{suffix}"

    @classmethod
    def of(cls, target: str, value: str | None) -> Change | None:
        """Rebuild a change from what the ledger kept; None if `target` is not one that `target` wrote."""
        text, _, attribute = target.partition("/")
        address = Address.parse(text)
        if address is None or (attribute and attribute not in _ATTRIBUTES):
            return None
        return cls(address, AttributeType(attribute or AttributeType.ACTUAL), value)


@frozen
class SetResult:
    """Answer of `Registry.plan_set`. `change` is None unless the status is Accepted or RebootRequired."""

    status: SetStatus
    reason: str = ""
    code: Code = Code.NONE
    change: Change | None = None

    @property
    def ok(self) -> bool:
        """Whether there is a change to apply."""
        return self.change is not None
