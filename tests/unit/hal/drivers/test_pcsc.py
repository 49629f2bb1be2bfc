"""The reader's thread against scripted PC/SC results; the real stack is in tests/integration/hardware."""

from __future__ import annotations

import asyncio
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from hal.drivers import pcsc
from hal.drivers.pcsc import PcscConfig, PcscReader, Watcher
from hal.interfaces import DeviceError
from hal.types import TokenKind, TokenRead
from tests.conftest import require_module
from tests.unit.hal.drivers.fake_scard import FakeScard

READER = "ACS ACR122U PICC Interface 00 00"
Step = Callable[[], object]


class Bench:
    """A watcher that is run in the test's own thread; each wait takes the next step of the script, the end stops it."""

    def __init__(self, scard: FakeScard, *script: Step, config: PcscConfig | None = None) -> None:
        self.scard = scard
        self.tokens: list[TokenRead] = []
        self.health: list[str | None] = []
        self.now = 0
        self.script: Iterator[Step] = iter(script)
        self.watcher = Watcher(
            scard, config or PcscConfig(), self.tokens.append, self.health.append, clock_ns=lambda: self.now
        )
        scard.step = self._step

    def _step(self) -> None:
        self.now += 1_000_000_000
        step = next(self.script, self.watcher.stop)
        step()

    def run(self) -> Bench:
        self.watcher.run()
        return self

    @property
    def shown(self) -> list[str]:
        return [read.token for read in self.tokens]


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcsc, "BACK_OFF_S", (0.0, 0.0))
    monkeypatch.setattr(pcsc, "READ_PAUSE_S", 0.0)


def nothing() -> None:
    """A wait that ends by itself."""


def test_cards_come_and_go() -> None:
    scard = FakeScard(READER)
    bench = Bench(
        scard,
        nothing,
        lambda: scard.insert("04A1B2C3D4E5F6"),
        nothing,
        scard.remove,
        lambda: scard.insert("01020304"),
    ).run()
    assert bench.shown == ["04A1B2C3D4E5F6", "01020304"]
    assert bench.health == [None]
    assert bench.tokens[0] == TokenRead("04A1B2C3D4E5F6", TokenKind.ISO14443, "reader", ())
    assert scard.calls == ["establish", "connect", "disconnect", "connect", "disconnect", "release"]


def test_a_removal_too_short_to_be_seen_is_known_by_the_counter() -> None:
    scard = FakeScard(READER)

    def swap() -> None:
        scard.remove()
        scard.insert("01020304")

    assert Bench(scard, lambda: scard.insert("04A1B2C3D4E5F6"), swap).run().shown == ["04A1B2C3D4E5F6", "01020304"]


def test_another_program_that_uses_the_card_makes_no_new_showing() -> None:
    scard = FakeScard(READER)
    in_use = 0x100

    def busy() -> None:
        scard.SCARD_STATE_PRESENT |= in_use

    assert Bench(scard, lambda: scard.insert("01020304"), busy, nothing).run().shown == ["01020304"]


def test_the_kind_comes_from_the_answer_to_reset() -> None:
    scard = FakeScard(READER)
    scard.atr = list(bytes.fromhex("3B8F8001804F0CA0000003060B00140000000077"))
    bench = Bench(scard, lambda: scard.insert("E004015012345678")).run()
    assert [read.kind for read in bench.tokens] == [TokenKind.ISO15693]


def test_a_card_that_makes_no_token_is_ignored(caplog: pytest.LogCaptureFixture) -> None:
    scard = FakeScard(READER)
    bench = Bench(scard, lambda: scard.insert("08020304")).run()
    assert bench.shown == []
    assert bench.health == [None]
    assert "random" in caplog.text
    assert "08020304" not in caplog.text


def test_the_named_reader_is_taken_and_waited_for() -> None:
    scard = FakeScard("Yubico YubiKey 00 00")
    bench = Bench(
        scard,
        nothing,
        lambda: scard.names.append(READER),
        lambda: scard.insert("01020304"),
        config=PcscConfig(reader="ACR122U"),
    ).run()
    assert bench.shown == ["01020304"]
    assert bench.health[0] is not None
    assert "no reader named 'ACR122U' is plugged in" in bench.health[0]
    assert bench.health[1:] == [None]


def test_a_reader_that_is_unplugged_is_reported_and_taken_back() -> None:
    scard = FakeScard(READER)
    bench = Bench(
        scard,
        nothing,
        scard.names.clear,
        nothing,
        lambda: scard.names.append(READER),
        lambda: scard.insert("01020304"),
    ).run()
    assert [text is None for text in bench.health] == [True, False, True]
    assert "no reader is plugged in" in (bench.health[1] or "")
    assert bench.shown == ["01020304"]


@pytest.mark.parametrize("code", [FakeScard.SCARD_E_UNKNOWN_READER, FakeScard.SCARD_E_READER_UNAVAILABLE - 2**32])
def test_a_reader_that_vanishes_by_an_error_is_listed_again(code: int) -> None:
    scard = FakeScard(READER)

    def fail() -> None:
        scard.waiting = code

    def heal() -> None:
        scard.waiting = 0
        scard.insert("01020304")

    bench = Bench(scard, fail, heal).run()
    assert bench.shown == ["01020304"]
    assert bench.health == [None]
    assert scard.calls.count("establish") == 1


