"""The date-time of OCPP: an RFC 3339 string that stays the string it was, checked when a message is decoded.

Messages keep the sender's text, since a signed or stored value must not change by passing through us.
"""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

# There is no year 0000, so the lists of leap years begin with 04.
_LEAP_YEAR = "[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:0[48]|[2468][048]|[13579][26])00"
_DATE = (
    "(?!0000)[0-9]{4}-(?:"
    "(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])"
    "|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)"
    "|02-(?:0[1-9]|1[0-9]|2[0-8])"
    f")|(?:{_LEAP_YEAR})-02-29"
)
_TIME = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:[.][0-9]+)?"
_OFFSET = "(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])"

PATTERN = rf"\A(?:{_DATE})[Tt]{_TIME}{_OFFSET}\Z"
"""RFC 3339 section 5.6, days of the month included. Leap seconds are refused: nothing here could represent them."""

DateTime = Annotated[str, Meta(pattern=PATTERN)]
"""A string that msgspec accepts only if it is an RFC 3339 date-time."""
