"""Lid margins in drawn eyes whose margins are known, in eyes of real people, and in a mirror."""

import importlib.resources
from dataclasses import dataclass, replace

import cv2
import numpy as np
import pytest

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES
from asymmetry.errors import ModelError
from asymmetry.extract.edges.lids import EYE_PICTURE, LidNetworks, LidSettings, refine_lids
from asymmetry.extract.face.plane import places
from asymmetry.extract.face.pose import Pose
from asymmetry.photos.halvings import Halvings

POSE = Pose(np.eye(3), np.array([600.0, 500.0]), 60.0, 0.0)
SKIN, WHITE, IRIS, PUPIL = (205, 165, 145), (225, 220, 218), (90, 70, 55), (25, 20, 20)
LASHES, EDGE, CREASE = (70, 45, 40), (150, 100, 95), (165, 125, 110)
SMOOTH = 8  # OpenCV's lines at an eighth of a px


@pytest.fixture(scope="module")
def network():
    return LidNetworks()


@dataclass(frozen=True)
class Drawn:
    """A photo with two drawn eyes, and where a mesh has them: its lids are always 4 mm up and 3 mm down."""

    photo: np.ndarray
    plane: np.ndarray
    canonical: object

    def read(self, network, **settings):
        lids = refine_lids(
            Halvings(self.photo), POSE, self.canonical, self.plane, network, LidSettings(**settings)
        )
        return np.array(
            [[self._over(lids.plane, side, lid) for lid in ("upper", "lower")] for side in SIDES]
        )

    def _over(self, plane, side, lid):
        canthi = plane[MEDIAPIPE_478.of(side, ("outer_canthus", "inner_canthus")), 1]
        return 10 * (plane[MEDIAPIPE_478.of(side, (f"{lid}_lid_4",))[0], 1] - canthi.mean())


def draw(canonical, right=(5.0, -4.0), left=(5.0, -4.0), pupil_out=0.0):
    """Eyes whose margins lie so far over the line between the canthi, mm, at their middle."""
    plane = np.zeros((MEDIAPIPE_478.size, 2))
    plane[: len(canonical.vertices)] = canonical.vertices[:, :2]
    photo = np.full((1000, 1200, 3), SKIN, np.uint8)
    for side, heights in zip(SIDES, (right, left), strict=True):
        sign = -1.0 if side == "right" else 1.0
        outer, inner = plane[MEDIAPIPE_478.of(side, ("outer_canthus", "inner_canthus"))]
        pupil = (outer + inner) / 2 + [sign * pupil_out / 10, 0]
        ring = 0.6 * sign * np.array([[0, 0], [-1, 0], [0, sign], [1, 0], [0, -sign]])
        plane[MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups["iris"])] = pupil + ring[[0, 1, 2, 3, 4]]
        photo = paint(photo, canonical, outer, inner, pupil, heights)
        for group, height in (("upper_lid", 0.4), ("lower_lid", -0.3)):
            along = np.linspace(0, 1, 9)[1:-1, None]
            plane[MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups[group])] = (
                outer + along * (inner - outer) + np.sin(np.pi * along) * [0, height]
            )
    return Drawn(cv2.GaussianBlur(photo, (0, 0), 1.2), plane, canonical)


def paint(photo, canonical, outer, inner, pupil, heights):
    def px(points):
        return np.round(places(POSE, canonical, points) * SMOOTH).astype(np.int32)

    along = np.linspace(0, 1, 41)[:, None]
    upper, lower = (
        outer + along * (inner - outer) + np.sin(np.pi * along) ** 0.8 * [0, height / 10]
        for height in heights
    )
    turn = np.linspace(0, 2 * np.pi, 60)[:, None]
    circle = np.hstack([np.cos(turn), np.sin(turn)])
    eyeball = np.full_like(photo, WHITE)
    for radius, colour in ((0.585, IRIS), (0.2, PUPIL)):
        cv2.fillPoly(eyeball, [px(pupil + radius * circle)], colour, cv2.LINE_AA, 3)
    opening = np.zeros(photo.shape[:2], np.uint8)
    cv2.fillPoly(opening, [px(np.vstack([upper, lower[::-1]]))], 255, cv2.LINE_AA, 3)
    photo = np.where(opening[..., None] > 127, eyeball, photo)
    crease = upper + np.array([0, 0.35])
    for line, colour, width in ((upper, LASHES, 3), (lower, EDGE, 1), (crease, CREASE, 2)):
        cv2.polylines(photo, [px(line)], False, colour, width, cv2.LINE_AA, 3)
    return photo


@pytest.mark.parametrize("upper", [-4.0, -2.0, 0.0, 2.0, 3.5, 5.0, 6.5, 8.0])
def test_an_upper_lid_is_read_where_it_is_drawn(canonical, network, upper):
    read = draw(canonical, right=(upper, -4.0)).read(network)
    np.testing.assert_allclose(read[0, 0], upper, atol=0.4)
    np.testing.assert_allclose(read[1], (5.0, -4.0), atol=0.4)


@pytest.mark.parametrize("lower", [-6.0, -5.0, -4.0, -2.5, -1.0, 0.5])
def test_a_lower_lid_is_read_where_it_is_drawn(canonical, network, lower):
    read = draw(canonical, left=(5.0, lower)).read(network)
    np.testing.assert_allclose(read[1, 1], lower, atol=0.4)
    np.testing.assert_allclose(read[0], (5.0, -4.0), atol=0.4)


