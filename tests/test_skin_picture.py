"""The frontal skin picture: sides, places, areas and masks are where geometry says."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.extract.face.half import from_half
from asymmetry.extract.face.plane import places
from asymmetry.synthetic import face
from asymmetry.tissue.atlas import HEIGHT, REGIONS, WIDTH, load_atlas
from asymmetry.tissue.colour import linear_from_srgb
from asymmetry.tissue.density import density_of
from asymmetry.tissue.masks import find_seen
from asymmetry.tissue.picture import SkinPicture, draw_skin

PX_PER_MM = 3.0
SKIN = (200, 150, 130)
SEED = 18


@pytest.fixture(scope="module")
def landmarks() -> Landmarks:
    return face(px_per_mm=PX_PER_MM)


def drawn(photo: Pixels, landmarks: Landmarks, mm_per_px: float = 1 / PX_PER_MM) -> SkinPicture:
    picture = draw_skin(photo, landmarks, mm_per_px=mm_per_px)
    assert picture is not None
    return picture


def plain(landmarks: Landmarks) -> Pixels:
    width, height = landmarks.size[0]
    return np.full((height, width, 3), SKIN, np.uint8)


def textured(landmarks: Landmarks) -> Pixels:
    width, height = landmarks.size[0]
    rng = np.random.default_rng(SEED)
    noise = rng.integers(60, 200, (height // 16 + 1, width // 16 + 1, 3), dtype=np.uint8)
    return np.asarray(cv2.resize(noise, (int(width), int(height)), interpolation=cv2.INTER_CUBIC))


def test_a_mirrored_photo_swaps_the_sides(landmarks: Landmarks) -> None:
    photo = textured(landmarks)
    there = drawn(photo, landmarks)
    back = drawn(np.ascontiguousarray(photo[:, ::-1]), landmarks.mirrored())
    apart = np.abs(there.rgb[::-1].astype(int) - back.rgb)[back.inside]
    assert apart.mean() < 0.5
    assert apart.max() <= 4
    assert np.allclose(there.area[::-1], back.area, rtol=1e-3)
    assert np.array_equal(there.inside[::-1], back.inside)


def test_the_right_half_is_the_patients_right(landmarks: Landmarks) -> None:
    photo = plain(landmarks)
    photo[:, : photo.shape[1] // 2] = (0, 0, 255)  # the patient's right is on the image's left
    picture = drawn(photo, landmarks)
    inner = picture.atlas.place[..., 0] > 0.3
    assert (picture.rgb[0][inner] == (0, 0, 255)).all()
    assert (picture.rgb[1][inner] == SKIN).all()


def test_a_pixel_is_the_same_place_in_a_larger_photo(landmarks: Landmarks) -> None:
    """Twice the photo's pixels, half its scale: the same picture and the same areas."""
    photo = textured(landmarks)
    large = np.asarray(cv2.resize(photo, None, fx=2, fy=2, interpolation=cv2.INTER_LINEAR))
    twice = replace(landmarks, points=landmarks.points * 2, size=landmarks.size * 2)
    one, two = drawn(photo, landmarks), drawn(large, twice, 0.5 / PX_PER_MM)
    assert np.abs(one.rgb.astype(int) - two.rgb).mean() < 3
    assert np.allclose(one.area, two.area, rtol=1e-3)


def test_pixels_may_be_coarser_than_the_points(landmarks: Landmarks) -> None:
    photo = textured(landmarks)
    small = np.asarray(cv2.resize(photo, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))
    one, two = drawn(photo, landmarks), drawn(small, landmarks)
    assert one.mm_per_cm == pytest.approx(two.mm_per_cm, rel=1e-3)
    assert np.abs(one.rgb.astype(int) - two.rgb).mean() < 4


def test_area_is_that_of_the_surface(landmarks: Landmarks) -> None:
    """Flat skin that faces the camera has (10 mm / 20 px)² to a pixel; the side of the face more."""
    picture = drawn(plain(landmarks), landmarks)
    normal, area = picture.atlas.normal[..., 2], picture.area[1]
    middle = picture.atlas.skin & (picture.atlas.place[..., 0] < 5)
    assert np.allclose((area * normal)[middle], (picture.mm_per_cm / 20) ** 2, rtol=0.1)
    assert area[normal < 0.6].mean() > 1.6 * area[normal > 0.95].mean()


def test_two_hundred_photos_take_a_third_of_a_gigabyte(landmarks: Landmarks) -> None:
    """A series keeps picture and density of each photo until its bruises are followed."""
    picture = drawn(plain(landmarks), landmarks)
    density = density_of(picture)
    _ = picture.plane, picture.at, picture.light, picture.dark, picture.area, density.light
    held = [*vars(picture).values(), *vars(density).values()]
    assert 200 * sum(each.nbytes for each in held if isinstance(each, np.ndarray)) < 0.25e9


def test_density_gives_the_light_back(landmarks: Landmarks) -> None:
    picture = drawn(plain(landmarks), landmarks)
    seen = density_of(picture).seen
    assert np.allclose(
        density_of(picture).light[seen], linear_from_srgb(np.array(SKIN, np.uint8)), atol=1e-5
    )


