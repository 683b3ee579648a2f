"""An archive's rows: one per photo, the same numbers as one by one, and where they come from."""

from __future__ import annotations

import hashlib
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from PIL import Image

import asymmetry
from asymmetry.archive import Progress, read_landmarks
from asymmetry.archive.jobs import find_jobs
from asymmetry.archive.parquet import part_table
from asymmetry.archive.pool import MOST_PER_CORE, WORKER_BYTES, worker_count
from asymmetry.archive.rows import Settings, score_job
from asymmetry.cli import main
from asymmetry.core.beside import usable_cores
from asymmetry.errors import InvalidInputError
from tests.archives import portraits

pandas = pytest.importorskip("pandas", reason="the extra table is not installed")
parquet = pytest.importorskip("pyarrow.parquet", reason="the extra table is not installed")

PORTRAITS = 6


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory, portrait_path: Path) -> Path:
    """Six small portraits of five people, and three files that can't be scored."""
    folder = portraits(tmp_path_factory.mktemp("photos"), portrait_path, PORTRAITS)
    Image.new("RGB", (200, 200), "white").save(folder / "P00" / "white.png")
    (folder / "P01" / "cut.jpg").write_bytes(portrait_path.read_bytes()[:9000])
    (folder / "empty.jpg").touch()
    (folder / "P00" / "smile.jpg").write_bytes((folder / "P00" / "000 2026-03-01.jpg").read_bytes())
    (folder / "notes.txt").write_text("no photo")
    return folder


@pytest.fixture(scope="module")
def scored(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Any]:
    """Where the scores are, and what was said of them."""
    path = tmp_path_factory.mktemp("scores") / "new folder" / "scores.parquet"
    made = asymmetry.score_archive(photos, path, method="fast", landmarks=True, csv=True, workers=2)
    return path, made


@pytest.fixture(scope="module")
def table(scored: tuple[Path, Any]) -> Any:
    return pandas.read_parquet(scored[0])


def test_each_photo_has_one_row_in_natural_order(table: Any, photos: Path) -> None:
    names = [job.photo for job in find_jobs(str(photos))]
    assert table["photo"].tolist() == names
    assert len(names) == len(set(names)) == PORTRAITS + 4
    assert names[0] == "empty.jpg"


def test_leading_columns(table: Any) -> None:
    assert table.columns[:10].tolist() == [
        "photo", "taken", "expression", "status", "reason", "flags", "sha256", "subject", "width", "height",
    ]  # fmt: skip


def test_failures_have_a_status_and_a_reason(table: Any) -> None:
    by_name = table.set_index("photo")
    assert by_name.loc["P00/white.png", "status"] == "no_face"
    assert by_name.loc["P01/cut.jpg", "status"] == "unreadable"
    assert by_name.loc["empty.jpg", "flags"].tolist() == ["empty_file"]
    assert "0 bytes" in by_name.loc["empty.jpg", "reason"]
    failed = table[~table["status"].isin(["ok", "warn"])]
    assert len(failed) == 3
    assert (failed["reason"] != "").all()
    assert failed["brow_height_diff_mm"].isna().all()


def test_hash_subject_date_and_expression(table: Any, photos: Path) -> None:
    by_name = table.set_index("photo")
    row = by_name.loc["P00/smile.jpg"]
    assert row["sha256"] == hashlib.sha256((photos / "P00" / "smile.jpg").read_bytes()).hexdigest()
    assert (row["subject"], row["expression"]) == ("P00", "smile_open")
    assert by_name.loc["P03/003 2026-03-04.jpg", "taken"] == pandas.Timestamp("2026-03-04")
    assert by_name.loc["empty.jpg", "subject"] == ""


def test_numbers_are_those_of_one_photo_at_a_time(table: Any, photos: Path) -> None:
    names = table["photo"].tolist()
    with asymmetry.Extractor(method="fast") as extractor:
        measured = asymmetry.measure(extractor.extract([photos / name for name in names]))
    assert [" ".join(codes) for codes in table["flags"]] == measured["flags"].tolist()
    for name, column in measured.items():
        if name not in ("photo", "taken", "flags"):
            np.testing.assert_array_equal(table[name].to_numpy(), column, err_msg=name)
    assert [" ".join(codes) for codes in table["flags"]] == measured["flags"].tolist()


