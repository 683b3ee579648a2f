"""`History`: one person's measured photos over days, and the questions asked of them."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from asymmetry.core.table import Measurements
from asymmetry.metrics import MovementMetric, movement_catalogue, norms
from asymmetry.metrics.movements import beyond_noise
from asymmetry.photos.dates import day_number
from asymmetry.series.cameras import used_cameras
from asymmetry.series.change import Change, Sides, changes
from asymmetry.series.checks import Circumstances, check, circumstances, explain
from asymmetry.series.concerns import Concern, Rule, Situation, concerns
from asymmetry.series.course import Course
from asymmetry.series.finding import Finding
from asymmetry.series.findings import list_findings
from asymmetry.series.headline_courses import find_course, movement_courses, static_courses
from asymmetry.series.labels import usual_expression
from asymmetry.series.measured import MeasuredSeries
from asymmetry.series.movement_pairs import any_moved, movements
from asymmetry.series.recovery import Recovery, recovery
from asymmetry.series.reference import reference_days
from asymmetry.series.summary import sentences_html, series_title
from asymmetry.series.timeline import Entry, timeline, trend_days
from asymmetry.series.trend import Forecast, Trend, choose_threshold, forecast, trend

__all__ = ["History"]


@dataclass(frozen=True, eq=False, repr=False)
class History(MeasuredSeries):
    """One person's dated photos, measured, in order of time, and the questions asked of them.

    Its attributes are those of `MeasuredSeries`.
    """

    @functools.cached_property
    def timeline(self) -> tuple[Entry, ...]:
        """Photos and the patient's notes day by day, with the phase of the treatment."""
        names = self.static["photo"].tolist()
        return timeline(self.static["day"], names, self.notes, self.counted_from)

    @functools.cached_property
    def movements(self) -> Measurements:
        """How far each side moves in each photo of an expression, from rest; NaN where it is still."""
        return beyond_noise(self.moved, [*movement_catalogue().values(), *self._own_movements])

    @functools.cached_property
    def moved(self) -> Measurements:
        """`movements` as read, noise or not: a mean of only those beyond noise would be too large."""
        return movements(self.landmarks, self.static, self._own_movements, self.turned)

    @property
    def _own_movements(self) -> list[MovementMetric]:
        return [each for each in self.own_metrics if isinstance(each, MovementMetric)]

    @functools.cached_property
    def usual(self) -> str:
        """The expression whose photos the static metrics are followed by: rest, or the one of most days."""
        return usual_expression(
            self.static["expression"], self.static["day"], self.landmarks.usable
        )

    @functools.cached_property
    def followed(self) -> tuple[Sides, ...]:
        """The headline metrics over days: static ones in the usual expression, then the movements."""
        static = tuple(static_courses(self.static, self.usual, self.setting))
        if not any_moved(self.static["expression"]):
            return static
        return *static, *movement_courses(self.moved, self.setting)

    def course(self, metric: str, *, expression: str | None = None, side: str = "diff") -> Course:
        """One metric over days, repeats of a day averaged, with a 95 % band.

        The difference of a movement that `changes` follows is the one that it compares: that at the usual
        effort.

        Parameters
        ----------
        metric : str
            Name of a static or a movement metric, or of a column.
        expression : str, optional
            Photos of this expression only. Default: for static metrics the usual one, for movements the one
            with the most days, of those in which `changes` follows it or another of its part.
        side : {"diff", "right", "left"}
            Which column of the metric; lengths of one side as at the usual pitch of these photos.

        Raises
        ------
        InvalidInputError
            If there is no such column or expression.
        """
        return find_course(
            self.landmarks,
            self.static,
            self.moved,
            metric,
            expression or "",
            side,
            self.usual,
            setting=self.setting,
            own=self.own_metrics,
        )

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
        first = day_number(since, self.day_zero)
        cameras = used_cameras(self.landmarks, self.about)
        return explain(
            changes(self.followed, first, self.treated, cameras), self._taken, self.affected
        )

    @functools.cached_property
    def findings(self) -> tuple[Finding, ...]:
        """The side that changed, how far, when, and how it is now; those that last first, see `Finding`.

        Bruises and swellings are among them if the skin was read.
        """
        found = list_findings(self.changes(), self.followed, self.treated, self.affected)
        if self.skin_days is None:
            return found
        every = (*found, *self.skin_days.findings)
        return tuple(sorted(every, key=lambda each: (each.passed, -each.sure)))

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
            skin=self.skin_days,
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
        metric : str
            As for `course`.
        threshold_mm : float, optional
            Positive. Default: the difference that a bystander notices, see `HEADLINES`.
        expression : str, optional
            As for `course`.

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
        if not len(course.day):
            return Recovery(course.column)
        return recovery(course, reference_days("baseline", course.day, self.treated))

    def __repr__(self) -> str:
        return f"{series_title(len(self), self.counted_from)}\n{self.static!r}"

    def _repr_html_(self) -> str:
        said = sentences_html(self.changes(), self.findings, self.setting)
        return (
            f"<p>{series_title(len(self), self.counted_from)}</p>{said}{self.static._repr_html_()}"
        )
