"""Bruises painted on a made-up face are found where they are, and light alone is none."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.synthetic import ABSORPTION, Bruise, face, paint_bruise
from asymmetry.tissue.bruises import Bruises, find_bruises
from asymmetry.tissue.colour import linear_from_srgb, srgb_from_linear
from asymmetry.tissue.columns import bruise_columns, notes_of
from asymmetry.tissue.density import CHANNELS, Density, density_of, load_grid
from asymmetry.tissue.evidence import TABLE, load_noise
from asymmetry.tissue.following import follow_patch
from asymmetry.tissue.patches import HUES, hue_of, is_bruise
from asymmetry.tissue.picture import draw_skin
from asymmetry.tissue.shade import fit_light, fit_light_of_both
from benchmarks.skin.making import HUE_CLASS
from benchmarks.tune.seal import is_sealed

PX_PER_MM = 3.0
CHEEK = {"out_cm": 4.2, "up_cm": -0.6}
SEED = 18


@pytest.fixture(scope="module")
def landmarks() -> Landmarks:
    return face(px_per_mm=PX_PER_MM)


@pytest.fixture(scope="module")
def skin(landmarks: Landmarks) -> Pixels:
    """Skin with grain of about 1 mm, not the same on both sides."""
    width, height = landmarks.size[0]
    rng = np.random.default_rng(SEED)
    grain = cv2.GaussianBlur(rng.normal(0, 1, (height, width, 3)), (0, 0), 2.0) * 0.12
    light = linear_from_srgb(np.full((height, width, 3), (200, 150, 130), np.uint8))
    return srgb_from_linear(light * np.exp(grain))


def density(pixels: Pixels, landmarks: Landmarks) -> Density:
    picture = draw_skin(pixels, landmarks, mm_per_px=1 / PX_PER_MM)
    assert picture is not None
    return density_of(picture)


def painted(skin: Pixels, landmarks: Landmarks, *bruises: Bruise) -> Pixels:
    for bruise in bruises:
        skin = paint_bruise(skin, landmarks, bruise, mm_per_px=1 / PX_PER_MM).pixels
    return skin


def side_light(pixels: Pixels, ratio: float) -> Pixels:
    """Light that falls off evenly, from right to left, by so many times."""
    across = np.linspace(np.log(ratio) / 2, -np.log(ratio) / 2, pixels.shape[1])
    return srgb_from_linear(linear_from_srgb(pixels) * 0.8 * np.exp(across)[None, :, None])


def glare(pixels: Pixels, size_mm: float) -> FloatArray:
    """Light on the left cheek that fades over so many mm, at most 1, shape (H, W, 1)."""
    rows, columns = np.mgrid[: pixels.shape[0], : pixels.shape[1]]
    size = size_mm * PX_PER_MM
    away = ((columns - 430) / size) ** 2 + ((rows - 370) / (1.5 * size)) ** 2
    return np.asarray(np.exp(-away)[..., None])


def the_one(found: Bruises) -> object:
    assert len(found.patches) == 1, found.patches
    return found.patches[0]


@pytest.mark.parametrize("hue", ABSORPTION)
@pytest.mark.parametrize("side", ["right", "left"])
def test_area_depth_hue_and_side(hue: str, side: str, skin: Pixels, landmarks: Landmarks) -> None:
    bruise = Bruise(side, **CHEEK, area_mm2=250, delta_e=9, hue=hue)  # type: ignore[arg-type]
    patch = find_bruises(density(painted(skin, landmarks, bruise), landmarks)).patches[0]
    assert patch.side == side
    assert patch.region == "cheek"
    assert patch.hue == HUE_CLASS[hue]
    assert patch.area_mm2 == pytest.approx(250, rel=0.1)
    assert patch.depth_de == pytest.approx(9, abs=1)
    assert patch.depth_p95_de > patch.depth_de
    assert abs(patch.area_mm2 - 250) < 3 * patch.area_sd_mm2


@pytest.mark.parametrize("area", [800, 1500, 2500])
def test_large_bruises_keep_their_area(area: float, skin: Pixels, landmarks: Landmarks) -> None:
    """The light can't follow an edge, so it does not eat a bruise over a quarter of the half face."""
    bruise = Bruise("left", 4.0, -0.8, area, 8)
    before = density(skin, landmarks)
    shot = density(side_light(painted(skin, landmarks, bruise), 1.6), landmarks)
    for base in (None, before):
        found = find_bruises(shot, base)
        seen = 0.85 * area  # lips and the rim of the face cover some of it
        assert found.patches[0].area_mm2 == pytest.approx(seen, rel=0.25)


