"""Colour functions give what scikit-image gives, for arrays of any shape."""

from __future__ import annotations

import numpy as np
import pytest

from asymmetry.tissue.colour import delta_e, lab_from_linear, linear_from_srgb, srgb_from_linear

skimage = pytest.importorskip("skimage.color")
SEED = 18


@pytest.fixture(scope="module")
def pixels() -> np.ndarray:
    rng = np.random.default_rng(SEED)
    made = rng.integers(0, 256, (20000, 2, 3), dtype=np.uint8)
    made[:2000] = made[:2000, :, :1]  # greys, whose hue is undefined
    made[2000:6000, 1] = np.clip(made[2000:6000, 0].astype(int) + 3, 0, 255)  # close pairs
    return made


def test_lab(pixels: np.ndarray) -> None:
    found = lab_from_linear(linear_from_srgb(pixels).astype(np.float64))
    assert np.abs(found - skimage.rgb2lab(pixels / 255.0)).max() < 1e-3


def test_delta_e(pixels: np.ndarray) -> None:
    lab = skimage.rgb2lab(pixels / 255.0)
    expected = skimage.deltaE_ciede2000(lab[:, 0], lab[:, 1])
    assert np.abs(delta_e(lab[:, 0], lab[:, 1]) - expected).max() < 1e-3


def test_pairs_of_the_standard() -> None:
    """Sharma, Wu and Dalal 2005, table 1: pairs 1, 7, 13, 17 and 25."""
    one = [
        [50, 2.6772, -79.7751],
        [50, 0, 0],
        [50, -0.001, 2.49],
        [50, 2.5, 0],
        [60.2574, -34.0099, 36.2677],
    ]
    two = [
        [50, 0, -82.7485],
        [50, -1, 2],
        [50, 0.0009, -2.49],
        [73, 25, -18],
        [60.4626, -34.1751, 39.4387],
    ]
    expected = [2.0425, 2.3669, 4.8045, 27.1492, 1.2644]
    assert delta_e(np.array(one, float), np.array(two, float)) == pytest.approx(expected, abs=1e-4)


def test_a_batch_is_its_single_colours(pixels: np.ndarray) -> None:
    lab = lab_from_linear(linear_from_srgb(pixels[:50]).astype(np.float64))
    whole = delta_e(lab[:, 0].reshape(5, 10, 3), lab[:, 1].reshape(5, 10, 3))
    single = [float(delta_e(one, other)) for one, other in lab]
    assert whole.ravel().tolist() == single


def test_there_and_back() -> None:
    levels = np.arange(256, dtype=np.uint8)
    assert np.array_equal(srgb_from_linear(linear_from_srgb(levels)), levels)
