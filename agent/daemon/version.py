"""The version of this program. The distribution reads it here: asking the installed one is a twentieth of a start."""

from __future__ import annotations

from typing import Final

VERSION: Final = "0.1.0"
