"""The system's libraries, found without running a program."""

from __future__ import annotations

import ctypes.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["search_by_name"]

_SEARCH = ctypes.util.find_library


@contextmanager
def search_by_name() -> Iterator[None]:
    """Modules that are imported meanwhile load libraries by their names alone.

    Where a name is not there, Python's `ctypes.util.find_library` asks ldconfig, a compiler and a linker,
    from wherever PATH leads. Elsewhere than on Linux it runs nothing, and stays as it is.

    Examples
    --------
    >>> with search_by_name():
    ...     import ctypes.util
    """
    if sys.platform != "linux":
        yield
        return
    ctypes.util.find_library = _find_nothing
    try:
        yield
    finally:  # whichever thread is the first to be ready
        ctypes.util.find_library = _SEARCH


def _find_nothing(name: str) -> None:
    """No path: the loader is asked for the name itself."""
    del name