def test_landmarks_come_back_and_measure_the_same(scored: tuple[Path, Any], table: Any) -> None:
    landmarks = read_landmarks(scored[0])
    assert landmarks.provenance["method"] == "fast"
    measured = asymmetry.measure(landmarks)
    assert {"empty_file", "glasses"} <= {note.code for notes in landmarks.notes for note in notes}
    for name in ("brow_height_diff_mm", "mrd1_right_sd_mm", "yaw_deg", "status", "reason"):
        np.testing.assert_array_equal(table[name].to_numpy(), measured[name])


def test_archives_of_old_have_reasons_in_place_of_notes(
    scored: tuple[Path, Any], tmp_path: Path
) -> None:
    parquet.write_table(
        parquet.read_table(scored[0]).drop_columns(["notes"]), tmp_path / "old.parquet"
    )
    landmarks, old = read_landmarks(scored[0]), read_landmarks(tmp_path / "old.parquet")
    failed = ~landmarks.usable
    assert failed.any()
    assert old.reason[failed].tolist() == landmarks.reason[failed].tolist()
    assert {note.code for notes in old.notes for note in notes} == {"text"}


def test_without_landmarks_there_are_none(photos: Path, tmp_path: Path) -> None:
    path = tmp_path / "scores.parquet"
    asymmetry.score_archive(photos / "empty.jpg", path, method="plain", workers=1)
    assert "points" not in pandas.read_parquet(path)
    with pytest.raises(InvalidInputError, match="contains no landmarks"):
        read_landmarks(path)


def test_parts_without_a_face_have_the_columns_of_the_others(photos: Path) -> None:
    jobs = {job.photo: job for job in find_jobs(str(photos))}
    chosen = [[jobs["empty.jpg"]], [jobs["P00/white.png"]], [jobs["P00/smile.jpg"]]]
    tables = [
        part_table(
            part, [score_job(Settings(method="plain"), job) for job in part], {}, landmarks=True
        )
        for part in chosen
    ]
    assert tables[0].schema == tables[1].schema == tables[2].schema


def test_provenance_is_in_the_schema(scored: tuple[Path, Any], photos: Path) -> None:
    known = json.loads(parquet.read_schema(scored[0]).metadata[b"asymmetry"])
    assert known["asymmetry"] == asymmetry.__version__
    assert known["method"] == "fast"
    assert len(known["model_sha256"]) == 64
    assert known["scale_source"] == "iris"
    assert known["archive"]["source"] == str(photos)


def test_csv_holds_the_same_rows(scored: tuple[Path, Any], table: Any) -> None:
    read = pandas.read_csv(scored[0].with_suffix(".csv"), keep_default_na=False, na_values=[""])
    assert read["photo"].tolist() == table["photo"].tolist()
    assert "points" not in read
    np.testing.assert_allclose(read["brow_height_diff_mm"], table["brow_height_diff_mm"], atol=1e-4)


def test_summary_and_nothing_left_behind(scored: tuple[Path, Any]) -> None:
    path, made = scored
    assert made.photos == made.scored == PORTRAITS + 4 == sum(made.statuses.values())
    assert made.statuses["unreadable"] == 2
    assert sorted(each.name for each in path.parent.iterdir()) == ["scores.csv", "scores.parquet"]


def test_again_it_is_left_as_it_is(scored: tuple[Path, Any], photos: Path) -> None:
    path, made = scored
    before = path.stat().st_mtime_ns
    again = asymmetry.score_archive(photos, path, method="fast", landmarks=True)
    assert (again.photos, again.scored, again.statuses) == (made.photos, 0, made.statuses)
    assert path.stat().st_mtime_ns == before


def test_text_can_be_asked_for_later(photos: Path, tmp_path: Path) -> None:
    path = tmp_path / "scores.parquet"
    asymmetry.score_archive(photos / "empty.jpg", path, method="plain", workers=1)
    asymmetry.score_archive(photos / "empty.jpg", path, method="plain", csv=True)
    assert pandas.read_csv(tmp_path / "scores.csv")["photo"].tolist() == ["empty.jpg"]


