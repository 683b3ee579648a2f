"""Whether the photos of a series are alike: mirrored against the others, or of another person.

In one photo neither can be seen. In a series both can: by the left-right differences that a face keeps, and
by its shape.
"""

from __future__ import annotations

import functools
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.core.frame import (
    MAX_YAW,
    MAX_YAW_HORIZONTAL,
    Face,
    Scale,
    Upright,
    head_angles,
    turn_upright,
)
from asymmetry.core.landmarks import Landmarks
from asymmetry.metrics import Metric, catalogue
from asymmetry.metrics.columns import list_columns, measure_faces
from asymmetry.metrics.points import points_of

__all__ = [
    "COLUMNS",
    "compare_shapes",
    "face_to_compare",
    "find_mirrored",
    "find_strangers",
    "proportions",
    "shapes",
    "signatures",
    "smiles",
]

Resemblance: TypeAlias = Literal["alike", "unsure", "different"]

#: Left-right differences by region, and how far they scatter between photos of one person, smiling or not, in
#: the column's unit: the larger values of `benchmarks/likeness.py`, rounded up.
_SIGNATURE = {
    "brow": {
        "brow_medial_height_diff_mm": 0.5,
        "brow_lateral_height_diff_mm": 0.4,
        "brow_tilt_diff_deg": 0.7,
    },
    "eye": {
        "mrd1_diff_mm": 0.3,
        "mrd2_diff_mm": 0.3,
        "fissure_width_diff_mm": 0.35,
        "canthal_tilt_diff_deg": 0.5,
    },
    "mouth": {
        "commissure_height_diff_mm": 0.7,
        "smile_angle_diff_deg": 1.0,
        "upper_lip_height_diff_mm": 0.55,
        "ala_height_diff_mm": 0.3,
        "chin_deviation_mm": 0.7,
        "philtrum_deviation_mm": 0.4,
    },
}
#: All of them, over the regions.
COLUMNS = {column: sd for region in _SIGNATURE.values() for column, sd in region.items()}
#: Which lean on horizontal distances.
_ACROSS = np.array(
    [
        metric.horizontal
        for column in COLUMNS
        for metric in catalogue().values()
        if column in metric.columns
    ]
)
_REGIONS = np.array([region for region, columns in _SIGNATURE.items() for _ in columns])
#: The log likelihood ratio from which on two photos are mirrored against each other; how much of it one
#: region may give, how many regions have to say so, and how far another may speak against it.
_CLEARLY_MIRRORED, _MOST_OF_A_REGION, _LEAST_REGIONS, _AGAINST = 8.0, 8.0, 2, 1.5
#: From which ratio on a region says so, or two photos are alike, and how far a mirror image may be off.
_SPEAKS, _CLEARLY_ALIKE, _MISFIT = 1.0, 4.0, 2.5

#: Points by which a person is known: bones and jaw, not the parts that an expression or a treatment moves
#: most.
_PAIRS = (
    "outer_canthus",
    "inner_canthus",
    "ala",
    "alar_base",
    "cheekbone",
    "forehead_1",
    "forehead_2",
    *(f"temple_{i}" for i in range(1, 6)),
    *(f"jaw_{i}" for i in range(1, 9)),
)
_MIDLINE = ("nasion", "nose_tip", "subnasale", "forehead", "menton")
#: Root mean square distance of shapes, in standard deviations of a person's retakes: in one person at most
#: this far, in two people farther 19 times in 20 (`benchmarks/tune/likeness.py`); and how many times farther
#: than the series' own photos are apart.
_STRANGE, _TIMES_AS_FAR = 3.3, 2.0
#: A full smile beside a face at rest may be so many times as far as two photos at rest.
_TIMES_AS_FAR_IN_A_SMILE = 2.0
#: An eye is closed from this blink weight on.
_CLOSED = 0.4
#: From here on faces differ, smiling or not: no pair of photos of one person is as far apart (4.7 at most,
#: in dim light, from below or under a hat).
_SURELY_STRANGE = 5.0
#: Fewer photos have no others that steady them.
_LEAST_PHOTOS = 3
#: How many times more pairs have to agree with a photo's half than contradict it.
_MAJORITY = 4
#: The share of the other half that a photo has to be mirrored against. One alone may be as far off the other
#: way: faces turned to the right and to the left are misread in opposite directions.
_LEAST_SHARE = 0.25
#: How much larger the share of front cameras has to be in the half that is then taken to be mirrored.
_FRONT_SHARE = 0.5


def face_to_compare(turned: Upright) -> Face:
    """The faces with the points by which photos are compared, in millimetres by each photo's iris."""
    return turned.to_face(Scale(), _points_to_compare(turned.carried.layout.name))


