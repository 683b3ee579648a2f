"""The loaded networks that one reading needs, lent to one thread at a time."""

from __future__ import annotations

import contextlib
import ctypes
import os
import threading
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from asymmetry.core.beside import Beside
from asymmetry.errors import InvalidInputError
from asymmetry.extract.edges.lids import LidNetworks
from asymmetry.extract.edges.marks import MarkNetwork
from asymmetry.extract.hemiface import EdgeNetworks
from asymmetry.extract.model.mediapipe import MediapipeModel
from asymmetry.extract.model.protocol import Model
from asymmetry.extract.model.runtime import reading_threads

__all__ = ["NetworkPool", "Networks"]


@dataclass(frozen=True, eq=False)
class Networks:
    """One set of networks. Only one thread may use it at a time: each keeps its last input and output.

    Attributes
    ----------
    model : Model
        The landmark network.
    edges : EdgeNetworks
        Those that read places in the pixels.
    """

    model: Model = field(repr=False)
    edges: EdgeNetworks = field(repr=False)


class NetworkPool:
    """Sets of networks, lent to threads.

    A network of LiteRT or MediaPipe gives one thread another's result when two use it at once. So a
    thread borrows a whole set for as long as it reads one photo. A set is loaded when all others are lent,
    up to one for each core; then a thread waits for one to come back. A program with one thread has one set.

    One lock around one set would be a little shorter. On a busy machine of two cores, tried once each, four
    threads read 8.3 photos per second with it and 9.1 with sets of their own; with ``threads=1`` 5.9 and
    10.5. It would leave the cores of a larger machine idle. A set for each thread for good would take some
    85 MB for each of the 40 threads of a web server.

    In a forked child the sets are loaded again when they are first needed. The parent's are left as they are:
    their threads did not come along, and to close or delete them waits for those for ever.

    Parameters
    ----------
    load : callable
        Loads a landmark model.
    most : int
        Sets at most. Of a model that can't be loaded again there is one.
    threads : int, optional
        Threads that share the work on one photo, see `reading_threads`.

    Attributes
    ----------
    model : Model
        The one that was loaded first, for the properties that all have in common.

    Raises
    ------
    ModelError
        If a file can't be read: the first set is loaded at once.
    """

    def __init__(self, load: Callable[[], Model], most: int, threads: int | None = None) -> None:
        self._load_model, self._most, self._threads = load, most, threads
        self._closed = False
        self._begin_empty()
        first = self._load()
        self.model = first.model
        self._free.append(first)
        _POOLS.add(self)

    def _begin_empty(self) -> None:
        self._free: list[Networks] = []
        self._loaded: list[Networks] = []
        self._slots = threading.BoundedSemaphore(self._most)
        self._lock = threading.Lock()

    @contextlib.contextmanager
    def borrowed(self) -> Iterator[Networks]:
        """A set that no other thread uses meanwhile.

        Raises
        ------
        InvalidInputError
            If the pool was closed.
        """
        with self._slots:
            networks = self._take()
            try:
                yield networks
            finally:
                self._give_back(networks)

    def _take(self) -> Networks:
        with self._lock:
            if self._closed:
                raise InvalidInputError("this Extractor is closed; use it inside its with block")
            if self._free:
                return self._free.pop()
        return self._load()

    def _load(self) -> Networks:
        threads = self._threads
        edges = EdgeNetworks(
            LidNetworks(threads=threads),
            MarkNetwork(threads=threads),
            Beside(reading_threads(threads)),
        )
        networks = Networks(self._load_model(), edges)
        self._loaded.append(networks)
        return networks

    def _give_back(self, networks: Networks) -> None:
        with self._lock:
            if not self._closed:
                self._free.append(networks)
                return
        networks.model.close()

    def close(self) -> None:
        """Free the networks; those that are lent, when they come back. Safe to call twice."""
        with self._lock:
            self._closed = True
            free, self._free = self._free, []
            self._loaded = [networks for networks in self._loaded if networks not in free]
        for networks in free:
            networks.model.close()

    def _leave_to_parent(self) -> None:
        """In a forked child: forget the parent's networks without touching them."""
        for networks in self._loaded:
            if isinstance(networks.model, MediapipeModel):
                networks.model.leave_to_parent()
            # A reference that is never given back: else the child would delete them at its end.
            ctypes.pythonapi.Py_IncRef(ctypes.py_object(networks))
        self._begin_empty()


_POOLS: weakref.WeakSet[NetworkPool] = weakref.WeakSet()


def _after_fork() -> None:
    for pool in list(_POOLS):
        pool._leave_to_parent()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
