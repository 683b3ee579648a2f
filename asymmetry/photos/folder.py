"""The records of all photos of one person's folder: a manifest's lines, day numbers, copies of one file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from asymmetry.core.notes import Note
from asymmetry.photos.camera import is_front_camera, name_camera
from asymmetry.photos.exposures import File, group_exposures
from asymmetry.photos.manifest import Manifest, nearest_name
from asymmetry.photos.photo import dates_of, read_tags
from asymmetry.photos.record import PhotoRecord, describe_photo, treatment_by_names

__all__ = ["count_days", "describe_folder", "mark_copies"]


def describe_folder(
    root: Path, files: Sequence[Path], manifest: Manifest, treated_on: date | None
) -> list[PhotoRecord]:
    """Gather the facts from files, names and the manifest; nothing is decoded.

    Parameters
    ----------
    root : pathlib.Path
        The person's folder.
    files : sequence of pathlib.Path
        Photos below it.
    manifest : Manifest
        Its lines about them.
    treated_on : date or None
        Turns day numbers in names into dates. Where it is None and a photo has both a date and a day number,
        the day 0 that all of these agree on does.

    Returns
    -------
    list of PhotoRecord
        In the files' order; then the photos that only the manifest names.

    Raises
    ------
    InvalidInputError
        If the manifest names a photo by a name that several have.
    """
    known = [_describe_file(path, path.relative_to(root).as_posix(), manifest) for path in files]
    dated = count_days(known, treated_on)
    unlisted = [each.photo for each in dated if not manifest.has_line(each.photo)]
    lost = [
        describe_photo(entry.photo, entry).add_remark(_absent(entry.photo, unlisted))
        for entry in manifest.leftover_lines()
    ]
    return [*mark_copies(dated, files), *lost]


def count_days(photos: Sequence[PhotoRecord], treated_on: date | None) -> list[PhotoRecord]:
    """The photos of one person, dated by the day numbers in their names; see `describe_folder`."""
    zero = treated_on or treatment_by_names(photos)
    dated = [each.count_day(zero) for each in photos]
    numbers = [each.day for each in dated if each.day is not None]
    if len(set(numbers)) > 1 and max(numbers) < 0:
        before = Note("all_days_before")
        return [each if each.day is None else each.add_remark(before) for each in dated]
    return dated


def _absent(name: str, photos: Sequence[str]) -> Note:
    """The remark on a line without a photo, with the photo that it may mean."""
    near = nearest_name(name, photos)
    if near is None:
        return Note("only_in_manifest")
    return Note("only_in_manifest_near", near=near)


def _describe_file(path: Path, name: str, manifest: Manifest) -> PhotoRecord:
    record = describe_photo(name, manifest.find(name), place=str(path))
    tags = read_tags(path)
    dated = record.add_dates(dates_of(path, tags))
    return replace(dated, front_camera=is_front_camera(tags), camera=name_camera(tags))


def mark_copies(photos: list[PhotoRecord], files: Sequence[Path]) -> list[PhotoRecord]:
    """Of files of one exposure, the one about which most is known is measured; the others say which."""
    result = list(photos)
    stored = [File(path, record) for path, record in zip(files, photos, strict=False)]
    for rows in group_exposures(stored):
        ranks = {row: (_count_known(photos[row]), *stored[row].worth, -row) for row in rows}
        kept = max(rows, key=ranks.__getitem__)
        for row in (row for row in rows if row != kept and photos[row].use is not True):
            result[row] = replace(photos[row], copy_of=photos[kept].photo)
            if photos[row].iso_day != photos[kept].iso_day:
                result[kept] = result[kept].add_remark(
                    Note("same_file_with_another_date", photo=photos[row].photo)
                )
    return result


def _count_known(photo: PhotoRecord) -> int:
    """How much is known of a photo; nothing of one that the manifest does not want."""
    if photo.use is False:
        return -1
    return sum(each is not None for each in (photo.taken, photo.expression, photo.day))
