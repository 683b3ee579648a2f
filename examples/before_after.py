"""Draw two photos of one person side by side, eyes level and at one scale, with what was measured in each.

Run it with two photos, or without for the public-domain portrait that scikit-image brings, before and after
its right brow was lowered by 3 mm::

    python examples/before_after.py FIGURE.png [BEFORE AFTER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

import asymmetry
from asymmetry.core.frame import face_frame
from asymmetry.photos.photo import read_photo
from asymmetry.report import Contours, Differences, Guides, Heights, Layers, SideNames
from asymmetry.report.pictures import Frame, Picture, align_eyes
from asymmetry.synthetic import Move, demo_portrait, warp_photo

LAYERS = Layers((Guides(), Contours(), Heights(), Differences(all=True), SideNames()))


def main(target: Path, before: Path | None = None, after: Path | None = None) -> None:
    """Write the figure."""
    with asymmetry.Extractor() as extractor:
        if before is None or after is None:
            first = read_photo(demo_portrait().path).pixels
            lowered = [Move("brow", "right", up_mm=-3.0)]
            photos = [first, warp_photo(first, extractor.extract([first]), lowered).pixels]
        else:
            photos = [read_photo(before).pixels, read_photo(after).pixels]
        landmarks = extractor.extract(photos)
    scale = face_frame(landmarks, names=()).mm_per_px
    shown = []
    for row, pixels in enumerate(photos):
        picture = align_eyes(Picture(pixels, landmarks[row], float(scale[row])), Frame(scale=3.0))
        if picture is None:
            sys.exit(f"photo {row + 1}: {landmarks.reason[row] or 'the eyes were not seen'}")
        shown.append(LAYERS.annotate(picture.pixels, picture.faces))
    Image.fromarray(np.concatenate(shown, axis=1)).save(target)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 4):
        sys.exit(__doc__)
    main(*map(Path, sys.argv[1:]))
