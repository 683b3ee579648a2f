"""``python -m benchmarks.emotrics``: Emotrics' measures from the same points as ours, into docs/tables.

The measures are worked out here by hand, from their definitions (Guarin et al. 2018), with a cubic curve
through the points of each brow, lid and lip, and circles for irises; level is the line through both pupils.
Nothing of this library's metrics is used.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from scipy.interpolate import BSpline, make_interp_spline

from asymmetry import Extractor, Landmarks, measure
from asymmetry.core.arrays import FloatArray
from asymmetry.core.schemes import DLIB_78
from benchmarks.fidelity.photos import SHARED
from benchmarks.fidelity.tables import fill_page, write_table
from tests.schemes import told_in

__all__ = ["IRIS_MM", "OURS", "by_hand", "compare"]

#: Width of the iris that Emotrics takes for known, mm; ours is 11.71.
IRIS_MM = 11.77
#: Emotrics' measures, their words, and our columns beside them. Ours count to a sign and from elsewhere: see
#: `compare`.
OURS: Mapping[str, tuple[str, str, str]] = {
    "brow_height": ("brow height", "brow_height", "mm"),
    "mrd1": ("MRD1", "mrd1", "mm"),
    "mrd2": ("MRD2", "mrd2", "mm"),
    "fissure": ("palpebral fissure height", "fissure_height", "mm"),
    "excursion": ("commissure excursion", "commissure_excursion", "mm"),
    "smile_angle": ("smile angle", "smile_angle", "deg"),
    "dental_show": ("dental show", "dental_show", "mm"),
    "commissure": ("commissure height deviation", "commissure_height", "mm"),
    "upper_lip": ("upper lip height deviation", "upper_lip_height", "mm"),
    "lower_lip": ("lower lip height deviation", "lower_lip_height", "mm"),
}
_PAGE = Path(__file__).resolve().parents[1] / "docs" / "landmarks.md"
#: iBUG's numbers, right and left; contours from the image's left to its right.
_BROW = (range(17, 22), range(22, 27))
_UPPER_LID = ((36, 37, 38, 39), (42, 43, 44, 45))
_LOWER_LID = ((36, 41, 40, 39), (42, 47, 46, 45))
_CORNER = (48, 54)
_LIPS = {
    "upper": (48, 49, 50, 51, 52, 53, 54),
    "lower": (48, 59, 58, 57, 56, 55, 54),
    "upper_inner": (60, 61, 62, 63, 64),
    "lower_inner": (60, 67, 66, 65, 64),
}
#: Centres and lateral and medial ends of the irises in `DLIB_78`.
_PUPIL, _ENDS = (68, 73), ((71, 69), (76, 74))


def by_hand(points: FloatArray) -> dict[str, tuple[float, float]]:
    """Emotrics' measures of one face, right and left, mm and degrees.

    Parameters
    ----------
    points : ndarray, shape (78, 2)
        Points of `DLIB_78`, px.

    Returns
    -------
    dict of str to (float, float)
        Of the deviations, which have one value, each side's height over the pupil line: the difference is the
        deviation.
    """
    right, left = points[list(_PUPIL)]
    centre, across = (right + left) / 2, left - right
    along = across / np.hypot(*across)
    # From here on x runs along the pupil line from the middle between the pupils, and y up.
    face = (points - centre) @ np.array([along, [along[1], -along[0]]]).T
    widths = [np.hypot(*(points[lateral] - points[medial])) for lateral, medial in _ENDS]
    mm = IRIS_MM / np.mean(widths)
    start = np.array([0.0, _at(face, _LIPS["lower"], 0.0)])
    found = [_side(face, number, start) for number in range(2)]
    names = found[0].keys()
    in_mm = {name: mm * np.array([side[name] for side in found]) for name in names}
    in_mm["smile_angle"] /= mm
    return {name: (float(pair[0]), float(pair[1])) for name, pair in in_mm.items()}


def _side(face: FloatArray, side: int, start: FloatArray) -> dict[str, float]:
    """The measures of one side, px and degrees; ``start`` is where the midline meets the lower lip."""
    pupil, corner = face[_PUPIL[side]], face[_CORNER[side]]
    upper, lower = (_at(face, lids[side], pupil[0]) for lids in (_UPPER_LID, _LOWER_LID))
    middle = face[list(_UPPER_LID[side][1:3])].mean(axis=0)[0]
    below = face[list(_LOWER_LID[side][1:3])].mean(axis=0)[0]
    gap = (middle + below) / 2
    out, up = abs(corner[0] - start[0]), corner[1] - start[1]
    # Halfway: where a circle about the corner, of half its distance from the midline, meets the upper lip.
    x, y = _on_circle(face, corner, abs(corner[0]) / 2)
    return {
        "brow_height": _at(face, _BROW[side], pupil[0]) - pupil[1],
        "mrd1": abs(upper - pupil[1]),
        "mrd2": abs(pupil[1] - lower),
        "fissure": _at(face, _UPPER_LID[side], gap) - _at(face, _LOWER_LID[side], gap),
        "excursion": float(np.hypot(out, up)),
        "smile_angle": 90 + float(np.degrees(np.arctan2(up, out))),
        "dental_show": max(
            _at(face, _LIPS["upper_inner"], x) - _at(face, _LIPS["lower_inner"], x), 0.0
        ),
        "commissure": float(corner[1]),
        "upper_lip": y,
        "lower_lip": _at(face, _LIPS["lower"], x),
    }


def _at(face: FloatArray, numbers: Any, x: float) -> float:
    """Height of a line through points where it passes over x."""
    return float(_curve(face, numbers)(x))


def _curve(face: FloatArray, numbers: Any) -> BSpline:
    """The cubic curve through points, as Emotrics draws brows, lids and lips."""
    line = face[list(numbers)]
    order = np.argsort(line[:, 0], kind="stable")
    return make_interp_spline(line[order, 0], line[order, 1], k=3)


def _on_circle(face: FloatArray, corner: FloatArray, radius: float) -> tuple[float, float]:
    """Where the upper lip's border is so far from the corner of the mouth."""
    line = face[list(_LIPS["upper"])]
    x = np.linspace(line[0, 0], line[-1, 0], 2001)
    y = _curve(face, _LIPS["upper"])(x)
    nearest = int(np.argmin(np.abs(np.hypot(x - corner[0], y - corner[1]) - radius)))
    return float(x[nearest]), float(y[nearest])


