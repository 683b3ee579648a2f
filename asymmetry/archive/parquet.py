"""Rows to Parquet: the table of a part, the file of an archive, and landmarks back out of it."""

from __future__ import annotations

import importlib
import json
import os
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from datetime import datetime, time
from pathlib import Path
from typing import Any

import numpy as np

from asymmetry.archive.jobs import Job
from asymmetry.archive.ledger import written
from asymmetry.archive.rows import PASSING, Row
from asymmetry.core.columns import QUALITY
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import NoteArray, note_array, pack_notes, unpack_notes
from asymmetry.core.paths import path_text
from asymmetry.core.table import LEADING, Measurements
from asymmetry.core.version import check_score_version
from asymmetry.errors import AsymmetryError, InvalidInputError, MissingExtraError
from asymmetry.metrics import Metric, expressions, measure
from asymmetry.skin_photos import skin_columns

__all__ = [
    "MIRRORED",
    "import_pyarrow",
    "landmarks_of",
    "metadata_of",
    "part_table",
    "read_landmarks",
    "statuses",
    "table_of",
    "unread",
    "whole_archive",
    "write_archive",
    "write_csv",
    "write_part",
]

#: Rows of a row group: enough to compress well, few enough to be held in memory. With landmarks a row is
#: fifteen times as large.
GROUP_ROWS, GROUP_ROWS_WITH_LANDMARKS = 65536, 8192
#: Columns that hold landmarks, each a list of fixed length for every photo.
_ARRAYS = {
    "points": np.float32,
    "spread": np.float32,
    "pose": np.float64,
    "blendshapes": np.float32,
}
#: The landmarks' notes as JSON, beside them.
_NOTES = "notes"
#: Whether a manifest calls the photo mirrored: its pictures are then turned as the landmarks are.
MIRRORED = "mirrored"
#: The contents of the columns that only an archive has.
_SAID = {
    name: {"unit": unit, "sign": "none", "definition": definition}
    for name, unit, definition in (
        ("width", "px", "Width of the upright photo."),
        ("height", "px", "Height of the upright photo."),
        (
            "focal_px",
            "px",
            "Focal length of the camera; perspective is removed by it, else as from 1 m.",
        ),
        ("quality_px_per_mm", "px/mm", "Pixels of the photo for a millimetre of the face."),
        ("quality_brightness", "0 to 255", "Brightness that a quarter of the face exceeds."),
        ("quality_burnt", "share", "Share of the face that is white."),
        ("quality_side_light", "ratio", "How many times as much light one half of the face gets."),
        ("quality_blur_mm", "mm", "Blur, on the face."),
        ("quality_grain", "pct", "Noise, of the brightness."),
        ("quality_blocks", "ratio", "How many times the blocks of JPEG show."),
    )
}
_COMPRESSION = "zstd"


def table_of(
    jobs: Sequence[Job],
    rows: Sequence[Row],
    provenance: Mapping[str, Any],
    metrics: Sequence[str | Metric] | None = None,
) -> Measurements:
    """The rows of some photos.

    Parameters
    ----------
    jobs, rows : sequence
        The photos, and the rows read from them, in the same order.
    provenance : mapping
        How they were read.
    metrics : sequence of str or Metric, optional
        As for `measure`.

    Returns
    -------
    Measurements
        photo, taken, expression, status, reason, flags, sha256, subject, width, height, focal_px, the
        quality; then as `measure` gives them. One photo gives the same row whatever others are beside it.
    """
    landmarks = replace(
        Landmarks.concat(row.landmarks for row in rows), provenance=dict(provenance)
    )
    said = np.array([job.record.expression or "" for job in jobs], dtype=np.str_)
    measured = measure(landmarks, metrics=metrics)
    about = {
        "expression": np.where(said != "", said, expressions(landmarks).label),
        "sha256": np.array([row.sha256 for row in rows], dtype=np.str_),
        "subject": np.array([job.record.subject for job in jobs], dtype=np.str_),
        "width": landmarks.size[:, 0].astype(np.int64),
        "height": landmarks.size[:, 1].astype(np.int64),
        "focal_px": landmarks.focal_px.astype(np.float64),
        **{
            f"quality_{name}": landmarks.quality[:, i].astype(np.float64)
            for i, name in enumerate(QUALITY)
        },
    }
    leading = {name: measured[name] for name in LEADING if name in measured}
    columns = {**leading, **about, **measured}
    return replace(measured, columns=columns, about={**measured.about, **_SAID})


