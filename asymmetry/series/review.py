"""`Review`: the photos of a series that are in doubt, and the manifest entry that settles each."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np
import numpy.typing as npt

from asymmetry.core.cells import guard_formula
from asymmetry.core.csv_text import write_rows
from asymmetry.core.files import replace_file
from asymmetry.core.notes import Note
from asymmetry.core.table import Measurements
from asymmetry.core.text import Text, english_text
from asymmetry.metrics.expression import UNKNOWN
from asymmetry.photos.listing import Leftover
from asymmetry.series.guessing import REST

__all__ = ["Doubt", "Review", "leftover_name", "review_photos"]

#: The notes that are doubts: the manifest's column that settles each.
_COLUMNS = {
    "unwanted": "use",
    "same_file": "use",
    "another_subject": "subject",
    "another_person": "use",
    "blurred_beside_others": "use",
    "oblique_view": "use",
    "looks_mirrored": "mirrored",
    "looks_mirrored_front": "mirrored",
    "date_far_before": "taken",
    "date_long_before": "taken",
    "date_far_after": "taken",
    "date_long_after": "taken",
    "date_out_of_order": "taken",
    "clock_reset": "taken",
    "undated": "taken",
    "unanchored": "taken",
    "date_of_sending": "taken",
    "date_of_scan": "taken",
    "date_of_edit": "taken",
    "date_in_utc": "taken",
    "dates_differ": "taken",
    "day_over_date": "taken",
    "date_over_day": "taken",
    "not_at_rest": "expression",
    "only_in_manifest": "photo",
    "only_in_manifest_near": "photo",
}
#: Photos of which something else is told than a doubt.
_FAILED = frozenset(("unreadable", "no_face", "several_faces"))
_MOST_NAMES = 3
#: A guess of less confidence is told as unsure.
_SURE = 0.5


@dataclass(frozen=True)
class Doubt:
    """One doubt about one photo.

    Attributes
    ----------
    photo : str
        The photo, or the file that is left out; empty where all photos are meant.
    taken : str
        Its date, ISO 8601; empty where none is used.
    note : Note
        The doubt.
    used : bool
        Whether the photo has a part in changes and courses all the same.
    column, value : str
        The entry for the manifest's line about it to settle the doubt; `value` is empty where only you
        know it, both where the manifest can't.
    sure : float
        How sure a guess is, 0 to 1.
    """

    photo: str
    taken: str
    note: Note
    used: bool
    column: str = ""
    value: str = ""
    sure: float = 1.0

    @property
    def reason(self) -> str:
        """The doubt in English."""
        return str(self.note)


@dataclass(frozen=True)
class Review:
    """The doubts about a series' photos, in order of time. ``str`` of it is a text to read.

    Attributes
    ----------
    doubts : tuple of Doubt
        Each of them.

    Examples
    --------
    >>> review = Review((Doubt("a.jpg", "", Note("undated"), used=False, column="taken"),))
    >>> print(review)
    Not used: a.jpg: no date in the photo, its name or its folder (manifest: taken)
    >>> print(review.to_csv())
    photo,taken,used,reason,column,value,sure
    a.jpg,,no,"no date in the photo, its name or its folder",taken,,
    <BLANKLINE>
    """

    doubts: tuple[Doubt, ...] = ()

    def __iter__(self) -> Iterator[Doubt]:
        return iter(self.doubts)

    def __len__(self) -> int:
        return len(self.doubts)

    def __str__(self) -> str:
        return "\n".join(self.lines())

    def lines(self, *, used: bool | None = None, text: Text | None = None) -> list[str]:
        """A line for each doubt, photos with the same one together.

        Parameters
        ----------
        used : bool, optional
            Only doubts about photos that are used, or not. Default: all, those that are not used first.
        text : Text, optional
            The language. Default: English.
        """
        say = text or english_text()
        if used is None:
            return [*self.lines(used=False, text=say), *self.lines(used=True, text=say)]
        groups: dict[tuple[str, str], list[str]] = defaultdict(list)
        for each in self.doubts:
            if each.used == used:
                groups[_words(each, say), _settle(each, say)].append(each.photo)
        return [_line(names, *told, used=used, say=say) for told, names in groups.items()]

    def to_csv(self, path: str | os.PathLike[str] | None = None) -> str:
        """The table as CSV; it is also written, if a path is given, so that a manifest can be made of it."""
        rows = [["photo", "taken", "used", "reason", "column", "value", "sure"]]
        for each in self.doubts:
            told = (
                each.photo,
                each.taken,
                ("no", "yes")[each.used],
                each.reason,
                each.column,
                each.value,
            )
            sure = f"{each.sure:.2f}" if each.sure < 1 else ""
            rows.append([guard_formula(cell) for cell in (*told, sure)])
        text = write_rows(rows)
        if path is not None:
            with replace_file(path) as made:
                made.write_text(text, encoding="utf-8")
        return text


def _line(names: Sequence[str], reason: str, settle: str, *, used: bool, say: Text) -> str:
    photos = f"{_join(names, say)}: " if any(names) else ""
    if used:
        return Note("to_check", photos=photos, reason=reason, settle=settle).words(say)
    return Note("not_used", photos=photos, reason=reason, settle=settle).words(say)


def _words(doubt: Doubt, say: Text) -> str:
    if doubt.note.code == "same_file":
        return Note("same_files").words(say)
    return doubt.note.words(say)


def _settle(doubt: Doubt, say: Text) -> str:
    if not doubt.column:
        return ""
    if not doubt.value:
        return Note("settle_open", column=doubt.column).words(say)
    return Note("settle", column=doubt.column, value=doubt.value).words(say)


def _join(names: Sequence[str], say: Text) -> str:
    comma = say.entries["lists.comma"]
    if len(names) <= _MOST_NAMES + 1:
        return comma.join(names)
    few = comma.join(names[:_MOST_NAMES])
    return Note("and_more", photos=few, more=len(names) - _MOST_NAMES).words(say)


def review_photos(
    photos: Measurements,
    usable: npt.NDArray[np.bool_],
    treated_on: date | None,
    leftovers: Sequence[Leftover] = (),
    folder: Path | None = None,
) -> Review:
    """List the doubts about a series' photos.

    Parameters
    ----------
    photos : Measurements
        `History.photos`: the facts about each, and its notes.
    usable : ndarray of bool, shape (n,)
        Whether each was measured and is not set aside.
    treated_on : datetime.date or None
        The day of the treatment.
    leftovers : sequence of Leftover
        Files that are not read.
    folder : pathlib.Path, optional
        The series' folder, to which names are relative.
    """
    found = [*_doubt_treatment(photos, treated_on)]
    for row in range(photos.rows):
        found += _doubt_photo(
            photos, row, used=bool(usable[row] and np.isfinite(photos["day"][row]))
        )
    for each in leftovers:
        found.append(Doubt(leftover_name(each, folder), "", each.note, used=False))
    return Review(tuple(found))


def leftover_name(leftover: Leftover, folder: Path | None) -> str:
    """The name of a file that is not read, relative to the series' folder where it is in it."""
    path = leftover.path
    if folder is not None and path.is_relative_to(folder):
        path = path.relative_to(folder)
    return path.as_posix()


