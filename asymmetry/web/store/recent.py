"""`Recent`: the latest results of something costly, which threads share."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

__all__ = ["Recent"]


class Recent:
    """The latest results of something costly; threads may share it, and each is made once."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[Any, Future[Any]] = OrderedDict()
        self._mutex = threading.Lock()

    def clear(self) -> None:
        """Forget them all."""
        with self._mutex:
            self._kept.clear()

    def get(self, key: Any, make: Callable[[], Any], *, keep: bool = True) -> Any:
        """The result of that key, made if it is not there; others who ask meanwhile wait for it."""
        with self._mutex:
            known = self._kept.get(key)
            mine: Future[Any] = Future()
            if known is None and keep:
                self._kept[key] = mine
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
            elif known is not None:
                self._kept.move_to_end(key)
        if known is not None:
            return known.result()
        try:
            mine.set_result(make())
        except BaseException as error:  # noqa: BLE001  those who wait are told of it, too
            mine.set_exception(error)
            with self._mutex:
                if self._kept.get(key) is mine:
                    del self._kept[key]
        return mine.result()
