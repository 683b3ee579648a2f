"""The points of a face followed through the pixels of a clip, from frames in which they were read.

A network reads a brow or a corner again in each frame, and errs by some tenths of a millimetre as the head
turns. The skin there hardly changes its looks within a clip, so the way that it went is seen to a tenth of a
pixel.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray, Mask, Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes.vocabulary import STATIONS
from asymmetry.extract.tracking import as_measured
from asymmetry.photos.clips import Frame
from asymmetry.photos.halvings import Halvings

__all__ = ["follow_face"]

Places = npt.NDArray[np.float32]

#: Points that are followed: those of the eyes that faces are laid on each other by, brows, and corners of
#: the mouth. Lids meet and part again, so that their pixels go.
_OF_THE_EYE = (
    *("outer_canthus", "inner_canthus", "iris_centre"),
    *("iris_medial", "iris_top", "iris_lateral", "iris_bottom"),
)
_FOLLOWED = (
    *_OF_THE_EYE,
    *STATIONS["brow_upper"],
    *STATIONS["brow_lower"],
    *("commissure", "inner_commissure"),
)
#: Faces are drawn with level eyes, whose outer canthi are so far apart, px; size of the pictures, and how far
#: down in them the eyes are.
_CANTHI, _SIDE, _EYES = 120.0, 256, 0.38
#: Side of the patch around a point that is looked for, px, and halvings to begin with. Steps at most, and the
#: step that is small enough, px.
_PATCH, _HALVINGS = 13, 1
_STOP = (cv2.TERM_CRITERIA_COUNT + cv2.TERM_CRITERIA_EPS, 30, 0.01)
#: A place counts if it moves alike from both frames, and as the network reads it, to within so many mm.
_ALIKE_MM, _NEAR_MM = 1.0, 3.0
#: Outer canthi of an adult are so far apart, mm; only the limits above depend on it.
_CANTHI_MM = 90.0
#: A point that is lost in more of the frames than this is left as the network reads it.
_LOST = 0.3


class _Picture(NamedTuple):
    """A grey face of one size with level eyes, and the turn (2, 2) and shift (2,) from the photo to it."""

    grey: Pixels
    turn: FloatArray
    shift: FloatArray

    def of_photo(self, at: FloatArray) -> Places:
        """Places (m, 2) of the photo in the picture, as OpenCV counts: from the middle of the first pixel."""
        return np.ascontiguousarray(at @ self.turn.T + self.shift - 0.5, np.float32)

    def to_photo(self, at: Places) -> FloatArray:
        """Places (m, 2) of the picture in the photo."""
        return np.asarray(np.linalg.solve(self.turn, (at + 0.5 - self.shift).T).T)


def follow_face(
    frames: Iterable[Frame],
    landmarks: Landmarks,
    anchors: Mapping[int, Pixels],
    *,
    mirrored: bool = False,
    closing: Mask | None = None,
) -> Landmarks:
    """Follow points of a face from a few frames of a clip to all others.

    Parameters
    ----------
    frames : iterable of Frame
        All frames of the clip.
    landmarks : Landmarks
        The face as it was read in each of them, n rows.
    anchors : mapping of int to ndarray
        Pixels of the frames that points are followed from, by their numbers; upright, not turned back.
    mirrored : bool
        Frames are turned back.
    closing : ndarray of bool, shape (2, n), optional
        Frames in which the right and the left eye close: a lid that comes down takes the pixels around iris
        and canthi with it, so these are not followed there.

    Returns
    -------
    Landmarks
        The same with other places of the points that were followed. Where a point is lost, it is as it was
        read, shifted by how much both differ on average.

    References
    ----------
    B. D. Lucas and T. Kanade, An iterative image registration technique, IJCAI 1981, 674.
    J.-Y. Bouguet, Pyramidal implementation of the Lucas Kanade feature tracker, Intel 2000.
    """
    layout, read = landmarks.layout, landmarks.points[..., :2].astype(np.float64)
    names = [name for name in _FOLLOWED if name in layout.pairs]
    numbers = np.array(layout.right(tuple(names)) + layout.left(tuple(names)))
    canthi = list(layout.pairs["outer_canthus"])

    def draw(pixels: Pixels, number: int) -> _Picture:
        return _draw(as_measured(pixels, mirrored=mirrored), read[number, canthi])

    known = np.asarray(np.isfinite(read[:, [*numbers, *canthi]]).all(axis=(1, 2)))
    starts = {number: draw(pixels, number) for number, pixels in anchors.items() if known[number]}
    if not starts:
        return landmarks
    found = np.full((len(starts), len(read), len(numbers), 2), np.nan)
    for number, _, pixels in frames:
        if known[number]:
            now = draw(pixels, number)
            for i, (start, before) in enumerate(starts.items()):
                found[i, number] = _follow(before, read[start, numbers], now, read[number, numbers])
    if closing is not None:
        of_eyes = np.array([name in _OF_THE_EYE for name in names])
        for side, closes in enumerate(closing):
            own = np.roll(np.pad(of_eyes, (0, len(names))), side * len(names))
            _leave_out(found, closes, list(starts), own)
    mm = np.linalg.norm(read[:, canthi[0]] - read[:, canthi[1]], axis=-1) / _CANTHI_MM
    points = landmarks.points.copy()
    points[:, numbers, :2] = _settle(read[:, numbers], found, mm[:, None])
    return replace(landmarks, points=points, provenance={**landmarks.provenance, "followed": True})


def _draw(photo: Pixels, canthi: FloatArray) -> _Picture:
    """A face with level eyes at one size; ``canthi`` (2, 2) are the outer ones, right and left."""
    across, down = canthi[1] - canthi[0]
    apart = float(np.hypot(across, down))
    small = Halvings(photo).down_to(min(_CANTHI / apart, 1.0))
    level = np.array([[across, down], [-down, across]]) * _CANTHI / apart**2
    shift = _SIDE * np.array([0.5, _EYES]) - level @ canthi.mean(axis=0)
    # OpenCV counts from the middle of the first pixel.
    turn = level * photo.shape[1] / small.shape[1]
    matrix = np.column_stack([turn, turn @ (0.5, 0.5) + shift - 0.5])
    face = cv2.warpAffine(small, matrix, (_SIDE, _SIDE), borderMode=cv2.BORDER_REPLICATE)
    return _Picture(np.asarray(cv2.cvtColor(face, cv2.COLOR_RGB2GRAY), np.uint8), level, shift)


def _follow(before: _Picture, start: FloatArray, now: _Picture, guess: FloatArray) -> FloatArray:
    """Where points (m, 2) of an earlier photo are in a later one; NaN where they are lost."""
    found, there, _ = cv2.calcOpticalFlowPyrLK(
        before.grey,
        now.grey,
        before.of_photo(start),
        now.of_photo(guess),
        winSize=(_PATCH, _PATCH),
        maxLevel=_HALVINGS,
        criteria=_STOP,
        flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )
    return now.to_photo(np.where(np.asarray(there) == 1, np.asarray(found), np.nan))


def _leave_out(found: FloatArray, frames: Mask, starts: Sequence[int], points: Mask) -> None:
    """Leave points out in some frames: neither to them nor from them anything is followed."""
    good = [i for i, number in enumerate(starts) if not frames[number]]
    for i in range(len(starts)):
        if i not in good:
            found[i][:, points] = found[good[0]][:, points] if good else np.nan
    found[:, frames[:, None] & points] = np.nan


def _settle(read: FloatArray, found: FloatArray, mm: FloatArray) -> FloatArray:
    """Places (n, m, 2) of points that were read, and followed from some frames (frames, n, m, 2).

    ``mm`` (n, 1) is the length of a millimetre in the photos, px. A point that the network placed differently
    in both frames is apart by as much in all of them, and counts.
    """
    place = found.mean(axis=0)
    apart = np.ptp(found - _median(found - place), axis=0)
    alike = np.linalg.norm(apart, axis=-1) <= _ALIKE_MM * mm
    shift = _median(np.where(alike[..., None], place - read, np.nan))
    near = alike & (np.linalg.norm(place - read - shift, axis=-1) <= _NEAR_MM * mm)
    seen = np.isfinite(read).all(axis=(1, 2))
    lost = (~near[seen]).mean(axis=0) > _LOST
    settled = np.where(near[..., None], place, read + shift)
    return np.where(lost[:, None], read, settled)


def _median(of_frames: FloatArray) -> FloatArray:
    """Median over the frames (..., n, m, 2) that have a number."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # a point that is lost in all frames
        return np.asarray(np.nanmedian(of_frames, axis=-3, keepdims=True))
