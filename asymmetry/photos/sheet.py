"""Tables as people keep them: CSV out of any program, and workbooks of Excel or LibreOffice, row by row."""

from __future__ import annotations

import codecs
import csv
import os
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime
from pathlib import Path
from typing import TextIO

from asymmetry.core.paths import as_path, open_file
from asymmetry.errors import InvalidInputError
from asymmetry.photos.workbooks import WORKBOOKS, read_sheets

__all__ = ["SHEET_SUFFIXES", "fold", "read_rows"]

#: Suffixes of all tables that are read.
SHEET_SUFFIXES = (".csv", ".tsv", ".txt", *WORKBOOKS)
_SEPARATORS = ",;\t|"
_CHUNK = 1 << 20
#: Byte order marks and their encodings; that of UTF-32 begins as that of UTF-16 does.
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
#: "ANSI" of Windows in Western Europe and the Americas, which Excel writes where it is not told otherwise.
_ANSI = "cp1252"
_MANY_CELLS = 3

Row = tuple[str, dict[str, str]]


def read_rows(
    path: str | os.PathLike[str], also_called: Mapping[str, Sequence[str]], needed: str
) -> Iterator[Row]:
    """Rows with something in the needed column, each with where it stands; cells without outer spaces.

    Parameters
    ----------
    path : path
        A CSV file, separated by commas, semicolons, tabs or bars, in UTF-8, UTF-16 or Windows' ANSI, or a
        workbook (extra ``excel``), of which the first sheet that has the needed column is read.
    also_called : mapping of str to sequence of str
        The columns, each with the headings by which it is found, the surest first.
    needed : str
        The column that has to be there.

    Raises
    ------
    InvalidInputError
        If the file can't be read, has no such column, columns of one heading differ, or a quotation mark in
        it is not closed.
    MissingExtraError
        If it is a workbook and the package that reads them is not installed.
    """
    file = as_path(path)
    try:
        if file.suffix.lower() in WORKBOOKS:
            tables: Iterator[Iterator[tuple[str, list[str]]]] = _sheets(file)
        else:
            tables = iter([_csv_lines(file)])
        seen: list[str] = []
        for lines in tables:
            _, headings = next(lines, ("", []))
            columns = _name_columns(headings, also_called)
            if needed in columns:
                yield from _rows(lines, headings, columns, needed)
                return
            seen += [heading for heading in headings if heading]
    except (OSError, UnicodeError, csv.Error) as error:
        raise InvalidInputError(f"{file}: can't be read as a list ({error})") from error
    names = ", ".join((needed, *also_called[needed][:3]))
    raise InvalidInputError(
        f"{file}: there is no column {needed!r} (found as {names}); its headings are {', '.join(seen)}"
    )


def fold(text: str) -> str:
    r"""A name as it is compared: composed letters, in one case, without doubled or outer spaces.

    Examples
    --------
    >>> fold("IMG_0412.JPG") == fold("img_0412.jpg"), fold("Mu\u0308ller") == fold("M\u00fcller")
    (True, True)
    """
    return " ".join(unicodedata.normalize("NFC", text.casefold()).split())


def _name_columns(
    headings: Sequence[str], also_called: Mapping[str, Sequence[str]]
) -> dict[str, list[int]]:
    """Where each column stands; of several headings that mean the same the surest one counts.

    More than one place are of headings that are alike.
    """
    plain = [re.sub(r"\W|_", "", fold(heading)) for heading in headings]
    found = {}
    for name, others in also_called.items():
        ways = [re.sub(r"\W|_", "", way) for way in (name, *others)]
        known = [way for way in ways if way in plain]
        if known:
            found[name] = [at for at, way in enumerate(plain) if way == known[0]]
    return found


def _rows(
    lines: Iterator[tuple[str, list[str]]],
    headings: list[str],
    columns: Mapping[str, Sequence[int]],
    needed: str,
) -> Iterator[Row]:
    last = max(max(places) for places in columns.values())
    for where, found in lines:
        cells = found
        beyond = [cell for cell in cells[len(headings) :] if cell]
        if beyond and last == len(headings) - 1 and columns.get("notes") == [last]:
            cells = [*cells[:last], ", ".join(cell for cell in cells[last:] if cell)]
        elif beyond:
            raise InvalidInputError(
                f"{where}: {len(cells)} cells under {len(headings)} headings; put a text that holds the "
                "separator in quotation marks"
            )
        row = {}
        for name, places in columns.items():
            told = list(dict.fromkeys(cells[at] for at in places if at < len(cells)))
            if len([cell for cell in told if cell]) > 1:
                raise InvalidInputError(
                    f"{where}: {len(places)} columns are headed {headings[places[0]]!r} and differ here; "
                    "give one of them another heading"
                )
            if told:
                row[name] = max(told)
        if row.get(needed):
            yield where, row


