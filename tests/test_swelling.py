"""Swelling: known bumps are read where they are, and nothing where nothing swelled or was seen."""

from __future__ import annotations

import hashlib
import tomllib
from dataclasses import replace

import cv2
import numpy as np
import pytest

from asymmetry.core.arrays import FloatArray
from asymmetry.core.notes import Note, note_array
from asymmetry.errors import InvalidInputError
from asymmetry.skin_photos import read_skin
from asymmetry.synthetic import Retake, Sitter, face, prepare_sitter, retake_photo
from asymmetry.synthetic.swelling import SPOTS, Swelling, Swollen, swell_face
from asymmetry.tissue import quiet
from asymmetry.tissue.atlas import REGIONS as ATLAS_REGIONS
from asymmetry.tissue.flow import BELOW, followed_skin
from asymmetry.tissue.flow import outwards as outwards_of_skin
from asymmetry.tissue.picture import SkinPicture, draw_skin
from asymmetry.tissue.swelling import (
    REGIONS,
    TABLE,
    ZONES,
    Conditions,
    compare_conditions,
    error_of,
    find_unlikeness,
    load_unmixing,
    measure_swelling,
    read_outwards,
    swelling_columns,
    unmix,
)
from benchmarks.tune.seal import is_sealed

PX_PER_MM = 3.0
SEED = 18
RIGHT, LEFT = 0, 1


