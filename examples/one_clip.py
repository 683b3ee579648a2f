"""Follow both sides of a face through a short video of one expression.

Run it with a video, and with files for the plot and the film strip::

    python examples/one_clip.py VIDEO [PLOT.png FILM.png]
"""

from __future__ import annotations

import sys
from pathlib import Path

import asymmetry


def main(video: Path, plot: Path | None = None, film: Path | None = None) -> None:
    """Print how far and when each side moves, and what the two photos of the clip say."""
    try:
        clip = asymmetry.read_clip(video)
    except asymmetry.PhotoError as error:
        sys.exit(f"can't be read: {error}")
    timing = clip.timing
    for side, moved in (("right", timing.right), ("left", timing.left)):
        print(f"{side}: {moved.excursion:.1f} {timing.trace.unit}, begins at {moved.onset_s:.2f} s")
    print(f"right minus left: {timing.lag.seconds:+.3f} s ± {1.96 * timing.lag.sd:.3f}")
    print("weaker over stronger:", round(timing.ratio, 2), "by the course,", end=" ")
    print(round(float(clip.movement[f"{timing.trace.metric}_ratio"][0]), 2), "by the photos")
    for note in clip.notes:
        print("note:", note)
    if plot is not None:
        clip.plot().savefig(plot)
    if film is not None:
        clip.film_strip(film)


if __name__ == "__main__":
    if len(sys.argv) not in (2, 4):
        sys.exit(__doc__)
    main(*map(Path, sys.argv[1:]))
