"""``python -m docs.drawings``: draws where each metric measures, into docs/drawings.

The face is the landmark model's canonical one, flat, so that a line that is drawn is as long as its number
says; a test holds them to each other. Its sides are made uneven on purpose.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import numpy as np

from asymmetry import Landmarks, measure, movement
from asymmetry.core.arrays import FloatArray
from asymmetry.core.frame import REGIONS
from asymmetry.core.schemes import SIDES, Side
from asymmetry.core.schemes.vocabulary import GROUPS
from asymmetry.metrics import Metric, catalogue, movement_catalogue
from asymmetry.report import Guides
from asymmetry.report.palette import LIGHT, ON_PHOTO
from asymmetry.report.shapes import Anchor, Label, svg_of
from docs.drawn_faces import (
    MIDLINE,
    SCALE,
    Sight,
    brows,
    flat_face,
    frown,
    open_face,
    paint,
    paint_rest,
    raised,
    shut_face,
    smiling_face,
    uneven_face,
)
from docs.drawn_marks import (
    Drawn,
    Trace,
    across,
    area,
    cant,
    closing,
    height,
    length,
    mirror,
    moved,
    rise,
    slope,
)

FOLDER = Path(__file__).with_name("drawings")
_BEHIND = "#252d36"
#: Width at which a page shows a drawing, px.
_SHOWN = 480


_UPPER, _LOWER = "upper_lid_4", "lower_lid_4"
_LATERAL = catalogue()["brow_lateral_height"].marks
_ARCH = catalogue()["brow_height"].marks
_MEDIAL = catalogue()["brow_medial_height"].marks
_UPPER_LIP = catalogue()["upper_lip_height"].marks
_LOWER_LIP = catalogue()["lower_lip_height"].marks
_OVER, _UNDER = (
    {name.replace("outer", "inner"): weight for name, weight in lip.items()}
    for lip in (_UPPER_LIP, _LOWER_LIP)
)
_EYE = ("outer_canthus", *GROUPS["upper_lid"], "inner_canthus", *reversed(GROUPS["lower_lid"]))
_HALF_MOUTH = (
    "inner_commissure",
    *GROUPS["upper_lip_inner"],
    f"{MIDLINE}upper_lip_edge",
    f"{MIDLINE}lower_lip_edge",
    *reversed(GROUPS["lower_lip_inner"]),
)

#: Metrics of one photo, as they are drawn.
STATIC: Mapping[str, Drawn] = {
    **{name: height(each.marks) for name, each in catalogue().items() if each.marks},
    "brow_tilt": slope(_MEDIAL, _LATERAL),
    "mrd1": rise("iris_centre", _UPPER),
    "mrd2": rise(_LOWER, "iris_centre"),
    "fissure_height": rise(_LOWER, _UPPER),
    "fissure_width": length("inner_canthus", "outer_canthus"),
    "eye_area": area(*_EYE),
    "canthal_tilt": slope("inner_canthus", "outer_canthus"),
    "lid_to_brow": rise(_UPPER, _ARCH),
    "commissure_excursion": length(f"{MIDLINE}lower_lip", "commissure"),
    "smile_angle": slope(f"{MIDLINE}lower_lip", "commissure"),
    "dental_show": rise(_UNDER, _OVER),
    "mouth_area": area(*_HALF_MOUTH),
    "mouth_cant": cant("commissure"),
    "chin_deviation": across("menton"),
    "philtrum_deviation": across("philtrum"),
    **{f"asymmetry_{region}": mirror(region) for region in REGIONS},
    "asymmetry_total": mirror(*REGIONS),
}
#: Movements, as they are drawn.
MOVING: Mapping[str, Drawn] = {
    "brow_excursion": moved(_ARCH, "up"),
    "brow_medial_excursion": moved(_MEDIAL, "up"),
    "brow_lateral_excursion": moved(_LATERAL, "up"),
    "frown_descent": moved(_MEDIAL, "down"),
    "frown_draw": moved("brow_upper_5", "in"),
    "eye_closure": closing(_LOWER, _UPPER, "gone"),
    "eye_closed": closing(_LOWER, _UPPER, "percent"),
    "residual_gap": closing(_LOWER, _UPPER, "left"),
    "commissure_lift": moved("commissure", "up"),
    "commissure_spread": moved("commissure", "out"),
    "commissure_travel": moved("commissure", "path"),
    "upper_lip_lift": moved(_UPPER_LIP, "up"),
    "lower_lip_drop": moved(_LOWER_LIP, "down"),
    "ala_lift": moved("ala", "up"),
    "synkinesis": closing(_LOWER, _UPPER, "percent"),
}


def faces_of(name: str) -> tuple[Landmarks, ...]:
    """The face that a metric is drawn on; of a movement also the face at rest, after it."""
    if name in STATIC:
        if name in _APART:
            return (open_face(),)
        return (uneven_face(),)
    return next(make for start, make in _MOVED.items() if name.startswith(start))(), flat_face()


_APART = ("dental_show", "mouth_area")
_MOVED: Mapping[str, Callable[[], Landmarks]] = {
    "brow": brows,
    "frown": frown,
    "eye": shut_face,
    "residual": shut_face,
    "commissure": smiling_face,
    "synkinesis": lambda: smiling_face(narrow=True),
    "upper_lip": lambda: raised("upper_lip_outer_2", 5.0),
    "lower_lip": lambda: raised("lower_lip_outer_2", -6.0),
    "ala": lambda: raised("ala", 4.0),
}


def traces(name: str) -> dict[Side, Trace]:
    """The trace of a metric, by side."""
    sights = [Sight.of(each) for each in faces_of(name)]
    return {side: (STATIC | MOVING)[name](side, *sights) for side in SIDES}


def values_of(name: str) -> list[float]:
    """The numbers that the library measures on that face: right, left and difference, or one number."""
    faces = faces_of(name)
    if len(faces) == 1:
        table, columns = measure(faces[0], metrics=[name]), catalogue()[name].columns
    else:
        table = movement(faces[1], faces[0], metrics=[name])
        columns = movement_catalogue()[name].columns
    return [float(table[column][0]) for column in columns[:3]]


def picture(name: str) -> str:
    """The drawing of a metric, an SVG."""
    sights = [Sight.of(each) for each in faces_of(name)]
    now, entry = sights[0], _entry(name)
    left, top, width, height = (SCALE * each for each in _window(name))
    corner = now.middle + np.array([left, top])
    x, y = corner.round().astype(int)
    base = round(y + height)
    band = round(_BAND * width)
    box = f"{x} {y} {width:.0f} {height + band:.0f}"
    size = f'width="{_SHOWN}" height="{_SHOWN * (height + band) / width:.0f}"'
    shapes = [*Guides().shapes(now.faces, 0)]
    for trace in traces(name).values():
        shapes += trace.shapes
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="{box}">',
        f"<title>{name}: {entry.definition}</title>",
        _plate(x, y, height + band),
        paint(now),
        *(paint_rest(each) for each in sights[1:]),
        svg_of(shapes),
        _plate(x, base, band),
        svg_of(_side_names(corner, width)),
        svg_of(_numbers(name, corner + np.array([0, height + 0.72 * band]), width)),
        "</svg>\n",
    ]
    return "".join(parts)


def _plate(x: int, y: int, height: float) -> str:
    return f'<rect x="{x}" y="{y}" width="100%" height="{height:.0f}" fill="{_BEHIND}"/>'


def _entry(name: str) -> Metric:
    return (catalogue() | movement_catalogue())[name]


def _side_names(corner: FloatArray, width: float) -> Iterator[Label]:
    """The sides' letters in the upper corners."""
    letter = _LETTER * width
    for side, share, anchor in _COLUMNS:
        at = corner + np.array([share * width, 1.4 * letter])
        yield Label(at, side[0].upper(), ON_PHOTO[side], 1.2 * letter, anchor)


