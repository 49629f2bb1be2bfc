"""RFID readers that speak PC/SC (ACR122U, ACR1252U, OMNIKEY and their like), over pyscard; extra `pcsc`.

PC/SC has no asyncio: a call that waits for a card blocks. Each reader therefore has one thread, which does nothing but
wait, read the UID and hand the token to the event loop. The thread outlives everything that happens to readers in
the field: pcscd that is not up yet, is restarted or killed, a reader that is unplugged or hangs. pyscard's own
monitors end for ever at the first of these, so the thread talks to the low-level `smartcard.scard`.

    no service ──establish──▶ no reader ──found──▶ watching ──card──▶ reading ──▶ watching
        ▲    (back-off)          ▲                    │
        └──── service lost ──────┴─── reader gone ────┘
"""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import logging
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import field
from typing import Any

from hal.drivers.debounce import Debounce
from hal.drivers.pcsc_calls import Calls, PcscFailed, unsigned
from hal.drivers.uid import UidFormat, UidRejected, kind_of, masked, token_text
from hal.interfaces import DeviceError, WrongOption
from hal.types import TokenRead
from hal.value import frozen

log = logging.getLogger(__name__)

WAIT_MS = 2_000  # one wait for a card; a cancel that comes between two waits is noticed after it at the latest
RESCAN_MS = 1_000  # a reader that is plugged in between listing and waiting is found after it at the latest
BACK_OFF_S = (0.25, 10.0)  # first and longest pause before the service is asked again
STOP_LIMIT_S = 2.0  # a reader whose driver hangs keeps its thread; the thread ends with the process
READ_TRIES, READ_PAUSE_S = 3, 0.05
TROUBLE_LIMIT = 3  # showings in a row that the reader itself failed to read


@frozen
class PcscConfig(UidFormat):
    """Board file table of a reader with `driver = "pcsc"`; the fields of `UidFormat` are keys of the same table.

    `reader` is a part of the reader's PC/SC name (as `pcsc_scan` prints it); empty takes the first reader.
    `name` and `evses` are handed on with each token; no `evses` means all.
    """

    reader: str = field(default="", metadata={"max_length": 128})
    name: str = field(default="reader", metadata={"max_length": 32})
    evses: tuple[int, ...] = field(default=(), metadata={"max_items": 64, "min": 1})
    debounce_ms: int = field(default=2_000, metadata={"min": 0, "max": 60_000})


def open(config: PcscConfig) -> PcscReader:
    """The reader. Raises DeviceError if pyscard is not installed; a missing service or reader is no error here."""
    try:
        scard = importlib.import_module("smartcard.scard")
    except ImportError as error:
        raise DeviceError(
            f"reader {config.name!r}: pyscard is not usable ({error}); "
            "install the extra: pip install 'evse-agent[pcsc]'"
        ) from None
    return PcscReader(scard, config)


def check_beside(config: PcscConfig, other: PcscConfig) -> None:
    """Two readers whose names cannot be told apart would be one. Raises WrongOption.

    `reader` is a part of a name, and an empty one a part of each: the longer one's reader could be the shorter one's.
    """
    if config.reader in other.reader or other.reader in config.reader:
        taken = f"{other.reader!r} of reader {other.name!r}" if other.reader else f"the first one of {other.name!r}"
        problem = f"may be the same reader as {taken}"
        raise WrongOption("reader", problem, "give each a part of its name that no other has (pcsc_scan shows them)")


class PcscReader:
    """A token reader (`hal.interfaces.TokenReader`) behind pcscd."""

    def __init__(self, scard: Any, config: PcscConfig) -> None:
        self._scard = scard
        self._config = config

    async def run(self, shown: Callable[[TokenRead], None], health: Callable[[str | None], None]) -> None:
        """Read until cancelled. Both callbacks run in the event loop's thread."""
        loop = asyncio.get_running_loop()
        ended = asyncio.Event()

        def post(call: Callable[..., None], *values: object) -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody is left to be told
                loop.call_soon_threadsafe(call, *values)

        def body() -> None:
            try:
                watcher.run()
            finally:
                post(ended.set)

        watcher = Watcher(self._scard, self._config, lambda read: post(shown, read), lambda text: post(health, text))
        thread = threading.Thread(target=body, name=f"pcsc-{self._config.name}", daemon=True)
        thread.start()
        try:
            await ended.wait()
        finally:
            watcher.stop()
            give_up = loop.time() + STOP_LIMIT_S
            while thread.is_alive() and loop.time() < give_up:
                watcher.cancel()  # again: one that arrives just before a wait is lost
                await asyncio.sleep(0.01)