def textured(darkest: int, lightest: int) -> Sitter:
    """A face with grain between these levels, whose exact points are known."""
    landmarks = face(px_per_mm=PX_PER_MM)
    width, height = (int(side) for side in landmarks.size[0])
    rng = np.random.default_rng(SEED)
    coarse = rng.integers(darkest, lightest, (height // 6 + 1, width // 6 + 1, 3), dtype=np.uint8)
    skin = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    return prepare_sitter(np.asarray(skin, dtype=np.uint8), landmarks)


@pytest.fixture(scope="module")
def sitter() -> Sitter:
    """With the texture of pores and freckles."""
    return textured(100, 200)


def picture_of(sitter: Sitter) -> SkinPicture:
    picture = draw_skin(sitter.pixels, sitter.landmarks)
    assert picture is not None
    return picture


@pytest.fixture(scope="module")
def before(sitter: Sitter) -> SkinPicture:
    return picture_of(sitter)


@pytest.mark.parametrize("place", SPOTS)
def test_a_swollen_face_differs_there_alone_and_alike_on_both_sides(
    sitter: Sitter, place: str
) -> None:
    right, left = (swell_face(sitter, Swelling(place, side, 3.0)) for side in ("right", "left"))
    mirrored = right.shift.table[:, ::-1] * (-1, 1)
    assert np.allclose(mirrored, left.shift.table, atol=2e-3)
    outwards = right.shift.table[..., 0]
    assert outwards.min() < -0.02  # cm, to the patient's right
    assert np.abs(right.shift.table).max() < 0.3
    changed = np.any(right.sitter.pixels != sitter.pixels, axis=-1)
    assert not changed[:, int(0.65 * changed.shape[1]) :].any()


def test_the_points_of_a_swollen_face_move_with_its_skin(sitter: Sitter) -> None:
    swollen = swell_face(sitter, Swelling("cheek", "right", 4.0))
    before, after = sitter.relief.plane, swollen.sitter.relief.plane
    shift = swollen.shift.at(after[:, 0], after[:, 1])
    assert np.allclose(after - shift, before, atol=1e-3)
    assert np.abs(after - before).max() > 0.1


def test_a_swelling_of_0_changes_nothing(sitter: Sitter) -> None:
    still = swell_face(sitter, Swelling("jaw", "left", 0.0))
    assert np.abs(still.sitter.pixels.astype(int) - sitter.pixels).max() <= 1
    assert not still.shift.table.any()


def test_a_swelling_needs_a_place_and_a_height() -> None:
    for bad in (("ear", "right", 1.0), ("cheek", "up", 1.0), ("cheek", "right", np.nan)):
        with pytest.raises(InvalidInputError, match="swelling"):
            Swelling(*bad)


def true_reading(swollen: Swollen, picture: SkinPicture) -> FloatArray:
    """The reading if the skin's shift were known."""
    halves = []
    for plane, outwards in zip(picture.plane[:, BELOW].astype(np.float64), (-1, 1), strict=True):
        parts = np.array_split(plane * (outwards, 1), 4)
        read = [swollen.shift.at(part[..., 0], part[..., 1]) for part in parts]
        halves.append(np.concatenate(read) * (outwards, 1))
    return read_outwards(np.stack(halves) * picture.mm_per_cm, np.stack([followed_skin()] * 2))


@pytest.mark.parametrize("place", REGIONS)
@pytest.mark.parametrize("side", ["right", "left"])
def test_a_known_swelling_is_read(
    sitter: Sitter, before: SkinPicture, place: str, side: str
) -> None:
    swollen = swell_face(sitter, Swelling(place, side, 3.0))
    now = picture_of(swollen.sitter)
    found = measure_swelling(now, before)
    own = ("right", "left").index(side), REGIONS.index(place)
    true = true_reading(swollen, now)
    assert true[own] > 0.4
    assert found.mm[own] == pytest.approx(true[own], rel=0.2)
    assert np.abs(found.mm[1 - own[0]]).max() < 0.1 * true[own] + 0.05


@pytest.mark.parametrize("place", REGIONS)
def test_a_swelling_is_not_read_in_other_regions_of_its_side(
    sitter: Sitter, before: SkinPicture, place: str
) -> None:
    swollen = swell_face(sitter, Swelling(place, "right", 3.0))
    now = picture_of(swollen.sitter)
    found, true = measure_swelling(now, before), true_reading(swollen, now)
    others = [number for number, name in enumerate(REGIONS) if name != place]
    own = true[RIGHT, REGIONS.index(place)]
    assert np.abs(found.mm[RIGHT, others] - true[RIGHT, others]).max() < 0.15 * own


def test_the_map_shows_where_it_swelled(sitter: Sitter, before: SkinPicture) -> None:
    found = measure_swelling(
        picture_of(swell_face(sitter, Swelling("cheek", "left", 3.0)).sitter), before
    )
    assert found.map_mm is not None
    most = np.unravel_index(np.nanargmax(found.map_mm), found.map_mm.shape)
    row, column = 2 * int(most[1]) + BELOW.start, 2 * int(most[2])
    assert most[0] == LEFT
    assert ATLAS_REGIONS[before.atlas.region[row, column]] == "cheek"
    assert np.isnan(found.map_mm).any()
    assert measure_swelling(before, None).map_mm is None


def test_shifts_out_and_in_by_chance_cancel() -> None:
    seen = np.stack([followed_skin()] * 2)
    noise = np.random.default_rng(SEED).normal(size=(*seen.shape, 2)).astype(np.float32)
    rest = cv2.GaussianBlur(noise[RIGHT], (0, 0), 8) * 10
    swollen = read_outwards(np.stack([rest, rest]), seen)
    sunken = read_outwards(-np.stack([rest, rest]), seen)
    assert np.allclose(swollen, -sunken, atol=1e-5)
    assert np.abs(swollen).max() < 0.5 * np.abs(rest).max()


def test_regions_come_out_of_zones_by_the_matrix() -> None:
    known = load_unmixing()
    true = np.array([[2.0, 0.3, 0.1], [0.0, 1.0, 0.0]])
    zones = true * (1 - known.loss * 0.1) @ np.linalg.pinv(known.matrix).T
    assert np.allclose(unmix(zones, 0.1), true)


def test_a_zone_that_is_not_seen_widens_its_neighbours_errors() -> None:
    zones = np.ones((2, len(ZONES)))
    hidden = zones.copy()
    hidden[RIGHT, ZONES.index("jaw")] = np.nan
    alike = Conditions(0.0, 0.1, 0.1, 0.5)
    mm = unmix(hidden, 0.1)
    assert np.isnan(mm[RIGHT]).tolist() == [name == "jaw" for name in REGIONS]
    wide, usual = error_of(mm, alike, hidden), error_of(mm, alike, zones)
    cheek = REGIONS.index("cheek")
    assert wide[RIGHT, cheek] > usual[RIGHT, cheek]
    assert wide[LEFT, cheek] == usual[LEFT, cheek]


def test_a_swelling_that_went_down_is_negative(sitter: Sitter, before: SkinPicture) -> None:
    swollen = picture_of(swell_face(sitter, Swelling("cheek", "left", 3.0)).sitter)
    found = measure_swelling(before, swollen).mm[LEFT, REGIONS.index("cheek")]
    back = measure_swelling(swollen, before).mm[LEFT, REGIONS.index("cheek")]
    assert found == pytest.approx(-back, rel=0.15)
    assert found < -1


def test_the_same_photo_shows_no_swelling(before: SkinPicture) -> None:
    found = measure_swelling(before, before)
    assert np.abs(found.mm).max() < 0.02
    assert (found.sd_mm > 0).all()
    assert not found.notes


def test_another_turn_distance_and_light_are_no_swelling(
    sitter: Sitter, before: SkinPicture
) -> None:
    again = Retake(4, -3, 2, distance_cm=60, light_from_deg=90, light_off_deg=40, light=0.4)
    taken = retake_photo(sitter, again)
    points = sitter.landmarks.points.copy()
    points[0, :, :2] = taken.points
    size = np.array([taken.pixels.shape[1::-1]])
    moved = replace(sitter.landmarks, points=points, size=size)
    picture = draw_skin(taken.pixels, moved)
    found = measure_swelling(picture, before)
    assert (np.abs(found.mm) <= 2 * found.sd_mm).all()


def test_a_mirrored_pair_swaps_the_sides(sitter: Sitter, before: SkinPicture) -> None:
    swollen = swell_face(sitter, Swelling("jaw", "right", 3.0)).sitter
    found = measure_swelling(picture_of(swollen), before)
    there, back = (
        draw_skin(np.ascontiguousarray(each.pixels[:, ::-1]), each.landmarks.mirrored())
        for each in (sitter, swollen)
    )
    mirrored = measure_swelling(back, there)
    assert np.allclose(mirrored.mm[::-1], found.mm, atol=0.05)
    assert np.allclose(mirrored.sd_mm[::-1], found.sd_mm, rtol=0.1)


def test_one_photo_alone_tells_no_swelling(before: SkinPicture) -> None:
    alone = measure_swelling(before, None)
    assert np.isnan(alone.mm).all()
    assert np.isnan(alone.sd_mm).all()
    assert [note.code for note in alone.notes] == ["swelling_alone"]
    assert np.isnan(measure_swelling(None, before).mm).all()


def test_heads_that_are_turned_apart_are_not_compared(sitter: Sitter, before: SkinPicture) -> None:
    taken = retake_photo(sitter, Retake(yaw_deg=18))
    points = sitter.landmarks.points.copy()
    points[0, :, :2] = taken.points
    found = measure_swelling(
        draw_skin(taken.pixels, replace(sitter.landmarks, points=points)), before
    )
    assert np.isnan(found.mm).all()
    (note,) = found.notes
    assert note.code == "swelling_turned"


def test_skins_that_have_nothing_in_common_are_not_compared(
    sitter: Sitter, before: SkinPicture
) -> None:
    rng = np.random.default_rng(SEED + 1)
    height, width = sitter.pixels.shape[:2]
    coarse = rng.integers(60, 220, (height // 24 + 1, width // 24 + 1, 3), dtype=np.uint8)
    other = np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC))
    found = measure_swelling(draw_skin(other, sitter.landmarks), before)
    assert np.isnan(found.mm).all()
    assert [note.code for note in found.notes] == ["swelling_unlike"]


def test_a_region_that_was_not_seen_is_not_read(before: SkinPicture) -> None:
    jaw = before.atlas.region == ATLAS_REGIONS.index("jaw")
    inside = before.inside.copy()
    inside[RIGHT] &= ~jaw
    found = measure_swelling(replace(before, inside=inside), before)
    assert np.isnan(found.mm[RIGHT, REGIONS.index("jaw")])
    assert np.isfinite(found.mm[LEFT]).all()
    assert [note.code for note in found.notes] == ["swelling_hidden"]


def test_a_bump_stands_out_of_what_a_turn_does() -> None:
    seen = np.stack([followed_skin()] * 2)
    rows, columns = np.mgrid[: seen.shape[1], : seen.shape[2]]
    bump = 2.0 * np.exp(-((rows - 150) ** 2 + (columns - 80) ** 2) / (2 * 20.0**2))
    shift = np.zeros((*seen.shape, 2), np.float32)
    shift[..., 0] = 0.5 + 0.01 * columns - 0.004 * rows
    shift[RIGHT, ..., 0] += bump
    rest, misfit = quiet.take_off_quiet(shift, seen)
    assert misfit < 0.1
    assert np.abs(rest[LEFT][seen[LEFT]]).max() < 0.25
    assert rest[RIGHT, 150, 80, 0] == pytest.approx(2.0, abs=0.2)


@pytest.mark.parametrize("sign", [1, -1])
def test_skirts_of_a_swelling_do_not_pull_the_quiet_fit_along(sign: int) -> None:
    seen = np.stack([followed_skin()] * 2)
    rows, columns = np.mgrid[: seen.shape[1], : seen.shape[2]]
    away = ((rows - 150) / 24) ** 2 + ((columns - 110) / 24) ** 2
    bump = sign * 2.0 * np.exp(-away / 2)[..., None] * outwards_of_skin()
    shift = np.zeros((*seen.shape, 2), np.float32)
    shift[RIGHT] += bump
    rest, _ = quiet.take_off_quiet(shift, seen)
    assert np.abs(rest[RIGHT] - bump)[seen[RIGHT]].max() < 0.15


def test_errors_are_of_what_photos_differ_in() -> None:
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    mm = np.zeros((2, len(REGIONS)))
    alike, unlike = Conditions(0.0, 0.1, 0.1, 0.5), Conditions(10.0, 0.5, 1.0, 2.0)
    terms = np.array(table["lower_lid"])
    expected = np.sqrt(np.square(terms * (1, 10.0, 0.5, 1.0, 2.0)).sum())
    number = REGIONS.index("lower_lid")
    assert error_of(mm, unlike)[RIGHT, number] == pytest.approx(expected)
    assert (error_of(mm, unlike) > error_of(mm, alike)).all()
    assert (error_of(mm + 3, alike) > error_of(mm, alike)).all()


def test_conditions_are_of_the_mouth_and_of_all_skin() -> None:
    seen = np.stack([followed_skin()] * 2)
    rest = np.full((*seen.shape, 2), 0.3)
    found = compare_conditions(4.0, rest + 1.0, rest, seen, 0.2)
    mouth, moved = (pytest.approx(each * np.sqrt(2)) for each in (0.3, 1.0))
    assert found == Conditions(4.0, 0.2, mouth, moved)


def test_photos_are_not_compared_that_differ_too_much() -> None:
    fits = Conditions(14.9, 0.24, 3.0, 2.4)
    assert find_unlikeness(fits) is None
    for name, value in {"turn_deg": 15.1, "misfit_mm": 0.26, "moved_mm": 2.6}.items():
        for each in (value, np.nan):
            assert find_unlikeness(replace(fits, **{name: each})) is not None


def test_columns_say_region_and_side(before: SkinPicture) -> None:
    columns = swelling_columns([measure_swelling(before, None)] * 2)
    assert "swelling_lower_lid_left_mm" in columns
    assert "swelling_cheek_right_sd_mm" in columns
    assert all(values.shape == (2,) for values in columns.values())
    assert len(columns) == 4 * len(REGIONS)


def test_the_numbers_are_as_their_script_wrote_them() -> None:
    text = TABLE.read_text(encoding="utf-8")
    assert is_sealed(text)
    fields = hashlib.sha256(quiet.MODES.read_bytes()).hexdigest()
    assert tomllib.loads(text)["fields_sha256"] == fields


def test_lids_behind_glasses_are_not_read(before: SkinPicture) -> None:
    found = measure_swelling(before, before, glasses=True)
    lid = REGIONS.index("lower_lid")
    assert np.isnan(found.mm[:, lid]).all()
    assert np.isnan(found.sd_mm[:, lid]).all()
    assert np.isfinite(np.delete(found.mm, lid, axis=1)).all()
    assert [note.code for note in found.notes] == ["swelling_hidden"]


def test_the_table_of_skin_has_swelling_against_the_baseline(sitter: Sitter) -> None:
    swollen = swell_face(sitter, Swelling("cheek", "left", 3.0)).sitter
    scale = [1 / PX_PER_MM]
    first = read_skin(sitter.landmarks, [sitter.pixels], scale)
    assert "swelling_alone" in first.table["flags"][0]
    assert np.isnan(first.table["swelling_cheek_left_mm"]).all()
    found = read_skin(swollen.landmarks, [swollen.pixels], scale, before=first.photos[0])
    assert found.table["swelling_cheek_left_mm"][0] > 1
    assert abs(found.table["swelling_cheek_right_mm"][0]) < 0.2


def test_in_light_from_one_side_nothing_is_read(sitter: Sitter) -> None:
    scale = [1 / PX_PER_MM]
    lit = replace(sitter.landmarks, notes=note_array([(Note("side_light", value=1.9),)]))
    first = read_skin(sitter.landmarks, [sitter.pixels], scale).photos[0]
    found = read_skin(lit, [sitter.pixels], scale, before=first)
    assert np.isnan(found.table["swelling_cheek_left_mm"]).all()
    assert "swelling_light" in found.table["flags"][0]
    aside = read_skin(lit, [sitter.pixels], scale).photos[0]
    again = read_skin(sitter.landmarks, [sitter.pixels], scale, before=aside)
    assert "swelling_light" in again.table["flags"][0]
    alone = read_skin(lit, [sitter.pixels], scale)
    assert "swelling_alone" in alone.table["flags"][0]
