"""Draw two photos of one person side by side, with how much lower one brow is in each.

Run it with two photos, or without for the public-domain portrait that matplotlib brings, before and after its
right brow was lowered by 3 mm::

    python examples/before_after.py FIGURE.png [BEFORE AFTER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from matplotlib import get_data_path
from matplotlib.figure import Figure

import asymmetry
from asymmetry.extract.photo import read_photo
from asymmetry.series import HEADLINES
from asymmetry.synthetic import Move, warp_photo

PORTRAIT = Path(get_data_path(), "sample_data", "grace_hopper.jpg")


def main(target: Path, before: Path | None = None, after: Path | None = None) -> None:
    """Write the figure."""
    with asymmetry.Extractor() as extractor:
        if before is None or after is None:
            first = read_photo(PORTRAIT).pixels
            lowered = [Move("brow", "right", up_mm=-3.0)]
            photos = [first, warp_photo(first, extractor.extract([first]), lowered).pixels]
        else:
            photos = [read_photo(before).pixels, read_photo(after).pixels]
        landmarks = extractor.extract(photos)
    table = asymmetry.measure(landmarks)
    figure = Figure(figsize=(8, 5), layout="constrained")
    for row, (axes, title) in enumerate(zip(figure.subplots(1, 2), ("before", "after"), strict=True)):
        axes.imshow(photos[row])
        axes.set_axis_off()
        axes.set_title(title)
        words = [headline.words(float(table[headline.column("diff")][row])) for headline in HEADLINES]
        axes.text(0, -0.02, "\n".join(words), transform=axes.transAxes, va="top")
        points = landmarks.points[row]
        low, high = np.nanmin(points, axis=0), np.nanmax(points, axis=0)
        axes.set_xlim(low[0] - 20, high[0] + 20)
        axes.set_ylim(high[1] + 20, low[1] - 20)
    figure.savefig(target)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 4):
        sys.exit(__doc__)
    main(*map(Path, sys.argv[1:]))