@pytest.mark.parametrize("hue", ["brown", "yellow"])
def test_a_bruise_over_half_of_one_side_is_not_its_light(
    hue: str, skin: Pixels, landmarks: Landmarks
) -> None:
    bruise = Bruise("left", 4.2, -1.6, 3500, 11, hue=hue)
    shot = density(side_light(painted(skin, landmarks, bruise), 1.5), landmarks)
    patch = find_bruises(shot, density(skin, landmarks)).patches[0]
    assert (patch.side, patch.hue) == ("left", "yellow-brown")
    assert patch.area_mm2 > 0.6 * bruise.area_mm2


@pytest.mark.parametrize("ratio", [1.0, 1.4, 2.0, 0.5])
def test_light_is_no_bruise(ratio: float, skin: Pixels, landmarks: Landmarks) -> None:
    lit = density(side_light(skin, ratio), landmarks)
    assert find_bruises(lit).patches == ()
    assert find_bruises(lit, density(skin, landmarks)).patches == ()


def test_light_does_not_hide_a_bruise(skin: Pixels, landmarks: Landmarks) -> None:
    bruise = Bruise("right", **CHEEK, area_mm2=200, delta_e=9, hue="red")
    cast = np.array([1.1, 1.0, 0.8])
    lit = side_light(painted(skin, landmarks, bruise), 2.0)
    warm = srgb_from_linear(linear_from_srgb(lit) * cast)
    for base in (None, density(skin, landmarks)):
        patch = the_one(find_bruises(density(warm, landmarks), base))
        assert patch.area_mm2 == pytest.approx(200, rel=0.15)  # type: ignore[attr-defined]
        assert patch.hue == "red-purple"  # type: ignore[attr-defined]


def test_both_sides_alike_show_against_a_baseline_only(skin: Pixels, landmarks: Landmarks) -> None:
    right = Bruise("right", **CHEEK, area_mm2=250, delta_e=9, hue="blue")
    both = density(painted(skin, landmarks, right, replace(right, side="left")), landmarks)
    alone, beside = find_bruises(both), find_bruises(both, density(skin, landmarks))
    assert sum(patch.area_mm2 for patch in alone.patches) < 60
    assert sorted(patch.side for patch in beside.patches) == ["left", "right"]
    assert "skin_one_photo" in [note.code for note in notes_of(alone, both)]
    assert "skin_one_photo" not in [note.code for note in notes_of(beside, both)]


def test_a_core_and_a_rim_are_two_patches(skin: Pixels, landmarks: Landmarks) -> None:
    bruise = Bruise("left", **CHEEK, area_mm2=600, delta_e=11, hue="purple", rim="yellow")
    shot = density(painted(skin, landmarks, bruise), landmarks)
    found = find_bruises(shot, density(skin, landmarks))
    assert sorted(patch.hue for patch in found.patches) == ["red-purple", "yellow-brown"]
    assert sum(patch.area_mm2 for patch in found.patches) == pytest.approx(600, rel=0.15)


def test_a_mole_and_a_shadow_are_no_bruises(skin: Pixels, landmarks: Landmarks) -> None:
    mole = Bruise("right", **CHEEK, area_mm2=12, delta_e=22, hue="brown", edge_mm=0.4)
    assert find_bruises(density(painted(skin, landmarks, mole), landmarks)).patches == ()
    shade = linear_from_srgb(skin).copy()
    shade[330:400, 130:190] *= 0.7  # all channels alike
    assert find_bruises(density(srgb_from_linear(shade), landmarks)).patches == ()


