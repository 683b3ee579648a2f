"""Signed left/right facial measurements in millimetres from dated photos, and how they change.

The names below are loaded when they are first used, so that ``import asymmetry`` costs next to nothing.

Examples
--------
>>> import asymmetry
>>> asymmetry.Scale().source
'iris'
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from asymmetry import archive, core, errors, extract, metrics, report, series, synthetic
    from asymmetry.archive import score_archive
    from asymmetry.core.frame import Scale
    from asymmetry.core.landmarks import Landmarks
    from asymmetry.core.table import Measurements
    from asymmetry.errors import AsymmetryError, PhotoError
    from asymmetry.extract import Extractor
    from asymmetry.metrics import measure, movement
    from asymmetry.series import Score, Series, score

    __version__: str

__all__ = [
    "AsymmetryError",
    "Extractor",
    "Landmarks",
    "Measurements",
    "PhotoError",
    "Scale",
    "Score",
    "Series",
    "__version__",
    "archive",
    "core",
    "errors",
    "extract",
    "measure",
    "metrics",
    "movement",
    "report",
    "score",
    "score_archive",
    "series",
    "synthetic",
]

_HOMES = {
    "AsymmetryError": "errors",
    "Extractor": "extract",
    "Landmarks": "core.landmarks",
    "Measurements": "core.table",
    "PhotoError": "errors",
    "Scale": "core.frame",
    "Score": "series",
    "Series": "series",
    "measure": "metrics",
    "movement": "metrics",
    "score": "series",
    "score_archive": "archive",
}
_ROOMS = frozenset(__all__) - frozenset(_HOMES) - {"__version__"}


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        value = getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
    elif name in _ROOMS:
        value = importlib.import_module(f"{__name__}.{name}")
    elif name == "__version__":
        value = importlib.import_module(f"{__name__}.core.version").own_version()
    else:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
