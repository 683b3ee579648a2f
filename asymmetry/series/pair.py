"""`Comparison`: two photos of one person, dated or not, and the changes between them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import ClassVar

import numpy as np

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note
from asymmetry.core.records import Record
from asymmetry.metrics.expression import UNKNOWN
from asymmetry.metrics.headline import HEADLINES
from asymmetry.photos.dates import day_of
from asymmetry.photos.record import PhotoRecord
from asymmetry.series.change import Change
from asymmetry.series.day_to_day import Setting
from asymmetry.series.finding import Finding, Subject
from asymmetry.series.guessing import REST
from asymmetry.series.history import History
from asymmetry.series.likeness import compare_shapes, find_mirrored, shapes, signatures
from asymmetry.series.limits import limit_to_print

__all__ = ["Comparison", "Shift", "Shot", "compare_pair"]

#: The days of two photos without dates, or whose dates tell no order.
_FIRST_DAY = date(2000, 2, 1)
#: Cautions about a reference that every pair has: it is a single photo.
_SELF_EVIDENT = ("one_session",)


@dataclass(frozen=True)
class Shot(Record):
    """One of two photos.

    Attributes
    ----------
    photo : str
        Its name.
    taken : str
        When it was taken, ISO 8601; empty where that is not known.
    expression : str
        Its expression.
    expression_confidence : float
        How sure that is, from 0 to 1; 1 where it was stated.
    notes : tuple of Note
        Cautions about it.
    """

    photo: str
    taken: str
    expression: str
    expression_confidence: float
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class Shift(Record):
    """One measure in two photos; all numbers are in its unit.

    Attributes
    ----------
    part, measure, unit : str
        Name of the `Headline`, of its metric, and the unit.
    right_before, left_before, right_after, left_after : float
        Both sides in both photos.
    diff_before, diff_after : float
        Right minus left.
    error : float
        Measurement error of this comparison of the difference: the smallest change that is beyond it with
        95 % confidence, if this were the only question.
    right_error, left_error : float
        The same of each side by itself. It is larger for heights, for the head's pitch moves both sides.
    limit : float
        The size from which on a change of the difference is called, for all measures are asked at once.
    beyond : bool
        Whether a change is called. None is where the photos can't be compared.
    side : {"right", "left", "both", "apart", ""}
        The patient's side that moved; empty where no change is called.
    moved : Note or None
        The change as a note; where both sides moved, one of them farther, both are told.
    side_sure : float
        Probability that it was this side and not the other; NaN where no change is called.
    """

    part: str
    measure: str
    unit: str
    right_before: float
    left_before: float
    right_after: float
    left_after: float
    diff_before: float
    diff_after: float
    error: float
    right_error: float
    left_error: float
    limit: float
    beyond: bool = False
    side: Subject | str = ""
    moved: Note | None = None
    side_sure: float = math.nan
    derived: ClassVar[tuple[str, ...]] = ("change", "right_change", "left_change")

    @property
    def change(self) -> float:
        """Change of the difference, right minus left."""
        return self.diff_after - self.diff_before

    @property
    def sure_from(self) -> float:
        """The limit, to print beside the change: more than a change prints as that is not called."""
        return limit_to_print(self.limit, 0.0 if self.beyond else self.change)

    @property
    def right_change(self) -> float:
        """Change of the right side."""
        return self.right_after - self.right_before

    @property
    def left_change(self) -> float:
        """Change of the left side."""
        return self.left_after - self.left_before


@dataclass(frozen=True)
class Comparison(Record):
    """Two photos of one person, compared.

    Attributes
    ----------
    before, after : Shot
        The photos.
    setting : {"home", "clinic"}
        How they were taken, and so how far photos differ though nothing changes.
    doubts : tuple of Note
        Why they can't be compared: another expression, another person, a mirrored photo. Empty if they can.
    changes : tuple of Shift
        The measures, from the brow down; empty if the expressions differ.
    remarks : tuple of Note
        Possible explanations of a change, and cautions about the photos.
    """

    before: Shot
    after: Shot
    setting: Setting
    doubts: tuple[Note, ...]
    changes: tuple[Shift, ...] = field(repr=False)
    remarks: tuple[Note, ...] = field(repr=False)
    derived: ClassVar[tuple[str, ...]] = ("comparable", "words")

    @property
    def comparable(self) -> bool:
        """Whether the photos can be compared."""
        return not self.doubts

    @property
    def notes(self) -> tuple[Note, ...]:
        """The result as notes, the most important first."""
        return self.doubts or tuple(self._tell())

    def _tell(self) -> Iterator[Note]:
        """The changes, the measures without one, and the error."""
        moved = [each.moved for each in self.changes if each.moved is not None]
        still = [
            Note("title_and_limit", headline=each.part, limit=each.sure_from, unit=each.unit)
            for each in self.changes
            if not each.beyond and math.isfinite(each.limit)
        ]
        lost = [
            Note("title", headline=each.part) for each in self.changes if math.isnan(each.change)
        ]
        if moved:
            yield Note("pair_moved", moved=moved)
        elif still and lost:
            yield Note("pair_same_of_some")
        elif still:
            yield Note("pair_same")
        if still:
            yield Note("pair_unchanged", metrics=still)
        if lost:
            yield Note("pair_not_measured", metrics=lost)
        if moved or still:
            yield Note("pair_error", setting=self.setting)

    @property
    def words(self) -> tuple[str, ...]:
        """The notes in English."""
        return tuple(map(str, self.notes))

    def __str__(self) -> str:
        return " ".join(self.words)


def compare_pair(
    landmarks: Landmarks, about: Sequence[PhotoRecord], setting: Setting = "home"
) -> Comparison:
    """Compare two photos of one person.

    They are two visits of a series: one scale in millimetres, and the error of such a comparison.

    Parameters
    ----------
    landmarks : Landmarks
        n = 2, both usable: the photo before, and the one after.
    about : sequence of PhotoRecord
        The facts known about them; the expression is read from the face where it is not stated.
    setting : {"home", "clinic"}
        How they were taken.

    Examples
    --------
    >>> from asymmetry.synthetic import face
    >>> dropped = face(2, brow_left_mm=[0, -4])
    >>> named = replace(dropped, photo=np.array(["a.jpg", "b.jpg"]))
    >>> str(compare_pair(named, [PhotoRecord("a.jpg", expression="rest")] * 2).notes[0])
    'Since the first photo: left brow 4.0 mm lower (± 0.8).'
    """
    series = pair_series(landmarks, about, setting)
    shots = [_describe_shot(series, row, landmarks) for row in range(2)]
    doubts = tuple(_find_doubts(landmarks, shots))
    changes = {each.headline.name: each for each in series.changes()}
    found: list[Shift] = []
    if shots[0].expression == shots[1].expression:
        found = [
            _make_shift(series, changes.get(each.name), row) for row, each in enumerate(HEADLINES)
        ]
    if doubts:
        found = [
            replace(each, beyond=False, side="", moved=None, side_sure=math.nan) for each in found
        ]
    guessed = [shot for shot, each in zip(shots, about, strict=True) if each.expression is None]
    remarks = dict.fromkeys(
        [
            *_tell_guesses(guessed),
            *_remark_on_photos(shots, landmarks),
            *_doubt_sides(() if doubts else series.findings),
            *_explain(changes.values()),
        ]
    )
    return Comparison(shots[0], shots[1], series.setting, doubts, tuple(found), tuple(remarks))


def pair_series(landmarks: Landmarks, about: Sequence[PhotoRecord], setting: Setting) -> History:
    """Two photos as a series of two days: their own, where both are dated in this order, else made-up ones.

    Parameters
    ----------
    landmarks, about, setting
        As for `compare_pair`.
    """
    days = [day_of(text) for text in landmarks.taken.tolist()]
    if None in days or not days[0] < days[1]:  # type: ignore[operator]
        days = [_FIRST_DAY, _FIRST_DAY + timedelta(days=1)]
    dated = replace(landmarks, taken=np.array([str(day) for day in days]))
    kept = [replace(each, dates=(), day=None, use=True) for each in about]  # neither is set aside
    return History.from_landmarks(dated, about=kept, setting=setting)


def _describe_shot(series: History, row: int, landmarks: Landmarks) -> Shot:
    facts = series.photos
    return Shot(
        str(landmarks.photo[row]),
        str(landmarks.taken[row]),
        str(facts["expression"][row]),
        float(facts["expression_confidence"][row]),
        series.static.notes[row],
    )


def _find_doubts(landmarks: Landmarks, shots: Sequence[Shot]) -> Iterator[Note]:
    """Why the photos can't be compared."""
    before, after = shots[0].expression, shots[1].expression
    for shot in shots:
        if shot.expression == UNKNOWN:
            yield Note("pair_unknown_expression", photo=shot.photo)
    if before != after and UNKNOWN not in (before, after):
        yield Note("pair_other_expression", before=before, after=after)
    if compare_shapes(shapes(landmarks)) == "different":
        yield Note("pair_other_person")
    elif find_mirrored(signatures(landmarks)).any():
        yield Note("pair_mirrored")


