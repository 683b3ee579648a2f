"""Patients out of a zip or a folder, into the store."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import IO, Any, TypeAlias

from asymmetry.core.notes import Note
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, get_scheme
from asymmetry.errors import AsymmetryError, InvalidInputError
from asymmetry.photos.listing import image_files, is_picture_name
from asymmetry.photos.manifest import MANIFEST, NOTES, Entry, Manifest, find_list, read_notes
from asymmetry.photos.photo import read_photo
from asymmetry.photos.sheet import SHEET_SUFFIXES
from asymmetry.series.corrections import CORRECTIONS, MIDDLE, Points, read_corrections
from asymmetry.series.treatments import TREATMENTS, Treatment, read_treatments
from asymmetry.web.api.bodies import FARTHEST, read_patient
from asymmetry.web.export import FACTS_FILE, PHOTO_FOLDER
from asymmetry.web.guard import Limits
from asymmetry.web.person import turn_points
from asymmetry.web.problems import ProblemError
from asymmetry.web.store.entries import KeptPhoto, Patient, PlannedTreatment
from asymmetry.web.store.store import Store
from asymmetry.web.store.tables import safe_path

__all__ = ["Arrival", "import_files", "import_folder", "import_zip"]


@dataclass(frozen=True)
class Arrival:
    """A patient that was added.

    Attributes
    ----------
    patient : Patient
        The patient.
    photos : list of KeptPhoto
        The photos that came.
    refused : list of (str, str)
        Files that did not come, and photos that lists alone name, each with the reason.
    """

    patient: Patient
    photos: list[KeptPhoto]
    refused: list[tuple[str, str]] = field(default_factory=list)


Imported: TypeAlias = list[Arrival]
"""The patients that were added."""
#: How many times larger than its packed form a zip of photos may be.
_TIGHTEST = 20
_LISTS = frozenset((MANIFEST, NOTES, TREATMENTS, CORRECTIONS))


def import_zip(store: Store, path: Path | IO[bytes], name: str, limits: Limits) -> Imported:
    """Add the patients of a zip such as `export_patients` writes, or one out of a zip of photos.

    Only photos and lists are taken out, to places below the zip's own folder.

    Raises
    ------
    InvalidInputError
        If the file is no zip, holds more than the limits allow, or no photo.
    """
    with _room(store) as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                _unpack(archive, folder, limits)
        except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError) as error:
            raise InvalidInputError(f"{name}: can't be read as a zip ({error})") from error
        return _import_folders(store, folder, Path(name).stem, limits)


def import_files(store: Store, files: Sequence[tuple[str, IO[bytes]]], limits: Limits) -> Imported:
    """Add patients out of the files of a folder, each with its path in it; photos and lists are taken.

    A patient is called as the folder is, where no list says a name.

    Raises
    ------
    InvalidInputError
        As for `import_folder`.
    """
    top, _, below = safe_path(files[0][0]).partition("/")
    with _room(store) as folder:
        for path, source in files:
            if _is_wanted(path):
                _copy(source, folder / safe_path(path), limits)
        return _import_folders(store, folder, top if below else "Imported", limits)


def _import_folders(store: Store, folder: Path, called: str, limits: Limits) -> Imported:
    """All patients below a folder, or none."""
    several = sorted(path.parent for path in folder.rglob(FACTS_FILE))
    made: Imported = []
    try:
        tops = several or [_find_top(folder)]
        _check_within(folder, tops)
        for top in tops:
            facts = _read_facts(top / FACTS_FILE)
            made.append(import_folder(store, top, facts.pop("name", called), limits, **facts))
    except BaseException:
        for each in made:
            store.delete_patient(each.patient.id)
        raise
    return made


def _check_within(folder: Path, tops: Sequence[Path]) -> None:
    """Refuse photos that no patient's folder holds: none is left behind."""
    outside = [
        path for path in image_files(folder) if not any(path.is_relative_to(top) for top in tops)
    ]
    if outside:
        within = ", ".join(top.relative_to(folder).as_posix() for top in tops)
        raise InvalidInputError(
            f"{outside[0].relative_to(folder).as_posix()}: lies outside of the folder with the lists "
            f"({within}); import each patient's folder by itself, with its lists at the top"
        )


def _read_facts(path: Path) -> dict[str, Any]:
    """Name, affected side and setting; empty where no list says them."""
    if not path.exists():
        return {}
    try:
        return read_patient(json.loads(path.read_text("utf-8")), new=True)
    except (ValueError, TypeError, AttributeError, ProblemError) as error:
        raise InvalidInputError(f"{path.name}: can't be understood ({error})") from error