class Watcher:
    """The body of the thread: everything that blocks. `shown` and `health` are called in it."""

    def __init__(
        self,
        scard: Any,
        config: PcscConfig,
        shown: Callable[[TokenRead], None],
        health: Callable[[str | None], None],
        clock_ns: Callable[[], int] = time.monotonic_ns,
    ) -> None:
        self._scard, self._calls = scard, Calls(scard)
        self._config, self._shown, self._health, self._clock_ns = config, shown, health, clock_ns
        self._stopping = threading.Event()
        self._context: Any = None
        self._told: str | None = ""  # what health heard last; neither None nor a message yet
        self._trouble = 0
        self._debounce = Debounce(config.debounce_ms)

    def stop(self) -> None:
        """Ask the thread to end. May be called from any thread."""
        self._stopping.set()
        self.cancel()

    def cancel(self) -> None:
        """Break the wait for a card that may be going on. May be called from any thread."""
        context = self._context
        if context is not None:
            self._scard.SCardCancel(context)

    def run(self) -> None:
        """Until `stop`: connect to the service and serve the reader, again and again."""
        delay, longest = BACK_OFF_S
        while not self._stopping.is_set():
            try:
                with self._service() as context:
                    if not self._trouble:
                        delay = BACK_OFF_S[0]
                    self._serve(context)
            except PcscFailed as failure:
                self._tell(str(failure))
                self._stopping.wait(delay)
                delay = min(2 * delay, longest)

    @contextlib.contextmanager
    def _service(self) -> Iterator[Any]:
        code, context = self._scard.SCardEstablishContext(self._scard.SCARD_SCOPE_SYSTEM)
        self._calls.check(code, "the PC/SC service pcscd does not answer")
        self._context = context
        try:
            yield context
        finally:
            self._context = None
            self._scard.SCardReleaseContext(context)

    def _serve(self, context: Any) -> None:
        while not self._stopping.is_set():
            name = self._find(context)
            if name is None:
                self._trouble = 0
                wanted = f"no reader named {self._config.reader!r}" if self._config.reader else "no reader"
                self._tell(
                    f"{wanted} is plugged in: check the cable; a kernel driver may hold it (blacklist pn533_usb)"
                )
                self._wait(context, r"\\?PnP?\Notification", self._scard.SCARD_STATE_UNAWARE, RESCAN_MS)
                continue
            if self._trouble < TROUBLE_LIMIT:  # else only a card that can be read proves that it works again
                self._tell(None)
            self._watch(context, name)

    def _find(self, context: Any) -> str | None:
        code, names = self._scard.SCardListReaders(context, [])
        if code & 0xFFFFFFFF != self._scard.SCARD_E_NO_READERS_AVAILABLE & 0xFFFFFFFF:
            self._calls.check(code, "pcscd does not list its readers")
        return next((name for name in names or () if self._config.reader in name), None)

    def _watch(self, context: Any, name: str) -> None:
        """Cards at one reader, until it is gone or the service is lost."""
        scard = self._scard
        state, count, held = scard.SCARD_STATE_UNAWARE, -1, False
        while not self._stopping.is_set():
            event, atr = self._wait(context, name, state, WAIT_MS)
            if event & (scard.SCARD_STATE_UNKNOWN | scard.SCARD_STATE_UNAVAILABLE):
                return
            if event == state:
                continue
            state, previous, count = event & ~scard.SCARD_STATE_CHANGED, count, event >> 16
            present = bool(event & scard.SCARD_STATE_PRESENT)
            # The upper half counts comings and goings: two at once are a removal that was too short to be seen.
            if not present or (held and count != previous):
                self._debounce.went(self._clock_ns() // 1_000_000)
                held = False
            if present and not held:
                held = True
                self._read(context, name, bytes(atr))

    def _wait(self, context: Any, name: str, state: int, timeout_ms: int) -> tuple[int, list[int]]:
        """One wait for a change; the same state again when nothing changed or the wait was cancelled."""
        scard = self._scard
        code, states = scard.SCardGetStatusChange(context, timeout_ms, [(name, state)])
        code &= 0xFFFFFFFF
        if code in unsigned(scard.SCARD_E_TIMEOUT, scard.SCARD_E_CANCELLED):
            return state, []
        if code in unsigned(scard.SCARD_E_UNKNOWN_READER, scard.SCARD_E_READER_UNAVAILABLE):
            return scard.SCARD_STATE_UNAVAILABLE, []
        self._calls.check(code, "pcscd went away")
        return states[0][1], states[0][2]

    def _read(self, context: Any, name: str, atr: bytes) -> None:
        """Read the UID of a card that just came, and hand it on if it is a new showing."""
        uid = self._uid(context, name)
        if uid is None:
            return
        try:
            token = token_text(uid, self._config)
        except UidRejected as why:
            log.warning("reader %s: card ignored: %s (%s)", self._config.name, why, masked(uid))
            return
        if self._debounce.came(token, self._clock_ns() // 1_000_000):
            self._shown(TokenRead(token, kind_of(atr), self._config.name, self._config.evses))

    def _uid(self, context: Any, name: str) -> bytes | None:
        """The card's UID, or None with a line in the log. Raises PcscFailed once the reader fails again and again."""
        try:
            answer = self._ask(context, name)
        except PcscFailed as failure:
            log.warning("reader %s: card not read: %s", self._config.name, failure)
            if not self._calls.is_innocent(failure):
                self._trouble += 1
                if self._trouble >= TROUBLE_LIMIT:
                    raise
            return None
        self._trouble = 0
        self._tell(None)
        if answer[-2:] != b"\x90\x00":
            log.warning("reader %s: card ignored: it has no UID (status %s)", self._config.name, answer[-2:].hex())
            return None
        return answer[:-2]

    def _ask(self, context: Any, name: str) -> bytes:
        """The answer to GET_UID, asked for a few times: a card that is still moving in the field often fails once."""
        for _ in range(READ_TRIES - 1):
            with contextlib.suppress(PcscFailed):
                return self._calls.transmit(context, name)
            self._stopping.wait(READ_PAUSE_S)
        return self._calls.transmit(context, name)

    def _tell(self, text: str | None) -> None:
        """Report health by edges: each text once, and the recovery once."""
        if text == self._told:
            return
        self._told = text
        if text is not None:
            text = f"reader {self._config.name!r}: {text}"
            log.warning("%s", text)
        self._health(text)
