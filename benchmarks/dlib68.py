"""``python -m benchmarks.dlib68``: dlib's 68 points beside ours on the same photos, into docs/tables.

Needs ``pip install dlib-bin face_recognition_models``, which this project does not ask for: the predictor was
trained on iBUG 300-W, whose terms exclude commercial use.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from asymmetry import Extractor, Landmarks, measure
from asymmetry.photos.photo import read_photo
from benchmarks.fidelity.photos import SHARED
from benchmarks.fidelity.tables import Row, fill_page, write_table

__all__ = ["main", "read_points"]

PAGE = Path(__file__).resolve().parents[1] / "docs" / "landmarks.md"
#: Metrics that both schemes carry.
COLUMNS = (
    "commissure_height_diff_mm",
    "commissure_excursion_diff_mm",
    "upper_lip_height_diff_mm",
    "brow_height_diff_mm",
    "fissure_height_diff_mm",
    "fissure_width_diff_mm",
    "mouth_cant_deg",
)


def read_points(photos: list[Path]) -> Landmarks:
    """Read photos of one face each by dlib."""
    try:
        import dlib
    except ImportError:
        sys.exit(__doc__)
    package = importlib.util.find_spec("face_recognition_models")
    if package is None:
        sys.exit(__doc__)
    (folder,) = package.submodule_search_locations or ()
    detect = dlib.get_frontal_face_detector()
    predict = dlib.shape_predictor(
        str(Path(folder, "models", "shape_predictor_68_face_landmarks.dat"))
    )
    points, sizes = np.zeros((len(photos), 68, 3)), np.zeros((len(photos), 2), np.int64)
    for row, photo in enumerate(photos):
        pixels = read_photo(photo).pixels
        (found,) = detect(pixels, 0)
        points[row, :, :2] = [(p.x + 0.5, p.y + 0.5) for p in predict(pixels, found).parts()]
        sizes[row] = pixels.shape[1::-1]
    names = [photo.name for photo in photos]
    return Landmarks.from_points(points, photo=names, scheme="dlib68", size=sizes)


def row_of(column: str, theirs: npt.NDArray[np.float64], ours: npt.NDArray[np.float64]) -> Row:
    """How far both are apart, and how far each scatters over people."""
    apart, agree = np.abs(theirs - ours), np.corrcoef(theirs, ours)[0, 1]
    numbers = (np.median(apart), apart.max(), theirs.std(ddof=1), ours.std(ddof=1))
    return [f"`{column}`", f"{agree:.2f}", *(f"{number:.2f}" for number in numbers)]


def main() -> None:
    """Compare on people at rest and smiling, and show it in docs/landmarks.md."""
    photos = sorted((SHARED / "london").glob("*.jpg"))
    with Extractor() as extractor:
        ours = measure(extractor.extract(photos))
    theirs = measure(read_points(photos))
    head = "column, r, median difference, largest, SD of dlib's, SD of ours"
    rows = [head.split(", ")]
    rows += [row_of(column, theirs[column], ours[column]) for column in COLUMNS]
    people = len({photo.name.split("_")[0] for photo in photos})
    told = (
        f"`python -m benchmarks.dlib68`: {len(photos)} photos of {people} people of the London set, "
        "at rest and smiling, read by dlib and by the method `hemiface`."
    )
    write_table("dlib68", told, rows)
    PAGE.write_text(fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
