"""Messages of OCPP 2.0.1 as msgspec Structs. Generated: do not edit.

Written by tests/tools/generate_messages.py from the JSON schemas of the Open Charge Alliance.
"""

from typing import Annotated, Any, Literal, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from agent.ocpp.messages.date_time import DateTime

T = TypeVar("T")

IntFrom0 = Annotated[int, Meta(ge=0, le=2**63 - 1)]
IntFrom0To100 = Annotated[int, Meta(ge=0, le=100)]
Integer = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
ListFrom1 = Annotated[list[T], Meta(min_length=1)]
ListFrom1To1024 = Annotated[list[T], Meta(min_length=1, max_length=1024)]
ListFrom1To3 = Annotated[list[T], Meta(min_length=1, max_length=3)]
ListFrom1To4 = Annotated[list[T], Meta(min_length=1, max_length=4)]
Str1000 = Annotated[str, Meta(max_length=1000)]
Str10000 = Annotated[str, Meta(max_length=10000)]
Str128 = Annotated[str, Meta(max_length=128)]
Str16 = Annotated[str, Meta(max_length=16)]
Str20 = Annotated[str, Meta(max_length=20)]
Str25 = Annotated[str, Meta(max_length=25)]
Str2500 = Annotated[str, Meta(max_length=2500)]
Str255 = Annotated[str, Meta(max_length=255)]
Str32 = Annotated[str, Meta(max_length=32)]
Str36 = Annotated[str, Meta(max_length=36)]
Str40 = Annotated[str, Meta(max_length=40)]
Str50 = Annotated[str, Meta(max_length=50)]
Str500 = Annotated[str, Meta(max_length=500)]
Str512 = Annotated[str, Meta(max_length=512)]
Str5500 = Annotated[str, Meta(max_length=5500)]
Str5600 = Annotated[str, Meta(max_length=5600)]
Str6 = Annotated[str, Meta(max_length=6)]
Str64 = Annotated[str, Meta(max_length=64)]
Str8 = Annotated[str, Meta(max_length=8)]
Str800 = Annotated[str, Meta(max_length=800)]

