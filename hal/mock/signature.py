"""Signed readings in the shape of OCMF 1.0, reproducible from run to run.

The payload is a real OCMF payload, the signature data is a digest where a certified meter has an ECDSA signature:
enough for everything that carries signed readings unread, useless as a proof. The key says so.
"""

from __future__ import annotations

import hashlib
import json

from hal.types import SignedReading
from hal.value import frozen

MOCK_PUBLIC_KEY = "bench:not-a-key"


@frozen
class Signing:
    """Which readings are signed, and what is said about the signature.

    `on_start` signs readings taken before any energy flowed since plug-in, `on_stop` those after; together every one.
    """

    enabled: bool = False
    on_start: bool = True
    on_stop: bool = True
    method: str = "ECDSA-secp256r1-SHA256"
    encoding: str = "OCMF"
    public_key: str = MOCK_PUBLIC_KEY


@frozen
class SignedPoint:
    """The values that one signature covers."""

    serial: str
    page: int
    begin: bool
    import_wh: int
    uptime_ms: int


def sign(point: SignedPoint, signing: Signing) -> SignedReading:
    """The reading as the meter's signed data set."""
    payload = {
        "FV": "1.0",
        "GI": "evse-agent bench",
        "GS": point.serial,
        "PG": f"T{point.page}",
        "MS": point.serial,
        "RD": [
            {
                "TM": _uptime(point.uptime_ms),
                "TX": "B" if point.begin else "E",
                "RV": point.import_wh / 1000,
                "RI": "1-b:1.8.0",
                "RU": "kWh",
                "ST": "G",
            }
        ],
    }
    text = json.dumps(payload, separators=(",", ":"))
    digest = hashlib.sha256(f"{signing.public_key}|{text}".encode()).hexdigest()
    signature = json.dumps({"SA": signing.method, "SD": digest}, separators=(",", ":"))
    return SignedReading(f"OCMF|{text}|{signature}", signing.method, signing.encoding, signing.public_key)


def _uptime(uptime_ms: int) -> str:
    """Time since the bench began, marked `U`: a clock that nobody has set (OCMF 1.0, table 'time status')."""
    seconds, ms = divmod(uptime_ms, 1000)
    minutes, second = divmod(seconds, 60)
    hours, minute = divmod(minutes, 60)
    day, hour = divmod(hours, 24)
    month, day = divmod(day, 28)
    return f"1970-{month % 12 + 1:02}-{day + 1:02}T{hour:02}:{minute:02}:{second:02},{ms:03}+0000 U"