def test_paths_hold_from_any_folder(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(photos.parent)
    for source in (photos.name, f"{photos.name}/*/*.png"):
        assert all(Path(job.path).is_absolute() for job in find_jobs(source))


def test_another_archive_of_that_name_is_not_overwritten(
    scored: tuple[Path, Any], photos: Path
) -> None:
    with pytest.raises(InvalidInputError, match="made with other settings"):
        asymmetry.score_archive(photos, scored[0], method="plain", landmarks=True)


def test_it_is_overwritten_if_asked(photos: Path, tmp_path: Path) -> None:
    path = tmp_path / "scores.parquet"
    path.write_bytes(b"PAR1 of somebody else")
    with pytest.raises(InvalidInputError, match="not a Parquet file"):
        asymmetry.score_archive(photos / "empty.jpg", path, workers=1)
    asymmetry.score_archive(photos / "empty.jpg", path, method="plain", workers=1, overwrite=True)
    assert len(pandas.read_parquet(path)) == 1


def test_progress_counts_up(photos: Path, tmp_path: Path) -> None:
    seen: list[Progress] = []
    asymmetry.score_archive(
        photos, tmp_path / "s.parquet", method="plain", workers=1, progress=seen.append
    )
    assert [each.done for each in seen] == list(range(PORTRAITS + 5))
    assert seen[-1].failed == 3
    assert seen[-1].failed_share == 3 / (PORTRAITS + 4)


# where photos come from


def test_glob_takes_what_it_names(photos: Path) -> None:
    found = [job.photo for job in find_jobs(f"{photos}/P0[12]/*.jpg")]
    assert found == ["P01/001 2026-03-02.jpg", "P01/cut.jpg", "P02/002 2026-03-03.jpg"]
    assert [job.photo for job in find_jobs(f"{photos}/**/*.png")] == ["P00/white.png"]


def test_a_url_gives_the_rows_of_the_folder(
    photos: Path, scored: tuple[Path, Any], tmp_path: Path
) -> None:
    path = tmp_path / "url.parquet"
    asymmetry.score_archive(photos.as_uri(), path, method="fast", workers=2)
    found = pandas.read_parquet(path).set_index("photo").sort_index()
    known = pandas.read_parquet(scored[0]).set_index("photo").sort_index()
    columns = ["status", "taken", "sha256", "brow_height_diff_mm"]
    pandas.testing.assert_frame_equal(found[columns], known[columns])


def test_photos_inside_a_zip_file(photos: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "photos.zip", "w") as packed:
        for name in ("P00/white.png", "P01/cut.jpg"):
            packed.write(photos / name, name)
    path = tmp_path / "zip.parquet"
    asymmetry.score_archive(f"zip://::{tmp_path}/photos.zip", path, method="plain", workers=1)
    found = pandas.read_parquet(path)
    assert found["photo"].tolist() == ["P00/white.png", "P01/cut.jpg"]
    assert found["status"].tolist() == ["no_face", "unreadable"]


def test_a_manifest_says_who_when_and_what(photos: Path, tmp_path: Path) -> None:
    manifest = photos / "list.csv"
    manifest.write_text(
        "path,subject,taken,expression,mirrored\n"
        "P00/smile.jpg,Ada,2020-02-03,frown,\n"
        "P00/smile.jpg,Ada,2020-02-03,frown,yes\n"
        "nowhere.jpg,,,,\n",
        encoding="utf-8",
    )
    try:
        path = tmp_path / "scores.parquet"
        asymmetry.score_archive(manifest, path, method="fast", workers=1)
    finally:
        manifest.unlink()
    found = pandas.read_parquet(path)
    assert found["subject"].tolist() == ["Ada", "Ada", ""]
    assert found["taken"][:2].tolist() == [pandas.Timestamp("2020-02-03")] * 2
    assert found["taken"].isna().tolist() == [False, False, True]
    assert found["expression"].tolist() == ["frown", "frown", "unknown"]
    assert found["status"].tolist()[2] == "unreadable"
    one, other = found["brow_height_diff_mm"][:2]
    assert one == pytest.approx(-other, abs=1e-4)


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (None, "P00"),
        (r"P(\d+)", "00"),
        (r"(?P<subject>[a-z]+)\.jpg", "smile"),
        ("X", ""),
        ("s.i", "smi"),
    ],
)
def test_subject_by_pattern(photos: Path, pattern: str | None, expected: str) -> None:
    (job,) = (job for job in find_jobs(str(photos), pattern) if job.photo == "P00/smile.jpg")
    assert job.record.subject == expected


