"""Facts about each photo of a folder before it is measured: date, expression, copies of one file."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from pathlib import Path, PurePosixPath

from asymmetry.core.notes import Note
from asymmetry.errors import InvalidInputError
from asymmetry.photos.manifest import Entry
from asymmetry.photos.names import day_from_name, expression_from_name
from asymmetry.photos.photo import PhotoSource, read_date
from asymmetry.photos.taken import Taken, date_from_name

__all__ = ["About", "about_photo", "about_photos", "treatment_by_names"]

#: Dates that are not those of the exposure, and the remark on each.
_WEAK = {"exif_digitized": Note("date_of_scan"), "exif_modified": Note("date_of_edit")}


@dataclass(frozen=True)
class About:
    """Facts about one photo before it is measured.

    Attributes
    ----------
    photo : str
        Path relative to the person's folder, with forward slashes.
    taken : Taken or None
        When it was taken.
    day : int or None
        Day since the treatment, where its name or its folder's name says so.
    expression : str or None
        Where the manifest or a name says so.
    mirrored : bool or None
        Where the manifest says so.
    notes : str
        The manifest's remarks.
    copy_of : str
        Another photo whose file is the same, byte by byte, and which is measured in its stead; else empty.
    remarks : tuple of Note
        Remarks beside the measurement, such as contradicting dates.
    sha256 : str
        Of the file's bytes, by which the same file is known again; empty where they were not read.
    """

    photo: str
    taken: Taken | None = None
    day: int | None = None
    expression: str | None = None
    mirrored: bool | None = None
    notes: str = ""
    copy_of: str = ""
    remarks: tuple[Note, ...] = field(default=())
    sha256: str = ""

    def add_remark(self, remark: Note) -> About:
        """The same with one more remark."""
        return replace(self, remarks=(*self.remarks, remark))


def about_photos(
    root: Path, files: Sequence[Path], entries: Mapping[str, Entry], treated_on: date | None
) -> list[About]:
    """Gather the facts from files, names and the manifest; nothing is decoded.

    Parameters
    ----------
    root : pathlib.Path
        The person's folder.
    files : sequence of pathlib.Path
        Photos below it.
    entries : mapping of str to Entry
        The manifest's lines, by the photo's path relative to `root` or by its name alone.
    treated_on : date or None
        Turns day numbers in names into dates. Where it is None and a photo has both a date and a day number,
        the day 0 that all of these agree on does.

    Returns
    -------
    list of About
        In the files' order.

    Raises
    ------
    InvalidInputError
        If the manifest names a photo by a name that several have.
    """
    names = [path.relative_to(root).as_posix() for path in files]
    given = _match_lines(entries, names)
    known = [_about(path, name, given.get(name)) for path, name in zip(files, names, strict=True)]
    zero = treated_on or treatment_by_names(known)
    dated = [_date_by_day(each, zero) for each in known]
    numbers = [each.day for each in dated if each.day is not None]
    if len(set(numbers)) > 1 and max(numbers) < 0:
        before = Note("all_days_before")
        dated = [each if each.day is None else each.add_remark(before) for each in dated]
    return _without_copies(dated, files)


def about_photo(source: PhotoSource, name: str, entry: Entry | None, treated_on: date | None) -> About:
    """Gather the facts from a photo, its name and a manifest; nothing is decoded.

    Parameters
    ----------
    source : PhotoSource
        The photo.
    name : str
        Its name.
    entry : Entry or None
        The manifest's line about it.
    treated_on : date or None
        Turns a day number in its name into a date.

    Examples
    --------
    >>> str(about_photo(b"", "day+3 rest.jpg", None, date(2026, 3, 9)).taken.day)
    '2026-03-12'
    """
    return _date_by_day(_about(source, name, entry), treated_on)


def treatment_by_names(photos: Sequence[About]) -> date | None:
    """The day 0 on which all photos agree that have a date of their own and a day number in their name."""
    zeros = {
        each.taken.day - timedelta(days=each.day)
        for each in photos
        if each.taken is not None and each.day is not None
    }
    return zeros.pop() if len(zeros) == 1 else None


def _match_lines(entries: Mapping[str, Entry], names: Sequence[str]) -> dict[str, Entry]:
    """The manifest's lines by the photos that they are about."""
    by_name: dict[str, list[str]] = defaultdict(list)
    for name in names:
        by_name[PurePosixPath(name).name].append(name)
    found = {}
    for written, entry in entries.items():
        candidates = [written] if written in names else by_name.get(written, [])
        if len(candidates) > 1:
            raise InvalidInputError(f"the manifest's {written} may be {' or '.join(candidates)}: write which")
        found.update(dict.fromkeys(candidates, entry))
    return found


