"""Two photos: the side that moved, by how much and how surely, and what forbids to compare them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

import asymmetry
from asymmetry import Extractor, Landmarks, PhotoBytes, PhotoError
from asymmetry.cli import main
from asymmetry.core.arrays import Pixels
from asymmetry.core.schemes import SIDES, Side
from asymmetry.errors import InvalidInputError
from asymmetry.photos.record import PhotoRecord
from asymmetry.series.pair import Comparison, Shift, compare_pair
from asymmetry.synthetic import Move, face, warp_photo
from tests.test_noticing import without_right_lids
from tests.test_series_findings import OTHER

NAMES = ("a.jpg", "b.jpg")


def compared(
    landmarks: Landmarks, expression: Sequence[str | None] = ("rest", "rest"), **options: str
) -> Comparison:
    named = replace(landmarks, photo=np.array(NAMES))
    about = [
        PhotoRecord(name, expression=each) for name, each in zip(NAMES, expression, strict=True)
    ]
    return compare_pair(named, about, **options)  # type: ignore[arg-type]


def shift(made: Comparison, part: str) -> Shift:
    return next(each for each in made.changes if each.part == part)


def codes(made: Comparison) -> list[str]:
    return [note.code for note in made.notes]


# Changes


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize(
    ("part", "mm", "headline"),
    [
        ("brow", -4.0, "brow_height"),
        ("upper_lid", -2.5, "mrd1"),
        ("mouth_corner", -4.0, "commissure_height"),
    ],
)
def test_the_side_that_moved_is_told_with_its_error(
    part: str, mm: float, headline: str, side: Side
) -> None:
    made = compared(face(2, **{f"{part}_{side}_mm": [0, mm]}))
    found = shift(made, headline)
    assert (found.beyond, found.side, made.comparable) == (True, side, True)
    assert getattr(found, f"{side}_change") == pytest.approx(mm, abs=0.05)
    assert getattr(found, f"{OTHER[side]}_change") == pytest.approx(0, abs=0.05)
    assert 0.3 < found.error < found.limit < abs(mm)
    assert codes(made)[0] == "pair_moved"
    assert f"{side} " in made.words[0]
    assert "lower" in made.words[0]


def test_nothing_is_told_where_nothing_changed() -> None:
    made = compared(face(2, noise_px=0.2))
    assert codes(made) == ["pair_same", "pair_unchanged", "pair_error"]
    assert not any(each.beyond for each in made.changes)


def test_a_part_that_was_not_compared_is_not_said_to_be_unchanged() -> None:
    patched = without_right_lids(face(2, upper_lid_left_mm=[0, -3]))
    made = compared(patched)
    assert codes(made) == ["pair_same_of_some", "pair_unchanged", "pair_not_measured", "pair_error"]


def test_both_sides_are_told_as_both() -> None:
    moved = {f"brow_{side}_mm": [0, -8] for side in SIDES}
    made = compared(face(2, **moved))
    assert shift(made, "brow_height").side == "both"
    assert made.words[0].startswith("Since the first photo: both brows 8.0 mm lower")


def test_both_sides_are_told_with_the_one_that_moved_farther() -> None:
    made = compared(face(2, brow_left_mm=[0, -8], brow_right_mm=[0, -4.5]))
    assert shift(made, "brow_height").side == "both"
    assert re.fullmatch(
        r"Since the first photo: both brows 6\.2 mm lower \(± .*\), "
        r"left brow 3\.5 mm lower relative to the other side \(± .*\)\.",
        made.words[0],
    )


def test_a_change_that_is_not_certain_prints_less_than_the_size_from_which_one_is() -> None:
    brow = shift(compared(face(2)), "brow_height")
    for below in np.linspace(0.001, 0.2, 40):
        near = replace(brow, diff_after=brow.diff_before - (brow.limit - below))
        assert round(abs(near.change), 1) < round(near.sure_from, 1) <= round(near.limit, 1) + 0.11


def test_a_side_that_may_be_the_other_is_told_with_that_doubt() -> None:
    sure = compared(face(2, brow_left_mm=[0, -4]))
    unsure = compared(face(2, brow_left_mm=[0, -1.7], brow_right_mm=[0, 1.5]))
    brow = shift(unsure, "brow_height")
    assert (brow.side, shift(sure, "brow_height").side_sure) == ("left", pytest.approx(1, abs=0.01))
    (doubt,) = (str(note) for note in unsure.remarks if note.code == "of_part")
    assert doubt.startswith(f"Brow height: it is {100 * brow.side_sure:.0f}")
    assert " sure that it was the left side" in doubt
    assert "left brow 3.2 mm lower relative to the other side (±" in unsure.words[0]
    assert "of_part" not in {note.code for note in sure.remarks}
    assert np.isnan(shift(unsure, "mrd1").side_sure)


@pytest.mark.parametrize(
    ("expression", "part", "mm", "words"),
    [
        ("brow_raise", "brow", -5.0, "brows raised, left brow 5.0 mm lower"),
        ("frown", "brow", -5.0, "frown, left brow 5.0 mm lower"),
        ("eye_closure", "upper_lid", -3.0, "eyes closed, left upper lid 3.0 mm lower"),
    ],
)
def test_what_an_expression_moves_is_told_where_no_photo_is_at_rest(
    expression: str, part: str, mm: float, words: str
) -> None:
    made = compared(face(2, **{f"{part}_left_mm": [0, mm]}), (expression, expression))
    assert made.words[0].startswith(f"Since the first photo: {words} (± ")


def test_the_error_is_that_of_the_setting() -> None:
    photos = face(2, brow_left_mm=[0, -4])
    home, clinic = (
        shift(compared(photos, setting=each), "brow_height") for each in ("home", "clinic")
    )
    assert clinic.error < home.error / 2
    with pytest.raises(InvalidInputError, match="setting"):
        compared(photos, setting="beach")


def test_mirrored_photos_tell_the_other_side() -> None:
    photos = face(2, brow_left_mm=[0, -4])
    one, twin = compared(photos), compared(photos.mirrored())
    assert (shift(one, "brow_height").side, shift(twin, "brow_height").side) == ("left", "right")


def test_a_photo_later_shows_the_opposite() -> None:
    photos = face(2, brow_left_mm=[0, -4])
    back = shift(compared(photos[[1, 0]]), "brow_height")
    assert back.left_change == pytest.approx(4, abs=0.05)
    assert back.side == "left"


# Refusals and remarks


def test_other_expressions_are_not_compared() -> None:
    made = compared(face(2, mouth_corner_left_mm=[0, 6]), ["rest", "smile_open"])
    assert (codes(made), made.changes, made.comparable) == (["pair_other_expression"], (), False)
    assert made.words[0].startswith("The expressions differ: at rest in the first photo, smile in")


def test_an_expression_that_nobody_tells_is_asked_for() -> None:
    assert codes(compared(face(2), ["unknown", "rest"])) == ["pair_unknown_expression"]


def test_a_mirrored_photo_is_told_and_nothing_else_is_said() -> None:
    uneven = face(1, brow_right_mm=4, mouth_corner_right_mm=4, upper_lid_right_mm=-1.5)
    made = compared(Landmarks.concat([uneven, uneven.mirrored()]))
    assert codes(made) == ["pair_mirrored"]
    assert not made.comparable
    assert not any(each.beyond or each.side for each in made.changes)
    assert abs(shift(made, "brow_height").change) > 7  # the numbers are there


def test_another_person_is_told_and_no_change_is_stated() -> None:
    photos = face(2, brow_left_mm=[0, -4])
    points = photos.points.copy()
    points[1, :, 1] *= 1.2  # a longer face
    made = compared(replace(photos, points=points))
    assert codes(made) == ["pair_other_person"]
    assert not any(each.beyond for each in made.changes)


def test_expressions_depend_on_effort() -> None:
    made = compared(face(2), ["smile_open"] * 2)
    assert [note.code for note in made.remarks] == ["pair_effort"]


def test_a_turned_head_is_told_against_the_first_photo() -> None:
    made = compared(face(2, yaw=[0, 12]))
    turned = next(note for note in made.remarks if note.code == "head_turned_more")
    assert str(turned).endswith("than in the first photo")


@pytest.mark.parametrize(
    ("taken", "remark"),
    [
        (["", ""], False),
        (["2026-03-02", "2026-03-02"], False),
        (["2026-03-02", ""], False),
        (["2019-03-02", "2026-03-02"], False),
        (["2026-03-09", "2026-03-02"], True),
    ],
)
def test_dates_are_told_and_change_nothing(taken: list[str], remark: bool) -> None:
    photos = face(2, brow_left_mm=[0, -4])
    plain, dated = compared(photos), compared(replace(photos, taken=np.array(taken)))
    assert dated.changes == plain.changes
    assert (dated.before.taken, dated.after.taken) == tuple(taken)
    assert ("pair_order" in {note.code for note in dated.remarks}) == remark


def test_it_is_data() -> None:
    made = json.loads(compared(face(2, brow_left_mm=[0, -4])).to_json())
    assert made["comparable"]
    assert made["words"][0].startswith("Since the first photo: left brow 4.0 mm lower")
    assert (made["changes"][0]["part"], made["changes"][0]["side"]) == ("brow_height", "left")


# Photos


@pytest.fixture(scope="module")
def pair(astronaut: Pixels, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A portrait, and the same with a right brow that is 4 mm lower, in another size."""
    with Extractor() as extractor:
        landmarks = extractor.extract([astronaut])
    lowered = warp_photo(astronaut, landmarks, [Move("brow", "right", up_mm=-4.0)]).pixels
    folder = tmp_path_factory.mktemp("pair")
    before, after = folder / "before.jpg", folder / "after.jpg"
    Image.fromarray(astronaut).save(before, quality=92)
    Image.fromarray(lowered).resize((480, 480)).save(after, quality=90)
    return before, after


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["compare", *map(str, arguments)], env={"COLUMNS": "80"})