def _make_shift(series: History, change: Change | None, at: int) -> Shift:
    """One measure in both photos; the change of it that is called, if one is."""
    headline = HEADLINES[at]
    right, left, diff = (
        series.static[headline.column(kind)].tolist() for kind in ("right", "left", "diff")
    )
    shift = Shift(
        headline.name,
        headline.metric,
        headline.unit,
        right_before=right[0],
        left_before=left[0],
        right_after=right[1],
        left_after=left[1],
        diff_before=diff[0],
        diff_after=diff[1],
        error=math.nan,
        right_error=math.nan,
        left_error=math.nan,
        limit=math.nan,
    )
    if change is None:
        return shift
    shift = replace(
        shift,
        error=change.mdc95,
        right_error=change.right.mdc95,
        left_error=change.left.mdc95,
        limit=change.limit,
    )
    found = [each for each in series.findings if each.part == headline.name]
    if not found:
        return replace(shift, beyond=change.beyond)
    first, moved = found[0], found[0].moved
    if len(found) > 1:
        moved = Note("moved_parts", parts=tuple(each.moved for each in found))
    return replace(shift, beyond=True, side=first.side, moved=moved, side_sure=first.side_sure)


def _tell_guesses(shots: Sequence[Shot]) -> Iterator[Note]:
    """The expressions that were read from the faces."""
    for shot in shots:
        if shot.expression != UNKNOWN:
            yield Note("expression_guessed", expression=shot.expression)


