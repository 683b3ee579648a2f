"""Tables that scripts write begin with a seal, so that a number changed by hand is noticed."""

from __future__ import annotations

import hashlib

__all__ = ["is_sealed", "sealed"]

_SEAL = "# SHA-256 of the lines below: "


def sealed(text: str) -> str:
    """The text with its seal as first line."""
    return f"{_SEAL}{hashlib.sha256(text.encode()).hexdigest()}\n{text}"


def is_sealed(text: str) -> bool:
    """Whether the text is as a script wrote it."""
    return sealed(text.partition("\n")[2]) == text