def _numbers(name: str, start: FloatArray, width: float) -> Iterator[Label]:
    """The measured numbers, below the face: right, difference and left, or one number."""
    letter = _LETTER * width
    unit = {"mm": " mm", "mm2": " mm²", "deg": "°", "pct": " %"}[_entry(name).unit]
    decimals = 1
    if unit == " mm²":
        decimals = 0
    # Adding 0 makes no "-0.0".
    values = [round(value, decimals) + 0.0 for value in values_of(name)]
    words = [f"{value:.{decimals}f}{unit}".replace("-", "−") for value in values]
    middle = words[-1]
    if len(words) > 1:
        middle = f"R − L = {middle}"
        for (side, share, anchor), word in zip(_COLUMNS, words, strict=False):
            yield Label(start + np.array([share * width, 0]), word, ON_PHOTO[side], letter, anchor)
    yield Label(start + np.array([width / 2, 0]), middle, LIGHT, letter, "middle")


#: Height of letters and of the band below the face, as shares of the picture's width.
_LETTER, _BAND = 0.042, 0.085
_COLUMNS: tuple[tuple[Side, float, Anchor], ...] = (
    ("right", 0.02, "start"),
    ("left", 0.98, "end"),
)


def _window(name: str) -> tuple[int, int, int, int]:
    """The part of the picture that is shown: the first whose metrics it is."""
    for window, names in _WINDOWS.items():
        if name in names.split():
            return window
    return _FACE


#: Parts of the picture, mm from the middle of the eyes (left, top, width, height), and the metrics in each.
_FACE = (-80, -60, 160, 190)
_WINDOWS: Mapping[tuple[int, int, int, int], str] = {
    (-52, -19, 104, 34): "mrd1 mrd2 fissure_height fissure_width eye_area canthal_tilt eye_closure "
    "eye_closed residual_gap",
    (-66, -40, 132, 62): "brow_height brow_medial_height brow_lateral_height brow_tilt lid_to_brow "
    "asymmetry_upper brow_excursion brow_medial_excursion brow_lateral_excursion frown_descent "
    "frown_draw",
    (-45, 30, 90, 65): "commissure_excursion smile_angle dental_show mouth_area mouth_cant "
    "commissure_lift commissure_spread commissure_travel upper_lip_lift lower_lip_drop "
    "philtrum_deviation",
    (-45, 0, 90, 90): "ala_lift",
    (-58, 25, 116, 105): "chin_deviation asymmetry_lower",
}


def main(target: Path = FOLDER) -> None:
    """Write all drawings."""
    target.mkdir(exist_ok=True)
    for name in STATIC | MOVING:
        (target / f"{name}.svg").write_text(picture(name), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
