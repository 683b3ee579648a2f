"""The faces of the drawings: the canonical one, flat, pulled by known amounts, and how it is painted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from asymmetry import Landmarks
from asymmetry.core.arrays import FloatArray
from asymmetry.core.frame import IRIS_MM
from asymmetry.core.schemes import SIDES, Side
from asymmetry.core.schemes.vocabulary import GROUPS
from asymmetry.report.view import View
from asymmetry.synthetic import face

#: A place: a point's name, a mean of points with their weights, or a point's height in the midline.
Place = str | Mapping[str, float]

#: Pixels of a millimetre.
SCALE = 4.0
MIDLINE = "midline at "
#: How much farther the lids of the canonical face are opened: to 9 mm.
_WIDER = 0.35
#: How far a pull is felt, mm (SD of a Gaussian), and how far beyond the midline.
_REACH, _BEYOND = 9.0, 4.0
#: Points that a pull leaves where they are: those that carry the face's frame.
_STILL = (*GROUPS["iris"], *GROUPS["canthi"], "nasion", "nose_bridge_1", "glabella")
#: Tones of the face.
_SKIN, _EDGE, _HAIR, _WHITE, _IRIS, _LIPS, _GAP = (
    "#46525f",
    "#8b98a6",
    "#2b333c",
    "#c9d1d9",
    "#5f7184",
    "#75696f",
    "#1d2329",
)


def flat_face() -> Landmarks:
    """The canonical face without depth, so that the camera sees all of it at one scale."""
    made = face(px_per_mm=SCALE)
    plane = made.points[0, :, :2].astype(np.float64)
    ends = plane[[made.layout.places[f"iris_{end}"][0] for end in ("lateral", "medial")]]
    nearer = float(np.linalg.norm(ends[0] - ends[1])) / (SCALE * IRIS_MM)
    centre = made.size[0] / 2
    squinting = _with_plane(made, centre + (plane - centre) / nearer)
    return close(close(squinting, "right", -_WIDER), "left", -_WIDER)


def _with_plane(faces: Landmarks, plane: FloatArray) -> Landmarks:
    points = np.zeros_like(faces.points)
    points[0, :, :2] = plane
    return replace(faces, points=points)


def pull(
    faces: Landmarks, name: str, side: Side, *, out: float = 0.0, up: float = 0.0
) -> Landmarks:
    """A face pulled at one point by so many mm; the skin around it gives way, the other half does not."""
    plane = faces.points[0, :, :2].astype(np.float64)
    outward = {"right": -1, "left": 1}[side]
    at = plane[faces.layout.places[name][SIDES.index(side)]]
    far = np.linalg.norm(plane - at, axis=1) / (_REACH * SCALE)
    beyond = np.maximum(0, -outward * (plane[:, 0] - faces.size[0, 0] / 2)) / (_BEYOND * SCALE)
    weight = np.exp(-(far**2) / 2 - beyond**2)
    weight[[faces.layout.places[eye][number] for eye in _STILL for number in (0, 1)]] = 0
    return _with_plane(faces, plane + weight[:, None] * SCALE * np.array([outward * out, -up]))


def close(faces: Landmarks, side: Side, share: float) -> Landmarks:
    """A face whose upper lid has gone a share of its way to the lower one."""
    plane = faces.points[0, :, :2].astype(np.float64)
    upper = [faces.layout.pairs[name][SIDES.index(side)] for name in GROUPS["upper_lid"]]
    lower = [faces.layout.pairs[name][SIDES.index(side)] for name in GROUPS["lower_lid"]]
    plane[upper] += share * (plane[lower] - plane[upper])
    return _with_plane(faces, plane)


def lift(faces: Landmarks, group: str, side: Side, up: float) -> Landmarks:
    """A face of which a group of points is higher by so many mm."""
    plane = faces.points[0, :, :2].astype(np.float64)
    numbers = [faces.layout.places[name][SIDES.index(side)] for name in GROUPS[group]]
    plane[numbers, 1] -= up * SCALE
    return _with_plane(faces, plane)


def uneven_face() -> Landmarks:
    """A face at rest whose right side hangs."""
    made = close(lift(flat_face(), "brow", "right", -4.0), "right", 0.25)
    made = pull(made, "commissure", "right", up=-5, out=-2)
    made = pull(made, "ala", "right", up=-1.5)
    made = pull(pull(made, "menton", "right", out=4), "philtrum", "left", out=2)
    return pull(made, "brow_upper_1", "right", up=-2)


def open_face() -> Landmarks:
    """The same with lips apart, on the left more."""
    made = uneven_face()
    for side, down in (("right", 4.0), ("left", 8.0)):
        names = (*GROUPS["lower_lip_inner"], *GROUPS["lower_lip_outer"])
        plane = made.points[0, :, :2].astype(np.float64)
        for name in names:
            share = min(1.0, int(name[-1]) / 2)
            plane[made.layout.pairs[name][SIDES.index(side)], 1] += share * down * SCALE
        made = _with_plane(made, plane)
    plane = made.points[0, :, :2].astype(np.float64)
    for name in ("lower_lip", "lower_lip_edge"):
        plane[made.layout.places[name][0], 1] += 6.0 * SCALE
    return _with_plane(made, plane)


def smiling_face(*, narrow: bool = False) -> Landmarks:
    """A smile of the whole left and half the right side."""
    made = flat_face()
    for side, share in (("right", 0.5), ("left", 1.0)):
        made = pull(made, "commissure", side, up=7 * share, out=6 * share)
    if narrow:
        made = close(close(made, "right", 0.6), "left", 0.15)
    return made


def shut_face() -> Landmarks:
    """Eyes that close: the left one almost, the right one by half."""
    return close(close(flat_face(), "left", 0.95), "right", 0.5)


def raised(place: str, up: float, inward: float = 0.0) -> Landmarks:
    """A face with a point of the left side higher by so many mm, and the right one's by half."""
    made = flat_face()
    for side, share in (("right", 0.5), ("left", 1.0)):
        made = pull(made, place, side, up=up * share, out=-inward * share)
    return made