def test_a_known_change_is_read_from_photos(pair: tuple[Path, Path], tmp_path: Path) -> None:
    picture = tmp_path / "pair.png"
    made = asymmetry.compare(*pair, picture=picture)
    brow = shift(made, "brow_height")
    assert (brow.beyond, brow.side) == (True, "right")
    assert brow.change == pytest.approx(-4, abs=0.6)
    assert not any(each.beyond for each in made.changes if each.part != "brow_height")
    assert made.before.expression == made.after.expression == "smile_open"
    assert [note for note in made.remarks if note.code == "expression_guessed"]
    with Image.open(picture) as image:
        assert image.size == (1020, 660)
        assert not image.getexif()
    assert list(tmp_path.iterdir()) == [picture]


def test_the_command_prints_what_changed_and_the_numbers(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    result = run(*pair, "--expression", "smile_open", "-o", tmp_path / "pair.jpg")
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Since the first photo: smile, right brow ")
    brow = next(line for line in lines if line.startswith("Brow height  "))
    *_, change, error, sure = map(float, brow.split()[2:])
    assert change == pytest.approx(-4, abs=0.6)
    assert 0 < error < sure < 4
    assert max(map(len, lines[:-1])) <= 80
    assert lines[-1] == str(tmp_path / "pair.jpg")


def test_a_photo_said_to_be_mirrored_is_turned_back(
    pair: tuple[Path, Path], tmp_path: Path
) -> None:
    selfie = tmp_path / "selfie.jpg"
    with Image.open(pair[1]) as image:
        image.transpose(Image.Transpose.FLIP_LEFT_RIGHT).save(selfie, quality=95)
    result = run(pair[0], selfie, "--mirrored", "after", "--json")
    assert result.exit_code == 0
    brow = json.loads(result.stdout)["changes"][0]
    assert (brow["side"], brow["beyond"]) == ("right", True)


def test_other_people_end_with_3(shared_faces: Path) -> None:
    london = shared_faces / "london"
    result = run(london / "009_neutral.jpg", london / "013_neutral.jpg", "--expression", "rest")
    assert result.exit_code == 3
    assert result.stdout.startswith("The faces differ in shape as those of two people do")


def test_other_expressions_end_with_3(shared_faces: Path) -> None:
    photos = sorted((shared_faces / "london").glob("009_*.jpg"))
    result = run(*photos)
    assert result.exit_code == 3
    assert result.stdout.startswith(
        "The expressions differ: at rest in the first photo, smile in the second"
    )


def test_what_is_no_pair_is_refused(pair: tuple[Path, Path], tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="the same photo as"):
        asymmetry.compare(pair[0], PhotoBytes("copy.jpg", pair[0].read_bytes()))
    with pytest.raises(PhotoError, match=r"none\.jpg: there is no such file"):
        asymmetry.compare(pair[0], tmp_path / "none.jpg")
    with pytest.raises(InvalidInputError, match="unknown expression 'grin': use one of rest"):
        asymmetry.compare(*pair, expression="grin")
    with pytest.raises(InvalidInputError, match=r"\.png, \.jpg or \.jpeg"):
        asymmetry.compare(*pair, picture=tmp_path / "pair.gif")
    with pytest.raises(InvalidInputError, match="mirrored='left'"):
        asymmetry.compare(*pair, mirrored="left")  # type: ignore[arg-type]
    result = run(pair[0], tmp_path / "none.jpg")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("Error: ")


def test_two_photos_without_a_number_in_common_are_not_called_alike() -> None:
    turned = replace(face(2, yaw=[0, 50]), photo=np.array(["a.jpg", "b.jpg"]))
    about = [PhotoRecord(name, expression="rest") for name in ("a.jpg", "b.jpg")]
    (note,) = compare_pair(turned, about).notes
    assert str(note).startswith(
        "Not compared, because a side was not measured in one of the photos"
    )