def part_table(
    jobs: Sequence[Job],
    rows: Sequence[Row],
    provenance: Mapping[str, Any],
    *,
    landmarks: bool,
    metrics: Sequence[str | Metric] | None = None,
) -> Any:
    """The rows of some photos as a `pyarrow.Table`; with skin and landmarks if they are asked for."""
    pyarrow = import_pyarrow()
    measured = table_of(jobs, rows, provenance, metrics)
    if provenance.get("archive", {}).get("skin"):
        measured = measured.with_columns(**skin_columns([row.skin for row in rows]))
    table = measured.to_arrow()
    if landmarks:
        found = Landmarks.concat(row.landmarks for row in rows)
        for name, kind in _ARRAYS.items():
            values = getattr(found, name).reshape(len(found), -1).astype(kind)
            column = pyarrow.FixedSizeListArray.from_arrays(
                pyarrow.array(values.ravel(), from_pandas=True), values.shape[1]
            )
            table = table.append_column(name, column)
        table = table.append_column(_NOTES, pyarrow.array(pack_notes(found.notes)))
        said = [job.record.mirrored for job in jobs]
        table = table.append_column(MIRRORED, pyarrow.array(said, pyarrow.bool_()))
    return table


def write_archive(
    parts: Iterable[Path], destination: Path, *, landmarks: bool, scratch: Path | None = None
) -> None:
    """Join the files of finished parts into one file, in order; whole or not at all.

    Parameters
    ----------
    parts : iterable of pathlib.Path
        The parts' files.
    destination : pathlib.Path
        The file to write.
    landmarks : bool
        They hold landmarks.
    scratch : pathlib.Path, optional
        A folder on the same disk for files that are not whole yet.

    Raises
    ------
    DestinationError
        If it can't be written.
    """
    parquet = import_pyarrow("pyarrow.parquet")
    rows = GROUP_ROWS_WITH_LANDMARKS if landmarks else GROUP_ROWS
    with (
        written(destination, private=landmarks, scratch=scratch) as temporary,
        ExitStack() as stack,
    ):
        writer = None
        for group in _groups(parts, rows):
            writer = writer or stack.enter_context(
                parquet.ParquetWriter(temporary, group.schema, compression=_COMPRESSION)
            )
            writer.write_table(group, row_group_size=len(group))


def write_part(table: Any, path: Path) -> None:
    """Write the file of a part; whole or not at all."""
    with written(path) as temporary:
        import_pyarrow("pyarrow.parquet").write_table(table, temporary, compression=_COMPRESSION)


def write_csv(scores: Path, destination: Path) -> None:
    """An archive's file as text, without landmarks; whole or not at all.

    Raises
    ------
    DestinationError
        If it can't be written.
    """
    with (
        import_pyarrow("pyarrow.parquet").ParquetFile(scores) as source,
        written(destination) as temporary,
        temporary.open("w", encoding="utf-8", newline="") as file,
    ):
        names = [
            name for name in source.schema_arrow.names if name not in (*_ARRAYS, _NOTES, MIRRORED)
        ]
        for i, batch in enumerate(source.iter_batches(columns=names)):
            columns = {name: _values(name, batch[name]) for name in names}
            text = Measurements(columns).to_csv() or ""
            if i > 0:
                text = text.partition("\n")[2]  # without the headings
            file.write(text)


def metadata_of(path: Path) -> dict[str, Any]:
    """How an archive's file came about; empty where this library did not write it.

    Raises
    ------
    InvalidInputError
        If it is no Parquet file.
    """
    try:
        metadata = import_pyarrow("pyarrow.parquet").read_schema(path).metadata or {}
        known: dict[str, Any] = json.loads(metadata.get(b"asymmetry", b"{}"))
    except (OSError, ValueError) as error:
        raise InvalidInputError(
            f"{path}: already exists and is not a Parquet file; use another name"
        ) from error
    return known


def statuses(path: Path) -> dict[str, int]:
    """How many photos of an archive's file have each status, the most frequent first."""
    found: Counter[str] = Counter()
    with import_pyarrow("pyarrow.parquet").ParquetFile(path) as file:
        for batch in file.iter_batches(columns=["status"]):
            found.update(batch.column(0).to_pylist())
    return dict(found.most_common())


def unread(path: Path) -> int:
    """How many photos of an archive's file could not be read for now."""
    with import_pyarrow("pyarrow.parquet").ParquetFile(path) as file:
        return sum(
            not PASSING.isdisjoint(flags)
            for batch in file.iter_batches(columns=["flags"])
            for flags in batch.column(0).to_pylist()
        )