def _doubt_treatment(photos: Measurements, treated_on: date | None) -> Iterator[Doubt]:
    """All photos are from before the treatment, or all are from after it."""
    days = photos["day"][np.isfinite(photos["day"])]
    if treated_on is None or len(np.unique(days)) < 2:
        return
    if days.max() < 0:
        yield Doubt("", "", Note("all_before_treatment", date=treated_on), used=True)
    if days.min() > 0:
        yield Doubt("", "", Note("all_after_treatment", date=treated_on), used=True)


def _matters(column: str, status: str) -> bool:
    """Whether a doubt is worth telling of a photo of this status: not the date of one that is set aside."""
    if status in _FAILED:
        return column == "photo"
    return status != "rejected" or column != "taken"


def _doubt_photo(photos: Measurements, row: int, *, used: bool) -> Iterator[Doubt]:
    name, taken = str(photos["photo"][row]), str(photos["taken"][row])
    usual = {"use": "yes", "mirrored": "yes"}
    if photos.provenance.get("mirrored"):
        usual["mirrored"] = "no"
    for note in photos.notes[row]:
        column = _COLUMNS.get(note.code)
        if column is not None and _matters(column, str(photos["status"][row])):
            known = dict(note.values)
            value = (
                known.get("near")
                or known.get("likely")
                or known.get("shown")
                or usual.get(column, "")
            )
            yield Doubt(name, taken, note, used=used, column=column, value=str(value))
    expression = str(photos["expression"][row])
    confidence = float(photos["expression_confidence"][row])
    if used and confidence < 1 and expression != UNKNOWN:
        note = _tell_guess(expression, confidence)
        yield Doubt(
            name, taken, note, used=True, column="expression", value=expression, sure=confidence
        )


def _tell_guess(expression: str, confidence: float) -> Note:
    """An expression that nobody said: rest is assumed, others are read from the face, surely or not."""
    if expression == REST:
        return Note("rest_assumed") if confidence >= _SURE else Note("rest_assumed_unsure")
    if confidence >= _SURE:
        return Note("expression_guessed", expression=expression)
    return Note("expression_guessed_unsure", expression=expression)
