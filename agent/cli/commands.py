"""The commands that ask the daemon: each gives the API's result and how people read it."""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

from agent.cli import screen
from agent.cli.client import ApiClient
from agent.cli.failure import Failure
from agent.cli.quantity import NONE, duration, energy, instant, moment, table

FOLLOW_S = 0.5
PAGE = 500

Reply = tuple[Any, str]
Command = Callable[[ApiClient, argparse.Namespace], Reply]


def status(api: ApiClient, args: argparse.Namespace) -> Reply:
    found = api.call("status")
    return found, screen.status(found)


def hal(api: ApiClient, args: argparse.Namespace) -> Reply:
    found = api.call("hal")
    return found, screen.hardware(found)


def tx_list(api: ApiClient, args: argparse.Namespace) -> Reply:
    found = api.call("tx.list", limit=args.number, offset=args.offset)
    rows = [
        (
            one["tx"],
            one["evse"],
            one["token"],
            moment(one["start"]),
            moment(one["stop"]) if one["stop"] else "running",
            energy(one["energy_wh"]),
            one["reason"],
            _delivered(one),
        )
        for one in found
    ]
    heads = ("TRANSACTION", "EVSE", "CARD", "START (UTC)", "STOP (UTC)", "ENERGY", "ENDED BY", "DELIVERED")
    return found, table(heads, rows, "ENERGY") if rows else "no transaction yet"


def _delivered(one: dict[str, Any]) -> str:
    """Whether the CSMS has it all, as far as there is something to have."""
    if one["waiting"]:
        return f"{one['waiting']} waiting"
    if one["stop"] is None:
        return "yes, so far"
    return "yes" if one["delivered"] else "not all of it"


def tx_show(api: ApiClient, args: argparse.Namespace) -> Reply:
    tx = args.tx
    if tx is None:
        newest = api.call("tx.list", limit=1)
        if not newest:
            raise Failure("not_found", "there is no transaction yet")
        tx = newest[0]["tx"]
    found = api.call("tx.show", tx=tx)
    facts = [
        ("transaction", found["tx"]),
        ("EVSE", f"{found['evse']}, connector {found['connector'] or NONE}"),
        ("card", found["token"] or NONE),
        ("start", f"{moment(found['start'])} UTC"),
        ("stop", f"{moment(found['stop'])} UTC" if found["stop"] else "running"),
        ("energy", energy(found["energy_wh"])),
        ("ended by", found["reason"] or NONE),
        ("delivered", _delivered(found)),
    ]
    rows = [
        (
            step["number"],
            moment(step["time"]),
            step["phase"],
            step["trigger"],
            step["state"],
            energy(step["register_wh"]),
            "offline" if step["offline"] else "",
        )
        for step in found["steps"]
    ]
    steps = table(("STEP", "TIME (UTC)", "PHASE", "BECAUSE OF", "STATE", "REGISTER", ""), rows, "STEP REGISTER")
    return found, "\n".join(f"{name:<13}{value}" for name, value in facts) + "\n\n" + steps


def tx_stop(api: ApiClient, args: argparse.Namespace) -> Reply:
    found = api.call("tx.stop", tx=args.tx)
    return found, f"{args.tx}: {found['status']}"


def var_list(api: ApiClient, args: argparse.Namespace) -> Reply:
    found = api.call("var.list", match=args.match, ocpp16=args.ocpp16 or None)
    rows = [(_value_name(one), _value(one), _access(one), one["source"]) for one in found]
    heads = ("1.6 KEY" if args.ocpp16 else "VARIABLE", "VALUE", "ACCESS", "FROM")
    return found, table(heads, rows) if rows else "no variable fits"


def var_get(api: ApiClient, args: argparse.Namespace) -> Reply:
    found = api.call("var.get", name=args.name)
    texts = []
    for one in found:
        text = f"{_value_name(one)} = {_value(one)}\n  from {one['source']}, {_access(one)}"
        texts.append(text + (f", {one['type']}\n  {one['doc']}" if "type" in one else ""))
    return found, "\n".join(texts)


def var_set(api: ApiClient, args: argparse.Namespace) -> Reply:
    found = api.call("var.set", name=args.name, value=args.value)
    note = " (after the next reset)" if found["status"] == "RebootRequired" else ""
    return found, f"{args.name}: {found['status']}{note}"


