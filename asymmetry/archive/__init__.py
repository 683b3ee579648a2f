"""Many photos → Parquet: one row per photo, failures included, none lost and none twice.

The names are loaded when they are first used.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asymmetry.archive.parquet import read_landmarks
    from asymmetry.archive.run import Progress, Summary, score_archive

__all__ = ["Progress", "Summary", "read_landmarks", "score_archive"]

_HOMES = {"read_landmarks": "tables"}


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES.get(name, 'run')}"), name)
