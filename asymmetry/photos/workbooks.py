"""Workbooks of Excel and LibreOffice, read with bounded memory."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from asymmetry.core.paths import open_file
from asymmetry.errors import AsymmetryError, InvalidInputError, require

__all__ = ["WORKBOOKS", "read_sheets"]

#: Suffixes of workbooks.
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".xlsb", ".ods")
#: Bytes that a workbook may take unpacked, and cells that a sheet may span, of which a table is made however
#: few are filled: a list of 100,000 photos has a tenth of either.
_MOST_BYTES, _MOST_CELLS = 200_000_000, 5_000_000
_SHEET = re.compile(r"xl/worksheets/[^/]*\.xml")
_CELL = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"')
_ROW = re.compile(rb'<(?:\w+:)?row\s[^>]*?\br="([0-9]{1,7})"')

Table = tuple[str, Sequence[Sequence[object]]]


def read_sheets(file: Path) -> Iterator[Table]:
    """The name and the rows of each sheet.

    Raises
    ------
    InvalidInputError
        If it can't be read, or would fill the memory.
    MissingExtraError
        If the package that reads workbooks is not installed.
    """
    require("python_calamine", "reading workbooks", "excel")
    from python_calamine import CalamineWorkbook

    try:
        with open_file(file) as stream:
            if zipfile.is_zipfile(stream):
                _check_size(stream, file)
            stream.seek(0)
            book = CalamineWorkbook.from_filelike(stream)
        for name in book.sheet_names:
            yield name, book.get_sheet_by_name(name).to_python()
    except (AsymmetryError, OSError):
        raise
    except Exception as error:  # damaged bytes raise nearly every type there is
        raise InvalidInputError(f"{file}: can't be read as a workbook ({error})") from error


def _check_size(stream: BinaryIO, file: Path) -> None:
    """Refuse a workbook of which few bytes become very many."""
    with zipfile.ZipFile(stream) as packed:
        unpacked = sum(member.file_size for member in packed.infolist())
        if unpacked > _MOST_BYTES:
            raise InvalidInputError(
                f"{file}: it unpacks to {unpacked // 10**6} MB, too much for a list of photos"
            )
        for name in filter(_SHEET.fullmatch, packed.namelist()):
            rows, columns = _span(packed.read(name))
            if rows * columns > _MOST_CELLS:
                raise InvalidInputError(
                    f"{file}: its cells span {rows} rows and {columns} columns: delete those far off"
                )


def _span(sheet: bytes) -> tuple[int, int]:
    """The last row and the last column of a sheet's cells, from 1 on."""
    cells = set(_CELL.findall(sheet))
    rows = [int(row) for _, row in cells] + [int(row) for row in _ROW.findall(sheet)]
    columns = [_column_number(letters) for letters in {letters for letters, _ in cells}]
    return max(rows, default=0), max(columns, default=1)


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = 26 * number + letter - ord("A") + 1
    return number
