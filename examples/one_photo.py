"""Score one photo and say what a bystander likely or possibly notices.

Run it with a photo, or without one for the public-domain portrait that matplotlib brings::

    python examples/one_photo.py [PHOTO]
"""

from __future__ import annotations

import sys
from pathlib import Path

from matplotlib import get_data_path

import asymmetry

PORTRAIT = Path(get_data_path(), "sample_data", "grace_hopper.jpg")


def main(photo: Path = PORTRAIT) -> None:
    """Print the headline numbers of one photo, then one column of the whole table."""
    try:
        score = asymmetry.score(photo)
    except asymmetry.PhotoError as error:
        sys.exit(f"can't be scored: {error}")
    print(score)
    print(
        "the right brow's height over the pupil line:",
        round(score["brow_height_right_mm"], 1),
        "mm",
    )
    for difference in score.notable():
        print(f"noticeable ({difference.noticeable}): {difference} ({difference.source})")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
