"""The sections of a report, as words and numbers that the page only has to set."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from asymmetry.core.notes import Note
from asymmetry.core.schemes import SIDES
from asymmetry.core.table import Measurements
from asymmetry.core.text import Text, english_text
from asymmetry.metrics import MovementMetric, catalogue
from asymmetry.metrics.definition import AnyMetric
from asymmetry.metrics.headline import MOVEMENT_HEADLINES
from asymmetry.metrics.movements import movement_catalogue
from asymmetry.report.moments import has_peak
from asymmetry.report.naming import Names
from asymmetry.series import (
    FALSE_ALARMS,
    HEADLINES,
    Change,
    Concern,
    DiaryNote,
    Headline,
    History,
    notable,
    what_changed,
)
from asymmetry.series.headline_courses import measured_again
from asymmetry.series.timeline import PEAK_DAY, PHASES

__all__ = ["Row", "Sentence", "Table", "Wording"]

_DAY_LENGTH = len("2026-03-31")


@dataclass(frozen=True)
class Sentence:
    """A sentence of the summary.

    Attributes
    ----------
    words : str
        The sentence.
    strong : bool
        Whether it is about more than measurement error.
    verdict : str
        Better or worse, in words; may be empty.
    kind : str
        The same for the style sheet.
    remarks : tuple of str
        Cautions, or the source of a rule.
    """

    words: str
    strong: bool = False
    verdict: str = ""
    kind: str = ""
    remarks: tuple[str, ...] = ()


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
class Wording:
    """A series put into words.

    Attributes
    ----------
    series : History
        The series.
    text : Text
        The language.
    names : Names
        The names of its photos.
    changes : tuple of Change
        Since baseline.
    """

    series: History
    text: Text
    names: Names
    changes: tuple[Change, ...]

    def tell(self, *notes: Note) -> str:
        """Notes in the report's language, with photos called as in the report."""
        return self.names.masked("; ".join(note.words(self.text) for note in notes))

    def title(self, headline: Headline) -> str:
        """The name of a headline metric."""
        return self.text.known("titles", headline.name)

    @property
    def since(self) -> str:
        """The day that changes are counted from."""
        if self.changes and math.isfinite(self.changes[0].since.first):
            return self.text.day(self.changes[0].since.first)
        return self.text("summary.baseline")

    def opening(self) -> str:
        """The first sentence: how much changed."""
        if not self.series.landmarks.usable.any():
            return self.text("summary.no_photo")
        if not self.changes:
            return self.text("summary.nothing")
        now = [each for each in self.changes if each.beyond]
        ever = [each for each in self.changes if each.span]
        parts = {"of": len(self.changes), "day": self.text.day(max(each.day for each in self.changes))}
        if now:
            return self.text.count("summary.beyond", len(now), since=self.since, **parts)
        sides = [each for each in self.changes if each.sides_note is not None]
        if sides:
            return self.text.count("summary.sides", len(sides), since=self.since, **parts)
        if ever:
            return self.text.count("summary.over", len(ever), **parts)
        return self.text("summary.none", **parts)

    def changed(self) -> Iterator[Sentence]:
        """The changes, sentence by sentence."""
        now = sum(each.beyond for each in self.changes)
        told = what_changed(self.changes, self.series.setting) if self.changes else ()
        for number, each in enumerate(told):
            kind = each.verdict.replace(" ", "_") if each.verdict else ""
            even = self.text(f"summary.{kind if number < now else f'then_{kind}'}") if kind else ""
            remarks = tuple(self.text("summary.mind", remark=self.tell(note)) for note in each.notes)
            yield Sentence(self.tell(each.note), each.beyond, even, kind, remarks)

    def to_show(self, concerns: Sequence[Concern]) -> Iterator[Sentence]:
        """The findings to show the clinician."""
        for each in concerns:
            name = self.text.known("rules", each.rule)
            rule = self.text("summary.rule", rule=name, source=self._rule_source(each))
            remarks = (self.text("summary.mind", remark=self.tell(note)) for note in each.notes)
            yield Sentence(f"{self.tell(each.note)}.", remarks=(*remarks, rule))

    def _rule_source(self, concern: Concern) -> str:
        """Where a rule comes from; that of a rule of one's own as it says itself."""
        own = concern.source != english_text().known("rule_sources", concern.rule)
        return concern.source if own else self.text.known("rule_sources", concern.rule)

    def seen(self) -> str:
        """Signs a bystander would notice on the latest day, in its latest photo of the usual expression."""
        static = self.series.static
        known = self.series.landmarks.usable & np.isfinite(static["day"])
        rows = np.flatnonzero(known & (static["expression"] == self.series.usual))
        if not len(rows):
            return ""
        row = int(rows[-1])
        table = measured_again(self.series.landmarks, static, [row], [each.metric for each in HEADLINES])
        notes = [each.full_note for each in notable(table)[0]]
        day = self.text.day(float(static["day"][row]))
        if notes:
            return self.text("summary.seen_now", day=day, what=self.tell(*notes))
        return self.text("summary.seen_none", day=day)

    def differences(self, row: int) -> Iterator[tuple[str, bool]]:
        """The headline differences of one photo in words, and whether others notice them."""
        for headline in HEADLINES:
            diff = float(self.series.static[headline.column("diff")][row])
            words = self.tell(headline.note(diff))
            named = f"{self.title(headline)}: {words}" if math.isnan(diff) else words
            yield named, headline.visible(diff)

    def told(self, row: int) -> str:
        """The headline differences of one photo as one sentence."""
        return f"{'; '.join(words for words, _ in self.differences(row))}."

    def spoken(self, row: int) -> str:
        """A photo described in words, for readers who hear the page."""
        day = self.text.day(float(self.series.static["day"][row]))
        return self.text("photos.alt", day=day, expression=self.expression(row), told=self.told(row))

    def expression(self, row: int) -> str:
        """The expression of one photo in words."""
        return self.text.known("expressions", str(self.series.static["expression"][row]))

    def date(self, row: int) -> str:
        """The date of one photo; empty where it has none."""
        return str(self.series.static["taken"][row])[:_DAY_LENGTH]

    def changes_table(self) -> Table:
        """All changes in numbers."""
        text, rows = self.text, []
        for each in self.changes:
            number = (text.number(value, "+") for value in (each.before, each.after, each.change))
            far = f"{text.number(each.farthest, '+')} ({text.day(each.farthest_day)})"
            cells = (
                self.title(each.headline),
                *number,
                self._interval(each.low, each.high, 1),
                text.number(each.limit),
                text("tables.yes" if each.beyond else "tables.no"),
                far if has_peak(each) else "–",
                self._trend(each),
            )
            rows.append(Row(cells, frozenset({6}) if each.beyond else frozenset()))
        heads = "metric before latest change interval limit verdict farthest trend".split()
        title = text("tables.changes")
        return Table(title, (), tuple(text(f"tables.{head}") for head in heads), tuple(rows), 1)

    def _interval(self, low: float, high: float, decimals: int) -> str:
        return " … ".join(self.text.number(value, "+", decimals) for value in (low, high))

    def _trend(self, change: Change) -> str:
        """Its slope and interval; a dash where there are too few days."""
        found = self.series.trend(change.headline.metric, expression=change.expression)
        if found.note is not None:
            return "–"
        return f"{self.text.number(found.per_week, '+', 2)} ({self._interval(found.low, found.high, 2)})"

    def note(self) -> str:
        """The note below the table of changes."""
        text = self.text
        peak = text("tables.from_peak", day=text.number(PEAK_DAY, decimals=0)) if self.series.treated else ""
        share = text.number(100 * FALSE_ALARMS, decimals=0)
        return text("tables.note", share=share, from_day=peak)

    def photos_table(self) -> Table:
        """The headline measurements of every photo that was measured."""
        static = self.series.static
        rows = np.flatnonzero(self.series.landmarks.usable).tolist()
        made = tuple(self._numbers(static, row, self.names.shown[row], HEADLINES) for row in rows)
        groups = tuple((self.title(headline), 3) for headline in HEADLINES)
        return self._wide("measured", groups, made)

    def own_table(self) -> Table:
        """The values of the program's own metrics in every photo; without rows where there are none."""
        own = [each for each in self.series.own_metrics if not isinstance(each, MovementMetric)]
        text, static = self.text, self.series.static
        groups = tuple((f"{each.name.replace('_', ' ')} ({each.unit})", len(each.columns)) for each in own)
        leading = "photo day date expression".split()
        heads = [text(f"tables.{head}") for head in leading]
        for each in own:
            sides = ("right", "left", "difference") if each.sides else ("whole",)
            heads += [text(f"tables.{side}") for side in sides]
        rows = []
        for row in np.flatnonzero(self.series.landmarks.usable).tolist() if own else ():
            start = self._numbers(static, row, self.names.shown[row], ()).cells
            values = [float(static[column][row]) for each in own for column in each.columns]
            rows.append(Row((*start, *(text.number(value, decimals=2) for value in values)), frozenset()))
        title = text("tables.own")
        return Table(title, (("", len(leading)), *groups), tuple(heads), tuple(rows), len(leading))

    def movements_table(self) -> Table:
        """The headline movement of every photo of an expression, as it is read and drawn."""
        table, shown = self.series.moved, dict(zip(self.names.given, self.names.shown, strict=True))
        made = []
        for row, label in enumerate(table["expression"].tolist()):
            if label in MOVEMENT_HEADLINES:
                headline = MOVEMENT_HEADLINES[label]
                found = self._numbers(table, row, shown[str(table["photo"][row])], (headline,))
                ratio = float(table[f"{headline.metric}_ratio"][row])
                made.append(Row((*found.cells, self.text.number(ratio, decimals=2)), found.strong))
        return self._wide("movements", ((self.text("days.movement"), 4),), tuple(made), "ratio")

    def _wide(
        self, title: str, groups: tuple[tuple[str, int], ...], rows: tuple[Row, ...], *more: str
    ) -> Table:
        text = self.text
        leading = "photo day date expression".split()
        sides = ["right", "left", "difference"] * (len(groups) if not more else 1)
        heads = tuple(text(f"tables.{head}") for head in (*leading, *sides, *more))
        return Table(text(f"tables.{title}"), (("", len(leading)), *groups), heads, rows, len(leading))

    def _numbers(self, table: Measurements, row: int, name: str, headlines: Sequence[Headline]) -> Row:
        text = self.text
        day = float(table["day"][row])
        expression = text.known("expressions", str(table["expression"][row]))
        cells = [name, text.number(day, decimals=0), str(table["taken"][row])[:_DAY_LENGTH], expression]
        strong = set()
        for headline in headlines:
            values = [float(table[headline.column(side)][row]) for side in (*SIDES, "diff")]
            cells += [text.number(value, sign) for value, sign in zip(values, ("", "", "+"), strict=True)]
            if headline.visible(values[-1]):
                strong.add(len(cells) - 1)
        return Row(tuple(cells), frozenset(strong))

    def remarks(self, row: int) -> tuple[str, ...]:
        """The remarks on one photo: the measurement's, and a manifest's."""
        told = (self.reasons(row), str(self.series.photos["notes"][row]))
        return tuple(filter(None, told))

    def reasons(self, row: int) -> str:
        """The notes on the measurement of one photo."""
        return self.tell(*self.series.static.notes[row])

    def notes(self) -> list[tuple[int, str, str, str]]:
        """The patient's notes, numbered as in the plots: number, day, date, words."""
        noted = [(entry, note) for entry in self.series.timeline for note in entry.notes]
        return [
            (
                number,
                self.text.number(entry.day, decimals=0),
                note.date.isoformat() if note.date else "",
                self._note(note),
            )
            for number, (entry, note) in enumerate(noted, 1)
        ]

    def _note(self, note: DiaryNote) -> str:
        side = self.text.known("sides", note.side) if note.side else ""
        about = ", ".join(filter(None, (note.symptom, side)))
        return ": ".join(filter(None, (about, note.text)))

    def definitions(self) -> list[tuple[str, str, str]]:
        """Title, definition, and the size that others notice, of every metric in the report."""
        shown = [*HEADLINES]
        labels = set(self.series.movements["expression"].tolist())
        shown += [headline for label, headline in MOVEMENT_HEADLINES.items() if label in labels]
        known = {**catalogue(), **movement_catalogue()}
        own = [(each.name.replace("_", " "), each.definition, "") for each in self.series.own_metrics]
        return own + [
            (
                self.title(headline),
                self._definition(known[headline.metric]),
                self.text(
                    "method.noticed",
                    mm=self.text.number(headline.visible_mm, decimals=0),
                    source=self.text.known("studies", headline.study),
                )
                if headline.visible_mm
                else "",
            )
            for headline in shown
        ]

    def _definition(self, metric: AnyMetric) -> str:
        """The definition of a metric; its own, in English, where the language has none."""
        return self.text.entries.get(f"definitions.{metric.name}", metric.definition)

    def error_sources(self) -> str:
        """The basis of measurement error, without repetition."""
        return self.tell(*dict.fromkeys(each.error.note for each in self.changes))

    def provenance(self, names: Iterable[str]) -> Iterator[tuple[str, str]]:
        """How the numbers came about: name and value of each known fact."""
        known = self.series.static.provenance
        for name in names:
            value = str(known.get(name, ""))
            if name == "scale_source" and "scale_note" in known:
                value = self.tell(Note.from_dict(known["scale_note"]))
            if name == "mirrored" and value:
                value = self.text("tables.yes" if known[name] else "tables.no")
            if value:
                yield name, self.text.known("day_zero_is", value)

    def phases(self) -> str:
        """The phases after a treatment, and their days."""
        text = self.text
        return ", ".join(
            text(
                "method.phase",
                name=text.known("phases", phase.name),
                first=text.number(phase.first, decimals=0),
                last=text.number(phase.last, decimals=0),
            )
            for phase in PHASES
            if math.isfinite(phase.first) and math.isfinite(phase.last)
        )