def signatures(landmarks: Landmarks, face: Face | None = None) -> FloatArray:
    """The left-right differences that a face keeps, each over its scatter, shape (n, 13), or NaN.

    Parameters
    ----------
    landmarks : Landmarks
        n photos.
    face : Face, optional
        Their faces, of `face_to_compare`, where they are known already.
    """
    face, metrics = face or face_to_compare(turn_upright(landmarks)), _signature_metrics()
    with np.errstate(all="ignore"):
        read = dict(zip(list_columns(metrics), measure_faces(face, metrics), strict=True))
    columns = [np.asarray(read[name], dtype=np.float64) / sd for name, sd in COLUMNS.items()]
    values = np.stack(columns, axis=-1)
    yaw = np.abs(head_angles(landmarks.pose)[0])
    values[np.ix_(yaw > MAX_YAW_HORIZONTAL, _ACROSS)] = np.nan
    values[(yaw > MAX_YAW) | ~landmarks.usable] = np.nan
    return values


@functools.cache
def _points_to_compare(scheme: str) -> frozenset[str]:
    read = (points_of(metric, scheme) for metric in _signature_metrics())
    return frozenset((*_PAIRS, *_MIDLINE)).union(*read)


@functools.cache
def _signature_metrics() -> tuple[Metric, ...]:
    """The metrics that fill these columns."""
    return tuple(each for each in catalogue().values() if set(each.columns) & set(COLUMNS))


def find_mirrored(
    signature: FloatArray, sure: Sequence[int] = (), hint: Sequence[bool] = ()
) -> Mask:
    """Photos that are mirrored against most of the others.

    Parameters
    ----------
    signature : ndarray, shape (n, k)
        As `signatures` gives them.
    sure : sequence of int
        Rows of photos of which somebody has said how they were stored: they are never found, and the others
        are held against them.
    hint : sequence of bool, length n
        Photos of a front camera, which may be stored mirrored; they decide which half it is where they can.
    """
    pairs = _compare_sides(signature)
    if not (pairs < 0).any():
        return np.zeros(len(signature), dtype=bool)
    side = _two_camps(pairs)
    votes = pairs * side[:, None] * side
    agreed = (votes > 0).sum(axis=1) >= _MAJORITY * (votes < 0).sum(axis=1)
    against = (pairs < 0).any(axis=1) & agreed
    if not against.any():
        return np.zeros(len(signature), dtype=bool)
    right = _right_side(side, against, sure, hint)
    believed = side == right
    enough = (pairs[:, believed] < 0).sum(axis=1) >= _LEAST_SHARE * believed.sum()
    found = against & ~believed & enough
    found[list(sure)] = False
    return np.asarray(found, dtype=bool)


def _compare_sides(signature: FloatArray) -> FloatArray:
    """1 where two photos are alike, -1 where one is the other's mirror image, 0 where neither is clear."""
    values = np.nan_to_num(signature)
    known = np.isfinite(signature).astype(np.float64)
    total = np.zeros((len(values), len(values)))
    speaking = np.zeros_like(total)
    against = np.zeros_like(total, dtype=bool)
    for region in _SIGNATURE:
        some = values[:, region == _REGIONS]
        ratio = np.clip(-some @ some.T, -_MOST_OF_A_REGION, _MOST_OF_A_REGION)
        total += ratio
        speaking += ratio >= _SPEAKS
        against |= ratio < -_AGAINST
    if not (total >= _CLEARLY_MIRRORED).any():
        return np.where(total <= -_CLEARLY_ALIKE, 1.0, 0.0)
    squares = values**2 @ known.T
    sums = squares + squares.T + 2 * values @ values.T
    misfit = sums / 2 / np.maximum(known @ known.T, 1)
    mirrored = (
        (total >= _CLEARLY_MIRRORED) & (speaking >= _LEAST_REGIONS) & ~against & (misfit <= _MISFIT)
    )
    return np.where(mirrored, -1.0, np.where(total <= -_CLEARLY_ALIKE, 1.0, 0.0))


def _two_camps(pairs: FloatArray) -> FloatArray:
    """1 or -1 for each photo, so that pairs that are alike have the same and mirrored ones do not."""
    side = np.ones(len(pairs))
    if not (pairs < 0).any():
        return side
    leading = np.linalg.eigh(pairs)[1][:, -1]
    side[leading < 0] = -1
    return side


def _right_side(
    side: FloatArray, against: Mask, sure: Sequence[int], hint: Sequence[bool]
) -> float:
    """The camp that is believed: the named one, else the one with fewer front cameras, else the larger."""
    if len(sure):
        return float(np.sign(side[list(sure)].sum()) or 1.0)
    camps = [side == way for way in (1.0, -1.0)]
    front = np.array(hint if len(hint) else np.zeros(len(side)), dtype=bool)
    shares = [front[camp].mean() if camp.any() else 0.0 for camp in camps]
    sizes = [(camp & against).sum() for camp in camps]
    if abs(shares[0] - shares[1]) > _FRONT_SHARE:
        return (1.0, -1.0)[int(shares[0] > shares[1])]
    if sizes[0] == sizes[1]:  # the others are compared with the photos that came first
        return float(side[np.flatnonzero(against)[0]])
    return (1.0, -1.0)[int(sizes[0] < sizes[1])]


