"""Landmark schemes: which number is which point of the face.

This is the only module that holds landmark numbers. Everywhere else a point has a name and a side. Sides are
the patient's own.
"""

from __future__ import annotations

import difflib
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

import numpy as np
import numpy.typing as npt

from asymmetry.errors import InvalidInputError

__all__ = ["MEDIAPIPE_478", "SIDES", "Scheme", "Side", "get_scheme"]

Side = Literal["right", "left"]
SIDES: tuple[Side, Side] = ("right", "left")


@dataclass(frozen=True)
class Scheme:
    """Names for the points of one landmark model.

    Attributes
    ----------
    name : str
        The scheme's name, stored in `Landmarks.scheme`.
    size : int
        Number of points, k.
    mirror : ndarray of int, shape (k,)
        For each point, the number of its mirror twin. A point of the midline is its own twin.
    pairs : mapping of str to (int, int)
        Paired points: name to (right, left) number.
    midline : mapping of str to int
        Points of the midline.
    groups : mapping of str to tuple of str
        Named lists of point names, ordered from lateral to medial where they form a contour.
    expressions : tuple of str
        Names of the expression weights (blendshapes), in the model's order.
    expressive : ndarray of int, shape (m,)
        The points that those weights are made of, in the order in which the model takes them.

    Examples
    --------
    >>> MEDIAPIPE_478.pairs["commissure"]
    (61, 291)
    >>> int(MEDIAPIPE_478.mirror[61])
    291
    """

    name: str
    size: int
    mirror: npt.NDArray[np.intp] = field(repr=False)
    pairs: Mapping[str, tuple[int, int]] = field(repr=False)
    midline: Mapping[str, int] = field(repr=False)
    groups: Mapping[str, tuple[str, ...]] = field(repr=False)
    expressions: tuple[str, ...] = field(repr=False)
    expressive: npt.NDArray[np.intp] = field(repr=False)

    @functools.cached_property
    def named(self) -> Mapping[str, tuple[int, int]]:
        """All named points, pairs and then midline: name to (right, left) number, alike on the midline."""
        return {**self.pairs, **{name: (number, number) for name, number in self.midline.items()}}

    def right(self, names: tuple[str, ...]) -> list[int]:
        """Numbers of the named points on the patient's right."""
        return [self.pairs[name][0] for name in names]

    def left(self, names: tuple[str, ...]) -> list[int]:
        """Numbers of the named points on the patient's left."""
        return [self.pairs[name][1] for name in names]

    def of(self, side: Side, names: tuple[str, ...]) -> list[int]:
        """Numbers of the named points on one of the patient's sides."""
        return self.right(names) if side == "right" else self.left(names)

    def number(self, name: str, side: Side | None = None) -> int:
        """Number of a named point.

        Parameters
        ----------
        name : str
            Of a pair or of the midline.
        side : {"right", "left"}, optional
            The patient's own; none for a point of the midline.

        Raises
        ------
        InvalidInputError
            If no point has that name, a pair is asked for without a side, or the midline with one.

        Examples
        --------
        >>> MEDIAPIPE_478.number("commissure", "left")
        291
        """
        if side not in (None, *SIDES):
            raise InvalidInputError(f"side {side!r}: use 'right' or 'left', the patient's own")
        if name in self.midline:
            if side is not None:
                raise InvalidInputError(f"{name} is a point of the midline: leave the side out")
            return self.midline[name]
        if name not in self.pairs:
            near = difflib.get_close_matches(name, self.named, n=3) or sorted(self.named)
            raise InvalidInputError(f"no point is called {name!r}; perhaps {', '.join(near)}")
        if side is None:
            raise InvalidInputError(f"there are two points called {name}: say side='right' or 'left'")
        return self.pairs[name][SIDES.index(side)]


def get_scheme(name: str) -> Scheme:
    """Return the scheme of that name.

    Raises
    ------
    InvalidInputError
        If no scheme has that name.

    Examples
    --------
    >>> get_scheme("mediapipe478").size
    478
    """
    if name not in _SCHEMES:
        raise InvalidInputError(
            f"no landmark scheme is called {name!r}; known: {', '.join(sorted(_SCHEMES))}"
        )
    return _SCHEMES[name]


