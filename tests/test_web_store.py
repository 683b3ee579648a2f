"""The store: nothing that was acknowledged is lost, and nothing that was deleted is left."""

from __future__ import annotations

import multiprocessing
import shutil
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from asymmetry import Landmarks
from asymmetry.core.notes import Note
from asymmetry.errors import InvalidInputError
from asymmetry.web.store import schema
from asymmetry.web.store.database import Database, StoreInUseError
from asymmetry.web.store.entries import PlannedTreatment
from asymmetry.web.store.schema import MIGRATIONS, VERSION, migrate
from asymmetry.web.store.store import MissingEntryError, Store
from tests.faces import photo as made_face

PHOTO = b"the bytes of a photo"
TREATED = (PlannedTreatment("2026-03-09", "20 U"),)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.mark.parametrize("version", range(VERSION))
def test_tables_of_every_earlier_version_come_to_the_latest(version: int) -> None:
    database, fresh = sqlite3.connect(":memory:"), sqlite3.connect(":memory:")
    migrate(database, "earlier", MIGRATIONS[:version])
    migrate(database, "earlier")
    migrate(fresh, "fresh")
    tables = "SELECT name, sql FROM sqlite_master ORDER BY name"
    assert database.execute(tables).fetchall() == fresh.execute(tables).fetchall()
    assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)


def test_a_step_is_made_whole_or_not_at_all() -> None:
    database = sqlite3.connect(":memory:", isolation_level=None)
    with pytest.raises(sqlite3.OperationalError):
        migrate(
            database,
            "broken",
            (*MIGRATIONS, "CREATE TABLE more (id INTEGER); CREATE TABLE no such"),
        )
    database.execute("ROLLBACK")
    assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)
    assert not database.execute("SELECT * FROM sqlite_master WHERE name = 'more'").fetchall()


def test_a_later_version_s_tables_are_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Store(folder).close()
    monkeypatch.setattr(schema, "VERSION", 0)
    database = sqlite3.connect(folder / "store.sqlite")
    database.execute(f"PRAGMA user_version = {VERSION + 1}")
    database.close()
    with pytest.raises(InvalidInputError, match="later version"):
        Store(folder)


def test_a_file_of_another_kind_is_refused(folder: Path) -> None:
    folder.mkdir()
    (folder / "store.sqlite").write_bytes(b"no database, and long enough to be looked at" * 20)
    with pytest.raises(InvalidInputError, match="is no store"):
        Store(folder)


def test_a_patient_is_kept(folder: Path) -> None:
    with Store(folder) as store:
        made = store.add_patient("P-17", affected="left", treatments=TREATED)
        store.change_patient(made.id, name="P-18")
        store.add_note(made.id, "2026-03-12", "a headache")
    with Store(folder) as store:
        assert store.patients() == [replace(made, name="P-18")]
        assert [note.text for note in store.notes(made.id)] == ["a headache"]


def test_patients_are_listed_as_a_person_looks_for_them(folder: Path) -> None:
    with Store(folder) as store:
        for name in ("Zoe", "adam", "O\u0308zil", "Özil 2", "Ömer", "O'Brien"):
            store.add_patient(name)
        listed = [each.name for each in store.patients()]
    assert listed == ["adam", "O'Brien", "Ömer", "O\u0308zil", "Özil 2", "Zoe"]


def test_folders_and_files_are_private(folder: Path) -> None:
    with Store(folder) as store:
        photo = store.add_photo(store.add_patient("P").id, "a.jpg", PHOTO)
        files = [folder / "store.sqlite", store.path(photo)]
        folders = [folder, store.photo_folder, store.path(photo).parent]
    assert {path.stat().st_mode & 0o777 for path in files} == {0o600}
    assert {path.stat().st_mode & 0o777 for path in folders} == {0o700}


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.jpg", "etc/passwd.jpg"),
        ("2026-03-09/./../smile.jpg", "2026-03-09/smile.jpg"),
        ("C:\\photos\\a.jpg", "C:/photos/a.jpg"),
        ("..", "photo.jpg"),
        ("/", "photo.jpg"),
        ("", "photo.jpg"),
        ("scores.csv", "scores.csv.jpg"),
        ("a\x00b\n.jpg", "ab.jpg"),
        ("x" * 500 + "/a.jpg", "x" * 120 + "/a.jpg"),
    ],
)
def test_names_lead_nowhere(folder: Path, given: str, kept: str) -> None:
    with Store(folder) as store:
        photo = store.add_photo(store.add_patient("P").id, given, PHOTO)
        assert photo.name == kept
        assert store.path(photo).parent.parent == store.photo_folder


