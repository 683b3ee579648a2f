"""For programs frozen with PyInstaller, which finds this room's hook by itself."""

from __future__ import annotations

from pathlib import Path

__all__ = ["hook_dirs"]


def hook_dirs() -> list[str]:
    """Folders of PyInstaller hooks, as its entry point ``hook-dirs`` asks for them."""
    return [str(Path(__file__).parent)]
