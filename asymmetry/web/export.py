"""Patients as one file, out of the store: photos, lists, tables and the report."""

from __future__ import annotations

import csv
import json
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import numpy as np

from asymmetry.archive.parquet import import_pyarrow
from asymmetry.errors import MissingExtraError
from asymmetry.photos.manifest import MANIFEST, NOTES
from asymmetry.series.corrections import CORRECTIONS, Points, write_corrections
from asymmetry.series.treatments import TREATMENTS
from asymmetry.web.person import patient_series, turn_points
from asymmetry.web.store.entries import KeptPhoto, Patient
from asymmetry.web.store.store import Store
from asymmetry.web.store.tables import plain_name

__all__ = ["FACTS_FILE", "PHOTO_FOLDER", "export_patients"]

#: Names in a patient's folder, beside those of the lists.
PHOTO_FOLDER, FACTS_FILE = "photos", "patient.json"


def export_patients(store: Store, patients: Sequence[Patient], path: Path) -> Path:
    """Write a zip of one patient or several, each of the latter in a folder of its own.

    Each holds the photos, lists about them, tables of all numbers, and the report. ``asymmetry series`` reads
    the folder to the same numbers, and `asymmetry.web.transfer.import_zip` reads the zip.

    Parameters
    ----------
    store : Store
        The store.
    patients : sequence of Patient
        The patients.
    path : pathlib.Path
        The file to write.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as archive:
        for patient in patients:
            name = f"{plain_name(patient.name)} {patient.id}/" if len(patients) > 1 else ""
            _pack(archive, store, patient, name)
    return path


def _pack(archive: zipfile.ZipFile, store: Store, patient: Patient, below: str) -> None:
    photos = [photo for photo in store.photos(patient.id) if store.path(photo).exists()]
    read = [photo for photo in photos if not photo.waits]
    with store.temporary() as made:
        top = Path(made)
        _write_facts(patient, top / FACTS_FILE)
        _write_lists(store, patient, photos, top)
        if read:
            _write_results(store, patient, read, top)
        for each in sorted(top.iterdir()):
            archive.write(each, f"{below}{each.name}")
    for photo in photos:
        with suppress(FileNotFoundError):  # no photo, or deleted meanwhile
            archive.write(store.path(photo), f"{below}{_name(photo)}")


def _name(photo: KeptPhoto) -> str:
    """A photo's path in the patient's folder."""
    return f"{PHOTO_FOLDER}/{photo.name}"


def _write_facts(patient: Patient, path: Path) -> None:
    facts = {"name": patient.name, "affected": patient.affected, "setting": patient.setting}
    path.write_text(json.dumps(facts, ensure_ascii=False, indent=1), encoding="utf-8")


def _write_lists(store: Store, patient: Patient, photos: Sequence[KeptPhoto], folder: Path) -> None:
    """The lists beside the photos, which hold whatever was corrected."""
    lines = [
        (
            _name(photo),
            photo.corrected.get("taken", ""),
            photo.corrected.get("expression", ""),
            "yes" if photo.mirrored else "",
            "no" if photo.excluded else "",
            photo.excluded,
        )
        for photo in photos
    ]
    _write_csv(
        folder / f"{MANIFEST}.csv",
        ("photo", "taken", "expression", "mirrored", "use", "notes"),
        lines,
    )
    if patient.treatments:
        treated = [(each.date, each.note) for each in patient.treatments]
        _write_csv(folder / f"{TREATMENTS}.csv", ("date", "product"), treated)
    notes = [(note.date, note.text) for note in store.notes(patient.id)]
    if notes:
        _write_csv(folder / f"{NOTES}.csv", ("date", "text"), notes)
    moved = {_name(photo): _as_shown(store, photo) for photo in photos if photo.points}
    if moved:
        write_corrections(folder / f"{CORRECTIONS}.csv", moved)


def _write_results(store: Store, patient: Patient, photos: Sequence[KeptPhoto], top: Path) -> None:
    """Tables of all numbers, and the report where the packages for it are there."""
    series = patient_series(store, patient)
    corrected = {
        photo.name: "; ".join(f"{name} {side}" for name, side in photo.points) for photo in photos
    }
    names = series.static["photo"].tolist()
    told = {
        "photo": np.array([f"{PHOTO_FOLDER}/{name}" for name in names]),
        "corrected": np.array([corrected[name] for name in names]),
    }
    table = replace(series.static, columns={**series.static.columns, **told})
    table.to_csv(top / "scores.csv")
    with suppress(MissingExtraError):
        import_pyarrow("pyarrow.parquet").write_table(table.to_arrow(), top / "scores.parquet")
    with suppress(MissingExtraError):
        series.report(top / "report.html")


def _write_csv(path: Path, heading: Sequence[str], lines: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([heading, *lines])


def _as_shown(store: Store, photo: KeptPhoto) -> Points:
    """Corrected points by the patient's own sides."""
    if not photo.mirrored:
        return photo.points
    return turn_points(photo.points, float(store.landmarks(photo).size[0, 0]))