def test_a_folder_tells_the_day(folder: Path) -> None:
    with Store(folder) as store:
        patient = store.add_patient("P").id
        first, second = (
            store.add_photo(patient, f"{day}/smile.jpg", day.encode())
            for day in ("2026-03-09", "2026-03-10")
        )
        again = store.add_photo(patient, "2026-03-10/smile.jpg", b"another")
    assert (first.taken, second.taken) == ("2026-03-09", "2026-03-10")
    assert again.name == "2026-03-10/smile (2).jpg"


def test_the_same_bytes_are_one_photo_and_the_same_name_is_numbered(folder: Path) -> None:
    with Store(folder) as store:
        patient = store.add_patient("P").id
        first, again = (store.add_photo(patient, name, PHOTO) for name in ("a.jpg", "b.jpg"))
        other = store.add_photo(patient, "a.jpg", b"another photo")
        assert (again, other.name) == (first, "a (2).jpg")
        assert store.add_photo(patient, "A.JPG", b"a third one").name == "A (3).JPG"
        assert len(store.photos(patient)) == 3


def test_points_and_status_are_kept(folder: Path) -> None:
    face = made_face()
    with Store(folder) as store:
        photo = store.add_photo(store.add_patient("P").id, "2026-03-12 smile.jpg", PHOTO)
        assert (photo.waits, photo.taken, photo.expression) == (True, "2026-03-12", "smile_open")
        store.finish_photo(photo.id, face, photo.record)
    with Store(folder) as store:
        (read,) = store.photos(photo.patient)
        assert (read.status, store.landmarks(read)) == ("ok", face)


def test_a_file_that_is_no_photo_is_not_kept(folder: Path) -> None:
    with Store(folder) as store:
        photo = store.add_photo(store.add_patient("P").id, "a.jpg", PHOTO)
        blank = Landmarks.blank(["a.jpg"], status="unreadable", reason="damaged")
        store.finish_photo(photo.id, blank, photo.record)
        assert not store.path(photo).exists()
        assert store.photo(photo.id).reason == "damaged"


@pytest.mark.parametrize("code", ["out_of_time", "ended_the_process", "not_scored"])
def test_a_photo_whose_reading_failed_keeps_its_file(folder: Path, code: str) -> None:
    with Store(folder) as store:
        photo = store.add_photo(store.add_patient("P").id, "a.jpg", PHOTO)
        blank = Landmarks.blank(
            ["a.jpg"], status="unreadable", reason=Note(code, error="", limit=1)
        )
        store.finish_photo(photo.id, blank, photo.record)
        assert store.path(photo).read_bytes() == PHOTO


def test_corrections_are_kept_one_after_the_other(folder: Path) -> None:
    fact = "point commissure right"
    with Store(folder) as store:
        photo = store.add_photo(store.add_patient("P").id, "a.jpg", PHOTO)
        for place in ([1.0, 2.0], [3.0, 4.0], None):
            store.correct(photo.id, {fact: place, "expression": "rest"}, "Ada")
    with Store(folder) as store:
        assert store.photo(photo.id).corrected == {"expression": "rest"}
        told = [(each.fact, each.old, each.new) for each in store.history(photo.id)]
        assert told == [
            (fact, None, [1.0, 2.0]),
            ("expression", None, "rest"),
            (fact, [1.0, 2.0], [3.0, 4.0]),
            (fact, [3.0, 4.0], None),
        ]


