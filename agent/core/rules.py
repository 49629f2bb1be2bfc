"""What the operator configured, as the core reads it: one place between the variables and those who act on them."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

from agent.core.tokens import ANY_KIND, IdToken
from agent.variables import names
from agent.variables.registry import Registry


class PowerLoss(Enum):
    """What becomes of a transaction that a power cut interrupted, if the car is still there."""

    RESUME = "resume"
    STOP = "stop"


class PublicKey(Enum):
    """When the meter's public key goes with a signed value."""

    NEVER = "Never"
    ONCE = "OncePerTransaction"
    EVERY = "EveryMeterValue"


class Options(Struct, frozen=True, kw_only=True):
    """Settings of the station that are no OCPP variables: they come from the configuration file."""

    power_loss: PowerLoss = PowerLoss.RESUME
    guard_loss: PowerLoss = PowerLoss.RESUME
    sample_ms: int = 1_000  # meter snapshots while energised
    idle_sample_ms: int = 10_000
    cold: bool = True  # the machine itself was without power, or nobody knows
    fuse_ma: int | None = None  # supply fuse of the whole station, per phase
    fallback_ma: int = 6_000  # for each EVSE, once a limit from outside is no longer renewed (field pain 23)
    data_transfer_vendors: tuple[str, ...] = ()


