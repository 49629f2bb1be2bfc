"""The reserve journal: a file whose room was taken in advance, for the day on which the disk has none left.

While the database cannot be written, batches are appended here as frames: length, checksum, ordinal, msgpack. The room
was filled with zeros when the file was made, so an append changes no metadata and needs no new block. The first frame
that is empty, damaged or not newer than the one before it ends the journal: a torn tail loses the last append only,
and that one was never confirmed.

Ordinals only ever grow, and the database remembers the last one it applied. So a frame is applied once, however
often the journal is read, and what an older use left behind is never taken for new.
"""

from __future__ import annotations

import os
import struct
import zlib
from contextlib import suppress
from pathlib import Path

import msgspec

from agent.store.files import sync_folder
from agent.store.records import Batch

MAGIC = b"EVSERSV1"
HEAD = struct.Struct(">IIQ")  # payload length, crc32 of ordinal and payload, ordinal
ORDINAL = struct.Struct(">Q")
MIN_BYTES = 4096
CHUNK = 64 * 1024

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Batch)


class ReserveFull(Exception):
    """The frame does not fit into what is left."""


def encode(batch: Batch) -> bytes:
    return _encoder.encode(batch)


class Reserve:
    """One journal file, open for as long as the ledger is. Errors of the file system leave as `OSError`."""

    def __init__(self, path: Path, fd: int, size: int) -> None:
        self.path = path
        self.size = size
        self.used = len(MAGIC)
        self._fd = fd
        self._dirty = self.used  # end of what may hold old bytes

    @classmethod
    def open(cls, path: Path, size: int) -> tuple[Reserve, list[tuple[int, Batch]]]:
        """The journal and what it holds. It is made, or made anew in another size, only while it holds nothing."""
        size = max(size, MIN_BYTES)
        if not path.exists():
            _create(path, size)
        reserve, frames = cls._existing(path)
        if not frames and (reserve.size != size or reserve.used == 0):
            reserve.close()
            _create(path, size)
            reserve, frames = cls._existing(path)
        return reserve, frames

    @classmethod
    def _existing(cls, path: Path) -> tuple[Reserve, list[tuple[int, Batch]]]:
        fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        try:
            os.fchmod(fd, 0o600)
            content = _read(fd)
        except BaseException:
            os.close(fd)
            raise
        reserve = cls(path, fd, len(content))
        frames, reserve.used = scan(content)
        reserve._dirty = len(content.rstrip(b"\0"))  # a torn tail is overwritten too
        return reserve, frames

    def append(self, ordinal: int, payload: bytes, *, share: float = 1.0) -> None:
        """Write and sync one frame. `share` of the room is as far as this one may go; beyond it `ReserveFull`."""
        frame = HEAD.pack(len(payload), _checksum(ordinal, payload), ordinal) + payload
        end = self.used + len(frame)
        if end > int(self.size * share):
            raise ReserveFull
        self._dirty = max(self._dirty, end)
        self._write(self.used, frame)
        os.fdatasync(self._fd)
        self.used = end

    def clear(self) -> None:
        """Zero what was used: everything in it is in the database now."""
        start = len(MAGIC)
        if self._dirty > start:
            self._write(start, bytes(self._dirty - start))
            os.fdatasync(self._fd)
        self.used = self._dirty = start

    def close(self) -> None:
        os.close(self._fd)

    def _write(self, offset: int, data: bytes) -> None:
        view = memoryview(data)
        while view:
            written = os.pwrite(self._fd, view, offset)
            view, offset = view[written:], offset + written


def read(path: Path) -> list[tuple[int, Batch]]:
    """What a journal holds that cannot be opened for writing; nothing if it is not there."""
    try:
        return scan(path.read_bytes())[0]
    except OSError:
        return []


def scan(content: bytes) -> tuple[list[tuple[int, Batch]], int]:
    """The frames of a journal and the offset at which they end; 0 if this is no journal at all."""
    if not content.startswith(MAGIC):
        return [], 0
    frames: list[tuple[int, Batch]] = []
    at, newest = len(MAGIC), 0
    while at + HEAD.size <= len(content):
        length, checksum, ordinal = HEAD.unpack_from(content, at)
        payload = content[at + HEAD.size : at + HEAD.size + length]
        if length == 0 or len(payload) < length or ordinal <= newest or checksum != _checksum(ordinal, payload):
            break
        try:
            frames.append((ordinal, _decoder.decode(payload)))
        except msgspec.DecodeError:  # whole, but not in a form that this release reads
            break
        at, newest = at + HEAD.size + length, ordinal
    return frames, at


def _checksum(ordinal: int, payload: bytes) -> int:
    return zlib.crc32(payload, zlib.crc32(ORDINAL.pack(ordinal)))


def _create(path: Path, size: int) -> None:
    """Take the room beside, then put the file in place: what is found under its name is whole."""
    draft = path.with_name(path.name + ".tmp")
    fd = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        os.fchmod(fd, 0o600)
        os.posix_fallocate(fd, 0, size)
        # Written out, not only promised: on a file system that allocates late a promise may still need room.
        os.pwrite(fd, MAGIC, 0)
        at = len(MAGIC)
        while at < size:
            at += os.pwrite(fd, bytes(min(CHUNK, size - at)), at)
        os.fsync(fd)
        os.replace(draft, path)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
    finally:
        os.close(fd)
    sync_folder(path.parent)


def _read(fd: int) -> bytes:
    content = b""
    while part := os.pread(fd, CHUNK, len(content)):
        content += part
    return content
