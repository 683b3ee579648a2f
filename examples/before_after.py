"""Compare two photos of one person: what changed in words, and both faces side by side at one scale.

Run it with two photos, or without for the public-domain portrait that scikit-image brings, before and after
its right brow was lowered by 3 mm::

    python examples/before_after.py FIGURE.png [BEFORE AFTER]
"""

from __future__ import annotations

import sys
from pathlib import Path

import asymmetry
from asymmetry.photos.photo import read_photo
from asymmetry.synthetic import Move, demo_portrait, warp_photo


def main(target: Path, before: Path | None = None, after: Path | None = None) -> None:
    """Print what changed, and write the figure."""
    with asymmetry.Extractor() as extractor:
        if before is None or after is None:
            first = read_photo(demo_portrait().path).pixels
            lowered = [Move("brow", "right", up_mm=-3.0)]
            second = warp_photo(first, extractor.extract([first]), lowered).pixels
            made = asymmetry.compare(first, second, extractor=extractor, picture=target)
        else:
            made = asymmetry.compare(before, after, extractor=extractor, picture=target)
    print(made)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 4):
        sys.exit(__doc__)
    main(*map(Path, sys.argv[1:]))
