"""The sections of a report, as sentences that the page only has to set."""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from asymmetry.core.notes import Note
from asymmetry.core.schemes import SIDES
from asymmetry.core.table import Measurements
from asymmetry.core.text import Text, english_text
from asymmetry.metrics import catalogue, norms
from asymmetry.metrics.definition import AnyMetric
from asymmetry.metrics.expression import UNKNOWN
from asymmetry.metrics.headline import MORE_MOVEMENTS, MOVEMENT_HEADLINES, RATED, unrated
from asymmetry.metrics.movements import movement_catalogue
from asymmetry.metrics.noticing import exceeds_error
from asymmetry.report.naming import Names
from asymmetry.series import (
    HEADLINES,
    Change,
    Concern,
    DiaryNote,
    Difference,
    Headline,
    History,
    notable,
    what_changed,
)
from asymmetry.series.absolute import add_absolute_sds
from asymmetry.series.guessing import REST
from asymmetry.series.summary import Said
from asymmetry.series.timeline import PHASES

__all__ = ["Sentence", "Wording"]

#: Of a date as text.
DAY_LENGTH = len("2026-03-31")


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
        Whether it is better, in words; may be empty.
    kind : str
        The verdict as a class of the style sheet.
    remarks : tuple of str
        Cautions, or the source of a rule.
    """

    words: str
    strong: bool = False
    verdict: str = ""
    kind: str = ""
    remarks: tuple[str, ...] = ()


_ANSWERS = {True: "tables.yes", False: "tables.no"}


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
        told = [self.names.hide_person(note).words(self.text) for note in notes]
        return self.names.rename_photos("; ".join(told))

    def title(self, headline: Headline) -> str:
        """The name of a headline metric."""
        return self.text.known("titles", headline.name)

    def answer(self, truth: bool) -> str:
        """Yes or no."""
        return self.text(_ANSWERS[truth])

    @property
    def since(self) -> str:
        """The day that changes are counted from."""
        if self.changes and math.isfinite(self.changes[0].since.first):
            return self.text.day(self.changes[0].since.first)
        return self.text("summary.baseline")

    def opening(self) -> str:
        """The first sentence where there is no finding."""
        if not self.series.landmarks.usable.any():
            return self.text("summary.no_photo")
        if not self.changes:
            return self.text("summary.nothing")
        sides = [each for each in self.changes if each.sides_note is not None]
        if sides:
            moved = [side for each in sides for side in (each.right, each.left) if side.beyond]
            day = self.text.day(max(side.day for side in moved))
            return self.text.count("summary.only_sides", len(sides), since=self.since, day=day)
        return self.text("summary.none")

    def change_sentences(self) -> Iterator[Sentence]:
        """The changes, sentence by sentence; none where there is nothing to compare."""
        if not self.changes:
            return
        for each in what_changed(self.changes, self.series.findings, self.series.setting):
            remarks = tuple(
                self.text("summary.mind", remark=self.tell(note)) for note in each.notes
            )
            better, kind = self._better(each)
            yield Sentence(self.tell(each.note), each.beyond, better, kind, remarks)

    def _better(self, said: Said) -> tuple[str, str]:
        """Whether the affected side came nearer to the healthy one: in words, and for the style sheet."""
        if not said.better:
            return "", ""
        if said.passed:
            return self.text("summary.then_better"), "more_even"
        return self.text("summary.better"), "more_even"

    def concern_sentences(self, concerns: Sequence[Concern]) -> Iterator[Sentence]:
        """Findings worth showing the clinician, with cautions and the sources of the rules."""
        for _, found in itertools.groupby(concerns, key=lambda each: each.rule):
            *others, last = found
            for each in (*others, last):
                remarks = [self.text("summary.mind", remark=self.tell(note)) for note in each.notes]
                if each is last:  # the rule is told once, after all that it found
                    remarks.append(self._rule(each))
                yield Sentence(f"{self.tell(each.note)}.", remarks=tuple(remarks))

    def _rule(self, concern: Concern) -> str:
        name = self.text.known("rules", concern.rule)
        return self.text("summary.rule", rule=name, source=self._rule_source(concern))

    def _rule_source(self, concern: Concern) -> str:
        """Where a rule comes from; that of a rule of one's own as it says itself."""
        if concern.source != english_text().known("rule_sources", concern.rule):
            return concern.source
        return self.text.known("rule_sources", concern.rule)

    def visible_signs(self) -> str:
        """Signs a bystander notices on the latest day, in any of its photos: the largest of each part."""
        static, usable = self.series.static, self.series.landmarks.usable
        days = static["day"][usable]
        latest = np.nanmax(days, initial=-math.inf)
        rows = np.flatnonzero(usable & (static["day"] == latest))
        if not len(rows):
            return ""
        day, told = self.text.day(float(latest)), []
        shown = rows.tolist()
        largest = self._largest_signs(shown)
        for chance in ("likely", "possible"):
            what = [words for each, words in largest if each.noticeable == chance]
            if what:
                listed = self.text("lists.comma").join(what)
                told.append(self.text(f"summary.seen_{chance}", day=day, what=listed))
        unsure = [each for each in RATED if all(each in unrated(self.static, row) for row in shown)]
        if not told and len(unsure) < len(RATED):
            told.append(self.text("summary.seen_none", day=day))
        if unsure:
            parts = (self.text.known("compared", each.name) for each in unsure)
            listed = self.text("lists.comma").join(parts)
            told.append(self.text("summary.seen_unsure", day=day, parts=listed))
        return " ".join(told)

    def _largest_signs(self, rows: Sequence[int]) -> list[tuple[Difference, str]]:
        """The largest difference of each part in some photos, and its words."""
        found: dict[str, tuple[Difference, int]] = {}
        for row, signs in zip(rows, notable(self.static.select(rows)), strict=True):
            for each in signs:
                known = found.get(each.column)
                if known is None or abs(each.diff_mm) > abs(known[0].diff_mm):
                    found[each.column] = each, row
        return [(each, self._sign_words(each, row)) for each, row in found.values()]

    def _sign_words(self, sign: Difference, row: int) -> str:
        """A sign in words, with the expression in its photo where that is not the usual one."""
        expression = str(self.series.static["expression"][row])
        if expression in (REST, UNKNOWN):
            side = self._moved_sides.get(sign.column)
            return self.tell((sign.of_side(side) if side else sign).full_note)
        return self.text("summary.seen_in", what=self.tell(sign.full_note), expression=expression)

    @functools.cached_property
    def _moved_sides(self) -> dict[str, str]:
        """The side that moved at rest, by the column of the difference; none where both did."""
        columns = {each.name: each.column("diff") for each in HEADLINES}
        return {
            columns[each.part]: each.side
            for each in self.series.findings
            if each.side in SIDES and each.part in columns
        }

    @functools.cached_property
    def static(self) -> Measurements:
        """The series' table with the absolute standard deviations of its headline differences."""
        return add_absolute_sds(self.series.landmarks, self.series.static)

    def differences(self, row: int) -> Iterator[tuple[str, bool]]:
        """The headline differences of one photo in words, and whether others likely notice them.

        Those that are no more than the error of their reading are named together, without a size.
        """
        within = []
        for headline in HEADLINES:
            diff = float(self.static[headline.column("diff")][row])
            sd = float(self.static[headline.column("diff_sd")][row])
            if not exceeds_error(diff, sd):
                within.append(self.text.known("compared", headline.name))
            elif math.isnan(diff):
                yield f"{self.title(headline)}: {self.tell(headline.note(diff))}", False
            else:
                yield self.tell(headline.note(diff)), headline.noticeable(diff, sd) == "likely"
        if within:
            yield self.text("photos.within", parts=self.text("lists.comma").join(within)), False

    def difference_sentence(self, row: int) -> str:
        """The headline differences of one photo as one sentence."""
        return f"{'; '.join(words for words, _ in self.differences(row))}."

    def alt_text(self, row: int) -> str:
        """A photo described in words, for readers who hear the page."""
        day = self.text.day(float(self.series.static["day"][row]))
        told = self.difference_sentence(row)
        return self.text("photos.alt", day=day, expression=self.expression(row), told=told)

    def expression(self, row: int) -> str:
        """The expression of one photo in words."""
        return self.text.known("expressions", str(self.series.static["expression"][row]))

    def date(self, row: int) -> str:
        """The date of one photo; empty where it has none."""
        return str(self.series.static["taken"][row])[:DAY_LENGTH]

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
                str(note.date or ""),
                self._note(note),
            )
            for number, (entry, note) in enumerate(noted, 1)
        ]

    def _note(self, note: DiaryNote) -> str:
        about = [note.symptom]
        if note.side:
            about.append(self.text.known("sides", note.side))
        return ": ".join(filter(None, (", ".join(filter(None, about)), note.text)))

    def definitions(self) -> list[tuple[str, str, str]]:
        """Title, definition, usual and noticeable sizes of every metric in the report."""
        shown = [*HEADLINES]
        labels = set(self.series.movements["expression"].tolist())
        for label, headline in MOVEMENT_HEADLINES.items():
            if label in labels:
                shown += [headline, *MORE_MOVEMENTS.get(label, ())]
        known = {**catalogue(), **movement_catalogue()}
        own = [
            (each.name.replace("_", " "), each.definition, "") for each in self.series.own_metrics
        ]
        return own + [
            (self.title(each), self._definition(known[each.metric]), self._sizes(each))
            for each in shown
        ]

    def _sizes(self, headline: Headline) -> str:
        """How large a difference is usual, and from which size on others notice one, as far as is known."""
        return " ".join(filter(None, (self._usual_size(headline), self._visible_size(headline))))

    def _usual_size(self, headline: Headline) -> str:
        """Usual values of adults at rest, or in the expression of the headline; empty where not known."""
        norm = norms().get(headline.metric)
        if norm is None or not norms().hold_for(self.series.static.provenance):
            return ""
        if norm.expression not in ("rest", headline.name):
            return ""
        values = (self.text.known("published", name) for name in norm.published)
        return " ".join(
            (self.tell(norm.note), *(self.text("method.published", value=each) for each in values))
        )

    def _visible_size(self, headline: Headline) -> str:
        """The size from which others notice a difference; empty where it is not known."""
        if not headline.visible_mm:
            return ""
        mm = self.text.number(headline.visible_mm, decimals=0)
        return self.text("method.noticed", mm=mm, source=self.text.known("studies", headline.study))

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
                value = self.answer(bool(known[name]))
            if value:
                yield name, self.text.known("day_zero_is", value)

    def phases(self) -> str:
        """The phases after a treatment, and their days; empty without one."""
        text = self.text
        if not self.series.treated:
            return ""
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
