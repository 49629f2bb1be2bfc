"""What the shell of the link tells the policy in `agent.ocpp.link`, and what it is told. Plain values."""

from __future__ import annotations

from msgspec import Struct

from agent.ocpp.backoff import BackOffSettings
from agent.ocpp.endpoint import FailureKind

# --- what the shell tells ------------------------------------------------------------------------------------------


class Start(Struct, frozen=True):
    """Begin with the first profile (B10.FR.04)."""


class Opened(Struct, frozen=True):
    """The connection asked for stands, and `subprotocol` was agreed."""

    subprotocol: str


class Failed(Struct, frozen=True):
    """The attempt came to nothing. `retry_after_ms` is what an HTTP 429 or 503 asked for."""

    kind: FailureKind
    why: str
    retry_after_ms: int | None = None


class Closed(Struct, frozen=True):
    """The connection is over."""

    why: str
    code: int = 1006


class PongTimeout(Struct, frozen=True):
    """The connection is over because the other end has been silent after a ping."""

    why: str


class NetworkDown(Struct, frozen=True):
    """No network: the link closes and no attempt is made."""


class NetworkUp(Struct, frozen=True):
    """The network is back: connect now, without back-off."""


class ProfilesChanged(Struct, frozen=True):
    """A new priority list (B09, B10) or new contents of its profiles. With `reconnect` the link moves to the first
    entry at once; without, the list counts from the next attempt on."""

    slots: tuple[int, ...]
    reconnect: bool = True


class SettingsChanged(Struct, frozen=True):
    """New values of RetryBackOff* and NetworkProfileConnectionAttempts; they count from the next wait on."""

    back_off: BackOffSettings
    attempts_per_slot: int


class Stop(Struct, frozen=True):
    """Close what is open and do nothing more."""


class TimerFired(Struct, frozen=True):
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


class Connect(Struct, frozen=True):
    """Connect with the profile of this slot."""

    slot: int


class Close(Struct, frozen=True):
    """Close the connection with this code and reason, or give up the attempt under way."""

    code: int
    why: str


class WakeAt(Struct, frozen=True):
    """Send `TimerFired` at this monotonic time; it replaces the one before. None: no more."""

    at_ms: int | None


class LinkUp(Struct, frozen=True):
    """The station is online. `moved`: not the profile of the last connection of this run, so that a BootNotification is
    due even if nothing rebooted (B10.FR.10)."""

    slot: int
    subprotocol: str
    moved: bool


class LinkDown(Struct, frozen=True):
    """The station is offline."""

    why: str


class AttemptFailed(Struct, frozen=True):
    """For the log, the status and the security events: what went wrong, and how long the wait is now."""

    slot: int
    kind: FailureKind
    why: str
    wait_ms: int


Action = Connect | Close | WakeAt | LinkUp | LinkDown | AttemptFailed
