"""A scored archive as a table and as people."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest

import asymmetry
from asymmetry import Series, read_archive
from asymmetry.archive import list_subjects, read_landmarks, read_person
from asymmetry.errors import InvalidInputError
from tests.archives import portraits

parquet = pytest.importorskip("pyarrow.parquet", reason="the extra table is not installed")


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory, portrait_path: Path) -> Path:
    folder = portraits(tmp_path_factory.mktemp("photos"), portrait_path, 7)
    (folder / "P00" / "2026-04-01 broken.jpg").write_bytes(b"\xff\xd8\xff")
    (folder / "loose 2026-03-01.jpg").write_bytes(portrait_path.read_bytes())
    return folder


@pytest.fixture(scope="module")
def scores(photos: Path) -> Path:
    path = photos.parent / "scores.parquet"
    asymmetry.score_archive(photos, path, method="plain", workers=0, landmarks=True)
    return path


def test_an_archive_is_a_table(scores: Path) -> None:
    table = read_archive(scores)
    assert table.rows == 9
    assert not {"points", "spread", "pose", "blendshapes"} & set(table)
    assert table.provenance["method"] == "plain"
    again = asymmetry.measure(read_landmarks(scores))
    for column in ("mrd1_diff_mm", "status", "reason"):
        np.testing.assert_array_equal(table[column], again[column])
    few = read_archive(scores, columns=["photo", "mrd1_diff_mm"], subject="P01")
    assert list(few) == ["photo", "mrd1_diff_mm"]
    assert few.rows == 2


def test_people_of_an_archive_are_series(scores: Path, photos: Path) -> None:
    assert list_subjects(scores) == ("P00", "P01", "P02", "P03", "P04")
    made = Series.from_archive(scores, "P00", treated_on="2026-03-02", folder=photos)
    assert made.static["photo"].tolist() == [
        "P00/000 2026-03-01.jpg",
        "P00/005 2026-03-06.jpg",
        "P00/2026-04-01 broken.jpg",
    ]
    assert made.static["day"].tolist()[:2] == [-1.0, 4.0]
    with asymmetry.Extractor(method="plain") as extractor:
        read = Series.from_folder(photos / "P00", extractor=extractor, treated_on="2026-03-02")
    for column in ("mrd1_diff_mm", "expression", "day"):
        np.testing.assert_array_equal(made.static[column], read.static[column])


def test_what_was_said_of_an_expression_is_kept(photos: Path, tmp_path: Path) -> None:
    manifest = photos / "list.csv"
    manifest.write_text(
        "photo,subject,expression\nP00/000 2026-03-01.jpg,A,snarl\nP01/001 2026-03-02.jpg,A,\n",
        encoding="utf-8",
    )
    path = tmp_path / "s.parquet"
    asymmetry.score_archive(manifest, path, method="plain", workers=0, landmarks=True)
    assert [each.expression for each in read_person(path, "A").about] == ["snarl", None]


def test_what_is_no_archive_says_so(scores: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match=r"scores\.parquet: has no photo of a subject 'P9'"):
        Series.from_archive(scores, "P9")
    with pytest.raises(InvalidInputError, match="has no column mrd9"):
        read_archive(scores, columns=["mrd9"])
    (tmp_path / "t.parquet").write_text("text")
    with pytest.raises(InvalidInputError, match="not a Parquet file"):
        read_archive(tmp_path / "t.parquet")
    table = parquet.read_table(scores)
    parquet.write_table(table.select(["photo"]), tmp_path / "other.parquet")
    with pytest.raises(InvalidInputError, match="not written by score_archive"):
        read_archive(tmp_path / "other.parquet")
    parquet.write_table(table.drop_columns(["points"]), tmp_path / "bare.parquet")
    with pytest.raises(InvalidInputError, match="score the archive with landmarks"):
        Series.from_archive(tmp_path / "bare.parquet", "P00")


def test_a_photo_that_the_manifest_does_not_want_counts_nowhere(
    portrait_path: Path, tmp_path: Path
) -> None:
    folder = portraits(tmp_path / "photos", portrait_path, 6)
    unwanted = "P00/005 2026-03-06.jpg"
    (folder / "manifest.csv").write_text(f"photo,use\n{unwanted},no\nP01/001 2026-03-02.jpg,yes\n")
    path = tmp_path / "s.parquet"
    made = asymmetry.score_archive(folder, path, method="plain", workers=0, landmarks=True)
    assert made.statuses["rejected"] == 1
    table = read_archive(path)
    row = table["photo"].tolist().index(unwanted)
    assert (table["status"][row], "unwanted" in table["flags"][row]) == ("rejected", True)
    assert np.isnan(table["mrd1_diff_mm"][row])
    series = Series.from_archive(path, "P00").static
    assert series["status"].tolist().count("rejected") == 1
    assert series["flags"].tolist()[1].split().count("unwanted") == 1


def test_copies_of_a_file_count_once_in_a_person_s_series(
    portrait_path: Path, tmp_path: Path
) -> None:
    folder = portraits(tmp_path / "photos", portrait_path, 6)
    one, copy = (
        folder / "P00" / "005 2026-03-06.jpg",
        folder / "P00" / "old disk" / "b 2026-03-09.jpg",
    )
    copy.parent.mkdir()
    shutil.copy(one, copy)
    path = tmp_path / "s.parquet"
    asymmetry.score_archive(folder, path, method="plain", workers=0, landmarks=True)
    assert read_archive(path, subject="P00")["status"].tolist().count("rejected") == 0
    made = Series.from_archive(path, "P00").static
    told = dict(zip(made["photo"].tolist(), made["flags"].tolist(), strict=True))
    states = dict(zip(made["photo"].tolist(), made["status"].tolist(), strict=True))
    assert states["P00/old disk/b 2026-03-09.jpg"] == "rejected"
    assert "same_file" in told["P00/old disk/b 2026-03-09.jpg"].split()
    assert states["P00/005 2026-03-06.jpg"] != "rejected"
    assert "same_file_with_another_date" in told["P00/005 2026-03-06.jpg"].split()


def test_pictures_of_a_person_are_turned_as_the_manifest_says_and_are_the_photos_that_were_read(
    portrait_path: Path, tmp_path: Path
) -> None:
    folder = portraits(tmp_path / "photos", portrait_path, 11)
    names = [f"P00/{day - 1:03d} 2026-03-{day:02d}.jpg" for day in (1, 6, 11)]
    (folder / "manifest.csv").write_text(f"photo,mirrored\n{names[1]},yes\n{names[2]},no\n")
    path = tmp_path / "s.parquet"
    asymmetry.score_archive(folder, path, method="plain", workers=0, landmarks=True)
    assert "mirrored" not in read_archive(path)
    made = Series.from_archive(path, "P00", folder=folder)
    assert made.photos["photo"].tolist() == names
    assert made.photos["mirrored"].tolist() == [False, True, False]
    assert [each.written for each in made.about] == [(), ("mirrored",), ("mirrored",)]
    assert made.open_source(0) is not None
    (folder / names[0]).write_bytes((folder / names[1]).read_bytes())
    assert made.open_source(0) is None  # it is another photo now


def test_a_photo_that_a_list_names_twice_is_one_of_a_person_s_photos(
    portrait_path: Path, tmp_path: Path
) -> None:
    folder = portraits(tmp_path / "photos", portrait_path, 6)
    names = [f"P00/{day - 1:03d} 2026-03-{day:02d}.jpg" for day in (1, 6)]
    listed = folder / "list.csv"
    listed.write_text("\n".join(["photo", *names, names[0], ""]))
    path = tmp_path / "s.parquet"
    made = asymmetry.score_archive(listed, path, method="plain", workers=0, landmarks=True)
    assert made.photos == 3
    assert Series.from_archive(path, "P00").photos["photo"].tolist() == names
