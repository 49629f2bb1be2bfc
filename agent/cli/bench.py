"""`evse bench`: the verbs of the mock, from the bench's own table. Loaded only when asked for."""

from __future__ import annotations

import json
import os
import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from agent.cli.client import ApiClient
from agent.cli.failure import Exit, Failure

if TYPE_CHECKING:
    from hal.mock.arguments import Arg
    from hal.mock.verbs import Verb

SOCKET = "/run/evse-agent/bench.sock"
SOCKET_VARIABLE = "EVSE_BENCH_SOCKET"
_WORDS = {"true": True, "yes": True, "on": True, "1": True, "false": False, "no": False, "off": False, "0": False}


def socket_path(given: str | None, api_socket: str) -> str:
    """Where the bench listens: as given, by the environment, or as the daemon says."""
    path = given or os.environ.get(SOCKET_VARIABLE)
    if path:
        return path
    try:
        with ApiClient(api_socket) as api:
            told = api.call("bench")["socket"]
    except Failure as failure:
        if failure.exit_code is Exit.NOT_RUNNING:
            return SOCKET
        raise
    if told is None:
        why = "this station has no bench: its board is real, or [bench] socket is not configured"
        raise Failure("refused", why)
    return str(told)


def describe(name: str | None = None) -> tuple[Any, str]:
    """The table of verbs, or the row of one."""
    if name is not None:
        verb = find(name)
        return verb.describe(), _page(verb)
    verbs = _verbs()
    width = max(map(len, verbs))
    lines = [f"{verb.name:<{width}}  {verb.doc}" for verb in verbs.values()]
    lines += ["", "`evse bench VERB key=value …` does one, `evse bench help VERB` tells its arguments."]
    return {"verbs": [verb.describe() for verb in verbs.values()]}, "\n".join(lines)


def find(name: str) -> Verb:
    """The row of a verb. Raises Failure that suggests others."""
    verbs = _verbs()
    if name not in verbs:
        close = [known for known in verbs if name in known or known.rsplit(".", 1)[-1] in name]
        hint = f"did you mean {', '.join(close[:4])}?" if close else "`evse bench` lists them"
        raise Failure("unknown_verb", f"the bench has no verb {name!r}; {hint}", Exit.USAGE)
    return verbs[name]


def arguments(verb: Verb, given: list[str]) -> dict[str, Any]:
    """`key=value` words as the bench wants them; `limits.max_power_w=…` reaches into an object. Raises Failure."""
    found: dict[str, Any] = {}
    for word in given:
        name, sign, text = word.partition("=")
        if not sign:
            raise Failure("bad_argument", f"{word!r} is not of the form key=value", Exit.USAGE)
        *path, key = name.split(".")
        args, into = verb.args, found
        for part in path:
            args, into = _argument(verb, args, part).fields, into.setdefault(part, {})
        into[key] = _value(_argument(verb, args, key), text, name)
    return found


def run(path: str, verb: Verb, given: list[str], tell: Callable[[dict[str, Any]], None]) -> tuple[Any, str] | None:
    """Do a verb; None for `events`, which tells them until it is interrupted. Raises Failure."""
    from hal.mock.arguments import BenchError  # noqa: PLC0415 - see the module
    from hal.mock.client import BenchClient  # noqa: PLC0415

    args = arguments(verb, given)
    try:
        with BenchClient(path) as bench:
            if verb.name == "events":
                _stream(bench.events, tell)
                return None
            result = bench.call(verb.name, args)
    except BenchError as error:
        raise Failure(error.code, error.message) from None
    except TimeoutError:
        raise Failure("timeout", f"the bench at {path} does not answer") from None
    except OSError as error:
        why = f"no bench answers at {path} ({error.strerror or error}): start evse-agent with a mock board and "
        raise Failure(
            "not_running", why + "--bench-socket, or name its socket with --socket", Exit.NOT_RUNNING
        ) from None
    shown = ", ".join(f"{name} {_shown(value)}" for name, value in result.items())
    if verb.name in {"status", "help"}:
        shown = json.dumps(result, indent=2, ensure_ascii=False)
    return result, shown or "accepted"


def event_line(event: dict[str, Any]) -> str:
    """An event of the bench in one line."""
    values = (f"{name}={_shown(value)}" for name, value in event.items() if name not in {"n", "t_ms", "event"})
    return f"{event['t_ms'] / 1000:10.3f} s  {event['event']:<16} {' '.join(values)}"


def _stream(events: Callable[[], Any], tell: Callable[[dict[str, Any]], None]) -> None:
    stream = events()
    while True:
        try:
            for event in stream:
                tell(event)
        except TimeoutError:
            stream = events()  # nothing happened for a while
            continue
        return


def _verbs() -> dict[str, Verb]:
    from hal.mock.verbs import VERBS  # noqa: PLC0415 - see the module

    return VERBS


def _argument(verb: Verb, args: tuple[Arg, ...], name: str) -> Arg:
    for arg in args:
        if arg.name == name:
            return arg
    known = ", ".join(arg.name for arg in args) or "none"
    raise Failure("unknown_argument", f"{verb.name} has no argument {name!r}; it has {known}", Exit.USAGE)


def _value(arg: Arg, text: str, name: str) -> Any:
    if arg.nullable and text == "null":
        return None
    try:
        match str(arg.kind):
            case "int" | "evse":
                return int(text)
            case "number":
                return float(text)
            case "bool":
                return _WORDS[text.lower()]
            case "object":
                return json.loads(text)
            case "list":
                return _list(arg, text, name)
            case _:
                return text
    except (ValueError, KeyError):
        raise Failure("bad_argument", f"{name}={text}: {_wanted(arg)} is needed", Exit.USAGE) from None


def _list(arg: Arg, text: str, name: str) -> Any:
    if text.startswith("[") or arg.item is None:
        return json.loads(text)
    return [_value(arg.item, item, name) for item in text.split(",") if item]


def _wanted(arg: Arg) -> str:
    kinds = {"int": "a whole number", "evse": "a whole number", "number": "a number", "bool": "true or false"}
    return kinds.get(str(arg.kind), "JSON")


def _page(verb: Verb) -> str:
    lines = [f"{verb.name}: {verb.doc}"]
    for arg in verb.args:
        lines += _about(arg, "")
    return "\n".join(lines if verb.args else [*lines, "  no arguments"])


def _about(arg: Arg, inside: str) -> list[str]:
    told = arg.describe()
    default = "required" if told.get("required") else f"default {_shown(told['default'])}"
    notes = [arg.doc, default if told.get("required") or told["default"] is not None else ""]
    if arg.choices:
        notes.insert(1, " | ".join(arg.choices))
    elif "low" in told:
        notes.insert(1, f"{arg.low} to {arg.high}")
    text = "; ".join(note for note in notes if note)
    head = f"  {inside}{arg.name}=…"
    lines = textwrap.wrap(text, 78 - 28) or [""]
    found = [f"{head:<27} {lines[0]}".rstrip(), *(f"{'':<28}{line}" for line in lines[1:])]
    for field in arg.fields:
        found += _about(field, f"{inside}{arg.name}.")
    return found


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