def _remark_on_photos(shots: Sequence[Shot], landmarks: Landmarks) -> Iterator[Note]:
    """Cautions about the photos."""
    before, after = shots
    if compare_shapes(shapes(landmarks)) == "unsure":
        yield Note("pair_unsure_person")
    if before.expression == after.expression and before.expression not in (REST, UNKNOWN):
        yield Note("pair_effort")
    days = [day_of(shot.taken) for shot in shots]
    if days[0] and days[1] and days[1] < days[0]:
        yield Note("pair_order", before=days[0], after=days[1])
    for shot in shots:
        for note in shot.notes:
            yield Note("of_photo", photo=shot.photo, note=note)


def _doubt_sides(findings: Iterable[Finding]) -> Iterator[Note]:
    """Changes of one side that may be those of the other."""
    for each in findings:
        for note in each.notes:
            if note.code == "side_unsure":
                yield Note("of_part", headline=each.part, note=note)


def _explain(changes: Iterable[Change]) -> Iterator[Note]:
    """Possible explanations of the changes, told of the first photo and not of its day."""
    for change in changes:
        for note in change.notes:
            if note.code in _SELF_EVIDENT:
                continue
            if "since" in dict(note.values):
                yield note.change(since=Note("in_first_photo"))
            else:
                yield note
