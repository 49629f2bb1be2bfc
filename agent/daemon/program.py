"""The program: reads the configuration, runs the station, leaves with a code that the service manager understands.

0    stopped, or reset by leaving (the service manager starts it again)
1    a bug: the log has its trace
78   EX_CONFIG: the configuration cannot be used, trying again does not mend it
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from agent.daemon import assembly, config, logs, notify
from agent.daemon.config import Config
from agent.daemon.config_error import ConfigError
from agent.daemon.config_tables import ResetAction
from agent.daemon.service import Daemon
from agent.store.faults import LedgerRefused
from agent.variables.file import ConfigurationError
from hal.board import BoardError, check_installed

log = logging.getLogger(__name__)

EX_CONFIG = 78
SYSTEMCTL = "/usr/bin/systemctl"
REBOOT_PAUSE_S = 10.0  # before a machine that refused to reboot is asked again; half of the unit's WatchdogSec
SHUTDOWN_PAUSES = 12  # a machine goes down within two minutes, or it does not


def arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="evse-agent", description="The agent of an EV charging station.")
    config.add_flags(parser)
    parser.add_argument("--check", action="store_true", help="check the configuration and leave")
    return parser


def start(argv: list[str] | None = None) -> int:
    """The program from its arguments to its exit code."""
    flags = arguments().parse_args(argv)
    try:
        settings = config.from_flags(flags)
        if flags.check:
            check_installed(settings.board)
            assembly.registry(settings, assembly.Devices(settings.board))
            assembly.dialects(settings)
            print(f"{settings.file}: in order")
            return 0
        return run(settings)
    except ConfigError as error:
        why = str(error)
    except (ConfigurationError, BoardError) as error:
        why = str(ConfigError.of(error, flags.config))
    except LedgerRefused as error:
        why = error.why
    print(f"evse-agent: {why}", file=sys.stderr)
    return EX_CONFIG


def run(settings: Config) -> int:
    """Run the station until it leaves this process."""
    password = settings.csms.endpoint.password
    hub = logs.install(settings.log, secrets=(password,) if password is not None else ())
    for warning in settings.warnings:
        log.warning("configuration", extra={"why": warning})
    daemon = Daemon(settings, hub)
    action = asyncio.run(_until_told(daemon))
    if action is ResetAction.REEXEC:
        os.execv(sys.executable, [sys.executable, *sys.orig_argv[1:]])  # noqa: S606 - ourselves, as we were started
    if action is ResetAction.REBOOT:
        return reboot_machine(daemon.reset_retries) or await_shutdown()
    return 0


async def _until_told(daemon: Daemon) -> ResetAction | None:
    """Run until SIGTERM or Ctrl-C, or a reset that leaves this process."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, daemon.stop)
    return await daemon.run()


def _watched_pause(seconds: float) -> None:
    """Sleep, and tell the service manager that this is meant: its watchdog goes on."""
    notify.from_environment().send("WATCHDOG=1")
    time.sleep(seconds)


def await_shutdown(pause: Callable[[float], None] = _watched_pause) -> int:
    """Stay until the machine's end takes this process with it: one that left would be started again meanwhile."""
    for _ in range(SHUTDOWN_PAUSES):
        pause(REBOOT_PAUSE_S)
    log.error("the machine said that it reboots, and did not")
    return 1


def reboot_machine(
    retries: int, reboot: Callable[[], int] | None = None, pause: Callable[[float], None] = _watched_pause
) -> int:
    """Ask the machine to reboot, and so often again if it refuses (ResetRetries); gives the last exit code."""
    code = 0
    for attempt in range(retries + 1):
        if attempt:
            pause(REBOOT_PAUSE_S)
        code = (reboot or _reboot)()
        if code == 0:
            break
        log.error("the machine does not reboot", extra={"attempt": attempt + 1, "code": code})
    return code


def _reboot() -> int:
    """By logind, which asks polkit whether the agent may (systemd/polkit-1): it has no privileges of its own."""
    command = [SYSTEMCTL, "--no-ask-password", "--ignore-inhibitors", "reboot"]
    try:
        return subprocess.run(command, check=False, timeout=REBOOT_PAUSE_S).returncode  # noqa: S603 - our own words
    except (OSError, subprocess.TimeoutExpired) as error:
        log.error("the machine cannot be asked to reboot", extra={"why": str(error)})
        return 1
