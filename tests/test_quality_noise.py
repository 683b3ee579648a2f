"""Noise from pixel to pixel: known answers for noise alone, for what has none, and for where it is read."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from asymmetry.core.arrays import FloatArray
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.extract.face.frontal import HEIGHT, WIDTH, Frontal
from asymmetry.extract.judge.quality import noise

GREY = 120.0


def read(grey: npt.ArrayLike) -> float:
    """The noise of a photo whose face's middle has these grey values, percent of its brightness."""
    return noise(
        Frontal(
            rgb=np.zeros((HEIGHT, WIDTH, 3), dtype=np.uint8),
            seen=np.ones((HEIGHT, WIDTH), dtype=bool),
            points=np.zeros((MEDIAPIPE_478.size, 2)),
            native=np.rint(np.clip(grey, 0, 255)).astype(np.uint8),
            px_per_mm=2.0,
        )
    )


def grains(sd: float, size: int = 160) -> FloatArray:
    """Normal noise of this standard deviation."""
    return np.random.default_rng(2).normal(0, sd, (size, size))


@pytest.mark.parametrize("grey", [60.0, GREY])
@pytest.mark.parametrize("sd", [3.0, 6.0, 12.0])
def test_noise_is_a_share_of_the_brightness(sd: float, grey: float) -> None:
    """Whole grey levels come with a noise of their own, of a twelfth of a squared one."""
    assert read(grey + grains(sd)) == pytest.approx(100 * np.hypot(sd, 12**-0.5) / grey, rel=0.04)


@pytest.mark.parametrize("amplitude", [1, 5, 10])
def test_each_field_of_a_chequered_picture_stands_out_from_its_neighbours(amplitude: int) -> None:
    """Each by 16 amplitudes; normal noise by six times its own, half of it by less than 6 / 1.4826."""
    rows, columns = np.mgrid[:100, :100]
    fields = GREY + amplitude * (-1.0) ** (rows + columns)
    sd = 1.4826 * 16 * amplitude / 6
    assert read(fields) == pytest.approx(100 * sd / GREY, rel=0.01)


@pytest.mark.parametrize("slope", [(0, 0), (1, 0), (0, 1), (1, -1)])
def test_a_ramp_has_no_noise(slope: tuple[int, int]) -> None:
    rows, columns = np.mgrid[:100, :100]
    assert read(GREY + slope[0] * rows + slope[1] * columns) == 0


def test_edges_down_and_across_have_no_noise() -> None:
    """Each column, or each row, is of another brightness."""
    levels = np.random.default_rng(3).integers(20, 220, 100)
    lines = np.repeat(levels[None], 100, axis=0)
    assert read(lines) == 0
    assert read(lines.T) == 0


def parted(shape: tuple[int, int], side: int) -> tuple[FloatArray, FloatArray]:
    """Pictures with noise of ten grey levels only inside, and only outside, a square in the middle."""
    middle = np.zeros(shape, dtype=bool)
    top, left = ((length - side) // 2 for length in shape)
    middle[top : top + side, left : left + side] = True
    grainy = np.random.default_rng(4).normal(0, 10, shape)
    return GREY + grainy * middle, GREY + grainy * ~middle


SHAPES = pytest.mark.parametrize("shape", [(400, 400), (401, 500), (300, 261)])


@SHAPES
def test_noise_is_read_in_a_square_of_160_px_in_the_middle(shape: tuple[int, int]) -> None:
    inside, outside = parted(shape, 160)
    assert read(inside) == pytest.approx(100 * 10 / GREY, rel=0.04)
    assert read(outside) == 0


@SHAPES
@pytest.mark.parametrize(("side", "noisy"), [(105, False), (121, True)])
def test_more_than_half_of_the_square_has_to_be_noisy(
    side: int, noisy: bool, shape: tuple[int, int]
) -> None:
    """A square of 113 px is half of it."""
    inside, outside = parted(shape, side)
    assert (read(inside) > 0) == noisy
    assert (read(outside) > 0) != noisy


@pytest.mark.parametrize(("shape", "judged"), [((3, 3), True), ((2, 9), False), ((9, 2), False)])
def test_noise_needs_three_pixels_each_way(shape: tuple[int, int], judged: bool) -> None:
    assert np.isfinite(read(np.full(shape, GREY))) == judged