@pytest.mark.parametrize("strength", [0.15, 0.3, 0.5])
@pytest.mark.parametrize("size_mm", [4, 8])
def test_glare_on_one_side_is_no_bruise_on_the_other(
    strength: float, size_mm: float, skin: Pixels, landmarks: Landmarks
) -> None:
    shiny = srgb_from_linear(linear_from_srgb(skin) + strength * glare(skin, size_mm))
    assert find_bruises(density(shiny, landmarks)).patches == ()


def test_the_halo_of_glare_is_not_judged(skin: Pixels, landmarks: Landmarks) -> None:
    """A core of 5 mm is left out with what fades around it; specks on wet skin are left out alone."""
    for size_mm, low, high in ((6, 15, 40), (1, 0, 5)):
        shiny = srgb_from_linear(linear_from_srgb(skin) + 0.6 * glare(skin, size_mm))
        hidden = density(skin, landmarks).seen & ~density(shiny, landmarks).seen
        assert low**2 <= hidden.sum() <= high**2


@pytest.mark.parametrize("cast", [(1.0, 1.0, 1.0), (0.9, 1.0, 1.1)])
def test_light_that_fades_over_a_cheek_is_no_bruise(
    cast: tuple[float, float, float], skin: Pixels, landmarks: Landmarks
) -> None:
    """Grey, and with a third of its darkness in colour, as shadows beside a lamp have."""
    shade = np.exp(-0.35 * glare(skin, 12) * np.array(cast))
    shot = density(srgb_from_linear(linear_from_srgb(skin) * shade), landmarks)
    assert find_bruises(shot).patches == ()


def test_a_soft_bruise_is_told_by_its_colour(skin: Pixels, landmarks: Landmarks) -> None:
    soft = Bruise("right", **CHEEK, area_mm2=500, delta_e=9, hue="purple", edge_mm=5.0)
    shot = density(painted(skin, landmarks, soft), landmarks)
    for base in (None, density(skin, landmarks)):
        patch = the_one(find_bruises(shot, base))
        assert (patch.side, patch.hue) == ("right", "red-purple")  # type: ignore[attr-defined]
        assert patch.area_mm2 == pytest.approx(500, rel=0.2)  # type: ignore[attr-defined]


def test_a_fold_is_too_slim_for_a_bruise(skin: Pixels, landmarks: Landmarks) -> None:
    grid = load_grid()
    spot = find_bruises(
        density(
            painted(skin, landmarks, Bruise("right", **CHEEK, area_mm2=250, delta_e=9)), landmarks
        )
    ).patches[0]
    fold = np.abs(grid.place[..., 0] - 3.5) < 0.3
    slim = replace(spot, mask=fold & (np.abs(grid.place[..., 1] + 1) < 2))
    shot = density(skin, landmarks)
    assert is_bruise(spot, shot)
    assert not is_bruise(slim, shot)


def test_a_mirrored_photo_swaps_the_sides(skin: Pixels, landmarks: Landmarks) -> None:
    bruise = Bruise("right", **CHEEK, area_mm2=250, delta_e=9)
    pixels = painted(skin, landmarks, bruise)
    there = find_bruises(density(pixels, landmarks)).patches[0]
    turned = density(np.ascontiguousarray(pixels[:, ::-1]), landmarks.mirrored())
    back = find_bruises(turned).patches[0]
    assert (there.side, back.side) == ("right", "left")
    assert there.area_mm2 == pytest.approx(back.area_mm2, rel=0.03)
    assert there.depth_de == pytest.approx(back.depth_de, rel=0.03)


def test_a_known_patch_is_followed_until_it_is_gone(skin: Pixels, landmarks: Landmarks) -> None:
    before = density(skin, landmarks)
    bruise = Bruise("right", **CHEEK, area_mm2=250, delta_e=10, hue="blue")
    first = density(painted(skin, landmarks, bruise), landmarks)
    patch = find_bruises(first, before).patches[0]
    for depth, hue in ((10, "blue"), (6, "green"), (3, "yellow")):
        faded = replace(bruise, delta_e=depth, hue=hue)
        now = follow_patch(patch, density(painted(skin, landmarks, faded), landmarks), before)
        assert now.depth_de == pytest.approx(depth, abs=1.2)
        assert now.hue == HUE_CLASS[hue]
        assert not now.is_gone
    gone = follow_patch(patch, before, before)
    assert abs(gone.depth_de) < 0.5
    assert gone.is_gone
    assert gone.hue == ""


