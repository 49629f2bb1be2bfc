"""Messages of OCPP 1.6 as msgspec Structs. Generated: do not edit.

Written by tests/tools/generate_messages.py from the JSON schemas of the Open Charge Alliance.
"""

from typing import Annotated, Literal, TypeVar

from msgspec import UNSET, Meta, Struct, UnsetType

from agent.ocpp.messages.date_time import DateTime

T = TypeVar("T")

Integer = Annotated[int, Meta(ge=-(2**63), le=2**63 - 1)]
ListFrom1 = Annotated[list[T], Meta(min_length=1)]
Str10000 = Annotated[str, Meta(max_length=10000)]
Str128 = Annotated[str, Meta(max_length=128)]
Str20 = Annotated[str, Meta(max_length=20)]
Str25 = Annotated[str, Meta(max_length=25)]
Str255 = Annotated[str, Meta(max_length=255)]
Str40 = Annotated[str, Meta(max_length=40)]
Str50 = Annotated[str, Meta(max_length=50)]
Str500 = Annotated[str, Meta(max_length=500)]
Str512 = Annotated[str, Meta(max_length=512)]
Str5500 = Annotated[str, Meta(max_length=5500)]
Str800 = Annotated[str, Meta(max_length=800)]

AuthorizationStatus = Literal["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"]
AvailabilityStatus = Literal["Accepted", "Rejected", "Scheduled"]
AvailabilityType = Literal["Inoperative", "Operative"]
CancelReservationStatus = Literal["Accepted", "Rejected"]
CertificateSignedStatusEnumType = Literal["Accepted", "Rejected"]
CertificateUseEnumType = Literal["CentralSystemRootCertificate", "ManufacturerRootCertificate"]
ChargePointErrorCode = Literal[
    "ConnectorLockFailure",
    "EVCommunicationError",
    "GroundFailure",
    "HighTemperature",
    "InternalError",
    "LocalListConflict",
    "NoError",
    "OtherError",
    "OverCurrentFailure",
    "PowerMeterFailure",
    "PowerSwitchFailure",
    "ReaderFailure",
    "ResetFailure",
    "UnderVoltage",
    "OverVoltage",
    "WeakSignal",
]
ChargePointStatus = Literal[
    "Available",
    "Preparing",
    "Charging",
    "SuspendedEVSE",
    "SuspendedEV",
    "Finishing",
    "Reserved",
    "Unavailable",
    "Faulted",
]
ChargingProfileKindType = Literal["Absolute", "Recurring", "Relative"]
ChargingProfilePurposeType = Literal["ChargePointMaxProfile", "TxDefaultProfile", "TxProfile"]
ChargingProfileStatus = Literal["Accepted", "Rejected", "NotSupported"]
ChargingRateUnitType = Literal["A", "W"]
ClearCacheStatus = Literal["Accepted", "Rejected"]
ClearChargingProfileStatus = Literal["Accepted", "Unknown"]
ConfigurationStatus = Literal["Accepted", "Rejected", "RebootRequired", "NotSupported"]
DataTransferStatus = Literal["Accepted", "Rejected", "UnknownMessageId", "UnknownVendorId"]
DeleteCertificateStatusEnumType = Literal["Accepted", "Failed", "NotFound"]
DiagnosticsStatus = Literal["Idle", "Uploaded", "UploadFailed", "Uploading"]
FirmwareStatus = Literal[
    "Downloaded",
    "DownloadFailed",
    "Downloading",
    "Idle",
    "InstallationFailed",
    "Installing",
    "Installed",
]
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
GenericStatusEnumType = Literal["Accepted", "Rejected"]
GetCompositeScheduleStatus = Literal["Accepted", "Rejected"]
GetInstalledCertificateStatusEnumType = Literal["Accepted", "NotFound"]
HashAlgorithmEnumType = Literal["SHA256", "SHA384", "SHA512"]
InstallCertificateStatusEnumType = Literal["Accepted", "Failed", "Rejected"]
Location = Literal["Cable", "EV", "Inlet", "Outlet", "Body"]
LogEnumType = Literal["DiagnosticsLog", "SecurityLog"]
LogStatusEnumType = Literal["Accepted", "Rejected", "AcceptedCanceled"]
Measurand = Literal[
    "Energy.Active.Export.Register",
    "Energy.Active.Import.Register",
    "Energy.Reactive.Export.Register",
    "Energy.Reactive.Import.Register",
    "Energy.Active.Export.Interval",
    "Energy.Active.Import.Interval",
    "Energy.Reactive.Export.Interval",
    "Energy.Reactive.Import.Interval",
    "Power.Active.Export",
    "Power.Active.Import",
    "Power.Offered",
    "Power.Reactive.Export",
    "Power.Reactive.Import",
    "Power.Factor",
    "Current.Import",
    "Current.Export",
    "Current.Offered",
    "Voltage",
    "Frequency",
    "Temperature",
    "SoC",
    "RPM",
]
MessageTrigger = Literal[
    "BootNotification",
    "DiagnosticsStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "MeterValues",
    "StatusNotification",
]
MessageTriggerEnumType = Literal[
    "BootNotification",
    "LogStatusNotification",
    "FirmwareStatusNotification",
    "Heartbeat",
    "MeterValues",
    "SignChargePointCertificate",
    "StatusNotification",
]
Phase = Literal["L1", "L2", "L3", "N", "L1-N", "L2-N", "L3-N", "L1-L2", "L2-L3", "L3-L1"]
ReadingContext = Literal[
    "Interruption.Begin",
    "Interruption.End",
    "Sample.Clock",
    "Sample.Periodic",
    "Transaction.Begin",
    "Transaction.End",
    "Trigger",
    "Other",
]
Reason = Literal[
    "EmergencyStop",
    "EVDisconnected",
    "HardReset",
    "Local",
    "Other",
    "PowerLoss",
    "Reboot",
    "Remote",
    "SoftReset",
    "UnlockCommand",
    "DeAuthorized",
]
RecurrencyKindType = Literal["Daily", "Weekly"]
RegistrationStatus = Literal["Accepted", "Pending", "Rejected"]
RemoteStartStopStatus = Literal["Accepted", "Rejected"]
ReservationStatus = Literal["Accepted", "Faulted", "Occupied", "Rejected", "Unavailable"]
ResetStatus = Literal["Accepted", "Rejected"]
ResetType = Literal["Hard", "Soft"]
TriggerMessageStatus = Literal["Accepted", "Rejected", "NotImplemented"]
TriggerMessageStatusEnumType = Literal["Accepted", "Rejected", "NotImplemented"]
UnitOfMeasure = Literal[
    "Wh",
    "kWh",
    "varh",
    "kvarh",
    "W",
    "kW",
    "VA",
    "kVA",
    "var",
    "kvar",
    "A",
    "V",
    "K",
    "Celcius",
    "Celsius",
    "Fahrenheit",
    "Percent",
]
UnlockStatus = Literal["Unlocked", "UnlockFailed", "NotSupported"]
UpdateFirmwareStatusEnumType = Literal[
    "Accepted",
    "Rejected",
    "AcceptedCanceled",
    "InvalidCertificate",
    "RevokedCertificate",
]
UpdateStatus = Literal["Accepted", "Failed", "NotSupported", "VersionMismatch"]
UpdateType = Literal["Differential", "Full"]
UploadLogStatusEnumType = Literal[
    "BadMessage",
    "Idle",
    "NotSupportedOperation",
    "PermissionDenied",
    "Uploaded",
    "UploadFailure",
    "Uploading",
]
ValueFormat = Literal["Raw", "SignedData"]


class AuthorizeRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    idTag: Str20


class IdTagInfo(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: AuthorizationStatus
    expiryDate: DateTime | UnsetType = UNSET
    parentIdTag: Str20 | UnsetType = UNSET


class AuthorizeResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    idTagInfo: IdTagInfo


class BootNotificationRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    chargePointVendor: Str20
    chargePointModel: Str20
    chargePointSerialNumber: Str25 | UnsetType = UNSET
    chargeBoxSerialNumber: Str25 | UnsetType = UNSET
    firmwareVersion: Str50 | UnsetType = UNSET
    iccid: Str20 | UnsetType = UNSET
    imsi: Str20 | UnsetType = UNSET
    meterType: Str25 | UnsetType = UNSET
    meterSerialNumber: Str25 | UnsetType = UNSET


class BootNotificationResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: RegistrationStatus
    currentTime: DateTime
    interval: Integer


class CancelReservationRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    reservationId: Integer


class CancelReservationResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: CancelReservationStatus


class CertificateSignedRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    certificateChain: Str10000


class CertificateSignedResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: CertificateSignedStatusEnumType


class ChangeAvailabilityRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    connectorId: Integer
    type: AvailabilityType


class ChangeAvailabilityResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: AvailabilityStatus


class ChangeConfigurationRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    key: Str50
    value: Str500


class ChangeConfigurationResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ConfigurationStatus


class ClearCacheRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    pass


class ClearCacheResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ClearCacheStatus


class ClearChargingProfileRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    id: Integer | UnsetType = UNSET
    connectorId: Integer | UnsetType = UNSET
    chargingProfilePurpose: ChargingProfilePurposeType | UnsetType = UNSET
    stackLevel: Integer | UnsetType = UNSET


class ClearChargingProfileResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ClearChargingProfileStatus


class DataTransferRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    vendorId: Str255
    messageId: Str50 | UnsetType = UNSET
    data: str | UnsetType = UNSET


class DataTransferResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: DataTransferStatus
    data: str | UnsetType = UNSET


class CertificateHashDataType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    hashAlgorithm: HashAlgorithmEnumType
    issuerNameHash: Str128
    issuerKeyHash: Str128
    serialNumber: Str40


class DeleteCertificateRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    certificateHashData: CertificateHashDataType


class DeleteCertificateResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: DeleteCertificateStatusEnumType


class DiagnosticsStatusNotificationRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    status: DiagnosticsStatus


class DiagnosticsStatusNotificationResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    pass


class ExtendedTriggerMessageRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestedMessage: MessageTriggerEnumType
    connectorId: Integer | UnsetType = UNSET


class ExtendedTriggerMessageResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: TriggerMessageStatusEnumType


class FirmwareStatusNotificationRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    status: FirmwareStatus


class FirmwareStatusNotificationResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    pass


class GetCompositeScheduleRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    connectorId: Integer
    duration: Integer
    chargingRateUnit: ChargingRateUnitType | UnsetType = UNSET


class ChargingSchedulePeriod(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    startPeriod: Integer
    limit: float
    numberPhases: Integer | UnsetType = UNSET

    def __post_init__(self) -> None:
        if round(self.limit, 1) != self.limit:
            raise ValueError("`limit` is not a multiple of 0.1")


class ChargingSchedule(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    chargingRateUnit: ChargingRateUnitType
    chargingSchedulePeriod: list[ChargingSchedulePeriod]
    duration: Integer | UnsetType = UNSET
    startSchedule: DateTime | UnsetType = UNSET
    minChargingRate: float | UnsetType = UNSET

    def __post_init__(self) -> None:
        if self.minChargingRate is not UNSET and round(self.minChargingRate, 1) != self.minChargingRate:
            raise ValueError("`minChargingRate` is not a multiple of 0.1")


class GetCompositeScheduleResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GetCompositeScheduleStatus
    connectorId: Integer | UnsetType = UNSET
    scheduleStart: DateTime | UnsetType = UNSET
    chargingSchedule: ChargingSchedule | UnsetType = UNSET


class GetConfigurationRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    key: list[Str50] | UnsetType = UNSET


class KeyValue(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    key: Str50
    readonly: bool
    value: Str500 | UnsetType = UNSET


class GetConfigurationResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    configurationKey: list[KeyValue] | UnsetType = UNSET
    unknownKey: list[Str50] | UnsetType = UNSET


class GetDiagnosticsRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    location: str
    retries: Integer | UnsetType = UNSET
    retryInterval: Integer | UnsetType = UNSET
    startTime: DateTime | UnsetType = UNSET
    stopTime: DateTime | UnsetType = UNSET


class GetDiagnosticsResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    fileName: Str255 | UnsetType = UNSET


class GetInstalledCertificateIdsRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    certificateType: CertificateUseEnumType


class GetInstalledCertificateIdsResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    status: GetInstalledCertificateStatusEnumType
    certificateHashData: ListFrom1[CertificateHashDataType] | UnsetType = UNSET


class GetLocalListVersionRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    pass


class GetLocalListVersionResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    listVersion: Integer


class LogParametersType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    remoteLocation: Str512
    oldestTimestamp: DateTime | UnsetType = UNSET
    latestTimestamp: DateTime | UnsetType = UNSET


class GetLogRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    log: LogParametersType
    logType: LogEnumType
    requestId: Integer
    retries: Integer | UnsetType = UNSET
    retryInterval: Integer | UnsetType = UNSET


class GetLogResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: LogStatusEnumType
    filename: Str255 | UnsetType = UNSET


class HeartbeatRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    pass


class HeartbeatResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    currentTime: DateTime


class InstallCertificateRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    certificateType: CertificateUseEnumType
    certificate: Str5500


class InstallCertificateResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: InstallCertificateStatusEnumType


class LogStatusNotificationRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: UploadLogStatusEnumType
    requestId: Integer | UnsetType = UNSET


class LogStatusNotificationResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    pass


class SampledValue(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    value: str
    context: ReadingContext | UnsetType = UNSET
    format: ValueFormat | UnsetType = UNSET
    measurand: Measurand | UnsetType = UNSET
    phase: Phase | UnsetType = UNSET
    location: Location | UnsetType = UNSET
    unit: UnitOfMeasure | UnsetType = UNSET


class MeterValue(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    timestamp: DateTime
    sampledValue: ListFrom1[SampledValue]


class MeterValuesRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    connectorId: Integer
    meterValue: ListFrom1[MeterValue]
    transactionId: Integer | UnsetType = UNSET


class MeterValuesResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    pass


class ChargingProfile(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    chargingProfileId: Integer
    stackLevel: Integer
    chargingProfilePurpose: ChargingProfilePurposeType
    chargingProfileKind: ChargingProfileKindType
    chargingSchedule: ChargingSchedule
    transactionId: Integer | UnsetType = UNSET
    recurrencyKind: RecurrencyKindType | UnsetType = UNSET
    validFrom: DateTime | UnsetType = UNSET
    validTo: DateTime | UnsetType = UNSET


class RemoteStartTransactionRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    idTag: Str20
    connectorId: Integer | UnsetType = UNSET
    chargingProfile: ChargingProfile | UnsetType = UNSET


class RemoteStartTransactionResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: RemoteStartStopStatus


class RemoteStopTransactionRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    transactionId: Integer


class RemoteStopTransactionResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: RemoteStartStopStatus


class ReserveNowRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    connectorId: Integer
    expiryDate: DateTime
    idTag: Str20
    reservationId: Integer
    parentIdTag: Str20 | UnsetType = UNSET


class ReserveNowResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ReservationStatus


class ResetRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    type: ResetType


class ResetResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ResetStatus


class SecurityEventNotificationRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    type: Str50
    timestamp: DateTime
    techInfo: Str255 | UnsetType = UNSET


class SecurityEventNotificationResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    pass


class AuthorizationData(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    idTag: Str20
    idTagInfo: IdTagInfo | UnsetType = UNSET


class SendLocalListRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    listVersion: Integer
    updateType: UpdateType
    localAuthorizationList: list[AuthorizationData] | UnsetType = UNSET


class SendLocalListResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: UpdateStatus


class SetChargingProfileRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    connectorId: Integer
    csChargingProfiles: ChargingProfile


class SetChargingProfileResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: ChargingProfileStatus


class SignCertificateRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    csr: Str5500


class SignCertificateResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: GenericStatusEnumType


class SignedFirmwareStatusNotificationRequest(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    status: FirmwareStatusEnumType
    requestId: Integer | UnsetType = UNSET


class SignedFirmwareStatusNotificationResponse(
    Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True
):
    pass


class FirmwareType(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    location: Str512
    retrieveDateTime: DateTime
    signingCertificate: Str5500
    signature: Str800
    installDateTime: DateTime | UnsetType = UNSET


class SignedUpdateFirmwareRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestId: Integer
    firmware: FirmwareType
    retries: Integer | UnsetType = UNSET
    retryInterval: Integer | UnsetType = UNSET


class SignedUpdateFirmwareResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: UpdateFirmwareStatusEnumType


class StartTransactionRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    connectorId: Integer
    idTag: Str20
    meterStart: Integer
    timestamp: DateTime
    reservationId: Integer | UnsetType = UNSET


class StartTransactionResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    idTagInfo: IdTagInfo
    transactionId: Integer


class StatusNotificationRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    connectorId: Integer
    errorCode: ChargePointErrorCode
    status: ChargePointStatus
    info: Str50 | UnsetType = UNSET
    timestamp: DateTime | UnsetType = UNSET
    vendorId: Str255 | UnsetType = UNSET
    vendorErrorCode: Str50 | UnsetType = UNSET


class StatusNotificationResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    pass


class StopTransactionRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    meterStop: Integer
    timestamp: DateTime
    transactionId: Integer
    idTag: Str20 | UnsetType = UNSET
    reason: Reason | UnsetType = UNSET
    transactionData: list[MeterValue] | UnsetType = UNSET


class StopTransactionResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    idTagInfo: IdTagInfo | UnsetType = UNSET


class TriggerMessageRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    requestedMessage: MessageTrigger
    connectorId: Integer | UnsetType = UNSET


class TriggerMessageResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: TriggerMessageStatus


class UnlockConnectorRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    connectorId: Integer


class UnlockConnectorResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    status: UnlockStatus


class UpdateFirmwareRequest(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    location: str
    retrieveDate: DateTime
    retries: Integer | UnsetType = UNSET
    retryInterval: Integer | UnsetType = UNSET


class UpdateFirmwareResponse(Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    pass


REQUESTS: dict[str, type[Struct]] = {
    "Authorize": AuthorizeRequest,
    "BootNotification": BootNotificationRequest,
    "CancelReservation": CancelReservationRequest,
    "CertificateSigned": CertificateSignedRequest,
    "ChangeAvailability": ChangeAvailabilityRequest,
    "ChangeConfiguration": ChangeConfigurationRequest,
    "ClearCache": ClearCacheRequest,
    "ClearChargingProfile": ClearChargingProfileRequest,
    "DataTransfer": DataTransferRequest,
    "DeleteCertificate": DeleteCertificateRequest,
    "DiagnosticsStatusNotification": DiagnosticsStatusNotificationRequest,
    "ExtendedTriggerMessage": ExtendedTriggerMessageRequest,
    "FirmwareStatusNotification": FirmwareStatusNotificationRequest,
    "GetCompositeSchedule": GetCompositeScheduleRequest,
    "GetConfiguration": GetConfigurationRequest,
    "GetDiagnostics": GetDiagnosticsRequest,
    "GetInstalledCertificateIds": GetInstalledCertificateIdsRequest,
    "GetLocalListVersion": GetLocalListVersionRequest,
    "GetLog": GetLogRequest,
    "Heartbeat": HeartbeatRequest,
    "InstallCertificate": InstallCertificateRequest,
    "LogStatusNotification": LogStatusNotificationRequest,
    "MeterValues": MeterValuesRequest,
    "RemoteStartTransaction": RemoteStartTransactionRequest,
    "RemoteStopTransaction": RemoteStopTransactionRequest,
    "ReserveNow": ReserveNowRequest,
    "Reset": ResetRequest,
    "SecurityEventNotification": SecurityEventNotificationRequest,
    "SendLocalList": SendLocalListRequest,
    "SetChargingProfile": SetChargingProfileRequest,
    "SignCertificate": SignCertificateRequest,
    "SignedFirmwareStatusNotification": SignedFirmwareStatusNotificationRequest,
    "SignedUpdateFirmware": SignedUpdateFirmwareRequest,
    "StartTransaction": StartTransactionRequest,
    "StatusNotification": StatusNotificationRequest,
    "StopTransaction": StopTransactionRequest,
    "TriggerMessage": TriggerMessageRequest,
    "UnlockConnector": UnlockConnectorRequest,
    "UpdateFirmware": UpdateFirmwareRequest,
}

RESPONSES: dict[str, type[Struct]] = {
    "Authorize": AuthorizeResponse,
    "BootNotification": BootNotificationResponse,
    "CancelReservation": CancelReservationResponse,
    "CertificateSigned": CertificateSignedResponse,
    "ChangeAvailability": ChangeAvailabilityResponse,
    "ChangeConfiguration": ChangeConfigurationResponse,
    "ClearCache": ClearCacheResponse,
    "ClearChargingProfile": ClearChargingProfileResponse,
    "DataTransfer": DataTransferResponse,
    "DeleteCertificate": DeleteCertificateResponse,
    "DiagnosticsStatusNotification": DiagnosticsStatusNotificationResponse,
    "ExtendedTriggerMessage": ExtendedTriggerMessageResponse,
    "FirmwareStatusNotification": FirmwareStatusNotificationResponse,
    "GetCompositeSchedule": GetCompositeScheduleResponse,
    "GetConfiguration": GetConfigurationResponse,
    "GetDiagnostics": GetDiagnosticsResponse,
    "GetInstalledCertificateIds": GetInstalledCertificateIdsResponse,
    "GetLocalListVersion": GetLocalListVersionResponse,
    "GetLog": GetLogResponse,
    "Heartbeat": HeartbeatResponse,
    "InstallCertificate": InstallCertificateResponse,
    "LogStatusNotification": LogStatusNotificationResponse,
    "MeterValues": MeterValuesResponse,
    "RemoteStartTransaction": RemoteStartTransactionResponse,
    "RemoteStopTransaction": RemoteStopTransactionResponse,
    "ReserveNow": ReserveNowResponse,
    "Reset": ResetResponse,
    "SecurityEventNotification": SecurityEventNotificationResponse,
    "SendLocalList": SendLocalListResponse,
    "SetChargingProfile": SetChargingProfileResponse,
    "SignCertificate": SignCertificateResponse,
    "SignedFirmwareStatusNotification": SignedFirmwareStatusNotificationResponse,
    "SignedUpdateFirmware": SignedUpdateFirmwareResponse,
    "StartTransaction": StartTransactionResponse,
    "StatusNotification": StatusNotificationResponse,
    "StopTransaction": StopTransactionResponse,
    "TriggerMessage": TriggerMessageResponse,
    "UnlockConnector": UnlockConnectorResponse,
    "UpdateFirmware": UpdateFirmwareResponse,
}

SENDS: dict[str, type[Struct]] = {}