def test_a_service_that_dies_is_found_again() -> None:
    scard = FakeScard(READER)

    def die() -> None:
        scard.waiting = scard.SCARD_F_COMM_ERROR
        scard.establish = scard.SCARD_E_NO_SERVICE

    def revive() -> None:
        scard.waiting = scard.establish = 0
        scard.insert("01020304")

    bench = Bench(scard, nothing, die, nothing, nothing, revive).run()
    assert bench.shown == ["01020304"]
    texts = [text or "" for text in bench.health]
    assert texts[0] == ""
    assert "pcscd went away (error 80100013 0x80100013)" in texts[1]
    assert "systemctl enable --now pcscd.socket" in texts[2]
    assert texts[3:] == [""]


def test_a_refused_service_says_what_to_allow() -> None:
    scard = FakeScard(READER)
    scard.establish = scard.SCARD_W_SECURITY_VIOLATION - 2**32
    bench = Bench(scard, nothing).run()
    assert len(bench.health) == 1
    assert "polkit" in (bench.health[0] or "")


def test_a_listing_that_fails_begins_anew() -> None:
    scard = FakeScard(READER)
    scard.listing = scard.SCARD_F_COMM_ERROR
    bench = Bench(scard)
    scard.released = bench.watcher.stop
    bench.run()
    assert "does not list its readers" in (bench.health[0] or "")


def test_a_card_that_moves_is_asked_again() -> None:
    scard = FakeScard(READER)
    scard.connect = [scard.SCARD_W_UNPOWERED_CARD]
    scard.transmit = [scard.SCARD_E_NOT_TRANSACTED]
    bench = Bench(scard, lambda: scard.insert("01020304")).run()
    assert bench.shown == ["01020304"]
    assert scard.calls.count("connect") == 3
    assert scard.calls.count("disconnect") == 2


@pytest.mark.parametrize("code", [FakeScard.SCARD_W_REMOVED_CARD, FakeScard.SCARD_W_UNRESPONSIVE_CARD - 2**32])
def test_cards_taken_away_too_soon_are_no_fault_of_the_reader(code: int) -> None:
    scard = FakeScard(READER)
    scard.connect = [code] * pcsc.READ_TRIES * 5
    showings: list[Step] = []
    for _ in range(5):
        showings += [lambda: scard.insert("01020304"), scard.remove]
    bench = Bench(scard, *showings, lambda: scard.insert("01020304")).run()
    assert bench.health == [None]
    assert bench.shown == ["01020304"]


def test_a_reader_that_hangs_is_reported_until_a_card_is_read_again() -> None:
    scard = FakeScard(READER)
    scard.connect = [scard.SCARD_E_NOT_TRANSACTED] * pcsc.READ_TRIES * pcsc.TROUBLE_LIMIT
    showings: list[Step] = []
    for _ in range(pcsc.TROUBLE_LIMIT):
        showings += [lambda: scard.insert("01020304"), scard.remove]
    bench = Bench(scard, *showings, nothing, lambda: scard.insert("05060708")).run()
    assert [text is None for text in bench.health] == [True, False, True]
    assert "unplug the reader and plug it in again" in (bench.health[1] or "")
    assert bench.shown == ["05060708"]
    assert scard.calls.count("establish") == 2


def test_a_hanging_reader_that_is_plugged_in_again_counts_as_well() -> None:
    scard = FakeScard(READER)
    scard.connect = [scard.SCARD_E_NOT_TRANSACTED] * pcsc.READ_TRIES * pcsc.TROUBLE_LIMIT
    showings: list[Step] = []
    for _ in range(pcsc.TROUBLE_LIMIT):
        showings += [lambda: scard.insert("01020304"), scard.remove]
    bench = Bench(scard, *showings, scard.names.clear, lambda: scard.names.append(READER), nothing).run()
    assert [text is None for text in bench.health] == [True, False, False, True]


def test_a_card_without_a_uid_is_ignored(caplog: pytest.LogCaptureFixture) -> None:
    scard = FakeScard(READER)

    def contact_card() -> None:
        scard.insert("01020304")
        scard.answer = b"\x6a\x81"

    assert Bench(scard, contact_card).run().shown == []
    assert "status 6a81" in caplog.text


def test_the_thread_hands_over_to_the_loop_and_ends_when_cancelled() -> None:
    scard = FakeScard(READER)
    blocked = threading.Event()

    def step() -> None:
        if scard.present:
            blocked.set()
            scard.cancelled.wait(5)  # as a wait for a card would
        else:
            scard.insert("01020304")

    scard.step = step

    async def scenario() -> None:
        tokens: asyncio.Queue[TokenRead] = asyncio.Queue()
        task = asyncio.create_task(PcscReader(scard, PcscConfig()).run(tokens.put_nowait, lambda _text: None))
        assert (await asyncio.wait_for(tokens.get(), 5)).token == "01020304"
        await asyncio.to_thread(blocked.wait, 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert not [thread for thread in threading.enumerate() if thread.name == "pcsc-reader"]

    asyncio.run(scenario())


def test_a_driver_that_hangs_does_not_hold_the_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pcsc, "STOP_LIMIT_S", 0.05)
    scard = FakeScard(READER)
    hanging, release = threading.Event(), threading.Event()

    def step() -> None:
        hanging.set()
        release.wait(5)

    scard.step = step

    async def scenario() -> None:
        task = asyncio.create_task(PcscReader(scard, PcscConfig()).run(lambda _read: None, lambda _text: None))
        await asyncio.to_thread(hanging.wait, 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(scenario())
    release.set()  # the loop is closed by now: what the thread still posts goes nowhere


def test_a_missing_library_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "smartcard.scard", None)
    with pytest.raises(DeviceError, match=r"'front'.*evse-agent\[pcsc\]"):
        pcsc.open(PcscConfig(name="front"))


def test_open_gives_a_reader() -> None:
    require_module("smartcard.scard", extra="pcsc")
    assert isinstance(pcsc.open(PcscConfig()), PcscReader)