def _csv_lines(file: Path) -> Iterator[tuple[str, list[str]]]:
    """Records of a CSV file, each with the line it begins on."""
    with file.open(encoding=_encoding(file), newline="") as stream:
        separator, skipped = _find_separator(stream)
        reader = csv.reader(stream, delimiter=separator, strict=True)
        start, width = skipped, 0
        try:
            for record in reader:
                where = f"{file} line {start + 1}"
                _check_quotes(record, separator, width, where)
                width = width or len(record)
                yield where, [cell.strip() for cell in record]
                start = skipped + reader.line_num
        except csv.Error as error:
            raise InvalidInputError(_unclosed(f"{file} line {start + 1}")) from error


def _encoding(file: Path) -> str:
    """UTF-8 or UTF-16, by its mark or its content, else Windows' own."""
    with open_file(file) as stream:
        head = stream.read(_CHUNK)
        for mark, name in _MARKS:
            if head.startswith(mark):
                return name
        if head[1:200:2].count(0) > len(head[1:200:2]) // 2:
            return "utf-16-le"
        if head[:200:2].count(0) > len(head[:200:2]) // 2:
            return "utf-16-be"
        decoder = codecs.getincrementaldecoder("utf-8")()
        with suppress(UnicodeDecodeError):
            while head:
                decoder.decode(head)
                head = stream.read(_CHUNK)
            decoder.decode(b"", final=True)
            return "utf-8"
    return _ANSI


def _find_separator(stream: TextIO) -> tuple[str, int]:
    """The separator, and how many lines come before the headings: ``sep=;``, as Excel has it, and blanks."""
    skipped, separator = 0, ""
    while True:
        at = stream.tell()
        line = stream.readline()
        said = re.fullmatch(r'"?sep=(.)"?[,;\t]*\s*', line, re.IGNORECASE)
        if said:
            separator = said[1]
        elif line.strip() or not line:
            stream.seek(at)
            plain = re.sub(r'"[^"]*"', "", line)
            return separator or max(_SEPARATORS, key=plain.count), skipped
        skipped += 1


def _check_quotes(record: Sequence[str], separator: str, width: int, where: str) -> None:
    """Refuse a cell that has swallowed whole lines, because its quotation mark is closed much later."""
    suffix = Path(record[0]).suffix.lower() if record else ""
    for cell in record:
        for line in cell.splitlines()[1:]:
            first, *others = line.split(separator)
            whole = width >= _MANY_CELLS and len(others) >= width - 1
            # A text may hold a separator or two, but does not begin with another photo's name before one.
            named = bool(others) and Path(first.strip()).suffix.lower() == suffix
            named &= suffix[1:2].isalpha()  # "9.3.2026" has one too
            if whole or named:
                raise InvalidInputError(_unclosed(where))


def _unclosed(where: str) -> str:
    return f'{where}: a quotation mark (") is opened and not closed here, or stands within a text; fix it'


def _sheets(file: Path) -> Iterator[Iterator[tuple[str, list[str]]]]:
    """The sheets of a workbook, each as its records."""
    for name, rows in read_sheets(file):
        yield _sheet_lines(f"{file} sheet {name!r}", rows)


def _sheet_lines(where: str, rows: Sequence[Sequence[object]]) -> Iterator[tuple[str, list[str]]]:
    for number, row in enumerate(rows, 1):
        cells = [_cell_text(cell) for cell in row]
        if any(cells):
            yield f"{where} line {number}", cells


def _cell_text(cell: object) -> str:
    """A cell's value as the text that a list of texts would have."""
    if isinstance(cell, datetime) and cell.hour == cell.minute == cell.second == 0:
        return cell.date().isoformat()
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, bool):
        return ("no", "yes")[cell]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()
