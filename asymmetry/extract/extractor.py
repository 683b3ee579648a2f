"""`Extractor`: photos in, `Landmarks` out, one row per photo."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from types import TracebackType
from typing import Any, Literal, get_args

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.frame import MAX_YAW_HORIZONTAL, head_angles
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478, Side
from asymmetry.core.version import SCORE_VERSION
from asymmetry.errors import (
    InvalidInputError,
    NoFaceError,
    PhotoError,
    SeveralFacesError,
    UnsuitablePhotoError,
)
from asymmetry.extract.canonical import load_canonical
from asymmetry.extract.closer import SURE, quarter_turns, roll_of, same_face, small_faces, sureness, surest
from asymmetry.extract.hemiface import Networks, mirrored_reading, read_hemifaces
from asymmetry.extract.hidden import unseen
from asymmetry.extract.landmarker import Landmarker, Reading
from asymmetry.extract.lids import LidNetwork
from asymmetry.extract.marks import MarkNetwork
from asymmetry.extract.mesh import Mesh
from asymmetry.extract.model import file_sha256, model_file
from asymmetry.extract.photo import DEFAULT_MAX_MEGAPIXELS, Photo, PhotoBytes, PhotoSource
from asymmetry.extract.plane import Halvings
from asymmetry.extract.pose import Pose, fit_pose, is_near
from asymmetry.extract.pupils import GUESS_MM, guessed
from asymmetry.extract.quality import faults, frontal, judged
from asymmetry.extract.reduced import Seen, in_full_size, read_fitting
from asymmetry.extract.settings import Settings
from asymmetry.extract.spread import behind_glasses

__all__ = ["Extractor", "Method"]

Method = Literal["hemiface", "fast", "plain"]
FloatArray = npt.NDArray[np.float64]

#: Sizes at which each method reads the chimeras (two calls of the landmark network each).
SIZES: dict[Method, tuple[float, ...]] = {"hemiface": (1.05, 0.95), "fast": (1.0,)}
#: The largest of several faces is the subject if its area is this many times the next one's.
SUBJECT_RATIO = 2.5
#: Photos narrower or lower than this (px) are not searched: a face in them would have 0.3 px per mm at best.
SMALLEST_PHOTO_PX = 40
#: A face that is rolled by more than this (degrees) is looked at again upright, and one that is rolled by
#: more than the other is said to be turned. Tilted heads reach 20°.
LARGE_ROLL, TURNED = 20.0, 30.0
#: Halves of which the network is less sure than this may be upside down: of 50 photos of tuning people one is
#: below, at 15.5; of those turned by 180° all that are read.
DOUBTFUL = 17.0
#: Stable points that miss the canonical face by more than this (cm, root mean square) are no face.
LARGEST_MISFIT_CM = 1.0


class Extractor:
    """Finds the face's points in photos. A context manager that holds the loaded model.

    Parameters
    ----------
    method : {"hemiface", "fast", "plain"}
        ``"hemiface"`` reads each side from a whole face made of that side and its mirror image, so that
        neither side pulls the other; six calls of the landmark model. ``"fast"`` does so in three calls: it
        reads at one size, and the mirror law holds only nearly. ``"plain"`` is the model's own reading, one
        call, for comparison: it shows about half to three quarters of a left-right difference.
    model : path, optional
        Another ``face_landmarker.task`` file. Default: the one that is installed with the package.
    mirrored : bool
        The photos were stored mirrored, as many selfies are. They are turned back before anything is
        measured, and the points are those of the turned photo. This can't be seen in a photo, so it is never
        guessed.
    max_megapixels : float
        Larger photos are refused before any pixel is decoded.
    settings : Settings, optional
        Constants of hemiface, to try others.

    Raises
    ------
    InvalidInputError
        If the method is not known.
    ModelError
        If the model is missing or can't be loaded.

    Examples
    --------
    >>> with Extractor() as extractor:
    ...     landmarks = extractor.extract([np.zeros((64, 64, 3), np.uint8)])
    >>> landmarks.status.tolist()
    ['no_face']
    """

    def __init__(
        self,
        *,
        method: Method = "hemiface",
        model: str | os.PathLike[str] | None = None,
        mirrored: bool = False,
        max_megapixels: float = DEFAULT_MAX_MEGAPIXELS,
        settings: Settings | None = None,
    ) -> None:
        if method not in get_args(Method):
            raise InvalidInputError(f"method {method!r}: use one of {', '.join(get_args(Method))}")
        self.method = method
        self.mirrored = mirrored
        self.max_megapixels = max_megapixels
        self.settings = settings or Settings()
        path = model_file(model)
        self.provenance: dict[str, Any] = {
            "asymmetry": _own_version(),
            "score_version": SCORE_VERSION,
            "mediapipe": version("mediapipe"),
            "litert": version("ai-edge-litert"),
            "opencv": cv2.__version__,
            "model_sha256": file_sha256(path),
            "lids_sha256": LidNetwork.sha256(),
            "marks_sha256": MarkNetwork.sha256(),
            "method": method,
            "mirrored": mirrored,
            "settings": self.settings.values(),
        }
        self._canonical = load_canonical(path)
        self._landmarker = Landmarker(path)
        self._mesh = Mesh(path)
        self._networks = Networks(LidNetwork(), MarkNetwork())

    def extract(
        self,
        photos: Iterable[PhotoSource],
        *,
        progress: Callable[[Iterable[Any]], Iterable[Any]] | None = None,
    ) -> Landmarks:
        """Read the points of each photo.

        Parameters
        ----------
        photos : iterable of path, bytes or ndarray
            Files, files' bytes, or RGB uint8 arrays of shape (H, W, 3), upright.
        progress : callable, optional
            Wraps the iterable, as ``tqdm.tqdm`` does.

        Returns
        -------
        Landmarks
            One row per photo, in order. A photo that can't be read or measured keeps its row: NaN, a status
            and the reason in words.

        Raises
        ------
        InvalidInputError
            If ``photos`` is a single path or array instead of a list of them.
        """
        if isinstance(photos, (str, bytes, os.PathLike)) or (
            isinstance(photos, np.ndarray) and photos.ndim == 3
        ):
            raise InvalidInputError("extract takes a list of photos; for one photo pass [photo]")
        rows = [self._row(i, source) for i, source in enumerate(progress(photos) if progress else photos)]
        return replace(Landmarks.concat(rows), provenance=self.provenance)

    def _row(self, number: int, source: PhotoSource) -> Landmarks:
        name = os.fspath(source) if isinstance(source, (str, os.PathLike)) else f"<photo {number}>"
        name = source.name if isinstance(source, PhotoBytes) else name
        try:
            photo, seen = read_fitting(
                source,
                self._look,
                self._canonical.vertices,
                max_megapixels=self.max_megapixels,
                name=str(name),
            )
        except PhotoError as error:
            return Landmarks.blank([str(name)], status=error.status, reason=error.reason)
        try:
            row = self._measured(photo, seen)
        except PhotoError as error:
            row = Landmarks.blank([photo.name], status=error.status, reason=error.reason)
        taken = "" if photo.taken is None else photo.taken.isoformat()
        return replace(in_full_size(row, photo), taken=np.array([taken]))

    def _look(self, photo: Photo) -> Seen:
        """The faces in a photo, turned back if it was mirrored, that is large enough to hold one."""
        turned = np.asarray(cv2.flip(photo.pixels, 1), dtype=np.uint8) if self.mirrored else photo.pixels
        pixels = Halvings(turned)
        if min(turned.shape[:2]) < SMALLEST_PHOTO_PX:
            return Seen(pixels, [])
        return Seen(pixels, self._landmarker.find(pixels) or self._hidden(pixels, whole=photo.reduced == 1))

    def _hidden(self, pixels: Halvings, *, whole: bool) -> list[Reading]:
        """Faces in a photo in which none is seen at first: turned ones, and in a whole photo small ones."""
        tools = self._canonical, self._landmarker, self._mesh
        turned = surest(pixels, quarter_turns(pixels, self._landmarker), *tools)
        if turned is not None and turned[1] > SURE:
            return [turned[0]]
        return small_faces(pixels, *tools) if whole else []

    def _measured(self, photo: Photo, seen: Seen) -> Landmarks:
        """One row of landmarks; raises the `PhotoError` that says why there can be none."""
        pixels = seen.pixels.whole
        _check_size(photo.name, pixels.shape)
        first, note = _subject(photo.name, seen.readings)
        found = self._upright(seen.pixels, first)
        if found.pose.residual > LARGEST_MISFIT_CM:
            raise NoFaceError(photo.name, "what was found does not have the shape of a face")
        points, cut = _inside(found.points, pixels.shape)
        # A half in which the brow is covered finds it somewhere; it is looked at where the whole face has it.
        brows = [number for name in MEDIAPIPE_478.groups["brow"] for number in MEDIAPIPE_478.pairs[name]]
        expected = found.points.copy()
        expected[brows] = found.whole[brows]
        view = frontal(pixels, found.pose, self._canonical, expected)
        lost = unseen(view, found.blendshapes, found.margins)
        if lost.glasses and found.mesh_brows is not None:
            points[brows] = np.where(np.isnan(points[brows]), np.nan, found.mesh_brows[brows])
        points[lost.points] = np.nan
        spread = found.spread.copy()
        if lost.glasses:
            spread = behind_glasses(spread, found.pose.scale, self.settings.scatter)
        guesses = guessed(points, found.irises)
        for side in (*guesses.covered, *guesses.unclear):
            numbers = MEDIAPIPE_478.of(side, MEDIAPIPE_478.groups["iris"])
            spread[numbers] = np.maximum(spread[numbers], GUESS_MM * found.pose.scale / 10)
        spread[lost.points] = np.nan
        quality = judged(view)
        eyes = (*guesses.reasons, _unclear_lids(found.margins, lost.points))
        said = (note, found.note, *self._placed(found), *lost.reasons, *eyes, *faults(quality), cut)
        notes = [text for text in said if text]
        return Landmarks.from_points(
            points[None],
            pose=np.where(lost.half, np.nan, found.pose.rotation)[None],
            photo=[photo.name],
            spread=np.asarray(spread[None], dtype=np.float32),
            blendshapes=np.asarray(found.blendshapes[None], dtype=np.float32),
            status=np.array(["warn" if notes else "ok"]),
            reason=np.array(["; ".join(notes)]),
            quality=np.asarray(quality[None], dtype=np.float32),
        )

    def _placed(self, found: _Found) -> list[str]:
        """What to say of where the head is."""
        yaw, _, roll = (float(angle[0]) for angle in head_angles(found.pose.rotation[None]))
        words = {
            f"the photo is turned by {abs(roll):.0f}°: read upright": abs(roll) > TURNED,
            f"the head is turned by {abs(yaw):.0f}°: face the camera": abs(yaw) > MAX_YAW_HORIZONTAL,
            "the camera was very near, which changes a face's proportions: take the photo from 1 m": is_near(
                found.points, self._canonical.vertices
            ),
        }
        return [text for text, holds in words.items() if holds]

    def _upright(self, pixels: Halvings, first: Reading) -> _Found:
        """What was read; where the face may be turned, of the surest look at it."""
        turned = abs(roll_of(first, self._canonical)) > LARGE_ROLL
        found = None if turned else self._read(pixels, first)
        if found is not None and found.score > DOUBTFUL:
            return found
        if found is not None and sureness(pixels, first, self._canonical, self._mesh) > SURE:
            return found
        tools = self._canonical, self._landmarker, self._mesh
        first = self._twice(pixels, first)
        best = surest(pixels, [first], *tools) if turned else None
        if best is None or best[1] < SURE:
            best = surest(pixels, [first, *quarter_turns(pixels, self._landmarker)], *tools)
        if best is None or (found is not None and abs(roll_of(best[0], self._canonical)) < LARGE_ROLL):
            return found or self._read(pixels, first)
        return self._read(pixels, best[0], again=True)

    def _read(self, pixels: Halvings, first: Reading, *, again: bool = False) -> _Found:
        """Read a face by the method; ``again`` if the first reading is of a second look, both ways round."""
        note = ""
        if self.method != "plain":
            start = self._twice(pixels, first) if self.method == "hemiface" and not again else first
            halves = read_hemifaces(
                pixels,
                start,
                self._canonical,
                self._mesh,
                self._networks,
                SIZES[self.method],
                self.settings,
            )
            if halves is not None:
                return _Found(
                    halves.points,
                    halves.spread,
                    halves.blendshapes,
                    halves.pose,
                    start.points,
                    score=halves.score,
                    margins=halves.margins,
                    irises=halves.irises,
                    mesh_brows=halves.mesh_brows,
                )
            note = "one half alone is not seen as a face: read plainly, which hides part of an asymmetry"
        pose = fit_pose(first.points, self._canonical.vertices)
        unknown = np.full(MEDIAPIPE_478.size, np.nan)
        score = sureness(pixels, first, self._canonical, self._mesh) if self.method == "plain" else -np.inf
        return _Found(first.points, unknown, first.blendshapes, pose, first.points, note, score)

    def _twice(self, pixels: Halvings, first: Reading) -> Reading:
        """The first reading averaged with one of the mirror image, so that neither direction is preferred."""
        again = self._landmarker.find(pixels, mirrored=True)
        twins = [mirrored_reading(reading, pixels.whole.shape[1]) for reading in again]
        for twin in twins:
            if same_face(first.points, twin.points):
                return Reading((first.points + twin.points) / 2, (first.blendshapes + twin.blendshapes) / 2)
        return first

    def close(self) -> None:
        """Free the model; safe to call twice."""
        self._landmarker.close()

    def __enter__(self) -> Extractor:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@dataclass(frozen=True)
class _Found:
    points: FloatArray = field(repr=False)
    spread: FloatArray = field(repr=False)
    blendshapes: FloatArray = field(repr=False)
    pose: Pose
    whole: FloatArray = field(repr=False)
    note: str = ""
    score: float = -np.inf
    margins: dict[Side, bool] | None = None
    irises: dict[Side, bool] | None = None
    mesh_brows: FloatArray | None = None


def _check_size(name: str, shape: tuple[int, ...]) -> None:
    height, width = shape[:2]
    if min(height, width) < SMALLEST_PHOTO_PX:
        least = f"it needs {SMALLEST_PHOTO_PX} px either way, and some hundred to be measured well"
        raise UnsuitablePhotoError(name, f"{width} × {height} px is too small to hold a face: {least}")


def _subject(name: str, readings: list[Reading]) -> tuple[Reading, str]:
    """The one face that the photo is of, and what to note about the others."""
    if not readings:
        raise NoFaceError(name, "no face found; is it lit and whole? If it is small in the photo, crop to it")
    # A covered face may be found twice in one place.
    subject, *rest = readings
    others = [other for other in rest if not same_face(subject.points, other.points)]
    if others and subject.area < SUBJECT_RATIO * others[0].area:
        raise SeveralFacesError(name, f"{1 + len(others)} faces, none clearly the subject; crop to one")
    return subject, f"{len(others)} smaller face(s) in the background left out" if others else ""


def _unclear_lids(margins: dict[Side, bool] | None, lost: npt.NDArray[np.bool_]) -> str:
    """A note on lids that are read though their margins hardly show; empty where there are none."""
    sides = [side for side, seen in (margins or {}).items() if not seen and not lost[_middle_lid(side)]]
    if not sides:
        return ""
    return f"{' and '.join(sides)} lids hardly show: how far the eye is open is a guess"


def _middle_lid(side: Side) -> int:
    return MEDIAPIPE_478.of(side, ("upper_lid_4",))[0]


def _inside(points: FloatArray, shape: tuple[int, ...]) -> tuple[FloatArray, str]:
    """Points beyond the photo's edge were never seen: NaN."""
    height, width = shape[:2]
    x, y = points[:, 0], points[:, 1]
    outside = (x < 0) | (y < 0) | (x > width) | (y > height)
    note = (
        f"the face is cut by the photo's edge: {int(outside.sum())} points not seen" if outside.any() else ""
    )
    return np.where(outside[:, None], np.nan, points), note


def _own_version() -> str:
    try:
        return version("asymmetry")
    except PackageNotFoundError:
        return "unknown"
