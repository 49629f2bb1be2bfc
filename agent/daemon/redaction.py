"""Keeps secrets out of the log, whoever wrote them into a message."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable

from agent.secret import MASK, Secret

# Shorter ones would also hide what is no secret. Passwords of a CSMS have 16 bytes at least.
_MIN_BYTES = 6

# The value that a match ends with is masked; everything before it stays.
_PATTERNS = (
    re.compile(r"(\bBasic\s+)[A-Za-z0-9+/=_-]{6,}"),
    re.compile(r"(\bBearer\s+)[A-Za-z0-9+/=_.~-]{6,}"),
    re.compile(r"(://)[^/\s@]+(?=@)"),
    re.compile(r"""((?i:\b\w*(?:password|passwd|secret|authorizationkey)\w*)["']?\s*[:=]\s*["']?)[^\s"',;}\]]+"""),
    # ChangeConfiguration, GetConfiguration and SetVariables, in either order of their members.
    re.compile(r'("(?:AuthorizationKey|BasicAuthPassword)"[^\[\]]{0,300}?"(?:value|attributeValue)"\s*:\s*")[^"]*'),
    re.compile(
        r'("(?:value|attributeValue)"\s*:\s*")[^"]*(?="[^\[\]]{0,300}?"(?:AuthorizationKey|BasicAuthPassword)")'
    ),
)


class Redactor:
    """Masks known secrets in every form in which they travel, and what looks like one."""

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        self._known: list[str] = []
        for secret in secrets:
            self.add(secret)

    def add(self, secret: Secret) -> None:
        """Mask this one from now on."""
        raw = secret.reveal()
        if len(raw) < _MIN_BYTES:
            return
        digits = raw.hex()
        forms = {raw.decode(errors="replace"), digits, digits.upper(), base64.b64encode(raw).decode()}
        self._known = sorted({*self._known, *forms}, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text without secrets."""
        for form in self._known:
            if form in text:
                text = text.replace(form, MASK)
        for pattern in _PATTERNS:
            text = pattern.sub(rf"\g<1>{MASK}", text)
        return text
