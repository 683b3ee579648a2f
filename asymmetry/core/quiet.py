"""Notes that C libraries write to the terminal are kept off it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import sys
import threading
from collections.abc import Iterator

__all__ = ["quiet"]


class _CStderr:
    """The variable ``stderr`` of the C library, and a stream to nowhere that can be put into it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._users = 0
        self._variable: ctypes.c_void_p | None = None
        try:
            library = ctypes.CDLL(None)
            library.fopen.restype = ctypes.c_void_p
            self._nowhere = library.fopen(os.devnull.encode(), b"w")
            name = "__stderrp" if sys.platform == "darwin" else "stderr"
            self._variable = ctypes.c_void_p.in_dll(library, name)
            self._own = self._variable.value
        except (AttributeError, OSError, TypeError, ValueError):
            # Another C library, such as that of Windows.
            self._variable = None

    def hold(self, change: int) -> None:
        """Count who wants quiet; the first comer puts the stream to nowhere in, the last takes it out."""
        with self._lock:
            self._users += change
            if self._variable is not None and self._nowhere:
                self._variable.value = self._nowhere if self._users else self._own

    def begin_anew(self) -> None:
        """In a forked child, whose parent may have been loading in another thread."""
        self._lock = threading.Lock()
        self._users = 0
        self.hold(0)


_C_STDERR = _CStderr()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_C_STDERR.begin_anew)


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Keep the notes of MediaPipe, LiteRT, FFmpeg and libtiff off the terminal.

    They write them with C's ``fwrite`` to C's variable ``stderr``. No environment variable and no function
    that they export would stop it (mediapipe 0.10.31, ai-edge-litert 2.3). So that variable holds a stream
    to nowhere for as long as a model loads, a video is opened or a TIFF is decoded. The process's file
    descriptor 2 is left alone: output of Python in any thread and of child processes comes out, and
    ``sys.stderr`` may be None. Other C code of this process loses its output through C's ``stderr`` in those
    0.1 seconds. On Windows the variable can't be reached, and the notes come out.
    """
    _C_STDERR.hold(1)
    try:
        yield
    finally:
        _C_STDERR.hold(-1)
