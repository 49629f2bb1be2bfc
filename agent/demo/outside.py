"""The real daemon as a process of its own, in real time, driven over the bench's socket: `evse demo`."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO

from agent.demo.stage import DemoFailed, Stage, configuration
from hal.mock.arguments import BenchError

SAMPLE_S = 10
START_S = 20.0
STOP_S = 10.0
ANSWER_S = 10.0
LINE_BYTES = 1024 * 1024


class OutsidePort:
    """A connection to the bench's socket; events go to `event`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, event: Callable[..., None]) -> None:
        self._reader = reader
        self._writer = writer
        self._event = event
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._id = 0

    async def call(self, verb: str, args: dict[str, Any]) -> dict[str, Any]:
        """Raises BenchError, DemoFailed."""
        self._id += 1
        answer: asyncio.Future[dict[str, Any]] = asyncio.get_running_loop().create_future()
        self._answers[self._id] = answer
        self._writer.write(json.dumps({"id": self._id, "verb": verb, "args": args}).encode() + b"\n")
        try:
            async with asyncio.timeout(ANSWER_S):
                found = await answer
        except TimeoutError:
            raise DemoFailed(f"the bench does not answer {verb}") from None
        if not found["ok"]:
            raise BenchError(found["error"]["code"], found["error"]["message"])
        result: dict[str, Any] = found["result"]
        return result

    async def run(self) -> None:
        """Take what comes. Raises DemoFailed when the station has gone."""
        while line := await self._reader.readline():
            value = json.loads(line)
            if "event" in value:
                self._event(value)
            elif (answer := self._answers.pop(value["id"], None)) is not None and not answer.done():
                answer.set_result(value)
        raise DemoFailed("the station's process has ended")


@asynccontextmanager
async def station(stage: Stage, port: int, folder: str) -> AsyncIterator[None]:
    """A running `evse-agent`, its bench on the stage. Raises DemoFailed."""
    file, log, stream = _files(port, stage.version, folder)
    with stream:
        # In a session of its own: Ctrl-C is for us, and we stop it in our own time.
        arguments = ("-m", "agent.daemon.main", "--config", str(file))
        process = await asyncio.create_subprocess_exec(
            sys.executable, *arguments, stdin=asyncio.subprocess.DEVNULL, stderr=stream, start_new_session=True
        )
    try:
        reader, writer = await _connect(f"{folder}/bench.sock", process, log)
        bench = OutsidePort(reader, writer, stage.event)
        async with asyncio.TaskGroup() as tasks:
            running = tasks.create_task(bench.run(), name="bench")
            stage.port = bench
            await bench.call("events", {})
            ticking = tasks.create_task(stage.ticking(), name="ticking")
            yield
            running.cancel()
            ticking.cancel()
        writer.close()
    finally:
        await _stop(process)


def _files(port: int, version: str, folder: str) -> tuple[Path, Path, BinaryIO]:
    """The station's configuration, and its log, open."""
    file, log = Path(folder, "agent.toml"), Path(folder, "agent.log")
    file.write_text(configuration(port, version, folder, SAMPLE_S), encoding="utf-8")
    return file, log, log.open("wb")


async def _connect(
    path: str, process: asyncio.subprocess.Process, log: Path
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    try:
        async with asyncio.timeout(START_S):
            while True:
                with suppress(FileNotFoundError, ConnectionRefusedError):
                    return await asyncio.open_unix_connection(path, limit=LINE_BYTES)
                if process.returncode is not None:
                    said = await asyncio.to_thread(log.read_text, errors="replace")
                    raise DemoFailed(f"evse-agent did not start: {said.strip()[-500:]}")
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise DemoFailed(f"evse-agent did not start within {START_S:g} s") from None


async def _stop(process: asyncio.subprocess.Process) -> None:
    with suppress(ProcessLookupError):
        process.terminate()
    try:
        async with asyncio.timeout(STOP_S):
            await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
