"""Messages of OCPP 2.1 as msgspec Structs. Generated: do not edit.

Written by tests/tools/generate_messages.py from the JSON schemas of the Open Charge Alliance.
"""

from typing import Annotated, Any, Literal, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from agent.ocpp.messages.date_time import DateTime

T = TypeVar("T")

FloatFrom0To100 = Annotated[float, Meta(ge=0.0, le=100.0)]
FloatTo0 = Annotated[float, Meta(le=0.0)]
IntFrom0 = Annotated[int, Meta(ge=0, le=2**63 - 1)]
IntFrom0To100 = Annotated[int, Meta(ge=0, le=100)]
IntFrom0To3 = Annotated[int, Meta(ge=0, le=3)]
IntFrom1 = Annotated[int, Meta(ge=1, le=2**63 - 1)]
Integer = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
ListFrom1 = Annotated[list[T], Meta(min_length=1)]
ListFrom1To10 = Annotated[list[T], Meta(min_length=1, max_length=10)]
ListFrom1To100 = Annotated[list[T], Meta(min_length=1, max_length=100)]
ListFrom1To1024 = Annotated[list[T], Meta(min_length=1, max_length=1024)]
ListFrom1To20 = Annotated[list[T], Meta(min_length=1, max_length=20)]
ListFrom1To24 = Annotated[list[T], Meta(min_length=1, max_length=24)]
ListFrom1To3 = Annotated[list[T], Meta(min_length=1, max_length=3)]
ListFrom1To4 = Annotated[list[T], Meta(min_length=1, max_length=4)]
ListFrom1To5 = Annotated[list[T], Meta(min_length=1, max_length=5)]
ListFrom1To7 = Annotated[list[T], Meta(min_length=1, max_length=7)]
ListFrom1To8 = Annotated[list[T], Meta(min_length=1, max_length=8)]
Str100 = Annotated[str, Meta(max_length=100)]
Str1000 = Annotated[str, Meta(max_length=1000)]
Str10000 = Annotated[str, Meta(max_length=10000)]
Str1024 = Annotated[str, Meta(max_length=1024)]
Str11000 = Annotated[str, Meta(max_length=11000)]
Str128 = Annotated[str, Meta(max_length=128)]
Str16 = Annotated[str, Meta(max_length=16)]
Str160 = Annotated[str, Meta(max_length=160)]
Str17000 = Annotated[str, Meta(max_length=17000)]
Str18000 = Annotated[str, Meta(max_length=18000)]
Str20 = Annotated[str, Meta(max_length=20)]
Str200 = Annotated[str, Meta(max_length=200)]
Str2000 = Annotated[str, Meta(max_length=2000)]
Str25 = Annotated[str, Meta(max_length=25)]
Str2500 = Annotated[str, Meta(max_length=2500)]
Str255 = Annotated[str, Meta(max_length=255)]
Str256 = Annotated[str, Meta(max_length=256)]
Str3 = Annotated[str, Meta(max_length=3)]
Str32 = Annotated[str, Meta(max_length=32)]
Str32768 = Annotated[str, Meta(max_length=32768)]
Str36 = Annotated[str, Meta(max_length=36)]
Str40 = Annotated[str, Meta(max_length=40)]
Str48 = Annotated[str, Meta(max_length=48)]
Str50 = Annotated[str, Meta(max_length=50)]
Str500 = Annotated[str, Meta(max_length=500)]
Str512 = Annotated[str, Meta(max_length=512)]
Str5500 = Annotated[str, Meta(max_length=5500)]
Str6 = Annotated[str, Meta(max_length=6)]
Str60 = Annotated[str, Meta(max_length=60)]
Str64 = Annotated[str, Meta(max_length=64)]
Str8 = Annotated[str, Meta(max_length=8)]
Str80 = Annotated[str, Meta(max_length=80)]
Str800 = Annotated[str, Meta(max_length=800)]
Str88 = Annotated[str, Meta(max_length=88)]

