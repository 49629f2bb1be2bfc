"""`evse demo`: a CSMS, the daemon and the mock; sessions, and what happens in them as it happens."""

from __future__ import annotations

import asyncio
import itertools
import signal
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from agent.cli import output
from agent.cli.failure import Failure
from agent.demo import inside, outside, sessions
from agent.demo.csms import Csms
from agent.demo.fasttime import FastLoop
from agent.demo.receipt import Receipt
from agent.demo.show import Show
from agent.demo.signals import Interrupted, until_signal
from agent.demo.stage import IDENTITY, PASSWORD, SUBPROTOCOLS, DemoFailed, Stage
from hal.mock.arguments import BenchError

OK, FAILED = 0, 1
FAST_TICK_S = 300.0
TICK_S = 4.0
PAUSE_S = 2.0
GREETING = """\
A CSMS on the `ocpp` package, the real evse-agent, and a mock station with one
socket of 22 kW, speaking OCPP {version}. {more}
──▶ is what the station sends, ◀── what the CSMS sends."""


def run(version: str, *, once: bool, as_json: bool, sessions: int = 0) -> int:
    """Play; gives the exit code. `sessions`: end after so many, 0: go on until Ctrl-C."""
    endless = not once and sessions == 0
    with tempfile.TemporaryDirectory(prefix="evse-demo-") as folder:
        try:
            if once:
                return _once(version, folder, as_json=as_json)
            return asyncio.run(until_signal(_on_and_on(version, folder, sessions, as_json=as_json)))
        except Interrupted as end:
            return OK if endless and end.number == signal.SIGINT else end.exit_code


def _once(version: str, folder: str, *, as_json: bool) -> int:
    log = Path(folder, "agent.log")
    try:
        with log.open("w", encoding="utf-8") as stream, asyncio.Runner(loop_factory=FastLoop) as runner:
            loop = runner.get_loop()
            if not isinstance(loop, FastLoop):
                raise AssertionError("the loop that was asked for")
            show = Show(sys.stdout, loop.time, as_json=as_json)
            if not as_json:
                output.write(GREETING.format(version=version, more="Time is fast."))

            async def play() -> Receipt:
                csms = _csms(version, loop)
                stage = Stage(csms, show, version, tick_s=FAST_TICK_S)
                port = await csms.start()
                try:
                    async with inside.station(stage, loop, port, folder, stream):
                        await stage.accepted()
                        return await sessions.whole_charge(stage)
                finally:
                    await csms.stop()

            return _judge(show, runner.run(until_signal(play())))
    except BaseExceptionGroup as group:
        return _failed(group, as_json=as_json, log=log)


def _csms(version: str, loop: FastLoop | None = None) -> Csms:
    now = None if loop is None else lambda: datetime.fromtimestamp(loop.wall_s(), UTC)
    return Csms(subprotocols=(SUBPROTOCOLS[version],), passwords={IDENTITY: PASSWORD}, now=now)


def _judge(show: Show, receipt: Receipt) -> int:
    problems = receipt.problems()
    for problem in problems:
        print(f"evse demo: {problem}", file=sys.stderr)
    return FAILED if problems else OK


def _failed(group: BaseExceptionGroup[BaseException], *, as_json: bool, log: Path) -> int:
    """One line for what was expected to be possible; a bug is raised again."""
    unwatched = group.subgroup((BrokenPipeError, Failure))
    if unwatched is not None:
        raise _first(unwatched) from None
    known, bugs = group.split((DemoFailed, BenchError))
    if bugs is not None or known is None:
        raise group
    first = _first(known)
    print(f"evse demo: {first or type(first).__name__}", file=sys.stderr)
    said = log.read_text(encoding="utf-8", errors="replace").strip() if log.exists() else ""
    if said:
        print("the station's log:\n" + "\n".join(said.splitlines()[-10:]), file=sys.stderr)
    return FAILED


def _first(group: BaseException) -> BaseException:
    while isinstance(group, BaseExceptionGroup):
        group = group.exceptions[0]
    return group


async def _on_and_on(version: str, folder: str, most: int, *, as_json: bool) -> int:
    loop = asyncio.get_running_loop()
    began_s = loop.time()
    show = Show(sys.stdout, lambda: loop.time() - began_s, as_json=as_json)
    if not as_json:
        output.write(GREETING.format(version=version, more="Ctrl-C ends it."))
    csms = _csms(version)
    stage = Stage(csms, show, version, tick_s=TICK_S)
    port = await csms.start()
    code = OK
    try:
        async with outside.station(stage, port, folder):
            await stage.accepted()
            stories = itertools.cycle(sessions.STORIES)
            for story in itertools.islice(stories, most or None):
                code = max(code, _judge(show, await story(stage)))
                await asyncio.sleep(PAUSE_S)
    except BaseExceptionGroup as group:
        return _failed(group, as_json=as_json, log=Path(folder, "agent.log"))
    finally:
        await csms.stop()
    return code
