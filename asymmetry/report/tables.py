"""The tables of a report: its numbers as text, cell by cell, with the headings over them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from asymmetry.core.table import Measurements
from asymmetry.core.text import Text
from asymmetry.metrics import MovementMetric, norms
from asymmetry.metrics.headline import MOVEMENT_HEADLINES
from asymmetry.report.moments import find_peak, has_peak
from asymmetry.report.sections import DAY_LENGTH, Wording
from asymmetry.series import FALSE_ALARMS, HEADLINES, Change, Headline, History
from asymmetry.series.limits import limit_to_print
from asymmetry.series.review import review_photos
from asymmetry.series.timeline import PEAK_DAY

__all__ = ["Row", "Table", "Tables"]

# Columns of words that a table of photos begins with.
_LEADING = ("photo", "day", "date", "expression")
_SIDE_HEADS = ("right", "left", "difference")
#: The sign before a number, by the kind of its column.
_SIGNS = {"right": "", "left": "", "diff": "+"}
#: The heading over a number, by the kind of its column.
_KIND_HEADS = {"right": "right", "left": "left", "diff": "difference", "whole": "whole"}
# Place of the verdict in a row of the table of changes.
_VERDICT = 6


@dataclass(frozen=True)
class Row:
    """A row of a table: its cells, which of them are bold, and the remarks below it."""

    cells: tuple[str, ...]
    strong: frozenset[int] = field(default=frozenset())


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes
    ----------
    title : str
        Its heading.
    groups : tuple of (str, int)
        Headings, each over a number of columns; empty for a table with one row of headings.
    heads : tuple of str
        The columns' headings.
    rows : tuple of Row
        The rows.
    words : int
        So many columns from the left hold words, the others numbers.
    """

    title: str
    groups: tuple[tuple[str, int], ...]
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    words: int