@pytest.mark.parametrize("height", [-3.0, -1.0, 1.0])
def test_a_closed_eye_reads_closed(canonical, network, height):
    upper, lower = draw(canonical, right=(height, height)).read(network)[0]
    assert abs(upper - lower) < 0.4


def test_the_mesh_says_only_where_the_eye_is(canonical, network):
    drawn = draw(canonical)
    plane = drawn.plane.copy()
    lids = [MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups["lids"]) for side in SIDES]
    plane[np.ravel(lids), 1] += 0.3
    np.testing.assert_array_equal(replace(drawn, plane=plane).read(network), drawn.read(network))


def test_a_mesh_whose_eye_lies_off_changes_little(canonical, network):
    drawn = draw(canonical)
    plane = drawn.plane.copy()
    plane[MEDIAPIPE_478.of("right", ("outer_canthus", "inner_canthus")), 1] += 0.15
    moved = replace(drawn, plane=plane).read(network)[0] + 1.5
    np.testing.assert_allclose(moved, drawn.read(network)[0], atol=0.25)


def test_the_middle_of_both_lids_stands_over_the_pupil(canonical, network):
    drawn = draw(canonical, pupil_out=-1.5)
    lids = refine_lids(Halvings(drawn.photo), POSE, canonical, drawn.plane, network)
    for side in SIDES:
        upper, lower, pupil = lids.plane[
            MEDIAPIPE_478.of(side, ("upper_lid_4", "lower_lid_4", "iris_centre")), 0
        ]
        np.testing.assert_allclose([upper, lower], pupil, atol=1e-9)
        for group in ("upper_lid", "lower_lid"):
            points = lids.plane[MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups[group]), 0]
            assert (np.diff(np.abs(points)) < 0).all()


def test_a_mirrored_photo_gives_mirrored_lids(canonical, network):
    drawn = draw(canonical, right=(3.0, -4.0), left=(6.0, -2.0))
    mirrored = Drawn(
        np.ascontiguousarray(drawn.photo[:, ::-1]),
        drawn.plane[MEDIAPIPE_478.mirror] * [-1.0, 1.0],
        canonical,
    )
    np.testing.assert_allclose(mirrored.read(network), drawn.read(network)[::-1], atol=1e-5)


def test_columns_are_averaged_over_1_2_mm(canonical):
    """Over a straight line that makes no difference; over a parabola the mean lies higher by its variance."""
    drawn = draw(canonical)

    class Parabola:
        def read(self, pictures):
            heights = np.broadcast_to(
                EYE_PICTURE.columns**2, (len(pictures), 2, len(EYE_PICTURE.columns))
            )
            return heights, np.full_like(heights, 0.05)

    read = drawn.read(Parabola()) - 10 * _pupil_out(drawn) ** 2
    np.testing.assert_allclose(read, 10 * 0.12**2, rtol=0.1)


def _pupil_out(drawn):
    outer, inner, pupil = drawn.plane[
        MEDIAPIPE_478.of("left", ("outer_canthus", "inner_canthus", "iris_centre")), 0
    ]
    return pupil - (outer + inner) / 2


def test_a_picture_of_an_eye_is_as_wide_as_the_network_learnt_it():
    assert EYE_PICTURE.grid().shape == (96, 128, 2)
    np.testing.assert_allclose(EYE_PICTURE.grid()[0, 0], (1.905, 1.425))
    np.testing.assert_allclose(EYE_PICTURE.columns[[0, -1]], (1.89, -1.89))
    np.testing.assert_allclose(EYE_PICTURE.rows[[0, -1]], (1.41, -1.41))


def test_a_margin_that_does_not_show_is_not_found(canonical, network):
    drawn = draw(canonical)
    grey = replace(drawn, photo=np.full_like(drawn.photo, 128))
    hidden = refine_lids(Halvings(grey.photo), POSE, canonical, grey.plane, network)
    assert not np.any(list(hidden.found.values()))
    seen = refine_lids(Halvings(drawn.photo), POSE, canonical, drawn.plane, network)
    assert np.all(list(seen.found.values()))


@pytest.mark.parametrize(("width", "found"), [(0.08, True), (0.12, False)])
def test_a_margin_is_found_up_to_a_width(canonical, width, found):
    class Blurred:
        def read(self, pictures):
            shape = (len(pictures), 2, len(EYE_PICTURE.columns))
            return np.zeros(shape), np.full(shape, width)

    drawn = draw(canonical)
    lids = refine_lids(Halvings(drawn.photo), POSE, canonical, drawn.plane, Blurred())
    assert np.all(np.array(list(lids.found.values())) == found)


def test_the_mean_of_both_networks_counts(canonical, network):
    drawn = draw(canonical)
    folder = importlib.resources.files("asymmetry.extract.edges")
    both = [
        drawn.read(LidNetworks(folder.joinpath(name).read_bytes()))
        for name in ("lids_people.tflite", "lids_renders.tflite")
    ]
    np.testing.assert_allclose(drawn.read(network), np.mean(both, axis=0), atol=1e-9)
    assert not np.allclose(*both, atol=1e-3)


def test_a_damaged_network_is_refused():
    with pytest.raises(ModelError, match="lids: this network"):
        LidNetworks(b"no network")