def shapes(landmarks: Landmarks, face: Face | None = None) -> FloatArray:
    """The shape of each face by which its person is known, shape (n, 12).

    It holds those proportions of the face that differ between people and not between a person's photos,
    each in standard deviations of a person's retakes: linear discriminants (Fisher 1936, Ann Eugen 7:179).
    NaN where an eye is closed, for its corners are then read elsewhere, or the head is turned far.
    Parameters are those of `signatures`.
    """
    shape = proportions(landmarks, face) @ _discriminants()
    shape[_weigh(landmarks, "eyeBlink") > _CLOSED] = np.nan
    return shape


def smiles(landmarks: Landmarks) -> FloatArray:
    """How much each face smiles, 0 to 1, shape (n,); 0 where it is not known."""
    return np.nan_to_num(_weigh(landmarks, "mouthSmile"))


def _weigh(landmarks: Landmarks, name: str) -> FloatArray:
    """The larger of both sides' expression weights; NaN where the scheme has none."""
    known = [i for i, each in enumerate(landmarks.layout.expressions) if each.startswith(name)]
    if not known:
        return np.full(len(landmarks), np.nan)
    return np.asarray(landmarks.blendshapes[:, known].max(axis=1), dtype=np.float64)


@functools.cache
def _discriminants() -> FloatArray:
    """A column for each of `shapes`; made by ``benchmarks/tune/likeness.py``."""
    text = Path(__file__).with_name("likeness.toml").read_text(encoding="utf-8")
    return np.array(tomllib.loads(text)["discriminants"], dtype=np.float64).T


def proportions(landmarks: Landmarks, face: Face | None = None) -> FloatArray:
    """Places of points without the face's asymmetry, in outer-canthal distances, shape (n, 45).

    Parameters are those of `signatures`.
    """
    face = face or face_to_compare(turn_upright(landmarks))
    right, left = face.named(_PAIRS).transpose(2, 0, 1, 3)
    breadth = right[0, 0] + left[0, 0]  # between the outer canthi, the first of the pairs
    middle = face.named(_MIDLINE)[1, :, 1]
    shape: FloatArray = (
        np.concatenate([*(right + left) / 2, middle], dtype=np.float64).T / breadth[:, None]
    )
    yaw, _, _ = head_angles(landmarks.pose)
    shape[np.abs(yaw) > MAX_YAW_HORIZONTAL] = np.nan
    return shape


def find_strangers(shape: FloatArray, smile: FloatArray | None = None) -> Mask:
    """Photos of another person than most of the others; of two who have as many, than the first one.

    Parameters
    ----------
    shape : ndarray, shape (n, k)
        As `shapes` gives them, in order of time. Photos of which less than all is known are never found.
    smile : ndarray, shape (n,), optional
        How much each face smiles, 0 to 1, which changes its shape. Default: all alike.

    Examples
    --------
    >>> alike, other = np.zeros((3, 4)), np.full((1, 4), 9.0)
    >>> find_strangers(np.concatenate([alike, other])).tolist()
    [False, False, False, True]
    """
    found = np.zeros(len(shape), dtype=bool)
    rows = np.flatnonzero(np.isfinite(shape).all(axis=1))
    if len(rows) <= 1:
        return found
    some = shape[rows] - shape[rows].mean(axis=0)
    squares = (some**2).mean(axis=1)
    apart = np.sqrt(np.maximum(squares[:, None] + squares - 2 * some @ some.T / some.shape[1], 0.0))
    eased = apart
    if smile is not None:
        step = np.abs(smile[rows][:, None] - smile[rows])
        eased = apart / (1 + (_TIMES_AS_FAR_IN_A_SMILE - 1) * step)
    if len(rows) < _LEAST_PHOTOS:
        found[rows[1]] = apart[0, 1] > _SURELY_STRANGE and eased[0, 1] > _STRANGE
        return found
    near = (eased <= _STRANGE) & (apart <= _SURELY_STRANGE)
    camp = near[int(np.argmax(near.sum(axis=1)))]
    if camp.all():
        return found
    own = eased[np.ix_(camp, camp)]
    usual = np.median(own[np.triu_indices(len(own), 1)]) if len(own) > 1 else 0.0
    far = np.median(eased[:, camp], axis=1) > max(_STRANGE, _TIMES_AS_FAR * usual)
    surely = np.median(apart[:, camp], axis=1) > _SURELY_STRANGE
    found[rows] = ~camp & (far | surely)
    return found


def compare_shapes(shape: FloatArray) -> Resemblance:
    """Whether two photos show one person, by shape.

    Of neutral and smiling photos of 16 people, some of whom the shapes were chosen on, and of four more of a
    woman (``benchmarks/likeness.py``), all pairs of two people are ``"different"`` or ``"unsure"``, and none
    of one person is ``"different"``.

    Parameters
    ----------
    shape : ndarray, shape (2, k)
        As `shapes` gives them.

    Returns
    -------
    "alike", "unsure" or "different"
        ``"alike"`` also where not all of a shape is known.

    Examples
    --------
    >>> compare_shapes(np.array([[0.0, 0.0], [9.0, 9.0]]))
    'different'
    """
    apart = float(np.sqrt(np.mean((shape[1] - shape[0]) ** 2)))
    if apart > _SURELY_STRANGE:
        return "different"
    if apart > _STRANGE:
        return "unsure"
    return "alike"
