"""`evse`: the command line. Imports the API's messages and nothing heavier; demo, bench and board only when asked."""

from __future__ import annotations

import argparse
import os
import sys
from typing import Any

from agent.cli import commands, output
from agent.cli.arguments import SERVICES, parser
from agent.cli.client import ApiClient
from agent.cli.failure import Exit, Failure
from agent.cli.quantity import clean

DEBUG_VARIABLE = "EVSE_DEBUG"


def main(argv: list[str] | None = None) -> int:
    """Entry point of `evse`."""
    output.prepare()
    top = parser()
    args = top.parse_args(argv)
    if args.command is None:
        top.print_help()
        return Exit.USAGE
    try:
        code = _run(args)
        output.flush()
    except Failure as failure:
        _complain(args, failure.code, failure.message)
        code = failure.exit_code
    except KeyboardInterrupt:
        code = Exit.INTERRUPTED
    except BrokenPipeError:  # `evse log | head`
        output.abandon()
        code = Exit.OK
    except Exception as error:
        if os.environ.get(DEBUG_VARIABLE):
            raise
        _complain(args, "internal", f"a bug of evse: {type(error).__name__}: {error} (${DEBUG_VARIABLE}=1 shows more)")
        code = Exit.BROKEN
    return int(code)


def _run(args: argparse.Namespace) -> int:
    if args.run is not None and not args.special:
        with _client(args) as api:
            _reply(args, *args.run(api, args))
        return Exit.OK
    return _SPECIAL[args.special](args)


def _client(args: argparse.Namespace) -> ApiClient:
    """The daemon; what it says is for people unless they asked for JSON."""
    return ApiClient(args.socket, read=None if args.json else output.on_one_line)


def _reply(args: argparse.Namespace, result: Any, text: str) -> None:
    output.write(output.encode(result, indent=2) if args.json else clean(text))


def _complain(args: argparse.Namespace, code: str, message: str) -> None:
    if args.json and code != output.BROKEN:
        print(output.encode({"error": {"code": code, "message": message}}))
    else:
        print(f"evse: {clean(message)}", file=sys.stderr)


def _line(args: argparse.Namespace, value: dict[str, Any], text: str) -> None:
    output.write(output.encode(value) if args.json else clean(text), flush=True)


def _log(args: argparse.Namespace) -> int:
    with _client(args) as api:
        if args.follow:
            commands.follow(api, args, lambda one: _line(args, one, commands.log_line(one)))
        for one in commands.log_lines(api, args):
            _line(args, one, commands.log_line(one))
    return Exit.OK


def _unit(args: argparse.Namespace) -> int:
    from agent.cli import unit  # noqa: PLC0415 - only this command needs it

    services = (args.service,) if args.service else SERVICES
    _reply(args, *unit.reply(unit.drop_ins(args.config, args.board, services), args.output))
    return Exit.OK


def _bench(args: argparse.Namespace) -> int:
    from agent.cli import bench  # noqa: PLC0415 - only this command needs it

    if args.verb is None or args.verb == "help":
        _reply(args, *bench.describe(args.arguments[0] if args.arguments else None))
        return Exit.OK
    verb = bench.find(args.verb)
    bench.arguments(verb, args.arguments)  # what is wrong is told even where there is no bench
    path = bench.socket_path(args.bench_socket, args.socket)
    reply = bench.run(path, verb, args.arguments, lambda event: _line(args, event, bench.event_line(event)))
    if reply is not None:
        _reply(args, *reply)
    return Exit.OK


def _demo(args: argparse.Namespace) -> int:
    try:
        from agent.demo import main as demo  # noqa: PLC0415 - loads a whole station and its CSMS
    except ModuleNotFoundError as error:
        missing = (error.name or "").split(".")[0]
        if missing in {"agent", "hal"}:
            raise
        why = f"the demo needs {missing}: pip install 'evse-agent[demo]'"
        raise Failure("missing_extra", why, Exit.CONFIG) from None
    return demo.run(args.ocpp, once=args.once, as_json=args.json, sessions=args.sessions)


_SPECIAL = {"log": _log, "unit": _unit, "bench": _bench, "demo": _demo}


if __name__ == "__main__":
    sys.exit(main())
