"""Rules read the variables that the operator writes; each from the right one and in the right unit."""

from __future__ import annotations

from types import MappingProxyType

import pytest

from agent.core.rules import PublicKey, Rules
from agent.core.tokens import ANY_KIND, IdToken
from agent.variables.topology import ENERGY
from tests.unit.core.parts import registry_of, rules_of, station_of, write

NUMBERS = MappingProxyType(
    {
        "energy_on_invalid_wh": ("TxCtrlr.MaxEnergyOnInvalidId", 250, 250),
        "connection_timeout_ms": ("TxCtrlr.EVConnectionTimeOut", 33, 33_000),
        "lease_ms": ("AgentCtrlr.PermitLease", 12, 12_000),
        "heartbeat_ms": ("OCPPCommCtrlr.HeartbeatInterval", 34, 34_000),
        "boot_retry_ms": ("AgentCtrlr.BootRetryInterval", 35, 35_000),
        "offline_threshold_ms": ("OCPPCommCtrlr.OfflineThreshold", 36, 36_000),
        "status_duration_ms": ("ChargingStation.MinimumStatusDuration", 5, 5_000),
        "authorize_timeout_ms": ("AgentCtrlr.AuthorizeTimeout", 37, 37_000),
        "cache_life_ms": ("AuthCacheCtrlr.LifeTime", 38, 38_000),
        "updated_interval_ms": ("SampledDataCtrlr.TxUpdatedInterval", 39, 39_000),
        "ended_interval_ms": ("SampledDataCtrlr.TxEndedInterval", 40, 40_000),
        "aligned_interval_s": ("AlignedDataCtrlr.Interval", 900, 900),
        "aligned_ended_interval_s": ("AlignedDataCtrlr.TxEndedInterval", 600, 600),
        "resumption_timeout_ms": ("TxCtrlr.ResumptionTimeout", 41, 41_000),
        "checkpoint_wh": ("AgentCtrlr.MeterCheckpointEnergy", 42, 42),
        "checkpoint_min_ms": ("AgentCtrlr.MeterCheckpointInterval", 43, 43_000),
        "checkpoint_max_ms": ("AgentCtrlr.MeterCheckpointMaximum", 44, 44_000),
        "clock_step_ms": ("ClockCtrlr.TimeAdjustmentReportingThreshold", 45, 45_000),
    }
)
SWITCHES = MappingProxyType(
    {
        "authorization_required": ("AuthCtrlr.Enabled", True),
        "stop_on_disconnect": ("TxCtrlr.StopTxOnEVSideDisconnect", True),
        "unlock_on_disconnect": ("OCPPCommCtrlr.UnlockOnEVSideDisconnect", True),
        "stop_on_invalid": ("TxCtrlr.StopTxOnInvalidId", True),
        "before_accepted": ("TxCtrlr.TxBeforeAcceptedEnabled", True),
        "local_pre_authorize": ("AuthCtrlr.LocalPreAuthorize", True),
        "local_authorize_offline": ("AuthCtrlr.LocalAuthorizeOffline", True),
        "unknown_offline": ("AuthCtrlr.OfflineTxForUnknownIdEnabled", True),
        "authorize_remote_start": ("AuthCtrlr.AuthorizeRemoteStart", True),
        "remote_authorization": ("AuthCtrlr.DisableRemoteAuthorization", False),
        "post_authorize": ("AuthCacheCtrlr.DisablePostAuthorize", False),
        "cache_enabled": ("AuthCacheCtrlr.Enabled", True),
        "sampled": ("SampledDataCtrlr.Enabled", True),
        "aligned": ("AlignedDataCtrlr.Enabled", True),
        "aligned_only_idle": ("AlignedDataCtrlr.SendDuringIdle", True),
        "sign_sampled": ("SampledDataCtrlr.SignReadings", True),
        "sign_aligned": ("AlignedDataCtrlr.SignReadings", True),
        "resume_energy": ("TxCtrlr.AllowEnergyTransferResumption", True),
    }
)


