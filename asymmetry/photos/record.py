"""`PhotoRecord`: the facts about one photo before it is measured, the same for a series and for an archive.

Several may say them: the program, a manifest, the camera, the names of file and folder. Here it is decided
who is believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, time, timedelta
from typing import Any

from asymmetry.core.notes import Note
from asymmetry.photos.manifest import Entry
from asymmetry.photos.names import day_from_name, expression_from_name, only
from asymmetry.photos.taken import (
    UNSET_SOURCES,
    WEAK_SOURCES,
    Taken,
    best_date,
    date_from_name,
    sort_dates,
)

__all__ = ["PhotoRecord", "describe_photo", "treatment_by_names"]

#: The remark on a date that is not that of the exposure.
_WEAK_REMARKS = {
    "exif_digitized": Note("date_of_scan"),
    "exif_modified": Note("date_of_edit"),
    "name_sent": Note("date_of_sending"),
    "name_utc": Note("date_in_utc"),
}


#: The facts that a manifest's line may say.
_FACTS = ("taken", "expression", "mirrored", "subject", "use")


@dataclass(frozen=True)
class PhotoRecord:
    """The facts about one photo before it is measured.

    Attributes
    ----------
    photo : str
        Path relative to the folder or the archive's source, with forward slashes.
    dates : tuple of Taken
        Every date that is said for it, the surest first: the program's, the manifest's, the camera's, that
        of the name and of the folder, and last that of a scan or an edit.
    day : int or None
        Day since the treatment, where its name or its folder's name says so.
    expression : str or None
        The manifest's, else that of the name.
    mirrored : bool or None
        Whether it was stored mirrored, where the manifest says so.
    subject : str
        Who it shows: the manifest's word, else that of the path; may be empty.
    notes : str
        The manifest's remarks.
    copy_of : str
        Another file of the same exposure, which is measured instead; else empty.
    remarks : tuple of Note
        Remarks on the photo among the others, such as a day number that contradicts its date.
    sha256 : str
        Of the file's bytes, by which the same file is known again; empty where they were not read.
    use : bool or None
        Whether it counts, where the manifest says so.
    written : tuple of str
        The facts that the manifest says. They are believed against all doubts.
    front_camera : bool
        Whether its EXIF tags name a front camera, whose photos may be stored mirrored.
    camera : str
        The camera's name in the EXIF tags; empty where they have none.

    Examples
    --------
    >>> record = describe_photo("2026-03-02/smile.jpg")
    >>> record.expression, record.taken.isoformat(), record.taken.source
    ('smile_open', '2026-03-02', 'folder')
    """

    photo: str
    dates: tuple[Taken, ...] = ()
    day: int | None = None
    expression: str | None = None
    mirrored: bool | None = None
    subject: str = ""
    notes: str = ""
    copy_of: str = ""
    remarks: tuple[Note, ...] = ()
    sha256: str = ""
    use: bool | None = None
    written: tuple[str, ...] = ()
    front_camera: bool = False
    camera: str = ""

    @property
    def taken(self) -> Taken | None:
        """When it was taken, and who says so; None where nobody does."""
        return best_date(*self.dates)

    @property
    def iso_date(self) -> str:
        """When it was taken, as ISO 8601 text; empty where it is not known."""
        return self.taken.isoformat() if self.taken else ""

    @property
    def iso_day(self) -> str:
        """The day it was taken, as ISO 8601 text; empty where it is not known."""
        return self.taken.day.isoformat() if self.taken else ""

    def add_dates(self, dates: Iterable[Taken | None]) -> PhotoRecord:
        """The record with more dates, each in its place."""
        return replace(self, dates=tuple(sort_dates(*self.dates, *dates)))

    def add_remark(self, remark: Note) -> PhotoRecord:
        """The record with one more remark."""
        return replace(self, remarks=(*self.remarks, remark))

    def count_day(self, zero: date | None) -> PhotoRecord:
        """The record, dated by the day number in its name if it has no surer date than a scan or an edit.

        Parameters
        ----------
        zero : datetime.date or None
            Day 0. None: the number gives no date.

        Examples
        --------
        >>> str(describe_photo("day+3 rest.jpg").count_day(date(2026, 3, 9)).taken.day)
        '2026-03-12'
        """
        taken = self.taken
        if self.day is None:
            return self if taken else self.add_remark(Note("undated"))
        if zero is None:
            return self if taken else self.add_remark(Note("unanchored"))
        counted = Taken(
            datetime.combine(zero + timedelta(days=self.day), time()), "name", day_only=True
        )
        if taken is None:
            return self.add_dates([counted])
        if taken.day == counted.day:
            return self
        found = {"date": taken.day, "day": self.day, "counted": counted.day}
        if taken.source in WEAK_SOURCES:
            return self.add_dates([counted]).add_remark(Note("day_over_date", **found))
        return self.add_remark(Note("date_over_day", **found))

    def list_remarks(self) -> tuple[Note, ...]:
        """Everything there is to remark beside the measurement: a copy, doubtful dates, and `remarks`."""
        others = (*_remark_on_dates(self.dates), *self.remarks)
        if self.copy_of:
            return (Note("same_file", photo=self.copy_of), *others)
        return others

    def to_dict(self) -> dict[str, Any]:
        """The record as plain data, for JSON."""
        plain = {item.name: getattr(self, item.name) for item in fields(self)}
        dates = [each.to_dict() for each in self.dates]
        return {**plain, "dates": dates, "remarks": [note.to_dict() for note in self.remarks]}

    @classmethod
    def from_dict(cls, plain: Mapping[str, Any]) -> PhotoRecord:
        """The record that `to_dict` wrote.

        Examples
        --------
        >>> record = describe_photo("2026-03-02/smile.jpg")
        >>> PhotoRecord.from_dict(record.to_dict()) == record
        True
        """
        listed = {
            "dates": tuple(map(Taken.from_dict, plain["dates"])),
            "remarks": tuple(map(Note.from_dict, plain["remarks"])),
            "written": tuple(plain.get("written", ())),
        }
        return cls(**{**plain, **listed})


def describe_photo(
    name: str, entry: Entry | None = None, *, place: str = "", subject: str = ""
) -> PhotoRecord:
    """Gather the facts from a photo's name and a manifest; nothing is opened.

    The file's own dates are those of `asymmetry.photos.photo.read_dates`, for `PhotoRecord.add_dates`.

    Parameters
    ----------
    name : str
        Its name, relative to the folder or the archive's source.
    entry : Entry, optional
        The manifest's line about it. Whatever it says is believed before all others.
    place : str, optional
        Its whole path. If the photo lies at the top, the folder's name may hold its date.
    subject : str, optional
        Who it shows, if the manifest does not say otherwise.

    Examples
    --------
    >>> line = Entry("2026-03-02 smile.jpg", expression="rest")
    >>> describe_photo("2026-03-02 smile.jpg", line).expression
    'rest'
    """
    said = entry or Entry(name)
    return PhotoRecord(
        photo=name,
        dates=tuple(sort_dates(said.taken, date_from_name(place), date_from_name(name))),
        day=day_from_name(name),
        expression=said.expression or expression_from_name(name),
        mirrored=said.mirrored,
        subject=said.subject or subject,
        notes=said.notes,
        use=said.use,
        written=tuple(name for name in _FACTS if getattr(said, name) not in (None, "")),
    )


def treatment_by_names(photos: Sequence[PhotoRecord]) -> date | None:
    """The day 0 on which all photos agree that have a date of their own and a day number in their name."""
    zeros = {
        each.taken.day - timedelta(days=each.day)
        for each in photos
        if each.taken is not None and each.day is not None
    }
    return only(zeros)


def _remark_on_dates(dates: Sequence[Taken]) -> Iterator[Note]:
    """Remarks on the dates of one photo, of which the first is believed."""
    for unset in (each for each in dates if each.source in UNSET_SOURCES):
        yield Note("clock_reset", date=unset.day)
    known = [each for each in dates if each.source not in UNSET_SOURCES]
    if not known:
        return
    believed, *others = known
    if believed.source in _WEAK_REMARKS:
        yield _WEAK_REMARKS[believed.source]
    told = {believed.day}
    for other in others:
        if other.source not in _WEAK_REMARKS and other.day not in told:
            told.add(other.day)
            yield Note(
                "dates_differ",
                source=believed.source,
                date=believed.day,
                other=other.source,
                other_date=other.day,
            )
