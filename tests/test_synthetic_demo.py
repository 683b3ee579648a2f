"""The demo: dated photos with a known course, the same for the same seed."""

from __future__ import annotations

import importlib.util
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from PIL import ExifTags, Image

from asymmetry.errors import MissingExtraError, NoFaceError
from asymmetry.extract import Extractor
from asymmetry.metrics import measure
from asymmetry.photos.listing import image_files
from asymmetry.photos.photo import read_date
from asymmetry.photos.taken import date_from_name
from asymmetry.synthetic import demo, demo_portrait, make_demo


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A demo of four photos."""
    monkeypatch.setattr(demo, "DAYS", (-7, -7, 10, 110))


@pytest.mark.usefixtures("short")
def test_demo_photos_are_dated_named_and_readable(tmp_path: Path, astronaut_path: Path) -> None:
    made = make_demo(tmp_path / "new" / "demo", portrait=astronaut_path)
    assert made.treated_on == date(2026, 3, 9)
    names = [
        "2026-03-02_rest.jpg",
        "2026-03-02_rest_2.jpg",
        "2026-03-19_rest.jpg",
        "2026-06-27_rest.jpg",
    ]
    assert made.truth["photo"].tolist() == names
    assert [path.name for path in image_files(made.folder)] == names
    assert made.truth["day"].tolist() == [-7, -7, 10, 110]
    for name, taken in zip(names, made.truth["taken"], strict=True):
        with Image.open(made.folder / name) as image:
            exif = image.getexif().get_ifd(ExifTags.IFD.Exif)
        assert exif[ExifTags.Base.DateTimeOriginal][:10].replace(":", "-") == name[:10]
        assert exif[ExifTags.Base.OffsetTimeOriginal] == "+01:00"
        read = read_date(made.folder / name)
        assert read is not None
        assert (read.isoformat(), read.source) == (taken, "exif")
        from_name = date_from_name(name)
        assert from_name is not None
        assert from_name.day == read.day
    written = (made.folder / "truth.csv").read_text(encoding="utf-8")
    assert written == made.truth.to_csv()


@pytest.mark.usefixtures("short")
def test_the_same_seed_writes_the_same_photos(tmp_path: Path, astronaut_path: Path) -> None:
    folders = [
        make_demo(tmp_path / str(i), portrait=astronaut_path, seed=seed).folder
        for i, seed in enumerate((1, 1, 2))
    ]
    one, same, different = (
        [path.read_bytes() for path in image_files(folder)] for folder in folders
    )
    assert one == same
    assert not set(one) & set(different)
    assert len(set(one)) == len(one)


@pytest.mark.usefixtures("short")
def test_the_demo_can_be_read_back(tmp_path: Path, astronaut_path: Path) -> None:
    made = make_demo(tmp_path, portrait=astronaut_path)
    with Extractor() as extractor:
        table = measure(extractor.extract(image_files(made.folder)))
    assert table["status"].tolist() == ["ok"] * 4
    for name in ("brow_height_diff_mm", "commissure_height_diff_mm"):
        read = table[name] - table[name][:2].mean()
        np.testing.assert_allclose(read, made.truth[name], atol=0.7)


def test_the_course_is_as_told() -> None:
    truth = demo._truth("rest")
    day = truth["day"]
    brow, mouth = truth["brow_height_diff_mm"], truth["commissure_height_diff_mm"]
    assert (brow[day < 0] == 0).all()
    assert (mouth[day < 0] == 0).all()
    assert brow[day == 10] == pytest.approx(-3.0)
    assert brow.min() == pytest.approx(-3.0)
    assert brow[day >= 110] == pytest.approx(0.0)
    assert mouth.max() == pytest.approx(
        2.0
    )  # the left corner sits lower: right minus left is positive
    assert mouth[day == 120] == pytest.approx(0.8)
    for metric in ("brow_height", "commissure_height"):
        right, left = truth[f"{metric}_right_mm"], truth[f"{metric}_left_mm"]
        np.testing.assert_array_equal(truth[f"{metric}_diff_mm"], right - left)
    assert len(set(truth["photo"].tolist())) == truth.rows == len(demo.DAYS)
    assert sorted(truth["taken"].tolist()) == truth["taken"].tolist()


def test_a_portrait_comes_with_a_package(monkeypatch: pytest.MonkeyPatch) -> None:
    found = demo_portrait()
    assert (found.path.name, found.expression, found.note) == ("astronaut.png", "smile_open", "")
    find = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "skimage" else find(name)
    )
    other_one = demo_portrait()
    assert (other_one.path.name, other_one.expression) == ("grace_hopper.jpg", "rest")
    assert "glasses" in other_one.note
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(MissingExtraError, match=r"the demo portrait .*\[demo\]"):
        demo_portrait()


def test_a_portrait_without_a_face_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NoFaceError, match="portrait"):
        make_demo(tmp_path / "demo", portrait=np.zeros((200, 200, 3), np.uint8))
    assert not (tmp_path / "demo").exists()