def read_landmarks(path: str | os.PathLike[str], *, other_version: bool = False) -> Landmarks:
    """Read the landmarks of an archive that was scored with ``landmarks=True``.

    So it can be measured again, with other metrics or another scale, without its photos.

    Parameters
    ----------
    path : path
        A file that `score_archive` wrote.
    other_version : bool
        As for `Landmarks.load`.

    Returns
    -------
    Landmarks
        One row per photo, in order; the same numbers that were measured. ``taken`` is the day alone where it
        is midnight.

    Raises
    ------
    InvalidInputError
        If the file is none of an archive or holds no landmarks, or another version of the numbers read them.
    MissingExtraError
        If pyarrow is not installed.
    """
    parquet, name = import_pyarrow("pyarrow.parquet"), path_text(path)
    with whole_archive(name):
        return landmarks_of(parquet.read_table(path), name, other_version=other_version)


@contextmanager
def whole_archive(name: str) -> Iterator[None]:
    """Turn all that goes wrong while a damaged archive is read into `InvalidInputError`.

    A file that is not there stays `FileNotFoundError`.
    """
    try:
        yield
    except (AsymmetryError, FileNotFoundError):
        raise
    except Exception as error:  # damaged bytes raise nearly every type there is
        raise InvalidInputError(f"{name}: not a whole Parquet file ({error})") from error


def landmarks_of(table: Any, name: str, *, other_version: bool = False) -> Landmarks:
    """Landmarks of an archive's table, or of some of its rows; ``name`` is its name in errors."""
    if not set(_ARRAYS) <= set(table.column_names):
        raise InvalidInputError(f"{name}: contains no landmarks; score the archive with landmarks")
    n = len(table)
    blank = Landmarks.blank([""] * n, status="ok")
    provenance = json.loads((table.schema.metadata or {}).get(b"asymmetry", b"{}"))
    if not other_version:
        check_score_version(provenance, name)
    arrays: dict[str, Any] = {
        each: _flat(table[each].combine_chunks()).reshape(getattr(blank, each).shape)
        for each in _ARRAYS
    }
    names = ("photo", "taken", "status")
    texts: dict[str, Any] = {
        each: np.array(_values(each, table[each]).tolist(), dtype=np.str_).reshape(n)
        for each in names
    }
    arrays["quality"] = np.stack([table[f"quality_{each}"].to_numpy() for each in QUALITY], axis=1)
    arrays["focal_px"] = table["focal_px"].to_numpy()
    size = np.stack([table["width"].to_numpy(), table["height"].to_numpy()], axis=1)
    return replace(
        blank, **arrays, **texts, notes=_read_notes(table), size=size, provenance=provenance
    )


def _read_notes(table: Any) -> NoteArray:
    """The landmarks' notes; of an archive that has none the reasons, in English."""
    if _NOTES in table.column_names:
        return unpack_notes(table[_NOTES].to_pylist())
    return note_array((text,) for text in table["reason"].to_pylist())


def _flat(lists: Any) -> Any:
    """The numbers of a column of lists; null is NaN."""
    return lists.flatten().to_numpy(zero_copy_only=False)


def _values(name: str, column: Any) -> Any:
    """A column of an archive's file as an array: null is NaN, and an unknown time is an empty text."""
    if name == "taken":
        return np.array([_iso(when) for when in column.to_pylist()], dtype=np.str_)
    if name == "status":
        return np.array(column.to_pylist(), dtype=np.str_)
    if name == "flags":
        return np.array([" ".join(codes) for codes in column.to_pylist()], dtype=np.str_)
    return column.to_numpy(zero_copy_only=False)


def _iso(when: datetime | None) -> str:
    if when is None:
        return ""
    if when.time() == time():
        return when.date().isoformat()
    return when.isoformat()


def _groups(parts: Iterable[Path], rows: int) -> Iterator[Any]:
    """The tables of the parts, joined to row groups of the same size whatever the parts' size."""
    pyarrow, parquet = import_pyarrow(), import_pyarrow("pyarrow.parquet")
    held: list[Any] = []
    for path in parts:
        held.append(parquet.read_table(path))
        while sum(map(len, held)) >= rows:
            joined = pyarrow.concat_tables(held)
            yield joined.slice(0, rows).combine_chunks()
            held = [joined.slice(rows)]
    if sum(map(len, held)):
        yield pyarrow.concat_tables(held).combine_chunks()


def import_pyarrow(module: str = "pyarrow") -> Any:
    """Import pyarrow, or one of its modules.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise MissingExtraError("an archive", "archive") from error