def test_distance_from_a_site(skin: Pixels, landmarks: Landmarks) -> None:
    bruise = Bruise("right", **CHEEK, area_mm2=314, delta_e=9)  # a radius of 10 mm
    patch = find_bruises(density(painted(skin, landmarks, bruise), landmarks)).patches[0]
    assert patch.distance_mm(patch.out_mm, patch.up_mm) == 0
    assert patch.distance_mm(patch.out_mm, patch.up_mm + 30) == pytest.approx(20, abs=2.5)


def test_columns(skin: Pixels, landmarks: Landmarks) -> None:
    bruise = Bruise("right", **CHEEK, area_mm2=250, delta_e=9)
    found = find_bruises(density(painted(skin, landmarks, bruise), landmarks))
    columns = bruise_columns([found, None])
    area = found.patches[0].area_mm2
    assert columns["bruise_area_right_mm2"][0] == pytest.approx(area)
    assert columns["bruise_area_left_mm2"][0] == 0
    assert columns["bruise_area_diff_mm2"][0] == pytest.approx(area)
    assert columns["bruise_area_cheek_right_mm2"][0] == pytest.approx(area, rel=0.1)
    assert columns["bruise_hue_right"].tolist() == ["red-purple", ""]
    assert np.isnan(columns["bruise_depth_left_de"][0])
    assert columns["bruise_depth_right_sd_de"][0] > 0
    numbers = [value[1] for name, value in columns.items() if "hue" not in name]
    assert np.isnan(numbers).all()


def test_a_region_that_is_hidden_is_nan(skin: Pixels, landmarks: Landmarks) -> None:
    burnt = skin.copy()
    burnt[: int(landmarks.points[0, 9, 1])] = 255  # all above the brows
    shot = density(burnt, landmarks)
    found = find_bruises(shot)
    columns = bruise_columns([found])
    assert np.isnan(columns["bruise_area_forehead_right_mm2"][0])
    assert columns["bruise_area_cheek_right_mm2"][0] == 0
    (unseen,) = [each for each in notes_of(found, shot) if each.code == "skin_unseen"]
    assert "forehead" in unseen["regions"]  # type: ignore[operator]


def test_hues_of_pure_absorption() -> None:
    for name, absorbed in ABSORPTION.items():
        assert hue_of(CHANNELS @ np.array(absorbed)) == HUE_CLASS[name]
    assert set(HUE_CLASS.values()) == set(HUES)


def test_light_is_carried_on_over_a_large_patch() -> None:
    grid = load_grid()
    slope = grid.normal[..., :1] * np.array([0.4, 0.02, -0.03])
    patch = ((grid.place - (4.0, -0.8)) ** 2).sum(axis=-1) < 2.5**2  # 2,000 mm²
    fitted = fit_light(slope + patch[..., None] * 0.3, grid.skin & ~patch, "mirror")
    assert np.abs(fitted - slope)[grid.skin].max() < 0.01


def test_one_light_of_both_sides_is_told_from_a_large_patch_on_one() -> None:
    grid = load_grid()
    slope = grid.normal[..., :1] * np.array([0.4, 0.02, -0.03])
    light = 0.1 + np.stack([-slope, slope])
    disc = ((grid.place - (4.2, -1.6)) ** 2).sum(axis=-1) < 2.8**2  # 2,500 mm²
    shown = light + np.stack([disc, np.zeros_like(disc)])[..., None] * 0.3
    both = fit_light_of_both(shown, np.stack([grid.skin] * 2)) - light
    alone = fit_light(shown[0], grid.skin, "day") - light[0]
    assert np.abs(both)[:, grid.skin].max() < 0.01
    assert np.abs(alone)[disc & grid.skin].mean() > 0.1


def test_the_noise_is_as_the_script_wrote_it() -> None:
    assert is_sealed(TABLE.read_text(encoding="utf-8"))
    for kind in ("mirror", "day"):
        sizes = np.linalg.eigvalsh(load_noise(kind).covariance)
        assert (sizes > 0).all()