def test_a_mark_in_the_photo_has_a_place_on_the_face(landmarks: Landmarks) -> None:
    picture = drawn(plain(landmarks), landmarks)
    for side in ("right", "left"):
        number = MEDIAPIPE_478.of(side, ("cheekbone",))[0]  # type: ignore[arg-type]
        found, out, up = picture.locate(*landmarks.points[0, number, :2].tolist())
        where = np.abs(picture.atlas.canonical.vertices[number, :2]) * picture.mm_per_cm
        assert found == side
        assert (out, abs(up)) == pytest.approx(tuple(where), abs=1.0)


def share_seen(picture: SkinPicture) -> FloatArray:
    """Share of the skin of each region that is seen, shape (2, regions)."""
    atlas, seen = picture.atlas, find_seen(picture)
    regions = [atlas.skin & (atlas.region == number) for number in range(len(REGIONS))]
    return np.stack([seen[:, where].mean(axis=1) for where in regions], axis=1)


def test_every_region_is_seen_whole_on_a_plain_face(landmarks: Landmarks) -> None:
    picture = drawn(plain(landmarks), landmarks)
    shares = share_seen(picture)
    assert shares.shape == (2, len(REGIONS))
    middle = [REGIONS.index(name) for name in ("glabella", "upper_lid", "lower_lid", "nose")]
    assert (shares[:, middle] > 0.95).all()
    assert (shares > 0.6).all()


def test_eyes_brows_and_lips_are_no_skin() -> None:
    atlas = load_atlas()
    for name in ("iris_centre", "brow_upper_3", "commissure"):
        number = MEDIAPIPE_478.left((name,))[0]
        x, y = atlas.canonical.vertices[number, :2] if number < 468 else (3.1, 2.6)
        row, column = round((8.8 - y) * 20), round(x * 20)
        assert not atlas.skin[row, column], name
    assert atlas.skin.shape == (HEIGHT, WIDTH)


def test_a_dark_area_at_the_rim_is_hair_and_one_inside_is_not(landmarks: Landmarks) -> None:
    photo = plain(landmarks)
    x, y = landmarks.points[0, MEDIAPIPE_478.midline["forehead"], :2].astype(int)
    photo[: y + 40] = (20, 15, 12)
    chin = landmarks.points[0, MEDIAPIPE_478.midline["forehead_low"], :2].astype(int)
    cv2.circle(photo, (int(x) + 60, int(chin[1]) + 40), 12, (20, 15, 12), -1)
    picture = drawn(photo, landmarks)
    shares = share_seen(picture)
    assert 0.3 < shares[1, REGIONS.index("forehead")] < 0.95


def test_burnt_skin_is_not_seen(landmarks: Landmarks) -> None:
    photo = plain(landmarks)
    photo[:, photo.shape[1] // 2 :] = 255
    picture = drawn(photo, landmarks)
    seen = find_seen(picture)
    assert seen[0].sum() > 0.8 * picture.inside[0].sum()
    assert seen[1].sum() == 0


def test_skin_near_hidden_points_is_not_judged(landmarks: Landmarks) -> None:
    points = landmarks.points.copy()
    brow = list(MEDIAPIPE_478.of("right", MEDIAPIPE_478.groups["brow"]))
    points[:, brow] = np.nan
    picture = drawn(plain(landmarks), replace(landmarks, points=points))
    forehead = picture.atlas.region == REGIONS.index("forehead")
    assert picture.inside[0][forehead].sum() < picture.inside[1][forehead].sum()
    assert np.isfinite(picture.area).all()


def test_no_picture_without_the_points_of_the_pose(landmarks: Landmarks) -> None:
    blank = Landmarks.blank(["a.jpg"], status="no_face")
    assert draw_skin(plain(landmarks), blank) is None


def test_places_are_those_of_the_surface_between_the_nodes_too(landmarks: Landmarks) -> None:
    """Worked out every 2 mm: within a twentieth of a pixel, and a few at the nose within a third."""
    picture, atlas = drawn(plain(landmarks), landmarks), load_atlas()
    for side, number in (("right", 0), ("left", 1)):
        plane = from_half(picture.plane[number].astype(float), side)  # type: ignore[arg-type]
        away = np.linalg.norm(
            picture.at[number] - places(picture.pose, atlas.canonical, plane), axis=-1
        )[atlas.skin]
        assert np.median(away) < 0.01
        assert np.quantile(away, 0.99) < 0.05
        assert away.max() < 0.35


def test_areas_add_up_to_that_of_the_plane(landmarks: Landmarks) -> None:
    picture = drawn(plain(landmarks), landmarks)
    (down_out, across_out), (down_up, across_up) = (
        np.gradient(picture.plane[1, ..., axis]) for axis in (0, 1)
    )
    flat = np.abs(across_out * down_up - across_up * down_out) * picture.mm_per_cm**2
    skin = picture.atlas.skin
    shown = picture.area[1] * picture.atlas.normal[..., 2]
    assert shown[skin].sum() == pytest.approx(flat[skin].sum(), rel=2e-3)