def outbox(api: ApiClient, args: argparse.Namespace) -> Reply:
    found = api.call("outbox.list", limit=args.number)
    lines = [f"in flight: {found['in_flight'] or 'nothing'}"]
    if found["waiting"]:
        rows = [(tx or "no transaction", count) for tx, count in found["waiting"].items()]
        lines += ["", table(("WAITING OF", "MESSAGES"), rows, "MESSAGES")]
    else:
        lines.append("waiting:   nothing")
    if found["quarantine"]:
        refused = [_refused(one) for one in found["quarantine"]]
        lines += ["", "In quarantine: refused to the end, kept here until `evse outbox retry` or `drop`"]
        head = ("SEQ", "MESSAGE", "TRANSACTION", "TIME", "WH", "ATTEMPTS", "ANSWER", "WHY")
        lines.append(table(head, refused, "SEQ WH ATTEMPTS"))
    else:
        lines.append("quarantine: nothing")
    return found, "\n".join(lines)


def _refused(one: dict[str, Any]) -> tuple[Any, ...]:
    known = (one.get(name, "–") for name in ("what", "tx", "time", "register_wh"))
    return (one["seq"], *known, one["attempts"], one["code"], one["why"])


def outbox_retry(api: ApiClient, args: argparse.Namespace) -> Reply:
    found = api.call("outbox.retry", **({} if args.seq is None else {"seq": args.seq}))
    return found, f"{found['queued']} to be tried once more; each stays in quarantine until it is answered"


def outbox_drop(api: ApiClient, args: argparse.Namespace) -> Reply:
    found = api.call("outbox.drop", seq=args.seq)
    return found, f"message {found['dropped']} is given up"


def cache_clear(api: ApiClient, args: argparse.Namespace) -> Reply:
    found = api.call("cache.clear")
    return found, f"authorization cache: {found['status']}"


def reset(api: ApiClient, args: argparse.Namespace) -> Reply:
    found = api.call("reset", kind="immediate" if args.immediate else "onidle", evse=args.evse)
    what = "the station" if args.evse is None else f"EVSE {args.evse}"
    when = ", as soon as no transaction runs" if found["status"] == "Scheduled" else ""
    return found, f"reset of {what}: {found['status']}{when}"


def availability(api: ApiClient, args: argparse.Namespace) -> Reply:
    found = api.call("availability", operative=args.state == "on", evse=args.evse, connector=args.connector)
    when = ", as soon as its transaction has ended" if found["status"] == "Scheduled" else ""
    return found, f"{'in' if args.state == 'on' else 'out of'} service: {found['status']}{when}"


def unlock(api: ApiClient, args: argparse.Namespace) -> Reply:
    found = api.call("unlock", evse=args.evse, connector=args.connector)
    return found, f"EVSE {args.evse}, connector {args.connector}: {found['status']}"


def log_lines(api: ApiClient, args: argparse.Namespace) -> list[dict[str, Any]]:
    """The newest records of the log."""
    found: list[dict[str, Any]] = api.call("log", lines=args.number, level=args.level)
    return found


def follow(api: ApiClient, args: argparse.Namespace, tell: Callable[[dict[str, Any]], None]) -> None:
    """Tell records of the log as they come, for ever."""
    last = 0
    for one in log_lines(api, args):
        tell(one)
        last = one["number"]
    while True:
        time.sleep(FOLLOW_S)
        for one in api.call("log", lines=PAGE, level=args.level, after=last) if last else log_lines(api, args):
            tell(one)
            last = one["number"]


def log_line(one: dict[str, Any]) -> str:
    """A record of the log in one line, and its trace below."""
    fields = "".join(f" {name}={value}" for name, value in one.get("fields", {}).items())
    trace = "".join(f"\n    {line}" for line in one.get("trace", "").splitlines())
    return f"{instant(one['at_ms'])} {one['level']:<8} {one['logger']}: {one['message']}{fields}{trace}"


def _access(one: dict[str, Any]) -> str:
    return one.get("mutability") or ("ReadOnly" if one.get("readonly") else "ReadWrite")


def _value_name(one: dict[str, Any]) -> str:
    return str(one["name"])


def _value(one: dict[str, Any]) -> str:
    value, unit = one["value"], one.get("unit")
    if value is None or value == "":
        return NONE
    shown = f"{value} {unit}" if unit else str(value)
    return f"{shown} ({duration(int(value))})" if unit == "s" and str(value).isdigit() and int(value) >= 3600 else shown