APNAuthenticationEnumType = Literal["PAP", "CHAP", "NONE", "AUTO"]
AttributeEnumType = Literal["Actual", "Target", "MinSet", "MaxSet"]
AuthorizationStatusEnumType = Literal[
    "Accepted",
    "Blocked",
    "ConcurrentTx",
    "Expired",
    "Invalid",
    "NoCredit",
    "NotAllowedTypeEVSE",
    "NotAtThisLocation",
    "NotAtThisTime",
    "Unknown",
]
AuthorizeCertificateStatusEnumType = Literal[
    "Accepted",
    "SignatureError",
    "CertificateExpired",
    "CertificateRevoked",
    "NoCertificateAvailable",
    "CertChainError",
    "ContractCancelled",
]
BatterySwapEventEnumType = Literal["BatteryIn", "BatteryOut", "BatteryOutTimeout"]
BootReasonEnumType = Literal[
    "ApplicationReset",
    "FirmwareUpdate",
    "LocalReset",
    "PowerUp",
    "RemoteReset",
    "ScheduledReset",
    "Triggered",
    "Unknown",
    "Watchdog",
]
CancelReservationStatusEnumType = Literal["Accepted", "Rejected"]
CertificateActionEnumType = Literal["Install", "Update"]
CertificateSignedStatusEnumType = Literal["Accepted", "Rejected"]
CertificateSigningUseEnumType = Literal["ChargingStationCertificate", "V2GCertificate", "V2G20Certificate"]
CertificateStatusEnumType = Literal["Good", "Revoked", "Unknown", "Failed"]
CertificateStatusSourceEnumType = Literal["CRL", "OCSP"]
ChangeAvailabilityStatusEnumType = Literal["Accepted", "Rejected", "Scheduled"]
ChargingProfileKindEnumType = Literal["Absolute", "Recurring", "Relative", "Dynamic"]
ChargingProfilePurposeEnumType = Literal[
    "ChargingStationExternalConstraints",
    "ChargingStationMaxProfile",
    "TxDefaultProfile",
    "TxProfile",
    "PriorityCharging",
    "LocalGeneration",
]
ChargingProfileStatusEnumType = Literal["Accepted", "Rejected"]
ChargingRateUnitEnumType = Literal["W", "A"]
ChargingStateEnumType = Literal["EVConnected", "Charging", "SuspendedEV", "SuspendedEVSE", "Idle"]
ClearCacheStatusEnumType = Literal["Accepted", "Rejected"]
ClearChargingProfileStatusEnumType = Literal["Accepted", "Unknown"]
ClearMessageStatusEnumType = Literal["Accepted", "Unknown", "Rejected"]
ClearMonitoringStatusEnumType = Literal["Accepted", "Rejected", "NotFound"]
ComponentCriterionEnumType = Literal["Active", "Available", "Enabled", "Problem"]
ConnectorStatusEnumType = Literal["Available", "Occupied", "Reserved", "Unavailable", "Faulted"]
ControlModeEnumType = Literal["ScheduledControl", "DynamicControl"]
CostDimensionEnumType = Literal[
    "Energy",
    "MaxCurrent",
    "MinCurrent",
    "MaxPower",
    "MinPower",
    "IdleTIme",
    "ChargingTime",
]
CostKindEnumType = Literal["CarbonDioxideEmission", "RelativePricePercentage", "RenewableGenerationPercentage"]
CustomerInformationStatusEnumType = Literal["Accepted", "Rejected", "Invalid"]
DERControlEnumType = Literal[
    "EnterService",
    "FreqDroop",
    "FreqWatt",
    "FixedPFAbsorb",
    "FixedPFInject",
    "FixedVar",
    "Gradients",
    "HFMustTrip",
    "HFMayTrip",
    "HVMustTrip",
    "HVMomCess",
    "HVMayTrip",
    "LimitMaxDischarge",
    "LFMustTrip",
    "LVMustTrip",
    "LVMomCess",
    "LVMayTrip",
    "PowerMonitoringMustTrip",
    "VoltVar",
    "VoltWatt",
    "WattPF",
    "WattVar",
]
DERControlStatusEnumType = Literal["Accepted", "Rejected", "NotSupported", "NotFound"]
DERUnitEnumType = Literal["Not_Applicable", "PctMaxW", "PctMaxVar", "PctWAvail", "PctVarAvail", "PctEffectiveV"]
DataEnumType = Literal[
    "string",
    "decimal",
    "integer",
    "dateTime",
    "boolean",
    "OptionList",
    "SequenceList",
    "MemberList",
]
DataTransferStatusEnumType = Literal["Accepted", "Rejected", "UnknownMessageId", "UnknownVendorId"]
DayOfWeekEnumType = Literal["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
DeleteCertificateStatusEnumType = Literal["Accepted", "Failed", "NotFound"]
DisplayMessageStatusEnumType = Literal[
    "Accepted",
    "NotSupportedMessageFormat",
    "Rejected",
    "NotSupportedPriority",
    "NotSupportedState",
    "UnknownTransaction",
    "LanguageNotSupported",
]
EnergyTransferModeEnumType = Literal[
    "AC_single_phase",
    "AC_two_phase",
    "AC_three_phase",
    "DC",
    "AC_BPT",
    "AC_BPT_DER",
    "AC_DER",
    "DC_BPT",
    "DC_ACDP",
    "DC_ACDP_BPT",
    "WPT",
]
EventNotificationEnumType = Literal[
    "HardWiredNotification",
    "HardWiredMonitor",
    "PreconfiguredMonitor",
    "CustomMonitor",
]
EventTriggerEnumType = Literal["Alerting", "Delta", "Periodic"]
EvseKindEnumType = Literal["AC", "DC"]
FirmwareStatusEnumType = Literal[
    "Downloaded",
    "DownloadFailed",
    "Downloading",
    "DownloadScheduled",
    "DownloadPaused",
    "Idle",
    "InstallationFailed",
    "Installing",
    "Installed",
    "InstallRebooting",
    "InstallScheduled",
    "InstallVerificationFailed",
    "InvalidSignature",
    "SignatureVerified",
]
GenericDeviceModelStatusEnumType = Literal["Accepted", "Rejected", "NotSupported", "EmptyResultSet"]
GenericStatusEnumType = Literal["Accepted", "Rejected"]
GetCertificateIdUseEnumType = Literal[
    "V2GRootCertificate",
    "MORootCertificate",
    "CSMSRootCertificate",
    "V2GCertificateChain",
    "ManufacturerRootCertificate",
    "OEMRootCertificate",
]
GetCertificateStatusEnumType = Literal["Accepted", "Failed"]
GetChargingProfileStatusEnumType = Literal["Accepted", "NoProfiles"]
GetDisplayMessagesStatusEnumType = Literal["Accepted", "Unknown"]
GetInstalledCertificateStatusEnumType = Literal["Accepted", "NotFound"]
GetVariableStatusEnumType = Literal[
    "Accepted",
    "Rejected",
    "UnknownComponent",
    "UnknownVariable",
    "NotSupportedAttributeType",
]
GridEventFaultEnumType = Literal[
    "CurrentImbalance",
    "LocalEmergency",
    "LowInputPower",
    "OverCurrent",
    "OverFrequency",
    "OverVoltage",
    "PhaseRotation",
    "RemoteEmergency",
    "UnderFrequency",
    "UnderVoltage",
    "VoltageImbalance",
]
HashAlgorithmEnumType = Literal["SHA256", "SHA384", "SHA512"]
InstallCertificateStatusEnumType = Literal["Accepted", "Rejected", "Failed"]
InstallCertificateUseEnumType = Literal[
    "V2GRootCertificate",
    "MORootCertificate",
    "ManufacturerRootCertificate",
    "CSMSRootCertificate",
    "OEMRootCertificate",
]
IslandingDetectionEnumType = Literal[
    "NoAntiIslandingSupport",
    "RoCoF",
    "UVP_OVP",
    "UFP_OFP",
    "VoltageVectorShift",
    "ZeroCrossingDetection",
    "OtherPassive",
    "ImpedanceMeasurement",
    "ImpedanceAtFrequency",
    "SlipModeFrequencyShift",
    "SandiaFrequencyShift",
    "SandiaVoltageShift",
    "FrequencyJump",
    "RCLQFactor",
    "OtherActive",
]
Iso15118EVCertificateStatusEnumType = Literal["Accepted", "Failed"]
LocationEnumType = Literal["Body", "Cable", "EV", "Inlet", "Outlet", "Upstream"]
LogEnumType = Literal["DiagnosticsLog", "SecurityLog", "DataCollectorLog"]
LogStatusEnumType = Literal["Accepted", "Rejected", "AcceptedCanceled"]
MeasurandEnumType = Literal[
    "Current.Export",
    "Current.Export.Offered",
    "Current.Export.Minimum",
    "Current.Import",
    "Current.Import.Offered",
    "Current.Import.Minimum",
    "Current.Offered",
    "Display.PresentSOC",
    "Display.MinimumSOC",
    "Display.TargetSOC",
    "Display.MaximumSOC",
    "Display.RemainingTimeToMinimumSOC",
    "Display.RemainingTimeToTargetSOC",
    "Display.RemainingTimeToMaximumSOC",
    "Display.ChargingComplete",
    "Display.BatteryEnergyCapacity",
    "Display.InletHot",
    "Energy.Active.Export.Interval",
    "Energy.Active.Export.Register",
    "Energy.Active.Import.Interval",
    "Energy.Active.Import.Register",
    "Energy.Active.Import.CableLoss",
    "Energy.Active.Import.LocalGeneration.Register",
    "Energy.Active.Net",
    "Energy.Active.Setpoint.Interval",
    "Energy.Apparent.Export",
    "Energy.Apparent.Import",
    "Energy.Apparent.Net",
    "Energy.Reactive.Export.Interval",
    "Energy.Reactive.Export.Register",
    "Energy.Reactive.Import.Interval",
    "Energy.Reactive.Import.Register",
    "Energy.Reactive.Net",
    "EnergyRequest.Target",
    "EnergyRequest.Minimum",
    "EnergyRequest.Maximum",
    "EnergyRequest.Minimum.V2X",
    "EnergyRequest.Maximum.V2X",
    "EnergyRequest.Bulk",
    "Frequency",
    "Power.Active.Export",
    "Power.Active.Import",
    "Power.Active.Setpoint",
    "Power.Active.Residual",
    "Power.Export.Minimum",
    "Power.Export.Offered",
    "Power.Factor",
    "Power.Import.Offered",
    "Power.Import.Minimum",
    "Power.Offered",
    "Power.Reactive.Export",
    "Power.Reactive.Import",
    "SoC",
    "Voltage",
    "Voltage.Minimum",
    "Voltage.Maximum",
]
MessageFormatEnumType = Literal["ASCII", "HTML", "URI", "UTF8", "QRCODE"]
MessagePriorityEnumType = Literal["AlwaysFront", "InFront", "NormalCycle"]
MessageStateEnumType = Literal["Charging", "Faulted", "Idle", "Unavailable", "Suspended", "Discharging"]
MessageTriggerEnumType = Literal[
    "BootNotification",
    "LogStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "MeterValues",
    "SignChargingStationCertificate",
    "SignV2GCertificate",
    "SignV2G20Certificate",
    "StatusNotification",
    "TransactionEvent",
    "SignCombinedCertificate",
    "PublishFirmwareStatusNotification",
    "CustomTrigger",
]
MobilityNeedsModeEnumType = Literal["EVCC", "EVCC_SECC"]
MonitorEnumType = Literal[
    "UpperThreshold",
    "LowerThreshold",
    "Delta",
    "Periodic",
    "PeriodicClockAligned",
    "TargetDelta",
    "TargetDeltaRelative",
]
MonitoringBaseEnumType = Literal["All", "FactoryDefault", "HardWiredOnly"]
MonitoringCriterionEnumType = Literal["ThresholdMonitoring", "DeltaMonitoring", "PeriodicMonitoring"]
MutabilityEnumType = Literal["ReadOnly", "WriteOnly", "ReadWrite"]
NotifyAllowedEnergyTransferStatusEnumType = Literal["Accepted", "Rejected"]
NotifyEVChargingNeedsStatusEnumType = Literal["Accepted", "Rejected", "Processing", "NoChargingProfile"]
OCPPInterfaceEnumType = Literal[
    "Wired0",
    "Wired1",
    "Wired2",
    "Wired3",
    "Wireless0",
    "Wireless1",
    "Wireless2",
    "Wireless3",
    "Any",
]
OCPPTransportEnumType = Literal["SOAP", "JSON"]
OCPPVersionEnumType = Literal["OCPP12", "OCPP15", "OCPP16", "OCPP20", "OCPP201", "OCPP21"]
OperationModeEnumType = Literal[
    "Idle",
    "ChargingOnly",
    "CentralSetpoint",
    "ExternalSetpoint",
    "ExternalLimits",
    "CentralFrequency",
    "LocalFrequency",
    "LocalLoadBalancing",
]
OperationalStatusEnumType = Literal["Inoperative", "Operative"]
PaymentStatusEnumType = Literal["Settled", "Canceled", "Rejected", "Failed"]
PhaseEnumType = Literal["L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"]
PowerDuringCessationEnumType = Literal["Active", "Reactive"]
PreconditioningStatusEnumType = Literal["Unknown", "Ready", "NotReady", "Preconditioning"]
PriorityChargingStatusEnumType = Literal["Accepted", "Rejected", "NoProfile"]
PublishFirmwareStatusEnumType = Literal[
    "Idle",
    "DownloadScheduled",
    "Downloading",
    "Downloaded",
    "Published",
    "DownloadFailed",
    "DownloadPaused",
    "InvalidChecksum",
    "ChecksumVerified",
    "PublishFailed",
]
ReadingContextEnumType = Literal[
    "Interruption.Begin",
    "Interruption.End",
    "Other",
    "Sample.Clock",
    "Sample.Periodic",
    "Transaction.Begin",
    "Transaction.End",
    "Trigger",
]
ReasonEnumType = Literal[
    "DeAuthorized",
    "EmergencyStop",
    "EnergyLimitReached",
    "EVDisconnected",
    "GroundFault",
    "ImmediateReset",
    "MasterPass",
    "Local",
    "LocalOutOfCredit",
    "Other",
    "OvercurrentFault",
    "PowerLoss",
    "PowerQuality",
    "Reboot",
    "Remote",
    "SOCLimitReached",
    "StoppedByEV",
    "TimeLimitReached",
    "Timeout",
    "ReqEnergyTransferRejected",
]
RecurrencyKindEnumType = Literal["Daily", "Weekly"]
RegistrationStatusEnumType = Literal["Accepted", "Pending", "Rejected"]
ReportBaseEnumType = Literal["ConfigurationInventory", "FullInventory", "SummaryInventory"]
RequestStartStopStatusEnumType = Literal["Accepted", "Rejected"]
ReservationUpdateStatusEnumType = Literal["Expired", "Removed", "NoTransaction"]
ReserveNowStatusEnumType = Literal["Accepted", "Faulted", "Occupied", "Rejected", "Unavailable"]
ResetEnumType = Literal["Immediate", "OnIdle", "ImmediateAndResume"]
ResetStatusEnumType = Literal["Accepted", "Rejected", "Scheduled"]
SendLocalListStatusEnumType = Literal["Accepted", "Failed", "VersionMismatch"]
SetMonitoringStatusEnumType = Literal[
    "Accepted",
    "UnknownComponent",
    "UnknownVariable",
    "UnsupportedMonitorType",
    "Rejected",
    "Duplicate",
]
SetNetworkProfileStatusEnumType = Literal["Accepted", "Rejected", "Failed"]
SetVariableStatusEnumType = Literal[
    "Accepted",
    "Rejected",
    "UnknownComponent",
    "UnknownVariable",
    "NotSupportedAttributeType",
    "RebootRequired",
]
TariffChangeStatusEnumType = Literal[
    "Accepted",
    "Rejected",
    "TooManyElements",
    "ConditionNotSupported",
    "TxNotFound",
    "NoCurrencyChange",
]
TariffClearStatusEnumType = Literal["Accepted", "Rejected", "NoTariff"]
TariffCostEnumType = Literal["NormalCost", "MinCost", "MaxCost"]
TariffGetStatusEnumType = Literal["Accepted", "Rejected", "NoTariff"]
TariffKindEnumType = Literal["DefaultTariff", "DriverTariff"]
TariffSetStatusEnumType = Literal[
    "Accepted",
    "Rejected",
    "TooManyElements",
    "ConditionNotSupported",
    "DuplicateTariffId",
]
TransactionEventEnumType = Literal["Ended", "Started", "Updated"]
TriggerMessageStatusEnumType = Literal["Accepted", "Rejected", "NotImplemented"]
TriggerReasonEnumType = Literal[
    "AbnormalCondition",
    "Authorized",
    "CablePluggedIn",
    "ChargingRateChanged",
    "ChargingStateChanged",
    "CostLimitReached",
    "Deauthorized",
    "EnergyLimitReached",
    "EVCommunicationLost",
    "EVConnectTimeout",
    "EVDeparted",
    "EVDetected",
    "LimitSet",
    "MeterValueClock",
    "MeterValuePeriodic",
    "OperationModeChanged",
    "RemoteStart",
    "RemoteStop",
    "ResetCommand",
    "RunningCost",
    "SignedDataReceived",
    "SoCLimitReached",
    "StopAuthorized",
    "TariffChanged",
    "TariffNotAccepted",
    "TimeLimitReached",
    "Trigger",
    "TxResumed",
    "UnlockCommand",
]
UnlockStatusEnumType = Literal["Unlocked", "UnlockFailed", "OngoingAuthorizedTransaction", "UnknownConnector"]
UnpublishFirmwareStatusEnumType = Literal["DownloadOngoing", "NoFirmware", "Unpublished"]
UpdateEnumType = Literal["Differential", "Full"]
UpdateFirmwareStatusEnumType = Literal[
    "Accepted",
    "Rejected",
    "AcceptedCanceled",
    "InvalidCertificate",
    "RevokedCertificate",
]
UploadLogStatusEnumType = Literal[
    "BadMessage",
    "Idle",
    "NotSupportedOperation",
    "PermissionDenied",
    "Uploaded",
    "UploadFailure",
    "Uploading",
    "AcceptedCanceled",
]
VPNEnumType = Literal["IKEv2", "IPSec", "L2TP", "PPTP"]


class CustomDataType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=False):
    vendorId: Str255


class AFRRSignalRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    timestamp: DateTime
    signal: Integer
    customData: CustomDataType | UnsetType = UNSET


