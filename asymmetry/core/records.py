"""Results as plain data: dicts and JSON that any program can read."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from asymmetry.core.notes import Note

__all__ = ["Record", "Told", "make_plain"]


class Record:
    """Base of results that can be handed on as JSON. Its dataclass fields are the keys, in their order."""

    #: Properties that stand in the dict behind the fields.
    derived: ClassVar[tuple[str, ...]] = ()

    def to_dict(self) -> dict[str, Any]:
        """The result as plain data, safe for JSON.

        Numbers that are not finite become None, dates become ISO 8601 texts, and arrays lists.

        Examples
        --------
        >>> from dataclasses import dataclass
        >>> @dataclass
        ... class Result(Record):
        ...     day: date
        ...     mm: float
        >>> Result(date(2026, 3, 9), math.nan).to_dict()
        {'day': '2026-03-09', 'mm': None}
        """
        names = [*(item.name for item in fields(self)), *self.derived]  # type: ignore[arg-type]
        return {name: make_plain(getattr(self, name)) for name in names}

    def to_json(self, *, indent: int | None = None) -> str:
        """The result as JSON text; numbers that are not finite are null.

        Parameters
        ----------
        indent : int, optional
            Spaces of each level. Default: all in one line.
        """
        return json.dumps(self.to_dict(), indent=indent, allow_nan=False)


class Told(Record):
    """Base of results with a ``note`` that tells them, a field or a property."""

    if TYPE_CHECKING:

        @property
        def note(self) -> Note:
            """The result as a note."""

    @property
    def words(self) -> str:
        """The note in English."""
        return str(self.note)

    def __str__(self) -> str:
        return self.words


def make_plain(value: Any) -> Any:
    r"""Any value of a result, in types that JSON knows.

    Parameters
    ----------
    value : object
        Numbers, texts, dates, paths, arrays, records, and tuples, lists or mappings of them.

    Raises
    ------
    TypeError
        If the value is nothing of these.

    Examples
    --------
    >>> make_plain((np.float64("nan"), np.int64(3), date(2026, 3, 9), {"a": np.array([True])}))
    [None, 3, '2026-03-09', {'a': [True]}]
    >>> make_plain("no letter: \udcff")
    'no letter: \\udcff'
    """
    if isinstance(value, np.generic | np.ndarray):
        value = value.tolist()

    if isinstance(value, float) and not math.isfinite(value):
        return None
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, str):
        # The name of a file may have bytes that are no letters, which UTF-8 can't hold.
        return value.encode("utf-8", "backslashreplace").decode("utf-8")
    if isinstance(value, Note):
        return value.to_dict()
    return _plain_parts(value)


def _plain_parts(value: Any) -> Any:
    """Values that are made of others, or are written as a text."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, PurePath):
        return make_plain(str(value))
    if isinstance(value, Record):
        return value.to_dict()
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: make_plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): make_plain(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [make_plain(each) for each in value]
    raise TypeError(f"{type(value).__name__} can't be written as JSON")
