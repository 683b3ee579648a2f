"""Skin through the front doors: `asymmetry.skin`, a series and an archive."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import asymmetry
from asymmetry import Extractor, PhotoBytes, PhotoError, Series
from asymmetry.core.landmarks import Landmarks
from asymmetry.errors import InvalidInputError
from asymmetry.photos.photo import read_photo
from asymmetry.skin_photos import Skin
from asymmetry.synthetic import Bruise, paint_bruise
from asymmetry.tissue.atlas import REGIONS
from asymmetry.tissue.swelling import REGIONS as SWELLING_REGIONS
from tests.photos import encoded

METHOD = "fast"

AREA = 300.0


@pytest.fixture(scope="module")
def portrait(shared_faces: Path) -> Path:
    return shared_faces / "london" / "009_neutral.jpg"


@pytest.fixture(scope="module")
def person(portrait: Path, extractor: Extractor) -> Landmarks:
    return extractor.extract([portrait])


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, portrait: Path, person: Landmarks) -> Path:
    """A day before a treatment and one after it, with a bruise on the left cheek."""
    made = tmp_path_factory.mktemp("skin")
    pixels = read_photo(portrait).pixels
    bruise = Bruise("left", 4.0, -0.4, AREA, 10, "purple")
    scale = float(asymmetry.measure(person)["mm_per_px"][0])
    bruised = paint_bruise(pixels, person, bruise, mm_per_px=scale).pixels
    for name, shown in (("2026-03-01", pixels), ("2026-03-10", bruised)):
        Image.fromarray(shown).save(made / f"{name}_rest.png")
    return made


def bruised_photo(folder: Path) -> Path:
    return folder / "2026-03-10_rest.png"


def quiet_photo(folder: Path) -> Path:
    return folder / "2026-03-01_rest.png"


def check(found: Skin, row: int) -> None:
    table = found.table
    assert table["bruise_area_left_mm2"][row] == pytest.approx(AREA, rel=0.25)
    assert table["bruise_area_right_mm2"][row] == 0
    assert table["bruise_hue_left"][row] == "red-purple"
    assert table["bruise_depth_left_de"][row] == pytest.approx(10, abs=2)
    assert table["bruise_area_cheek_left_mm2"][row] > 0.7 * table["bruise_area_left_mm2"][row]


def test_a_bruise_is_no_swelling(folder: Path, extractor: Extractor) -> None:
    table = asymmetry.skin(
        bruised_photo(folder), baseline=quiet_photo(folder), extractor=extractor
    ).table
    for region in SWELLING_REGIONS:
        for side in ("right", "left"):
            stem = f"swelling_{region}_{side}"
            if (region, side) == ("cheek", "left"):  # it covers too much of this one
                assert np.isnan(table[f"{stem}_mm"][0])
                continue
            assert abs(table[f"{stem}_mm"][0]) <= 2 * table[f"{stem}_sd_mm"][0], stem


def test_against_a_baseline(folder: Path, extractor: Extractor) -> None:
    photos = [quiet_photo(folder), bruised_photo(folder)]
    found = asymmetry.skin(photos, baseline=quiet_photo(folder), extractor=extractor)
    assert len(found) == 2
    assert found.patches[0] == ()
    check(found, 1)
    assert "left cheek" in repr(found)
    told = found.to_dict()
    assert told["patches"][1][0]["hue"] == "red-purple"
    assert "mask" not in told["patches"][1][0]
    names = [f"{kind}_{region}_{side}{unit}" for region in REGIONS for side in ("right", "left")
             for kind, unit in (("bruise_area", "_mm2"), ("skin_seen", ""))]  # fmt: skip
    assert set(names) < set(found.table)


def test_a_single_photo_and_a_missing_one(folder: Path, extractor: Extractor) -> None:
    found = asymmetry.skin(bruised_photo(folder), extractor=extractor)
    assert found.table["flags"][0].split()[-2:] == ["skin_one_photo", "swelling_alone"]
    missing = asymmetry.skin([folder / "none.png"], extractor=extractor)
    assert missing.table["status"].tolist() == ["unreadable"]
    assert np.isnan(missing.table["bruise_area_left_mm2"][0])
    with pytest.raises(PhotoError, match=r"none\.png"):
        asymmetry.skin(bruised_photo(folder), folder / "none.png", extractor=extractor)
    with pytest.raises(InvalidInputError, match="your own Extractor"):
        asymmetry.skin(bruised_photo(folder), extractor=extractor, mirrored=True)


def test_a_smile_beside_a_face_at_rest_is_no_bruise(
    shared_faces: Path, tmp_path: Path, extractor: Extractor
) -> None:
    """Its folds passed for 100 to 1,600 mm² of bruises in five of six people."""
    london = shared_faces / "london"
    rest, smile = london / "009_neutral.jpg", london / "009_smiling.jpg"
    found = asymmetry.skin([smile, rest], baseline=rest, extractor=extractor)
    assert found.table["bruise_area_left_mm2"].tolist() == [0.0, 0.0]
    assert found.table["bruise_area_right_mm2"].tolist() == [0.0, 0.0]
    notes = [[note.code for note in each] for each in found.table.notes]
    assert "skin_expression" in notes[0]
    assert not {"skin_expression", "skin_one_photo"} & set(notes[1])
    for day, photo in ((1, rest), (10, smile), (17, smile)):
        with Image.open(photo) as opened:
            opened.save(tmp_path / f"2026-03-{day:02d}.jpg", quality=80 + day)
    series = Series.from_folder(
        tmp_path, treated_on="2026-03-05", extractor=extractor, measure_skin=True
    )
    assert series.usual == "smile_open"
    assert series.skin_days is not None
    assert (series.skin_days.baseline, series.skin_days.bruises) == ("", ())


def test_geometry_does_not_change(folder: Path, extractor: Extractor) -> None:
    before = asymmetry.score(quiet_photo(folder), extractor=extractor)
    asymmetry.skin(quiet_photo(folder), extractor=extractor)
    assert dict(asymmetry.score(quiet_photo(folder), extractor=extractor)) == pytest.approx(
        dict(before), abs=0, nan_ok=True
    )


def test_in_a_series(folder: Path, extractor: Extractor) -> None:
    series = Series.from_folder(
        folder, treated_on="2026-03-05", extractor=extractor, measure_skin=True, all_rest=True
    )
    assert series.skin is not None
    assert series.skin.table["day"].tolist() == series.static["day"].tolist()
    check(series.skin, 1)
    assert series.with_skin("2026-03-01_rest.png").skin.table == series.skin.table  # type: ignore[union-attr]
    with pytest.raises(InvalidInputError, match="no photo of the series"):
        series.with_skin("other.png")
    plain = Series.from_folder(folder, treated_on="2026-03-05", extractor=extractor, all_rest=True)
    assert plain.skin is None
    assert plain.static == series.static  # no bit of what else is measured


def test_photos_that_come_later_have_the_baseline_that_was_given(
    folder: Path, extractor: Extractor
) -> None:
    """Without a treatment no photo is before it, so there is no usual baseline."""
    series = Series.from_folder(folder, extractor=extractor, all_rest=True)
    given = series.with_skin("2026-03-01_rest.png")
    later = PhotoBytes(
        "2026-03-12_rest.png", encoded(read_photo(bruised_photo(folder)).pixels, "BMP")
    )
    grown = given.add([later], extractor=extractor)
    assert len(grown) == 3
    assert grown.skin_days is not None
    assert grown.skin_days.baseline == "2026-03-01_rest.png"
    usual = series.with_skin().add([later], extractor=extractor)
    assert usual.skin_days is not None
    assert usual.skin_days.baseline == ""


def test_a_photo_in_light_from_one_side_is_not_the_baseline(
    folder: Path, extractor: Extractor
) -> None:
    series = Series.from_folder(
        folder, treated_on="2026-03-05", extractor=extractor, measure_skin=True, all_rest=True
    )
    pixels = read_photo(quiet_photo(folder)).pixels
    dim = 0.6 + 0.4 * np.tanh(np.linspace(-6, 6, pixels.shape[1]))[:, None]
    aside = PhotoBytes("2026-03-03_rest.png", encoded((pixels * dim).astype(np.uint8), "BMP"))
    grown = series.add([aside], extractor=extractor)
    at = grown.landmarks.photo.tolist().index("2026-03-03_rest.png")
    assert "side_light" in [note.code for note in grown.landmarks.notes[at]]
    assert grown.skin_days is not None
    assert grown.skin_days.baseline == "2026-03-01_rest.png"


def test_in_an_archive(folder: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    made = tmp_path / "scores.parquet"
    how: dict[str, Any] = {"engine": "inline", "method": "fast"}
    asymmetry.score_archive(folder, made, measure_skin=True, **how)
    columns = parquet.read_table(made).column_names
    assert "bruise_area_left_mm2" in columns
    assert "skin_seen_cheek_right" in columns
    plain = tmp_path / "plain.parquet"
    asymmetry.score_archive(folder, plain, **how)
    assert not [name for name in parquet.read_table(plain).column_names if "bruise" in name]
    asked, usual = (parquet.read_table(path) for path in (made, plain))
    assert asked.select(usual.column_names).equals(usual)