APNAuthenticationEnumType = Literal["CHAP", "NONE", "PAP", "AUTO"]
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
CertificateSigningUseEnumType = Literal["ChargingStationCertificate", "V2GCertificate"]
ChangeAvailabilityStatusEnumType = Literal["Accepted", "Rejected", "Scheduled"]
ChargingLimitSourceEnumType = Literal["EMS", "Other", "SO", "CSO"]
ChargingProfileKindEnumType = Literal["Absolute", "Recurring", "Relative"]
ChargingProfilePurposeEnumType = Literal[
    "ChargingStationExternalConstraints",
    "ChargingStationMaxProfile",
    "TxDefaultProfile",
    "TxProfile",
]
ChargingProfileStatusEnumType = Literal["Accepted", "Rejected"]
ChargingRateUnitEnumType = Literal["W", "A"]
ChargingStateEnumType = Literal["Charging", "EVConnected", "SuspendedEV", "SuspendedEVSE", "Idle"]
ClearCacheStatusEnumType = Literal["Accepted", "Rejected"]
ClearChargingProfileStatusEnumType = Literal["Accepted", "Unknown"]
ClearMessageStatusEnumType = Literal["Accepted", "Unknown"]
ClearMonitoringStatusEnumType = Literal["Accepted", "Rejected", "NotFound"]
ComponentCriterionEnumType = Literal["Active", "Available", "Enabled", "Problem"]
ConnectorEnumType = Literal[
    "cCCS1",
    "cCCS2",
    "cG105",
    "cTesla",
    "cType1",
    "cType2",
    "s309-1P-16A",
    "s309-1P-32A",
    "s309-3P-16A",
    "s309-3P-32A",
    "sBS1361",
    "sCEE-7-7",
    "sType2",
    "sType3",
    "Other1PhMax16A",
    "Other1PhOver16A",
    "Other3Ph",
    "Pan",
    "wInductive",
    "wResonant",
    "Undetermined",
    "Unknown",
]
ConnectorStatusEnumType = Literal["Available", "Occupied", "Reserved", "Unavailable", "Faulted"]
CostKindEnumType = Literal["CarbonDioxideEmission", "RelativePricePercentage", "RenewableGenerationPercentage"]
CustomerInformationStatusEnumType = Literal["Accepted", "Rejected", "Invalid"]
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
DeleteCertificateStatusEnumType = Literal["Accepted", "Failed", "NotFound"]
DisplayMessageStatusEnumType = Literal[
    "Accepted",
    "NotSupportedMessageFormat",
    "Rejected",
    "NotSupportedPriority",
    "NotSupportedState",
    "UnknownTransaction",
]
EnergyTransferModeEnumType = Literal["DC", "AC_single_phase", "AC_two_phase", "AC_three_phase"]
EventNotificationEnumType = Literal[
    "HardWiredNotification",
    "HardWiredMonitor",
    "PreconfiguredMonitor",
    "CustomMonitor",
]
EventTriggerEnumType = Literal["Alerting", "Delta", "Periodic"]
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
HashAlgorithmEnumType = Literal["SHA256", "SHA384", "SHA512"]
IdTokenEnumType = Literal[
    "Central",
    "eMAID",
    "ISO14443",
    "ISO15693",
    "KeyCode",
    "Local",
    "MacAddress",
    "NoAuthorization",
]
InstallCertificateStatusEnumType = Literal["Accepted", "Rejected", "Failed"]
InstallCertificateUseEnumType = Literal[
    "V2GRootCertificate",
    "MORootCertificate",
    "CSMSRootCertificate",
    "ManufacturerRootCertificate",
]
Iso15118EVCertificateStatusEnumType = Literal["Accepted", "Failed"]
LocationEnumType = Literal["Body", "Cable", "EV", "Inlet", "Outlet"]
LogEnumType = Literal["DiagnosticsLog", "SecurityLog"]
LogStatusEnumType = Literal["Accepted", "Rejected", "AcceptedCanceled"]
MeasurandEnumType = Literal[
    "Current.Export",
    "Current.Import",
    "Current.Offered",
    "Energy.Active.Export.Register",
    "Energy.Active.Import.Register",
    "Energy.Reactive.Export.Register",
    "Energy.Reactive.Import.Register",
    "Energy.Active.Export.Interval",
    "Energy.Active.Import.Interval",
    "Energy.Active.Net",
    "Energy.Reactive.Export.Interval",
    "Energy.Reactive.Import.Interval",
    "Energy.Reactive.Net",
    "Energy.Apparent.Net",
    "Energy.Apparent.Import",
    "Energy.Apparent.Export",
    "Frequency",
    "Power.Active.Export",
    "Power.Active.Import",
    "Power.Factor",
    "Power.Offered",
    "Power.Reactive.Export",
    "Power.Reactive.Import",
    "SoC",
    "Voltage",
]
MessageFormatEnumType = Literal["ASCII", "HTML", "URI", "UTF8"]
MessagePriorityEnumType = Literal["AlwaysFront", "InFront", "NormalCycle"]
MessageStateEnumType = Literal["Charging", "Faulted", "Idle", "Unavailable"]
MessageTriggerEnumType = Literal[
    "BootNotification",
    "LogStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "MeterValues",
    "SignChargingStationCertificate",
    "SignV2GCertificate",
    "StatusNotification",
    "TransactionEvent",
    "SignCombinedCertificate",
    "PublishFirmwareStatusNotification",
]
MonitorEnumType = Literal["UpperThreshold", "LowerThreshold", "Delta", "Periodic", "PeriodicClockAligned"]
MonitoringBaseEnumType = Literal["All", "FactoryDefault", "HardWiredOnly"]
MonitoringCriterionEnumType = Literal["ThresholdMonitoring", "DeltaMonitoring", "PeriodicMonitoring"]
MutabilityEnumType = Literal["ReadOnly", "WriteOnly", "ReadWrite"]
NotifyEVChargingNeedsStatusEnumType = Literal["Accepted", "Rejected", "Processing"]
OCPPInterfaceEnumType = Literal[
    "Wired0",
    "Wired1",
    "Wired2",
    "Wired3",
    "Wireless0",
    "Wireless1",
    "Wireless2",
    "Wireless3",
]
OCPPTransportEnumType = Literal["JSON", "SOAP"]
OCPPVersionEnumType = Literal["OCPP12", "OCPP15", "OCPP16", "OCPP20"]
OperationalStatusEnumType = Literal["Inoperative", "Operative"]
PhaseEnumType = Literal["L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"]
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
    "Local",
    "LocalOutOfCredit",
    "MasterPass",
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
]
RecurrencyKindEnumType = Literal["Daily", "Weekly"]
RegistrationStatusEnumType = Literal["Accepted", "Pending", "Rejected"]
ReportBaseEnumType = Literal["ConfigurationInventory", "FullInventory", "SummaryInventory"]
RequestStartStopStatusEnumType = Literal["Accepted", "Rejected"]
ReservationUpdateStatusEnumType = Literal["Expired", "Removed"]
ReserveNowStatusEnumType = Literal["Accepted", "Faulted", "Occupied", "Rejected", "Unavailable"]
ResetEnumType = Literal["Immediate", "OnIdle"]
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
TransactionEventEnumType = Literal["Ended", "Started", "Updated"]
TriggerMessageStatusEnumType = Literal["Accepted", "Rejected", "NotImplemented"]
TriggerReasonEnumType = Literal[
    "Authorized",
    "CablePluggedIn",
    "ChargingRateChanged",
    "ChargingStateChanged",
    "Deauthorized",
    "EnergyLimitReached",
    "EVCommunicationLost",
    "EVConnectTimeout",
    "MeterValueClock",
    "MeterValuePeriodic",
    "TimeLimitReached",
    "Trigger",
    "UnlockCommand",
    "StopAuthorized",
    "EVDeparted",
    "EVDetected",
    "RemoteStop",
    "RemoteStart",
    "AbnormalCondition",
    "SignedDataReceived",
    "ResetCommand",
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


class AdditionalInfoType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    additionalIdToken: Str36
    type: Str50
    customData: CustomDataType | UnsetType = UNSET


class IdTokenType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    idToken: Str36
    type: IdTokenEnumType
    customData: CustomDataType | UnsetType = UNSET
    additionalInfo: ListFrom1[AdditionalInfoType] | UnsetType = UNSET


class OCSPRequestDataType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    hashAlgorithm: HashAlgorithmEnumType
    issuerNameHash: Str128
    issuerKeyHash: Str128
    serialNumber: Str40
    responderURL: Str512
    customData: CustomDataType | UnsetType = UNSET


class AuthorizeRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    idToken: IdTokenType
    customData: CustomDataType | UnsetType = UNSET
    certificate: Str5500 | UnsetType = UNSET
    iso15118CertificateHashData: ListFrom1To4[OCSPRequestDataType] | UnsetType = UNSET


class MessageContentType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    format: MessageFormatEnumType
    content: Str512
    customData: CustomDataType | UnsetType = UNSET
    language: Str8 | UnsetType = UNSET


class IdTokenInfoType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: AuthorizationStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    cacheExpiryDateTime: DateTime | UnsetType = UNSET
    chargingPriority: Integer | UnsetType = UNSET
    language1: Str8 | UnsetType = UNSET
    evseId: ListFrom1[Integer] | UnsetType = UNSET
    groupIdToken: IdTokenType | UnsetType = UNSET
    language2: Str8 | UnsetType = UNSET
    personalMessage: MessageContentType | UnsetType = UNSET


class AuthorizeResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    idTokenInfo: IdTokenInfoType
    customData: CustomDataType | UnsetType = UNSET
    certificateStatus: AuthorizeCertificateStatusEnumType | UnsetType = UNSET


class ModemType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET
    iccid: Str20 | UnsetType = UNSET
    imsi: Str20 | UnsetType = UNSET


class ChargingStationType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    model: Str20
    vendorName: Str50
    customData: CustomDataType | UnsetType = UNSET
    serialNumber: Str25 | UnsetType = UNSET
    modem: ModemType | UnsetType = UNSET
    firmwareVersion: Str50 | UnsetType = UNSET


class BootNotificationRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    chargingStation: ChargingStationType
    reason: BootReasonEnumType
    customData: CustomDataType | UnsetType = UNSET


class StatusInfoType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    reasonCode: Str20
    customData: CustomDataType | UnsetType = UNSET
    additionalInfo: Str512 | UnsetType = UNSET


class BootNotificationResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    currentTime: DateTime
    interval: Integer
    status: RegistrationStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class CancelReservationRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    reservationId: Integer
    customData: CustomDataType | UnsetType = UNSET


class CancelReservationResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: CancelReservationStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class CertificateSignedRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    certificateChain: Str10000
    customData: CustomDataType | UnsetType = UNSET
    certificateType: CertificateSigningUseEnumType | UnsetType = UNSET


class CertificateSignedResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: CertificateSignedStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class EVSEType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: Integer
    customData: CustomDataType | UnsetType = UNSET
    connectorId: Integer | UnsetType = UNSET


class ChangeAvailabilityRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    operationalStatus: OperationalStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    evse: EVSEType | UnsetType = UNSET


class ChangeAvailabilityResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ChangeAvailabilityStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class ClearCacheRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class ClearCacheResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ClearCacheStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class ClearChargingProfileType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET
    evseId: Integer | UnsetType = UNSET
    chargingProfilePurpose: ChargingProfilePurposeEnumType | UnsetType = UNSET
    stackLevel: Integer | UnsetType = UNSET


class ClearChargingProfileRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET
    chargingProfileId: Integer | UnsetType = UNSET
    chargingProfileCriteria: ClearChargingProfileType | UnsetType = UNSET


class ClearChargingProfileResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ClearChargingProfileStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class ClearDisplayMessageRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: Integer
    customData: CustomDataType | UnsetType = UNSET


class ClearDisplayMessageResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ClearMessageStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class ClearVariableMonitoringRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: ListFrom1[Integer]
    customData: CustomDataType | UnsetType = UNSET


class ClearMonitoringResultType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ClearMonitoringStatusEnumType
    id: Integer
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class ClearVariableMonitoringResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    clearMonitoringResult: ListFrom1[ClearMonitoringResultType]
    customData: CustomDataType | UnsetType = UNSET


class ClearedChargingLimitRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    chargingLimitSource: ChargingLimitSourceEnumType
    customData: CustomDataType | UnsetType = UNSET
    evseId: Integer | UnsetType = UNSET


class ClearedChargingLimitResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
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
    requestId: Integer
    report: bool
    clear: bool
    customData: CustomDataType | UnsetType = UNSET
    customerCertificate: CertificateHashDataType | UnsetType = UNSET
    idToken: IdTokenType | UnsetType = UNSET
    customerIdentifier: Str64 | UnsetType = UNSET


class CustomerInformationResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: CustomerInformationStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class DataTransferRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    vendorId: Str255
    customData: CustomDataType | UnsetType = UNSET
    messageId: Str50 | UnsetType = UNSET
    data: Any | UnsetType = UNSET


class DataTransferResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: DataTransferStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET
    data: Any | UnsetType = UNSET


class DeleteCertificateRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    certificateHashData: CertificateHashDataType
    customData: CustomDataType | UnsetType = UNSET


class DeleteCertificateResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: DeleteCertificateStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class FirmwareStatusNotificationRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    status: FirmwareStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    requestId: Integer | UnsetType = UNSET


class FirmwareStatusNotificationResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    customData: CustomDataType | UnsetType = UNSET


class Get15118EVCertificateRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    iso15118SchemaVersion: Str50
    action: CertificateActionEnumType
    exiRequest: Str5600
    customData: CustomDataType | UnsetType = UNSET


class Get15118EVCertificateResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: Iso15118EVCertificateStatusEnumType
    exiResponse: Str5600
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class GetBaseReportRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    reportBase: ReportBaseEnumType
    customData: CustomDataType | UnsetType = UNSET


class GetBaseReportResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GenericDeviceModelStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class GetCertificateStatusRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    ocspRequestData: OCSPRequestDataType
    customData: CustomDataType | UnsetType = UNSET


class GetCertificateStatusResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GetCertificateStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET
    ocspResult: Str5500 | UnsetType = UNSET


class ChargingProfileCriterionType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET
    chargingProfilePurpose: ChargingProfilePurposeEnumType | UnsetType = UNSET
    stackLevel: Integer | UnsetType = UNSET
    chargingProfileId: ListFrom1[Integer] | UnsetType = UNSET
    chargingLimitSource: ListFrom1To4[ChargingLimitSourceEnumType] | UnsetType = UNSET


class GetChargingProfilesRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    chargingProfile: ChargingProfileCriterionType
    customData: CustomDataType | UnsetType = UNSET
    evseId: Integer | UnsetType = UNSET


class GetChargingProfilesResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GetChargingProfileStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class GetCompositeScheduleRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    duration: Integer
    evseId: Integer
    customData: CustomDataType | UnsetType = UNSET
    chargingRateUnit: ChargingRateUnitEnumType | UnsetType = UNSET


class ChargingSchedulePeriodType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    startPeriod: Integer
    limit: float
    customData: CustomDataType | UnsetType = UNSET
    numberPhases: Integer | UnsetType = UNSET
    phaseToUse: Integer | UnsetType = UNSET


class CompositeScheduleType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    chargingSchedulePeriod: ListFrom1[ChargingSchedulePeriodType]
    evseId: Integer
    duration: Integer
    scheduleStart: DateTime
    chargingRateUnit: ChargingRateUnitEnumType
    customData: CustomDataType | UnsetType = UNSET


class GetCompositeScheduleResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GenericStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET
    schedule: CompositeScheduleType | UnsetType = UNSET


class GetDisplayMessagesRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    customData: CustomDataType | UnsetType = UNSET
    id: ListFrom1[Integer] | UnsetType = UNSET
    priority: MessagePriorityEnumType | UnsetType = UNSET
    state: MessageStateEnumType | UnsetType = UNSET


class GetDisplayMessagesResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GetDisplayMessagesStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class GetInstalledCertificateIdsRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    customData: CustomDataType | UnsetType = UNSET
    certificateType: ListFrom1[GetCertificateIdUseEnumType] | UnsetType = UNSET


class CertificateHashDataChainType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    certificateHashData: CertificateHashDataType
    certificateType: GetCertificateIdUseEnumType
    customData: CustomDataType | UnsetType = UNSET
    childCertificateHashData: ListFrom1To4[CertificateHashDataType] | UnsetType = UNSET


class GetInstalledCertificateIdsResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    status: GetInstalledCertificateStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET
    certificateHashDataChain: ListFrom1[CertificateHashDataChainType] | UnsetType = UNSET


class GetLocalListVersionRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class GetLocalListVersionResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    versionNumber: Integer
    customData: CustomDataType | UnsetType = UNSET


class LogParametersType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    remoteLocation: Str512
    customData: CustomDataType | UnsetType = UNSET
    oldestTimestamp: DateTime | UnsetType = UNSET
    latestTimestamp: DateTime | UnsetType = UNSET


class GetLogRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    log: LogParametersType
    logType: LogEnumType
    requestId: Integer
    customData: CustomDataType | UnsetType = UNSET
    retries: Integer | UnsetType = UNSET
    retryInterval: Integer | UnsetType = UNSET


class GetLogResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: LogStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET
    filename: Str255 | UnsetType = UNSET


class ComponentType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    name: Str50
    customData: CustomDataType | UnsetType = UNSET
    evse: EVSEType | UnsetType = UNSET
    instance: Str50 | UnsetType = UNSET


class VariableType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    name: Str50
    customData: CustomDataType | UnsetType = UNSET
    instance: Str50 | UnsetType = UNSET


class ComponentVariableType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    component: ComponentType
    customData: CustomDataType | UnsetType = UNSET
    variable: VariableType | UnsetType = UNSET


class GetMonitoringReportRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    customData: CustomDataType | UnsetType = UNSET
    componentVariable: ListFrom1[ComponentVariableType] | UnsetType = UNSET
    monitoringCriteria: ListFrom1To3[MonitoringCriterionEnumType] | UnsetType = UNSET


class GetMonitoringReportResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GenericDeviceModelStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class GetReportRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    customData: CustomDataType | UnsetType = UNSET
    componentVariable: ListFrom1[ComponentVariableType] | UnsetType = UNSET
    componentCriteria: ListFrom1To4[ComponentCriterionEnumType] | UnsetType = UNSET


class GetReportResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GenericDeviceModelStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class GetTransactionStatusRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET
    transactionId: Str36 | UnsetType = UNSET


class GetTransactionStatusResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    messagesInQueue: bool
    customData: CustomDataType | UnsetType = UNSET
    ongoingIndicator: bool | UnsetType = UNSET


class GetVariableDataType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    component: ComponentType
    variable: VariableType
    customData: CustomDataType | UnsetType = UNSET
    attributeType: AttributeEnumType | UnsetType = UNSET


class GetVariablesRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    getVariableData: ListFrom1[GetVariableDataType]
    customData: CustomDataType | UnsetType = UNSET


class GetVariableResultType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    attributeStatus: GetVariableStatusEnumType
    component: ComponentType
    variable: VariableType
    customData: CustomDataType | UnsetType = UNSET
    attributeStatusInfo: StatusInfoType | UnsetType = UNSET
    attributeType: AttributeEnumType | UnsetType = UNSET
    attributeValue: Str2500 | UnsetType = UNSET


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
    certificate: Str5500
    customData: CustomDataType | UnsetType = UNSET


class InstallCertificateResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: InstallCertificateStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class LogStatusNotificationRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: UploadLogStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    requestId: Integer | UnsetType = UNSET


class LogStatusNotificationResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class SignedMeterValueType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    signedMeterData: Str2500
    signingMethod: Str50
    encodingMethod: Str50
    publicKey: Str2500
    customData: CustomDataType | UnsetType = UNSET


class UnitOfMeasureType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET
    unit: Str20 | UnsetType = UNSET
    multiplier: Integer | UnsetType = UNSET


class SampledValueType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    value: float
    customData: CustomDataType | UnsetType = UNSET
    context: ReadingContextEnumType | UnsetType = UNSET
    measurand: MeasurandEnumType | UnsetType = UNSET
    phase: PhaseEnumType | UnsetType = UNSET
    location: LocationEnumType | UnsetType = UNSET
    signedMeterValue: SignedMeterValueType | UnsetType = UNSET
    unitOfMeasure: UnitOfMeasureType | UnsetType = UNSET


class MeterValueType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    sampledValue: ListFrom1[SampledValueType]
    timestamp: DateTime
    customData: CustomDataType | UnsetType = UNSET


class MeterValuesRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    evseId: Integer
    meterValue: ListFrom1[MeterValueType]
    customData: CustomDataType | UnsetType = UNSET


class MeterValuesResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class RelativeTimeIntervalType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    start: Integer
    customData: CustomDataType | UnsetType = UNSET
    duration: Integer | UnsetType = UNSET


class CostType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    costKind: CostKindEnumType
    amount: Integer
    customData: CustomDataType | UnsetType = UNSET
    amountMultiplier: Integer | UnsetType = UNSET


class ConsumptionCostType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    startValue: float
    cost: ListFrom1To3[CostType]
    customData: CustomDataType | UnsetType = UNSET


class SalesTariffEntryType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    relativeTimeInterval: RelativeTimeIntervalType
    customData: CustomDataType | UnsetType = UNSET
    ePriceLevel: IntFrom0 | UnsetType = UNSET
    consumptionCost: ListFrom1To3[ConsumptionCostType] | UnsetType = UNSET


class SalesTariffType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: Integer
    salesTariffEntry: ListFrom1To1024[SalesTariffEntryType]
    customData: CustomDataType | UnsetType = UNSET
    salesTariffDescription: Str32 | UnsetType = UNSET
    numEPriceLevels: Integer | UnsetType = UNSET


class ChargingScheduleType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: Integer
    chargingRateUnit: ChargingRateUnitEnumType
    chargingSchedulePeriod: ListFrom1To1024[ChargingSchedulePeriodType]
    customData: CustomDataType | UnsetType = UNSET
    startSchedule: DateTime | UnsetType = UNSET
    duration: Integer | UnsetType = UNSET
    minChargingRate: float | UnsetType = UNSET
    salesTariff: SalesTariffType | UnsetType = UNSET


class ChargingLimitType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    chargingLimitSource: ChargingLimitSourceEnumType
    customData: CustomDataType | UnsetType = UNSET
    isGridCritical: bool | UnsetType = UNSET


class NotifyChargingLimitRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    chargingLimit: ChargingLimitType
    customData: CustomDataType | UnsetType = UNSET
    chargingSchedule: ListFrom1[ChargingScheduleType] | UnsetType = UNSET
    evseId: Integer | UnsetType = UNSET


class NotifyChargingLimitResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class NotifyCustomerInformationRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    data: Str512
    seqNo: Integer
    generatedAt: DateTime
    requestId: Integer
    customData: CustomDataType | UnsetType = UNSET
    tbc: bool | UnsetType = UNSET


class NotifyCustomerInformationResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    customData: CustomDataType | UnsetType = UNSET


class MessageInfoType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: Integer
    priority: MessagePriorityEnumType
    message: MessageContentType
    customData: CustomDataType | UnsetType = UNSET
    display: ComponentType | UnsetType = UNSET
    state: MessageStateEnumType | UnsetType = UNSET
    startDateTime: DateTime | UnsetType = UNSET
    endDateTime: DateTime | UnsetType = UNSET
    transactionId: Str36 | UnsetType = UNSET


class NotifyDisplayMessagesRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    customData: CustomDataType | UnsetType = UNSET
    messageInfo: ListFrom1[MessageInfoType] | UnsetType = UNSET
    tbc: bool | UnsetType = UNSET


class NotifyDisplayMessagesResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class ACChargingParametersType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    energyAmount: Integer
    evMinCurrent: Integer
    evMaxCurrent: Integer
    evMaxVoltage: Integer
    customData: CustomDataType | UnsetType = UNSET


class DCChargingParametersType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    evMaxCurrent: Integer
    evMaxVoltage: Integer
    customData: CustomDataType | UnsetType = UNSET
    energyAmount: Integer | UnsetType = UNSET
    evMaxPower: Integer | UnsetType = UNSET
    stateOfCharge: IntFrom0To100 | UnsetType = UNSET
    evEnergyCapacity: Integer | UnsetType = UNSET
    fullSoC: IntFrom0To100 | UnsetType = UNSET
    bulkSoC: IntFrom0To100 | UnsetType = UNSET


class ChargingNeedsType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestedEnergyTransfer: EnergyTransferModeEnumType
    customData: CustomDataType | UnsetType = UNSET
    acChargingParameters: ACChargingParametersType | UnsetType = UNSET
    dcChargingParameters: DCChargingParametersType | UnsetType = UNSET
    departureTime: DateTime | UnsetType = UNSET


class NotifyEVChargingNeedsRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    chargingNeeds: ChargingNeedsType
    evseId: Integer
    customData: CustomDataType | UnsetType = UNSET
    maxScheduleTuples: Integer | UnsetType = UNSET


class NotifyEVChargingNeedsResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: NotifyEVChargingNeedsStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class NotifyEVChargingScheduleRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    timeBase: DateTime
    chargingSchedule: ChargingScheduleType
    evseId: Integer
    customData: CustomDataType | UnsetType = UNSET


class NotifyEVChargingScheduleResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    status: GenericStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class EventDataType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    eventId: Integer
    timestamp: DateTime
    trigger: EventTriggerEnumType
    actualValue: Str2500
    component: ComponentType
    eventNotificationType: EventNotificationEnumType
    variable: VariableType
    customData: CustomDataType | UnsetType = UNSET
    cause: Integer | UnsetType = UNSET
    techCode: Str50 | UnsetType = UNSET
    techInfo: Str500 | UnsetType = UNSET
    cleared: bool | UnsetType = UNSET
    transactionId: Str36 | UnsetType = UNSET
    variableMonitoringId: Integer | UnsetType = UNSET


class NotifyEventRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    generatedAt: DateTime
    seqNo: Integer
    eventData: ListFrom1[EventDataType]
    customData: CustomDataType | UnsetType = UNSET
    tbc: bool | UnsetType = UNSET


class NotifyEventResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class VariableMonitoringType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: Integer
    transaction: bool
    value: float
    type: MonitorEnumType
    severity: Integer
    customData: CustomDataType | UnsetType = UNSET


class MonitoringDataType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    component: ComponentType
    variable: VariableType
    variableMonitoring: ListFrom1[VariableMonitoringType]
    customData: CustomDataType | UnsetType = UNSET


class NotifyMonitoringReportRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    seqNo: Integer
    generatedAt: DateTime
    customData: CustomDataType | UnsetType = UNSET
    monitor: ListFrom1[MonitoringDataType] | UnsetType = UNSET
    tbc: bool | UnsetType = UNSET


class NotifyMonitoringReportResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class VariableAttributeType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET
    type: AttributeEnumType | UnsetType = UNSET
    value: Str2500 | UnsetType = UNSET
    mutability: MutabilityEnumType | UnsetType = UNSET
    persistent: bool | UnsetType = UNSET
    constant: bool | UnsetType = UNSET


class VariableCharacteristicsType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    dataType: DataEnumType
    supportsMonitoring: bool
    customData: CustomDataType | UnsetType = UNSET
    unit: Str16 | UnsetType = UNSET
    minLimit: float | UnsetType = UNSET
    maxLimit: float | UnsetType = UNSET
    valuesList: Str1000 | UnsetType = UNSET


class ReportDataType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    component: ComponentType
    variable: VariableType
    variableAttribute: ListFrom1To4[VariableAttributeType]
    customData: CustomDataType | UnsetType = UNSET
    variableCharacteristics: VariableCharacteristicsType | UnsetType = UNSET


class NotifyReportRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    generatedAt: DateTime
    seqNo: Integer
    customData: CustomDataType | UnsetType = UNSET
    reportData: ListFrom1[ReportDataType] | UnsetType = UNSET
    tbc: bool | UnsetType = UNSET


class NotifyReportResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class PublishFirmwareRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    location: Str512
    checksum: Str32
    requestId: Integer
    customData: CustomDataType | UnsetType = UNSET
    retries: Integer | UnsetType = UNSET
    retryInterval: Integer | UnsetType = UNSET


class PublishFirmwareResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GenericStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class PublishFirmwareStatusNotificationRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    status: PublishFirmwareStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    location: ListFrom1[Str512] | UnsetType = UNSET
    requestId: Integer | UnsetType = UNSET


class PublishFirmwareStatusNotificationResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    customData: CustomDataType | UnsetType = UNSET


class ChargingProfileType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: Integer
    stackLevel: Integer
    chargingProfilePurpose: ChargingProfilePurposeEnumType
    chargingProfileKind: ChargingProfileKindEnumType
    chargingSchedule: ListFrom1To3[ChargingScheduleType]
    customData: CustomDataType | UnsetType = UNSET
    recurrencyKind: RecurrencyKindEnumType | UnsetType = UNSET
    validFrom: DateTime | UnsetType = UNSET
    validTo: DateTime | UnsetType = UNSET
    transactionId: Str36 | UnsetType = UNSET


class ReportChargingProfilesRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    chargingLimitSource: ChargingLimitSourceEnumType
    chargingProfile: ListFrom1[ChargingProfileType]
    evseId: Integer
    customData: CustomDataType | UnsetType = UNSET
    tbc: bool | UnsetType = UNSET


class ReportChargingProfilesResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class RequestStartTransactionRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    idToken: IdTokenType
    remoteStartId: Integer
    customData: CustomDataType | UnsetType = UNSET
    evseId: Integer | UnsetType = UNSET
    groupIdToken: IdTokenType | UnsetType = UNSET
    chargingProfile: ChargingProfileType | UnsetType = UNSET


class RequestStartTransactionResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    status: RequestStartStopStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET
    transactionId: Str36 | UnsetType = UNSET


class RequestStopTransactionRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    transactionId: Str36
    customData: CustomDataType | UnsetType = UNSET


class RequestStopTransactionResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: RequestStartStopStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class ReservationStatusUpdateRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    reservationId: Integer
    reservationUpdateStatus: ReservationUpdateStatusEnumType
    customData: CustomDataType | UnsetType = UNSET


class ReservationStatusUpdateResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    customData: CustomDataType | UnsetType = UNSET


class ReserveNowRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: Integer
    expiryDateTime: DateTime
    idToken: IdTokenType
    customData: CustomDataType | UnsetType = UNSET
    connectorType: ConnectorEnumType | UnsetType = UNSET
    evseId: Integer | UnsetType = UNSET
    groupIdToken: IdTokenType | UnsetType = UNSET


class ReserveNowResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ReserveNowStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class ResetRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    type: ResetEnumType
    customData: CustomDataType | UnsetType = UNSET
    evseId: Integer | UnsetType = UNSET


class ResetResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ResetStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class SecurityEventNotificationRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    type: Str50
    timestamp: DateTime
    customData: CustomDataType | UnsetType = UNSET
    techInfo: Str255 | UnsetType = UNSET


class SecurityEventNotificationResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    customData: CustomDataType | UnsetType = UNSET


class AuthorizationData(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    idToken: IdTokenType
    customData: CustomDataType | UnsetType = UNSET
    idTokenInfo: IdTokenInfoType | UnsetType = UNSET


class SendLocalListRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    versionNumber: Integer
    updateType: UpdateEnumType
    customData: CustomDataType | UnsetType = UNSET
    localAuthorizationList: ListFrom1[AuthorizationData] | UnsetType = UNSET


class SendLocalListResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: SendLocalListStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class SetChargingProfileRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    evseId: Integer
    chargingProfile: ChargingProfileType
    customData: CustomDataType | UnsetType = UNSET


class SetChargingProfileResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ChargingProfileStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class SetDisplayMessageRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    message: MessageInfoType
    customData: CustomDataType | UnsetType = UNSET


class SetDisplayMessageResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: DisplayMessageStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class SetMonitoringBaseRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    monitoringBase: MonitoringBaseEnumType
    customData: CustomDataType | UnsetType = UNSET


class SetMonitoringBaseResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GenericDeviceModelStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class SetMonitoringLevelRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    severity: Integer
    customData: CustomDataType | UnsetType = UNSET


class SetMonitoringLevelResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GenericStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class APNType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    apn: Str512
    apnAuthentication: APNAuthenticationEnumType
    customData: CustomDataType | UnsetType = UNSET
    apnUserName: Str20 | UnsetType = UNSET
    apnPassword: Str20 | UnsetType = UNSET
    simPin: Integer | UnsetType = UNSET
    preferredNetwork: Str6 | UnsetType = UNSET
    useOnlyPreferredNetwork: bool | UnsetType = UNSET


class VPNType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    server: Str512
    user: Str20
    password: Str20
    key: Str255
    type: VPNEnumType
    customData: CustomDataType | UnsetType = UNSET
    group: Str20 | UnsetType = UNSET


class NetworkConnectionProfileType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    ocppVersion: OCPPVersionEnumType
    ocppTransport: OCPPTransportEnumType
    ocppCsmsUrl: Str512
    messageTimeout: Integer
    securityProfile: Integer
    ocppInterface: OCPPInterfaceEnumType
    customData: CustomDataType | UnsetType = UNSET
    apn: APNType | UnsetType = UNSET
    vpn: VPNType | UnsetType = UNSET


class SetNetworkProfileRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    configurationSlot: Integer
    connectionData: NetworkConnectionProfileType
    customData: CustomDataType | UnsetType = UNSET


class SetNetworkProfileResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: SetNetworkProfileStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class SetMonitoringDataType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    value: float
    type: MonitorEnumType
    severity: Integer
    component: ComponentType
    variable: VariableType
    customData: CustomDataType | UnsetType = UNSET
    id: Integer | UnsetType = UNSET
    transaction: bool | UnsetType = UNSET


class SetVariableMonitoringRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    setMonitoringData: ListFrom1[SetMonitoringDataType]
    customData: CustomDataType | UnsetType = UNSET


class SetMonitoringResultType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: SetMonitoringStatusEnumType
    type: MonitorEnumType
    component: ComponentType
    variable: VariableType
    severity: Integer
    customData: CustomDataType | UnsetType = UNSET
    id: Integer | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class SetVariableMonitoringResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    setMonitoringResult: ListFrom1[SetMonitoringResultType]
    customData: CustomDataType | UnsetType = UNSET


class SetVariableDataType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    attributeValue: Str1000
    component: ComponentType
    variable: VariableType
    customData: CustomDataType | UnsetType = UNSET
    attributeType: AttributeEnumType | UnsetType = UNSET


class SetVariablesRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    setVariableData: ListFrom1[SetVariableDataType]
    customData: CustomDataType | UnsetType = UNSET


class SetVariableResultType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    attributeStatus: SetVariableStatusEnumType
    component: ComponentType
    variable: VariableType
    customData: CustomDataType | UnsetType = UNSET
    attributeType: AttributeEnumType | UnsetType = UNSET
    attributeStatusInfo: StatusInfoType | UnsetType = UNSET


class SetVariablesResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    setVariableResult: ListFrom1[SetVariableResultType]
    customData: CustomDataType | UnsetType = UNSET


class SignCertificateRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    csr: Str5500
    customData: CustomDataType | UnsetType = UNSET
    certificateType: CertificateSigningUseEnumType | UnsetType = UNSET


class SignCertificateResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GenericStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class StatusNotificationRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    timestamp: DateTime
    connectorStatus: ConnectorStatusEnumType
    evseId: Integer
    connectorId: Integer
    customData: CustomDataType | UnsetType = UNSET


class StatusNotificationResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET


class TransactionType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    transactionId: Str36
    customData: CustomDataType | UnsetType = UNSET
    chargingState: ChargingStateEnumType | UnsetType = UNSET
    timeSpentCharging: Integer | UnsetType = UNSET
    stoppedReason: ReasonEnumType | UnsetType = UNSET
    remoteStartId: Integer | UnsetType = UNSET


class TransactionEventRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    eventType: TransactionEventEnumType
    timestamp: DateTime
    triggerReason: TriggerReasonEnumType
    seqNo: Integer
    transactionInfo: TransactionType
    customData: CustomDataType | UnsetType = UNSET
    meterValue: ListFrom1[MeterValueType] | UnsetType = UNSET
    offline: bool | UnsetType = UNSET
    numberOfPhasesUsed: Integer | UnsetType = UNSET
    cableMaxCurrent: Integer | UnsetType = UNSET
    reservationId: Integer | UnsetType = UNSET
    evse: EVSEType | UnsetType = UNSET
    idToken: IdTokenType | UnsetType = UNSET


class TransactionEventResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    customData: CustomDataType | UnsetType = UNSET
    totalCost: float | UnsetType = UNSET
    chargingPriority: Integer | UnsetType = UNSET
    idTokenInfo: IdTokenInfoType | UnsetType = UNSET
    updatedPersonalMessage: MessageContentType | UnsetType = UNSET


class TriggerMessageRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestedMessage: MessageTriggerEnumType
    customData: CustomDataType | UnsetType = UNSET
    evse: EVSEType | UnsetType = UNSET


class TriggerMessageResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: TriggerMessageStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class UnlockConnectorRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    evseId: Integer
    connectorId: Integer
    customData: CustomDataType | UnsetType = UNSET


class UnlockConnectorResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: UnlockStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


class UnpublishFirmwareRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    checksum: Str32
    customData: CustomDataType | UnsetType = UNSET


class UnpublishFirmwareResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: UnpublishFirmwareStatusEnumType
    customData: CustomDataType | UnsetType = UNSET


class FirmwareType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    location: Str512
    retrieveDateTime: DateTime
    customData: CustomDataType | UnsetType = UNSET
    installDateTime: DateTime | UnsetType = UNSET
    signingCertificate: Str5500 | UnsetType = UNSET
    signature: Str800 | UnsetType = UNSET


class UpdateFirmwareRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    firmware: FirmwareType
    customData: CustomDataType | UnsetType = UNSET
    retries: Integer | UnsetType = UNSET
    retryInterval: Integer | UnsetType = UNSET


class UpdateFirmwareResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: UpdateFirmwareStatusEnumType
    customData: CustomDataType | UnsetType = UNSET
    statusInfo: StatusInfoType | UnsetType = UNSET


REQUESTS: dict[str, type[Struct]] = {
    "Authorize": AuthorizeRequest,
    "BootNotification": BootNotificationRequest,
    "CancelReservation": CancelReservationRequest,
    "CertificateSigned": CertificateSignedRequest,
    "ChangeAvailability": ChangeAvailabilityRequest,
    "ClearCache": ClearCacheRequest,
    "ClearChargingProfile": ClearChargingProfileRequest,
    "ClearDisplayMessage": ClearDisplayMessageRequest,
    "ClearVariableMonitoring": ClearVariableMonitoringRequest,
    "ClearedChargingLimit": ClearedChargingLimitRequest,
    "CostUpdated": CostUpdatedRequest,
    "CustomerInformation": CustomerInformationRequest,
    "DataTransfer": DataTransferRequest,
    "DeleteCertificate": DeleteCertificateRequest,
    "FirmwareStatusNotification": FirmwareStatusNotificationRequest,
    "Get15118EVCertificate": Get15118EVCertificateRequest,
    "GetBaseReport": GetBaseReportRequest,
    "GetCertificateStatus": GetCertificateStatusRequest,
    "GetChargingProfiles": GetChargingProfilesRequest,
    "GetCompositeSchedule": GetCompositeScheduleRequest,
    "GetDisplayMessages": GetDisplayMessagesRequest,
    "GetInstalledCertificateIds": GetInstalledCertificateIdsRequest,
    "GetLocalListVersion": GetLocalListVersionRequest,
    "GetLog": GetLogRequest,
    "GetMonitoringReport": GetMonitoringReportRequest,
    "GetReport": GetReportRequest,
    "GetTransactionStatus": GetTransactionStatusRequest,
    "GetVariables": GetVariablesRequest,
    "Heartbeat": HeartbeatRequest,
    "InstallCertificate": InstallCertificateRequest,
    "LogStatusNotification": LogStatusNotificationRequest,
    "MeterValues": MeterValuesRequest,
    "NotifyChargingLimit": NotifyChargingLimitRequest,
    "NotifyCustomerInformation": NotifyCustomerInformationRequest,
    "NotifyDisplayMessages": NotifyDisplayMessagesRequest,
    "NotifyEVChargingNeeds": NotifyEVChargingNeedsRequest,
    "NotifyEVChargingSchedule": NotifyEVChargingScheduleRequest,
    "NotifyEvent": NotifyEventRequest,
    "NotifyMonitoringReport": NotifyMonitoringReportRequest,
    "NotifyReport": NotifyReportRequest,
    "PublishFirmware": PublishFirmwareRequest,
    "PublishFirmwareStatusNotification": PublishFirmwareStatusNotificationRequest,
    "ReportChargingProfiles": ReportChargingProfilesRequest,
    "RequestStartTransaction": RequestStartTransactionRequest,
    "RequestStopTransaction": RequestStopTransactionRequest,
    "ReservationStatusUpdate": ReservationStatusUpdateRequest,
    "ReserveNow": ReserveNowRequest,
    "Reset": ResetRequest,
    "SecurityEventNotification": SecurityEventNotificationRequest,
    "SendLocalList": SendLocalListRequest,
    "SetChargingProfile": SetChargingProfileRequest,
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
    "UpdateFirmware": UpdateFirmwareRequest,
}

RESPONSES: dict[str, type[Struct]] = {
    "Authorize": AuthorizeResponse,
    "BootNotification": BootNotificationResponse,
    "CancelReservation": CancelReservationResponse,
    "CertificateSigned": CertificateSignedResponse,
    "ChangeAvailability": ChangeAvailabilityResponse,
    "ClearCache": ClearCacheResponse,
    "ClearChargingProfile": ClearChargingProfileResponse,
    "ClearDisplayMessage": ClearDisplayMessageResponse,
    "ClearVariableMonitoring": ClearVariableMonitoringResponse,
    "ClearedChargingLimit": ClearedChargingLimitResponse,
    "CostUpdated": CostUpdatedResponse,
    "CustomerInformation": CustomerInformationResponse,
    "DataTransfer": DataTransferResponse,
    "DeleteCertificate": DeleteCertificateResponse,
    "FirmwareStatusNotification": FirmwareStatusNotificationResponse,
    "Get15118EVCertificate": Get15118EVCertificateResponse,
    "GetBaseReport": GetBaseReportResponse,
    "GetCertificateStatus": GetCertificateStatusResponse,
    "GetChargingProfiles": GetChargingProfilesResponse,
    "GetCompositeSchedule": GetCompositeScheduleResponse,
    "GetDisplayMessages": GetDisplayMessagesResponse,
    "GetInstalledCertificateIds": GetInstalledCertificateIdsResponse,
    "GetLocalListVersion": GetLocalListVersionResponse,
    "GetLog": GetLogResponse,
    "GetMonitoringReport": GetMonitoringReportResponse,
    "GetReport": GetReportResponse,
    "GetTransactionStatus": GetTransactionStatusResponse,
    "GetVariables": GetVariablesResponse,
    "Heartbeat": HeartbeatResponse,
    "InstallCertificate": InstallCertificateResponse,
    "LogStatusNotification": LogStatusNotificationResponse,
    "MeterValues": MeterValuesResponse,
    "NotifyChargingLimit": NotifyChargingLimitResponse,
    "NotifyCustomerInformation": NotifyCustomerInformationResponse,
    "NotifyDisplayMessages": NotifyDisplayMessagesResponse,
    "NotifyEVChargingNeeds": NotifyEVChargingNeedsResponse,
    "NotifyEVChargingSchedule": NotifyEVChargingScheduleResponse,
    "NotifyEvent": NotifyEventResponse,
    "NotifyMonitoringReport": NotifyMonitoringReportResponse,
    "NotifyReport": NotifyReportResponse,
    "PublishFirmware": PublishFirmwareResponse,
    "PublishFirmwareStatusNotification": PublishFirmwareStatusNotificationResponse,
    "ReportChargingProfiles": ReportChargingProfilesResponse,
    "RequestStartTransaction": RequestStartTransactionResponse,
    "RequestStopTransaction": RequestStopTransactionResponse,
    "ReservationStatusUpdate": ReservationStatusUpdateResponse,
    "ReserveNow": ReserveNowResponse,
    "Reset": ResetResponse,
    "SecurityEventNotification": SecurityEventNotificationResponse,
    "SendLocalList": SendLocalListResponse,
    "SetChargingProfile": SetChargingProfileResponse,
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
    "UpdateFirmware": UpdateFirmwareResponse,
}

SENDS: dict[str, type[Struct]] = {}
