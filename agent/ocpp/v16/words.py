"""The domain's words in those of OCPP 1.6."""

from __future__ import annotations

from typing import Final

from agent.core.facts import StopReason
from hal.types import FaultCode

# ChargePointErrorCode (§7.6). A code that is not here is OtherError.
ERROR_CODES: Final[dict[FaultCode, str]] = {
    FaultCode.LOCK: "ConnectorLockFailure",
    FaultCode.DIODE: "EVCommunicationError",
    FaultCode.PILOT_SHORT: "EVCommunicationError",
    FaultCode.RESIDUAL_CURRENT: "GroundFailure",
    FaultCode.GROUND: "GroundFailure",
    FaultCode.OVER_TEMPERATURE: "HighTemperature",
    FaultCode.INTERNAL: "InternalError",
    FaultCode.GUARD_LOST: "InternalError",
    FaultCode.OVER_CURRENT: "OverCurrentFailure",
    FaultCode.OVER_VOLTAGE: "OverVoltage",
    FaultCode.POWER_METER: "PowerMeterFailure",
    FaultCode.METER_IMPLAUSIBLE: "PowerMeterFailure",
    FaultCode.CONTACTOR_WELDED: "PowerSwitchFailure",
    FaultCode.CONTACTOR_STUCK_OPEN: "PowerSwitchFailure",
    FaultCode.READER: "ReaderFailure",
    FaultCode.UNDER_VOLTAGE: "UnderVoltage",
    FaultCode.BROWNOUT: "UnderVoltage",
}

# What a device may name itself (the bench's `ocpp16_error_code`): the whole of ChargePointErrorCode.
ERROR_CODE_NAMES: Final = frozenset(
    {*ERROR_CODES.values(), "LocalListConflict", "NoError", "OtherError", "ResetFailure", "WeakSignal"}
)

# Reason (§7.36). A reason that is not here is Other.
STOP_REASONS: Final[dict[StopReason, str]] = {
    StopReason.DE_AUTHORIZED: "DeAuthorized",
    StopReason.EMERGENCY_STOP: "EmergencyStop",
    StopReason.EV_DISCONNECTED: "EVDisconnected",
    StopReason.IMMEDIATE_RESET: "HardReset",
    StopReason.REBOOT: "SoftReset",
    StopReason.LOCAL: "Local",
    StopReason.MASTER_PASS: "Local",
    StopReason.POWER_LOSS: "PowerLoss",
    StopReason.REMOTE: "Remote",
    StopReason.UNLOCK_COMMAND: "UnlockCommand",
}