class StatusInfoType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    reasonCode: Str20
    additionalInfo: Str1024 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class AFRRSignalResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GenericStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class PeriodicEventStreamParamsType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    interval: IntFrom0 | UnsetType = UNSET
    values: IntFrom0 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class AdjustPeriodicEventStreamRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    id: IntFrom0
    params: PeriodicEventStreamParamsType
    customData: CustomDataType | UnsetType = UNSET


class AdjustPeriodicEventStreamResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    status: GenericStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class AdditionalInfoType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    additionalIdToken: Str255
    type: Str50
    customData: CustomDataType | UnsetType = UNSET


class IdTokenType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    idToken: Str255
    type: Str20
    additionalInfo: ListFrom1[AdditionalInfoType] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class OCSPRequestDataType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    hashAlgorithm: HashAlgorithmEnumType
    issuerNameHash: Str128
    issuerKeyHash: Str128
    serialNumber: Str40
    responderURL: Str2000
    customData: CustomDataType | UnsetType = UNSET


class AuthorizeRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    idToken: IdTokenType
    certificate: Str10000 | UnsetType = UNSET
    iso15118CertificateHashData: ListFrom1To4[OCSPRequestDataType] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class MessageContentType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    format: MessageFormatEnumType
    content: Str1024
    language: Str8 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class IdTokenInfoType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: AuthorizationStatusEnumType
    cacheExpiryDateTime: DateTime | UnsetType = UNSET
    chargingPriority: Integer | UnsetType = UNSET
    groupIdToken: IdTokenType | UnsetType = UNSET
    language1: Str8 | UnsetType = UNSET
    language2: Str8 | UnsetType = UNSET
    evseId: ListFrom1[IntFrom0] | UnsetType = UNSET
    personalMessage: MessageContentType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class TariffConditionsType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    startTimeOfDay: str | UnsetType = UNSET
    endTimeOfDay: str | UnsetType = UNSET
    dayOfWeek: ListFrom1To7[DayOfWeekEnumType] | UnsetType = UNSET
    validFromDate: str | UnsetType = UNSET
    validToDate: str | UnsetType = UNSET
    evseKind: EvseKindEnumType | UnsetType = UNSET
    minEnergy: float | UnsetType = UNSET
    maxEnergy: float | UnsetType = UNSET
    minCurrent: float | UnsetType = UNSET
    maxCurrent: float | UnsetType = UNSET
    minPower: float | UnsetType = UNSET
    maxPower: float | UnsetType = UNSET
    minTime: Integer | UnsetType = UNSET
    maxTime: Integer | UnsetType = UNSET
    minChargingTime: Integer | UnsetType = UNSET
    maxChargingTime: Integer | UnsetType = UNSET
    minIdleTime: Integer | UnsetType = UNSET
    maxIdleTime: Integer | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class TariffEnergyPriceType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    priceKwh: float
    conditions: TariffConditionsType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class TaxRateType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    type: Str20
    tax: float
    stack: IntFrom0 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class TariffEnergyType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    prices: ListFrom1[TariffEnergyPriceType]
    taxRates: ListFrom1To5[TaxRateType] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class TariffTimePriceType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    priceMinute: float
    conditions: TariffConditionsType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class TariffTimeType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    prices: ListFrom1[TariffTimePriceType]
    taxRates: ListFrom1To5[TaxRateType] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class TariffConditionsFixedType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    startTimeOfDay: str | UnsetType = UNSET
    endTimeOfDay: str | UnsetType = UNSET
    dayOfWeek: ListFrom1To7[DayOfWeekEnumType] | UnsetType = UNSET
    validFromDate: str | UnsetType = UNSET
    validToDate: str | UnsetType = UNSET
    evseKind: EvseKindEnumType | UnsetType = UNSET
    paymentBrand: Str20 | UnsetType = UNSET
    paymentRecognition: Str20 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class TariffFixedPriceType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    priceFixed: float
    conditions: TariffConditionsFixedType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class TariffFixedType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    prices: ListFrom1[TariffFixedPriceType]
    taxRates: ListFrom1To5[TaxRateType] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class PriceType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    exclTax: float | UnsetType = UNSET
    inclTax: float | UnsetType = UNSET
    taxRates: ListFrom1To5[TaxRateType] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class TariffType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    tariffId: Str60
    currency: Str3
    description: ListFrom1To10[MessageContentType] | UnsetType = UNSET
    energy: TariffEnergyType | UnsetType = UNSET
    validFrom: DateTime | UnsetType = UNSET
    chargingTime: TariffTimeType | UnsetType = UNSET
    idleTime: TariffTimeType | UnsetType = UNSET
    fixedFee: TariffFixedType | UnsetType = UNSET
    reservationTime: TariffTimeType | UnsetType = UNSET
    reservationFixed: TariffFixedType | UnsetType = UNSET
    minCost: PriceType | UnsetType = UNSET
    maxCost: PriceType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class AuthorizeResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    idTokenInfo: IdTokenInfoType
    certificateStatus: AuthorizeCertificateStatusEnumType | UnsetType = UNSET
    allowedEnergyTransfer: ListFrom1[EnergyTransferModeEnumType] | UnsetType = UNSET
    tariff: TariffType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class BatteryDataType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    evseId: IntFrom0
    serialNumber: Str50
    soC: FloatFrom0To100
    soH: FloatFrom0To100
    productionDate: DateTime | UnsetType = UNSET
    vendorInfo: Str500 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class BatterySwapRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    batteryData: ListFrom1[BatteryDataType]
    eventType: BatterySwapEventEnumType
    idToken: IdTokenType
    requestId: Integer
    customData: CustomDataType | UnsetType = UNSET


class BatterySwapResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class ModemType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    iccid: Str20 | UnsetType = UNSET
    imsi: Str20 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ChargingStationType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    model: Str20
    vendorName: Str50
    serialNumber: Str25 | UnsetType = UNSET
    modem: ModemType | UnsetType = UNSET
    firmwareVersion: Str50 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class BootNotificationRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    chargingStation: ChargingStationType
    reason: BootReasonEnumType
    customData: CustomDataType | UnsetType = UNSET


class BootNotificationResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    currentTime: DateTime
    interval: Integer
    status: RegistrationStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class CancelReservationRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    reservationId: IntFrom0
    customData: CustomDataType | UnsetType = UNSET


class CancelReservationResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: CancelReservationStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class CertificateSignedRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    certificateChain: Str10000
    certificateType: CertificateSigningUseEnumType | UnsetType = UNSET
    requestId: Integer | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class CertificateSignedResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: CertificateSignedStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class EVSEType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: IntFrom0
    connectorId: IntFrom0 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ChangeAvailabilityRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    operationalStatus: OperationalStatusEnumType
    evse: EVSEType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ChangeAvailabilityResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ChangeAvailabilityStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ChangeTransactionTariffRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    tariff: TariffType
    transactionId: Str36
    customData: CustomDataType | UnsetType = UNSET


class ChangeTransactionTariffResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    status: TariffChangeStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ClearCacheRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class ClearCacheResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ClearCacheStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ClearChargingProfileType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    evseId: IntFrom0 | UnsetType = UNSET
    chargingProfilePurpose: ChargingProfilePurposeEnumType | UnsetType = UNSET
    stackLevel: IntFrom0 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ClearChargingProfileRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    chargingProfileId: Integer | UnsetType = UNSET
    chargingProfileCriteria: ClearChargingProfileType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ClearChargingProfileResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ClearChargingProfileStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ClearDERControlRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    isDefault: bool
    controlType: DERControlEnumType | UnsetType = UNSET
    controlId: Str36 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ClearDERControlResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: DERControlStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ClearDisplayMessageRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: IntFrom0
    customData: CustomDataType | UnsetType = UNSET


class ClearDisplayMessageResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ClearMessageStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ClearTariffsRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    tariffIds: ListFrom1[Str60] | UnsetType = UNSET
    evseId: IntFrom0 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ClearTariffsResultType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: TariffClearStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    tariffId: Str60 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ClearTariffsResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    clearTariffsResult: ListFrom1[ClearTariffsResultType]
    customData: CustomDataType | UnsetType = UNSET


class ClearVariableMonitoringRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: ListFrom1[IntFrom0]
    customData: CustomDataType | UnsetType = UNSET


class ClearMonitoringResultType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ClearMonitoringStatusEnumType
    id: IntFrom0
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ClearVariableMonitoringResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    clearMonitoringResult: ListFrom1[ClearMonitoringResultType]
    customData: CustomDataType | UnsetType = UNSET


class ClearedChargingLimitRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    chargingLimitSource: Str20
    evseId: IntFrom0 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ClearedChargingLimitResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class ClosePeriodicEventStreamRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    id: IntFrom0
    customData: CustomDataType | UnsetType = UNSET


class ClosePeriodicEventStreamResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    customData: CustomDataType | UnsetType = UNSET


class CostUpdatedRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    totalCost: float
    transactionId: Str36
    customData: CustomDataType | UnsetType = UNSET


class CostUpdatedResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class CertificateHashDataType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    hashAlgorithm: HashAlgorithmEnumType
    issuerNameHash: Str128
    issuerKeyHash: Str128
    serialNumber: Str40
    customData: CustomDataType | UnsetType = UNSET


class CustomerInformationRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: IntFrom0
    report: bool
    clear: bool
    customerCertificate: CertificateHashDataType | UnsetType = UNSET
    idToken: IdTokenType | UnsetType = UNSET
    customerIdentifier: Str64 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class CustomerInformationResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: CustomerInformationStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class DataTransferRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    vendorId: Str255
    messageId: Str50 | UnsetType = UNSET
    data: Any | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class DataTransferResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: DataTransferStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    data: Any | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class DeleteCertificateRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    certificateHashData: CertificateHashDataType
    customData: CustomDataType | UnsetType = UNSET


class DeleteCertificateResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: DeleteCertificateStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class FirmwareStatusNotificationRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    status: FirmwareStatusEnumType
    requestId: Integer | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class FirmwareStatusNotificationResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    customData: CustomDataType | UnsetType = UNSET


class Get15118EVCertificateRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    iso15118SchemaVersion: Str50
    action: CertificateActionEnumType
    exiRequest: Str11000
    maximumContractCertificateChains: IntFrom0 | UnsetType = UNSET
    prioritizedEMAIDs: ListFrom1To8[Str255] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class Get15118EVCertificateResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: Iso15118EVCertificateStatusEnumType
    exiResponse: Str17000
    statusInfo: StatusInfoType | UnsetType = UNSET
    remainingContracts: IntFrom0 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetBaseReportRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    reportBase: ReportBaseEnumType
    customData: CustomDataType | UnsetType = UNSET


class GetBaseReportResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GenericDeviceModelStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class CertificateStatusRequestInfoType(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    certificateHashData: CertificateHashDataType
    source: CertificateStatusSourceEnumType
    urls: ListFrom1To5[Str2000]
    customData: CustomDataType | UnsetType = UNSET


class GetCertificateChainStatusRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    certificateStatusRequests: ListFrom1To4[CertificateStatusRequestInfoType]
    customData: CustomDataType | UnsetType = UNSET


class CertificateStatusType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    certificateHashData: CertificateHashDataType
    source: CertificateStatusSourceEnumType
    status: CertificateStatusEnumType
    nextUpdate: DateTime
    customData: CustomDataType | UnsetType = UNSET


class GetCertificateChainStatusResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    certificateStatus: ListFrom1To4[CertificateStatusType]
    customData: CustomDataType | UnsetType = UNSET


class GetCertificateStatusRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    ocspRequestData: OCSPRequestDataType
    customData: CustomDataType | UnsetType = UNSET


class GetCertificateStatusResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GetCertificateStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    ocspResult: Str18000 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ChargingProfileCriterionType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    chargingProfilePurpose: ChargingProfilePurposeEnumType | UnsetType = UNSET
    stackLevel: IntFrom0 | UnsetType = UNSET
    chargingProfileId: ListFrom1[Integer] | UnsetType = UNSET
    chargingLimitSource: ListFrom1To4[Str20] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetChargingProfilesRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    chargingProfile: ChargingProfileCriterionType
    evseId: IntFrom0 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetChargingProfilesResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GetChargingProfileStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetCompositeScheduleRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    duration: Integer
    evseId: IntFrom0
    chargingRateUnit: ChargingRateUnitEnumType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class V2XFreqWattPointType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    frequency: float
    power: float
    customData: CustomDataType | UnsetType = UNSET


class V2XSignalWattPointType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    signal: Integer
    power: float
    customData: CustomDataType | UnsetType = UNSET


class ChargingSchedulePeriodType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    startPeriod: Integer
    limit: float | UnsetType = UNSET
    limit_L2: float | UnsetType = UNSET
    limit_L3: float | UnsetType = UNSET
    numberPhases: IntFrom0To3 | UnsetType = UNSET
    phaseToUse: IntFrom0To3 | UnsetType = UNSET
    dischargeLimit: FloatTo0 | UnsetType = UNSET
    dischargeLimit_L2: FloatTo0 | UnsetType = UNSET
    dischargeLimit_L3: FloatTo0 | UnsetType = UNSET
    setpoint: float | UnsetType = UNSET
    setpoint_L2: float | UnsetType = UNSET
    setpoint_L3: float | UnsetType = UNSET
    setpointReactive: float | UnsetType = UNSET
    setpointReactive_L2: float | UnsetType = UNSET
    setpointReactive_L3: float | UnsetType = UNSET
    preconditioningRequest: bool | UnsetType = UNSET
    evseSleep: bool | UnsetType = UNSET
    v2xBaseline: float | UnsetType = UNSET
    operationMode: OperationModeEnumType | UnsetType = UNSET
    v2xFreqWattCurve: ListFrom1To20[V2XFreqWattPointType] | UnsetType = UNSET
    v2xSignalWattCurve: ListFrom1To20[V2XSignalWattPointType] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class CompositeScheduleType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    evseId: IntFrom0
    duration: Integer
    scheduleStart: DateTime
    chargingRateUnit: ChargingRateUnitEnumType
    chargingSchedulePeriod: ListFrom1[ChargingSchedulePeriodType]
    customData: CustomDataType | UnsetType = UNSET


class GetCompositeScheduleResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GenericStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    schedule: CompositeScheduleType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetDERControlRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    isDefault: bool | UnsetType = UNSET
    controlType: DERControlEnumType | UnsetType = UNSET
    controlId: Str36 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetDERControlResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: DERControlStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetDisplayMessagesRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    id: ListFrom1[IntFrom0] | UnsetType = UNSET
    priority: MessagePriorityEnumType | UnsetType = UNSET
    state: MessageStateEnumType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetDisplayMessagesResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GetDisplayMessagesStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetInstalledCertificateIdsRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    certificateType: ListFrom1[GetCertificateIdUseEnumType] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class CertificateHashDataChainType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    certificateHashData: CertificateHashDataType
    certificateType: GetCertificateIdUseEnumType
    childCertificateHashData: ListFrom1To4[CertificateHashDataType] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetInstalledCertificateIdsResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    status: GetInstalledCertificateStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    certificateHashDataChain: ListFrom1[CertificateHashDataChainType] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetLocalListVersionRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class GetLocalListVersionResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    versionNumber: Integer
    customData: CustomDataType | UnsetType = UNSET


class LogParametersType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    remoteLocation: Str2000
    oldestTimestamp: DateTime | UnsetType = UNSET
    latestTimestamp: DateTime | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetLogRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    log: LogParametersType
    logType: LogEnumType
    requestId: Integer
    retries: IntFrom0 | UnsetType = UNSET
    retryInterval: Integer | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetLogResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: LogStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    filename: Str255 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ComponentType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    name: Str50
    evse: EVSEType | UnsetType = UNSET
    instance: Str50 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class VariableType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    name: Str50
    instance: Str50 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ComponentVariableType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    component: ComponentType
    variable: VariableType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetMonitoringReportRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    componentVariable: ListFrom1[ComponentVariableType] | UnsetType = UNSET
    monitoringCriteria: ListFrom1To3[MonitoringCriterionEnumType] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetMonitoringReportResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GenericDeviceModelStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetPeriodicEventStreamRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class ConstantStreamDataType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: IntFrom0
    params: PeriodicEventStreamParamsType
    variableMonitoringId: IntFrom0
    customData: CustomDataType | UnsetType = UNSET


class GetPeriodicEventStreamResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    constantStreamData: ListFrom1[ConstantStreamDataType] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetReportRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    componentVariable: ListFrom1[ComponentVariableType] | UnsetType = UNSET
    componentCriteria: ListFrom1To4[ComponentCriterionEnumType] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetReportResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GenericDeviceModelStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetTariffsRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    evseId: IntFrom0
    customData: CustomDataType | UnsetType = UNSET


class TariffAssignmentType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    tariffId: Str60
    tariffKind: TariffKindEnumType
    validFrom: DateTime | UnsetType = UNSET
    evseIds: ListFrom1[IntFrom0] | UnsetType = UNSET
    idTokens: ListFrom1[Str255] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetTariffsResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: TariffGetStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    tariffAssignments: ListFrom1[TariffAssignmentType] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetTransactionStatusRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    transactionId: Str36 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetTransactionStatusResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    messagesInQueue: bool
    ongoingIndicator: bool | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetVariableDataType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    component: ComponentType
    variable: VariableType
    attributeType: AttributeEnumType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetVariablesRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    getVariableData: ListFrom1[GetVariableDataType]
    customData: CustomDataType | UnsetType = UNSET


class GetVariableResultType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    attributeStatus: GetVariableStatusEnumType
    component: ComponentType
    variable: VariableType
    attributeStatusInfo: StatusInfoType | UnsetType = UNSET
    attributeType: AttributeEnumType | UnsetType = UNSET
    attributeValue: Str2500 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class GetVariablesResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    getVariableResult: ListFrom1[GetVariableResultType]
    customData: CustomDataType | UnsetType = UNSET


class HeartbeatRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class HeartbeatResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    currentTime: DateTime
    customData: CustomDataType | UnsetType = UNSET


class InstallCertificateRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    certificateType: InstallCertificateUseEnumType
    certificate: Str10000
    customData: CustomDataType | UnsetType = UNSET


class InstallCertificateResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: InstallCertificateStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class LogStatusNotificationRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: UploadLogStatusEnumType
    requestId: Integer | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class LogStatusNotificationResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class SignedMeterValueType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    signedMeterData: Str32768
    encodingMethod: Str50
    signingMethod: Str50 | UnsetType = UNSET
    publicKey: Str2500 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class UnitOfMeasureType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    unit: Str20 | UnsetType = UNSET
    multiplier: Integer | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SampledValueType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    value: float
    measurand: MeasurandEnumType | UnsetType = UNSET
    context: ReadingContextEnumType | UnsetType = UNSET
    phase: PhaseEnumType | UnsetType = UNSET
    location: LocationEnumType | UnsetType = UNSET
    signedMeterValue: SignedMeterValueType | UnsetType = UNSET
    unitOfMeasure: UnitOfMeasureType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class MeterValueType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    sampledValue: ListFrom1[SampledValueType]
    timestamp: DateTime
    customData: CustomDataType | UnsetType = UNSET


class MeterValuesRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    evseId: IntFrom0
    meterValue: ListFrom1[MeterValueType]
    customData: CustomDataType | UnsetType = UNSET


class MeterValuesResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class NotifyAllowedEnergyTransferRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    transactionId: Str36
    allowedEnergyTransfer: ListFrom1[EnergyTransferModeEnumType]
    customData: CustomDataType | UnsetType = UNSET


class NotifyAllowedEnergyTransferResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    status: NotifyAllowedEnergyTransferStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class LimitAtSoCType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    soc: IntFrom0To100
    limit: float
    customData: CustomDataType | UnsetType = UNSET


class RelativeTimeIntervalType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    start: Integer
    duration: Integer | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class CostType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    costKind: CostKindEnumType
    amount: Integer
    amountMultiplier: Integer | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ConsumptionCostType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    startValue: float
    cost: ListFrom1To3[CostType]
    customData: CustomDataType | UnsetType = UNSET


class SalesTariffEntryType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    relativeTimeInterval: RelativeTimeIntervalType
    ePriceLevel: IntFrom0 | UnsetType = UNSET
    consumptionCost: ListFrom1To3[ConsumptionCostType] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SalesTariffType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: IntFrom0
    salesTariffEntry: ListFrom1To1024[SalesTariffEntryType]
    salesTariffDescription: Str32 | UnsetType = UNSET
    numEPriceLevels: IntFrom0 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class RationalNumberType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    exponent: Integer
    value: Integer
    customData: CustomDataType | UnsetType = UNSET


class PriceRuleType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    energyFee: RationalNumberType
    powerRangeStart: RationalNumberType
    parkingFeePeriod: Integer | UnsetType = UNSET
    carbonDioxideEmission: IntFrom0 | UnsetType = UNSET
    renewableGenerationPercentage: IntFrom0To100 | UnsetType = UNSET
    parkingFee: RationalNumberType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class PriceRuleStackType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    duration: Integer
    priceRule: ListFrom1To8[PriceRuleType]
    customData: CustomDataType | UnsetType = UNSET


class TaxRuleType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    taxRuleID: IntFrom0
    appliesToEnergyFee: bool
    appliesToParkingFee: bool
    appliesToOverstayFee: bool
    appliesToMinimumMaximumCost: bool
    taxRate: RationalNumberType
    taxRuleName: Str100 | UnsetType = UNSET
    taxIncludedInPrice: bool | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class OverstayRuleType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    overstayFee: RationalNumberType
    startTime: Integer
    overstayFeePeriod: Integer
    overstayRuleDescription: Str32 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class OverstayRuleListType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    overstayRule: ListFrom1To5[OverstayRuleType]
    overstayPowerThreshold: RationalNumberType | UnsetType = UNSET
    overstayTimeThreshold: Integer | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class AdditionalSelectedServicesType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    serviceFee: RationalNumberType
    serviceName: Str80
    customData: CustomDataType | UnsetType = UNSET


class AbsolutePriceScheduleType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    timeAnchor: DateTime
    priceScheduleID: IntFrom0
    currency: Str3
    language: Str8
    priceAlgorithm: Str2000
    priceRuleStacks: ListFrom1To1024[PriceRuleStackType]
    priceScheduleDescription: Str160 | UnsetType = UNSET
    minimumCost: RationalNumberType | UnsetType = UNSET
    maximumCost: RationalNumberType | UnsetType = UNSET
    taxRules: ListFrom1To10[TaxRuleType] | UnsetType = UNSET
    overstayRuleList: OverstayRuleListType | UnsetType = UNSET
    additionalSelectedServices: ListFrom1To5[AdditionalSelectedServicesType] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class PriceLevelScheduleEntryType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    duration: Integer
    priceLevel: IntFrom0
    customData: CustomDataType | UnsetType = UNSET


class PriceLevelScheduleType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    priceLevelScheduleEntries: ListFrom1To100[PriceLevelScheduleEntryType]
    timeAnchor: DateTime
    priceScheduleId: IntFrom0
    numberOfPriceLevels: IntFrom0
    priceScheduleDescription: Str32 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ChargingScheduleType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: Integer
    chargingRateUnit: ChargingRateUnitEnumType
    chargingSchedulePeriod: ListFrom1To1024[ChargingSchedulePeriodType]
    limitAtSoC: LimitAtSoCType | UnsetType = UNSET
    startSchedule: DateTime | UnsetType = UNSET
    duration: Integer | UnsetType = UNSET
    minChargingRate: float | UnsetType = UNSET
    powerTolerance: float | UnsetType = UNSET
    signatureId: IntFrom0 | UnsetType = UNSET
    digestValue: Str88 | UnsetType = UNSET
    useLocalTime: bool | UnsetType = UNSET
    randomizedDelay: IntFrom0 | UnsetType = UNSET
    salesTariff: SalesTariffType | UnsetType = UNSET
    absolutePriceSchedule: AbsolutePriceScheduleType | UnsetType = UNSET
    priceLevelSchedule: PriceLevelScheduleType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ChargingLimitType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    chargingLimitSource: Str20
    isLocalGeneration: bool | UnsetType = UNSET
    isGridCritical: bool | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NotifyChargingLimitRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    chargingLimit: ChargingLimitType
    chargingSchedule: ListFrom1[ChargingScheduleType] | UnsetType = UNSET
    evseId: IntFrom0 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NotifyChargingLimitResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class NotifyCustomerInformationRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    data: Str512
    seqNo: IntFrom0
    generatedAt: DateTime
    requestId: IntFrom0
    tbc: bool | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NotifyCustomerInformationResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    customData: CustomDataType | UnsetType = UNSET


class NotifyDERAlarmRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    controlType: DERControlEnumType
    timestamp: DateTime
    gridEventFault: GridEventFaultEnumType | UnsetType = UNSET
    alarmEnded: bool | UnsetType = UNSET
    extraInfo: Str200 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NotifyDERAlarmResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class NotifyDERStartStopRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    controlId: Str36
    started: bool
    timestamp: DateTime
    supersededIds: ListFrom1To24[Str36] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NotifyDERStartStopResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class MessageInfoType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: IntFrom0
    priority: MessagePriorityEnumType
    message: MessageContentType
    display: ComponentType | UnsetType = UNSET
    state: MessageStateEnumType | UnsetType = UNSET
    startDateTime: DateTime | UnsetType = UNSET
    endDateTime: DateTime | UnsetType = UNSET
    transactionId: Str36 | UnsetType = UNSET
    messageExtra: ListFrom1To4[MessageContentType] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NotifyDisplayMessagesRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    messageInfo: ListFrom1[MessageInfoType] | UnsetType = UNSET
    tbc: bool | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NotifyDisplayMessagesResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class ACChargingParametersType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    energyAmount: float
    evMinCurrent: float
    evMaxCurrent: float
    evMaxVoltage: float
    customData: CustomDataType | UnsetType = UNSET


class DERChargingParametersType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    evSupportedDERControl: ListFrom1[DERControlEnumType] | UnsetType = UNSET
    evOverExcitedMaxDischargePower: float | UnsetType = UNSET
    evOverExcitedPowerFactor: float | UnsetType = UNSET
    evUnderExcitedMaxDischargePower: float | UnsetType = UNSET
    evUnderExcitedPowerFactor: float | UnsetType = UNSET
    maxApparentPower: float | UnsetType = UNSET
    maxChargeApparentPower: float | UnsetType = UNSET
    maxChargeApparentPower_L2: float | UnsetType = UNSET
    maxChargeApparentPower_L3: float | UnsetType = UNSET
    maxDischargeApparentPower: float | UnsetType = UNSET
    maxDischargeApparentPower_L2: float | UnsetType = UNSET
    maxDischargeApparentPower_L3: float | UnsetType = UNSET
    maxChargeReactivePower: float | UnsetType = UNSET
    maxChargeReactivePower_L2: float | UnsetType = UNSET
    maxChargeReactivePower_L3: float | UnsetType = UNSET
    minChargeReactivePower: float | UnsetType = UNSET
    minChargeReactivePower_L2: float | UnsetType = UNSET
    minChargeReactivePower_L3: float | UnsetType = UNSET
    maxDischargeReactivePower: float | UnsetType = UNSET
    maxDischargeReactivePower_L2: float | UnsetType = UNSET
    maxDischargeReactivePower_L3: float | UnsetType = UNSET
    minDischargeReactivePower: float | UnsetType = UNSET
    minDischargeReactivePower_L2: float | UnsetType = UNSET
    minDischargeReactivePower_L3: float | UnsetType = UNSET
    nominalVoltage: float | UnsetType = UNSET
    nominalVoltageOffset: float | UnsetType = UNSET
    maxNominalVoltage: float | UnsetType = UNSET
    minNominalVoltage: float | UnsetType = UNSET
    evInverterManufacturer: Str50 | UnsetType = UNSET
    evInverterModel: Str50 | UnsetType = UNSET
    evInverterSerialNumber: Str50 | UnsetType = UNSET
    evInverterSwVersion: Str50 | UnsetType = UNSET
    evInverterHwVersion: Str50 | UnsetType = UNSET
    evIslandingDetectionMethod: ListFrom1[IslandingDetectionEnumType] | UnsetType = UNSET
    evIslandingTripTime: float | UnsetType = UNSET
    evMaximumLevel1DCInjection: float | UnsetType = UNSET
    evDurationLevel1DCInjection: float | UnsetType = UNSET
    evMaximumLevel2DCInjection: float | UnsetType = UNSET
    evDurationLevel2DCInjection: float | UnsetType = UNSET
    evReactiveSusceptance: float | UnsetType = UNSET
    evSessionTotalDischargeEnergyAvailable: float | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class EVPriceRuleType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    energyFee: float
    powerRangeStart: float
    customData: CustomDataType | UnsetType = UNSET


class EVAbsolutePriceScheduleEntryType(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    duration: Integer
    evPriceRule: ListFrom1To8[EVPriceRuleType]
    customData: CustomDataType | UnsetType = UNSET


class EVAbsolutePriceScheduleType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    timeAnchor: DateTime
    currency: Str3
    evAbsolutePriceScheduleEntries: ListFrom1To1024[EVAbsolutePriceScheduleEntryType]
    priceAlgorithm: Str2000
    customData: CustomDataType | UnsetType = UNSET


class EVPowerScheduleEntryType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    duration: Integer
    power: float
    customData: CustomDataType | UnsetType = UNSET


class EVPowerScheduleType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    evPowerScheduleEntries: ListFrom1To1024[EVPowerScheduleEntryType]
    timeAnchor: DateTime
    customData: CustomDataType | UnsetType = UNSET


class EVEnergyOfferType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    evPowerSchedule: EVPowerScheduleType
    evAbsolutePriceSchedule: EVAbsolutePriceScheduleType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class DCChargingParametersType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    evMaxCurrent: float
    evMaxVoltage: float
    evMaxPower: float | UnsetType = UNSET
    evEnergyCapacity: float | UnsetType = UNSET
    energyAmount: float | UnsetType = UNSET
    stateOfCharge: IntFrom0To100 | UnsetType = UNSET
    fullSoC: IntFrom0To100 | UnsetType = UNSET
    bulkSoC: IntFrom0To100 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class V2XChargingParametersType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    minChargePower: float | UnsetType = UNSET
    minChargePower_L2: float | UnsetType = UNSET
    minChargePower_L3: float | UnsetType = UNSET
    maxChargePower: float | UnsetType = UNSET
    maxChargePower_L2: float | UnsetType = UNSET
    maxChargePower_L3: float | UnsetType = UNSET
    minDischargePower: float | UnsetType = UNSET
    minDischargePower_L2: float | UnsetType = UNSET
    minDischargePower_L3: float | UnsetType = UNSET
    maxDischargePower: float | UnsetType = UNSET
    maxDischargePower_L2: float | UnsetType = UNSET
    maxDischargePower_L3: float | UnsetType = UNSET
    minChargeCurrent: float | UnsetType = UNSET
    maxChargeCurrent: float | UnsetType = UNSET
    minDischargeCurrent: float | UnsetType = UNSET
    maxDischargeCurrent: float | UnsetType = UNSET
    minVoltage: float | UnsetType = UNSET
    maxVoltage: float | UnsetType = UNSET
    evTargetEnergyRequest: float | UnsetType = UNSET
    evMinEnergyRequest: float | UnsetType = UNSET
    evMaxEnergyRequest: float | UnsetType = UNSET
    evMinV2XEnergyRequest: float | UnsetType = UNSET
    evMaxV2XEnergyRequest: float | UnsetType = UNSET
    targetSoC: IntFrom0To100 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ChargingNeedsType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestedEnergyTransfer: EnergyTransferModeEnumType
    acChargingParameters: ACChargingParametersType | UnsetType = UNSET
    derChargingParameters: DERChargingParametersType | UnsetType = UNSET
    evEnergyOffer: EVEnergyOfferType | UnsetType = UNSET
    dcChargingParameters: DCChargingParametersType | UnsetType = UNSET
    v2xChargingParameters: V2XChargingParametersType | UnsetType = UNSET
    availableEnergyTransfer: ListFrom1[EnergyTransferModeEnumType] | UnsetType = UNSET
    controlMode: ControlModeEnumType | UnsetType = UNSET
    mobilityNeedsMode: MobilityNeedsModeEnumType | UnsetType = UNSET
    departureTime: DateTime | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NotifyEVChargingNeedsRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    evseId: IntFrom1
    chargingNeeds: ChargingNeedsType
    maxScheduleTuples: IntFrom0 | UnsetType = UNSET
    timestamp: DateTime | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NotifyEVChargingNeedsResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: NotifyEVChargingNeedsStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NotifyEVChargingScheduleRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    timeBase: DateTime
    chargingSchedule: ChargingScheduleType
    evseId: IntFrom1
    selectedChargingScheduleId: IntFrom0 | UnsetType = UNSET
    powerToleranceAcceptance: bool | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NotifyEVChargingScheduleResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    status: GenericStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class EventDataType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    eventId: IntFrom0
    timestamp: DateTime
    trigger: EventTriggerEnumType
    actualValue: Str2500
    component: ComponentType
    eventNotificationType: EventNotificationEnumType
    variable: VariableType
    cause: IntFrom0 | UnsetType = UNSET
    techCode: Str50 | UnsetType = UNSET
    techInfo: Str500 | UnsetType = UNSET
    cleared: bool | UnsetType = UNSET
    transactionId: Str36 | UnsetType = UNSET
    variableMonitoringId: IntFrom0 | UnsetType = UNSET
    severity: IntFrom0 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NotifyEventRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    generatedAt: DateTime
    seqNo: IntFrom0
    eventData: ListFrom1[EventDataType]
    tbc: bool | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NotifyEventResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class VariableMonitoringType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: IntFrom0
    transaction: bool
    value: float
    type: MonitorEnumType
    severity: IntFrom0
    eventNotificationType: EventNotificationEnumType
    customData: CustomDataType | UnsetType = UNSET


class MonitoringDataType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    component: ComponentType
    variable: VariableType
    variableMonitoring: ListFrom1[VariableMonitoringType]
    customData: CustomDataType | UnsetType = UNSET


class NotifyMonitoringReportRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    seqNo: IntFrom0
    generatedAt: DateTime
    monitor: ListFrom1[MonitoringDataType] | UnsetType = UNSET
    tbc: bool | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NotifyMonitoringReportResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class StreamDataElementType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    t: float
    v: Str2500
    customData: CustomDataType | UnsetType = UNSET


class NotifyPeriodicEventStream(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    data: ListFrom1[StreamDataElementType]
    id: IntFrom0
    pending: IntFrom0
    basetime: DateTime
    customData: CustomDataType | UnsetType = UNSET


class NotifyPriorityChargingRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    transactionId: Str36
    activated: bool
    customData: CustomDataType | UnsetType = UNSET


class NotifyPriorityChargingResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class VariableAttributeType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    type: AttributeEnumType | UnsetType = UNSET
    value: Str2500 | UnsetType = UNSET
    mutability: MutabilityEnumType | UnsetType = UNSET
    persistent: bool | UnsetType = UNSET
    constant: bool | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class VariableCharacteristicsType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    dataType: DataEnumType
    supportsMonitoring: bool
    unit: Str16 | UnsetType = UNSET
    minLimit: float | UnsetType = UNSET
    maxLimit: float | UnsetType = UNSET
    maxElements: IntFrom1 | UnsetType = UNSET
    valuesList: Str1000 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ReportDataType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    component: ComponentType
    variable: VariableType
    variableAttribute: ListFrom1To4[VariableAttributeType]
    variableCharacteristics: VariableCharacteristicsType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NotifyReportRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    generatedAt: DateTime
    seqNo: IntFrom0
    reportData: ListFrom1[ReportDataType] | UnsetType = UNSET
    tbc: bool | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NotifyReportResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class AddressType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    name: Str50
    address1: Str100
    city: Str100
    country: Str50
    address2: Str100 | UnsetType = UNSET
    postalCode: Str20 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NotifySettlementRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    pspRef: Str255
    status: PaymentStatusEnumType
    settlementAmount: float
    settlementTime: DateTime
    transactionId: Str36 | UnsetType = UNSET
    statusInfo: Str500 | UnsetType = UNSET
    receiptId: Str50 | UnsetType = UNSET
    receiptUrl: Str2000 | UnsetType = UNSET
    vatCompany: AddressType | UnsetType = UNSET
    vatNumber: Str20 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NotifySettlementResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    receiptUrl: Str2000 | UnsetType = UNSET
    receiptId: Str50 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NotifyWebPaymentStartedRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    evseId: IntFrom0
    timeout: Integer
    customData: CustomDataType | UnsetType = UNSET


class NotifyWebPaymentStartedResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    customData: CustomDataType | UnsetType = UNSET


class OpenPeriodicEventStreamRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    constantStreamData: ConstantStreamDataType
    customData: CustomDataType | UnsetType = UNSET


class OpenPeriodicEventStreamResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    status: GenericStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class PublishFirmwareRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    location: Str2000
    checksum: Str32
    requestId: IntFrom0
    retries: IntFrom0 | UnsetType = UNSET
    retryInterval: IntFrom0 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class PublishFirmwareResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GenericStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class PublishFirmwareStatusNotificationRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    status: PublishFirmwareStatusEnumType
    location: ListFrom1[Str2000] | UnsetType = UNSET
    requestId: IntFrom0 | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class PublishFirmwareStatusNotificationResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    customData: CustomDataType | UnsetType = UNSET


class PullDynamicScheduleUpdateRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    chargingProfileId: Integer
    customData: CustomDataType | UnsetType = UNSET


class ChargingScheduleUpdateType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    limit: float | UnsetType = UNSET
    limit_L2: float | UnsetType = UNSET
    limit_L3: float | UnsetType = UNSET
    dischargeLimit: FloatTo0 | UnsetType = UNSET
    dischargeLimit_L2: FloatTo0 | UnsetType = UNSET
    dischargeLimit_L3: FloatTo0 | UnsetType = UNSET
    setpoint: float | UnsetType = UNSET
    setpoint_L2: float | UnsetType = UNSET
    setpoint_L3: float | UnsetType = UNSET
    setpointReactive: float | UnsetType = UNSET
    setpointReactive_L2: float | UnsetType = UNSET
    setpointReactive_L3: float | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class PullDynamicScheduleUpdateResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    status: ChargingProfileStatusEnumType
    scheduleUpdate: ChargingScheduleUpdateType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ChargingProfileType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: Integer
    stackLevel: IntFrom0
    chargingProfilePurpose: ChargingProfilePurposeEnumType
    chargingProfileKind: ChargingProfileKindEnumType
    chargingSchedule: ListFrom1To3[ChargingScheduleType]
    recurrencyKind: RecurrencyKindEnumType | UnsetType = UNSET
    validFrom: DateTime | UnsetType = UNSET
    validTo: DateTime | UnsetType = UNSET
    transactionId: Str36 | UnsetType = UNSET
    maxOfflineDuration: Integer | UnsetType = UNSET
    invalidAfterOfflineDuration: bool | UnsetType = UNSET
    dynUpdateInterval: Integer | UnsetType = UNSET
    dynUpdateTime: DateTime | UnsetType = UNSET
    priceScheduleSignature: Str256 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ReportChargingProfilesRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    chargingLimitSource: Str20
    chargingProfile: ListFrom1[ChargingProfileType]
    evseId: IntFrom0
    tbc: bool | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ReportChargingProfilesResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class DERCurvePointsType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    x: float
    y: float
    customData: CustomDataType | UnsetType = UNSET


class HysteresisType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    hysteresisHigh: float | UnsetType = UNSET
    hysteresisLow: float | UnsetType = UNSET
    hysteresisDelay: float | UnsetType = UNSET
    hysteresisGradient: float | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ReactivePowerParamsType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    vRef: float | UnsetType = UNSET
    autonomousVRefEnable: bool | UnsetType = UNSET
    autonomousVRefTimeConstant: float | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class VoltageParamsType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    hv10MinMeanValue: float | UnsetType = UNSET
    hv10MinMeanTripDelay: float | UnsetType = UNSET
    powerDuringCessation: PowerDuringCessationEnumType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class DERCurveType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    curveData: ListFrom1To10[DERCurvePointsType]
    priority: IntFrom0
    yUnit: DERUnitEnumType
    hysteresis: HysteresisType | UnsetType = UNSET
    reactivePowerParams: ReactivePowerParamsType | UnsetType = UNSET
    voltageParams: VoltageParamsType | UnsetType = UNSET
    responseTime: float | UnsetType = UNSET
    startTime: DateTime | UnsetType = UNSET
    duration: float | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class DERCurveGetType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    curve: DERCurveType
    id: Str36
    curveType: DERControlEnumType
    isDefault: bool
    isSuperseded: bool
    customData: CustomDataType | UnsetType = UNSET


class EnterServiceType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    priority: IntFrom0
    highVoltage: float
    lowVoltage: float
    highFreq: float
    lowFreq: float
    delay: float | UnsetType = UNSET
    randomDelay: float | UnsetType = UNSET
    rampRate: float | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class EnterServiceGetType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    enterService: EnterServiceType
    id: Str36
    customData: CustomDataType | UnsetType = UNSET


class FixedPFType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    priority: IntFrom0
    displacement: float
    excitation: bool
    startTime: DateTime | UnsetType = UNSET
    duration: float | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class FixedPFGetType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    fixedPF: FixedPFType
    id: Str36
    isDefault: bool
    isSuperseded: bool
    customData: CustomDataType | UnsetType = UNSET


class FixedVarType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    priority: IntFrom0
    setpoint: float
    unit: DERUnitEnumType
    startTime: DateTime | UnsetType = UNSET
    duration: float | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class FixedVarGetType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    fixedVar: FixedVarType
    id: Str36
    isDefault: bool
    isSuperseded: bool
    customData: CustomDataType | UnsetType = UNSET


class FreqDroopType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    priority: IntFrom0
    overFreq: float
    underFreq: float
    overDroop: float
    underDroop: float
    responseTime: float
    startTime: DateTime | UnsetType = UNSET
    duration: float | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class FreqDroopGetType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    freqDroop: FreqDroopType
    id: Str36
    isDefault: bool
    isSuperseded: bool
    customData: CustomDataType | UnsetType = UNSET


class GradientType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    priority: IntFrom0
    gradient: float
    softGradient: float
    customData: CustomDataType | UnsetType = UNSET


class GradientGetType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    gradient: GradientType
    id: Str36
    customData: CustomDataType | UnsetType = UNSET


class LimitMaxDischargeType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    priority: IntFrom0
    pctMaxDischargePower: float | UnsetType = UNSET
    powerMonitoringMustTrip: DERCurveType | UnsetType = UNSET
    startTime: DateTime | UnsetType = UNSET
    duration: float | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class LimitMaxDischargeGetType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: Str36
    isDefault: bool
    isSuperseded: bool
    limitMaxDischarge: LimitMaxDischargeType
    customData: CustomDataType | UnsetType = UNSET


class ReportDERControlRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    curve: ListFrom1To24[DERCurveGetType] | UnsetType = UNSET
    enterService: ListFrom1To24[EnterServiceGetType] | UnsetType = UNSET
    fixedPFAbsorb: ListFrom1To24[FixedPFGetType] | UnsetType = UNSET
    fixedPFInject: ListFrom1To24[FixedPFGetType] | UnsetType = UNSET
    fixedVar: ListFrom1To24[FixedVarGetType] | UnsetType = UNSET
    freqDroop: ListFrom1To24[FreqDroopGetType] | UnsetType = UNSET
    gradient: ListFrom1To24[GradientGetType] | UnsetType = UNSET
    limitMaxDischarge: ListFrom1To24[LimitMaxDischargeGetType] | UnsetType = UNSET
    tbc: bool | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ReportDERControlResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class RequestBatterySwapRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    idToken: IdTokenType
    requestId: Integer
    customData: CustomDataType | UnsetType = UNSET


class RequestBatterySwapResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GenericStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class RequestStartTransactionRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    idToken: IdTokenType
    remoteStartId: Integer
    evseId: IntFrom1 | UnsetType = UNSET
    groupIdToken: IdTokenType | UnsetType = UNSET
    chargingProfile: ChargingProfileType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class RequestStartTransactionResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    status: RequestStartStopStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    transactionId: Str36 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class RequestStopTransactionRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    transactionId: Str36
    customData: CustomDataType | UnsetType = UNSET


class RequestStopTransactionResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: RequestStartStopStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ReservationStatusUpdateRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    reservationId: IntFrom0
    reservationUpdateStatus: ReservationUpdateStatusEnumType
    customData: CustomDataType | UnsetType = UNSET


class ReservationStatusUpdateResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    customData: CustomDataType | UnsetType = UNSET


class ReserveNowRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: IntFrom0
    expiryDateTime: DateTime
    idToken: IdTokenType
    connectorType: Str20 | UnsetType = UNSET
    evseId: IntFrom0 | UnsetType = UNSET
    groupIdToken: IdTokenType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ReserveNowResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ReserveNowStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ResetRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    type: ResetEnumType
    evseId: IntFrom0 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class ResetResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ResetStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SecurityEventNotificationRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    type: Str50
    timestamp: DateTime
    techInfo: Str255 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SecurityEventNotificationResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    customData: CustomDataType | UnsetType = UNSET


class AuthorizationData(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    idToken: IdTokenType
    idTokenInfo: IdTokenInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SendLocalListRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    versionNumber: Integer
    updateType: UpdateEnumType
    localAuthorizationList: ListFrom1[AuthorizationData] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SendLocalListResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: SendLocalListStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SetChargingProfileRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    evseId: IntFrom0
    chargingProfile: ChargingProfileType
    customData: CustomDataType | UnsetType = UNSET


class SetChargingProfileResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ChargingProfileStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SetDERControlRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    isDefault: bool
    controlId: Str36
    controlType: DERControlEnumType
    curve: DERCurveType | UnsetType = UNSET
    enterService: EnterServiceType | UnsetType = UNSET
    fixedPFAbsorb: FixedPFType | UnsetType = UNSET
    fixedPFInject: FixedPFType | UnsetType = UNSET
    fixedVar: FixedVarType | UnsetType = UNSET
    freqDroop: FreqDroopType | UnsetType = UNSET
    gradient: GradientType | UnsetType = UNSET
    limitMaxDischarge: LimitMaxDischargeType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SetDERControlResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: DERControlStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    supersededIds: ListFrom1To24[Str36] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SetDefaultTariffRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    evseId: IntFrom0
    tariff: TariffType
    customData: CustomDataType | UnsetType = UNSET


class SetDefaultTariffResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: TariffSetStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SetDisplayMessageRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    message: MessageInfoType
    customData: CustomDataType | UnsetType = UNSET


class SetDisplayMessageResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: DisplayMessageStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SetMonitoringBaseRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    monitoringBase: MonitoringBaseEnumType
    customData: CustomDataType | UnsetType = UNSET


class SetMonitoringBaseResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GenericDeviceModelStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SetMonitoringLevelRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    severity: IntFrom0
    customData: CustomDataType | UnsetType = UNSET


class SetMonitoringLevelResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GenericStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class APNType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    apn: Str2000
    apnAuthentication: APNAuthenticationEnumType
    apnUserName: Str50 | UnsetType = UNSET
    apnPassword: Str64 | UnsetType = UNSET
    simPin: Integer | UnsetType = UNSET
    preferredNetwork: Str6 | UnsetType = UNSET
    useOnlyPreferredNetwork: bool | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class VPNType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    server: Str2000
    user: Str50
    password: Str64
    key: Str255
    type: VPNEnumType
    group: Str50 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class NetworkConnectionProfileType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    ocppInterface: OCPPInterfaceEnumType
    ocppTransport: OCPPTransportEnumType
    messageTimeout: Integer
    ocppCsmsUrl: Str2000
    securityProfile: IntFrom0
    apn: APNType | UnsetType = UNSET
    ocppVersion: OCPPVersionEnumType | UnsetType = UNSET
    identity: Str48 | UnsetType = UNSET
    basicAuthPassword: Str64 | UnsetType = UNSET
    vpn: VPNType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SetNetworkProfileRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    configurationSlot: Integer
    connectionData: NetworkConnectionProfileType
    customData: CustomDataType | UnsetType = UNSET


class SetNetworkProfileResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: SetNetworkProfileStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SetMonitoringDataType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    value: float
    type: MonitorEnumType
    severity: IntFrom0
    component: ComponentType
    variable: VariableType
    id: IntFrom0 | UnsetType = UNSET
    periodicEventStream: PeriodicEventStreamParamsType | UnsetType = UNSET
    transaction: bool | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SetVariableMonitoringRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    setMonitoringData: ListFrom1[SetMonitoringDataType]
    customData: CustomDataType | UnsetType = UNSET


class SetMonitoringResultType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: SetMonitoringStatusEnumType
    type: MonitorEnumType
    component: ComponentType
    variable: VariableType
    severity: IntFrom0
    id: IntFrom0 | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SetVariableMonitoringResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    setMonitoringResult: ListFrom1[SetMonitoringResultType]
    customData: CustomDataType | UnsetType = UNSET


class SetVariableDataType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    attributeValue: Str2500
    component: ComponentType
    variable: VariableType
    attributeType: AttributeEnumType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SetVariablesRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    setVariableData: ListFrom1[SetVariableDataType]
    customData: CustomDataType | UnsetType = UNSET


class SetVariableResultType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    attributeStatus: SetVariableStatusEnumType
    component: ComponentType
    variable: VariableType
    attributeType: AttributeEnumType | UnsetType = UNSET
    attributeStatusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SetVariablesResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    setVariableResult: ListFrom1[SetVariableResultType]
    customData: CustomDataType | UnsetType = UNSET


class SignCertificateRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    csr: Str5500
    certificateType: CertificateSigningUseEnumType | UnsetType = UNSET
    hashRootCertificate: CertificateHashDataType | UnsetType = UNSET
    requestId: Integer | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class SignCertificateResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GenericStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class StatusNotificationRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    timestamp: DateTime
    connectorStatus: ConnectorStatusEnumType
    evseId: IntFrom0
    connectorId: IntFrom0
    customData: CustomDataType | UnsetType = UNSET


class StatusNotificationResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class CostDimensionType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    type: CostDimensionEnumType
    volume: float
    customData: CustomDataType | UnsetType = UNSET


class ChargingPeriodType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    startPeriod: DateTime
    dimensions: ListFrom1[CostDimensionType] | UnsetType = UNSET
    tariffId: Str60 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class TotalPriceType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    exclTax: float | UnsetType = UNSET
    inclTax: float | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class TotalCostType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    currency: Str3
    typeOfCost: TariffCostEnumType
    total: TotalPriceType
    fixed: PriceType | UnsetType = UNSET
    energy: PriceType | UnsetType = UNSET
    chargingTime: PriceType | UnsetType = UNSET
    idleTime: PriceType | UnsetType = UNSET
    reservationTime: PriceType | UnsetType = UNSET
    reservationFixed: PriceType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class TotalUsageType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    energy: float
    chargingTime: Integer
    idleTime: Integer
    reservationTime: Integer | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class CostDetailsType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    totalCost: TotalCostType
    totalUsage: TotalUsageType
    chargingPeriods: ListFrom1[ChargingPeriodType] | UnsetType = UNSET
    failureToCalculate: bool | UnsetType = UNSET
    failureReason: Str500 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class TransactionLimitType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    maxCost: float | UnsetType = UNSET
    maxEnergy: float | UnsetType = UNSET
    maxTime: Integer | UnsetType = UNSET
    maxSoC: IntFrom0To100 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class TransactionType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    transactionId: Str36
    chargingState: ChargingStateEnumType | UnsetType = UNSET
    timeSpentCharging: Integer | UnsetType = UNSET
    stoppedReason: ReasonEnumType | UnsetType = UNSET
    remoteStartId: Integer | UnsetType = UNSET
    operationMode: OperationModeEnumType | UnsetType = UNSET
    tariffId: Str60 | UnsetType = UNSET
    transactionLimit: TransactionLimitType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class TransactionEventRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    eventType: TransactionEventEnumType
    timestamp: DateTime
    triggerReason: TriggerReasonEnumType
    seqNo: IntFrom0
    transactionInfo: TransactionType
    costDetails: CostDetailsType | UnsetType = UNSET
    meterValue: ListFrom1[MeterValueType] | UnsetType = UNSET
    offline: bool | UnsetType = UNSET
    numberOfPhasesUsed: IntFrom0To3 | UnsetType = UNSET
    cableMaxCurrent: Integer | UnsetType = UNSET
    reservationId: IntFrom0 | UnsetType = UNSET
    preconditioningStatus: PreconditioningStatusEnumType | UnsetType = UNSET
    evseSleep: bool | UnsetType = UNSET
    evse: EVSEType | UnsetType = UNSET
    idToken: IdTokenType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class TransactionEventResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    totalCost: float | UnsetType = UNSET
    chargingPriority: Integer | UnsetType = UNSET
    idTokenInfo: IdTokenInfoType | UnsetType = UNSET
    transactionLimit: TransactionLimitType | UnsetType = UNSET
    updatedPersonalMessage: MessageContentType | UnsetType = UNSET
    updatedPersonalMessageExtra: ListFrom1To4[MessageContentType] | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class TriggerMessageRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestedMessage: MessageTriggerEnumType
    evse: EVSEType | UnsetType = UNSET
    customTrigger: Str50 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class TriggerMessageResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: TriggerMessageStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class UnlockConnectorRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    evseId: IntFrom0
    connectorId: IntFrom0
    customData: CustomDataType | UnsetType = UNSET


class UnlockConnectorResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: UnlockStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class UnpublishFirmwareRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    checksum: Str32
    customData: CustomDataType | UnsetType = UNSET


class UnpublishFirmwareResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: UnpublishFirmwareStatusEnumType
    customData: CustomDataType | UnsetType = UNSET


class UpdateDynamicScheduleRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    chargingProfileId: Integer
    scheduleUpdate: ChargingScheduleUpdateType
    customData: CustomDataType | UnsetType = UNSET


class UpdateDynamicScheduleResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ChargingProfileStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class FirmwareType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    location: Str2000
    retrieveDateTime: DateTime
    installDateTime: DateTime | UnsetType = UNSET
    signingCertificate: Str5500 | UnsetType = UNSET
    signature: Str800 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class UpdateFirmwareRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    firmware: FirmwareType
    retries: IntFrom0 | UnsetType = UNSET
    retryInterval: Integer | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class UpdateFirmwareResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: UpdateFirmwareStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class UsePriorityChargingRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    transactionId: Str36
    activate: bool
    customData: CustomDataType | UnsetType = UNSET


class UsePriorityChargingResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: PriorityChargingStatusEnumType
    statusInfo: StatusInfoType | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class VatNumberValidationRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    vatNumber: Str20
    evseId: IntFrom0 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


class VatNumberValidationResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    vatNumber: Str20
    status: GenericStatusEnumType
    company: AddressType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET
    evseId: IntFrom0 | UnsetType = UNSET
    customData: CustomDataType | UnsetType = UNSET


REQUESTS: dict[str, type[Struct]] = {
    "AFRRSignal": AFRRSignalRequest,
    "AdjustPeriodicEventStream": AdjustPeriodicEventStreamRequest,
    "Authorize": AuthorizeRequest,
    "BatterySwap": BatterySwapRequest,
    "BootNotification": BootNotificationRequest,
    "CancelReservation": CancelReservationRequest,
    "CertificateSigned": CertificateSignedRequest,
    "ChangeAvailability": ChangeAvailabilityRequest,
    "ChangeTransactionTariff": ChangeTransactionTariffRequest,
    "ClearCache": ClearCacheRequest,
    "ClearChargingProfile": ClearChargingProfileRequest,
    "ClearDERControl": ClearDERControlRequest,
    "ClearDisplayMessage": ClearDisplayMessageRequest,
    "ClearTariffs": ClearTariffsRequest,
    "ClearVariableMonitoring": ClearVariableMonitoringRequest,
    "ClearedChargingLimit": ClearedChargingLimitRequest,
    "ClosePeriodicEventStream": ClosePeriodicEventStreamRequest,
    "CostUpdated": CostUpdatedRequest,
    "CustomerInformation": CustomerInformationRequest,
    "DataTransfer": DataTransferRequest,
    "DeleteCertificate": DeleteCertificateRequest,
    "FirmwareStatusNotification": FirmwareStatusNotificationRequest,
    "Get15118EVCertificate": Get15118EVCertificateRequest,
    "GetBaseReport": GetBaseReportRequest,
    "GetCertificateChainStatus": GetCertificateChainStatusRequest,
    "GetCertificateStatus": GetCertificateStatusRequest,
    "GetChargingProfiles": GetChargingProfilesRequest,
    "GetCompositeSchedule": GetCompositeScheduleRequest,
    "GetDERControl": GetDERControlRequest,
    "GetDisplayMessages": GetDisplayMessagesRequest,
    "GetInstalledCertificateIds": GetInstalledCertificateIdsRequest,
    "GetLocalListVersion": GetLocalListVersionRequest,
    "GetLog": GetLogRequest,
    "GetMonitoringReport": GetMonitoringReportRequest,
    "GetPeriodicEventStream": GetPeriodicEventStreamRequest,
    "GetReport": GetReportRequest,
    "GetTariffs": GetTariffsRequest,
    "GetTransactionStatus": GetTransactionStatusRequest,
    "GetVariables": GetVariablesRequest,
    "Heartbeat": HeartbeatRequest,
    "InstallCertificate": InstallCertificateRequest,
    "LogStatusNotification": LogStatusNotificationRequest,
    "MeterValues": MeterValuesRequest,
    "NotifyAllowedEnergyTransfer": NotifyAllowedEnergyTransferRequest,
    "NotifyChargingLimit": NotifyChargingLimitRequest,
    "NotifyCustomerInformation": NotifyCustomerInformationRequest,
    "NotifyDERAlarm": NotifyDERAlarmRequest,
    "NotifyDERStartStop": NotifyDERStartStopRequest,
    "NotifyDisplayMessages": NotifyDisplayMessagesRequest,
    "NotifyEVChargingNeeds": NotifyEVChargingNeedsRequest,
    "NotifyEVChargingSchedule": NotifyEVChargingScheduleRequest,
    "NotifyEvent": NotifyEventRequest,
    "NotifyMonitoringReport": NotifyMonitoringReportRequest,
    "NotifyPriorityCharging": NotifyPriorityChargingRequest,
    "NotifyReport": NotifyReportRequest,
    "NotifySettlement": NotifySettlementRequest,
    "NotifyWebPaymentStarted": NotifyWebPaymentStartedRequest,
    "OpenPeriodicEventStream": OpenPeriodicEventStreamRequest,
    "PublishFirmware": PublishFirmwareRequest,
    "PublishFirmwareStatusNotification": PublishFirmwareStatusNotificationRequest,
    "PullDynamicScheduleUpdate": PullDynamicScheduleUpdateRequest,
    "ReportChargingProfiles": ReportChargingProfilesRequest,
    "ReportDERControl": ReportDERControlRequest,
    "RequestBatterySwap": RequestBatterySwapRequest,
    "RequestStartTransaction": RequestStartTransactionRequest,
    "RequestStopTransaction": RequestStopTransactionRequest,
    "ReservationStatusUpdate": ReservationStatusUpdateRequest,
    "ReserveNow": ReserveNowRequest,
    "Reset": ResetRequest,
    "SecurityEventNotification": SecurityEventNotificationRequest,
    "SendLocalList": SendLocalListRequest,
    "SetChargingProfile": SetChargingProfileRequest,
    "SetDERControl": SetDERControlRequest,
    "SetDefaultTariff": SetDefaultTariffRequest,
    "SetDisplayMessage": SetDisplayMessageRequest,
    "SetMonitoringBase": SetMonitoringBaseRequest,
    "SetMonitoringLevel": SetMonitoringLevelRequest,
    "SetNetworkProfile": SetNetworkProfileRequest,
    "SetVariableMonitoring": SetVariableMonitoringRequest,
    "SetVariables": SetVariablesRequest,
    "SignCertificate": SignCertificateRequest,
    "StatusNotification": StatusNotificationRequest,
    "TransactionEvent": TransactionEventRequest,
    "TriggerMessage": TriggerMessageRequest,
    "UnlockConnector": UnlockConnectorRequest,
    "UnpublishFirmware": UnpublishFirmwareRequest,
    "UpdateDynamicSchedule": UpdateDynamicScheduleRequest,
    "UpdateFirmware": UpdateFirmwareRequest,
    "UsePriorityCharging": UsePriorityChargingRequest,
    "VatNumberValidation": VatNumberValidationRequest,
}

RESPONSES: dict[str, type[Struct]] = {
    "AFRRSignal": AFRRSignalResponse,
    "AdjustPeriodicEventStream": AdjustPeriodicEventStreamResponse,
    "Authorize": AuthorizeResponse,
    "BatterySwap": BatterySwapResponse,
    "BootNotification": BootNotificationResponse,
    "CancelReservation": CancelReservationResponse,
    "CertificateSigned": CertificateSignedResponse,
    "ChangeAvailability": ChangeAvailabilityResponse,
    "ChangeTransactionTariff": ChangeTransactionTariffResponse,
    "ClearCache": ClearCacheResponse,
    "ClearChargingProfile": ClearChargingProfileResponse,
    "ClearDERControl": ClearDERControlResponse,
    "ClearDisplayMessage": ClearDisplayMessageResponse,
    "ClearTariffs": ClearTariffsResponse,
    "ClearVariableMonitoring": ClearVariableMonitoringResponse,
    "ClearedChargingLimit": ClearedChargingLimitResponse,
    "ClosePeriodicEventStream": ClosePeriodicEventStreamResponse,
    "CostUpdated": CostUpdatedResponse,
    "CustomerInformation": CustomerInformationResponse,
    "DataTransfer": DataTransferResponse,
    "DeleteCertificate": DeleteCertificateResponse,
    "FirmwareStatusNotification": FirmwareStatusNotificationResponse,
    "Get15118EVCertificate": Get15118EVCertificateResponse,
    "GetBaseReport": GetBaseReportResponse,
    "GetCertificateChainStatus": GetCertificateChainStatusResponse,
    "GetCertificateStatus": GetCertificateStatusResponse,
    "GetChargingProfiles": GetChargingProfilesResponse,
    "GetCompositeSchedule": GetCompositeScheduleResponse,
    "GetDERControl": GetDERControlResponse,
    "GetDisplayMessages": GetDisplayMessagesResponse,
    "GetInstalledCertificateIds": GetInstalledCertificateIdsResponse,
    "GetLocalListVersion": GetLocalListVersionResponse,
    "GetLog": GetLogResponse,
    "GetMonitoringReport": GetMonitoringReportResponse,
    "GetPeriodicEventStream": GetPeriodicEventStreamResponse,
    "GetReport": GetReportResponse,
    "GetTariffs": GetTariffsResponse,
    "GetTransactionStatus": GetTransactionStatusResponse,
    "GetVariables": GetVariablesResponse,
    "Heartbeat": HeartbeatResponse,
    "InstallCertificate": InstallCertificateResponse,
    "LogStatusNotification": LogStatusNotificationResponse,
    "MeterValues": MeterValuesResponse,
    "NotifyAllowedEnergyTransfer": NotifyAllowedEnergyTransferResponse,
    "NotifyChargingLimit": NotifyChargingLimitResponse,
    "NotifyCustomerInformation": NotifyCustomerInformationResponse,
    "NotifyDERAlarm": NotifyDERAlarmResponse,
    "NotifyDERStartStop": NotifyDERStartStopResponse,
    "NotifyDisplayMessages": NotifyDisplayMessagesResponse,
    "NotifyEVChargingNeeds": NotifyEVChargingNeedsResponse,
    "NotifyEVChargingSchedule": NotifyEVChargingScheduleResponse,
    "NotifyEvent": NotifyEventResponse,
    "NotifyMonitoringReport": NotifyMonitoringReportResponse,
    "NotifyPriorityCharging": NotifyPriorityChargingResponse,
    "NotifyReport": NotifyReportResponse,
    "NotifySettlement": NotifySettlementResponse,
    "NotifyWebPaymentStarted": NotifyWebPaymentStartedResponse,
    "OpenPeriodicEventStream": OpenPeriodicEventStreamResponse,
    "PublishFirmware": PublishFirmwareResponse,
    "PublishFirmwareStatusNotification": PublishFirmwareStatusNotificationResponse,
    "PullDynamicScheduleUpdate": PullDynamicScheduleUpdateResponse,
    "ReportChargingProfiles": ReportChargingProfilesResponse,
    "ReportDERControl": ReportDERControlResponse,
    "RequestBatterySwap": RequestBatterySwapResponse,
    "RequestStartTransaction": RequestStartTransactionResponse,
    "RequestStopTransaction": RequestStopTransactionResponse,
    "ReservationStatusUpdate": ReservationStatusUpdateResponse,
    "ReserveNow": ReserveNowResponse,
    "Reset": ResetResponse,
    "SecurityEventNotification": SecurityEventNotificationResponse,
    "SendLocalList": SendLocalListResponse,
    "SetChargingProfile": SetChargingProfileResponse,
    "SetDERControl": SetDERControlResponse,
    "SetDefaultTariff": SetDefaultTariffResponse,
    "SetDisplayMessage": SetDisplayMessageResponse,
    "SetMonitoringBase": SetMonitoringBaseResponse,
    "SetMonitoringLevel": SetMonitoringLevelResponse,
    "SetNetworkProfile": SetNetworkProfileResponse,
    "SetVariableMonitoring": SetVariableMonitoringResponse,
    "SetVariables": SetVariablesResponse,
    "SignCertificate": SignCertificateResponse,
    "StatusNotification": StatusNotificationResponse,
    "TransactionEvent": TransactionEventResponse,
    "TriggerMessage": TriggerMessageResponse,
    "UnlockConnector": UnlockConnectorResponse,
    "UnpublishFirmware": UnpublishFirmwareResponse,
    "UpdateDynamicSchedule": UpdateDynamicScheduleResponse,
    "UpdateFirmware": UpdateFirmwareResponse,
    "UsePriorityCharging": UsePriorityChargingResponse,
    "VatNumberValidation": VatNumberValidationResponse,
}

SENDS: dict[str, type[Struct]] = {
    "NotifyPeriodicEventStream": NotifyPeriodicEventStream,
}