@dataclass(frozen=True)
class Tables:
    """The tables of a report.

    Attributes
    ----------
    wording : Wording
        The series, and its words.
    """

    wording: Wording

    @property
    def series(self) -> History:
        """The series."""
        return self.wording.series

    @property
    def text(self) -> Text:
        """The language."""
        return self.wording.text

    def changes(self) -> Table:
        """All changes in numbers."""
        heads = "metric before latest change interval limit verdict farthest trend".split()
        rows = tuple(map(self._change_row, self.wording.changes))
        return Table(self.text("tables.changes"), (), self._heads(heads), rows, 1)

    def _change_row(self, change: Change) -> Row:
        text = self.text
        strong = set()
        if change.beyond:
            strong.add(_VERDICT)
        cells = (
            self.wording.title(change.headline),
            text.number(change.before, "+"),
            text.number(change.after, "+"),
            text.number(change.change, "+"),
            self._interval(change.low, change.high, 1),
            text.number(limit_to_print(change.limit, 0.0 if change.beyond else change.change)),
            self.wording.answer(change.beyond),
            self._peak(change),
            self._trend(change),
        )
        return Row(cells, frozenset(strong))

    def _peak(self, change: Change) -> str:
        """The largest change, and its day; a dash where the latest day tells as much."""
        if not has_peak(change):
            return "–"
        followed = {(each.diff.column, each.diff.expression): each for each in self.series.followed}
        apart, day = find_peak(change, followed[change.column, change.expression].diff)
        return f"{self.text.number(apart, '+')} ({self.text.day(day)})"

    def _heads(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.text(f"tables.{name}") for name in names)

    def _interval(self, low: float, high: float, decimals: int) -> str:
        return " … ".join(self.text.number(value, "+", decimals) for value in (low, high))

    def _trend(self, change: Change) -> str:
        """Its slope and interval; a dash where there are too few days."""
        found = self.series.trend(change.headline.metric, expression=change.expression)
        if found.note is not None:
            return "–"
        slope = self.text.number(found.per_week, "+", 2)
        return f"{slope} ({self._interval(found.low, found.high, 2)})"

    def note(self) -> str:
        """The note below the tables."""
        text, peak = self.text, ""
        if self.series.treated:
            peak = text("tables.from_peak", day=text.number(PEAK_DAY, decimals=0))
        share = text.number(100 * FALSE_ALARMS, decimals=0)
        said = text("tables.note", share=share, from_day=peak)
        if norms().hold_for(self.series.static.provenance):
            youngest, oldest = norms().ages
            first, last = text.number(youngest, decimals=0), text.number(oldest, decimals=0)
            said += f" {text('tables.norms', first=first, last=last)}"
        return said

    def photos(self) -> Table:
        """The headline measurements of every photo that was measured."""
        static = self.wording.static
        rows = np.flatnonzero(self.series.landmarks.usable).tolist()
        made = tuple(
            self._numbers(static, row, self.wording.names.shown[row], HEADLINES) for row in rows
        )
        if made:
            made += self._norm_rows()
        groups = tuple((self.wording.title(headline), len(_SIDE_HEADS)) for headline in HEADLINES)
        return self._photo_table("measured", groups, _SIDE_HEADS * len(groups), made)

    def _norm_rows(self) -> tuple[Row, ...]:
        """The usual differences, below those of the photos; none for another method's."""
        known, text = norms(), self.text
        if not known.hold_for(self.series.static.provenance):
            return ()
        n = text.number(len(known.people["rest"]), decimals=0)
        found = [known[headline.metric] for headline in HEADLINES]
        half = self._norm_row(text("tables.half_below", n=n), (each.median for each in found))
        return half, self._norm_row(text("tables.most_below"), (each.p90 for each in found))

    def _norm_row(self, name: str, diffs: Iterable[float]) -> Row:
        cells = [name, "", "", self.text.known("expressions", "rest")]
        for diff in diffs:
            cells += ["", "", self.text.number(diff)]
        return Row(tuple(cells))

    def review(self) -> Table:
        """The photos that were not used, or are in doubt, with what to write in the manifest."""
        series, names, rows = self.series, self.wording.names, []
        usable = series.landmarks.usable
        found = review_photos(
            series.photos, usable, series.treated_on, series.leftovers, series.folder
        )
        for each in sorted(found, key=lambda doubt: doubt.used):
            name = names.call(each.photo) or self.text("review.all")
            used = self.wording.answer(each.used)
            reason = self.wording.tell(each.note)
            value = names.rename_photos(each.value)
            rows.append(Row((name, each.taken[:DAY_LENGTH], used, reason, each.column, value)))
        heads = [
            self.text(f"review.{name}") for name in "photo date used reason column value".split()
        ]
        return Table(self.text("review.heading"), (), tuple(heads), tuple(rows), len(heads))

    def own(self) -> Table:
        """The values of the program's own metrics in every photo; without rows where there are none."""
        own = [each for each in self.series.own_metrics if not isinstance(each, MovementMetric)]
        static, rows = self.series.static, []
        groups = tuple(
            (f"{each.name.replace('_', ' ')} ({each.unit})", len(each.columns)) for each in own
        )
        heads = [_KIND_HEADS[kind] for each in own for kind in each.kinds]
        columns = [column for each in own for column in each.columns]
        usable = self.series.landmarks.usable & bool(own)
        for row in np.flatnonzero(usable).tolist():
            start = self._numbers(static, row, self.wording.names.shown[row], ()).cells
            values = [self.text.number(float(static[name][row]), decimals=2) for name in columns]
            rows.append(Row((*start, *values)))
        return self._photo_table("own", groups, heads, tuple(rows))

    def movements(self) -> Table:
        """The headline movement of every photo of an expression, as it is read and drawn."""
        table, names, made = self.series.moved, self.wording.names, []
        shown = dict(zip(names.given, names.shown, strict=True))
        for row, label in enumerate(table["expression"].tolist()):
            if label in MOVEMENT_HEADLINES:
                headline = MOVEMENT_HEADLINES[label]
                found = self._numbers(table, row, shown[str(table["photo"][row])], (headline,))
                ratio = float(table[f"{headline.metric}_ratio"][row])
                made.append(Row((*found.cells, self.text.number(ratio, decimals=2)), found.strong))
        heads = (*_SIDE_HEADS, "ratio")
        groups = ((self.text("days.movement"), len(heads)),)
        return self._photo_table("movements", groups, heads, tuple(made))

    def _photo_table(
        self,
        title: str,
        groups: tuple[tuple[str, int], ...],
        heads: Iterable[str],
        rows: tuple[Row, ...],
    ) -> Table:
        """A table with a row for each photo: its name, day, date and expression, and then numbers."""
        leading = len(_LEADING)
        all_heads = self._heads((*_LEADING, *heads))
        return Table(
            self.text(f"tables.{title}"), (("", leading), *groups), all_heads, rows, leading
        )

    def _numbers(
        self, table: Measurements, row: int, name: str, headlines: Sequence[Headline]
    ) -> Row:
        text = self.text
        day = float(table["day"][row])
        expression = text.known("expressions", str(table["expression"][row]))
        cells = [
            name,
            text.number(day, decimals=0),
            str(table["taken"][row])[:DAY_LENGTH],
            expression,
        ]
        strong = set()
        for headline in headlines:
            values = {kind: float(table[headline.column(kind)][row]) for kind in _SIGNS}
            cells += [text.number(value, _SIGNS[kind]) for kind, value in values.items()]
            sd = headline.column("diff_sd")
            if (
                sd in table
                and headline.noticeable(values["diff"], float(table[sd][row])) == "likely"
            ):
                strong.add(len(cells) - 1)
        return Row(tuple(cells), frozenset(strong))
