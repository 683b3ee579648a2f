"""One face of a photo, read by a method, whichever way it lies in the photo."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from asymmetry.core.arrays import FloatArray
from asymmetry.core.notes import Note
from asymmetry.core.schemes import Side
from asymmetry.extract.face.frontal import Drawn
from asymmetry.extract.face.pose import Pose, fit_pose
from asymmetry.extract.halves.square import mirrored_reading
from asymmetry.extract.hemiface import read_hemifaces
from asymmetry.extract.judge.unclear import Widths
from asymmetry.extract.model.finding import find_mirrored_faces
from asymmetry.extract.model.landmarker import Reading
from asymmetry.extract.second_look import (
    SURE,
    TILTED,
    choose_surest,
    quarter_turns,
    roll_of,
    same_face,
    sureness,
)
from asymmetry.extract.tools import SIZES, Tools
from asymmetry.photos.halvings import Halvings

__all__ = ["TURNED", "FaceReading", "average_with_mirrored", "read_upright"]

#: A face that is rolled by more than this, degrees, is said to be turned.
TURNED = 30.0
#: Halves of which the network is less sure than this may be upside down: of 50 photos of tuning people one is
#: below, at 15.5; of those turned by 180° all that are read.
DOUBTFUL = 17.0


@dataclass(frozen=True, eq=False)
class FaceReading:
    """A face as it was read. Each step of the extractor returns it with something more known.

    Attributes
    ----------
    points : ndarray, shape (k, 3)
        Where the photo shows each point, px, y down; NaN for points that were not seen.
    spread : ndarray, shape (k,)
        Standard deviation of each point, px; NaN where it is not known.
    blendshapes : ndarray, shape (52,)
        Expression weights.
    pose : Pose
        Where the head is.
    whole : ndarray, shape (k, 3)
        The points as the whole face shows them, which does not know of halves, px.
    score : float
        How sure the network is of the half that looks least like a face's.
    margins, irises : dict of Side to bool, or None
        Whether both lids' margins and the iris were seen in the pixels; None where nobody looked.
    mesh_brows : ndarray, shape (k, 3), or None
        The points with brows where the mesh draws them, px.
    widths : dict of str to dict of Side to float, or None
        How widely the places of brows and corners of the mouth are spread, see
        `asymmetry.extract.judge.unclear`; None where nobody looked.
    drawn : callable, or None
        Gives the face as seen from the front, which is being drawn; None where nobody began to.
    quality : ndarray
        The quality of the photo, see `asymmetry.core.columns.QUALITY`; empty until it was judged.
    notes : tuple of Note
        The notes on the reading.
    """

    points: FloatArray = field(repr=False)
    spread: FloatArray = field(repr=False)
    blendshapes: FloatArray = field(repr=False)
    pose: Pose
    whole: FloatArray = field(repr=False)
    score: float = -np.inf
    margins: dict[Side, bool] | None = None
    irises: dict[Side, bool] | None = None
    mesh_brows: FloatArray | None = field(default=None, repr=False)
    widths: Widths | None = None
    drawn: Callable[[], Drawn] | None = field(default=None, repr=False)
    quality: FloatArray = field(default_factory=lambda: np.empty(0), repr=False)
    notes: tuple[Note, ...] = ()


def read_upright(
    photo: Halvings,
    first: Reading,
    tools: Tools,
    focal_px: float = math.nan,
    twins: list[Reading] | None = None,
) -> FaceReading:
    """Read a face; where it may be turned, by the surest look at it.

    Parameters
    ----------
    photo : Halvings
        RGB.
    first : Reading
        Where the face is, as the model sees it at first.
    tools : Tools
        The tools to read it with.
    focal_px : float
        Focal length of the camera, px; NaN where it is not known.
    twins : list of Reading or None
        Faces in the photo's mirror image; None where it was not searched.
    """
    looks = tools.canonical, tools.landmarker, tools.mesh
    turned = abs(roll_of(first, tools.canonical)) > TILTED
    found = None if turned else _read(photo, first, tools, focal_px, twins)
    if found is not None and found.score > DOUBTFUL:
        return found
    if found is not None and sureness(photo, first, tools.canonical, tools.mesh) > SURE:
        return found
    first = average_with_mirrored(photo, first, tools, twins)
    best = choose_surest(photo, [first], *looks) if turned else None
    if best is None or best[1] < SURE:
        best = choose_surest(photo, [first, *quarter_turns(photo, tools.landmarker)], *looks)
    if best is None or (found is not None and abs(roll_of(best[0], tools.canonical)) < TILTED):
        return found or _read(photo, first, tools, focal_px, twins)
    return _read(photo, best[0], tools, focal_px, again=True)


def average_with_mirrored(
    photo: Halvings, first: Reading, tools: Tools, twins: list[Reading] | None = None
) -> Reading:
    """A reading averaged with one of the photo's mirror image, so that neither direction is preferred.

    The mirror image is searched now if its faces, ``twins``, are not known.
    """
    if twins is None:
        twins = find_mirrored_faces(photo, tools.landmarker)
    for reading in twins:
        twin = mirrored_reading(reading, photo.whole.shape[1], tools.canonical.scheme)
        if same_face(first.points, twin.points):
            return Reading(
                (first.points + twin.points) / 2, (first.blendshapes + twin.blendshapes) / 2
            )
    return first


def _read(
    photo: Halvings,
    first: Reading,
    tools: Tools,
    focal_px: float,
    twins: list[Reading] | None = None,
    *,
    again: bool = False,
) -> FaceReading:
    """Read a face by the method; ``again`` if the first reading is of a second look, both ways round."""
    if tools.method == "plain":
        score = sureness(photo, first, tools.canonical, tools.mesh)
        return _plain(first, tools, focal_px, score=score)
    start = first
    if tools.method == "hemiface" and not again:
        start = average_with_mirrored(photo, first, tools, twins)
    halves = read_hemifaces(
        photo,
        start,
        tools.canonical,
        tools.mesh,
        tools.edges,
        SIZES[tools.method],
        tools.settings,
        focal_px,
    )
    if halves is None:
        return _plain(first, tools, focal_px, notes=(Note("read_plainly"),))
    return FaceReading(
        halves.points,
        halves.spread,
        halves.blendshapes,
        halves.pose,
        start.points,
        score=halves.score,
        margins=halves.margins,
        irises=halves.irises,
        mesh_brows=halves.mesh_brows,
        widths=halves.widths,
        drawn=halves.drawn,
    )


def _plain(
    first: Reading,
    tools: Tools,
    focal_px: float,
    score: float = -np.inf,
    notes: tuple[Note, ...] = (),
) -> FaceReading:
    """The model's own reading."""
    scheme = tools.canonical.scheme
    pose = fit_pose(first.points, tools.canonical.vertices, focal_px=focal_px, scheme=scheme)
    unknown = np.full(scheme.size, np.nan)
    return FaceReading(
        first.points, unknown, first.blendshapes, pose, first.points, score, notes=notes
    )
