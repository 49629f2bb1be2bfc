"""What the shell of the link tells the policy in `agent.ocpp.link`, and what it is told. Plain values."""

from __future__ import annotations

from dataclasses import dataclass

from agent.ocpp.backoff import BackOffSettings
from agent.ocpp.endpoint import FailureKind

# --- what the shell tells ------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Start:
    """Begin with the first profile (B10.FR.04)."""


@dataclass(frozen=True, slots=True)
class Opened:
    """The connection asked for stands, and `subprotocol` was agreed."""

    subprotocol: str


@dataclass(frozen=True, slots=True)
class Failed:
    """The attempt came to nothing. `retry_after_ms` is what an HTTP 429 or 503 asked for."""

    kind: FailureKind
    why: str
    retry_after_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Closed:
    """The connection is over."""

    why: str
    code: int = 1006


@dataclass(frozen=True, slots=True)
class PongTimeout:
    """The connection is over because the other end has been silent after a ping."""

    why: str


@dataclass(frozen=True, slots=True)
class NetworkDown:
    """No network: the link closes and no attempt is made."""


@dataclass(frozen=True, slots=True)
class NetworkUp:
    """The network is back: connect now, without back-off."""


@dataclass(frozen=True, slots=True)
class ProfilesChanged:
    """A new priority list (B09, B10) or new contents of its profiles. With `reconnect` the link moves to the first
    entry at once; without, the list counts from the next attempt on."""

    slots: tuple[int, ...]
    reconnect: bool = True


@dataclass(frozen=True, slots=True)
class SettingsChanged:
    """New values of RetryBackOff* and NetworkProfileConnectionAttempts; they count from the next wait on."""

    back_off: BackOffSettings
    attempts_per_slot: int


@dataclass(frozen=True, slots=True)
class Stop:
    """Close what is open and do nothing more."""


@dataclass(frozen=True, slots=True)
class TimerFired:
    """The time of the last `WakeAt` has come. Firing early or twice does no harm."""


Event = (
    Start
    | Opened
    | Failed
    | Closed
    | PongTimeout
    | NetworkDown
    | NetworkUp
    | ProfilesChanged
    | SettingsChanged
    | Stop
    | TimerFired
)


# --- what the shell is told ----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Connect:
    """Connect with the profile of this slot."""

    slot: int


@dataclass(frozen=True, slots=True)
class Close:
    """Close the connection with this code and reason, or give up the attempt under way."""

    code: int
    why: str


@dataclass(frozen=True, slots=True)
class WakeAt:
    """Send `TimerFired` at this monotonic time; it replaces the one before. None: no more."""

    at_ms: int | None


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The station is online. `moved`: not the profile of the last connection of this run, so that a BootNotification is
    due even if nothing rebooted (B10.FR.10)."""

    slot: int
    subprotocol: str
    moved: bool


@dataclass(frozen=True, slots=True)
class LinkDown:
    """The station is offline."""

    why: str


@dataclass(frozen=True, slots=True)
class AttemptFailed:
    """For the log, the status and the security events: what went wrong, and how long the wait is now."""

    slot: int
    kind: FailureKind
    why: str
    wait_ms: int


Action = Connect | Close | WakeAt | LinkUp | LinkDown | AttemptFailed
