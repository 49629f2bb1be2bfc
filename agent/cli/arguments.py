"""The command line of `evse`: commands, options, help."""

from __future__ import annotations

import argparse
import os
from typing import Any

from agent.api.messages import LEVELS, SOCKET
from agent.cli import commands
from agent.cli.failure import MEANINGS
from agent.cli.help import Help, TopHelp

SOCKET_VARIABLE = "EVSE_SOCKET"
CONFIG_FILE = "/etc/evse-agent/agent.toml"
SERVICES = ("guard", "agent")
OCPP_VERSIONS = ("1.6", "2.0.1")


def parser() -> argparse.ArgumentParser:
    """The whole tree. A command leaves its function in `run` (asks the daemon) or its name in `special`."""
    epilog = "exit codes:\n" + "\n".join(f"  {code.value:<4} {text}" for code, text in MEANINGS.items())
    top = argparse.ArgumentParser(
        prog="evse",
        description="Look at and operate the EV charging station of this machine.",
        epilog=epilog,
        formatter_class=TopHelp,
    )
    top.add_argument("--socket", metavar="PATH", default=os.environ.get(SOCKET_VARIABLE) or SOCKET, help=_SOCKET_HELP)
    top.add_argument("--json", action="store_true", help="print JSON")
    top.set_defaults(run=None, special="")
    known = top.add_subparsers(title="commands", metavar="COMMAND", dest="command")
    _looking(known)
    _operating(known)
    _developing(known)
    return top


_SOCKET_HELP = f"the daemon's socket (${SOCKET_VARIABLE}, or {SOCKET})"


def _command(known: Any, name: str, help_: str, run: commands.Command | None = None, **more: Any) -> Any:
    description = more.pop("description", f"{help_[0].upper()}{help_[1:]}.")
    made = known.add_parser(name, help=help_, description=description, formatter_class=Help, **more)
    made.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    if name != "bench":
        made.add_argument("--socket", metavar="PATH", default=argparse.SUPPRESS, help=_SOCKET_HELP)
    if run is not None:
        made.set_defaults(run=run)
    return made


def _group(known: Any, name: str, help_: str, run: commands.Command | None = None) -> Any:
    """A command with commands of its own; gives where they are added."""
    made = _command(known, name, help_, run)
    return made.add_subparsers(title="commands", metavar="COMMAND", dest="subcommand", required=run is None)


def _looking(known: Any) -> None:
    _command(known, "status", "one screen: station, link, each EVSE, sessions, faults", commands.status)
    tx = _group(known, "tx", "transactions")
    listing = _command(tx, "list", "the newest transactions", commands.tx_list)
    listing.add_argument("-n", "--number", type=_count, default=20, metavar="N", help="how many (20)")
    listing.add_argument("--offset", type=_count, default=0, metavar="N", help="leave out the newest N")
    show = _command(tx, "show", "a transaction, step by step", commands.tx_show)
    show.add_argument("tx", nargs="?", metavar="ID", help="the transaction (the newest)")
    stop = _command(tx, "stop", "stop a transaction", commands.tx_stop)
    stop.add_argument("tx", metavar="ID")
    var = _group(known, "var", "OCPP variables and 1.6 keys")
    var_list = _command(var, "list", "variables with value, access and source", commands.var_list)
    var_list.add_argument("match", nargs="?", help="only those whose name contains this")
    var_list.add_argument("--ocpp16", action="store_true", help="the configuration keys of OCPP 1.6")
    get = _command(var, "get", "one variable, or one 1.6 key", commands.var_get)
    get.add_argument("name", help="Component.Variable or a 1.6 key")
    put = _command(var, "set", "write a variable, or a 1.6 key", commands.var_set)
    put.add_argument("name", help="Component.Variable or a 1.6 key")
    put.add_argument("value")
    hal = _group(known, "hal", "board, power paths, meters", commands.hal)
    _unit(hal)
    log = _command(known, "log", "the newest lines of the log")
    log.set_defaults(special="log")
    log.add_argument("-n", "--number", type=_count, default=50, metavar="N", help="how many (50)")
    log.add_argument("-f", "--follow", action="store_true", help="go on with new ones until Ctrl-C")
    log.add_argument("--level", choices=LEVELS, default="debug", help="the least severity (debug)")
    outbox = _group(known, "outbox", "messages that wait, and those in quarantine", commands.outbox)
    retry = _command(outbox, "retry", "try a message in quarantine once more, or all of them", commands.outbox_retry)
    retry.add_argument("seq", nargs="?", type=_count, metavar="SEQ", help="its number (all)")
    drop = _command(outbox, "drop", "give up a message in quarantine", commands.outbox_drop)
    drop.add_argument("seq", type=_count, metavar="SEQ", help="its number")
    known.choices["outbox"].add_argument("-n", "--number", type=_count, default=50, metavar="N", help="how many (50)")


def _unit(hal: Any) -> None:
    unit = _command(hal, "unit", "the systemd drop-in that opens the board's devices, and no others")
    unit.set_defaults(special="unit")
    unit.add_argument("service", nargs="?", choices=SERVICES, help="only this service (both)")
    unit.add_argument("--config", default=CONFIG_FILE, metavar="FILE", help=f"configuration ({CONFIG_FILE})")
    unit.add_argument("--board", metavar="FILE", help="board file (the one that the configuration names)")
    unit.add_argument("--output", metavar="DIR", help="write below DIR, such as /etc/systemd/system (print them)")


def _operating(known: Any) -> None:
    reset = _command(known, "reset", "restart the station, or an EVSE", commands.reset)
    reset.add_argument("--immediate", action="store_true", help="end transactions; otherwise wait until there are none")
    reset.add_argument("--evse", type=_count, metavar="N", help="only this EVSE")
    unlock = _command(known, "unlock", "unlock a connector", commands.unlock)
    unlock.add_argument("evse", nargs="?", type=_count, default=1, metavar="EVSE", help="(1)")
    unlock.add_argument("connector", nargs="?", type=_count, default=1, metavar="CONNECTOR", help="(1)")
    service = _command(known, "availability", "take the station, an EVSE or a connector in or out of service")
    service.set_defaults(run=commands.availability)
    service.add_argument("state", choices=("on", "off"))
    service.add_argument("--evse", type=_count, default=0, metavar="N", help="only this EVSE")
    service.add_argument("--connector", type=_count, default=0, metavar="N", help="only this connector of it")
    cache = _group(known, "cache", "the authorization cache")
    _command(cache, "clear", "forget all that is cached", commands.cache_clear)


def _developing(known: Any) -> None:
    bench = _command(known, "bench", "drive the mock: `evse bench` lists the verbs")
    bench.set_defaults(special="bench")
    bench.add_argument("--socket", dest="bench_socket", metavar="PATH", help="the bench's socket (as the daemon says)")
    bench.add_argument("verb", nargs="?", metavar="VERB", help="what to do; `help VERB` tells its arguments")
    bench.add_argument("arguments", nargs="*", metavar="KEY=VALUE")
    demo = _command(known, "demo", "a station, a CSMS and charging sessions, to look at")
    demo.set_defaults(special="demo")
    demo.add_argument("--ocpp", choices=OCPP_VERSIONS, default="2.0.1", help="the version to speak (2.0.1)")
    length = demo.add_mutually_exclusive_group()
    length.add_argument("--once", action="store_true", help="one whole session in fast time, then the receipt")
    length.add_argument(
        "--sessions", type=_count, default=0, metavar="N", help="end after N sessions (go on until Ctrl-C)"
    )


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number")
    return int(text)
