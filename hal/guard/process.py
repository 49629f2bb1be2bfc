"""The guard as a process: sockets, timers, signals and the service manager around `hal.guard.server`.

Whatever ends it, the outputs are made safe before the process is gone: a signal, an error of ours, a full disk under
the socket. What it cannot answer for (SIGKILL, a dead machine) is the power path's own fail-safe.
"""

from __future__ import annotations

import os
import signal
import sys
from contextlib import suppress
from dataclasses import replace

from hal.guard.line import Line
from hal.guard.loop import Loop
from hal.guard.notify import Notifier, from_environment
from hal.guard.server import Guard
from hal.guard.station import open_bench, open_lines
from hal.guard.stream import Handler, Listener, Peer
from hal.guard.wire import MAX_LINE_BYTES
from hal.layout import Board

GREETING_MS = 3_000  # a peer that has not said hello by then gives its place to others
PRIORITY_INFO = "<6>"
PRIORITY_ERROR = "<3>"


def log(text: str, priority: str = PRIORITY_INFO) -> None:
    """One line to standard error, with the priority that journald reads where it does (systemd.exec(5))."""
    with suppress(OSError):
        sys.stderr.write(f"{priority if 'JOURNAL_STREAM' in os.environ else ''}{text}\n")
        sys.stderr.flush()


class _AgentPeer:
    """An agent's connection, between stream and guard."""

    def __init__(self, guard: Guard, peer: Peer, loop: Loop) -> None:
        self._guard = guard
        self._peer = peer
        guard.attach(peer)
        loop.call_at(loop.now_ms() + GREETING_MS, self._hurry)

    def _hurry(self) -> None:
        if self._guard.is_stranger(self._peer):
            self._guard.refuse(self._peer, f"no hello within {GREETING_MS} ms")
            self._peer.close()

    def receive(self, line: bytes) -> None:
        self._guard.receive(self._peer, line)

    def too_long(self) -> None:
        self._guard.refuse(self._peer, f"a line is longer than {MAX_LINE_BYTES} bytes")

    def closed(self) -> None:
        self._guard.detach(self._peer)


class GuardProcess:
    """One guard with its sockets, in a loop of its own. `run` it; `close` makes the outputs safe.

    Raises DeviceError or OSError if a device or a socket cannot be had.
    """

    def __init__(
        self, board: Board, socket_path: str, bench_path: str | None, notifier: Notifier, loop: Loop | None = None
    ) -> None:
        self.loop = Loop() if loop is None else loop
        self._notifier = notifier
        self._listeners: list[Listener] = []
        self._guard: Guard | None = None
        try:
            self._open(board, socket_path, bench_path)
        except BaseException:
            self.close()
            raise

    def _open(self, board: Board, socket_path: str, bench_path: str | None) -> None:
        """Sockets first: that nobody else is guard here is known before a line is driven."""
        self._listeners.append(Listener(self.loop, socket_path, MAX_LINE_BYTES, self._meet))
        bench = open_bench(board, self.loop)
        if bench is not None and bench_path is not None:
            converse = bench.converse
            self._listeners.append(
                Listener(
                    self.loop,
                    bench_path,
                    bench.max_line_bytes,
                    lambda peer: converse(peer.send, peer.close),
                    max_peers=bench.max_clients,
                    full=bench.busy_line,
                )
            )
        self._guard = Guard(
            board.name,
            open_lines(board, bench),
            self.loop.now_ms,
            peripherals=None if bench is None else bench.peripherals,
            changed=self._changed,
            saw_report=None if bench is None else bench.saw_report,
            saw_agent=None if bench is None else bench.saw_agent,
        )
        self._guard.start()
        if bench is not None:
            bench.attach(self._guard)

    def _meet(self, peer: Peer) -> Handler:
        return _AgentPeer(self._the_guard(), peer, self.loop)

    def _changed(self, evse: int) -> None:
        """A power path says so, maybe from a thread of its own."""
        self.loop.call_threadsafe(lambda: self._the_guard().on_change(evse))

    def _the_guard(self) -> Guard:
        if self._guard is None:
            raise AssertionError("nothing is served before the guard is open, or after it is closed")
        return self._guard

    def run(self) -> None:
        """Serve until a signal. The watchdog is fed from here, so only while the interlocks run."""
        self._notifier.send("READY=1")
        self.loop.run(self._round)
        self._notifier.send("STOPPING=1")

    def _round(self) -> int | None:
        wake_ms = self._the_guard().tick()
        alive_ms = self._notifier.alive(self.loop.now_ms())
        return min((at_ms for at_ms in (wake_ms, alive_ms) if at_ms is not None), default=None)

    def close(self) -> None:
        """Outputs safe first, then the rest."""
        guard, self._guard = self._guard, None
        if guard is not None:
            guard.stop()
        for listener in self._listeners:
            listener.close()
        self._listeners.clear()
        self.loop.close()


def serve(board: Board, socket_path: str, bench_path: str | None) -> None:
    """Be the guard of `board` until SIGTERM or SIGINT. Raises DeviceError or OSError if it cannot begin."""
    loop = Loop()
    loop.stop_on_signals(signal.SIGTERM, signal.SIGINT)  # first: from here on nothing ends with a line driven
    process = GuardProcess(board, socket_path, bench_path, from_environment(), loop)
    try:
        log(f"guard of board {board.name}: {len(board.evses)} EVSE, socket {socket_path}, process {os.getpid()}")
        process.run()
    finally:
        process.close()
    log("stopped: every contactor is commanded open")


def make_safe(board: Board) -> int:
    """Open every contactor, take every signal off, and leave. One that fails does not keep the others from it.

    Answers how many could not be made safe; each is told.
    """
    failed = 0
    loop = Loop()
    bench = open_bench(board, loop)
    for evse in board.evses:
        try:
            for line in open_lines(replace(board, evses=(evse,)), bench):
                Line(line, lambda report: None).make_safe()
        except Exception as error:
            failed += 1
            log(f"EVSE {evse.id} could not be made safe: {type(error).__name__}: {error}", PRIORITY_ERROR)
    loop.close()
    return failed
