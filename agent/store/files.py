"""Small files that must survive a power cut whole: keys, certificates, an installed root.

Written beside, synced, renamed into place, the folder synced: whoever reads finds the old content or the new one,
never a part. Private to the user of the daemon (0600 in folders of 0700).
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from agent.store.faults import StoreFault, of_os

MAX_FILE_BYTES = 1024 * 1024
LITTLE_BYTES = 256 * 1024  # room below which a commit may fail
DRAFT = ".draft"  # ends the name of a file that is being written


def is_doubtful(path: Path) -> bool:
    """Whether the file system of `path` says that it takes no more: read-only, no room, or it does not answer."""
    try:
        told = os.statvfs(path)
    except OSError:
        return True
    return bool(told.f_flag & os.ST_RDONLY) or told.f_bavail * told.f_frsize < LITTLE_BYTES


def write_file(path: Path, content: bytes) -> None:
    """Put `content` under `path`, durably, in place of what was there. Raises `StoreFault`."""
    if len(content) > MAX_FILE_BYTES:
        raise ValueError(f"{path}: {len(content)} bytes, above the limit of {MAX_FILE_BYTES}")
    draft = path.with_name(f".{path.name}{DRAFT}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # A draft that a power cut left behind goes first: it may have been made under other permissions.
        draft.unlink(missing_ok=True)
        fd = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            with open(fd, "wb", closefd=False) as file:
                file.write(content)
            os.fsync(fd)
        finally:
            os.close(fd)
        os.replace(draft, path)
        sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            draft.unlink()
        raise of_os(error, path) from error


def read_file(path: Path, limit: int = MAX_FILE_BYTES) -> bytes | None:
    """The content, or None if there is no such file. Raises `StoreFault`, also for a file above `limit` bytes."""
    try:
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise of_os(error, path) from error
    if len(content) > limit:
        raise StoreFault("io", f"{path}: larger than the limit of {limit} bytes")
    return content


def remove_file(path: Path) -> bool:
    """Remove a file, durably; False if there was none. Raises `StoreFault`."""
    try:
        path.unlink()
        sync_folder(path.parent)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise of_os(error, path) from error
    return True


def sweep(folder: Path) -> int:
    """Remove the drafts that a power cut left in a folder; their number. For the start, before anyone writes."""
    drafts = [path for path in folder.glob(f".*{DRAFT}") if path.is_file()]
    for path in drafts:
        remove_file(path)
    return len(drafts)


def sync_folder(folder: Path) -> None:
    """Make names in a folder durable: those made, renamed or removed. Raises `OSError`."""
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
