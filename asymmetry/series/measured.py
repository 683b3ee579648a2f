"""`MeasuredSeries`: one person's photos in order of time, measured: made of points, saved and loaded."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Self

from asymmetry.core.arrays import check_type
from asymmetry.core.frame import Upright
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.paths import as_path
from asymmetry.core.schemes import Side
from asymmetry.core.table import Measurements
from asymmetry.errors import MissingExtraError, PhotoError
from asymmetry.metrics import Metric
from asymmetry.photos.listing import Leftover
from asymmetry.photos.manifest import DiaryNote
from asymmetry.photos.photo import PhotoSource
from asymmetry.photos.record import PhotoRecord
from asymmetry.photos.sources import digest_photo, load_source
from asymmetry.series.assembly import (
    check_affected,
    list_records,
    own_metrics,
    series_tables,
    sources_by_name,
)
from asymmetry.series.day_to_day import Setting, check_setting
from asymmetry.series.day_zero import DayZero
from asymmetry.series.saving import SavedSeries, load_saved, save_series
from asymmetry.series.skin import SkinDays
from asymmetry.series.treatments import TreatedOn, Treatment, as_treatments

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["MeasuredSeries"]


@dataclass(frozen=True, eq=False, repr=False)
class MeasuredSeries:
    """One person's dated photos, measured, in order of time.

    Attributes
    ----------
    static : Measurements
        One row per photo: photo, taken, day, expression, status, reason, and every metric, without the
        readings' own uncertainty, which `asymmetry.measure` adds. Undated photos come last.
    landmarks : Landmarks
        The points, in the same order.
    photos : Measurements
        Facts about each photo: photo, taken, day, expression and how sure it is (0 to 1; 1 where a manifest
        or a name says so), status, reason, phase, mirrored, notes.
    folder : pathlib.Path or None
        Where the photos are; their names are relative to it.
    notes : tuple of DiaryNote
        The patient's diary.
    affected : {"right", "left"} or None
        The patient's side that is ill or treated, if one is; the other one then tells how hard a movement was
        tried.
    setting : {"home", "clinic"}
        How the photos were taken, and so how far days differ though nothing changes.
    about : tuple of PhotoRecord
        The facts known about each photo before it was measured.
    sources : mapping of str to PhotoSource
        Pictures that are not in the folder, by the photo's name.
    metrics : tuple of str or Metric, or None
        The metrics that were requested; None for the whole catalogue.
    as_read : Landmarks or None
        The points as they were read, before doubtful photos were set aside.
    leftovers : tuple of Leftover
        Files of the folder that are not read.
    skin_days : SkinDays or None
        Bruises and swellings over days; None where the skin was not read.
    turned : Upright or None
        The faces turned upright, as they were measured; None where that is to be done again.
    """

    static: Measurements
    landmarks: Landmarks
    photos: Measurements
    folder: Path | None = None
    notes: tuple[DiaryNote, ...] = ()
    affected: Side | None = None
    setting: Setting = "home"
    about: tuple[PhotoRecord, ...] = ()
    sources: Mapping[str, PhotoSource] = field(default_factory=dict)
    metrics: tuple[str | Metric, ...] | None = None
    as_read: Landmarks | None = None
    leftovers: tuple[Leftover, ...] = ()
    skin_days: SkinDays | None = None
    turned: Upright | None = None

    @classmethod
    def from_landmarks(  # noqa: PLR0913  all but one go by name
        cls,
        landmarks: Landmarks,
        *,
        treated_on: TreatedOn = None,
        affected: Side | None = None,
        setting: Setting = "home",
        folder: str | os.PathLike[str] | None = None,
        expression: Sequence[str | None] | None = None,
        about: Sequence[PhotoRecord] | None = None,
        notes: Sequence[DiaryNote] = (),
        photos: Sequence[PhotoSource] | Mapping[str, PhotoSource] = (),
        metrics: Iterable[str | Metric] | None = None,
        leftovers: Sequence[Leftover] = (),
    ) -> Self:
        """Measure and sort landmarks of one person that are already there.

        Parameters
        ----------
        landmarks : Landmarks
            n photos with their dates in ``taken``.
        treated_on : date, str, Treatment or a sequence of these, optional
            The day that days are counted from (ISO 8601), the first of several. Default: day 0 of the photos'
            names, where they count days, else the day of the first photo.
        affected, setting, folder, notes, leftovers
            As in the class.
        expression : sequence of str or None, optional
            The expression of each face, one of `asymmetry.metrics.EXPRESSIONS`. Where it is None, it is read
            from the expression weights.
        about : sequence of PhotoRecord, optional
            All that is known about each photo, in place of `expression`.
        photos : sequence of PhotoSource, or mapping of str to PhotoSource
            The pictures of all rows, in their order, or those of some by name, for the report.
        metrics : iterable of str or Metric, optional
            Names out of the catalogue and metrics of your own: ``[*catalogue(), cheek_height]``. `HEADLINES`
            and the catalogue of movements are always measured. Default: the whole catalogue.

        Examples
        --------
        >>> import numpy as np
        >>> from dataclasses import replace
        >>> blank = Landmarks.blank(["b.jpg", "a.jpg"], status="no_face")
        >>> dated = replace(blank, taken=np.array(["2026-03-12", "2026-03-02"]))
        >>> MeasuredSeries.from_landmarks(dated).static["day"].tolist()
        [0.0, 10.0]
        """
        records = list_records(landmarks, expression, about)
        check_type("notes", notes, Iterable)
        notes = tuple(notes)
        for note in notes:
            check_type("notes: each", note, DiaryNote)
        made = series_tables(landmarks, records, as_treatments(treated_on), metrics)
        return cls(
            static=made.static,
            landmarks=made.landmarks,
            photos=made.photos,
            folder=None if folder is None else as_path(folder),
            notes=notes,
            affected=check_affected(affected),
            setting=check_setting(setting),
            about=made.about,
            sources=sources_by_name(landmarks, photos),
            metrics=made.metrics,
            as_read=made.as_read,
            leftovers=tuple(leftovers),
            turned=made.turned,
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the points, and the facts known about the photos, to one ``.npz`` file, without pickles.

        Pictures, metrics of your own, the skin, and the list of files that were not read are not in it. The
        points are biometric data.

        Parameters
        ----------
        path : path
            Written as named; no suffix is added.
        """
        saved = SavedSeries(
            landmarks=self.as_read or self.landmarks,
            about=self.about,
            notes=self.notes,
            treatments=self.treatments,
            affected=self.affected,
            setting=self.setting,
            folder=self.folder,
        )
        save_series(saved, path)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        *,
        folder: str | os.PathLike[str] | None = None,
        photos: Sequence[PhotoSource] | Mapping[str, PhotoSource] = (),
        metrics: Iterable[str | Metric] | None = None,
    ) -> Self:
        """Read a file that `save` wrote, and measure its points.

        Parameters
        ----------
        path : path
            The file.
        folder : path, optional
            Where the photos are now. Default: where they were.
        photos, metrics
            As for `from_landmarks`; a sequence in order of time.

        Raises
        ------
        FileNotFoundError
            If there is no such file.
        InvalidInputError
            If the file holds no series, or its points were read by a version whose numbers differ.
        """
        saved = load_saved(path)
        known = saved.options() | {"folder": folder or saved.folder}
        return cls.from_landmarks(saved.landmarks, photos=photos, metrics=metrics, **known)

    @property
    def own_metrics(self) -> tuple[Metric, ...]:
        """The metrics that are not the catalogue's."""
        return own_metrics(self.metrics or ())

    @property
    def counted_from(self) -> DayZero:
        """The day that days are counted from, as the tables' provenance has it."""
        return DayZero.from_provenance(self.static.provenance)

    @property
    def day_zero(self) -> date | None:
        """The day that days are counted from: treatment, else first photo; None if its date is not known."""
        return self.counted_from.day

    @property
    def treated(self) -> bool:
        """Whether days count from a treatment."""
        return self.counted_from.treated

    @property
    def treated_on(self) -> date | None:
        """The day of the first treatment; None if there was none, or its date is not known."""
        return self.day_zero if self.treated else None

    @property
    def treatments(self) -> tuple[Treatment, ...]:
        """The treatments, where their days are known. Phases count from the latest one before a photo."""
        return self.counted_from.treatments

    def open_source(self, row: int) -> PhotoSource | None:
        """The photo of a row, to be read once more; None where it can't be, or is another one now.

        Parameters
        ----------
        row : int
            Number of the row.
        """
        name = str(self.landmarks.photo[row])
        source = self.sources.get(name)
        if source is None and self.folder is not None:
            source = self.folder / name
        if source is None:
            return None
        try:
            loaded = load_source(source, name)
            digest = digest_photo(loaded)
        except (PhotoError, MissingExtraError):
            return None
        if self.about[row].sha256 not in ("", digest):
            return None
        return loaded

    def __len__(self) -> int:
        return len(self.landmarks)

    def to_dataframe(self) -> pd.DataFrame:
        """The table as a pandas DataFrame, one row per photo (extra ``table``)."""
        return self.static.to_dataframe()
