"""`Series`: one person's photos over days."""

from __future__ import annotations

import importlib
import os
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.table import Measurements
from asymmetry.errors import InvalidInputError
from asymmetry.extract import Extractor
from asymmetry.metrics import measure
from asymmetry.series.folder import Progress, as_date, read_folder, taken_day
from asymmetry.series.scale import pooled_scale
from asymmetry.series.scoring import extractor_or

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Series"]


@dataclass(frozen=True, eq=False, repr=False)
class Series:
    """One person's dated photos, measured, in order of time.

    Attributes
    ----------
    static : Measurements
        One row per photo: photo, taken, day, expression, status, reason, and every metric. Undated photos
        come last.
    landmarks : Landmarks
        The points, in the same order.
    folder : pathlib.Path or None
        Where the photos are; their names are relative to it.
    treated_on : datetime.date or None
        The day of the treatment, if there was one.
    """

    static: Measurements
    landmarks: Landmarks
    folder: Path | None = None
    treated_on: date | None = None

    @classmethod
    def from_folder(
        cls,
        path: str | os.PathLike[str],
        *,
        treated_on: date | str | None = None,
        extractor: Extractor | None = None,
        mirrored: bool = False,
        recursive: bool = True,
        progress: Progress | None = None,
    ) -> Series:
        """Read, measure and sort the photos of one person.

        Parameters
        ----------
        path : path
            A folder of photos, flat or with folders in it.
        treated_on : date or str, optional
            The day that days are counted from (ISO 8601). Default: the day of the first photo.
        extractor : Extractor, optional
            Reads the points, in its own way. Default: one is made.
        mirrored : bool
            All photos were stored mirrored, as many selfies are.
        recursive : bool
            Also read the folders in it.
        progress : callable, optional
            Wraps the iterable of photos, as ``tqdm.tqdm`` does.

        Returns
        -------
        Series
            Every photo is there: one that can't be measured has a status and a reason, one without a date
            has no day.

        Raises
        ------
        InvalidInputError
            If there is no such folder or no photo in it, or `treated_on` is not a date.

        Examples
        --------
        >>> Series.from_folder("no-such-folder")
        Traceback (most recent call last):
        ...
        asymmetry.errors.InvalidInputError: no-such-folder: no such folder
        """
        if extractor is not None and mirrored:
            raise InvalidInputError("Series: say mirrored to the Extractor that you pass")
        day = as_date(treated_on)
        folder = Path(path)
        if not folder.is_dir():
            raise InvalidInputError(f"{folder}: no such folder")
        with extractor_or(extractor, mirrored=mirrored) as reader:
            landmarks = read_folder(folder, extractor=reader, recursive=recursive, progress=progress)
        return cls.from_landmarks(landmarks, treated_on=day, folder=folder)

    @classmethod
    def from_landmarks(
        cls, landmarks: Landmarks, *, treated_on: date | str | None = None, folder: Path | None = None
    ) -> Series:
        """Measure and sort landmarks of one person that are already there.

        Parameters
        ----------
        landmarks : Landmarks
            n photos with their dates in ``taken``.
        treated_on : date or str, optional
            As for `from_folder`.
        folder : pathlib.Path, optional
            Where the photos are, for pictures in the report.

        Examples
        --------
        >>> blank = Landmarks.blank(["b.jpg", "a.jpg"], status="no_face")
        >>> dated = replace(blank, taken=np.array(["2026-03-12", "2026-03-02"]))
        >>> Series.from_landmarks(dated).static["day"].tolist()
        [0.0, 10.0]
        """
        treated_on = as_date(treated_on)
        landmarks = landmarks[_by_time(landmarks.taken.tolist())]
        days = [taken_day(taken) for taken in landmarks.taken.tolist()]
        start = treated_on or next(filter(None, days), None)
        scale, source = pooled_scale(landmarks)
        table = measure(landmarks, scale=scale)
        lost = np.isnan(table["roll_deg"])  # no frame, so no scale either
        static = table.with_columns(
            mm_per_px=np.where(lost, np.nan, table["mm_per_px"]),
            day=np.array([(day - start).days if day and start else np.nan for day in days], dtype=np.float64),
            expression=np.full(len(landmarks), "", dtype=np.str_),
        )
        said = {
            "scale_source": source,
            "day_zero": start.isoformat() if start else "",
            "day_zero_is": "treatment" if treated_on else "first photo",
        }
        static = replace(static, provenance={**static.provenance, **said})
        return cls(static, landmarks, folder, treated_on)

    @property
    def day_zero(self) -> date | None:
        """The day that days are counted from: treatment, else first photo; None if nothing is dated."""
        return as_date(self.static.provenance["day_zero"] or None)

    def __len__(self) -> int:
        return len(self.landmarks)

    def __repr__(self) -> str:
        return f"{self._title()}\n{self.static!r}"

    def _repr_html_(self) -> str:
        return f"<p>{self._title()}</p>{self.static._repr_html_()}"

    def _title(self) -> str:
        since = "treatment" if self.treated_on else "the first photo"
        start = f", days since {since} on {self.day_zero}" if self.day_zero else ", undated"
        return f"Series of {len(self)} photo{'' if len(self) == 1 else 's'}{start}"

    def to_dataframe(self) -> pd.DataFrame:
        """The table as a pandas DataFrame, one row per photo (extra ``table``)."""
        return self.static.to_dataframe()

    def report(self, path: str | os.PathLike[str]) -> Path:
        """Write a single-file HTML page with pictures, charts and the table (extra ``report``).

        Parameters
        ----------
        path : path
            The file to write, ``.html``.

        Returns
        -------
        pathlib.Path
            The file.

        Raises
        ------
        MissingExtraError
            If matplotlib or jinja2 is not installed.
        """
        # By name: the report stands on the series, and only this one method looks up to it.
        written: Path = importlib.import_module("asymmetry.report").write_report(self, path)
        return written


def _by_time(taken: list[str]) -> npt.NDArray[np.intp]:
    """Row order by the camera's clock; undated rows last, equal ones as they came.

    Time zones are left aside, because only some cameras state one.
    """
    clocks = [datetime.fromisoformat(text).replace(tzinfo=None) if text else datetime.max for text in taken]
    return np.array(sorted(range(len(taken)), key=clocks.__getitem__), dtype=np.intp)