def test_deleted_is_deleted(folder: Path) -> None:
    secret = "a name that nobody else has"
    with Store(folder) as store:
        gone, kept = store.add_patient(secret), store.add_patient("kept")
        for patient in (gone, kept):
            photo = store.add_photo(patient.id, f"{patient.name}.jpg", PHOTO)
            store.finish_photo(photo.id, made_face(), photo.record)
            store.correct(photo.id, {"excluded": patient.name}, "Ada")
            store.add_note(patient.id, "2026-03-12", patient.name)
        store.delete_patient(gone.id)
        assert [each.name for each in store.patients()] == ["kept"]
        with pytest.raises(MissingEntryError):
            store.patient(gone.id)
        assert secret.encode() not in _read_tables(folder)
        assert [path.name for path in store.photo_folder.iterdir()] == [kept.id]


def test_deleted_is_deleted_when_a_reader_lets_go(folder: Path) -> None:
    secret = "a name that nobody else has"
    with Store(folder) as store:
        gone = store.add_patient(secret)
        reader = sqlite3.connect(folder / "store.sqlite", isolation_level=None)
        reader.execute("BEGIN")
        assert reader.execute("SELECT count(*) FROM patients").fetchone() == (1,)
        store.delete_patient(gone.id)
        assert secret.encode() in (folder / "store.sqlite-wal").read_bytes()
        reader.close()
        end = time.monotonic() + 60
        while secret.encode() in _read_tables(folder) and time.monotonic() < end:
            time.sleep(0.05)
        assert secret.encode() not in _read_tables(folder)


def test_what_a_killed_server_left_in_its_log_is_taken_out(folder: Path) -> None:
    secret = "a name that nobody else has"
    with Store(folder) as store:
        gone = store.add_patient(secret)
        with sqlite3.connect(folder / "store.sqlite") as reader:
            reader.execute("SELECT count(*) FROM patients").fetchone()
            with store._database.change() as tables:
                tables.execute("DELETE FROM patients WHERE id = ?", (gone.id,))
        reader.close()
        shutil.copytree(folder, folder.with_name("killed"))
    assert secret.encode() in _read_tables(folder.with_name("killed"))
    with Store(folder.with_name("killed"), alone=True):
        assert secret.encode() not in _read_tables(folder.with_name("killed"))


def _read_tables(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in folder.glob("store.sqlite*"))


def test_a_second_server_is_told(folder: Path) -> None:
    with (
        Store(folder, alone=True),
        pytest.raises(StoreInUseError, match="another asymmetry server"),
    ):
        Store(folder, alone=True)
    with (
        Store(folder, alone=True),
        Store(folder) as reader,
    ):  # a command line may read beside a server
        assert reader.patients() == []


def _hold(folder: Path, held: object) -> None:
    Database(folder, alone=True)
    held.set()  # type: ignore[attr-defined]
    multiprocessing.Event().wait()


def test_a_killed_server_lets_the_store_go(folder: Path) -> None:
    Store(folder).close()
    spawn = multiprocessing.get_context("spawn")
    held = spawn.Event()
    process = spawn.Process(target=_hold, args=(folder, held))
    process.start()
    assert held.wait(60)
    with pytest.raises(StoreInUseError):
        Store(folder, alone=True)
    process.kill()
    process.join()
    Store(folder, alone=True).close()


def test_files_of_no_photo_are_removed_at_the_next_start(folder: Path) -> None:
    with Store(folder) as store:
        photo = store.add_photo(store.add_patient("P").id, "a.jpg", PHOTO)
        orphans = [store.path(photo).with_name(name) for name in ("0" * 64, "x.npz", "y.jpg.part")]
        left = folder / "temporary" / "tmp" / "photos"
        left.mkdir(parents=True)
        for path in (*orphans, left / "a.jpg"):
            path.write_bytes(b"left behind")
    with Store(folder, alone=True) as store:
        assert [path for path in store.photo_folder.rglob("*") if path.is_file()] == [
            store.path(photo)
        ]
        assert not left.parent.exists()


