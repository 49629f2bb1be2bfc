"""What every token reader promises (`hal.interfaces.TokenReader`)."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from hal.types import TokenKind, TokenRead
from tests.contracts.drivers import READERS
from tests.contracts.rigs import Play, ReaderRig, load, until

UIDS = ("04A1B2C3", "04A1B2C3D4E5F6", "04112233445566778899")  # 4, 7 and 10 bytes


@pytest.fixture(params=[where for _, where in READERS], ids=[name for name, _ in READERS])
def play(request: pytest.FixtureRequest) -> Play:
    return load(request.param)


class Reader:
    """A reader at work, and what it told."""

    def __init__(self, rig: ReaderRig) -> None:
        self.rig = rig
        self.tokens: list[TokenRead] = []
        self.health: list[str | None] = []

    async def tap(self, uid: str) -> TokenRead:
        before = len(self.tokens)
        await self.rig.show(uid)
        await until(lambda: len(self.tokens) > before, "the token")
        await self.rig.take()
        return self.tokens[before]

    def count(self) -> int:
        return len(self.tokens)


Act = Callable[[Reader], Awaitable[None]]


def read(play: Play, folder: Path, act: Act) -> None:
    async def scene(rig: ReaderRig) -> None:
        reader = Reader(rig)
        async with asyncio.TaskGroup() as group:
            task = group.create_task(rig.reader.run(reader.tokens.append, reader.health.append))
            await asyncio.sleep(0.02)
            await act(reader)
            task.cancel()

    play(folder, scene)


@pytest.mark.parametrize("uid", UIDS)
def test_a_card_is_handed_over_once_in_our_spelling(play: Play, tmp_path: Path, uid: str) -> None:
    async def act(reader: Reader) -> None:
        token = await reader.tap(uid)
        assert (token.token, token.kind) == (uid, TokenKind.ISO14443)
        assert token.reader
        assert reader.count() == 1

    read(play, tmp_path, act)


def test_a_card_that_stays_is_not_read_again(play: Play, tmp_path: Path) -> None:
    async def act(reader: Reader) -> None:
        await reader.rig.show(UIDS[0])
        await until(lambda: reader.count() == 1, "the token")
        await reader.rig.linger()
        assert reader.count() == 1
        await reader.rig.take()
        await reader.tap(UIDS[0])
        assert reader.count() == 2

    read(play, tmp_path, act)


def test_each_card_is_its_own(play: Play, tmp_path: Path) -> None:
    async def act(reader: Reader) -> None:
        for uid in UIDS:
            await reader.tap(uid)
        assert [token.token for token in reader.tokens] == list(UIDS)

    read(play, tmp_path, act)


def test_a_lost_reader_says_so_and_reads_again_when_it_is_back(play: Play, tmp_path: Path) -> None:
    async def act(reader: Reader) -> None:
        await reader.tap(UIDS[0])
        reader.rig.lose()
        await until(lambda: bool(reader.health) and bool(reader.health[-1]), "the loss")
        reader.rig.heal()
        await until(lambda: reader.health[-1] is None, "the return")
        await reader.tap(UIDS[1])
        assert [token.token for token in reader.tokens] == [UIDS[0], UIDS[1]]

    read(play, tmp_path, act)


def test_it_ends_when_it_is_cancelled(play: Play, tmp_path: Path) -> None:
    ended: list[float] = []

    async def scene(rig: ReaderRig) -> None:
        loop = asyncio.get_running_loop()
        task = asyncio.create_task(rig.reader.run(lambda read: None, lambda text: None))
        await asyncio.sleep(0.05)
        began = loop.time()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        ended.append(loop.time() - began)

    play(tmp_path, scene)
    assert ended[0] < 3