def _about(path: PhotoSource, name: str, entry: Entry | None) -> About:
    """One photo with every date that is said for it; the manifest's is the last to be trusted."""
    taken, named = read_date(path), date_from_name(name)
    listed = _manifest_date(entry)
    said = [taken if taken and taken.source not in _WEAK else None, named, listed, taken]
    dates = [each for each in said if each is not None]
    return About(
        photo=name,
        taken=dates[0] if dates else None,
        day=day_from_name(name),
        expression=(entry.expression if entry else None) or expression_from_name(name),
        mirrored=entry.mirrored if entry else None,
        notes=entry.notes if entry else "",
        remarks=tuple(_remarks(dates)),
    )


def _manifest_date(entry: Entry | None) -> Taken | None:
    if entry is None or entry.taken is None:
        return None
    return Taken(entry.taken, "manifest", day_only=entry.day_only)


def _remarks(dates: Sequence[Taken]) -> Iterator[Note]:
    """Remarks on the dates of one photo, of which the first is used."""
    if dates and dates[0].source in _WEAK:
        yield _WEAK[dates[0].source]
    for other in dates[1:]:
        if other.source not in _WEAK and other.day != dates[0].day:
            yield Note(
                "dates_differ",
                source=dates[0].source,
                date=dates[0].day,
                other=other.source,
                other_date=other.day,
            )


def _date_by_day(photo: About, zero: date | None) -> About:
    """A photo whose name counts days gets its date; it is more trusted than the manifest."""
    if photo.day is None:
        return photo if photo.taken else photo.add_remark(Note("undated"))
    if zero is None:
        return photo if photo.taken else photo.add_remark(Note("unanchored"))
    counted = Taken(datetime.combine(zero + timedelta(days=photo.day), time()), "name", day_only=True)
    if photo.taken is None:
        return replace(photo, taken=counted)
    if photo.taken.day == counted.day:
        return photo
    found = {"date": photo.taken.day, "day": photo.day, "counted": counted.day}
    if photo.taken.source == "manifest" or photo.taken.source in _WEAK:
        return replace(photo, taken=counted).add_remark(Note("day_over_date", **found))
    return photo.add_remark(Note("date_over_day", **found))


def _without_copies(photos: list[About], files: Sequence[Path]) -> list[About]:
    """Of files that are the same, the one about which most is known is measured; the others say which."""
    result = list(photos)
    for rows in _same_files(files):
        kept = max(rows, key=lambda row: (_count_known(photos[row]), -row))
        for row in set(rows) - {kept}:
            result[row] = replace(photos[row], copy_of=photos[kept].photo)
            days = {each.taken.day if each.taken else None for each in (photos[row], photos[kept])}
            if len(days) > 1:
                result[kept] = result[kept].add_remark(
                    Note("same_file_with_another_date", photo=photos[row].photo)
                )
    return result


def _count_known(photo: About) -> int:
    return sum(each is not None for each in (photo.taken, photo.expression, photo.day))


def _same_files(files: Sequence[Path]) -> Iterator[list[int]]:
    """Rows of files with the same bytes; only files of equal size are read."""
    by_size: dict[int, list[int]] = defaultdict(list)
    for row, path in enumerate(files):
        if path.is_file():
            by_size[path.stat().st_size].append(row)
    for rows in by_size.values():
        if len(rows) > 1:
            same: dict[bytes, list[int]] = defaultdict(list)
            for row in rows:
                same[_digest(files[row], row)].append(row)
            yield from (each for each in same.values() if len(each) > 1)


def _digest(path: Path, row: int) -> bytes:
    """Of the file's bytes; a file that can't be read equals no other, and extraction will say why."""
    try:
        return hashlib.sha256(path.read_bytes()).digest()
    except OSError:
        return str(row).encode()
