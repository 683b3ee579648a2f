"""A series from a database, saved, loaded and added to; and metrics of a program's own in it."""

from __future__ import annotations

import io
import logging
import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from asymmetry import Landmarks, PhotoBytes, Series, measure
from asymmetry.core.version import SCORE_VERSION
from asymmetry.errors import InvalidInputError
from asymmetry.metrics import catalogue, movement_catalogue
from asymmetry.photos.manifest import DiaryNote
from asymmetry.photos.sources import name_source
from asymmetry.report import render
from asymmetry.scoring import Score
from asymmetry.series.saving import load_saved
from asymmetry.synthetic import face
from tests.own_metrics import cheek_height, cheek_lift, nose_depth
from tests.pages import Page, dated, series, smiling

SIZE = face(1, px_per_mm=1.5).size[0].tolist()


@dataclass
class Reader:
    """Stands in for an extractor: one made face for each photo, and what it was asked to read."""

    mirrored: bool = False
    method: str = "made"
    asked: list[str] = field(default_factory=list)

    @property
    def provenance(self) -> dict[str, Any]:
        settings = {"sizes": (1.05, 0.95)}
        return {
            "method": self.method,
            "score_version": SCORE_VERSION,
            "settings": settings,
            "mirrored": self.mirrored,
        }

    def extract(self, photos: Iterable[Any], *, progress: Any = None) -> Landmarks:
        rows = []
        for source in progress(photos) if progress else photos:
            self.asked.append(name_source(source))
            rows.append(face(1, px_per_mm=1.5))
        return replace(Landmarks.concat(rows), provenance=self.provenance)


def picture(grey: int) -> bytes:
    """The file of a grey photo."""
    stream = io.BytesIO()
    Image.new("RGB", SIZE, (grey, grey, grey)).save(stream, "JPEG")
    return stream.getvalue()


def from_database(reader: Reader, n: int = 3, **options: Any) -> Series:
    photos = [
        PhotoBytes(f"P17/{i}", picture(20 * i), taken=f"2026-03-{i + 1:02d}") for i in range(n)
    ]
    return Series.from_photos(photos, extractor=reader, **options)


def assert_same(one: Series, other: Series) -> None:
    assert one.static == other.static
    assert one.photos == other.photos
    assert one.movements == other.movements
    assert one.about == other.about
    for name in ("treated_on", "affected", "notes", "folder"):
        assert getattr(one, name) == getattr(other, name)


def test_a_series_of_bytes_has_dates_and_pictures_in_its_report() -> None:
    made = from_database(Reader(), treated_on="2026-03-02")
    assert made.static["photo"].tolist() == ["P17/0", "P17/1", "P17/2"]
    assert made.static["day"].tolist() == [-1.0, 0.0, 1.0]
    assert len(Page(render(made)).pictures) >= 3
    without = Series.from_landmarks(made.landmarks, about=made.about)
    assert Page(render(without)).pictures == []


def test_pictures_may_be_given_with_landmarks() -> None:
    made = series(2)
    photos = [picture(100), picture(150)]
    shown = Series.from_landmarks(made.landmarks, expression=["rest"] * 2, photos=photos)
    assert len(Page(render(shown)).pictures) >= 2
    by_name = dict(zip(made.landmarks.photo.tolist(), photos, strict=True))
    assert Series.from_landmarks(made.landmarks, photos=by_name).sources == by_name
    with pytest.raises(InvalidInputError, match="3 for 2 rows"):
        Series.from_landmarks(made.landmarks, photos=[b""] * 3)
    twins = replace(made.landmarks, photo=np.array(["a", "a"]))
    with pytest.raises(InvalidInputError, match="two photos are called 'a'"):
        Series.from_landmarks(twins, photos=photos)


def test_a_series_is_the_same_after_saving(tmp_path: Path) -> None:
    notes = [DiaryNote(None, "tired"), DiaryNote(smiling().day_zero, "sore", "pain", "left")]
    before = Series.from_landmarks(
        smiling().landmarks,
        treated_on="2026-03-01",
        affected="left",
        expression=["rest", "smile_open"] * 4,
        notes=notes,
    )
    before.save(tmp_path / "p17.npz")
    assert_same(Series.load(tmp_path / "p17.npz"), before)
    read = from_database(Reader())
    read.save(tmp_path / "p18.npz")
    loaded = Series.load(tmp_path / "p18.npz", folder=tmp_path)
    assert loaded.folder == tmp_path
    assert loaded.about == read.about
    assert len(Landmarks.load(tmp_path / "p18.npz")) == 3
    with np.load(tmp_path / "p18.npz", allow_pickle=False) as file:
        assert picture(20) not in b"".join(file[name].tobytes() for name in file.files)


def test_numbers_of_another_version_are_not_loaded(tmp_path: Path) -> None:
    made = series(2)
    old = {"score_version": SCORE_VERSION - 1}
    Series.from_landmarks(replace(made.landmarks, provenance=old)).save(tmp_path / "old.npz")
    with pytest.raises(InvalidInputError, match=rf"old\.npz: .*version {SCORE_VERSION - 1}.*again"):
        load_saved(tmp_path / "old.npz")
    made.landmarks.save(tmp_path / "points.npz")
    with pytest.raises(InvalidInputError, match=r"points\.npz: holds landmarks and no series"):
        Series.load(tmp_path / "points.npz")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "P17"
    made.mkdir()
    for day in (1, 2):
        (made / f"2026-03-{day:02d} rest.jpg").write_bytes(picture(10 * day))
    return made


