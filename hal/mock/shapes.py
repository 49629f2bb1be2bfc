"""Arguments that verbs share: how each unit is given and bounded, and the long lists of car and meter."""

from __future__ import annotations

from hal.mock.arguments import Arg, Kind
from hal.mock.car import CarMode
from hal.mock.meter import MEASURANDS
from hal.types import FaultCode, TokenKind

MAX_SECONDS = 7 * 86_400
MAX_WH = 1_000_000_000
MAX_CURRENT_A = 1_000
MAX_POWER_W = 2_000_000


def seconds(name: str, doc: str, default: object = None, low: int = 0) -> Arg:
    """Seconds, fractions allowed; checked into milliseconds under the name that ends in `_ms`."""
    key = name.removesuffix("seconds").removesuffix("s") + "ms" if name != "seconds" else "step_ms"
    return Arg(name, Kind.NUMBER, doc, default, low=low, high=MAX_SECONDS, scale=1_000, into=key)


def amperes(name: str, doc: str, default: object = None, nullable: bool = False) -> Arg:
    """Amperes, fractions allowed; checked into milliampere under the name that ends in `_ma`."""
    key = name.removesuffix("a") + "ma"
    return Arg(name, Kind.NUMBER, doc, default, nullable, 0, MAX_CURRENT_A, 1_000, key)


def whole(name: str, doc: str, low: int, high: int, default: object = None, *, nullable: bool = False) -> Arg:
    """An integer."""
    return Arg(name, Kind.INT, doc, default, nullable, low, high)


def flag(name: str, doc: str, default: object = None) -> Arg:
    """True or false."""
    return Arg(name, Kind.BOOL, doc, default)


def text(name: str, doc: str, high: int = 64, default: object = None, low: int = 0) -> Arg:
    """A printable text of at most `high` characters."""
    return Arg(name, Kind.TEXT, doc, default, low=low, high=high)


def choice(name: str, doc: str, choices: tuple[str, ...], default: object = None) -> Arg:
    """One of some names."""
    return Arg(name, Kind.CHOICE, doc, default, choices=choices)


EVSE = Arg("evse", Kind.EVSE, "number of the EVSE", 1)
EVSE_OR_ALL = Arg("evse", Kind.EVSE, "number of the EVSE; null: all", nullable=True, default=None)
EVSE_OR_STATION = Arg("evse", Kind.EVSE, "number of the EVSE; null: the station", nullable=True, default=None)
AFTER = seconds("after_s", "when it happens", 0)
ACTIVE = flag("active", "false ends it", True)

LIMITS = Arg(
    "limits",
    Kind.OBJECT,
    "bounds of the car itself",
    fields=(
        amperes("min_current_a", "below this offer the car stays in B"),
        amperes("max_current_a", "most it draws per phase"),
        whole("max_power_w", "most it draws in all", 0, MAX_POWER_W),
        whole("max_voltage_v", "recorded", 0, 2_000),
    ),
    default=None,
)
NEEDS = (
    text("departure_time", "when the driver leaves (RFC 3339); recorded"),
    whole("energy_request_wh", "the car is satisfied after so much; null: as much as fits", 1, MAX_WH, nullable=True),
    LIMITS,
)
CAR = (
    EVSE,
    whole("connector", "outlet of the EVSE", 1, 16, 1),
    choice("mode", "how the car would like to talk", tuple(str(mode) for mode in CarMode), "iec"),
    amperes("current_a", "most the car draws per phase; its cable is the next rating above", 32),
    whole("phases", "phases that the car uses", 1, 3, 1),
    seconds("charge_delay_s", "from the offer of a current to state C", 1),
    flag("auto_charge", "go to C when a current is offered", True),
    whole("soc", "state of charge in percent; without it the battery never fills", 0, 100),
    whole("battery_wh", "capacity of the battery", 100, MAX_WH, 60_000),
    *NEEDS,
    text("evccid", "identity that the car would give over ISO 15118"),
    choice("payment", "contract or external means", ("contract", "eim"), "eim"),
    text("emaid", "contract id"),
    Arg("contract_chain_pem", Kind.TEXT, "contract certificate chain", None, high=32_768, multiline=True),
    flag("cert_install", "the car would ask for a contract certificate", False),
    Arg("exi_request_b64", Kind.TEXT, "CertificateInstallationReq as EXI", None, high=32_768),
)
SIGNED = Arg(
    "signed",
    Kind.OBJECT,
    "signed readings",
    fields=(
        flag("enabled", "sign readings", True),
        flag("on_start", "sign readings before energy flowed since plug-in", True),
        flag("on_stop", "sign readings after energy flowed", True),
        text("method", "signing method", 50, "ECDSA-secp256r1-SHA256"),
        text("encoding", "encoding method", 50, "OCMF"),
        text("public_key", "public key of the meter", 500),
    ),
    default=None,
)
METER = (
    EVSE,
    whole("power_w", "power while the car takes part; null: what the car draws", 0, MAX_POWER_W, nullable=True),
    whole("energy_wh", "register", 0, MAX_WH),
    flag("reset_on_plug_in", "the register begins at 0 with each car"),
    Arg("voltage_v", Kind.NUMBER, "supply voltage", None, low=50, high=1_500, scale=1_000, into="voltage_mv"),
    Arg("frequency_hz", Kind.NUMBER, "frequency", None, low=1, high=1_000, scale=1_000, into="frequency_mhz"),
    whole("noise", "permille by which power, current and voltage are off", 0, 1_000),
    SIGNED,
    Arg(
        "measurands",
        Kind.LIST,
        "what the meter can read",
        None,
        item=choice("measurand", "name of OCPP", MEASURANDS),
    ),
)
TOKEN_KINDS = tuple(str(kind) for kind in TokenKind)
FAULT_CODES = tuple(str(code) for code in FaultCode)
STORAGE_KINDS = ("full", "read_only", "slow")
