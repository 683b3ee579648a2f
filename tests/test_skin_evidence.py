"""Smoothing, standing out and the fit of the light, against sums that are written out."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from asymmetry.tissue.density import load_grid
from asymmetry.tissue.evidence import SCALES, band_passed, load_noise, smooth, stand_out
from asymmetry.tissue.masks import median
from asymmetry.tissue.shade import fit_light

SEED = 18


@pytest.fixture(scope="module")
def difference() -> np.ndarray:
    """A difference of density with grain and broad shades, on the grid of the skin."""
    shape, rng = load_grid().skin.shape, np.random.default_rng(SEED)
    grain, shades = rng.normal(0, 1, (2, *shape, 3)).astype(np.float32)
    broad = cv2.GaussianBlur(shades, (0, 0), 12)
    return np.asarray(0.02 * grain + 0.05 * broad / broad.std(), np.float32)


@pytest.mark.parametrize(("sigma", "edge"), [(2.5, cv2.BORDER_DEFAULT), (8.0, cv2.BORDER_REFLECT)])
def test_smoothing_is_the_gaussians_mean_of_what_is_seen(
    difference: np.ndarray, sigma: float, edge: int
) -> None:
    """Broad ones at half of the resolution, to within a hundredth of what they smooth."""
    seen = load_grid().skin
    means, weight = smooth(difference, seen, sigma)
    shown = np.where(seen[..., None], difference, 0)
    blur = cv2.GaussianBlur(shown, (0, 0), sigma, borderType=edge)
    share = cv2.GaussianBlur(seen.astype(np.float32), (0, 0), sigma, borderType=edge)
    well = seen & (share > 0.3)
    assert np.abs(weight - share).max() < 0.01
    assert np.abs(means - blur / np.maximum(share, 1e-3)[..., None])[well].max() < 0.001


def test_unseen_pixels_count_for_nothing(difference: np.ndarray) -> None:
    seen = load_grid().skin
    wild = np.where(seen[..., None], difference, np.float32(np.nan))
    assert np.array_equal(smooth(wild, seen, 2.5)[0], smooth(difference, seen, 2.5)[0])


def test_a_pixel_stands_out_by_its_distance_in_its_regions_noise(difference: np.ndarray) -> None:
    grid, noise = load_grid(), load_noise("mirror")
    bands = band_passed(difference, grid.skin)
    assert bands.shape == (len(SCALES), *grid.skin.shape, 3)
    out = stand_out(bands, grid.skin, noise, np.zeros((3, 3)), 0.0)
    rows, columns = np.nonzero(np.isfinite(bands[0, ..., 0]))
    some = slice(None, None, 500)
    for scale in range(len(SCALES)):
        far = [
            np.sqrt(band @ noise.precision[grid.region[row, column], scale] @ band)
            for row, column in zip(rows[some], columns[some], strict=True)
            for band in [bands[scale, row, column]]
        ]
        read = out[scale, rows[some], columns[some]]
        # All scales are divided by one number, the noise of this photo.
        ratio = read[np.isfinite(far)] / np.array(far)[np.isfinite(far)]
        assert ratio == pytest.approx(np.full(len(ratio), np.median(ratio)), rel=1e-3)


def test_light_of_known_terms_is_found_beneath_patches() -> None:
    """Sums of the terms themselves, with a tenth of the skin far off: the fit passes them by."""
    grid = load_grid()
    light = 0.2 * grid.normal[..., :1] + 0.1 * grid.place[..., :1] / 8 * np.array([1, 0.5, -1])
    rng = np.random.default_rng(SEED)
    shown = light + rng.normal(0, 0.002, light.shape)
    patch = (grid.place[..., 0] > 3) & (grid.place[..., 0] < 5) & (np.abs(grid.place[..., 1]) < 2)
    shown[patch] += 0.4
    fitted = fit_light(shown, grid.skin, "mirror")
    assert np.abs(fitted - light)[grid.skin].max() < 0.01


def test_median_is_that_of_numpy_for_odd_numbers_and_the_upper_one_for_even() -> None:
    values = np.random.default_rng(SEED).normal(size=(3, 101))
    assert np.array_equal(median(values), np.median(values, axis=-1))
    assert median(np.array([4.0, 1, 3, 2])) == 3
