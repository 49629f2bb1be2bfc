"""The RFID reader against a real pcscd with virtual cards: taps, absences, kills. Real time: pcscd polls by it."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator

from hal.drivers import pcsc
from hal.types import TokenKind, TokenRead
from tests.integration.hardware.virtual_reader import ATR_ISO15693, PcscDaemon, VirtualCard

POLL_S = 0.5  # pcscd looks at a virtual reader about each 400 ms: what lasts less may be missed


class Desk:
    """A reader at work, and what it told."""

    def __init__(self) -> None:
        self.tokens: asyncio.Queue[TokenRead] = asyncio.Queue()
        self.health: asyncio.Queue[str | None] = asyncio.Queue()

    async def token(self) -> TokenRead:
        return await asyncio.wait_for(self.tokens.get(), 8)

    async def healthy(self) -> None:
        while await asyncio.wait_for(self.health.get(), 8) is not None:
            pass

    async def failure(self, text: str) -> None:
        async with asyncio.timeout(8):
            while text not in (await self.health.get() or ""):
                pass

    async def quiet(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        assert self.tokens.empty()


@contextlib.asynccontextmanager
async def running(config: pcsc.PcscConfig) -> AsyncIterator[Desk]:
    desk = Desk()
    task = asyncio.create_task(pcsc.open(config).run(desk.tokens.put_nowait, desk.health.put_nowait))
    try:
        yield desk
    finally:
        began = time.monotonic()
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task
        assert time.monotonic() - began < 1, "SCardCancel did not end the wait"


async def tap(card: VirtualCard, seconds: float = 0.6) -> None:
    await asyncio.to_thread(card.__enter__)
    await asyncio.sleep(seconds)
    await asyncio.to_thread(card.__exit__)
    await asyncio.sleep(POLL_S)


def test_cards_of_every_size_are_read_once_per_showing(pcscd: PcscDaemon) -> None:
    async def scenario() -> None:
        pcscd.start()
        config = pcsc.PcscConfig(name="front", evses=(1, 2), debounce_ms=2_000)
        async with running(config) as desk:
            await desk.healthy()
            held = pcscd.card("04A1B2C3D4E5F6")
            await asyncio.to_thread(held.__enter__)
            assert await desk.token() == TokenRead("04A1B2C3D4E5F6", TokenKind.ISO14443, "front", (1, 2))
            await desk.quiet(1.0)  # held: one showing
            await asyncio.to_thread(held.__exit__)
            await asyncio.sleep(POLL_S)

            await tap(pcscd.card("04A1B2C3D4E5F6"))  # back inside the debounce
            await tap(pcscd.card("01020304"))
            assert (await desk.token()).token == "01020304"

            await tap(pcscd.card("04112233445566778899"))
            assert (await desk.token()).token == "04112233445566778899"

            await tap(pcscd.card("08AABBCC"))  # random UID: refused
            await tap(pcscd.card("E004015012345678", atr=ATR_ISO15693))
            assert await desk.token() == TokenRead("E004015012345678", TokenKind.ISO15693, "front", (1, 2))
            assert held.commands == ["FFCA000000"]
            assert desk.health.empty()

    asyncio.run(scenario())


def test_pcscd_may_come_late_be_killed_and_lose_its_reader(pcscd: PcscDaemon) -> None:
    async def scenario() -> None:
        async with running(pcsc.PcscConfig(debounce_ms=0)) as desk:
            await desk.failure("systemctl enable --now pcscd.socket")  # not started yet
            pcscd.start()
            await desk.healthy()
            await tap(pcscd.card("04A1B2C3D4E5F6"))
            assert (await desk.token()).token == "04A1B2C3D4E5F6"

            pcscd.kill()
            await desk.failure("pcscd")
            pcscd.start()
            await desk.healthy()
            await tap(pcscd.card("01020304"))
            assert (await desk.token()).token == "01020304"

            pcscd.kill()
            pcscd.plug(None)
            pcscd.start()
            await desk.failure("no reader is plugged in")
            pcscd.kill()  # Debian's pcscd takes no virtual reader in while it runs
            pcscd.plug("ACS ACR122U PICC Interface")
            pcscd.start()
            await desk.healthy()
            await tap(pcscd.card("11223344"))
            assert (await desk.token()).token == "11223344"

    asyncio.run(scenario())


def test_two_readers_keep_to_their_own_cards(pcscd: PcscDaemon) -> None:
    async def scenario() -> None:
        pcscd.start()  # vpcd makes two readers, and PC/SC numbers readers of one name
        left = pcsc.PcscConfig(reader="ACR122U PICC Interface 00 00", name="left", evses=(1,))
        right = pcsc.PcscConfig(reader="00 01", name="right", evses=(2,))
        async with running(left) as first, running(right) as second:
            await first.healthy()
            await second.healthy()
            await tap(pcscd.card("01020304", slot=1))
            assert (await second.token()).evses == (2,)
            await tap(pcscd.card("05060708", slot=0))
            assert (await first.token()).evses == (1,)
            assert first.tokens.empty()
            assert second.tokens.empty()

    asyncio.run(scenario())


def test_a_card_left_on_the_reader_is_not_shown_again_by_a_restart(pcscd: PcscDaemon) -> None:
    async def scenario() -> None:
        pcscd.start()
        async with running(pcsc.PcscConfig(debounce_ms=1_500)) as desk:
            await desk.healthy()
            card = pcscd.card("04A1B2C3D4E5F6")
            await asyncio.to_thread(card.__enter__)
            assert (await desk.token()).token == "04A1B2C3D4E5F6"
            await desk.quiet(1.6)  # longer than the debounce
            pcscd.kill()  # the card's link goes with it
            await desk.failure("pcscd")
            again = pcscd.card("04A1B2C3D4E5F6")
            pcscd.start()
            await asyncio.to_thread(again.__enter__)
            await desk.healthy()
            await desk.quiet(1.0)
            await asyncio.to_thread(again.__exit__)

    asyncio.run(scenario())


def test_a_card_without_a_uid_is_no_fault_of_the_reader(pcscd: PcscDaemon) -> None:
    async def scenario() -> None:
        pcscd.start()
        async with running(pcsc.PcscConfig()) as desk:
            await desk.healthy()
            for _ in range(3):
                card = pcscd.card("01020304")
                card.answer = lambda _command: b"\x6a\x81"
                await tap(card)
            assert desk.tokens.empty()
            assert desk.health.empty()
            await tap(pcscd.card("01020304"))
            assert (await desk.token()).token == "01020304"

    asyncio.run(scenario())
