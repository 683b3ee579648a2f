"""Captions of pictures: the largest of the findings on the day of each photo."""

from __future__ import annotations

import functools
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from asymmetry.report.sections import Wording
from asymmetry.series import Change, Finding
from asymmetry.series.change import Sides

__all__ = ["Captions", "changes_by_day"]

_SIGN = {"left": -1}
_NO_CHANGES: Mapping[float, float] = {}


def changes_by_day(
    finding: Finding, followed: Sequence[Sides], changes: Sequence[Change]
) -> Mapping[float, float]:
    """The change that a finding is about on each day, in its unit, against its baseline.

    Parameters
    ----------
    finding : Finding
        Of a series; one that is a state of the latest visits has no changes.
    followed : sequence of Sides
        The headline metrics of the series over days.
    changes : sequence of Change
        Its changes since baseline.
    """
    sides = next((each for each in followed if each.headline.name == finding.part), None)
    if sides is None or not finding.photos[0]:
        return _NO_CHANGES
    if finding.side == "both":
        mean = (sides.right.value + sides.left.value) / 2 - finding.before
        return dict(zip(sides.right.day.tolist(), mean.tolist(), strict=True))
    before = next(each.before for each in changes if each.headline.name == finding.part)
    change = _SIGN.get(finding.side, 1) * (sides.diff.value - before)
    return dict(zip(sides.diff.day.tolist(), change.tolist(), strict=True))


@dataclass(frozen=True)
class Captions:
    """The findings that are seen on each day.

    Attributes
    ----------
    wording : Wording
        The series in words.
    """

    wording: Wording

    @functools.cached_property
    def _by_expression(self) -> Mapping[str, Sequence[tuple[Finding, Mapping[float, float]]]]:
        """The findings of each expression, with their changes by day."""
        series, found = self.wording.series, defaultdict(list)
        for each in series.findings:
            by_day = changes_by_day(each, series.followed, self.wording.changes)
            if by_day:
                found[each.expression].append((each, by_day))
        return found

    def of_photo(self, row: int, about: Finding | None = None) -> str:
        """The finding that is largest on the day of a photo, or that all are within error; may be empty.

        With `about` no other finding is told.
        """
        static = self.wording.series.static
        day, expression = float(static["day"][row]), str(static["expression"][row])
        found = [
            (abs(by_day[day]) / _error_on(each, day), each, by_day[day])
            for each, by_day in self._by_expression.get(expression, ())
            if day in by_day and about in (None, each)
        ]
        if not found:
            return self._of_state(expression, day)
        largest, finding, change = max(found, key=lambda each: each[0])
        if not largest > 1:
            return self.wording.text("moments.within")
        return self._change_words(finding, change)

    def _of_state(self, expression: str, day: float) -> str:
        """The readings of both sides on a day, for a finding that compares them with each other."""
        series, text = self.wording.series, self.wording.text
        finding = next((each for each in series.findings if each.expression == expression), None)
        sides = next(
            (each for each in series.followed if finding and each.headline.name == finding.part),
            None,
        )
        if finding is None or sides is None:
            return ""
        right = _on_day(sides.right.day, sides.right.value, day)
        left = _on_day(sides.left.day, sides.left.value, day)
        if math.isnan(right) or math.isnan(left):
            return ""
        unit = text.known("units", finding.unit)
        part = text.known("parts", finding.part)
        return text(
            "moments.sides", part=part, right=text.number(right), left=text.number(left), unit=unit
        )

    def _change_words(self, finding: Finding, change: float) -> str:
        """A change as that of its side."""
        way = "more" if change > 0 else "less"
        section = {"both": f"both_{way}", "apart": way}.get(finding.side, f"side_{way}")
        return self.wording.text.known(section, finding.part, side=finding.side, mm=abs(change))


def _error_on(finding: Finding, day: float) -> float:
    """The error of one comparison of a day, as far as the finding tells it."""
    return finding.error_at_worst if day == finding.days.worst else finding.error


def _on_day(days: np.ndarray, values: np.ndarray, day: float) -> float:
    found = values[days == day]
    return float(found[0]) if len(found) else math.nan
