"""Tables that scripts write begin with a seal, so that a number changed by hand is noticed."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path

__all__ = ["digest_files", "is_sealed", "sealed"]

_SEAL = "# SHA-256 of the lines below: "


def digest_files(paths: Iterable[Path], constants: object = None) -> str:
    """SHA-256 of the files that a table is made of, in this order, and of the script's constants."""
    digest = hashlib.sha256()
    for path in paths:
        digest.update(path.read_bytes())
    if constants is not None:
        digest.update(repr(constants).encode())
    return digest.hexdigest()


def sealed(text: str) -> str:
    """The text with its seal as first line."""
    return f"{_SEAL}{hashlib.sha256(text.encode()).hexdigest()}\n{text}"


def is_sealed(text: str) -> bool:
    """Whether the text is as a script wrote it."""
    return sealed(text.partition("\n")[2]) == text
