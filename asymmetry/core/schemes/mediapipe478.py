"""MediaPipe's Face Landmarker: 478 points of a face mesh and two irises, and 52 expression weights."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes.scheme import Scheme, name_points, register_scheme
from asymmetry.core.schemes.vocabulary import GROUPS

__all__ = ["MEDIAPIPE_478"]

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


# The 52 expression weights, in the order of MediaPipe's face_blendshapes model.
_EXPRESSIONS = (
    "_neutral browDownLeft browDownRight browInnerUp browOuterUpLeft "
    "browOuterUpRight cheekPuff cheekSquintLeft cheekSquintRight eyeBlinkLeft "
    "eyeBlinkRight eyeLookDownLeft eyeLookDownRight eyeLookInLeft "
    "eyeLookInRight eyeLookOutLeft eyeLookOutRight eyeLookUpLeft "
    "eyeLookUpRight eyeSquintLeft eyeSquintRight eyeWideLeft eyeWideRight "
    "jawForward jawLeft jawOpen jawRight mouthClose mouthDimpleLeft "
    "mouthDimpleRight mouthFrownLeft mouthFrownRight mouthFunnel mouthLeft "
    "mouthLowerDownLeft mouthLowerDownRight mouthPressLeft mouthPressRight "
    "mouthPucker mouthRight mouthRollLower mouthRollUpper mouthShrugLower "
    "mouthShrugUpper mouthSmileLeft mouthSmileRight mouthStretchLeft "
    "mouthStretchRight mouthUpperUpLeft mouthUpperUpRight noseSneerLeft "
    "noseSneerRight"
).split()


# The points that face_blendshapes takes, in its order (MediaPipe's face_blendshapes_graph).
_EXPRESSIVE = (
    "0 1 4 5 6 7 8 10 13 14 17 21 33 37 39 40 46 52 53 54 55 58 61 63 65 66 "
    "67 70 78 80 81 82 84 87 88 91 93 95 103 105 107 109 127 132 133 136 144 "
    "145 146 148 149 150 152 153 154 155 157 158 159 160 161 162 163 168 172 "
    "173 176 178 181 185 191 195 197 234 246 249 251 263 267 269 270 276 282 "
    "283 284 285 288 291 293 295 296 297 300 308 310 311 312 314 317 318 321 "
    "323 324 332 334 336 338 356 361 362 365 373 374 375 377 378 379 380 381 "
    "382 384 385 386 387 388 389 390 397 398 400 402 405 409 415 454 466 468 "
    "469 470 471 472 473 474 475 476 477"
).split()


def _mirror_table() -> npt.NDArray[np.intp]:
    table = np.arange(_SIZE)
    runs = [(right + i, left + i) for right, left, length in _MESH_RUNS for i in range(length)]
    iris = [_PAIRS[name] for name in GROUPS["iris"]]
    for right, left in runs + iris:
        table[right], table[left] = left, right
    return table


#: MediaPipe Face Landmarker: 478 points, 52 expression weights. It has a point for every name of the
#: vocabulary.
MEDIAPIPE_478 = register_scheme(
    Scheme(
        name="mediapipe478",
        size=_SIZE,
        mirror=_mirror_table(),
        pairs=_PAIRS
        | {
            point: pair
            for name, (right, left) in _CONTOURS.items()
            for point, pair in name_points(name, right, left).items()
        },
        midline=_MIDLINE,
        expressions=tuple(_EXPRESSIONS),
        expressive=np.array(_EXPRESSIVE, dtype=np.intp),
    )
)
