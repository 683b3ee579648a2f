"""Faults make the error of points wider, by their figures, and move no point."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np
import numpy.typing as npt
import pytest

from asymmetry.core.columns import QUALITY
from asymmetry.core.notes import Note
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.extract.face.frontal import HEIGHT, WIDTH, Frontal
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.judge.fault_errors import FaultError, FaultErrors
from asymmetry.extract.judge.quality import noise
from asymmetry.extract.steps import widen_errors
from asymmetry.extract.upright import FaceReading
from tests.faces import PX_PER_MM, photo

ERRORS = FaultErrors()
SPREAD = 0.5
GREY = 100.0


def view(sd: float = 0.0, size: tuple[int, int] = (300, 300)) -> Frontal:
    """A face whose photo has noise of so many grey levels on a slope of light."""
    rows, columns = np.mgrid[: size[0], : size[1]]
    noisy = GREY + 0.05 * (rows - columns) + np.random.default_rng(0).normal(0, sd, size)
    rgb, seen = np.zeros((HEIGHT, WIDTH, 3), np.uint8), np.ones((HEIGHT, WIDTH), bool)
    points = photo().points[0, :, :2].astype(np.float64)
    return Frontal(rgb, seen, points, np.clip(np.rint(noisy), 0, 255).astype(np.uint8), PX_PER_MM)


def reading(*notes: Note, blocks: float = np.nan, scale: float = 1.0) -> FaceReading:
    """A face all of whose points are equally sure."""
    points, pose = photo().points[0], Pose(np.eye(3), np.zeros(2), 10 * PX_PER_MM * scale, 0.0)
    spread = np.full(MEDIAPIPE_478.size, SPREAD)
    quality = np.array([blocks if name == "blocks" else 1.0 for name in QUALITY])
    face = FaceReading(points, spread, np.zeros(52), pose, points)
    return replace(face, notes=notes, quality=quality)


def spread_of(face: FaceReading, group: str) -> npt.NDArray[np.float64]:
    names = MEDIAPIPE_478.groups[group]
    return face.spread[MEDIAPIPE_478.right(names) + MEDIAPIPE_478.left(names)]


GROUPS = pytest.mark.parametrize("group", ["brow", "lids", "iris", "mouth"])


@GROUPS
@pytest.mark.parametrize(
    ("code", "note", "figure"),
    [
        ("grainy", Note("grainy", value=9.0), 9.0),
        ("head_turned", Note("head_turned", angle=24.0), 24.0),
    ],
)
def test_a_noted_fault_adds_its_share(code: str, note: Note, figure: float, group: str) -> None:
    wider = widen_errors(reading(note), view(), ERRORS)
    added = getattr(getattr(ERRORS, code), group) * figure * 10 * PX_PER_MM
    assert added > 0
    np.testing.assert_allclose(spread_of(wider, group), np.hypot(SPREAD, added))
    np.testing.assert_array_equal(wider.points, reading().points)


@GROUPS
def test_blocks_cost_a_share_of_a_pixel_at_any_scale(group: str) -> None:
    error = ERRORS.compressed
    added = getattr(error, group) * (4.0 - error.start) ** error.power
    assert added > 0
    for scale in (0.5, 1.0, 4.0):
        wider = widen_errors(reading(blocks=4.0, scale=scale), view(), ERRORS)
        np.testing.assert_allclose(spread_of(wider, group), np.hypot(SPREAD, added))


@pytest.mark.parametrize("figures", [(1.0, 1.4, 1.49), (1.5, 1.500001)])
def test_blocks_begin_to_cost_where_good_photos_end(figures: tuple[float, ...]) -> None:
    """Not at the note's threshold: nothing jumps."""
    for blocks in figures:
        wider = widen_errors(reading(blocks=blocks), view(), ERRORS)
        np.testing.assert_allclose(wider.spread, SPREAD, rtol=1e-3)


def test_more_blocks_and_more_noise_cost_more() -> None:
    by_blocks = [
        spread_of(widen_errors(reading(blocks=blocks), view(), ERRORS), "lids")[0]
        for blocks in (1.4, 1.6, 1.9, 2.4, 2.6, 5.0)
    ]
    by_noise = [
        spread_of(widen_errors(reading(), view(sd), ERRORS), "lids")[0] for sd in (0, 3, 6, 12)
    ]
    assert by_blocks == sorted(set(by_blocks))
    assert by_noise == sorted(set(by_noise))


@pytest.mark.parametrize("sd", [2.0, 5.0, 12.0])
def test_noise_is_found_in_percent_of_the_brightness(sd: float) -> None:
    assert noise(view(sd)) == pytest.approx(100 * sd / GREY, rel=0.05)


def test_even_skin_and_edges_are_no_noise() -> None:
    edge = view()
    edge.native[:, 150:] = 30
    assert noise(view()) < 0.5
    assert noise(edge) < 0.5
    assert np.isnan(noise(view(size=(2, 300))))


def test_grain_that_is_noted_counts_once() -> None:
    note = Note("grainy", value=9.0)
    quiet, noisy = (widen_errors(reading(note), view(sd), ERRORS) for sd in (0.0, 12.0))
    np.testing.assert_array_equal(quiet.spread, noisy.spread)


def test_two_faults_add_up_and_others_add_nothing() -> None:
    notes = Note("grainy", value=9.0), Note("head_turned", angle=24.0)
    both = widen_errors(reading(*notes), view(), ERRORS)
    alone = [widen_errors(reading(note), view(), ERRORS) for note in notes]
    added = sum(np.square(face.spread) - SPREAD**2 for face in alone)
    np.testing.assert_allclose(both.spread, np.sqrt(SPREAD**2 + added))
    other = widen_errors(reading(Note("blurred", value=3.0), Note("camera_near")), view(), ERRORS)
    assert set(other.spread) == {SPREAD}


def test_points_that_were_not_seen_stay_unknown() -> None:
    face = reading(blocks=4.0)
    face.spread[:] = np.nan
    assert np.isnan(widen_errors(face, view(), ERRORS).spread).all()


def test_a_figure_that_is_not_known_adds_nothing() -> None:
    assert set(ERRORS.compressed.added(np.nan, 20.0).values()) == {0.0}
    assert all(isinstance(getattr(ERRORS, each.name), FaultError) for each in fields(FaultErrors))
