"""The version of the code, and that of the numbers, which rises whenever a photo measures otherwise."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

__all__ = ["SCORE_VERSION", "__version__"]

#: Of all numbers that a photo gives, points and metrics. Numbers of different versions do not belong into one
#: course. ``benchmarks/golden.py`` holds 12 photos to it; the changelog says what moved by how much.
SCORE_VERSION = 2


def _installed_version() -> str:
    try:
        return version("asymmetry")
    except PackageNotFoundError:
        return "unknown"


#: Of the code that is installed; ``"unknown"`` when it runs from a folder that was never installed.
__version__ = _installed_version()
