"""`evse hal unit`: the systemd drop-ins that open the board's devices to guard and agent, and no others."""

from __future__ import annotations

import grp
import os
import stat
from pathlib import Path
from typing import Any

from agent.cli.failure import Exit, Failure

NAME = "10-devices.conf"

# Groups that Debian's udev rules give to devices, for those that are not plugged in just now.
_CUSTOMARY = {
    "/dev/tty": "dialout",
    "/dev/serial": "dialout",
    "/dev/gpiochip": "gpio",
    "/dev/i2c": "i2c",
    "/dev/spi": "spi",
}


def drop_ins(config: str, board: str | None, services: tuple[str, ...]) -> dict[str, str]:
    """Drop-in by name of the service, from the board file, or from the one that the configuration names.

    Raises Failure.
    """
    from hal import board as boards  # noqa: PLC0415 - only this command needs it

    try:
        made = boards.load_config(config) if board is None else boards.load(board)
    except boards.BoardError as error:
        raise Failure("config", str(error), Exit.CONFIG) from None
    found = {}
    for service in services:
        allowed = boards.device_allow(made, guard=service == "guard", agent=service == "agent")
        found[f"evse-{service}"] = _text(f"evse-{service}", made.name, made.file, allowed)
    return found


def write(found: dict[str, str], folder: str) -> list[str]:
    """Write `SERVICE.service.d/10-devices.conf` below the folder; gives the paths. Raises Failure."""
    paths = []
    for service, text in found.items():
        path = Path(folder) / f"{service}.service.d" / NAME
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            fresh = path.with_suffix(".new")
            fresh.write_text(text, encoding="utf-8")
            fresh.replace(path)
        except OSError as error:
            raise Failure("refused", f"{path} cannot be written: {error.strerror}") from None
        paths.append(str(path))
    return paths


def reply(found: dict[str, str], folder: str | None) -> tuple[Any, str]:
    """What the command says."""
    if folder is None:
        if len(found) == 1:
            return found, next(iter(found.values())).rstrip("\n")
        parts = [f"# {service}.service.d/{NAME}\n{text}" for service, text in found.items()]
        return found, "\n".join(parts).rstrip("\n")
    paths = write(found, folder)
    lines = [line for text in found.values() for line in text.splitlines()]
    notes = sorted({line.removeprefix("# ") for line in lines if line.startswith("# /dev/")})
    return {"written": paths, "notes": notes}, "\n".join(
        [*paths, *notes, "now: systemctl daemon-reload && systemctl restart evse.target"]
    )


def _text(service: str, name: str, file: str, allowed: list[str]) -> str:
    lines = [f"# Devices of board {name} ({file}) for {service}, as `evse hal unit` wrote them.", "[Service]"]
    lines += ["DevicePolicy=closed", *(f"DeviceAllow={entry}" for entry in allowed)]
    found = {path: _group(path) for entry in allowed if (path := entry.split(" ")[0]).startswith("/dev/")}
    groups = sorted({group for group in found.values() if group})
    if groups:
        lines.append(f"SupplementaryGroups={' '.join(groups)}")
    why = "is root's alone, or this machine has no group for it: let a udev rule give it to one, and write again"
    lines += [f"# {path} {why}" for path, group in found.items() if group is None]
    return "\n".join(lines) + "\n"


def _group(path: str) -> str | None:
    """The group that may open the device; None where that is root's, or the machine has no such group."""
    try:
        status = os.stat(path)
    except OSError:
        name = next((group for start, group in _CUSTOMARY.items() if path.startswith(start)), None)
    else:
        if status.st_gid == 0 or not status.st_mode & stat.S_IWGRP:
            return None
        try:
            return grp.getgrgid(status.st_gid).gr_name
        except KeyError:
            return None
    try:
        return grp.getgrnam(name).gr_name if name is not None else None
    except KeyError:
        return None