def compare(faces: Landmarks) -> dict[str, tuple[FloatArray, FloatArray]]:
    """Right minus left of each measure, by hand and by this library's metrics, (n,) each, mm and degrees.

    Parameters
    ----------
    faces : Landmarks
        Faces of `DLIB_78`.
    """
    frontal = replace(faces, pose=np.broadcast_to(np.eye(3), faces.pose.shape))
    flat = replace(frontal, points=frontal.points * np.float32([1, 1, 0]))
    table = measure(flat, sd=False)
    hands = [by_hand(points[:, :2].astype(np.float64)) for points in faces.points]
    return {
        name: (
            np.array([hand[name][0] - hand[name][1] for hand in hands]),
            table[f"{metric}_diff_{unit}"],
        )
        for name, (_, metric, unit) in OURS.items()
    }


def main() -> None:
    """Compare on people at rest and smiling, and show it in docs/landmarks.md."""
    photos = sorted((SHARED / "london").glob("*.jpg"))
    with Extractor(method="fast") as extractor:
        found = extractor.extract(photos)
    seen = found[found.usable]
    rows = [["Emotrics", "ours", "r", "median difference", "largest"]]
    for name, (hand, ours) in compare(told_in(seen, DLIB_78)).items():
        words, metric, unit = OURS[name]
        apart = np.abs(hand - ours)
        agree = np.corrcoef(hand, ours)[0, 1]
        sign = {"mm": "mm", "deg": "°"}[unit]
        cells = [f"{np.median(apart):.2f} {sign}", f"{apart.max():.2f} {sign}"]
        rows.append([words, f"`{metric}_diff_{unit}`", f"{agree:.3f}", *cells])
    told = (
        f"`python -m benchmarks.emotrics`: right minus left of {len(seen)} photos of "
        f"{len({Path(photo).name.split('_')[0] for photo in seen.photo})} people, at rest and "
        "smiling, from the same points, which the method `fast` read, told in iBUG's numbers."
    )
    write_table("emotrics", told, rows)
    _PAGE.write_text(fill_page(_PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
