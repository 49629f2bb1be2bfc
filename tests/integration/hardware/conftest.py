"""The real stacks that the drivers are tried against."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import missing, require_module, require_tool
from tests.integration.hardware.virtual_reader import VPCD_LIBRARY, PcscDaemon


@pytest.fixture(scope="session")
def pcsc_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PcscDaemon]:
    """What a walled-off pcscd needs. One per run: the client library reads the socket's name once per process."""
    require_tool("pcscd", package="pcscd")
    require_tool("ip", package="iproute2")
    require_tool("unshare", package="util-linux")
    require_module("smartcard.scard", extra="pcsc")
    if not Path(VPCD_LIBRARY).exists():
        missing("the virtual reader vpcd is missing (Debian package vsmartcard-vpcd)")
    if subprocess.run(["unshare", "--net", "--mount", "true"], check=False, capture_output=True).returncode:
        missing("network and mount namespaces cannot be made here (root is needed)")
    host = PcscDaemon(tmp_path_factory.mktemp("pcsc") / "host")
    before = os.environ.get("PCSCLITE_CSOCK_NAME")
    os.environ["PCSCLITE_CSOCK_NAME"] = str(host.socket)
    yield host
    if before is None:
        del os.environ["PCSCLITE_CSOCK_NAME"]
    else:
        os.environ["PCSCLITE_CSOCK_NAME"] = before
    host.close()


@pytest.fixture
def pcscd(pcsc_host: PcscDaemon) -> Iterator[PcscDaemon]:
    """A pcscd that is not started yet, with one reader."""
    pcsc_host.plug("ACS ACR122U PICC Interface")
    yield pcsc_host
    if pcsc_host.process is not None:
        pcsc_host.kill()
