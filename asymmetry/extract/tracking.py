"""One face followed through the frames of a clip: found once, then looked for where it just was.

Each frame is read as a photo of the method ``fast`` is, each side from a whole face made of that side and its
mirror image, but without a new search and without the checks of covered parts. A photo takes six to eight
times as long.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.beside import ALONE, usable_cores
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.errors import NoFaceError, SeveralFacesError
from asymmetry.extract.extractor import Extractor
from asymmetry.extract.hemiface import read_hemifaces
from asymmetry.extract.model.blazeface import FaceBox, cut_out
from asymmetry.extract.model.finding import find_faces
from asymmetry.extract.model.landmarker import Reading
from asymmetry.extract.model.mesh import INPUT_FILL, INPUT_SIDE, LEAST_SCORE
from asymmetry.extract.second_look import same_face
from asymmetry.extract.steps import choose_subject, drop_cut, mark_guesses, to_landmarks
from asymmetry.extract.tools import Tools
from asymmetry.extract.upright import FaceReading
from asymmetry.photos.clips import Frame
from asymmetry.photos.halvings import Halvings

__all__ = ["Track", "as_measured", "track_face"]

#: Frames with a longer side of twice this are halved, px: a face in it has all the pixels that are used.
_LONG_SIDE = 1920
#: Faces are searched again, to see that there is one and where, after so many seconds.
_LOOK_AGAIN = 1.0
#: A clip shows several people if so large a share of its looks do.
_SEVERAL = 0.5
#: Frames that wait to be read, for each core.
_WAITING = 2


@dataclass(frozen=True, eq=False)
class Track:
    """One face in the frames of a clip.

    Attributes
    ----------
    landmarks : Landmarks
        One row for each frame, px of the upright frame; a frame in which the face was not seen has NaN.
    seconds : ndarray, shape (n,)
        Times since the first frame.
    sharpness : ndarray, shape (n,)
        How much fine detail the face shows, to compare frames of one clip; NaN where it was not seen.
    """

    landmarks: Landmarks
    seconds: FloatArray = field(repr=False)
    sharpness: FloatArray = field(repr=False)

    def __len__(self) -> int:
        return len(self.seconds)


def track_face(frames: Iterable[Frame], extractor: Extractor, name: str) -> Track:
    """Follow the one face of a clip.

    Parameters
    ----------
    frames : iterable of Frame
        As `asymmetry.photos.clips.read_frames` gives them; some are in memory at a time.
    extractor : Extractor
        Its networks are used, whatever its method is. It turns mirrored clips back.
    name : str
        The clip's name, for errors.

    Raises
    ------
    NoFaceError
        If no frame shows a face.
    SeveralFacesError
        If several people are seen for half of the time, none clearly the subject.
    """
    chase, rows, seconds = _Chase(extractor, name), [], []
    cores = usable_cores()
    with ThreadPoolExecutor(cores) as pool:
        waiting: deque[Future[tuple[Landmarks, float]]] = deque()
        for frame in frames:
            seconds.append(frame.seconds)
            waiting.append(pool.submit(_read_frame, *chase.follow(frame), extractor, frame.seconds))
            if len(waiting) > _WAITING * cores:
                rows.append(waiting.popleft().result())
        rows.extend(each.result() for each in waiting)
    chase.check(any(row.usable[0] for row, _ in rows))
    landmarks = Landmarks.concat([row for row, _ in rows])
    return Track(
        replace(landmarks, provenance={**extractor.provenance, "method": "fast"}),
        np.array(seconds),
        np.array([sharpness for _, sharpness in rows]),
    )


def as_measured(pixels: Pixels, *, mirrored: bool) -> Pixels:
    """A frame as its face is read: turned back if it was stored mirrored, and halved if it is large."""
    if mirrored:
        pixels = np.asarray(cv2.flip(pixels, 1), dtype=np.uint8)
    return Halvings(pixels).down_to(_LONG_SIDE / max(pixels.shape[:2]))


class _Chase:
    """Where the face is from frame to frame."""

    def __init__(self, extractor: Extractor, name: str) -> None:
        self._extractor, self._name = extractor, name
        self._last: Reading | None = None
        self._looked = -math.inf
        self._looks: list[bool] = []

    def follow(self, frame: Frame) -> tuple[Halvings, Reading | None, float]:
        """A frame, the face in it as the whole face shows it, and how sharp it is."""
        photo = Halvings(as_measured(frame.pixels, mirrored=self._extractor.mirrored))
        with self._extractor.borrow_tools() as tools:
            found, sharpness = self._track(photo, tools)
            if found is None or frame.seconds >= self._looked + _LOOK_AGAIN:
                self._looked = frame.seconds
                subject = self._look(photo, tools, found)
                if subject is not None:
                    found, sharpness = self._read_subject(photo, tools, subject)
        self._last = found
        return photo, found, sharpness

    def _track(self, photo: Halvings, tools: Tools) -> tuple[Reading | None, float]:
        """The face where it was in the last frame."""
        if self._last is None or tools.canonical.scheme is not MEDIAPIPE_478:
            return None, math.nan
        return _read_at(photo, self._last.points, tools)

    def _look(self, photo: Halvings, tools: Tools, tracked: Reading | None) -> Reading | None:
        """The face among all faces that a search finds; where it was tracked it stays."""
        readings = find_faces(photo, tools.landmarker)
        try:
            subject, _ = choose_subject(self._name, photo.whole, readings)
            self._looks.append(False)
        except SeveralFacesError:
            subject = readings[0]
            self._looks.append(True)
        except NoFaceError:
            return None
        if tracked is None:
            return subject
        near = [each for each in readings if same_face(each.points, tracked.points)]
        return near[0] if near else subject

    def _read_subject(
        self, photo: Halvings, tools: Tools, subject: Reading
    ) -> tuple[Reading | None, float]:
        """The face that a search found, as it is read where it is tracked."""
        if tools.canonical.scheme is not MEDIAPIPE_478:
            return subject, _sharpness(photo.whole)
        return _read_at(photo, subject.points, tools)

    def check(self, seen: bool) -> None:
        """Refuse a clip without a face, or of several people."""
        if not seen:
            raise NoFaceError(self._name, Note("no_face"))
        if np.mean(self._looks) >= _SEVERAL:
            raise SeveralFacesError(self._name, Note("clip_several_faces"))


def _read_at(photo: Halvings, points: FloatArray, tools: Tools) -> tuple[Reading | None, float]:
    """The face at a known place; None if the network sees none there."""
    box = _box_of(points)
    small = photo.down_to(min(INPUT_SIDE / float(box.size[0]), 1.0))
    shrunk = small.shape[1] / photo.whole.shape[1]
    there = FaceBox(box.centre * shrunk, box.size * shrunk, box.roll)
    picture = cut_out(small, there, INPUT_SIDE)
    found, score = tools.mesh.read_square(picture)
    if score < LEAST_SCORE:
        return None, math.nan
    placed = box.to_picture(found, INPUT_SIDE)
    return Reading(placed, tools.mesh.weigh_expressions(placed)), _sharpness(picture)


def _box_of(points: FloatArray) -> FaceBox:
    """The piece of a picture that a face's points (k, 3) lie in, as MediaPipe cuts it out."""
    right, left = points[list(MEDIAPIPE_478.pairs["outer_canthus"]), :2]
    across, down = left - right
    roll = math.atan2(down, across)
    cos, sin = math.cos(roll), math.sin(roll)
    turn = np.array([[cos, -sin], [sin, cos]])
    along = points[:, :2] @ turn
    low, high = along.min(axis=0), along.max(axis=0)
    side = float((high - low).max()) / INPUT_FILL
    return FaceBox(turn @ ((low + high) / 2), np.array([side, side]), roll)