class Rules:
    """Typed reading of the variables; each property names the variable it reads."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry

    @property
    def voltage_mv(self) -> int:
        """Nominal voltage of the supply, phase to neutral: what turns watts into amperes."""
        return self.registry.topology.evses[0].voltage_mv

    @property
    def start_points(self) -> tuple[str, ...]:
        return self.registry.members(names.TX_START_POINT)

    @property
    def stop_points(self) -> tuple[str, ...]:
        return self.registry.members(names.TX_STOP_POINT)

    @property
    def authorization_required(self) -> bool:
        return self.registry.boolean(names.AUTH_ENABLED, True)

    @property
    def stop_on_disconnect(self) -> bool:
        return self.registry.boolean(names.STOP_TX_ON_EV_SIDE_DISCONNECT)

    @property
    def unlock_on_disconnect(self) -> bool:
        return self.registry.boolean(names.UNLOCK_ON_EV_SIDE_DISCONNECT, True)

    @property
    def stop_on_invalid(self) -> bool:
        return self.registry.boolean(names.STOP_TX_ON_INVALID_ID)

    @property
    def energy_on_invalid_wh(self) -> int:
        return self.registry.integer(names.MAX_ENERGY_ON_INVALID_ID, 0)

    @property
    def connection_timeout_ms(self) -> int:
        return self.registry.integer(names.EV_CONNECTION_TIME_OUT) * 1000

    @property
    def before_accepted(self) -> bool:
        return self.registry.boolean(names.TX_BEFORE_ACCEPTED_ENABLED, True)

    @property
    def lease_ms(self) -> int:
        return self.registry.integer(names.PERMIT_LEASE, 10) * 1000

    @property
    def heartbeat_ms(self) -> int:
        return self.registry.integer(names.HEARTBEAT_INTERVAL, 0) * 1000

    @property
    def boot_retry_ms(self) -> int:
        return self.registry.integer(names.BOOT_RETRY_INTERVAL, 60) * 1000

    @property
    def offline_threshold_ms(self) -> int:
        return self.registry.integer(names.OFFLINE_THRESHOLD, 0) * 1000

    @property
    def status_duration_ms(self) -> int:
        return self.registry.integer(names.MINIMUM_STATUS_DURATION, 0) * 1000

    @property
    def authorize_timeout_ms(self) -> int:
        return self.registry.integer(names.AUTHORIZE_TIMEOUT, 30) * 1000

    @property
    def local_pre_authorize(self) -> bool:
        return self.registry.boolean(names.LOCAL_PRE_AUTHORIZE, False)

    @property
    def local_authorize_offline(self) -> bool:
        return self.registry.boolean(names.LOCAL_AUTHORIZE_OFFLINE, False)

    @property
    def unknown_offline(self) -> bool:
        return self.registry.boolean(names.OFFLINE_TX_FOR_UNKNOWN_ID, False)

    @property
    def authorize_remote_start(self) -> bool:
        return self.registry.boolean(names.AUTHORIZE_REMOTE_START, True)

    @property
    def remote_authorization(self) -> bool:
        return not self.registry.boolean(names.DISABLE_REMOTE_AUTHORIZATION, False)

    @property
    def post_authorize(self) -> bool:
        return not self.registry.boolean(names.AUTH_CACHE_DISABLE_POST_AUTHORIZE, False)

    @property
    def cache_enabled(self) -> bool:
        return self.registry.boolean(names.AUTH_CACHE_ENABLED, False)

    @property
    def cache_life_ms(self) -> int:
        return self.registry.integer(names.AUTH_CACHE_LIFE_TIME, 0) * 1000

    @property
    def master_group(self) -> IdToken | None:
        value = self.registry.text(names.MASTER_PASS_GROUP_ID, "")
        return IdToken(value=value, kind=ANY_KIND) if value else None

    @property
    def sampled(self) -> bool:
        return self.registry.boolean(names.SAMPLED_ENABLED, True)

    @property
    def aligned(self) -> bool:
        return self.registry.boolean(names.ALIGNED_ENABLED, True)

    @property
    def started_measurands(self) -> tuple[str, ...]:
        return self.registry.members(names.SAMPLED_TX_STARTED_MEASURANDS) if self.sampled else ()

    @property
    def updated_measurands(self) -> tuple[str, ...]:
        return self.registry.members(names.SAMPLED_TX_UPDATED_MEASURANDS) if self.sampled else ()

    @property
    def updated_interval_ms(self) -> int:
        return self.registry.integer(names.SAMPLED_TX_UPDATED_INTERVAL) * 1000 if self.sampled else 0

    @property
    def ended_measurands(self) -> tuple[str, ...]:
        return self.registry.members(names.SAMPLED_TX_ENDED_MEASURANDS) if self.sampled else ()

    @property
    def ended_interval_ms(self) -> int:
        return self.registry.integer(names.SAMPLED_TX_ENDED_INTERVAL) * 1000 if self.sampled else 0

    @property
    def aligned_measurands(self) -> tuple[str, ...]:
        return self.registry.members(names.ALIGNED_MEASURANDS)  # the interval is what is switched off

    @property
    def aligned_interval_s(self) -> int:
        return self.registry.integer(names.ALIGNED_INTERVAL) if self.aligned else 0

    @property
    def aligned_ended_measurands(self) -> tuple[str, ...]:
        return self.registry.members(names.ALIGNED_TX_ENDED_MEASURANDS) if self.aligned else ()

    @property
    def aligned_ended_interval_s(self) -> int:
        return self.registry.integer(names.ALIGNED_TX_ENDED_INTERVAL) if self.aligned else 0

    @property
    def aligned_only_idle(self) -> bool:
        return self.registry.boolean(names.ALIGNED_SEND_DURING_IDLE, False)

    @property
    def sign_sampled(self) -> bool:
        return self.registry.boolean(names.SAMPLED_SIGN_READINGS, False)

    @property
    def sign_aligned(self) -> bool:
        return self.registry.boolean(names.ALIGNED_SIGN_READINGS, False)

    @property
    def resumption_timeout_ms(self) -> int:
        return self.registry.integer(names.TX_RESUMPTION_TIMEOUT) * 1000

    @property
    def resume_energy(self) -> bool:
        return self.registry.boolean(names.TX_ALLOW_ENERGY_TRANSFER_RESUMPTION, True)

    @property
    def checkpoint_wh(self) -> int:
        return self.registry.integer(names.METER_CHECKPOINT_ENERGY, 100)

    @property
    def checkpoint_min_ms(self) -> int:
        return self.registry.integer(names.METER_CHECKPOINT_INTERVAL, 30) * 1000

    @property
    def checkpoint_max_ms(self) -> int:
        return self.registry.integer(names.METER_CHECKPOINT_MAXIMUM, 300) * 1000

    @property
    def clock_step_ms(self) -> int:
        return self.registry.integer(names.TIME_ADJUSTMENT_REPORTING_THRESHOLD, 20) * 1000

    @property
    def public_key(self) -> PublicKey:
        return PublicKey(self.registry.text(names.PUBLIC_KEY_WITH_SIGNED_METER_VALUE, PublicKey.NEVER.value))

    @property
    def csms_clock(self) -> bool:
        return "Heartbeat" in self.registry.members(names.TIME_SOURCE, ("Heartbeat",))
