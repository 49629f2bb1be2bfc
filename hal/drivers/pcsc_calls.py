"""The calls of PC/SC and what their results mean, over pyscard's low-level `smartcard.scard`."""

from __future__ import annotations

from typing import Any

GET_UID = [0xFF, 0xCA, 0x00, 0x00, 0x00]  # PC/SC part 3, 3.2.2.1.3

# Results that are no fault of the reader: the card was taken away too soon, or is no contactless card at all.
INNOCENT = (
    *("SCARD_W_REMOVED_CARD", "SCARD_E_NO_SMARTCARD", "SCARD_W_UNRESPONSIVE_CARD"),
    *("SCARD_W_UNPOWERED_CARD", "SCARD_W_UNSUPPORTED_CARD", "SCARD_E_PROTO_MISMATCH"),
)


class PcscFailed(Exception):
    """A PC/SC call that failed; `code` is its result."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


class Calls:
    """Calls whose failure is told with a remedy. `scard` is the module."""

    def __init__(self, scard: Any) -> None:
        self._scard = scard
        self._innocent = unsigned(*(getattr(scard, name) for name in INNOCENT))
        self._hints = {
            scard.SCARD_E_NO_SERVICE: "start it: systemctl enable --now pcscd.socket",
            scard.SCARD_W_SECURITY_VIOLATION: "allow this user org.debian.pcsc-lite.access_pcsc in polkit",
        }

    def is_innocent(self, failure: PcscFailed) -> bool:
        """Whether it says nothing against the reader."""
        return failure.code in self._innocent

    def check(self, code: int, what: str) -> None:
        """Raises PcscFailed if `code` is a failure."""
        code &= 0xFFFFFFFF
        if code:
            hint = next((hint for known, hint in self._hints.items() if known & 0xFFFFFFFF == code), "")
            message = f"{what} ({self._scard.SCardGetErrorMessage(code)} {code:#010x})"
            raise PcscFailed(code, f"{message}; {hint}" if hint else message)

    def transmit(self, context: Any, name: str) -> bytes:
        """Ask the card at the reader for its UID; gives its answer with the status words. Raises PcscFailed."""
        scard = self._scard
        protocols = scard.SCARD_PROTOCOL_T0 | scard.SCARD_PROTOCOL_T1
        code, card, protocol = scard.SCardConnect(context, name, scard.SCARD_SHARE_SHARED, protocols)
        self.check(code, f"{name} does not open the card; if it goes on, unplug the reader and plug it in again")
        try:
            code, answer = scard.SCardTransmit(card, protocol, GET_UID)
            self.check(code, f"{name} does not read the card; if it goes on, unplug the reader and plug it in again")
            return bytes(answer)
        finally:
            scard.SCardDisconnect(card, scard.SCARD_LEAVE_CARD)


def unsigned(*codes: int) -> tuple[int, ...]:
    """PC/SC results as 32 bits without sign, whichever way a build of pyscard gives them."""
    return tuple(code & 0xFFFFFFFF for code in codes)