def _sharpness(picture: Pixels) -> float:
    """Standard deviation of the Laplacian of a picture of a face, a common measure of focus.

    Source: J. L. Pech-Pacheco et al., Diatom autofocusing in brightfield microscopy, 2000.
    """
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    return float(cv2.Laplacian(grey, cv2.CV_32F).std())


def _read_frame(
    photo: Halvings, found: Reading | None, sharpness: float, extractor: Extractor, seconds: float
) -> tuple[Landmarks, float]:
    """One row of landmarks."""
    name, scheme = f"{seconds:.3f} s", extractor.scheme
    height, width = photo.whole.shape[:2]
    if found is None:
        return Landmarks.blank([name], status="no_face", scheme=scheme.name), math.nan
    with extractor.borrow_tools() as tools:
        face = _read_face(photo, found, tools)
    if face is None:
        return Landmarks.blank([name], status="no_face", scheme=scheme.name), math.nan
    row = to_landmarks(face, name, scheme)
    return replace(row, size=np.array([[width, height]])), sharpness


def _read_face(photo: Halvings, found: Reading, tools: Tools) -> FaceReading | None:
    """Both sides of a face, each read apart."""
    settings = tools.settings
    edges = tools.edges._replace(beside=ALONE)  # each core reads a frame of its own
    halves = read_hemifaces(photo, found, tools.canonical, tools.mesh, edges, (1.0,), settings)
    if halves is None:
        return None
    face = FaceReading(
        halves.points,
        halves.spread,
        halves.blendshapes,
        halves.pose,
        found.points,
        score=halves.score,
        margins=halves.margins,
        irises=halves.irises,
    )
    face = drop_cut(face, photo.whole)
    if tools.canonical.scheme is not MEDIAPIPE_478:
        return face
    return mark_guesses(face, settings.judge.pupils)
