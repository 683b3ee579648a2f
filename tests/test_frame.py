"""The face's own frame: millimetres, level, midline, head pose, sides."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from asymmetry.core import frame
from asymmetry.core.frame import IRIS_MM, Scale, eye_higher, face_frame, head_angles, without_an_eye
from asymmetry.core.geometry import mirror_squares, polygon_area, total
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.level import level_line, lines_apart, pupils_aslant
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.errors import InvalidInputError
from tests.faces import PLACES, PX_PER_MM, Moves, changeable, crowd, model, number, photo, rotation

# mm: single precision, and the middle of the four canthi is not quite the camera's axis.
NEAR = 5e-4
# Of the lines between outer canthi, pupils and inner canthi: what each counts times its length, the degrees
# from which on it is odd and up to which it is, and what is left to it then.
LEVEL_WEIGHTS = np.array([1.0, 0.75, 0.3])
ODD_DEG = np.array([[0.7, 1.3], [0.8, 1.1], [0.7, 1.3]])
LEAST_SHARE = 0.005


@pytest.mark.parametrize("where", sorted(PLACES, key=str), ids=str)
def test_every_point_comes_back_to_its_place(where: tuple[str, Side | None]) -> None:
    name, side = where
    out, up = PLACES[where]
    x, y = face_frame(photo()).point(name, side)
    assert x[0] == pytest.approx(-out if side == "right" else out, abs=NEAR)
    assert y[0] == pytest.approx(up, abs=NEAR)


def test_a_half_looks_the_same_from_both_sides() -> None:
    face = face_frame(photo())
    for side in SIDES:
        half = face.half(side)
        assert half.out("commissure")[0] == pytest.approx(25, abs=NEAR)
        assert half.up("commissure")[0] == pytest.approx(-66, abs=NEAR)
        assert half.up("menton")[0] == pytest.approx(-112, abs=NEAR)


def test_halves_are_the_right_ones_and_then_the_left_ones() -> None:
    face = face_frame(crowd(0, 3))
    both = face.halves()
    for read in (
        lambda half: half.out("ala"),
        lambda half: half.up("ala"),
        lambda half: half.up("menton"),
    ):
        np.testing.assert_array_equal(
            read(both), np.concatenate([read(face.half(side)) for side in SIDES])
        )


@pytest.mark.parametrize(
    "moves",
    [
        {("brow_upper_3", "right"): (0, -9), ("brow_lower_3", "right"): (0, -9)},
        {("commissure", "right"): (5, -9), ("inner_commissure", "right"): (5, -9)},
        {
            ("philtrum", None): (6, 0),
            ("menton", None): (9, 0),
            ("nose_tip", None): (5, 0),
            ("lower_lip", None): (7, 0),
        },
        {("jaw_4", "right"): (9, 4), ("cheekbone", "left"): (4, 4), ("ala", "left"): (3, 3)},
        {("upper_lid_4", "left"): (0, -9), ("lower_lid_4", "left"): (0, 3)},
    ],
)
def test_what_palsy_moves_does_not_move_the_frame(moves: Moves) -> None:
    still, moved = face_frame(photo()), face_frame(photo(model(moves)))
    for where in PLACES.keys() - moves.keys():
        np.testing.assert_array_equal(moved.point(*where), still.point(*where), err_msg=str(where))


IRIS = MEDIAPIPE_478.groups["iris"]
# The mesh lets the outer and inner canthus of an eye follow its iris by these shares.
FOLLOW = {"outer_canthus": 0.26, "inner_canthus": 0.17}
# Half of the distance between both, mm.
OUT = {"outer_canthus": 45, "iris_centre": 31, "inner_canthus": 17}


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("up", [2.5, -3.0])
def test_an_eye_that_stands_higher_does_not_tilt_the_face(side: Side, up: float) -> None:
    moves: Moves = {(name, side): (0, up) for name in IRIS}
    moves |= {(name, side): (0, share * up) for name, share in FOLLOW.items()}
    still, moved = face_frame(photo()), face_frame(photo(model(moves)))
    right, left = (moved.point("commissure", each)[1, 0] for each in SIDES)
    # What the canthi followed is left, 0.18 of the way; were the pupils to count as usual, 0.36 of it were.
    assert right - left == pytest.approx(0, abs=0.18 * abs(up))
    # Corners are 50 mm apart.
    assert still.roll[0] == pytest.approx(moved.roll[0], abs=np.degrees(0.18 * abs(up) / 50))
    outer, inner = FOLLOW.values()
    angle = np.degrees(up / 62 - up * (outer + inner / 2) / (90 + 34 / 2))
    assert eye_higher(moved)[0] == pytest.approx(angle if side == "right" else -angle, rel=0.02)
    assert eye_higher(still)[0] == pytest.approx(0, abs=1e-6)


@pytest.mark.parametrize("name", OUT)
def test_lines_a_little_apart_count_as_ever(name: str) -> None:
    rise = 0.5 * OUT[name] / 31
    names = IRIS if name == "iris_centre" else (name,)
    moved = photo(model({(each, "right"): (0, rise) for each in names}))
    bases = dict(zip(OUT, LEVEL_WEIGHTS * [*OUT.values()], strict=True))
    tilt = np.degrees(rise * bases[name] / (2 * OUT[name] * sum(bases.values())))
    assert abs(face_frame(moved).roll[0]) == pytest.approx(tilt, rel=0.02)


LENGTHS = np.array([90.0, 62.0, 34.0])


@pytest.mark.parametrize("line", range(3))
@pytest.mark.parametrize("way", [1, -1])
@pytest.mark.parametrize("share", [1.0, 0.5, LEAST_SHARE])
def test_of_three_lines_the_odd_one_counts_less(line: int, way: int, share: float) -> None:
    """Up to the first limit it counts whole, from the second on hardly, halfway between them a half."""
    start, end = ODD_DEG[line]
    degrees = {1.0: start - 0.02, 0.5: (start + end) / 2}.get(share, end + 1)
    angles = np.where(np.arange(3) == line, np.radians(way * degrees), 0.0)
    across = LENGTHS * np.array([np.cos(angles), np.sin(angles)])
    apart = lines_apart(across[..., None])[:, 0]
    assert apart[line] == pytest.approx(np.sin(np.radians(degrees)), rel=1e-9)
    # The pupils hardly stand apart from both canthi where an inner one is odd, and half where an outer one.
    shares = np.clip((np.sin(np.radians(ODD_DEG))[:, 1] - apart), 0, None)
    shares /= np.diff(np.sin(np.radians(ODD_DEG)))[:, 0]
    shares = np.clip(shares, LEAST_SHARE, 1.0)
    assert shares[line] == pytest.approx(share, abs=0.01)
    expected = (LEVEL_WEIGHTS * shares * across).sum(axis=1)
    np.testing.assert_allclose(level_line(across[..., None])[:, 0], expected, rtol=1e-9)


def test_pupils_are_compared_with_both_lines_of_canthi() -> None:
    """The inner canthi's counts half as much for its length as the outer ones'."""
    angles = np.radians([0.0, 0.0, 2.0])
    across = LENGTHS * np.array([np.cos(angles), np.sin(angles)])
    line = across[:, 0] + 0.5 * across[:, 2]
    sine = pupils_aslant(across[..., None])[0]
    assert sine == pytest.approx(-np.sin(np.arctan2(line[1], line[0])), rel=1e-9)


def test_three_lines_that_all_disagree_set_a_level_in_between() -> None:
    angles = np.radians([-3.0, 0.3, 4.0])
    x, y = level_line((LENGTHS * np.array([np.cos(angles), np.sin(angles)]))[..., None])[:, 0]
    assert -3 < np.degrees(np.arctan2(y, x)) < 4


def test_without_pupils_the_outer_canthi_set_the_level() -> None:
    across = np.array([[90.0, np.nan, 34.0], [0.0, np.nan, 0.2]])[..., None]
    np.testing.assert_array_equal(level_line(across)[:, 0], [90, 0])


@pytest.mark.parametrize("side", SIDES)
def test_behind_a_patch_the_pose_is_the_level(side: Side) -> None:
    lopsided: Moves = {("commissure", "right"): (0, -8), ("brow_upper_3", "left"): (0, 3)}
    shot = photo(model(lopsided), yaw=8, pitch=-5, roll=25)
    gone = [number(name, side) for name in ("outer_canthus", "inner_canthus", *IRIS)]
    patched = replace(shot, points=shot.points.copy())
    changeable(patched).points[:, gone] = np.nan
    whole, lone = face_frame(shot), face_frame(patched)
    assert without_an_eye(lone).tolist() == [True]
    assert without_an_eye(whole).tolist() == [False]
    assert lone.roll[0] == pytest.approx(25, abs=0.1)
    for name in ("commissure", "brow_upper_3", "ala"):
        for each in SIDES:
            np.testing.assert_allclose(lone.point(name, each), whole.point(name, each), atol=1.5)
    right, left = (lone.point("commissure", each)[1, 0] for each in SIDES)
    assert right - left == pytest.approx(-8, abs=0.1)


def test_roll_that_was_removed_and_scale_that_was_used() -> None:
    face = face_frame(photo(roll=-20))
    assert face.roll[0] == pytest.approx(-20, abs=1e-4)
    assert face.mm_per_px[0] == pytest.approx(1 / PX_PER_MM, rel=1e-6)
    assert face.size == 1


def test_roll_is_read_from_the_points_whatever_the_pose_says() -> None:
    tilted = photo(roll=30)
    unrolled = replace(tilted, pose=np.eye(3)[None])
    np.testing.assert_allclose(face_frame(unrolled).points, face_frame(tilted).points, atol=1e-9)


@pytest.mark.parametrize(
    ("scale", "mm_per_px"),
    [
        (None, 1 / PX_PER_MM),
        (Scale("iris", 2 * IRIS_MM), 2 / PX_PER_MM),
        (Scale("interpupillary", 62.0), 1 / PX_PER_MM),
        (Scale("canthi", 45.0), 0.5 / PX_PER_MM),  # the face has 90
        (Scale("ruler", 5.0), 1 / 5),
        (Scale("ruler", np.array([5.0])), 1 / 5),
    ],
)
def test_millimetres(scale: Scale | None, mm_per_px: float) -> None:
    assert face_frame(photo(), scale=scale).mm_per_px[0] == pytest.approx(mm_per_px, rel=1e-6)


def test_without_irises_the_canthi_give_scale_and_height() -> None:
    """People's outer canthi are 85.7 mm apart, and their pupils 3.2 % of that over the canthi."""
    shot = photo()
    changeable(shot).points[:, [number(name, side) for name in IRIS for side in SIDES]] = np.nan
    face = face_frame(shot)
    canthi = [(name, side) for name in ("outer_canthus", "inner_canthus") for side in SIDES]
    right, left = (face.point("outer_canthus", side)[:, 0] for side in SIDES)
    assert np.hypot(*(left - right)) == pytest.approx(85.7, abs=1e-3)
    assert np.mean([face.point(*each)[1] for each in canthi]) == pytest.approx(
        -0.032 * 85.7, abs=1e-3
    )


