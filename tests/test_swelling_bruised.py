"""A bruise in a photo is no swelling: an edge of colour looks like skin that moved."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from asymmetry.core.schemes import SIDES
from asymmetry.synthetic import Sitter
from asymmetry.synthetic.bruise import ABSORPTION
from asymmetry.synthetic.swelling import Swelling, swell_face
from asymmetry.tissue.atlas import load_atlas
from asymmetry.tissue.density import COARSE, load_grid
from asymmetry.tissue.patches import Patch
from asymmetry.tissue.picture import SkinPicture
from asymmetry.tissue.swelling import REGIONS, measure_swelling
from tests.test_skin_days import patch
from tests.test_swelling import picture_of, textured

CHEEK = REGIONS.index("cheek")
#: Middle of a bruise on the canonical cheek, cm outwards and up, its radius, mm, and its density.
PLACE, RADIUS_MM, DENSITY = (4.2, -1.6), 7.0, 0.3


@pytest.fixture(scope="module")
def sitter() -> Sitter:
    """With the faint texture of pores."""
    return textured(145, 160)


@pytest.fixture(scope="module")
def before(sitter: Sitter) -> SkinPicture:
    return picture_of(sitter)


@pytest.fixture(scope="module")
def swollen_cheek(sitter: Sitter) -> SkinPicture:
    return picture_of(swell_face(sitter, Swelling("cheek", "left", 3.0)).sitter)


def bruised(picture: SkinPicture, side: int) -> tuple[SkinPicture, Patch]:
    """The picture with a round red bruise on one cheek, and the patch that is found there."""
    away = np.hypot(*np.moveaxis(load_atlas().place - PLACE, -1, 0)) * picture.mm_per_cm
    weight = 1 / (1 + np.exp((away - RADIUS_MM) / 0.5))
    light = np.exp(-DENSITY * weight[..., None] * np.array(ABSORPTION["red"]))
    rgb = picture.rgb.copy()
    rgb[side] = np.rint(rgb[side] * light)
    found = patch(40, side=SIDES[side])
    return replace(picture, rgb=rgb), replace(found, mask=coarse(weight > 0.5))


def coarse(fine: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    height, width = load_grid().skin.shape
    shrunk = cv2.resize(fine.astype(np.float32), (width, height), interpolation=cv2.INTER_AREA)
    assert fine.shape == (height * COARSE, width * COARSE)
    return np.asarray(shrunk > 0.5)


@pytest.mark.parametrize("side", [0, 1])
def test_a_bruise_is_no_swelling(before: SkinPicture, side: int) -> None:
    now, found = bruised(before, side)
    assert np.abs(measure_swelling(now, before).mm[side, CHEEK]) > 0.2
    read = measure_swelling(now, before, bruises=[found])
    assert np.abs(read.mm).max() < 0.1


@pytest.mark.parametrize("side", [0, 1])
def test_a_swelling_below_a_bruise_is_read(
    before: SkinPicture, swollen_cheek: SkinPicture, side: int
) -> None:
    """Right and left: the bruise lies on the swollen cheek, and on the other one."""
    now, found = bruised(swollen_cheek, side)
    plain = measure_swelling(swollen_cheek, before).mm
    read = measure_swelling(now, before, bruises=[found]).mm
    assert plain[1, CHEEK] > 1
    assert read[:, CHEEK] == pytest.approx(plain[:, CHEEK], abs=0.1)
