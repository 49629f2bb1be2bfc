"""Addresses of the variables that the core reads, so that a typing error is an AttributeError.

Variables of an EVSE or a connector are placed with `.at(evse)` or `.at(evse, connector)`.
"""

from __future__ import annotations

from agent.variables.address import Address

# Communication
ACTIVE_NETWORK_PROFILE = Address("OCPPCommCtrlr", "ActiveNetworkProfile")
HEARTBEAT_INTERVAL = Address("OCPPCommCtrlr", "HeartbeatInterval")
MESSAGE_TIMEOUT_REPORTED = Address("OCPPCommCtrlr", "MessageTimeout", variable_instance="Default")
MESSAGE_ATTEMPTS = Address("OCPPCommCtrlr", "MessageAttempts", variable_instance="TransactionEvent")
MESSAGE_ATTEMPT_INTERVAL = Address("OCPPCommCtrlr", "MessageAttemptInterval", variable_instance="TransactionEvent")
NETWORK_CONFIGURATION_PRIORITY = Address("OCPPCommCtrlr", "NetworkConfigurationPriority")
NETWORK_PROFILE_CONNECTION_ATTEMPTS = Address("OCPPCommCtrlr", "NetworkProfileConnectionAttempts")
OFFLINE_THRESHOLD = Address("OCPPCommCtrlr", "OfflineThreshold")
PUBLIC_KEY_WITH_SIGNED_METER_VALUE = Address("OCPPCommCtrlr", "PublicKeyWithSignedMeterValue")
RESET_RETRIES = Address("OCPPCommCtrlr", "ResetRetries")
RETRY_BACK_OFF_REPEAT_TIMES = Address("OCPPCommCtrlr", "RetryBackOffRepeatTimes")
RETRY_BACK_OFF_RANDOM_RANGE = Address("OCPPCommCtrlr", "RetryBackOffRandomRange")
RETRY_BACK_OFF_WAIT_MINIMUM = Address("OCPPCommCtrlr", "RetryBackOffWaitMinimum")
UNLOCK_ON_EV_SIDE_DISCONNECT = Address("OCPPCommCtrlr", "UnlockOnEVSideDisconnect")
WEB_SOCKET_PING_INTERVAL = Address("OCPPCommCtrlr", "WebSocketPingInterval")
FILE_TRANSFER_PROTOCOLS = Address("OCPPCommCtrlr", "FileTransferProtocols")

# Security
BASIC_AUTH = Address("SecurityCtrlr", "BasicAuthPassword")
CERTIFICATE_ENTRIES = Address("SecurityCtrlr", "CertificateEntries")
IDENTITY = Address("SecurityCtrlr", "Identity")
ORGANIZATION_NAME = Address("SecurityCtrlr", "OrganizationName")
SECURITY_PROFILE = Address("SecurityCtrlr", "SecurityProfile")
ADDITIONAL_ROOT_CERTIFICATE_CHECK = Address("SecurityCtrlr", "AdditionalRootCertificateCheck")

# Clock
DATE_TIME = Address("ClockCtrlr", "DateTime")
TIME_SOURCE = Address("ClockCtrlr", "TimeSource")
TIME_ADJUSTMENT_REPORTING_THRESHOLD = Address("ClockCtrlr", "TimeAdjustmentReportingThreshold")

# Device data
ITEMS_PER_GET_REPORT = Address("DeviceDataCtrlr", "ItemsPerMessage", variable_instance="GetReport")
ITEMS_PER_GET_VARIABLES = Address("DeviceDataCtrlr", "ItemsPerMessage", variable_instance="GetVariables")
ITEMS_PER_SET_VARIABLES = Address("DeviceDataCtrlr", "ItemsPerMessage", variable_instance="SetVariables")
BYTES_PER_GET_REPORT = Address("DeviceDataCtrlr", "BytesPerMessage", variable_instance="GetReport")
BYTES_PER_GET_VARIABLES = Address("DeviceDataCtrlr", "BytesPerMessage", variable_instance="GetVariables")
BYTES_PER_SET_VARIABLES = Address("DeviceDataCtrlr", "BytesPerMessage", variable_instance="SetVariables")

# Authorization
AUTH_ENABLED = Address("AuthCtrlr", "Enabled")
AUTHORIZE_REMOTE_START = Address("AuthCtrlr", "AuthorizeRemoteStart")
LOCAL_AUTHORIZE_OFFLINE = Address("AuthCtrlr", "LocalAuthorizeOffline")
LOCAL_PRE_AUTHORIZE = Address("AuthCtrlr", "LocalPreAuthorize")
OFFLINE_TX_FOR_UNKNOWN_ID = Address("AuthCtrlr", "OfflineTxForUnknownIdEnabled")
DISABLE_REMOTE_AUTHORIZATION = Address("AuthCtrlr", "DisableRemoteAuthorization")
MASTER_PASS_GROUP_ID = Address("AuthCtrlr", "MasterPassGroupId")
SUPPORTED_ID_TOKEN_TYPES = Address("AuthCtrlr", "SupportedIdTokenTypes")
AUTH_CACHE_ENABLED = Address("AuthCacheCtrlr", "Enabled")
AUTH_CACHE_LIFE_TIME = Address("AuthCacheCtrlr", "LifeTime")
AUTH_CACHE_STORAGE = Address("AuthCacheCtrlr", "Storage")
AUTH_CACHE_DISABLE_POST_AUTHORIZE = Address("AuthCacheCtrlr", "DisablePostAuthorize")

