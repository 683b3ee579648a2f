"""`Store`: the patients of one computer and their photos, in a folder that nobody else may read."""

from __future__ import annotations

import hashlib
import json
import secrets
import tempfile
import threading
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.version import SCORE_VERSION
from asymmetry.errors import InvalidInputError
from asymmetry.photos.record import PhotoRecord, describe_photo
from asymmetry.photos.sheet import fold
from asymmetry.web.store.database import Database
from asymmetry.web.store.entries import QUEUED, Correction, KeptPhoto, Patient, VisitNote
from asymmetry.web.store.files import (
    make_private,
    refuse_empty,
    refuse_foreign,
    remove_others,
    write_whole,
)
from asymmetry.web.store.recent import Recent
from asymmetry.web.store.tables import (
    list_patients,
    list_photos,
    plain_letters,
    safe_photo_path,
    suffix_of,
    write_treatments,
)

__all__ = ["MissingEntryError", "Store"]

_PHOTOS, _POINTS, _TEMPORARY = "photos", ".npz", "temporary"
_MOST_READ = 2000
_CORRECTION = "photo, at, who, fact, old, new"

#: Notes on a photo that could not be read here and now, though it may be one: its file stays.
_NOT_ITS_FAULT = frozenset(("out_of_time", "ended_the_process", "killed", "not_scored"))


class MissingEntryError(InvalidInputError):
    """No patient or photo has this number."""


