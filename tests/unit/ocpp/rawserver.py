"""A WebSocket server by hand, for what no library would say."""

from __future__ import annotations

import asyncio
from typing import Protocol

from websockets.utils import accept_key


class Writer(Protocol):
    """What `upgrade` needs of a stream writer."""

    def write(self, data: bytes, /) -> None: ...


async def upgrade(reader: asyncio.StreamReader, writer: Writer) -> None:
    """Answer a WebSocket handshake, choosing ocpp1.6."""
    request = (await reader.readuntil(b"\r\n\r\n")).decode()
    key = next(line.split(": ")[1] for line in request.split("\r\n") if line.startswith("Sec-WebSocket-Key"))
    lines = (
        "HTTP/1.1 101 Switching Protocols",
        "Upgrade: websocket",
        "Connection: Upgrade",
        f"Sec-WebSocket-Accept: {accept_key(key)}",
        "Sec-WebSocket-Protocol: ocpp1.6",
        "",
        "",
    )
    writer.write("\r\n".join(lines).encode())
