"""`History`: one person's measured photos over days, and the questions asked of them."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Self

from asymmetry.core.arrays import check_type
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import Side
from asymmetry.core.table import Measurements
from asymmetry.metrics import Metric, MovementMetric, norms
from asymmetry.metrics.movements import beyond_noise
from asymmetry.photos.dates import day_number
from asymmetry.photos.listing import Leftover
from asymmetry.photos.manifest import DiaryNote
from asymmetry.photos.photo import PhotoSource
from asymmetry.photos.record import PhotoRecord
from asymmetry.series.assembly import (
    check_affected,
    list_records,
    own_metrics,
    series_tables,
    sources_by_name,
)
from asymmetry.series.cameras import used_cameras
from asymmetry.series.change import Change, Sides, changes
from asymmetry.series.checks import Circumstances, check, circumstances, explain
from asymmetry.series.concerns import Concern, Rule, Situation, concerns
from asymmetry.series.course import Course
from asymmetry.series.day_to_day import Setting, check_setting
from asymmetry.series.day_zero import DayZero
from asymmetry.series.finding import Finding
from asymmetry.series.findings import list_findings
from asymmetry.series.headline_courses import find_course, movement_courses, static_courses
from asymmetry.series.labels import usual_expression
from asymmetry.series.movement_pairs import movements
from asymmetry.series.recovery import Recovery, recovery
from asymmetry.series.reference import reference_days
from asymmetry.series.saving import SavedSeries, load_saved, save_series
from asymmetry.series.summary import sentences_html, series_title
from asymmetry.series.timeline import Entry, timeline, trend_days
from asymmetry.series.treatments import TreatedOn, Treatment, as_treatments
from asymmetry.series.trend import Forecast, Trend, choose_threshold, forecast, trend

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["History"]


@dataclass(frozen=True, eq=False, repr=False)
class History:
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

    @classmethod
    def from_landmarks(  # noqa: PLR0913  all but one go by name
        cls,
        landmarks: Landmarks,
        *,
        treated_on: TreatedOn = None,
        affected: Side | None = None,
        setting: Setting = "home",
        folder: Path | None = None,
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
            As in `History`.
        expression : sequence of str or None, optional
            The expression of each face. Where it is not given, it is read from the expression weights.
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
        >>> History.from_landmarks(dated).static["day"].tolist()
        [0.0, 10.0]
        """
        records = list_records(landmarks, expression, about)
        check_type("notes", notes, Iterable)
        made = series_tables(landmarks, records, as_treatments(treated_on), metrics)
        return cls(
            static=made.static,
            landmarks=made.landmarks,
            photos=made.photos,
            folder=folder,
            notes=tuple(notes),
            affected=check_affected(affected),
            setting=check_setting(setting),
            about=made.about,
            sources=sources_by_name(landmarks, photos),
            metrics=made.metrics,
            as_read=made.as_read,
            leftovers=tuple(leftovers),
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the points, and the facts known about the photos, to one ``.npz`` file, without pickles.

        Pictures and metrics of your own are not in it. The points are biometric data.

        Parameters
        ----------
        path : path
            Written as named; no suffix is added.
        """
        known = self.about, self.notes, self.treatments, self.affected, self.setting, self.folder
        save_series(SavedSeries(self.as_read or self.landmarks, *known), path)

    @classmethod
    def load(
        cls,
        path: str | os.PathLike[str],
        *,
        folder: Path | None = None,
        photos: Sequence[PhotoSource] | Mapping[str, PhotoSource] = (),
        metrics: Iterable[str | Metric] | None = None,
    ) -> Self:
        """Read a file that `save` wrote, and measure its points.

        Parameters
        ----------
        path : path
            The file.
        folder : pathlib.Path, optional
            Where the photos are now. Default: where they were.
        photos, metrics
            As for `from_landmarks`; a sequence in order of time.

        Raises
        ------
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

    @functools.cached_property
    def timeline(self) -> tuple[Entry, ...]:
        """Photos and the patient's notes day by day, with the phase of the treatment."""
        names = self.static["photo"].tolist()
        return timeline(self.static["day"], names, self.notes, self.counted_from)

    @functools.cached_property
    def movements(self) -> Measurements:
        """How far each side moves in each photo of an expression, from rest; NaN where it is still."""
        return beyond_noise(self.moved)

    @functools.cached_property
    def moved(self) -> Measurements:
        """The same as read, noise or not: a mean of only the values beyond noise would be too large."""
        own = [each for each in self.own_metrics if isinstance(each, MovementMetric)]
        return movements(self.landmarks, self.static, own)

    @functools.cached_property
    def usual(self) -> str:
        """The expression whose photos the static metrics are followed by: rest, or the one of most days."""
        return usual_expression(self.static["expression"], self.static["day"], self.landmarks.usable)

    @functools.cached_property
    def followed(self) -> tuple[Sides, ...]:
        """The headline metrics over days: static ones in the usual expression, then the movements."""
        static = static_courses(self.static, self.usual, self.setting)
        return *static, *movement_courses(self.moved, self.setting)

    def course(self, metric: str, *, expression: str | None = None, side: str = "diff") -> Course:
        """One metric over days, repeats of a day averaged, with a 95 % band.

        Parameters
        ----------
        metric : str
            Name of a static or a movement metric, or of a column.
        expression : str, optional
            Photos of this expression only. Default: for static metrics the usual one, for movements the one
            with the most days.
        side : {"diff", "right", "left"}
            Which column of the metric; lengths of one side as at the usual pitch of these photos.

        Raises
        ------
        InvalidInputError
            If there is no such column.
        """
        tables = self.landmarks, self.static, self.moved
        asked = metric, expression or "", side, self.usual
        return find_course(*tables, *asked, setting=self.setting, own=self.own_metrics)

    def changes(self, since: str | date | float = "baseline") -> tuple[Change, ...]:
        """The changes from some days to the latest one, those first that are more than chance makes.

        Asked about are the headline metrics and movements, and each of their sides. Of series in which
        nothing changes, at most 5 % (`FALSE_ALARMS`) ever have any of them called.

        Parameters
        ----------
        since : "baseline", date, ISO text or day number
            The days to compare with: all photos up to the treatment (without one the first day), or one day.

        Raises
        ------
        InvalidInputError
            If `since` is not understood, or is a date while the photos have none.
        """
        first, cameras = day_number(since, self.day_zero), used_cameras(self.landmarks, self.about)
        return explain(changes(self.followed, first, self.treated, cameras), self._taken, self.affected)

    @functools.cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The side that changed, how far, when, and how it is now; those that last first, see `Finding`."""
        return list_findings(self.changes(), self.followed, self.treated, self.affected)

    @functools.cached_property
    def _taken(self) -> Circumstances:
        return circumstances(self.landmarks, self.static)

    def concerns(self, rules: Iterable[Rule] | None = None) -> tuple[Concern, ...]:
        """Findings a clinician may want to look at, by rules that can be switched off; never a diagnosis.

        Parameters
        ----------
        rules : iterable of Rule, optional
            Default: all `RULES`, and those that were registered.
        """
        taken, known = self._taken, norms()
        situation = Situation(
            self.changes(),
            self.followed,
            self.treated,
            self.affected,
            lambda *day: check(day[0], taken, self.affected, day[1]),
            findings=self.findings,
            treatments=self.treatments,
            norms=known if known.hold_for(self.static.provenance) else None,
        )
        return concerns(situation, rules)

    def trend(
        self,
        metric: str,
        *,
        expression: str | None = None,
        since: str | date | float | None = None,
        until: str | date | float | None = None,
    ) -> Trend:
        """Theil-Sen line through a metric's left-right difference over days, with its interval.

        Parameters
        ----------
        metric, expression
            As for `course`.
        since, until : date, ISO text or day number, optional
            Days that count. Default: all; after a treatment, those from its peak (day 14) on.
        """
        first, last = trend_days(since, until, self.counted_from)
        return trend(self.course(metric, expression=expression), first, last)

    def forecast(
        self, metric: str, threshold_mm: float | None = None, *, expression: str | None = None
    ) -> Forecast:
        """When a metric's left-right difference will have fallen under a threshold, by its trend.

        Parameters
        ----------
        metric, expression
            As for `course`.
        threshold_mm : float, optional
            Positive. Default: the difference that a bystander notices, see `HEADLINES`.

        Raises
        ------
        InvalidInputError
            If there is no such metric, or no positive threshold.
        """
        threshold = choose_threshold(metric, threshold_mm)
        return forecast(self.trend(metric, expression=expression), threshold, self.day_zero)

    def recovery(self, metric: str, *, expression: str | None = None) -> Recovery:
        """How far a left-right difference came back from its worst change, and how fast; see `course`."""
        course = self.course(metric, expression=expression)
        return recovery(course, reference_days("baseline", course.day, self.treated))

    def __len__(self) -> int:
        return len(self.landmarks)

    def __repr__(self) -> str:
        return f"{series_title(len(self), self.counted_from)}\n{self.static!r}"

    def _repr_html_(self) -> str:
        said = sentences_html(self.changes(), self.findings, self.setting)
        return f"<p>{series_title(len(self), self.counted_from)}</p>{said}{self.static._repr_html_()}"

    def to_dataframe(self) -> pd.DataFrame:
        """The table as a pandas DataFrame, one row per photo (extra ``table``)."""
        return self.static.to_dataframe()
