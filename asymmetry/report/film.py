"""A film strip: some frames of a clip side by side, eyes level and at one scale, each with its time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from asymmetry.core.arrays import Pixels
from asymmetry.core.files import replace_file
from asymmetry.core.frame import face_frame
from asymmetry.core.landmarks import Landmarks
from asymmetry.errors import InvalidInputError
from asymmetry.report.overlays import Contours, Layers, SideNames
from asymmetry.report.pictures import Frame, Picture, align_eyes
from asymmetry.timing.timing import Timing

__all__ = ["draw_film", "film_frames"]

_FRAME = Frame(width=150.0, height=190.0, eyes=70.0, scale=1.6)
#: Before the frame at rest and behind the height so much is shown too, as a share of the way between them.
_AFTER = 0.4
_QUALITY, _LETTERS, _MARGIN, _GAP = 92, 0.7, 8, 4


def film_frames(timing: Timing, landmarks: Landmarks, frames: int) -> list[int]:
    """Numbers of frames at even times, from shortly before the movement to shortly behind its height.

    Parameters
    ----------
    timing : Timing
        The clip in time.
    landmarks : Landmarks
        Its n frames; those in which no face was seen are left out.
    frames : int
        How many at most.
    """
    seconds, usable = timing.trace.seconds, np.flatnonzero(landmarks.usable)
    rest, peak = seconds[list(timing.moments)].tolist()
    onset = float(np.fmin(timing.right.onset_s, timing.left.onset_s))
    begin, end = sorted((peak, rest if np.isnan(onset) else onset))
    around = max(_AFTER * (end - begin), 0.1)
    wanted = np.linspace(begin - around, end + around, max(frames, 2))
    nearest = np.abs(seconds[usable][:, None] - wanted).argmin(axis=0)
    return sorted(set(usable[nearest].tolist()))


def draw_film(
    shown: Mapping[int, Pixels], landmarks: Landmarks, timing: Timing, target: Path
) -> Path:
    """Draw frames into a file of their own, without metadata.

    Parameters
    ----------
    shown : mapping of int to ndarray of uint8, shape (H, W, 3)
        Frames by their numbers.
    landmarks : Landmarks
        All n frames, whose points may be those of frames made smaller.
    timing : Timing
        The clip in time.
    target : Path
        As for `asymmetry.report.side_by_side.check_picture`.

    Raises
    ------
    InvalidInputError
        If in no frame the eyes were seen.
    """
    pictures = []
    for number, pixels in sorted(shown.items()):
        level = _level(pixels, landmarks[number])
        if level is not None:
            drawn = Layers((Contours(), SideNames())).annotate(level.pixels, level.faces)
            pictures.append(_write_time(drawn, float(timing.trace.seconds[number])))
    if not pictures:
        raise InvalidInputError(f"{target}: the eyes were not seen, so no film strip can be drawn")
    with replace_file(target, private=True) as made:
        Image.fromarray(_side_by_side(pictures)).save(made, quality=_QUALITY)
    return target


def _side_by_side(pictures: Sequence[Pixels]) -> Pixels:
    """Pictures of one height with gaps between them."""
    gap = np.full((len(pictures[0]), _GAP, 3), 255, np.uint8)
    parts = [part for picture in pictures for part in (gap, picture)]
    return np.concatenate(parts[1:], axis=1)


def _level(pixels: Pixels, face: Landmarks) -> Picture | None:
    """A frame with level eyes, at the scale of its irises."""
    width, height = face.size[0].tolist()
    small = np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
    return align_eyes(Picture(small, face, float(face_frame(face, names=()).mm_per_px[0])), _FRAME)


def _write_time(picture: Pixels, seconds: float) -> Pixels:
    """The frame's time in its lower left corner."""
    drawn, at = picture.copy(), (_MARGIN, picture.shape[0] - _MARGIN)
    for colour, width in (((0, 0, 0), 4), ((255, 255, 255), 2)):
        cv2.putText(
            drawn,
            f"{seconds:.2f} s",
            at,
            cv2.FONT_HERSHEY_SIMPLEX,
            _LETTERS,
            colour,
            width,
            cv2.LINE_AA,
        )
    return drawn
