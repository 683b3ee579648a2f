"""Basis of `QualityLimits` of `asymmetry.extract.judge.limits`: tuning people's photos, spoilt by steps.

    python -m benchmarks.tune.faults

Prints the figures of the photos as they are, and for each step of each fault the figure that judges it and
how far the left-right difference of the brows moves (root mean square, mm). A limit lies after the step where
that is 0.3 mm.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

from asymmetry import Extractor, measure
from asymmetry.core.arrays import Pixels
from asymmetry.core.columns import QUALITY
from asymmetry.photos.photo import read_photo
from benchmarks.fidelity.photos import london, more, portraits

#: A photo, its px per mm and a step, to the spoilt photo.
Spoil = Callable[[Pixels, float, float], Pixels]


# From light to grey value: sRGB, nearly.
_GAMMA = 2.2


def _levels(values: npt.NDArray[np.floating]) -> Pixels:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def shrink(pixels: Pixels, px: float, step: float) -> Pixels:
    """To so many px per mm."""
    factor = min(step / px, 1.0)
    return np.asarray(
        cv2.resize(pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA), np.uint8
    )


def dim(pixels: Pixels, px: float, step: float) -> Pixels:
    """So many times the light; more than 1 burns."""
    del px
    return _levels(pixels * step ** (1 / _GAMMA))


def light_from_one_side(pixels: Pixels, px: float, step: float) -> Pixels:
    """So many stops from one edge of the photo to the other."""
    del px
    stops = np.linspace(-step, 0, pixels.shape[1])[:, None]
    return _levels(pixels * 2 ** (stops / _GAMMA))


def blur(pixels: Pixels, px: float, step: float) -> Pixels:
    """By so many mm, standard deviation."""
    return np.asarray(cv2.GaussianBlur(pixels, (0, 0), step * px), np.uint8)


def add_grain(pixels: Pixels, px: float, step: float) -> Pixels:
    """Of so many grey levels, standard deviation."""
    del px
    return _levels(pixels + np.random.default_rng(0).normal(0, step, pixels.shape))


def compress(pixels: Pixels, px: float, step: float) -> Pixels:
    """At 2 px per mm, as JPEG of this quality."""
    with BytesIO() as file:
        Image.fromarray(shrink(pixels, px, 2.0)).save(file, "JPEG", quality=int(step))
        return np.asarray(Image.open(file))


STEPS: dict[str, tuple[Spoil, tuple[float, ...]]] = {
    "px_per_mm": (shrink, (1.0, 0.7, 0.5, 0.35, 0.25)),
    "brightness": (dim, (0.5, 0.25, 0.12, 0.06, 0.03)),
    "burnt": (dim, (1.5, 2.0, 4.0, 8.0)),
    "side_light": (light_from_one_side, (1.0, 2.0, 4.0, 6.0)),
    "blur_mm": (blur, (0.5, 1.0, 1.5, 2.0)),
    "grain": (add_grain, (5.0, 10.0, 20.0, 40.0)),
    "blocks": (compress, (40.0, 20.0, 10.0, 5.0)),
}


def main() -> None:
    """Print all of it."""
    photos = [read_photo(path).pixels for path in (*london(tuning=True), *more(tuning=True))]
    with Extractor() as extractor:
        good = extractor.extract([*photos, *portraits(tuning=True)])
        for name, values in zip(QUALITY, good.quality.T, strict=True):
            print(
                f"{name}, as they are: {np.nanpercentile(values, [0, 50, 100]).round(2).tolist()}"
            )
        rows = good[: len(photos)]
        before = measure(rows, metrics=["brow_height"], sd=False)
        sizes = 1 / before["mm_per_px"]
        for name, (spoil, steps) in STEPS.items():
            column = QUALITY.index(name)
            for step in steps:
                spoilt = [
                    spoil(pixels, px, step)
                    for pixels, px in zip(photos, sizes.tolist(), strict=True)
                ]
                read = extractor.extract(spoilt)
                after = measure(read, metrics=["brow_height"], sd=False)
                off = after["brow_height_diff_mm"] - before["brow_height_diff_mm"]
                span = np.nanpercentile(read.quality[:, column], [0, 50, 100]).round(2).tolist()
                lost = int(np.isnan(off).sum())
                told = f"brows off by {np.sqrt(np.nanmean(off**2)):.2f} mm, {lost} not read"
                print(f"{name}, step {step:g}: {span}; {told}", flush=True)


if __name__ == "__main__":
    main()