def brows(up: float = 7.0) -> Landmarks:
    """A face with the left brow raised, and the right one by half."""
    return lift(lift(flat_face(), "brow", "left", up), "brow", "right", up / 2)


def frown() -> Landmarks:
    """A face whose brows are drawn down and in at their medial ends, the left one more."""
    return raised("brow_upper_5", -5.0, 5.0)


@dataclass(frozen=True)
class Sight:
    """A face in its picture, and where its named places lie, px."""

    faces: Landmarks
    view: View

    @classmethod
    def of(cls, faces: Landmarks) -> Sight:
        """The sight of a single face."""
        return cls(faces, View.of(faces, 0))

    @property
    def middle(self) -> FloatArray:
        """Where the midline crosses the pupil line."""
        canthi = [self.at("inner_canthus", side) for side in SIDES]
        level = [self.at("iris_centre", side) for side in SIDES]
        return np.array([np.mean(canthi, axis=0)[0], np.mean(level, axis=0)[1]])

    def at(self, place: Place, side: Side) -> FloatArray:
        """A place, px."""
        if not isinstance(place, str):
            return self.view.place(place, side)
        if place.startswith(MIDLINE):
            height = self.at(place.removeprefix(MIDLINE), side)[1]
            return np.array([self.middle[0], height])
        return self.view.place({place: 1.0}, side)


def paint(now: Sight) -> str:
    """A face as SVG elements: outline, brows, eyes, nose and lips."""
    parts = [_outline(_oval(now), _SKIN, _EDGE)]
    for side in SIDES:
        parts += _paint_side(now, side)
    parts.append(_line([now.at(name, "right") for name in _RIDGE], _EDGE))
    parts.append(_line(_both(now, ("ala", "alar_base"), "subnasale"), _EDGE))
    outer = _around(now, "outer", "commissure", ("upper_lip", "lower_lip"))
    inner = _around(now, "inner", "inner_commissure", ("upper_lip_edge", "lower_lip_edge"))
    return "".join([*parts, _outline(outer, _LIPS, _EDGE), _outline(inner, _GAP, _EDGE)])


