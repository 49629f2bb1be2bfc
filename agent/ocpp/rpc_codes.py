"""Error codes of the OCPP RPC framework, their spelling per version, and which of them fits a refused payload.

Inside the agent a code has the name that OCPP 2.x gives it; `spelled` turns it into what the connection's version
calls it. Sources: OCPP-J 1.6 4.2.3 table 7 and its errata 5.1 and 5.2 (the two misspelt names stay as they are),
2.0.1 and 2.1 part 4, 4.3.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

import msgspec

Version = Literal["1.6", "2.0.1", "2.1"]


class ErrorCode(StrEnum):
    """Why a CALL (in 2.1 also a CALLRESULT) was refused, in the words of OCPP 2.x."""

    FORMAT_VIOLATION = "FormatViolation"
    GENERIC_ERROR = "GenericError"
    INTERNAL_ERROR = "InternalError"
    MESSAGE_TYPE_NOT_SUPPORTED = "MessageTypeNotSupported"
    NOT_IMPLEMENTED = "NotImplemented"  # the action is unknown
    NOT_SUPPORTED = "NotSupported"  # the action is known, and not served here
    OCCURRENCE_CONSTRAINT_VIOLATION = "OccurrenceConstraintViolation"
    PROPERTY_CONSTRAINT_VIOLATION = "PropertyConstraintViolation"
    PROTOCOL_ERROR = "ProtocolError"
    RPC_FRAMEWORK_ERROR = "RpcFrameworkError"
    SECURITY_ERROR = "SecurityError"
    TYPE_CONSTRAINT_VIOLATION = "TypeConstraintViolation"


_SPELLED_16: Final = {
    ErrorCode.FORMAT_VIOLATION: "FormationViolation",
    ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION: "OccurenceConstraintViolation",
    # 1.6 has neither of these: "any other error not covered by the previous ones"
    ErrorCode.MESSAGE_TYPE_NOT_SUPPORTED: "GenericError",
    ErrorCode.RPC_FRAMEWORK_ERROR: "GenericError",
}


def spelled(version: Version, code: ErrorCode) -> str:
    """The code as a frame of this version writes it."""
    return _SPELLED_16.get(code, code.value) if version == "1.6" else code.value


def malformed_call(version: Version) -> ErrorCode:
    """For a CALL whose id can be read but which is no valid frame otherwise.

    2.x has a code for what is no RPC request; in 1.6 it does not conform to the PDU structure.
    """
    return ErrorCode.FORMAT_VIOLATION if version == "1.6" else ErrorCode.RPC_FRAMEWORK_ERROR


def refused_payload(version: Version, error: Exception) -> tuple[ErrorCode, str]:
    """Code and description for what msgspec (or the recursion limit) said of a payload.

    The kinds of failure are told apart by msgspec's wording, which the unit tests pin down one by one.
    """
    text = str(error)
    reason, _, place = text.partition(" - at `")
    place = place.removesuffix("`")
    described = f"{reason} at {place}" if place else reason
    if not isinstance(error, msgspec.ValidationError):
        return ErrorCode.FORMAT_VIOLATION, described  # not JSON at all
    if reason.startswith(("Object missing required field", "Expected `array` of length")):
        return ErrorCode.OCCURRENCE_CONSTRAINT_VIOLATION, described
    if reason.startswith("Object contains unknown field") or (", got `" in reason and not place):
        # Not conform the PDU structure: FormationViolation in 1.6 (4.2.3), ProtocolError in 2.x (4.3)
        return (ErrorCode.FORMAT_VIOLATION if version == "1.6" else ErrorCode.PROTOCOL_ERROR), described
    if ", got `" in reason:
        return ErrorCode.TYPE_CONSTRAINT_VIOLATION, described
    if reason.startswith("Expected `str` matching regex"):
        described = f"Expected an RFC 3339 date-time at {place}"  # the only pattern in the messages
    # enumeration, length, range, date-time, multiple: a field with an invalid value
    return ErrorCode.PROPERTY_CONSTRAINT_VIOLATION, described
