"""Limits from which on a lens is tinted, on skin that is dimmed by a little more and a little less."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from asymmetry.core.schemes import SIDES
from asymmetry.extract.face.frontal import HEIGHT, WIDTH, Frontal
from asymmetry.extract.judge import glasses
from tests.test_glasses import LIMITS, OVER_TWO_PX, SKIN, STEP, view

#: Slope of a step as high as the skin is bright, in shares of its brightness per mm.
SLOPE = OVER_TWO_PX * STEP


def lens(
    bottom: int = 44,
    *,
    span: tuple[int, int] = (20, 110),
    dimmed: float = 0.5,
    cheek: float = SKIN,
    high: int = 80,
    soft: int = 1,
) -> Frontal:
    """Skin that is darker over a lens on either side; the nose and the forehead's middle are bare.

    The lens ends so many px under the eyes, spans these px from the midline and is so high. It dims by this
    logarithm, over so many px of a soft edge. Below it lies a cheek so bright.
    """
    eyes = round(float(np.mean([view(SKIN).place("inner_canthus", side)[1] for side in SIDES])))
    rows = np.arange(HEIGHT)[:, None] - eyes
    out = np.abs(np.arange(WIDTH) - (WIDTH - 1) / 2).astype(int)[None]
    share = np.clip((bottom - rows) / soft, 0, 1) * (rows >= bottom - high)
    light = np.exp(-dimmed * share * ((out >= span[0]) & (out < span[1])))
    return view(np.rint(np.where(out < 20, SKIN, cheek) * light))


def clearness(seen: Frontal, dimmed: float = 0.5) -> float:
    """The mean slope along a lens's edge, as a share of that of a step so high."""
    return float(glasses.lens_edge(seen, LIMITS) / (SLOPE * (1 - np.exp(-dimmed))))


def dimming(seen: Frontal) -> float:
    return glasses.dimming(seen, LIMITS)


def is_tinted(seen: Frontal) -> bool:
    """Whether these grey pictures would show lenses in colour."""
    return glasses.wears_glasses(seen, replace(LIMITS, colour=0.0))


@pytest.mark.parametrize(
    ("bottom", "inside"), [(22, False), (24, True), (44, True), (64, True), (66, False)]
)
def test_a_lens_ends_from_1_2_to_3_2_cm_under_the_eyes(bottom: int, inside: bool) -> None:
    found = clearness(lens(bottom))
    assert (found > 0.8, found < 0.5) == (inside, not inside), found


@pytest.mark.parametrize(
    ("bottom", "inside"), [(15, False), (24, True), (44, True), (64, True), (73, False)]
)
def test_skin_is_compared_at_the_same_places(bottom: int, inside: bool) -> None:
    assert dimming(lens(bottom)) == pytest.approx(0.5 if inside else 0.0, abs=0.05)


@pytest.mark.parametrize(
    ("span", "share"),
    [
        ((30, 100), 1.0),
        ((30, 65), 0.5),
        ((65, 100), 0.5),
        ((20, 30), 0.0),
        ((100, 130), 0.0),
    ],
)
def test_a_lens_counts_by_how_much_it_covers_from_1_5_to_5_cm_beside_the_midline(
    span: tuple[int, int], share: float
) -> None:
    seen = lens(span=span)
    assert clearness(seen) == pytest.approx(share, abs=0.06)
    assert dimming(seen) == pytest.approx(0.5 * share, abs=0.03)


@pytest.mark.parametrize(("slope", "tinted"), [(0.052, False), (0.068, True)])
def test_the_edge_of_a_lens_is_as_clear_as_0_06(slope: float, tinted: bool) -> None:
    """The lens takes half of the light, of a cheek that has less of it than the nose."""
    seen = lens(dimmed=np.log(2), cheek=SKIN * slope / SLOPE / 0.5)
    assert glasses.lens_edge(seen, LIMITS) == pytest.approx(slope, rel=0.05)
    assert dimming(seen) > 0.6
    assert is_tinted(seen) == tinted


@pytest.mark.parametrize(("dimmed", "tinted"), [(0.165, False), (0.225, True)])
def test_lenses_take_0_19_of_a_logarithm_of_the_light(dimmed: float, tinted: bool) -> None:
    """The cheek is brighter than the nose, so that the edge is clear."""
    seen = lens(dimmed=dimmed, cheek=250)
    assert dimming(seen) == pytest.approx(dimmed, rel=0.05)
    assert glasses.lens_edge(seen, LIMITS) > 0.065
    assert is_tinted(seen) == tinted


@pytest.mark.parametrize("soft", [25, 35])
def test_bands_6_px_wide_and_2_px_off_an_edge_are_10_px_apart(soft: int) -> None:
    """Where light fades evenly they differ by as much as it fades over this way."""
    assert dimming(lens(soft=soft)) == pytest.approx(0.5 * 10 / soft, rel=0.04)


@pytest.mark.parametrize(("high", "share"), [(23, 1.0), (14, 0.5), (6, 0.0)])
def test_a_lens_is_dark_in_two_bands_14_px_apart(high: int, share: float) -> None:
    """One that is only so high fills half of either; a rim of 3 mm is dark in one."""
    assert dimming(lens(high=high)) == pytest.approx(0.5 * share, abs=0.04)


@pytest.mark.parametrize(("light", "read_as"), [(10, 10), (5, 8), (2, 8)])
def test_levels_below_8_count_as_8(light: int, read_as: int) -> None:
    seen = lens(dimmed=np.log(32 / light), cheek=32)
    assert dimming(seen) == pytest.approx(np.log(32 / read_as), rel=0.05)


@pytest.mark.parametrize(("percent", "judged"), [(3.3, False), (4.8, True)])
def test_a_photo_is_judged_if_its_colour_varies_by_4_percent(percent: float, judged: bool) -> None:
    """Blue hardly changes the brightness."""
    seen = lens()
    blue = percent / 100 * seen.grey[seen.face].mean()
    seen.rgb[:, ::2, 2] += round(2 * blue)
    assert glasses.wears_glasses(seen, LIMITS) == judged