# Transactions
EV_CONNECTION_TIME_OUT = Address("TxCtrlr", "EVConnectionTimeOut")
STOP_TX_ON_EV_SIDE_DISCONNECT = Address("TxCtrlr", "StopTxOnEVSideDisconnect")
STOP_TX_ON_INVALID_ID = Address("TxCtrlr", "StopTxOnInvalidId")
MAX_ENERGY_ON_INVALID_ID = Address("TxCtrlr", "MaxEnergyOnInvalidId")
TX_BEFORE_ACCEPTED_ENABLED = Address("TxCtrlr", "TxBeforeAcceptedEnabled")
TX_START_POINT = Address("TxCtrlr", "TxStartPoint")
TX_STOP_POINT = Address("TxCtrlr", "TxStopPoint")
TX_RESUMPTION_TIMEOUT = Address("TxCtrlr", "ResumptionTimeout")
TX_ALLOW_ENERGY_TRANSFER_RESUMPTION = Address("TxCtrlr", "AllowEnergyTransferResumption")

# Metering
SAMPLED_ENABLED = Address("SampledDataCtrlr", "Enabled")
SAMPLED_TX_STARTED_MEASURANDS = Address("SampledDataCtrlr", "TxStartedMeasurands")
SAMPLED_TX_UPDATED_MEASURANDS = Address("SampledDataCtrlr", "TxUpdatedMeasurands")
SAMPLED_TX_UPDATED_INTERVAL = Address("SampledDataCtrlr", "TxUpdatedInterval")
SAMPLED_TX_ENDED_MEASURANDS = Address("SampledDataCtrlr", "TxEndedMeasurands")
SAMPLED_TX_ENDED_INTERVAL = Address("SampledDataCtrlr", "TxEndedInterval")
SAMPLED_SIGN_READINGS = Address("SampledDataCtrlr", "SignReadings")
ALIGNED_ENABLED = Address("AlignedDataCtrlr", "Enabled")
ALIGNED_MEASURANDS = Address("AlignedDataCtrlr", "Measurands")
ALIGNED_INTERVAL = Address("AlignedDataCtrlr", "Interval")
ALIGNED_TX_ENDED_MEASURANDS = Address("AlignedDataCtrlr", "TxEndedMeasurands")
ALIGNED_TX_ENDED_INTERVAL = Address("AlignedDataCtrlr", "TxEndedInterval")
ALIGNED_SEND_DURING_IDLE = Address("AlignedDataCtrlr", "SendDuringIdle")
ALIGNED_SIGN_READINGS = Address("AlignedDataCtrlr", "SignReadings")

# The station, its EVSEs and connectors
STATION_AVAILABILITY_STATE = Address("ChargingStation", "AvailabilityState")
STATION_CURRENT = Address("ChargingStation", "ACCurrent")  # MaxSet: the configured maximum of the whole station
STATION_PROBLEM = Address("ChargingStation", "Problem")
STATION_PHASE_ROTATION = Address("ChargingStation", "PhaseRotation")
MINIMUM_STATUS_DURATION = Address("ChargingStation", "MinimumStatusDuration")
EVSE_AVAILABILITY_STATE = Address("EVSE", "AvailabilityState")
EVSE_CURRENT = Address("EVSE", "ACCurrent")  # MaxSet: the configured maximum of one EVSE
EVSE_ALLOW_RESET = Address("EVSE", "AllowReset")
EVSE_POWER = Address("EVSE", "Power")
EVSE_PROBLEM = Address("EVSE", "Problem")
CONNECTOR_AVAILABILITY_STATE = Address("Connector", "AvailabilityState")
CONNECTOR_PROBLEM = Address("Connector", "Problem")
CONNECTOR_PHASE_ROTATION = Address("Connector", "PhaseRotation")
LOCK_ACTIVE = Address("ConnectorPlugRetentionLock", "Active")
LOCK_PROBLEM = Address("ConnectorPlugRetentionLock", "Problem")
METER_PROBLEM = Address("FiscalMetering", "Problem")
METER_REGISTER = Address("FiscalMetering", "EnergyImportRegister")

# The agent's own
MESSAGE_TIMEOUT = Address("AgentCtrlr", "MessageTimeout")
AUTHORIZE_TIMEOUT = Address("AgentCtrlr", "AuthorizeTimeout")
BOOT_RETRY_INTERVAL = Address("AgentCtrlr", "BootRetryInterval")
METER_CHECKPOINT_ENERGY = Address("AgentCtrlr", "MeterCheckpointEnergy")
METER_CHECKPOINT_INTERVAL = Address("AgentCtrlr", "MeterCheckpointInterval")
METER_CHECKPOINT_MAXIMUM = Address("AgentCtrlr", "MeterCheckpointMaximum")
PERMIT_LEASE = Address("AgentCtrlr", "PermitLease")