# MediaPipe's face mesh: 468 points of the canonical mesh and two irises of five. The mesh is symmetric to the
# last bit, so its mirror twins follow from its coordinates; written as runs (right, left, length).
_MESH_RUNS = (
    (3, 248, 1),
    (7, 249, 1),
    (20, 250, 74),
    (95, 324, 56),
    (153, 380, 11),
    (165, 391, 3),
    (169, 394, 6),
    (176, 400, 19),
    (196, 419, 1),
    (198, 420, 1),
    (201, 421, 47),
)
_SIZE = 478

# Contours run from the lateral to the medial end.
_CONTOURS = {
    "brow_upper": ((70, 63, 105, 66, 107), (300, 293, 334, 296, 336)),
    "brow_lower": ((46, 53, 52, 65, 55), (276, 283, 282, 295, 285)),
    "upper_lid": ((246, 161, 160, 159, 158, 157, 173), (466, 388, 387, 386, 385, 384, 398)),
    "lower_lid": ((7, 163, 144, 145, 153, 154, 155), (249, 390, 373, 374, 380, 381, 382)),
    "upper_lip_outer": ((185, 40, 39, 37), (409, 270, 269, 267)),
    "upper_lip_inner": ((191, 80, 81, 82), (415, 310, 311, 312)),
    "lower_lip_outer": ((146, 91, 181, 84), (375, 321, 405, 314)),
    "lower_lip_inner": ((95, 88, 178, 87), (324, 318, 402, 317)),
    "jaw": ((132, 58, 172, 136, 150, 149, 176, 148), (361, 288, 397, 365, 379, 378, 400, 377)),
}

_PAIRS = {
    "outer_canthus": (33, 263),
    "inner_canthus": (133, 362),
    "iris_centre": (468, 473),
    "iris_medial": (469, 476),
    "iris_top": (470, 475),
    "iris_lateral": (471, 474),
    "iris_bottom": (472, 477),
    "commissure": (61, 291),
    "inner_commissure": (78, 308),
    "ala": (129, 358),
    "alar_base": (98, 327),
    "cheekbone": (117, 346),
    "temple_1": (127, 356),
    "temple_2": (162, 389),
    "temple_3": (234, 454),
    "temple_4": (93, 323),
    "temple_5": (21, 251),
    "temple_6": (132, 361),
    "forehead_1": (109, 338),
    "forehead_2": (67, 297),
}

_MIDLINE = {
    "forehead": 10,
    "forehead_low": 151,
    "glabella": 9,
    "nasion": 168,
    "nose_bridge_1": 6,
    "nose_bridge_2": 197,
    "nose_bridge_3": 195,
    "nose_bridge_4": 5,
    "nose_tip": 4,
    "nose_tip_low": 1,
    "subnasale": 2,
    "philtrum": 164,
    "upper_lip": 0,
    "upper_lip_edge": 13,
    "lower_lip_edge": 14,
    "lower_lip": 17,
    "pogonion": 199,
    "menton": 152,
}


def _numbered(name: str) -> tuple[str, ...]:
    return tuple(f"{name}_{i + 1}" for i in range(len(_CONTOURS[name][0])))


_CONTOUR_GROUPS = {name: _numbered(name) for name in _CONTOURS}
_GROUPS = _CONTOUR_GROUPS | {
    "brow": _CONTOUR_GROUPS["brow_upper"] + _CONTOUR_GROUPS["brow_lower"],
    "lids": _CONTOUR_GROUPS["upper_lid"] + _CONTOUR_GROUPS["lower_lid"],
    "mouth": ("commissure", "inner_commissure")
    + _CONTOUR_GROUPS["upper_lip_outer"]
    + _CONTOUR_GROUPS["upper_lip_inner"]
    + _CONTOUR_GROUPS["lower_lip_outer"]
    + _CONTOUR_GROUPS["lower_lip_inner"],
    "iris": ("iris_centre", "iris_medial", "iris_top", "iris_lateral", "iris_bottom"),
    "canthi": ("outer_canthus", "inner_canthus"),
    # What no expression and no palsy moves much: used for pose, level and midline.
    "stable_pairs": (
        "outer_canthus",
        "inner_canthus",
        "alar_base",
        "temple_1",
        "temple_2",
        "temple_3",
        "temple_4",
        "temple_5",
        "temple_6",
        "forehead_1",
        "forehead_2",
    ),
    "stable_midline": (
        "forehead",
        "nasion",
        "nose_bridge_1",
        "nose_bridge_2",
        "nose_bridge_3",
        "nose_bridge_4",
        "nose_tip",
        "nose_tip_low",
        "subnasale",
    ),
    # Regions of the mirror comparison.
    "upper": _CONTOUR_GROUPS["brow_upper"] + _CONTOUR_GROUPS["brow_lower"],
    "middle": ("outer_canthus", "inner_canthus", "ala", "alar_base", "cheekbone")
    + _CONTOUR_GROUPS["upper_lid"]
    + _CONTOUR_GROUPS["lower_lid"],
    "lower": ("commissure", "inner_commissure")
    + _CONTOUR_GROUPS["upper_lip_outer"]
    + _CONTOUR_GROUPS["upper_lip_inner"]
    + _CONTOUR_GROUPS["lower_lip_outer"]
    + _CONTOUR_GROUPS["lower_lip_inner"]
    + _CONTOUR_GROUPS["jaw"],
    "upper_midline": ("glabella",),
    "middle_midline": ("nasion", "nose_tip", "subnasale"),
    "lower_midline": ("philtrum", "upper_lip", "lower_lip", "pogonion", "menton"),
}

