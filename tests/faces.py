"""A symmetric face made by hand, in millimetres and by the names of its points, and photos of it.

Heights count from the pupils. Points that have no name are NaN: nothing may need them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import fields, replace

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side

#: Which point goes where: (name, side) to mm outwards (on the midline: to the patient's left) and up.
Moves = Mapping[tuple[str, Side | None], tuple[float, float]]
BROW, CORNER = MEDIAPIPE_478.groups["brow"], ("commissure", "inner_commissure")

# As published, and as the frame takes the camera to be: written down again, or no test could tell that the
# frame's own numbers are wrong.
RADIUS = 11.71 / 2
CAMERA_DISTANCE = 11.2
PX_PER_MM = 8.0
CENTRE = np.array([1000.0, 1200.0])

# Distance from the midline, and height.
SINGLE = {
    "outer_canthus": (45, 1),
    "inner_canthus": (17, -1),
    "iris_centre": (31, 0),
    "iris_lateral": (31 + RADIUS, 0),
    "iris_medial": (31 - RADIUS, 0),
    "iris_top": (31, RADIUS),
    "iris_bottom": (31, -RADIUS),
    "commissure": (25, -66),
    "inner_commissure": (23, -66),
    "ala": (17, -38),
    "alar_base": (13, -42),
    "cheekbone": (52, -18),
    "temple_1": (70, -2),
    "temple_2": (69, 14),
    "temple_3": (70, -20),
    "temple_4": (69, -36),
    "temple_5": (64, 28),
    "forehead_1": (17, 56),
    "forehead_2": (32, 54),
}
# From the lateral to the medial end.
CONTOURS = {
    "brow_upper": ((58, 18), (50, 24), (40, 26), (28, 25), (14, 22)),
    "brow_lower": ((54, 14), (46, 19), (37, 21), (26, 20), (12, 16)),
    "upper_lid": ((42, 2), (38, 3), (35, 4), (31, 4), (27, 4), (24, 3), (20, 1)),
    "lower_lid": ((42, -1), (38, -3), (35, -5), (31, -5.5), (27, -5), (24, -4), (20, -2)),
    "upper_lip_outer": ((21, -64), (16, -61), (10, -59), (5, -58)),
    "upper_lip_inner": ((19, -66), (14, -65), (9, -64.5), (4, -64)),
    "lower_lip_outer": ((21, -68), (16, -72), (10, -74), (5, -76)),
    "lower_lip_inner": ((19, -67), (14, -68), (9, -69.5), (4, -70)),
    "jaw": (
        (66, -54),
        (61, -72),
        (54, -86),
        (46, -95),
        (37, -102),
        (29, -107),
        (21, -110),
        (11, -111),
    ),
}
MIDLINE = {
    "forehead": 56,
    "forehead_low": 42,
    "glabella": 24,
    "nasion": 8,
    "nose_bridge_1": 0,
    "nose_bridge_2": -7,
    "nose_bridge_3": -14,
    "nose_bridge_4": -21,
    "nose_tip": -29,
    "nose_tip_low": -35,
    "subnasale": -44,
    "philtrum": -50,
    "upper_lip": -57,
    "upper_lip_edge": -64,
    "lower_lip_edge": -70,
    "lower_lip": -76,
    "pogonion": -98,
    "menton": -112,
}

#: Every named point: distance from the midline and height.
PLACES: dict[tuple[str, Side | None], tuple[float, float]] = {
    (name, side): place
    for name, place in (
        *SINGLE.items(),
        *(
            (f"{name}_{i}", at)
            for name, line in CONTOURS.items()
            for i, at in enumerate(line, start=1)
        ),
    )
    for side in SIDES
} | {(name, None): (0.0, height) for name, height in MIDLINE.items()}


def number(name: str, side: Side | None) -> int:
    """Which landmark a name is."""
    if side is None:
        return MEDIAPIPE_478.midline[name]
    return MEDIAPIPE_478.pairs[name][SIDES.index(side)]


def moved(names: Iterable[str], side: Side | None, up: float, out: float = 0) -> Moves:
    return {(name, side): (out, up) for name in names}


def model(moves: Moves | None = None) -> FloatArray:
    """The face in mm, shape (478, 3): x to the patient's left, y up, z out of the face.

    It is bent like a barrel, and the nose stands out.
    """
    points = np.full((MEDIAPIPE_478.size, 3), np.nan)
    for (name, side), (out, up) in PLACES.items():
        nose = 15 if name.startswith("nose_tip") else 0
        points[number(name, side)] = (
            -out if side == "right" else out,
            up,
            nose - out**2 / 120 - up**2 / 500,
        )
    for (name, side), (out, up) in (moves or {}).items():
        points[number(name, side), :2] += -out if side == "right" else out, up
    return points


def photo(
    points: FloatArray | None = None, *, yaw: float = 0, pitch: float = 0, roll: float = 0
) -> Landmarks:
    """A photo of one model, taken from where the face's frame takes the camera to be; one row."""
    mm = model() if points is None else points
    canthi = [number(name, side) for name in ("outer_canthus", "inner_canthus") for side in SIDES]
    mm = mm - mm[canthi].mean(axis=0)
    right, left = mm[number("outer_canthus", "right")], mm[number("outer_canthus", "left")]
    camera = CAMERA_DISTANCE * np.linalg.norm(left - right) + (right[2] + left[2]) / 2
    pose = rotation(yaw, pitch, roll)
    x, y, z = (mm @ pose.T).T
    nearer = camera / (camera - z)
    px = np.stack([x * nearer, -y * nearer, -z], axis=1) * PX_PER_MM
    px[:, :2] += CENTRE
    size = np.ceil(2 * CENTRE).astype(int)
    return Landmarks.from_points(px[None], pose=pose[None], size=size[None], photo=["by_hand.jpg"])


