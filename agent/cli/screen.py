"""`evse status` and `evse hal`: what the API says as one screen of plain text."""

from __future__ import annotations

import textwrap
from typing import Any

from agent.cli.quantity import NONE, current, duration, energy, moment, power, table

WIDTH = 78
_PILOTS = {
    "A": "no car",
    "B": "car connected",
    "C": "car ready",
    "D": "car ready, wants ventilation",
    "E": "pilot dead",
    "F": "station not available",
}

Row = dict[str, Any]


def status(found: Row) -> str:
    """The whole screen."""
    lines = [*_heading(found), *_station(found)]
    for evse in found["evses"]:
        lines += ["", *_evse(evse)]
    return "\n".join([*lines, "", *faults(found["faults"])])


def _heading(found: Row) -> list[str]:
    name = f"{found['identity'] or 'a station without a backend'} · {found['model']} by {found['vendor']}"
    program = f"evse-agent {found['version']}"
    room = WIDTH - len(name)
    first = [f"{name}{program:>{room}}"] if room > len(program) + 1 else [*textwrap.wrap(name, WIDTH), program]
    return [*first, "─" * WIDTH]


def _field(name: str, value: str) -> str:
    """A line, or more below each other where the value is long; addresses are never broken."""
    head, below = f"  {name:<10}", " " * 12
    wrap = textwrap.TextWrapper(WIDTH, subsequent_indent=below, break_long_words=False, break_on_hyphens=False)
    return wrap.fill(f"{head}{value}")


def _station(found: Row) -> list[str]:
    waiting, storage = found["waiting"], found["storage"]
    queue = "empty" if not waiting else f"{waiting} message{'s' if waiting > 1 else ''} waiting to be delivered"
    return [
        _field("link", _link(found)),
        _field("outbox", queue),
        _field("storage", "healthy" if storage == "healthy" else f"FAILING: {storage}"),
        _field(
            "guard", f"{found['guard'] if found['guard'] == 'connected' else 'LOST'}, board {found['board'] or NONE}"
        ),
        _field("clock", f"{moment(found['clock'])} UTC" if found["clock"] else "not trusted yet"),
        _field("process", f"pid {found['pid']}, boot {found['boot']}"),
    ]


def _link(found: Row) -> str:
    if found["url"] is None:
        return "none is configured"
    if found["link"] != "connected":
        why = f": {found['why_down']}" if found["why_down"] else ""
        return f"{found['link'].upper()}{why} ({found['url']})"
    return f"connected, OCPP {found['protocol']}, {found['registration']} ({found['url']})"


def _evse(evse: Row) -> list[str]:
    states = {str(one["connector"]): one["status"] for one in evse["connectors"]}
    shown = next(iter(states.values())) if len(states) == 1 else ", ".join(f"{n}: {s}" for n, s in states.items())
    lines = [
        f"EVSE {evse['evse']}  {shown}",
        _field("car", _PILOTS.get(evse["pilot"] or "", NONE) + (f" ({evse['pilot']})" if evse["pilot"] else "")),
        _field("contactor", f"{evse['contactor'] or NONE}, lock {evse['lock'] or NONE}"),
        _field("offered", f"{current(evse['offered_ma'])}, power {power(evse['power_w'])}"),
        _field("register", energy(evse["register_wh"])),
    ]
    return [*lines, *_session(evse["transaction"])]


def _session(tx: Row | None) -> list[str]:
    if tx is None:
        return [_field("session", "none")]
    since = f", since {moment(tx['start'])} UTC" if tx["start"] else ""
    return [
        _field("session", f"{tx['id']}, {tx['charging_state'] or tx['stage']}"),
        _field("", f"card {tx['token'] or NONE}{since}"),
        _field("", f"{energy(tx['energy_wh'])} in {duration(tx['charging_s'])} of charging"),
    ]


def faults(found: list[Row]) -> list[str]:
    """The faults, or that there are none."""
    if not found:
        return ["Faults  none"]
    rows = [
        (
            fault["evse"] or "all",
            fault["code"],
            "no energy" if fault["blocking"] else "warning",
            fault["source"],
            fault["info"] or NONE,
        )
        for fault in found
    ]
    return ["Faults", *(f"  {line}" for line in table(("EVSE", "CODE", "MEANS", "FROM", "INFO"), rows).splitlines())]


def _limit(limit: Row) -> tuple[str, ...]:
    most = current(limit["current_ma"]) if limit["current_ma"] is not None else power(limit["power_w"])
    left = NONE if limit["left_ms"] is None else duration(limit["left_ms"] // 1000)
    return limit["source"], "the whole station" if limit["scope"] == "station" else f"this {limit['scope']}", most, left


def hardware(found: Row) -> str:
    """`evse hal`."""
    rows = [
        (
            evse["evse"],
            evse["connectors"],
            evse["phases"],
            current(evse["max_current_ma"]),
            evse["pilot"],
            evse["contactor"],
            evse["lock"],
            current(evse["offered_ma"]),
            power(evse["power_w"]),
            evse["fail_safe"],
        )
        for evse in found["evses"]
    ]
    heads = ("EVSE", "CONNECTORS", "PHASES", "MOST", "PILOT", "CONTACTOR", "LOCK", "OFFERED", "POWER", "FAIL-SAFE")
    bounds = [(evse["evse"], *_limit(limit)) for evse in found["evses"] for limit in evse["limits"]]
    meters = [
        (
            evse["evse"],
            evse["meter"]["serial"] or NONE,
            energy(evse["meter"]["import_wh"]),
            f"{evse['temperature_dc'] / 10:.1f} °C" if evse["temperature_dc"] is not None else NONE,
        )
        for evse in found["evses"]
        if evse["meter"] is not None
    ]
    parts = [
        f"board {found['board'] or NONE}, guard {found['guard']}",
        table(heads, rows, "CONNECTORS PHASES MOST OFFERED POWER"),
        table(("METER OF", "SERIAL", "REGISTER", "ELECTRONICS AT"), meters, "REGISTER")
        if meters
        else "no meter was read yet",
        table(("LIMIT OF", "FROM", "FOR", "AT MOST", "LEFT"), bounds, "") if bounds else "no limit is known yet",
        "\n".join(faults(found["faults"])),
    ]
    return "\n\n".join(parts)