def test_what_is_new_in_a_folder_is_read_and_nothing_else(folder: Path) -> None:
    first, second = Reader(), Reader()
    made = Series.from_folder(folder, extractor=first, treated_on="2026-03-01")  # type: ignore[arg-type]
    (folder / "2026-03-09 rest.jpg").write_bytes(picture(90))
    shutil.copy(folder / "2026-03-01 rest.jpg", folder / "a copy 2026-03-20.jpg")
    more = made.add(folder, extractor=second)  # type: ignore[arg-type]
    assert [Path(name).name for name in second.asked] == ["2026-03-09 rest.jpg"]
    assert more.static["day"].tolist() == [0.0, 1.0, 8.0]
    assert more.static["expression"].tolist() == ["rest"] * 3
    assert len(made) == 2
    assert len(more.add(folder, extractor=second)) == 3  # type: ignore[arg-type]
    assert len(Page(render(more)).pictures) >= 3


def test_adding_gives_what_reading_all_at_once_gives(folder: Path) -> None:
    reader: Any = Reader()
    made = Series.from_folder(folder, extractor=reader)
    (folder / "2026-04-01 smile.jpg").write_bytes(picture(90))
    whole = Series.from_folder(folder, extractor=reader)
    added = made.add(folder, extractor=reader)
    assert added.static == whole.static
    assert added.photos == whole.photos


def test_a_saved_series_is_added_to(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    reader: Any = Reader()
    from_database(reader).save(tmp_path / "p17.npz")
    loaded = Series.load(tmp_path / "p17.npz")
    photos = [
        PhotoBytes("P17/9", picture(200), taken="2026-03-09"),
        PhotoBytes("another name", picture(20)),
        PhotoBytes("P17/2", b"other bytes"),
    ]
    with caplog.at_level(logging.WARNING, logger="asymmetry"):
        more = loaded.add(photos, extractor=reader)
    assert more.static["photo"].tolist() == ["P17/0", "P17/1", "P17/2", "P17/9"]
    assert [record.getMessage() for record in caplog.records] == [
        "another name is not added: it is there as P17/1",
        "P17/2 is not added: it is there as P17/2",
    ]
    assert len(loaded.add([], extractor=reader)) == 3


def test_photos_by_another_method_are_not_added() -> None:
    made = from_database(Reader())
    other: Any = Reader(method="plain")
    with pytest.raises(InvalidInputError, match=r"other settings \(method\)"):
        made.add([picture(99)], extractor=other)
    assert other.asked == []


def test_each_photo_keeps_how_it_was_stored() -> None:
    made = from_database(Reader(), 1)
    selfie: Any = Reader(mirrored=True)
    more = made.add([PhotoBytes("selfie", picture(99), taken="2026-04-01")], extractor=selfie)
    assert more.photos["mirrored"].tolist() == [False, True]


def test_photos_by_name() -> None:
    reader: Any = Reader()

    def progress(photos: Iterable[Any]) -> Iterator[Any]:
        yield from photos

    named = {"2026-03-01 a": picture(1), "2026-03-02 b": np.zeros((60, 60, 3), np.uint8)}
    made = Series.from_photos(named, extractor=reader, progress=progress)
    assert made.static["photo"].tolist() == list(named)
    assert made.static["day"].tolist() == [0.0, 1.0]
    with pytest.raises(InvalidInputError, match="mirrored"):
        Series.from_photos([], extractor=reader, mirrored=True)


def test_own_metrics_are_measured_followed_and_reported() -> None:
    n = 4
    points = dated(face(n, px_per_mm=1.5), [10 * i for i in range(n)])
    own = [*catalogue(), *movement_catalogue(), cheek_height, nose_depth]
    made = Series.from_landmarks(points, expression=["rest"] * n, metrics=own)
    assert {*cheek_height.columns, *nose_depth.columns} <= set(made.static)
    assert made.own_metrics == (cheek_height, nose_depth)
    assert len(made.course("cheek_height")) == n
    assert made.course("cheek_height").column == "cheek_height_diff_mm"
    text = render(made)
    assert "cheek height (mm)" in text
    assert "nose depth (mm)" in text
    assert cheek_height.definition in text
    plain = Series.from_landmarks(points, expression=["rest"] * n)
    assert "Other metrics" not in render(plain)
    for column in plain.static:
        np.testing.assert_array_equal(plain.static[column], made.static[column])


def test_few_metrics_leave_what_changes_and_reports_rest_on() -> None:
    made = smiling()
    few = Series.from_landmarks(
        made.landmarks,
        treated_on="2026-03-01",
        about=made.about,
        metrics=[cheek_height, cheek_lift],
    )
    assert "nose_width_pct" not in few.static
    assert [each.column for each in few.changes()] == [each.column for each in made.changes()]
    assert "cheek_lift_diff_mm" in few.movements
    assert len(few.course("cheek_lift")) == len(made.course("commissure_travel"))
    render(few)


def test_an_own_movement_is_left_out_where_a_side_is_still() -> None:
    made = smiling()
    points = replace(made.landmarks, spread=np.ones_like(made.landmarks.spread))
    series = Series.from_landmarks(points, about=made.about, metrics=[cheek_lift])
    assert series.moved["cheek_lift_right_still"].all()
    assert np.isnan(series.movements["cheek_lift_right_mm"]).all()
    assert not [name for name in series.movements if name.endswith("_still")]


def test_own_metrics_of_one_photo() -> None:
    points = face(1)
    table = measure(points, metrics=[cheek_height])
    result = Score(points, table)
    assert result["cheek_height_right_mm"] == pytest.approx(result["cheek_height_left_mm"])
    assert result.notable() == ()
    assert "Brow" not in repr(result)
    assert "<table>" in result._repr_html_()
