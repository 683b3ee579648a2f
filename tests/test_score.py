from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

import asymmetry
from asymmetry import Extractor, Measurements, Note, Score, measure, score
from asymmetry.errors import (
    InvalidInputError,
    NoFaceError,
    PhotoError,
    PhotoTooLargeError,
    UnreadablePhotoError,
)
from asymmetry.metrics.headline import notable
from asymmetry.synthetic import face


@pytest.fixture(scope="module")
def portrait(portrait_path: Path) -> Score:
    return score(portrait_path)


def test_score_of_a_photo_is_the_measured_row(portrait: Score, portrait_path: Path) -> None:
    assert portrait.photo == str(portrait_path)
    assert portrait.status == "warn"  # glasses
    assert len(portrait.landmarks) == portrait.measurements.rows == 1
    assert portrait["brow_height_diff_mm"] == portrait.measurements["brow_height_diff_mm"][0]
    assert portrait["brow_height_diff_mm"] == pytest.approx(
        portrait["brow_height_right_mm"] - portrait["brow_height_left_mm"]
    )


def test_score_is_a_mapping_of_numbers(portrait: Score) -> None:
    assert len(portrait) == len(list(portrait)) > 60
    assert all(isinstance(value, float) for value in portrait.values())
    assert "photo" not in list(portrait)
    for name in ("photo", "no_such_column"):
        with pytest.raises(KeyError):
            portrait[name]


def test_pixels_and_bytes_score_as_the_file_does(
    portrait: Score, portrait_path: Path, astronaut: npt.NDArray[np.uint8]
) -> None:
    with Extractor() as extractor:
        again = score(portrait_path.read_bytes(), extractor=extractor)
        other = score(astronaut, extractor=extractor)
        assert extractor.extract([portrait_path]).usable.all()  # still open
    assert dict(again) == pytest.approx(dict(portrait), nan_ok=True)
    assert math.isfinite(other["brow_height_diff_mm"])


def test_mirrored_swaps_the_sides(portrait: Score, portrait_path: Path) -> None:
    mirrored = score(portrait_path, mirrored=True)
    assert mirrored["brow_height_right_mm"] == pytest.approx(
        portrait["brow_height_left_mm"], abs=0.2
    )
    assert mirrored["brow_height_diff_mm"] == pytest.approx(
        -portrait["brow_height_diff_mm"], abs=0.3
    )


def test_a_ruler_sets_the_scale(portrait: Score, portrait_path: Path) -> None:
    px_per_mm = 1 / portrait["mm_per_px"]
    twice = score(portrait_path, scale=asymmetry.Scale("ruler", px_per_mm / 2))
    assert twice["brow_height_right_mm"] == pytest.approx(2 * portrait["brow_height_right_mm"])


def test_what_cannot_be_scored_raises_by_kind(tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"\xff\xd8\xff nothing more")
    with Extractor() as extractor:
        for photo, error, code in (
            (np.zeros((64, 64, 3), np.uint8), NoFaceError, "no_face"),
            (broken, UnreadablePhotoError, "damaged_header"),
            (tmp_path / "missing.jpg", UnreadablePhotoError, "no_such_file"),
        ):
            with pytest.raises(error) as caught:
                score(photo, extractor=extractor)
            assert isinstance(caught.value.note, Note)
            assert caught.value.note.code == code
            assert caught.value.reason == str(caught.value.note)
    with pytest.raises(PhotoError, match=r"broken\.jpg"):
        score(broken)


def test_too_large_a_photo_raises_its_own_error(portrait_path: Path) -> None:
    with (
        Extractor(max_megapixels=0.1) as extractor,
        pytest.raises(PhotoTooLargeError, match="megapixels"),
    ):
        score(portrait_path, extractor=extractor)


def test_options_of_an_extractor_are_not_taken_twice(portrait_path: Path) -> None:
    with Extractor() as extractor:
        for options in ({"mirrored": True}, {"method": "plain"}):
            with pytest.raises(InvalidInputError, match="Extractor"):
                score(portrait_path, extractor=extractor, **options)  # type: ignore[arg-type]


def drooping() -> Score:
    made = face(brow_right_mm=-3.2, mouth_corner_right_mm=1.0)
    return Score(made, measure(made))


def test_notable_says_what_and_why() -> None:
    (seen,) = drooping().notable()
    assert (seen.note.code, seen.note["headline"]) == ("right_less", "brow_height")
    assert str(seen) == seen.words == "right brow 3.2 mm lower"
    assert seen.column == "brow_height_diff_mm"
    assert seen.diff_mm == pytest.approx(-3.2, abs=1e-3)
    assert seen.visible_mm == 3.0
    assert "2011" in seen.source


def test_repr_reads_as_a_small_table() -> None:
    text = repr(drooping())
    assert "right brow 3.2 mm lower, noticeable: likely" in text
    assert "right mouth corner 1.0 mm higher" in text
    assert text.count("noticeable") == 1
    assert max(map(len, text.splitlines())) < 140


def test_html_escapes_the_photo_name() -> None:
    made = drooping()
    object.__setattr__(made.landmarks, "photo", np.array(["<script>alert(1)</script>.jpg"]))
    assert "<script>" not in made._repr_html_()
    assert "&lt;script&gt;" in made._repr_html_()


@pytest.mark.parametrize("side", ["right", "left"])
def test_of_eyes_to_be_closed_the_one_that_stays_open_is_told(side: str) -> None:
    open_mm = {"right": 5.0, "left": -5.0}[side]
    columns = {
        "fissure_height_diff_mm": [open_mm],
        "fissure_height_diff_sd_mm": [0.4],
        "expression": ["eye_closure"],
    }
    (seen,) = notable(Measurements(columns))[0]
    assert str(seen.note) == f"{side} eye 5.0 mm wider open"