def import_folder(store: Store, folder: Path, called: str, limits: Limits, **facts: Any) -> Arrival:
    """Add a patient out of a folder of photos, with the lists beside them; the facts are those of `Patient`.

    Raises
    ------
    InvalidInputError
        If there is no photo in it, or a list can't be understood.
    """
    pictures = {path: limits.refuse(path, path.stat().st_size) for path in image_files(folder)}
    files = [path for path, reason in pictures.items() if not reason]
    refused = [
        (path.relative_to(folder).as_posix(), reason) for path, reason in pictures.items() if reason
    ]
    if not files and not (folder / FACTS_FILE).exists():
        raise InvalidInputError(f"{called}: there is no photo in it")
    lines = Manifest.of_folder(folder)
    for name, _ in refused:
        lines.find(name)  # its line is of a photo that is there, though not kept
    refused += [
        (path.relative_to(folder).as_posix(), "a list is read only at the top of the folder")
        for path in _find_lists(folder)
        if path.parent != folder
    ]
    inside = all(path.is_relative_to(folder / PHOTO_FOLDER) for path in files)
    base = folder / PHOTO_FOLDER if inside else folder
    notes, listed = find_list(folder, NOTES), find_list(folder, TREATMENTS)
    moved = find_list(folder, CORRECTIONS)
    diary = read_notes(notes) if notes else ()
    treated = read_treatments(listed) if listed else ()
    corrections = read_corrections(moved) if moved else {}
    planned = tuple(PlannedTreatment(str(each.day), _describe(each)) for each in treated)
    _check_corrections(corrections)
    patient = store.add_patient(called, **{"treatments": planned, **facts})
    try:
        kept = []
        for path in files:
            name = path.relative_to(folder).as_posix()
            plain = path.relative_to(base).as_posix()
            photo = store.add_photo(patient.id, plain, path.read_bytes())
            said = _read_line(lines.find(name))
            points = _as_stored(corrections.get(name, {}), path, bool(said.get("mirrored")))
            said |= {f"point {key[0]} {key[1]}": list(place) for key, place in points.items()}
            kept.append(store.correct(photo.id, said, "import"))
        for note in diary:
            if note.date is not None:
                store.add_note(patient.id, note.date.isoformat(), note.text)
            else:
                refused.append((NOTES, f"a note without a day: {note.text}"))
    except BaseException:  # all of a patient or nothing
        store.delete_patient(patient.id)
        raise
    lost = str(Note("only_in_manifest"))
    refused += [(entry.photo, lost) for entry in lines.leftover_lines()]
    return Arrival(store.patient(patient.id), kept, refused)


def _check_corrections(corrections: Mapping[str, Points]) -> None:
    """Refuse points that no photo has."""
    layout = get_scheme(MEDIAPIPE_478.name)
    known: set[tuple[str, str]] = {(name, side) for name in layout.pairs for side in SIDES}
    known |= {(name, MIDDLE) for name in layout.midline}
    for photo, points in corrections.items():
        for (name, side), place in points.items():
            if (name, side) not in known or not all(0 <= each < FARTHEST for each in place):
                told = f"{CORRECTIONS}: {photo}: {name} {side} is no point, or its place is none"
                raise InvalidInputError(told)


@contextmanager
def _room(store: Store) -> Iterator[Path]:
    """A folder for a while; errors tell the names of files in it without its own."""
    with store.temporary() as made:
        try:
            yield Path(made)
        except AsymmetryError as error:
            told = str(error).removeprefix(f"{made}: ").replace(f"{made}{os.sep}", "")
            raise InvalidInputError(told) from error


def _read_line(entry: Entry | None) -> dict[str, Any]:
    """A manifest's line as corrections."""
    if entry is None:
        return {}
    return {
        "taken": entry.taken.isoformat() if entry.taken else None,
        "expression": entry.expression,
        "mirrored": entry.mirrored or None,
        "excluded": (entry.notes or "manifest") if entry.use is False else None,
    }


def _unpack(archive: zipfile.ZipFile, folder: Path, limits: Limits) -> None:
    """Take photos and lists out of a zip, as far as the limits allow."""
    members = [
        each for each in archive.infolist() if not each.is_dir() and _is_wanted(each.filename)
    ]
    unpacked = sum(each.file_size for each in members)
    packed = sum(each.compress_size for each in members)
    if len(members) > limits.packed_files or unpacked > limits.body:
        raise InvalidInputError(
            "the zip holds more photos, or larger ones, than are taken at a time"
        )
    if unpacked > limits.file + _TIGHTEST * packed:
        raise InvalidInputError("the zip is packed more tightly than photos can be")
    for member in members:
        with archive.open(member) as source:
            _copy(source, folder / safe_path(member.filename), limits)


def _find_top(folder: Path) -> Path:
    """The uppermost folder that holds a list; without lists the uppermost that holds more than one thing."""
    lists = _find_lists(folder)
    if lists:
        return min((path.parent for path in lists), key=lambda found: len(found.parts))
    inside = list(folder.iterdir())
    while len(inside) == 1 and inside[0].is_dir():
        folder = inside[0]
        inside = list(folder.iterdir())
    return folder


def _find_lists(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.rglob("*")) if path.is_file() and _is_list(path.name)]


def _copy(source: IO[bytes], target: Path, limits: Limits) -> None:
    """Copy a file, as far as the limits allow."""
    left = limits.file
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        while chunk := source.read(min(2**20, left + 1)):
            left -= len(chunk)
            if left < 0:
                raise InvalidInputError(f"{target.name}: larger than {limits.file // 2**20} MB")
            file.write(chunk)


def _is_wanted(name: str) -> bool:
    """Whether a file is a photo by its name, or a list about photos."""
    path = PurePosixPath(name.lower())
    return is_picture_name(path.name) or _is_list(path.name) or path.name == FACTS_FILE


def _is_list(name: str) -> bool:
    path = PurePosixPath(name.lower())
    return path.stem in _LISTS and path.suffix in SHEET_SUFFIXES


def _as_stored(points: Points, path: Path, mirrored: bool) -> Points:
    """Corrected points in the photo as it is stored."""
    if not points or not mirrored:
        return points
    return turn_points(points, float(read_photo(path).full_size[0]))


def _describe(treatment: Treatment) -> str:
    return ", ".join(filter(None, (treatment.product, treatment.dose, treatment.sites)))