class Store:
    """Patients, photos, notes and corrections. A context manager; threads may share it.

    Parameters
    ----------
    folder : path
        Where it is; it is made if it is not there.
    alone : bool
        Hold it for this process, as a server does. Files that belong to no photo are then removed.
    make : bool
        Make one where there is none.

    Raises
    ------
    StoreInUseError
        If another server holds it.
    InvalidInputError
        If the folder holds a file of another kind in its place, or files but no store; or it holds no store
        and none is to be made.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Store(folder) as store:
    ...     ada = store.add_patient("P-17", affected="left")
    ...     [patient.name for patient in store.patients()]
    ['P-17']
    """

    def __init__(self, folder: str | Path, *, alone: bool = False, make: bool = True) -> None:
        refuse = refuse_foreign if make else refuse_empty
        refuse(Path(folder))
        self.folder = make_private(Path(folder))
        self.photo_folder = make_private(self.folder / _PHOTOS)
        self._database = Database(self.folder, alone=alone)
        self._read = Recent(_MOST_READ)
        self._mutex = threading.RLock()
        if alone:
            self._remove_orphans()
            self._queue_outdated()

    @property
    def is_new(self) -> bool:
        """Whether it was made now."""
        return self._database.is_new

    # Patients

    def patients(self) -> list[Patient]:
        """All patients, in order of their names, whatever the case and the accents of letters."""
        found = list_patients(self._database, "SELECT * FROM patients ORDER BY name, id")
        return sorted(found, key=lambda patient: plain_letters(patient.name))

    def patient(self, number: str) -> Patient:
        """One patient; `MissingEntryError` if there is none."""
        found = list_patients(self._database, "SELECT * FROM patients WHERE id = ?", number)
        if not found:
            raise MissingEntryError(f"there is no patient {number!r}")
        return found[0]

    def add_patient(self, name: str, **facts: Any) -> Patient:
        """Add a patient; the facts are fields of `Patient`."""
        made = Patient(_new_id(), name, **facts)
        with self._database.change() as tables:
            tables.execute(
                "INSERT INTO patients VALUES (?, ?, ?, ?, ?, ?)",
                (made.id, made.name, made.affected, made.setting, int(made.demo), _now()),
            )
            write_treatments(tables, made)
        return made

    def change_patient(self, number: str, **facts: Any) -> Patient:
        """Change facts of a patient; those that are not given stay."""
        with self._database.change() as tables:
            made = replace(self.patient(number), **facts)
            tables.execute(
                "UPDATE patients SET name = ?, affected = ?, setting = ? WHERE id = ?",
                (made.name, made.affected, made.setting, number),
            )
            write_treatments(tables, made)
        return self.patient(number)

    def delete_patient(self, number: str) -> None:
        """Delete a patient for good, with all photos, points, notes and corrections."""
        folder = self.photo_folder / number
        with self._mutex:  # no photo comes meanwhile
            self.patient(number)
            with self._database.change() as tables:
                tables.execute("DELETE FROM patients WHERE id = ?", (number,))
            self._database.forget()
            self._read.clear()
            if folder.is_dir():
                remove_others(folder, ())
                folder.rmdir()

    # Photos

    def photos(self, patient: str) -> list[KeptPhoto]:
        """A patient's photos, in the order in which they came."""
        self.patient(patient)
        return list_photos(self._database, "patient = ?", patient)

    def photo(self, number: str) -> KeptPhoto:
        """One photo; `MissingEntryError` if there is none."""
        found = list_photos(self._database, "id = ?", number)
        if not found:
            raise MissingEntryError(f"there is no photo {number!r}")
        return found[0]

    def queued(self) -> list[KeptPhoto]:
        """The photos of all patients that wait to be read."""
        return list_photos(self._database, "status = ?", QUEUED)

    def add_photo(self, patient: str, name: str, data: bytes) -> KeptPhoto:
        """Keep a photo; it waits to be read. One with the same bytes is there already, and is returned.

        Parameters
        ----------
        patient : str
            Whose.
        name : str
            The file's name, or its path in a folder; dates and expressions are read in it.
        data : bytes
            The file.
        """
        digest = hashlib.sha256(data).hexdigest()
        name = safe_photo_path(name)
        made = KeptPhoto(
            id=_new_id(),
            patient=patient,
            sha256=digest,
            suffix=suffix_of(name),
            name=name,
            added=_now(),
            status=QUEUED,
            reason="",
            record=PhotoRecord(name),
        )
        with self._mutex:
            self.patient(patient)
            make_private(self.photo_folder / patient)
            known = list_photos(self._database, "patient = ? AND sha256 = ?", patient, digest)
            if known:
                return known[0]
            made = replace(made, name=self._free_name(patient, name))
            made = replace(made, record=describe_photo(made.name))
            write_whole(self.path(made), lambda path: path.write_bytes(data))
            self._insert(made)
        return made

    def delete_photo(self, number: str) -> None:
        """Delete a photo for good, with its points and corrections."""
        with self._mutex:  # the same bytes don't come again meanwhile
            photo = self.photo(number)
            with self._database.change() as tables:
                tables.execute("DELETE FROM photos WHERE id = ?", (number,))
            self._database.forget()
            self._read.clear()
            for path in (self.path(photo), self._points_path(photo)):
                path.unlink(missing_ok=True)

    def temporary(self) -> tempfile.TemporaryDirectory[str]:
        """A folder for a while, as private as the store; the next start removes a killed server's remains."""
        return tempfile.TemporaryDirectory(dir=make_private(self.folder / _TEMPORARY))

    def path(self, photo: KeptPhoto) -> Path:
        """Where a photo's file is."""
        return self.photo_folder / photo.patient / f"{photo.sha256}{photo.suffix}"

    def finish_photo(self, number: str, landmarks: Landmarks, record: PhotoRecord) -> None:
        """Keep the points of a photo that was read, its status and its facts.

        The file of one that is no photo is not kept.
        """
        with self._mutex:
            photo = self.photo(number)
            if landmarks.usable[0]:
                write_whole(self._points_path(photo), landmarks.save)
            status, reason = str(landmarks.status[0]), str(landmarks.reason[0])
            plain = json.dumps(record.to_dict())
            with self._database.change() as tables:
                tables.execute(
                    "UPDATE photos SET status = ?, reason = ?, record = ?, score_version = ? WHERE id = ?",
                    (status, reason, plain, SCORE_VERSION, number),
                )
            told = {note.code for note in landmarks.notes[0]}
            if status == "unreadable" and not told & _NOT_ITS_FAULT:
                self.path(photo).unlink(missing_ok=True)

    def landmarks(self, photo: KeptPhoto) -> Landmarks:
        """A photo's points as they were read from it as it was stored; without points where it failed."""
        if photo.waits:
            return self._load(photo)
        read: Landmarks = self._read.get(photo.id, lambda: self._load(photo))
        return read

    # Corrections

    def correct(self, number: str, facts: Mapping[str, Any], who: str) -> KeptPhoto:
        """Correct facts or points of a photo, all or none; the former values are kept beside the new ones.

        Parameters
        ----------
        number : str
            The photo.
        facts : mapping of str to object
            As `Correction.fact`, to new values; None for a value as it was read.
        who : str
            Who says so.
        """
        with self._mutex:
            photo = self.photo(number)
            with self._database.change() as tables:
                for fact, new in facts.items():
                    old = photo.corrected.get(fact)
                    if old != new:
                        tables.execute(
                            f"INSERT INTO corrections ({_CORRECTION}) VALUES (?, ?, ?, ?, ?, ?)",
                            (number, _now(), who, fact, json.dumps(old), json.dumps(new)),
                        )
        return self.photo(number)

    def history(self, number: str) -> list[Correction]:
        """All corrections of a photo, in order of time."""
        self.photo(number)
        found = self._database.rows("SELECT * FROM corrections WHERE photo = ? ORDER BY id", number)
        return list(map(Correction.of_row, found))

    # Notes

    def notes(self, patient: str) -> list[VisitNote]:
        """The notes about a patient's days, in order of time."""
        self.patient(patient)
        found = self._database.rows(
            "SELECT notes.id, date, text, written FROM notes JOIN visits ON visits.id = visit "
            "WHERE patient = ? ORDER BY date, notes.id",
            patient,
        )
        return [VisitNote(**dict(row)) for row in found]

    def add_note(self, patient: str, date: str, text: str) -> VisitNote:
        """Write a note about a day."""
        written = _now()
        with self._database.change() as tables:
            self.patient(patient)
            tables.execute(
                "INSERT OR IGNORE INTO visits (patient, date) VALUES (?, ?)", (patient, date)
            )
            (visit,) = tables.execute(
                "SELECT id FROM visits WHERE patient = ? AND date = ?", (patient, date)
            ).fetchone()
            made = tables.execute(
                "INSERT INTO notes (visit, text, written) VALUES (?, ?, ?)", (visit, text, written)
            )
        return VisitNote(made.lastrowid or 0, date, text, written)

    def delete_note(self, patient: str, number: int) -> None:
        """Delete a note."""
        if number not in [note.id for note in self.notes(patient)]:
            raise MissingEntryError(f"there is no note {number}")
        with self._database.change() as tables:
            tables.execute("DELETE FROM notes WHERE id = ?", (number,))
        self._database.forget()

    def close(self) -> None:
        """Close it."""
        self._database.close()

    def __enter__(self) -> Store:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def _insert(self, photo: KeptPhoto) -> None:
        with self._database.change() as tables:
            tables.execute(
                "INSERT INTO photos (id, patient, sha256, suffix, name, added, status, reason, record) "
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    photo.id,
                    photo.patient,
                    photo.sha256,
                    photo.suffix,
                    photo.name,
                    photo.added,
                    photo.status,
                    photo.reason,
                    json.dumps(photo.record.to_dict()),
                ),
            )

    def _free_name(self, patient: str, name: str) -> str:
        """The name, or the first numbered one that no photo of the patient has, in any letter case."""
        rows = self._database.rows("SELECT name FROM photos WHERE patient = ?", patient)
        taken = {fold(row["name"]) for row in rows}
        path, free, number = PurePosixPath(name), name, 2
        while fold(free) in taken:
            free = path.with_name(f"{path.stem} ({number}){path.suffix}").as_posix()
            number += 1
        return free

    def _points_path(self, photo: KeptPhoto) -> Path:
        return self.path(photo).with_suffix(_POINTS)

    def _load(self, photo: KeptPhoto) -> Landmarks:
        path = self._points_path(photo)
        if path.exists():
            return Landmarks.load(path)
        status: Any = "unreadable" if photo.waits else photo.status
        return Landmarks.blank([photo.name], status=status, reason=photo.reason)

    def _remove_orphans(self) -> None:
        """Files of no photo are left where a process was killed: of an upload that was never acknowledged."""
        rows = self._database.rows("SELECT * FROM photos")
        photos = [KeptPhoto.of_row(row, {}) for row in rows]
        remove_others(self.folder / _TEMPORARY, ())
        keep: Iterable[Path] = [self.path(each) for each in photos]
        remove_others(self.photo_folder, [*keep, *(self._points_path(each) for each in photos)])

    def _queue_outdated(self) -> None:
        """Photos whose points another version of the numbers read are to be read again."""
        with self._database.change() as tables:
            tables.execute(
                "UPDATE photos SET status = ? WHERE score_version <> ? AND status <> 'unreadable'",
                (QUEUED, SCORE_VERSION),
            )


def _new_id() -> str:
    return secrets.token_hex(8)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