def rotation(yaw: float = 0, pitch: float = 0, roll: float = 0) -> FloatArray:
    """Head pose: roll after pitch after yaw, degrees; from the face's axes to the camera's."""
    (cy, sy), (cp, sp), (cr, sr) = ((np.cos(a), np.sin(a)) for a in np.radians([yaw, pitch, roll]))
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return about_z @ about_x @ about_y


def crowd(seed: int, n: int, *, grid: float | None = None) -> Landmarks:
    """Photos of n different, lopsided faces in different poses; on a grid of px if one is given."""
    rng = np.random.default_rng(seed)
    yaw, pitch, roll = rng.uniform(-14, 14, (3, n))
    # Eyes vary less, or their pupils would be level with their canthi in hardly one face.
    lopsided = np.full((MEDIAPIPE_478.size, 1), 1.5)
    groups = MEDIAPIPE_478.groups
    lopsided[
        [number(name, side) for name in groups["canthi"] + groups["iris"] for side in SIDES]
    ] = 0.1
    faces = [
        photo(model() + rng.normal(0, lopsided, (MEDIAPIPE_478.size, 3)), yaw=y, pitch=p, roll=r)
        for y, p, r in zip(yaw, pitch, roll, strict=True)
    ]
    landmarks = Landmarks.concat(faces)
    if grid is not None:
        changeable(landmarks).points[...] = np.round(landmarks.points / grid) * grid
    return landmarks


def changeable(landmarks: Landmarks) -> Landmarks:
    """The same object, with arrays that a test may write to."""
    for each in fields(landmarks):
        array = getattr(landmarks, each.name)
        if isinstance(array, np.ndarray):
            object.__setattr__(landmarks, each.name, array.copy())
    return landmarks


def double(landmarks: Landmarks) -> Landmarks:
    """The photos with points of double precision, which are then worked on in it."""
    return replace(landmarks, points=landmarks.points.astype(np.float64))
