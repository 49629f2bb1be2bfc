"""Official cases of OCPP 1.6, sections 2.8 and 2.15: configuration keys."""

from __future__ import annotations

import pytest

from tests.conformance.states16 import SAMPLE_S, configured, ready, world

# Required keys of the Core profile, and whether each must be read-only (None: either will do).
REQUIRED: dict[str, bool | None] = {
    "AuthorizeRemoteTxRequests": None,
    "ClockAlignedDataInterval": False,
    "ConnectionTimeOut": False,
    "ConnectorPhaseRotation": False,
    "GetConfigurationMaxKeys": True,
    "HeartbeatInterval": False,
    "LocalAuthorizeOffline": False,
    "LocalPreAuthorize": False,
    "MeterValuesAlignedData": False,
    "MeterValuesSampledData": False,
    "MeterValueSampleInterval": False,
    "NumberOfConnectors": True,
    "ResetRetries": False,
    "StopTransactionOnInvalidId": False,
    "StopTxnAlignedData": False,
    "StopTxnSampledData": False,
    "SupportedFeatureProfiles": True,
    "TransactionMessageAttempts": False,
    "TransactionMessageRetryInterval": False,
    "UnlockConnectorOnEVSideDisconnect": None,
}
OPTIONAL: dict[str, dict[str, bool]] = {
    "LocalAuthListManagement": {
        "LocalAuthListEnabled": False,
        "LocalAuthListMaxLength": True,
        "SendLocalListMaxLength": True,
    },
    "SmartCharging": {
        "ChargeProfileMaxStackLevel": True,
        "ChargingScheduleAllowedChargingRateUnit": True,
        "ChargingScheduleMaxPeriods": True,
        "MaxChargingProfilesInstalled": True,
    },
}


@pytest.mark.case("1.6", "TC_019_CS")
def test_tc_019_cs() -> None:
    with world("1.6") as w:
        ready(w)
        profiles = configured(w, "SupportedFeatureProfiles").split(",")
        assert "Core" in profiles
        answer = w.call("GetConfiguration", key=[])
        assert not answer.get("unknownKey")
        assert answer == w.call("GetConfiguration")
        found = {row["key"]: row for row in answer["configurationKey"]}
        wanted = dict(REQUIRED)
        for profile in profiles:
            wanted.update(OPTIONAL.get(profile, {}))
        for key, readonly in wanted.items():
            assert key in found, key
            assert readonly in {None, found[key]["readonly"]}, key
        most = int(configured(w, "GetConfigurationMaxKeys"))
        picked = list(found)[: min(most, len(found))]
        answer = w.call("GetConfiguration", key=picked)
        assert not answer.get("unknownKey")
        assert [row["key"] for row in answer["configurationKey"]] == picked


@pytest.mark.case("1.6", "TC_021_CS")
def test_tc_021_cs() -> None:
    with world("1.6") as w:
        ready(w)
        assert configured(w, "MeterValueSampleInterval") != str(SAMPLE_S)
        answer = w.call("ChangeConfiguration", key="MeterValueSampleInterval", value=str(SAMPLE_S))
        assert answer["status"] == "Accepted"
        assert configured(w, "MeterValueSampleInterval") == str(SAMPLE_S)


@pytest.mark.case("1.6", "TC_040_1_CS")
def test_tc_040_1_cs() -> None:
    with world("1.6") as w:
        ready(w)
        assert w.call("ChangeConfiguration", key="Testing", value="true")["status"] == "NotSupported"


@pytest.mark.case("1.6", "TC_040_2_CS")
def test_tc_040_2_cs() -> None:
    with world("1.6") as w:
        ready(w)
        before = configured(w, "MeterValueSampleInterval")
        answer = w.call("ChangeConfiguration", key="MeterValueSampleInterval", value="-1")
        assert answer["status"] == "Rejected"
        assert configured(w, "MeterValueSampleInterval") == before