def test_beside_a_canthus_that_was_not_seen_the_iris_gives_the_scale() -> None:
    shot = photo()
    eye = ("outer_canthus", "inner_canthus", *IRIS)
    changeable(shot).points[:, [number(name, "right") for name in eye]] = np.nan
    by_iris, by_canthi = (face_frame(shot, scale=scale) for scale in (None, Scale("canthi", 90.0)))
    np.testing.assert_array_equal(by_canthi.points, by_iris.points)


@pytest.mark.parametrize(
    ("source", "mm"), [("guess", 1.0), ("iris", 0.0), ("ruler", -2.0), ("ruler", [1.0, 0.0])]
)
def test_a_scale_that_is_none_is_refused(source: str, mm: object) -> None:
    with pytest.raises(InvalidInputError, match="scale"):
        Scale(source, mm)  # type: ignore[arg-type]


@pytest.mark.parametrize("yaw", [-40, 0, 25])
@pytest.mark.parametrize("pitch", [-30, 0, 12])
@pytest.mark.parametrize("roll", [-100, 0, 45])
def test_head_angles(yaw: float, pitch: float, roll: float) -> None:
    found = np.array(head_angles(rotation(yaw, pitch, roll)[None]))[:, 0]
    np.testing.assert_allclose(found, [yaw, pitch, roll], atol=1e-9)