# The 52 expression weights, in the order of MediaPipe's face_blendshapes model.
_EXPRESSIONS = (
    "_neutral browDownLeft browDownRight browInnerUp browOuterUpLeft browOuterUpRight cheekPuff "
    "cheekSquintLeft cheekSquintRight eyeBlinkLeft eyeBlinkRight eyeLookDownLeft eyeLookDownRight "
    "eyeLookInLeft eyeLookInRight eyeLookOutLeft eyeLookOutRight eyeLookUpLeft eyeLookUpRight "
    "eyeSquintLeft eyeSquintRight eyeWideLeft eyeWideRight jawForward jawLeft jawOpen jawRight mouthClose "
    "mouthDimpleLeft mouthDimpleRight mouthFrownLeft mouthFrownRight mouthFunnel mouthLeft "
    "mouthLowerDownLeft mouthLowerDownRight mouthPressLeft mouthPressRight mouthPucker mouthRight "
    "mouthRollLower mouthRollUpper mouthShrugLower mouthShrugUpper mouthSmileLeft mouthSmileRight "
    "mouthStretchLeft mouthStretchRight mouthUpperUpLeft mouthUpperUpRight noseSneerLeft noseSneerRight"
).split()


# The points that face_blendshapes takes, in its order (MediaPipe's face_blendshapes_graph).
_EXPRESSIVE = (
    "0 1 4 5 6 7 8 10 13 14 17 21 33 37 39 40 46 52 53 54 55 58 61 63 65 66 67 70 78 80 81 82 84 87 88 91 "
    "93 95 103 105 107 109 127 132 133 136 144 145 146 148 149 150 152 153 154 155 157 158 159 160 161 "
    "162 163 168 172 173 176 178 181 185 191 195 197 234 246 249 251 263 267 269 270 276 282 283 284 285 "
    "288 291 293 295 296 297 300 308 310 311 312 314 317 318 321 323 324 332 334 336 338 356 361 362 365 "
    "373 374 375 377 378 379 380 381 382 384 385 386 387 388 389 390 397 398 400 402 405 409 415 454 466 "
    "468 469 470 471 472 473 474 475 476 477"
).split()


def _mirror_table() -> npt.NDArray[np.intp]:
    table = np.arange(_SIZE)
    runs = [(right + i, left + i) for right, left, length in _MESH_RUNS for i in range(length)]
    iris = [_PAIRS[name] for name in _GROUPS["iris"]]
    for right, left in runs + iris:
        table[right], table[left] = left, right
    return _fixed(table)


def _fixed(numbers: npt.ArrayLike) -> npt.NDArray[np.intp]:
    array = np.asarray(numbers, dtype=np.intp)
    array.setflags(write=False)
    return array


def _mediapipe_pairs() -> dict[str, tuple[int, int]]:
    contours = {
        point: pair
        for name, (right, left) in _CONTOURS.items()
        for point, pair in zip(_CONTOUR_GROUPS[name], zip(right, left, strict=True), strict=True)
    }
    return _PAIRS | contours


#: MediaPipe Face Landmarker: 478 points, 52 expression weights.
MEDIAPIPE_478 = Scheme(
    name="mediapipe478",
    size=_SIZE,
    mirror=_mirror_table(),
    pairs=MappingProxyType(_mediapipe_pairs()),
    midline=MappingProxyType(_MIDLINE),
    groups=MappingProxyType(_GROUPS),
    expressions=tuple(_EXPRESSIONS),
    expressive=_fixed([int(number) for number in _EXPRESSIVE]),
)

_SCHEMES = {MEDIAPIPE_478.name: MEDIAPIPE_478}
