"""Configuration keys of OCPP 1.6 (edition 2, 9.1; errata 4.0; security whitepaper 7) as a table onto the variables."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from agent.variables import names
from agent.variables.address import Address
from agent.variables.topology import Feature, Topology
from hal.value import frozen


class Form(Enum):
    """How the text of a key becomes the text of a variable and back."""

    PLAIN = "plain"  # integer, option or text: the same in both
    BOOLEAN = "boolean"  # 1.6 does not fix the case of true and false
    LIST = "list"  # comma-separated
    ENERGY_LIST = "energy list"  # an empty list means the energy register (9.1.17; TC_070_CS, TC_071_CS)
    CREDENTIAL = "credential"  # hexadecimal bytes (whitepaper 7.2)
    ROTATION = "rotation"  # one item per connector (9.1.7)
    COMPUTED = "computed"  # from the topology; read-only


@frozen(kw_only=True)
class Key:
    """One key. `pair` is a variable that 2.x splits off and that takes the same value, or that of `pair_from`.

    `unset` is what the key shows while nobody has set its variable; `pair_unset` lets the pair alone while nobody has
    set that variable. `compute` gives the value of a computed key.
    """

    name: str
    form: Form
    address: Address | None = None
    pair: Address | None = None
    pair_from: Address | None = None
    pair_unset: Address | None = None
    unset: str | None = None
    compute: Callable[[Topology], str] | None = None


_PROFILES = (
    (Feature.FIRMWARE, "FirmwareManagement"),
    (Feature.LOCAL_LIST, "LocalAuthListManagement"),
    (Feature.RESERVATION, "Reservation"),
    (Feature.SMART_CHARGING, "SmartCharging"),
)


def _profiles(topology: Topology) -> str:
    optional = [name for feature, name in _PROFILES if topology.has(feature)]
    return ",".join(["Core", *optional, "RemoteTrigger"])


def _connectors(topology: Topology) -> str:
    return str(sum(1 for _ in topology.places()))


def _rotations(topology: Topology) -> str:
    return str(1 + sum(1 for _ in topology.places()))  # number 0 is the grid connection


def _measurands(topology: Topology) -> str:
    return str(len(topology.measurands()))


def _plain(name: str, address: Address) -> Key:
    return Key(name=name, form=Form.PLAIN, address=address)


def _boolean(name: str, address: Address) -> Key:
    return Key(name=name, form=Form.BOOLEAN, address=address)


def _computed(name: str, compute: Callable[[Topology], str]) -> Key:
    return Key(name=name, form=Form.COMPUTED, compute=compute)


KEYS: tuple[Key, ...] = (
    _boolean("AllowOfflineTxForUnknownId", names.OFFLINE_TX_FOR_UNKNOWN_ID),
    _boolean("AuthorizationCacheEnabled", names.AUTH_CACHE_ENABLED),
    _boolean("AuthorizeRemoteTxRequests", names.AUTHORIZE_REMOTE_START),
    Key(
        name="ClockAlignedDataInterval",
        form=Form.PLAIN,
        address=names.ALIGNED_INTERVAL,
        pair=names.ALIGNED_TX_ENDED_INTERVAL,
    ),
    _plain("ConnectionTimeOut", names.EV_CONNECTION_TIME_OUT),
    Key(name="ConnectorPhaseRotation", form=Form.ROTATION, address=names.CONNECTOR_PHASE_ROTATION),
    _computed("ConnectorPhaseRotationMaxLength", _rotations),
    _plain("GetConfigurationMaxKeys", names.ITEMS_PER_GET_VARIABLES),
    _plain("HeartbeatInterval", names.HEARTBEAT_INTERVAL),
    _boolean("LocalAuthorizeOffline", names.LOCAL_AUTHORIZE_OFFLINE),
    _boolean("LocalPreAuthorize", names.LOCAL_PRE_AUTHORIZE),
    _plain("MaxEnergyOnInvalidId", names.MAX_ENERGY_ON_INVALID_ID),
    _plain("MessageTimeout", names.MESSAGE_TIMEOUT),  # errata 3.82
    Key(name="MeterValuesAlignedData", form=Form.ENERGY_LIST, address=names.ALIGNED_MEASURANDS),
    _computed("MeterValuesAlignedDataMaxLength", _measurands),
    Key(name="MeterValuesSampledData", form=Form.ENERGY_LIST, address=names.SAMPLED_TX_UPDATED_MEASURANDS),
    _computed("MeterValuesSampledDataMaxLength", _measurands),
    # 1.6 has one interval for samples during a transaction and in StopTransaction.req; 2.x has two.
    Key(
        name="MeterValueSampleInterval",
        form=Form.PLAIN,
        address=names.SAMPLED_TX_UPDATED_INTERVAL,
        pair=names.SAMPLED_TX_ENDED_INTERVAL,
        pair_unset=names.SAMPLED_TX_ENDED_MEASURANDS,
    ),
    _plain("MinimumStatusDuration", names.MINIMUM_STATUS_DURATION),
    _computed("NumberOfConnectors", _connectors),
    _plain("ResetRetries", names.RESET_RETRIES),
    _boolean("StopTransactionOnEVSideDisconnect", names.STOP_TX_ON_EV_SIDE_DISCONNECT),
    _boolean("StopTransactionOnInvalidId", names.STOP_TX_ON_INVALID_ID),
    Key(
        name="StopTxnAlignedData",
        form=Form.LIST,
        address=names.ALIGNED_TX_ENDED_MEASURANDS,
        pair=names.ALIGNED_TX_ENDED_INTERVAL,
        pair_from=names.ALIGNED_INTERVAL,
    ),
    _computed("StopTxnAlignedDataMaxLength", _measurands),
    # The default of 2.x, the register at begin and end, is what 1.6 has in meterStart and meterStop anyhow.
    Key(
        name="StopTxnSampledData",
        form=Form.LIST,
        address=names.SAMPLED_TX_ENDED_MEASURANDS,
        pair=names.SAMPLED_TX_ENDED_INTERVAL,
        pair_from=names.SAMPLED_TX_UPDATED_INTERVAL,
        unset="",
    ),
    _computed("StopTxnSampledDataMaxLength", _measurands),
    _computed("SupportedFeatureProfiles", _profiles),
    _plain("TransactionMessageAttempts", names.MESSAGE_ATTEMPTS),
    _plain("TransactionMessageRetryInterval", names.MESSAGE_ATTEMPT_INTERVAL),
    _boolean("UnlockConnectorOnEVSideDisconnect", names.UNLOCK_ON_EV_SIDE_DISCONNECT),
    _plain("WebSocketPingInterval", names.WEB_SOCKET_PING_INTERVAL),
    # Security whitepaper, edition 3
    _boolean("AdditionalRootCertificateCheck", names.ADDITIONAL_ROOT_CERTIFICATE_CHECK),
    Key(name="AuthorizationKey", form=Form.CREDENTIAL, address=names.BASIC_AUTH),
    _plain("CpoName", names.ORGANIZATION_NAME),
    _plain("SecurityProfile", names.SECURITY_PROFILE),
)