def test_what_the_signs_of_head_angles_mean() -> None:
    nose, forehead, left = np.array([0, 0, 1]), np.array([0, 1, 0]), np.array([1, 0, 0])
    assert (rotation(yaw=20) @ nose)[0] > 0  # towards the patient's left
    assert (rotation(pitch=20) @ forehead)[2] > 0  # chin down: the forehead comes nearer
    assert (rotation(roll=20) @ left)[1] > 0  # anticlockwise as seen in the photo


def test_rows_without_a_face_are_nan() -> None:
    face = face_frame(Landmarks.concat([photo(), Landmarks.blank(["x"], status="no_face")]))
    assert np.isnan(face.point("ala", "right")).tolist() == [[False, True]] * 2


def test_the_landmarks_stay_as_they_were() -> None:
    landmarks = crowd(0, 2)
    before = landmarks.points.copy()
    face_frame(landmarks)
    np.testing.assert_array_equal(landmarks.points, before)


@pytest.mark.parametrize("k", [0, 1, 2, 3, 7, 16])
def test_total(k: int) -> None:
    rows = np.random.default_rng(k).normal(size=(k, 5))
    np.testing.assert_allclose(total(rows), rows.sum(axis=0))
    for i in range(5):
        assert total(rows)[i] == total(rows[:, i : i + 1])[0]


