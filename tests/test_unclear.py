"""Brows and corners of the mouth that hardly show: under covers of a face's own colour, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from asymmetry import Extractor, Landmarks, measure
from asymmetry.core.arrays import Pixels
from asymmetry.core.notes import Note
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.judge.unclear import (
    UnclearLimits,
    note_parts,
    unseen_parts,
    widen_unclear,
)
from tests.notes import codes

Points = npt.NDArray[np.floating]
LIMITS = UnclearLimits(brow=0.3, mouth=0.2, unseen_brow=0.6, unseen_mouth=0.4)
AT = MEDIAPIPE_478
GROUPS = {"brow": AT.groups["brow"], "mouth": AT.groups["mouth"]}
TOLD = {"brow_unclear", "corner_unclear"}


def widths(part: str, right: float, left: float) -> dict[str, dict[Side, float]]:
    known: dict[str, dict[Side, float]] = {p: {"right": 0.1, "left": 0.1} for p in GROUPS}
    return known | {part: {"right": right, "left": left}}


@pytest.mark.parametrize(("part", "code"), [("brow", "brow_unclear"), ("mouth", "corner_unclear")])
def test_a_part_is_noted_beyond_its_limit_unless_it_was_left_out(part: str, code: str) -> None:
    points, limit = np.zeros((AT.size, 3)), getattr(LIMITS, part)
    known = widths(part, limit - 0.01, limit + 0.01)
    assert note_parts(points, known, LIMITS) == [Note(code, sides=["left"])]
    assert note_parts(points, widths(part, 0.5, 0.5), LIMITS) == [Note(code, sides=list(SIDES))]
    assert note_parts(points, widths(part, limit, limit), LIMITS) == []
    points[AT.of("left", GROUPS[part])] = np.nan
    assert note_parts(points, known, LIMITS) == []
    assert note_parts(points, None, LIMITS) == []


@pytest.mark.parametrize("part", ["brow", "mouth"])
def test_its_error_grows_from_the_limit_on_to_the_width_of_the_distribution(part: str) -> None:
    spread, limit = np.ones(AT.size), getattr(LIMITS, part)
    known = widths(part, limit, np.hypot(limit, 0.4))
    wider = widen_unclear(spread, known, 10.0, LIMITS)
    numbers = AT.of("left", GROUPS[part])
    assert wider[numbers] == pytest.approx(np.hypot(1, 4))
    wider[numbers] = 1
    assert (wider == 1).all()
    assert (widen_unclear(spread, None, 10.0, LIMITS) == spread).all()


def test_parts_are_unseen_beyond_their_own_limits() -> None:
    assert unseen_parts(widths("brow", 0.59, 0.61), LIMITS) == [("brow", "left")]
    assert unseen_parts(widths("mouth", 0.41, 0.39), LIMITS) == [("mouth", "right")]
    assert unseen_parts(None, LIMITS) == []


@pytest.mark.parametrize(
    ("part", "bare", "covered", "kept", "left_out"),
    [("brow", 0.22, 0.3, 0.56, 0.65), ("mouth", 0.17, 0.25, 0.45, 0.64)],
)
def test_limits_lie_between_what_bare_and_covered_parts_have(
    part: str, bare: float, covered: float, kept: float, left_out: float
) -> None:
    points, limits = np.zeros((AT.size, 3)), UnclearLimits()
    told = [bool(note_parts(points, widths(part, w, w), limits)) for w in (bare, covered)]
    unseen = [bool(unseen_parts(widths(part, w, w), limits)) for w in (kept, left_out)]
    assert told == unseen == [False, True]


def mm(bare: Landmarks) -> float:
    return 1 / float(measure(bare, sd=False)["mm_per_px"][0])


def paint(photo: Pixels, outline: Points, colour: npt.ArrayLike) -> Pixels:
    """A soft-edged cover with some grain."""
    mask = cv2.fillPoly(np.zeros(photo.shape[:2], np.float32), [outline.astype(np.int32)], 1.0)
    share = cv2.GaussianBlur(mask, (0, 0), 1.0)[..., None]
    grain = np.random.default_rng(0).normal(0, 2.5, photo.shape[:2])[..., None]
    return np.clip(photo * (1 - share) + share * (np.asarray(colour) + grain), 0, 255).astype(
        np.uint8
    )


def mouth_cover(photo: Pixels, bare: Landmarks, colour: npt.ArrayLike) -> Pixels:
    """A cover from below the nose to the chin: the nose is bare."""
    points, px = bare.points[0, :, :2], mm(bare)
    corners = points[AT.of("right", ("commissure",)) + AT.of("left", ("commissure",))]
    top, chin = points[AT.midline["subnasale"]], points[AT.midline["menton"]]
    aside, low = np.array([16 * px, 0]), np.array([0, 6 * px])
    sides = np.array([corners[0] - aside, corners[1] + aside])
    top = top + np.array([0, px])
    outline = [
        sides[0] - low,
        top,
        sides[1] - low,
        sides[1] + low,
        chin + aside + low,
        chin - aside + low,
        sides[0] + low,
    ]
    return paint(photo, np.array(outline), colour)


@pytest.mark.parametrize("colour", ["skin", (120, 170, 210), (25, 25, 28), (240, 240, 240)])
def test_a_mask_below_the_nose_takes_out_the_mouth(
    extractor: Extractor, portrait: Pixels, bare: Landmarks, colour: object
) -> None:
    cheek = bare.points[0, AT.of("right", ("cheekbone",))[0], :2].astype(int)
    shade = portrait[cheek[1], cheek[0]] if colour == "skin" else np.array(colour)
    rows = extractor.extract([mouth_cover(portrait, bare, shade)])
    assert "covered" in codes(rows.notes[0])
    table = measure(rows)
    assert np.isnan([table[f"commissure_height_{side}_mm"][0] for side in SIDES]).all()
    assert np.isfinite(table["brow_height_diff_mm"]).all()
    assert np.isfinite(table["mrd1_diff_mm"]).all()


@pytest.mark.parametrize("how", ["grey", "blurred"])
def test_in_a_bad_photo_it_is_only_noted(
    extractor: Extractor, portrait: Pixels, bare: Landmarks, how: str
) -> None:
    covered = mouth_cover(portrait, bare, (150, 150, 150))
    if how == "grey":
        covered = np.repeat(cv2.cvtColor(covered, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    else:
        covered = np.asarray(cv2.GaussianBlur(covered, (0, 0), 2 * mm(bare)), np.uint8)
    rows = extractor.extract([covered])
    assert Note("corner_unclear", sides=list(SIDES)) in rows.notes[0]
    table = measure(rows)
    assert np.isfinite(table["commissure_height_diff_mm"]).all()
    assert (table["commissure_height_diff_sd_mm"] > 3).all()


def half_cover(photo: Pixels, bare: Landmarks, side: Side) -> Pixels:
    """A cover of the colour of pale skin over one half of the mouth."""
    points, px = bare.points[0, :, :2], mm(bare)
    corner, middle = points[AT.of(side, ("commissure",))[0]], points[AT.midline["upper_lip"]]
    out = np.sign(corner[0] - middle[0])
    around = np.array([(-3, -14), (16, -14), (16, 16), (-3, 16)]) * (out * px, px)
    outline = np.array([middle, corner, corner, middle]) + around
    return paint(photo, outline, (205, 175, 155))


@pytest.mark.parametrize("side", SIDES)
def test_a_cover_of_one_half_is_told_on_its_side(
    extractor: Extractor, portrait: Pixels, bare: Landmarks, side: Side
) -> None:
    rows = extractor.extract([half_cover(portrait, bare, side)])
    assert {"covered", "corner_unclear"} & set(codes(rows.notes[0]))
    told = {note.code: note for note in rows.notes[0]}
    if "corner_unclear" in told:
        assert tuple(told["corner_unclear"]["sides"]) == (side,)  # type: ignore[arg-type]
    other: Side = "left" if side == "right" else "right"
    assert np.isfinite(rows.points[0, AT.of(other, ("commissure",)), 0]).all()


def test_photos_without_covers_are_not_noted(extractor: Extractor, shared_faces: Path) -> None:
    folders = ("london/*_smiling", "lisa/*", "zoom/*")
    paths = [path for each in folders for path in sorted(shared_faces.glob(f"{each}.jpg"))]
    assert len(paths) > 20
    rows = extractor.extract(paths)
    assert not any(TOLD & set(codes(notes)) for notes in rows.notes)
    assert np.isfinite(rows.points[:, AT.of("right", ("commissure",)), 0]).all()


def test_both_sides_are_judged_alike(
    extractor: Extractor, portrait: Pixels, bare: Landmarks
) -> None:
    covered = half_cover(portrait, bare, "left")
    rows = extractor.extract([covered, np.fliplr(covered).copy()])
    assert rows.notes[1] == tuple(note.mirrored() for note in rows.notes[0])
    assert rows.notes[0]
