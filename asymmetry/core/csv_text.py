"""A table as CSV text, block by block; a long one by pyarrow if there is one, in a third of the time."""

from __future__ import annotations

import csv
import importlib
import importlib.util
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from asymmetry.core.arrays import Column
from asymmetry.core.cells import (
    DECIMALS,
    DECIMALS_BELOW_ONE,
    guard_formula,
    write_cells,
    write_exactly,
)

__all__ = ["csv_blocks", "write_rows"]

# Rows of a block, so that a long table is never in memory as text as a whole.
_BLOCK = 10_000
# With fewer rows it takes longer to import pyarrow.
_MANY = 5_000
# A cell is quoted if it holds a letter of the line's end: before Python 3.13 no other one.
_END = "\r\n"
# From this number on pyarrow writes exponents.
_LARGE = 1e15


def csv_blocks(columns: Mapping[str, Column]) -> Iterator[str]:
    r"""The heading and the rows of a table, some at a time.

    Examples
    --------
    >>> "".join(csv_blocks({"photo": np.array(["a.jpg"]), "x_mm": np.array([1.5])}))
    'photo,x_mm\na.jpg,1.5\n'
    """
    yield write_rows([list(columns)])
    rows = max(map(len, columns.values()), default=0)
    by_arrow = rows >= _MANY and importlib.util.find_spec("pyarrow") is not None
    for start in range(0, rows, _BLOCK):
        block = [column[start : start + _BLOCK] for column in columns.values()]
        if by_arrow:
            yield _join_by_arrow(block)
        else:
            cells = [write_cells(column, write_exactly, guard_formula) for column in block]
            yield write_rows(zip(*cells, strict=True))


def write_rows(rows: Iterable[Sequence[object]]) -> str:
    r"""Rows as CSV text with ``\n`` at their ends.

    Parameters
    ----------
    rows : iterable of sequence
        The cells of each.

    Examples
    --------
    >>> write_rows([("a\rb", 1)])
    '"a\rb",1\n'
    """
    lines = _Lines()
    csv.writer(lines, lineterminator=_END).writerows(rows)
    return "".join(lines)


class _Lines(list[str]):
    """Takes rows as `csv` writes them one by one, and ends each as this library's files do."""

    def write(self, line: str) -> None:
        """Keep one line."""
        self.append(line.removesuffix(_END) + "\n")


def _join_by_arrow(columns: Sequence[Column]) -> str:
    """The rows of some columns."""
    compute = importlib.import_module("pyarrow.compute")
    cells = [_arrow_cells(column) for column in columns]
    lines = compute.binary_join_element_wise(*cells, ",").to_pylist()
    return "\n".join([*lines, ""])


def _arrow_cells(column: Column) -> Any:
    """A column's cells as an Arrow array of texts."""
    pyarrow = importlib.import_module("pyarrow")
    if column.dtype.kind != "f" or (np.abs(column) >= _LARGE).any():
        return pyarrow.array(
            [_quote(cell) for cell in write_cells(column, write_exactly, guard_formula)]
        )
    values = np.asarray(column, dtype=np.float64)
    exact = np.where(np.abs(values) < 1, values.round(DECIMALS_BELOW_ONE), values.round(DECIMALS))
    texts = pyarrow.array(exact + 0.0, mask=~np.isfinite(exact)).cast(pyarrow.string())
    return texts.fill_null("")


def _quote(cell: str) -> str:
    """A text as `csv` writes it: in quotes where it would not be one cell."""
    if any(letter in cell for letter in ',"\r\n'):
        return '"' + cell.replace('"', '""') + '"'
    return cell