def test_polygon_area() -> None:
    x, y = np.array([[0.0], [4], [4], [2], [0]]), np.array([[0.0], [0], [3], [5], [3]])
    assert polygon_area(x, y).tolist() == [16]
    assert polygon_area(x[::-1], y[::-1]).tolist() == [-16]


def test_mirror_squares() -> None:
    # How far out and up, as seen from either side: a square about the axis x = 0, and the origin.
    square = np.array([[[1.0, 1], [1, 1]], [[1, 1], [-1, -1]]])[..., None]
    origin = np.zeros((2, 1, 2, 1))
    assert mirror_squares(np.concatenate([square, origin], axis=1), [(2, 1)]).tolist() == [[0]]
    # A midline point 1 off lies 2 from its image; the best shift of the image takes 0.4 of it off.
    off = np.array([[[-1.0, 1.0]], [[0.0, 0.0]]])[..., None]
    points = np.concatenate([square, off], axis=1)
    assert mirror_squares(points, [(2, 1)])[0, 0] == pytest.approx((2 - 0.4) ** 2 + 4 * 0.4**2)
    by_region = mirror_squares(points, [(2, 0), (0, 1)])
    np.testing.assert_allclose(by_region[:, 0], [4 * 0.4**2, (2 - 0.4) ** 2])


def test_only_the_points_that_are_wanted() -> None:
    landmarks = crowd(0, 3)
    every, some = face_frame(landmarks), face_frame(landmarks, names=["ala", "menton"])
    assert {"ala", "menton", "outer_canthus"} <= some.rows.keys() < every.rows.keys()
    for name in some.rows:
        for side in SIDES:
            np.testing.assert_array_equal(
                some.point(name, side), every.point(name, side), err_msg=name
            )


def test_blocks_give_the_same_bits(monkeypatch: pytest.MonkeyPatch) -> None:
    landmarks = crowd(0, 5)
    whole = face_frame(landmarks)
    monkeypatch.setattr(frame, "_BLOCK", 23)  # a photo or four points at a time
    assert face_frame(landmarks).points.tobytes() == whole.points.tobytes()


def test_no_faces() -> None:
    assert face_frame(crowd(0, 2)[:0]).halves().out("ala").shape == (0,)