@pytest.mark.parametrize(
    ("source", "destination", "options", "message"),
    [
        ("nowhere", "s.parquet", {}, "no such folder, file, pattern"),
        (".", "s.csv", {}, "such as scores.parquet"),
        (".", ".parquet", {}, "such as scores.parquet"),
        ("nowhere", "s.parquet", {"engine": "cloud"}, "local, ray"),
        ("nowhere", "s.parquet", {"method": "best"}, "hemiface, fast, plain"),
        (".", "s.parquet", {"subject": "("}, "not a regular expression"),
        ("nosuchscheme://a/b", "s.parquet", {}, "can't be listed"),
        (".", "s.parquet", {"workers": -1}, "workers has to be at least 0"),
        (".", "s.parquet", {"time_limit": 0}, "time_limit has to be above 0"),
    ],
)
def test_bad_arguments_are_refused(
    tmp_path: Path, source: str, destination: str, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(InvalidInputError, match=message):
        asymmetry.score_archive(source, tmp_path / destination, **options)
    assert list(tmp_path.iterdir()) == []


def test_an_empty_folder_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    with pytest.raises(InvalidInputError, match="no photos there"):
        asymmetry.score_archive(tmp_path / "photos", tmp_path / "s.parquet")
    assert [each.name for each in tmp_path.iterdir()] == ["photos"]


# how many workers


def test_workers_follow_what_they_wait_for() -> None:
    assert worker_count(4, 0, 0, 1e12) == 4
    assert worker_count(4, seconds=10, waited=5, memory=1e12) == 8
    assert worker_count(4, seconds=10, waited=10, memory=1e12) == 4 * MOST_PER_CORE
    assert worker_count(64, seconds=10, waited=0, memory=3.5 * WORKER_BYTES) == 3
    assert worker_count(64, seconds=10, waited=0, memory=0) == 1
    assert usable_cores() >= 1


# the command line


def test_command_line_counts_and_names_the_file(photos: Path, tmp_path: Path) -> None:
    path = tmp_path / "scores.parquet"
    arguments = [
        "archive",
        str(photos),
        "-o",
        str(path),
        "--method",
        "plain",
        "--subject",
        r"P(\d+)",
    ]
    done = CliRunner().invoke(main, [*arguments, "--workers", "1"])
    assert done.exit_code == 0, done.output
    counts, named = done.stdout.splitlines()
    assert re.fullmatch(r"10 photos: \d (ok|warn)(, \d \w+)+", counts)
    assert {"2 unreadable", "1 no_face"} <= set(counts.split(", "))
    assert named == str(path)
    assert set(pandas.read_parquet(path)["subject"]) == {"", "00", "01", "02", "03", "04"}
    again = CliRunner().invoke(main, arguments)
    assert again.stdout.splitlines()[0].endswith("; 10 by earlier runs")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nowhere", "-o", "s.parquet"], 1, "Error: nowhere: no such folder"),
        (["nowhere", "-o", "s.csv"], 1, "give the output file a name such as scores.parquet"),
        (["nowhere"], 2, "Missing option"),
        (["nowhere", "-o", "s.parquet", "--time-limit", "0"], 2, "time-limit"),
        (["nowhere", "-o", "s.parquet", "--workers", "-1"], 2, "workers"),
    ],
)
def test_command_line_says_what_is_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list[str], code: int, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    done = CliRunner().invoke(main, ["archive", *arguments])
    assert done.exit_code == code
    assert said in done.stderr
    assert list(tmp_path.iterdir()) == []