_RIDGE = ("nasion", "nose_bridge_1", "nose_bridge_2", "nose_bridge_3", "nose_bridge_4", "nose_tip")
_RIM = ("forehead_1", "forehead_2", *(f"temple_{i}" for i in range(1, 6)), *GROUPS["jaw"])


def paint_rest(rest: Sight) -> str:
    """The contours of a face at rest, as a finer line to lie over a moved one."""
    lines = []
    for side in SIDES:
        for group, ends in _CONTOURS.items():
            names = (*ends[:1], *GROUPS[group], *ends[1:])
            lines.append(_line([rest.at(name, side) for name in names], "#ffffff", dash="6 5"))
    return "".join(lines)


_CONTOURS = {
    "brow_upper": (),
    "brow_lower": (),
    "upper_lid": ("outer_canthus", "inner_canthus"),
    "upper_lip_outer": ("commissure", "upper_lip"),
    "lower_lip_outer": ("commissure", "lower_lip"),
}


def _oval(now: Sight) -> list[FloatArray]:
    """The outline of the face, in the order of its angles."""
    points = [now.at(name, side) for name in _RIM for side in SIDES]
    points += [now.at(name, "right") for name in ("forehead", "menton")]
    centre = np.mean(points, axis=0)
    return sorted(points, key=lambda at: float(np.arctan2(*(at - centre))))


def _paint_side(now: Sight, side: Side) -> Iterator[str]:
    brow = (*GROUPS["brow_upper"], *reversed(GROUPS["brow_lower"]))
    yield _outline([now.at(name, side) for name in brow], _HAIR, _HAIR)
    lids = ("outer_canthus", *GROUPS["upper_lid"], "inner_canthus", *reversed(GROUPS["lower_lid"]))
    opening = _path([now.at(name, side) for name in lids], closed=True)
    x, y = now.at("iris_centre", side)
    radius = IRIS_MM / 2 * SCALE
    yield f'<clipPath id="{side}"><path d="{opening}"/></clipPath>'
    yield f'<path d="{opening}" fill="{_WHITE}"/><g clip-path="url(#{side})">'
    for size, tone in ((radius, _IRIS), (0.4 * radius, _GAP)):
        yield f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{size:.0f}" fill="{tone}"/>'
    yield f'</g><path d="{opening}" fill="none" stroke="{_EDGE}" stroke-width="2"/>'


def _around(now: Sight, kind: str, corner: str, middle: tuple[str, str]) -> list[FloatArray]:
    """The outline of the lips, outer or inner."""
    upper = _both(now, (corner, *GROUPS[f"upper_lip_{kind}"]), middle[0])
    lower = _both(now, GROUPS[f"lower_lip_{kind}"], middle[1])
    return [*upper, *reversed(lower)]


def _both(now: Sight, names: Sequence[str], middle: str) -> list[FloatArray]:
    """Points from the right to the left over one in the middle."""
    right = [now.at(name, "right") for name in names]
    left = [now.at(name, "left") for name in reversed(names)]
    return [*right, now.at(middle, "right"), *left]


def _outline(points: Sequence[FloatArray], fill: str, edge: str) -> str:
    d = _path(points, closed=True)
    return f'<path d="{d}" fill="{fill}" stroke="{edge}" stroke-width="2"/>'


def _line(points: Sequence[FloatArray], tone: str, dash: str = "none") -> str:
    d = _path(points)
    style = f'fill="none" stroke="{tone}" stroke-width="2" stroke-dasharray="{dash}"'
    return f'<path d="{d}" {style}/>'


def _path(points: Sequence[FloatArray], *, closed: bool = False) -> str:
    """A smooth line through points: cubic pieces with the slopes of Catmull and Rom."""
    line = np.array(points)
    if closed:
        line = np.vstack([line[-1:], line, line[:2]])
    else:
        line = np.vstack([line[:1], line, line[-1:]])
    slopes = (line[2:] - line[:-2]) / 6
    starts, ends = line[1:-2], line[2:-1]
    pieces = np.hstack([starts + slopes[:-1], ends - slopes[1:], ends])
    move = "M{:.0f} {:.0f}".format(*starts[0])
    return move + "".join("C" + " ".join(f"{each:.0f}" for each in piece) for piece in pieces)
