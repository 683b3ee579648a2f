"""Points that a person moved: where they go, which metrics follow, and how sure these are."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from asymmetry import Landmarks, measure
from asymmetry.errors import InvalidInputError
from asymmetry.series.corrections import (
    HandMM,
    correct_points,
    correct_rows,
    measure_corrected,
    read_corrections,
    write_corrections,
)
from tests.faces import PX_PER_MM, photo

CORNER = ("commissure", "right")


@pytest.fixture
def face() -> Landmarks:
    """A made face as the method reads one, with errors of its points."""
    made = photo()
    spread = np.full_like(made.spread, 0.1 * PX_PER_MM)
    return replace(made, spread=spread, provenance={"method": "hemiface", "score_version": 0})


def moved(face: Landmarks, mm: float) -> dict[tuple[str, str], tuple[float, float]]:
    x, y = face.point("commissure", "right")[0, :2].tolist()
    return {CORNER: (x, y + mm * PX_PER_MM)}


def test_a_corner_that_is_put_lower_reads_lower(face: Landmarks) -> None:
    before = measure(face)
    _, after = measure_corrected(face, moved(face, 2.0))
    change = after["commissure_height_right_mm"] - before["commissure_height_right_mm"]
    assert change == pytest.approx(-2.0, abs=0.02)


def test_only_metrics_that_use_the_point_follow(face: Landmarks) -> None:
    before = measure(face)
    _, after = measure_corrected(face, moved(face, 2.0))
    for name in ("brow_height_right_mm", "mrd1_left_mm", "commissure_height_left_mm"):
        assert after[name] == before[name]
        sd = name.replace("_mm", "_sd_mm")
        np.testing.assert_allclose(after[sd], before[sd], rtol=1e-9)


def test_the_error_becomes_that_of_a_hand(face: Landmarks) -> None:
    corrected, after = measure_corrected(face, moved(face, 0.0))
    number = face.layout.number(*CORNER)
    assert corrected.spread[0, number] == pytest.approx(HandMM().other * PX_PER_MM, rel=0.01)
    assert after["commissure_height_right_rsd_mm"] > measure(face)["commissure_height_right_rsd_mm"]
    assert after["commissure_height_diff_sd_mm"] < measure(face)["commissure_height_diff_sd_mm"]
    both = moved(face, 0.0) | {
        ("commissure", "left"): tuple(face.point("commissure", "left")[0, :2].tolist())
    }
    _, by_hand = measure_corrected(face, both)
    assert by_hand["commissure_height_diff_sd_mm"] == pytest.approx(
        by_hand["commissure_height_diff_rsd_mm"], rel=0.02
    )


def test_no_correction_changes_nothing(face: Landmarks) -> None:
    landmarks, table = measure_corrected(face, {})
    assert landmarks is face
    assert table.to_dict() == measure(face).to_dict()


def test_a_corrected_photo_says_so(face: Landmarks) -> None:
    corrected = correct_points(face, moved(face, 1.0))
    assert corrected.notes[0][-1].code == "corrected_points"
    assert corrected.reason.tolist() == ["points placed by hand: commissure right"]
    assert "corrected_points" in str(measure(corrected)["flags"][0])
    assert face.notes[0] == ()


def test_an_unknown_point_is_refused(face: Landmarks) -> None:
    with pytest.raises(InvalidInputError, match="no_such_point"):
        correct_points(face, {("no_such_point", "right"): (1.0, 2.0)})


def test_a_list_of_corrections_is_read_as_it_was_written(tmp_path: Path) -> None:
    told = {"a, b.jpg": {CORNER: (1.25, 2.5), ("subnasale", "middle"): (0.1, 1 / 3)}}
    write_corrections(tmp_path / "corrections.csv", told)
    assert read_corrections(tmp_path / "corrections.csv") == told


@pytest.mark.parametrize("place", ["two", "nan", "inf"])
def test_a_list_that_is_wrong_names_its_line(tmp_path: Path, place: str) -> None:
    path = tmp_path / "corrections.csv"
    path.write_text(f"photo,point,side,x,y\na.jpg,commissure,right,1,{place}\n")
    with pytest.raises(InvalidInputError, match=r"corrections\.csv.*2.*numbers"):
        read_corrections(path)


def test_rows_are_corrected_by_their_names(face: Landmarks) -> None:
    two = Landmarks.concat([replace(face, photo=np.array([name])) for name in ("a", "b")])
    corrected = correct_rows(two, {"b": moved(face, 1.0)})
    assert corrected[:1] == two[:1]
    assert corrected[1:] == correct_points(two[1:], moved(face, 1.0))
    same = two[[0, 1]]
    same = replace(same, photo=np.array(["a", "a"]))
    assert len(correct_rows(same, {"a": moved(face, 1.0)})) == 2
    with pytest.raises(InvalidInputError, match="no points were read from c"):
        correct_rows(two, {"c": moved(face, 1.0)})
