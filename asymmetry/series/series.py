"""`Series`: one person's photos over days."""

from __future__ import annotations

import functools
import importlib
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import SIDES, Side
from asymmetry.core.table import Measurements
from asymmetry.errors import InvalidInputError
from asymmetry.extract import Extractor
from asymmetry.metrics.movement import beyond_noise
from asymmetry.series.about import About
from asymmetry.series.change import Change, Sides, changes
from asymmetry.series.checks import check, circumstances
from asymmetry.series.concerns import Concern, Rule, Situation, concerns
from asymmetry.series.course import Course
from asymmetry.series.expression import usual_expression
from asymmetry.series.folder import Progress, as_date, day_number, read_folder
from asymmetry.series.followed import find_course, movement_courses, static_courses
from asymmetry.series.headline import HEADLINES
from asymmetry.series.manifest import Note
from asymmetry.series.moved import movements
from asymmetry.series.scoring import extractor_or
from asymmetry.series.summary import sentences_html, series_title
from asymmetry.series.tables import check_rows, series_tables
from asymmetry.series.timeline import PEAK_DAY, Entry, timeline
from asymmetry.series.trend import Forecast, Trend, forecast, trend

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

__all__ = ["Series"]


@dataclass(frozen=True, eq=False, repr=False)
class Series:
    """One person's dated photos, measured, in order of time.

    Attributes
    ----------
    static : Measurements
        One row per photo: photo, taken, day, expression, status, reason, and every metric, without the
        readings' own uncertainty, which `asymmetry.measure` adds. Undated photos come last.
    landmarks : Landmarks
        The points, in the same order.
    photos : Measurements
        What is known about each photo beside its measurements: photo, taken, day, expression and how sure it
        is (0 to 1; 1 where a manifest or a name says so), status, reason, phase, mirrored, notes.
    folder : pathlib.Path or None
        Where the photos are; their names are relative to it.
    treated_on : datetime.date or None
        The day of the treatment, if there was one.
    notes : tuple of Note
        The patient's diary.
    affected : {"right", "left"} or None
        The patient's side that is ill or treated, if one is.
    """

    static: Measurements
    landmarks: Landmarks
    photos: Measurements
    folder: Path | None = None
    treated_on: date | None = None
    notes: tuple[Note, ...] = ()
    affected: Side | None = None

    @classmethod
    def from_folder(
        cls,
        path: str | os.PathLike[str],
        *,
        treated_on: date | str | None = None,
        affected: Side | None = None,
        extractor: Extractor | None = None,
        manifest: str | os.PathLike[str] | None = None,
        mirrored: bool = False,
        recursive: bool = True,
        progress: Progress | None = None,
    ) -> Series:
        """Read, measure and sort the photos of one person.

        Parameters
        ----------
        path : path
            A folder of photos, flat or with folders in it; see `read_folder` for what names may say. A
            ``notes.csv`` in it is the patient's diary.
        treated_on : date or str, optional
            The day that days are counted from (ISO 8601). Default: day 0 of the photos' names, where they
            count days, else the day of the first photo.
        affected : {"right", "left"}, optional
            The patient's side that is ill or treated; the other one then tells how hard a movement was tried.
        extractor : Extractor, optional
            Reads the points, in its own way. Default: one is made.
        manifest : path, optional
            A CSV file about the photos, see `read_manifest`. Default: ``manifest.csv`` in the folder, if it
            is there.
        mirrored : bool
            All photos were stored mirrored, as many selfies are, but for those of which the manifest says
            otherwise.
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
            found = read_folder(
                folder,
                extractor=reader,
                treated_on=day,
                manifest=manifest,
                recursive=recursive,
                progress=progress,
            )
        return cls.from_landmarks(
            found.landmarks,
            treated_on=found.treated_on,
            affected=affected,
            folder=folder,
            about=found.about,
            notes=found.notes,
        )

    @classmethod
    def from_landmarks(
        cls,
        landmarks: Landmarks,
        *,
        treated_on: date | str | None = None,
        affected: Side | None = None,
        folder: Path | None = None,
        expression: Sequence[str | None] | None = None,
        about: Sequence[About] | None = None,
        notes: Sequence[Note] = (),
    ) -> Series:
        """Measure and sort landmarks of one person that are already there.

        Parameters
        ----------
        landmarks : Landmarks
            n photos with their dates in ``taken``.
        treated_on, affected
            As for `from_folder`.
        folder : pathlib.Path, optional
            Where the photos are, for pictures in the report.
        expression : sequence of str or None, optional
            What each face does. Where it is not given it is read from the expression weights.
        about : sequence of About, optional
            All that is known about each photo, in place of `expression`.
        notes : sequence of Note
            The patient's diary.

        Examples
        --------
        >>> import numpy as np
        >>> blank = Landmarks.blank(["b.jpg", "a.jpg"], status="no_face")
        >>> dated = replace(blank, taken=np.array(["2026-03-12", "2026-03-02"]))
        >>> Series.from_landmarks(dated).static["day"].tolist()
        [0.0, 10.0]
        """
        if affected not in (None, *SIDES):
            raise InvalidInputError(f"affected side {affected!r}: use 'right' or 'left', the patient's own")
        check_rows(landmarks, expression, about)
        if about is None:
            about = [About("", expression=each) for each in expression or [None] * len(landmarks)]
        treated_on = as_date(treated_on)
        landmarks, static, photos = series_tables(landmarks, about, treated_on)
        return cls(static, landmarks, photos, folder, treated_on, tuple(notes), affected)

    @property
    def day_zero(self) -> date | None:
        """The day that days are counted from: treatment, else first photo; None if nothing is dated."""
        return as_date(self.static.provenance["day_zero"] or None)

    @property
    def treated(self) -> bool:
        """Whether days count from a treatment."""
        return bool(self.static.provenance["day_zero_is"] == "treatment")

    @functools.cached_property
    def timeline(self) -> tuple[Entry, ...]:
        """Photos and the patient's notes day by day, with the phase of the treatment."""
        day, names = self.static["day"], self.static["photo"].tolist()
        return timeline(day, names, self.notes, self.day_zero, self.treated)

    @functools.cached_property
    def movements(self) -> Measurements:
        """How far each side moves in each photo of an expression, from rest; NaN where it is still."""
        return beyond_noise(self.moved)

    @functools.cached_property
    def moved(self) -> Measurements:
        """The same as read, noise or not: the mean of what is beyond noise would be too large."""
        return movements(self.landmarks, self.static)

    @functools.cached_property
    def usual(self) -> str:
        """The expression whose photos the static metrics are followed by: rest, or the one of most days."""
        return usual_expression(self.static["expression"], self.static["day"], self.landmarks.usable)

    @functools.cached_property
    def followed(self) -> tuple[Sides, ...]:
        """The headline metrics over days: static ones in the usual expression, then the movements."""
        return *static_courses(self.landmarks, self.static, self.usual), *movement_courses(self.moved)

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
            Which column of the metric.

        Raises
        ------
        InvalidInputError
            If there is no such column.
        """
        tables = self.landmarks, self.static, self.moved
        return find_course(*tables, metric, expression or "", side, self.usual)

    def changes(self, since: str | date | float = "baseline") -> tuple[Change, ...]:
        """What changed between some days and the latest one, and whether that is beyond measurement error.

        Asked about are the headline metrics and movements. In a series in which nothing changes, at most 5 %
        (`FALSE_ALARMS`) have any of them called on any day.

        Parameters
        ----------
        since : "baseline", date, ISO text or day number
            What to compare with: all photos up to the treatment (without one the first day), or one day.

        Returns
        -------
        tuple of Change
            Those beyond measurement error first. Empty where there is nothing to compare.

        Raises
        ------
        InvalidInputError
            If `since` is not understood, or is a date while the photos have none.
        """
        taken = circumstances(self.landmarks, self.static)
        return tuple(
            replace(each, remarks=(*each.remarks, *check(each, taken, self.affected)))
            for each in changes(self.followed, day_number(since, self.day_zero), self.treated)
        )

    def concerns(self, rules: Iterable[Rule] | None = None) -> tuple[Concern, ...]:
        """What a clinician may want to look at, by rules that can be switched off; never a diagnosis.

        Parameters
        ----------
        rules : iterable of Rule, optional
            Default: all `RULES`. ``[rule for rule in RULES if rule.name != "lid drop"]`` leaves one out.
        """
        situation = Situation(self.changes(), self.followed, self.treated, self.affected)
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
        first = (
            PEAK_DAY
            if since is None and self.treated
            else -math.inf
            if since is None
            else day_number(since, self.day_zero)
        )
        last = math.inf if until is None else day_number(until, self.day_zero)
        return trend(self.course(metric, expression=expression), float(first), float(last))

    def forecast(
        self, metric: str, threshold_mm: float | None = None, *, expression: str | None = None
    ) -> Forecast:
        """When a metric's left-right difference will have fallen under a threshold, by its trend.

        Parameters
        ----------
        metric, expression
            As for `course`.
        threshold_mm : float, optional
            Positive. Default: what a bystander notices, see `HEADLINES`.

        Returns
        -------
        Forecast
            With a reason in place of a day where the data don't tell one.

        Raises
        ------
        InvalidInputError
            If there is no such metric, or no positive threshold.
        """
        known = {each.metric: each.visible_mm for each in HEADLINES}
        threshold = known.get(metric) if threshold_mm is None else threshold_mm
        if threshold is None or not threshold > 0:
            raise InvalidInputError(f"forecast of {metric}: give a positive threshold_mm")
        return forecast(self.trend(metric, expression=expression), threshold, self.day_zero)

    def __len__(self) -> int:
        return len(self.landmarks)

    def __repr__(self) -> str:
        return f"{series_title(len(self), self.day_zero, self.treated)}\n{self.static!r}"

    def _repr_html_(self) -> str:
        title = series_title(len(self), self.day_zero, self.treated)
        return f"<p>{title}</p>{sentences_html(self.changes())}{self.static._repr_html_()}"

    def to_dataframe(self) -> pd.DataFrame:
        """The table as a pandas DataFrame, one row per photo (extra ``table``)."""
        return self.static.to_dataframe()

    def plot(
        self, metric: str, *, expression: str | None = None, side: str = "diff", ax: Axes | None = None
    ) -> Axes:
        """Draw a metric over days with its 95 % band, see `course` (extra ``report``).

        It is drawn into `ax`; without one into a new figure of pyplot's, which a notebook shows.
        """
        # By name, as in `report`: the report stands on the series, and only these two methods look up to it.
        drawn: Axes = importlib.import_module("asymmetry.report.plots.days").plot_course(
            self.course(metric, expression=expression, side=side), self.treated, ax
        )
        return drawn

    def report(
        self,
        path: str | os.PathLike[str],
        *,
        photos: bool = True,
        pseudonym: str = "",
        language: str | os.PathLike[str] = "en",
        paper: str = "A4",
    ) -> Path:
        """Write one file with pictures, plots and tables, HTML or PDF (extras ``report`` and ``pdf``).

        Parameters
        ----------
        path : path
            The file to write, ``.html`` or ``.pdf``; it is also what is returned.
        photos, pseudonym, language, paper
            As for `asymmetry.report.write_report`: whether the faces are in it, what the person is called
            (file names are then left out), its language, and the paper of a PDF.
        """
        write = importlib.import_module("asymmetry.report").write_report
        return Path(write(self, path, photos=photos, pseudonym=pseudonym, language=language, paper=paper))