def test_points_of_other_numbers_are_read_again(folder: Path) -> None:
    with Store(folder) as store:
        photo = store.add_photo(store.add_patient("P").id, "a.jpg", PHOTO)
        store.finish_photo(photo.id, made_face(), photo.record)
    database = sqlite3.connect(folder / "store.sqlite")
    with database:
        database.execute("UPDATE photos SET score_version = score_version - 1")
    database.close()
    with Store(folder, alone=True) as store:
        assert [each.id for each in store.queued()] == [photo.id]


def test_a_folder_of_other_things_is_refused_and_left_alone(folder: Path) -> None:
    own = folder / "photos" / "2026-03-09" / "smile.jpg"
    own.parent.mkdir(parents=True)
    own.write_bytes(PHOTO)
    mode = folder.stat().st_mode
    with pytest.raises(InvalidInputError, match="holds other files"):
        Store(folder, alone=True)
    assert own.read_bytes() == PHOTO
    assert folder.stat().st_mode == mode


def test_a_start_that_was_cut_off_is_made_again(folder: Path) -> None:
    (folder / "photos").mkdir(parents=True)
    (folder / "lock.sqlite").touch()
    Store(folder, alone=True).close()


def _fail_at_the_end(store: Store) -> None:
    with store._database.change() as tables:
        tables.execute("PRAGMA defer_foreign_keys = ON")
        tables.execute("INSERT INTO visits (patient, date) VALUES ('nobody', '2026-03-09')")


def test_a_change_that_cannot_be_kept_stops_no_other(folder: Path) -> None:
    with Store(folder) as store:
        with pytest.raises(sqlite3.IntegrityError):
            _fail_at_the_end(store)
        assert store.add_patient("P").name == "P"


def test_bytes_that_come_while_they_are_deleted_are_kept(folder: Path) -> None:
    with Store(folder) as store, ThreadPoolExecutor(8) as pool:
        patient = store.add_patient("P").id

        def add_and_delete(i: int) -> None:
            photo = store.add_photo(patient, f"{i}.jpg", PHOTO)
            with suppress(MissingEntryError):
                store.delete_photo(photo.id)

        list(pool.map(add_and_delete, range(60)))
        for _ in range(20):
            gone = store.add_photo(patient, "a.jpg", PHOTO)
            deleted = pool.submit(store.delete_photo, gone.id)
            kept = store.add_photo(patient, "b.jpg", PHOTO)
            deleted.result()
            there = [each.id for each in store.photos(patient)]
            assert (kept.id in there) == store.path(kept).exists()


def test_facts_that_are_changed_at_once_are_all_kept(folder: Path) -> None:
    with Store(folder) as store, ThreadPoolExecutor(8) as pool:
        for i in range(20):
            patient = store.add_patient("P").id
            changes = ({"name": f"Q{i}"}, {"affected": "left"}, {"setting": "clinic"})
            list(pool.map(lambda facts, of=patient: store.change_patient(of, **facts), changes))
            found = store.patient(patient)
            assert (found.name, found.affected, found.setting) == (f"Q{i}", "left", "clinic")


def test_no_file_of_a_deleted_patient_comes_later(folder: Path) -> None:
    with Store(folder) as store, ThreadPoolExecutor(8) as pool:
        for _ in range(10):
            patient = store.add_patient("P").id

            def add(i: int, of: str = patient) -> None:
                with suppress(MissingEntryError):
                    store.add_photo(of, f"{i}.jpg", PHOTO + bytes([i]))

            added = [pool.submit(add, i) for i in range(8)]
            store.delete_patient(patient)
            for each in added:
                each.result()
        assert not list(store.photo_folder.iterdir())


def test_points_of_a_photo_that_waits_are_not_remembered(folder: Path) -> None:
    with Store(folder) as store:
        photo = store.add_photo(store.add_patient("P").id, "a.jpg", PHOTO)
        assert not store.landmarks(photo).usable[0]
        store.finish_photo(photo.id, made_face(), photo.record)
        assert store.landmarks(store.photo(photo.id)).usable[0]
