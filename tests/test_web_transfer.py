"""Patients out of the store and into it again, as one file."""

from __future__ import annotations

import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from asymmetry.core.table import Measurements
from asymmetry.errors import InvalidInputError
from asymmetry.synthetic.demo import Demo
from asymmetry.web.demo import add_demo
from asymmetry.web.events import Events
from asymmetry.web.export import export_patients
from asymmetry.web.guard import Limits
from asymmetry.web.store.entries import PlannedTreatment
from asymmetry.web.store.store import Store
from asymmetry.web.transfer import import_zip
from tests.photos import encoded

NAMES = (
    "a.jpg",
    "A.JPG",
    "scores.csv",
    "2026-03-02/smile.jpg",
    "محمد.jpg",
    "x" * 119 + ".jpg",
    "💀" * 90,
)
LIMITS = Limits()


def photo(grey: int) -> bytes:
    return encoded(np.full((40, 30, 3), grey, np.uint8), "PNG")


def packed(**files: bytes) -> io.BytesIO:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return made


def test_whatever_a_photo_is_called_it_comes_back(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        facts = {"affected": "left", "setting": "clinic"}
        treated = (PlannedTreatment("2026-03-09", "20 U, forehead"),)
        patient = store.add_patient("محمد / Ada", treatments=treated, **facts)
        store.add_note(patient.id, "2026-03-12", "a headache,\nand tired")
        for grey, name in enumerate(NAMES):
            kept = store.add_photo(patient.id, name, photo(grey))
            store.correct(kept.id, {"expression": "rest", "excluded": "blurred"}, "Ada")
        path = export_patients(store, [store.patient(patient.id)], tmp_path / "one.zip")
        (made,) = import_zip(store, path, "one.zip", LIMITS)
        again, photos = made.patient, made.photos
        assert made.refused == []
        assert (again.name, again.treatments) == (patient.name, treated)
        assert (again.affected, again.setting) == ("left", "clinic")
        assert [note.text for note in store.notes(again.id)] == ["a headache,\nand tired"]
        known = {each.name: each for each in store.photos(patient.id)}
        assert {each.name for each in photos} == set(known)
        for each in photos:
            assert each.sha256 == known[each.name].sha256
            assert (each.expression, each.excluded) == ("rest", "blurred")


def test_of_several_patients_all_come_or_none(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        facts = json.dumps({"name": "Ada"}).encode()
        made = packed(**{"one/patient.json": facts, "two/patient.json": b'{"affected": "up"}'})
        with pytest.raises(InvalidInputError, match=r"patient\.json"):
            import_zip(store, made, "all.zip", LIMITS)
        assert store.patients() == []
        good = packed(**{"one/patient.json": facts, "two/patient.json": facts})
        assert len(import_zip(store, good, "all.zip", LIMITS)) == 2


def test_a_zip_that_would_burst_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    limits = Limits(file=2**20)
    with (
        Store(tmp_path / "store") as store,
        pytest.raises(InvalidInputError, match="packed more tightly"),
    ):
        import_zip(store, packed(**{"a.jpg": bytes(2**25)}), "bomb.zip", limits)


def test_a_zip_of_too_many_photos_is_refused(tmp_path: Path) -> None:
    made = packed(**{f"{i}.png": photo(i) for i in range(3)})
    with Store(tmp_path / "store") as store, pytest.raises(InvalidInputError, match="more photos"):
        import_zip(store, made, "many.zip", Limits(packed_files=2))


def test_the_demo_s_patient_is_marked_and_can_be_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make(folder: Path) -> Demo:
        folder.mkdir()
        (folder / "2026-03-02 rest.png").write_bytes(photo(1))
        return Demo(folder, date(2026, 3, 9), Measurements({}))

    class Kept:
        waiting: ClassVar[list[str]] = []

        def add(self, number: str) -> None:
            self.waiting.append(number)

    monkeypatch.setattr("asymmetry.web.demo.make_demo", make)
    with Store(tmp_path / "store") as store:
        add_demo(store, Kept(), Events(), LIMITS)  # type: ignore[arg-type]
        (patient,) = store.patients()
        assert (patient.demo, patient.photos) == (True, 1)
        assert patient.treatments[0].date == "2026-03-09"
        assert Kept.waiting == [each.id for each in store.photos(patient.id)]
        store.delete_patient(patient.id)
        assert store.patients() == []


def test_what_an_import_leaves_out_is_told(tmp_path: Path) -> None:
    manifest = b"photo,taken\na.png,2026-03-02\nlost.png,2026-03-03\npage,2026-03-04\n"
    files = {
        "a.png": photo(1),
        "more/page.jpg": b"<html>",
        "cut.heic": b"nothing",
        "manifest.csv": manifest,
        "notes.csv": b"date,text\n,tired\n2026-03-02,well\n",
    }
    with Store(tmp_path / "store") as store:
        (made,) = import_zip(store, packed(**files), "Ada.zip", LIMITS)
        assert [each.name for each in made.photos] == ["a.png"]
        assert [each.text for each in store.notes(made.patient.id)] == ["well"]
    told = dict(made.refused)
    assert len(told) == len(made.refused)
    assert set(told) == {"more/page.jpg", "cut.heic", "lost.png", "notes"}
    assert "not a supported photo format" in told["more/page.jpg"]
    assert "no such photo" in told["lost.png"]
    assert "tired" in told["notes"]


@pytest.mark.parametrize("second", ["clinic/P-2/b.png", "clinic/b.png"])
def test_photos_beside_the_folder_of_the_lists_are_not_left_behind(
    tmp_path: Path, second: str
) -> None:
    listed = b"date,product\n2026-03-02,x\n"
    files = {"clinic/P-1/a.png": photo(1), "clinic/P-1/treatments.csv": listed, second: photo(2)}
    with Store(tmp_path / "store") as store:
        with pytest.raises(InvalidInputError, match=f"{second}: lies outside"):
            import_zip(store, packed(**files), "clinic.zip", LIMITS)
        assert store.patients() == []


def test_a_list_at_the_top_counts_and_no_photo_is_taken_for_one(tmp_path: Path) -> None:
    dated = b"date,text\n2026-03-02,well\n"
    files = {
        "Ada/2026-03-01/notes.csv": dated,
        "Ada/2026-03-01/notes.png": photo(1),
        "Ada/2026-03-08/notes/b.png": photo(2),
        "Ada/treatments.csv": b"date,product\n2026-03-05,x\n",
    }
    with Store(tmp_path / "store") as store:
        (made,) = import_zip(store, packed(**files), "Ada.zip", LIMITS)
        assert len(made.photos) == 2
        assert [each.date for each in made.patient.treatments] == ["2026-03-05"]
        assert [name for name, _ in made.refused] == ["2026-03-01/notes.csv"]
        plain = {name: data for name, data in files.items() if name.endswith("png")}
        (made,) = import_zip(store, packed(**plain), "Ada.zip", LIMITS)
        assert len(made.photos) == 2


def test_a_line_that_two_photos_match_is_told_without_the_server_s_folder(tmp_path: Path) -> None:
    files = {"x/a.png": photo(1), "y/a.png": photo(2), "manifest.csv": b"photo\na.png\n"}
    with Store(tmp_path / "store") as store:
        with pytest.raises(InvalidInputError, match=r"^the manifest's a\.png matches x/a"):
            import_zip(store, packed(**files), "Ada.zip", LIMITS)
        assert store.patients() == []