def written(name: str, value: object) -> Rules:
    return Rules(registry_of({name: value}, station_of(signed=True)))


@pytest.mark.parametrize("rule", NUMBERS)
def test_a_number_follows_its_variable(rule: str) -> None:
    variable, value, expected = NUMBERS[rule]
    assert getattr(written(variable, value), rule) == expected


@pytest.mark.parametrize("rule", SWITCHES)
@pytest.mark.parametrize("value", [True, False])
def test_a_switch_follows_its_variable(rule: str, value: bool) -> None:
    variable, same = SWITCHES[rule]
    assert getattr(written(variable, value), rule) is (value is same)


def test_a_write_counts_from_the_next_look() -> None:
    registry = registry_of({"SampledDataCtrlr.TxUpdatedInterval": 60})
    rules = Rules(registry)
    assert rules.updated_interval_ms == 60_000
    write(registry, "SampledDataCtrlr.TxUpdatedInterval", 5)
    assert rules.updated_interval_ms == 5_000


def test_start_and_stop_points_are_lists_in_their_order() -> None:
    rules = rules_of(TxCtrlr__TxStartPoint="EVConnected,Authorized", TxCtrlr__TxStopPoint="EnergyTransfer")
    assert rules.start_points == ("EVConnected", "Authorized")
    assert rules.stop_points == ("EnergyTransfer",)


@pytest.mark.parametrize(
    ("rule", "variable"),
    [
        ("started_measurands", "SampledDataCtrlr.TxStartedMeasurands"),
        ("updated_measurands", "SampledDataCtrlr.TxUpdatedMeasurands"),
        ("ended_measurands", "SampledDataCtrlr.TxEndedMeasurands"),
        ("aligned_ended_measurands", "AlignedDataCtrlr.TxEndedMeasurands"),
    ],
)
def test_measurands_follow_their_list_and_the_switch_of_their_controller(rule: str, variable: str) -> None:
    chosen = f"Voltage,{ENERGY}"
    assert getattr(written(variable, chosen), rule) == ("Voltage", ENERGY)
    controller = variable.partition(".")[0]
    off = Rules(registry_of({variable: chosen, f"{controller}.Enabled": False}))
    assert getattr(off, rule) == ()


def test_aligned_measurands_can_be_asked_for_without_a_clock() -> None:
    """F06.FR.06"""
    rules = Rules(registry_of({"AlignedDataCtrlr.Measurands": "Voltage", "AlignedDataCtrlr.Enabled": False}))
    assert rules.aligned_measurands == ("Voltage",)


@pytest.mark.parametrize(
    ("rule", "variable"),
    [
        ("updated_interval_ms", "SampledDataCtrlr.TxUpdatedInterval"),
        ("ended_interval_ms", "SampledDataCtrlr.TxEndedInterval"),
        ("aligned_interval_s", "AlignedDataCtrlr.Interval"),
        ("aligned_ended_interval_s", "AlignedDataCtrlr.TxEndedInterval"),
    ],
)
def test_what_is_switched_off_has_no_interval(rule: str, variable: str) -> None:
    controller = variable.partition(".")[0]
    assert getattr(Rules(registry_of({variable: 60, f"{controller}.Enabled": False})), rule) == 0


def test_the_master_group_is_a_token_or_nothing() -> None:
    assert rules_of().master_group is None
    group = rules_of(AuthCtrlr__MasterPassGroupId="MASTERS").master_group
    assert group == IdToken(value="MASTERS", kind=ANY_KIND)


@pytest.mark.parametrize("choice", list(PublicKey))
def test_the_public_key_goes_along_as_configured(choice: PublicKey) -> None:
    assert written("OCPPCommCtrlr.PublicKeyWithSignedMeterValue", choice.value).public_key is choice


def test_the_csms_tells_the_time_unless_another_source_does() -> None:
    assert rules_of().csms_clock
