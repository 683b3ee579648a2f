"""`Extractor`: photos in, `Landmarks` out, one row per photo."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import Any, get_args

import cv2
import numpy as np

from asymmetry.core.arrays import check_switch, check_type
from asymmetry.core.beside import Beside, usable_cores
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note
from asymmetry.core.schemes import MEDIAPIPE_478, Scheme
from asymmetry.core.version import SCORE_VERSION, __version__
from asymmetry.errors import InvalidInputError, PhotoError, UnreadablePhotoError
from asymmetry.extract.edges.lids import LidNetworks
from asymmetry.extract.edges.marks import MarkNetwork
from asymmetry.extract.intake import Ahead, Progress, check_photos, read_rows
from asymmetry.extract.model.file import model_file
from asymmetry.extract.model.finding import find_faces, find_faces_both_ways
from asymmetry.extract.model.landmarker import Reading
from asymmetry.extract.model.mediapipe import MediapipeModel
from asymmetry.extract.model.protocol import Model
from asymmetry.extract.model.runtime import reading_threads
from asymmetry.extract.networks import NetworkPool
from asymmetry.extract.reduced import FIRST_SIDE, Seen, read_fitting, scale_to_full_size
from asymmetry.extract.second_look import SURE, choose_surest, find_small_faces, quarter_turns
from asymmetry.extract.settings import Settings
from asymmetry.extract.steps import (
    SMALLEST_PHOTO_PX,
    choose_subject,
    draw_view,
    drop_cut,
    drop_hidden,
    look_at_light,
    mark_guesses,
    note_damage,
    note_drawings,
    note_faults,
    note_grey,
    note_place,
    to_landmarks,
    widen_errors,
)
from asymmetry.extract.tools import Method, Tools
from asymmetry.extract.upright import read_upright
from asymmetry.photos.halvings import Halvings
from asymmetry.photos.photo import DEFAULT_MAX_MEGAPIXELS, Photo, PhotoSource, check_limit

__all__ = ["Extractor", "Method"]


class Extractor:
    """Finds the face's points in photos. A context manager that holds the loaded model.

    Any number of threads may share it. It may be made before a process forks and used in the children, which
    load the model again. A pickle of it is its arguments, and makes the same Extractor again.

    Parameters
    ----------
    method : {"hemiface", "fast", "plain"}
        ``"hemiface"`` reads each side from a whole face made of that side and its mirror image, so that
        neither side pulls the other; six calls of the landmark model. ``"fast"`` does so in three calls: it
        reads at one size, and the mirror law holds only nearly. ``"plain"`` is the model's own reading, one
        call, for comparison: it shows 0.6 to 0.8 of a difference of brows or corners, and 0.2 of one of lids.
    model : path or Model, optional
        Another ``face_landmarker.task`` file, or any landmark network with a `Model`'s interface. Default:
        the file that is installed with the package.
    mirrored : bool
        The photos were stored mirrored, as many selfies are. They are turned back before anything is
        measured, and the points are those of the turned photo. This can't be seen in a photo, so it is never
        guessed.
    max_megapixels : float
        Larger photos are refused before any pixel is decoded.
    settings : Settings, optional
        Constants of reading and judging, to try others.
    threads : int, optional
        Share the work on one photo; they change no number. Default: two, or one where OpenCV has been given
        one. Take 1 where many threads or processes read at once.

    Raises
    ------
    InvalidInputError
        If the method is not known, or another argument is invalid.
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
        model: str | os.PathLike[str] | Model | None = None,
        mirrored: bool = False,
        max_megapixels: float = DEFAULT_MAX_MEGAPIXELS,
        settings: Settings | None = None,
        threads: int | None = None,
    ) -> None:
        if method not in get_args(Method):
            raise InvalidInputError(f"method {method!r}: use one of {', '.join(get_args(Method))}")
        check_limit(max_megapixels)
        if settings is None:
            settings = Settings()
        check_type("settings", settings, Settings)
        check_switch("mirrored", mirrored)
        self.method, self.mirrored, self.max_megapixels = method, mirrored, max_megapixels
        self.settings, self.threads = settings, threads
        self._model = model
        self._networks = _make_pool(model, threads, method)
        self._beside = Beside(reading_threads(threads))
        self.provenance: dict[str, Any] = {
            "asymmetry": __version__,
            "score_version": SCORE_VERSION,
            **self._networks.model.provenance,
            "opencv": cv2.__version__,
            "lids_sha256": LidNetworks.sha256(),
            "marks_sha256": MarkNetwork.sha256(),
            "method": method,
            "mirrored": mirrored,
            **_name_of(self._networks.model),
            "settings": self.settings.values(),
        }

    @property
    def scheme(self) -> Scheme:
        """The points that the model gives."""
        return self._networks.model.scheme

    def __reduce__(self) -> tuple[partial[Extractor], tuple[()]]:
        names = ("method", "mirrored", "max_megapixels", "settings", "threads")
        options = {name: getattr(self, name) for name in names}
        return partial(type(self), model=self._model, **options), ()

    @contextmanager
    def borrow_tools(self) -> Iterator[Tools]:
        """The networks and constants that a face is read with, for this thread alone as long as it has them.

        Raises
        ------
        InvalidInputError
            If this Extractor is closed.
        """
        with self._networks.borrowed() as networks:
            yield Tools(networks, self.method, self.settings)

    def extract(
        self, photos: Iterable[PhotoSource], *, progress: Progress | None = None
    ) -> Landmarks:
        """Read the points of each photo.

        Parameters
        ----------
        photos : iterable of PhotoSource
            Paths, URLs (extra ``url``), files' bytes, `PhotoBytes`, open binary files, PIL images, or uint8
            arrays, upright: RGB (H, W, 3), RGBA (H, W, 4) or grey (H, W).
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
            If ``photos`` is a single photo instead of a list of them, or this Extractor is closed.
        """
        rows = list(self.iter_extract(photos, progress=progress))
        rows = rows or [Landmarks.blank([], status="ok", scheme=self.scheme.name)]
        return replace(Landmarks.concat(rows), provenance=self.provenance)

    def iter_extract(
        self, photos: Iterable[PhotoSource], *, progress: Progress | None = None
    ) -> Iterator[Landmarks]:
        """Read photos one by one, as their rows are asked for.

        Parameters and errors are those of `extract`; the photos may be a generator without an end. One photo
        is held at a time in memory; of a list two, for the next one is decoded meanwhile.

        Yields
        ------
        Landmarks
            The row of each photo, n = 1, in order.
        """
        check_photos(photos)
        ahead = Ahead(photos, self._beside, self.max_megapixels, FIRST_SIDE)
        given = progress(photos) if progress else photos
        return read_rows(partial(self._row, ahead), given, self.provenance, self.scheme)

    def _row(self, ahead: Ahead, number: int, name: str, source: PhotoSource) -> Landmarks:
        scheme = self.scheme.name
        with self.borrow_tools() as tools:
            try:
                photo, seen = read_fitting(
                    source,
                    partial(self._look, tools),
                    tools.canonical,
                    ahead.take(number, source),
                    max_megapixels=self.max_megapixels,
                    name=name,
                )
            except PhotoError as error:
                return Landmarks.blank(
                    [name], status=error.status, reason=error.note, scheme=scheme
                )
            try:
                row = _read(tools, photo, seen)
            except PhotoError as error:
                row = Landmarks.blank(
                    [photo.name], status=error.status, reason=error.note, scheme=scheme
                )
        taken = "" if photo.taken is None else photo.taken.isoformat()
        return replace(scale_to_full_size(row, photo), taken=np.array([taken]))

    def _look(self, tools: Tools, photo: Photo) -> Seen:
        """The faces in a photo, turned back if it was mirrored, that is large enough to hold one."""
        upright = photo.pixels
        if self.mirrored:
            upright = np.asarray(cv2.flip(photo.pixels, 1), dtype=np.uint8)
        pixels = Halvings(upright)
        if min(upright.shape[:2]) < SMALLEST_PHOTO_PX:
            return Seen(pixels, [])
        readings, twins = _find(tools, pixels)
        readings = readings or _look_again(tools, pixels, whole=photo.reduced == 1)
        return Seen(pixels, readings, photo.focal_px / photo.reduced, twins)

    def close(self) -> None:
        """Free the model; safe to call twice."""
        self._networks.close()

    def __enter__(self) -> Extractor:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()


def _find(tools: Tools, pixels: Halvings) -> tuple[list[Reading], list[Reading] | None]:
    """Faces in a photo, and in its mirror image for the method that always reads both."""
    if tools.method == "hemiface":
        return find_faces_both_ways(pixels, tools.landmarker)
    return find_faces(pixels, tools.landmarker), None


def _look_again(tools: Tools, pixels: Halvings, *, whole: bool) -> list[Reading]:
    """Faces in a photo in which none is seen at first: turned ones, and in a whole photo small ones."""
    looks = tools.canonical, tools.landmarker, tools.mesh
    turned = choose_surest(pixels, quarter_turns(pixels, tools.landmarker), *looks)
    if turned is not None and turned[1] > SURE:
        return [turned[0]]
    return find_small_faces(pixels, *looks) if whole else []


def _read(tools: Tools, photo: Photo, seen: Seen) -> Landmarks:
    """One row of landmarks; raises the `PhotoError` that says why there can be none."""
    pixels, canonical, settings = seen.pixels.whole, tools.canonical, tools.settings
    if photo.damage and not seen.readings:
        raise UnreadablePhotoError(photo.name, Note("damaged", error=photo.damage))
    subject, notes = choose_subject(photo.name, pixels, seen.readings)
    face = read_upright(seen.pixels, subject, tools, seen.focal_px, seen.twins)
    face = replace(face, notes=(*notes, *photo.notes, *face.notes))
    face = note_damage(face, pixels, photo.name, photo.damage)
    face = note_place(face, canonical, photo.name)
    if canonical.scheme is not MEDIAPIPE_478:
        return to_landmarks(drop_cut(face, pixels), photo.name, canonical.scheme)
    view = draw_view(face, pixels, canonical)
    beside = tools.edges.beside
    quality = beside.begin(look_at_light, view, settings.judge)
    face = drop_cut(face, pixels)
    face = drop_hidden(face, view, settings, beside)
    face = mark_guesses(face, settings.judge.pupils)
    light = quality()
    face = note_grey(face, view, settings.judge.grey)
    face = note_drawings(face, view, settings.judge.drawn)
    face = note_faults(face, light, settings.judge.quality)
    face = widen_errors(face, view, settings.judge.errors)
    return to_landmarks(face, photo.name)


def _make_pool(
    model: str | os.PathLike[str] | Model | None, threads: int | None, method: Method
) -> NetworkPool:
    """The networks of a file, a set for each core; or the one model that was given."""
    if model is None or isinstance(model, (str, os.PathLike)):
        load = partial(MediapipeModel.load, model_file(model), threads, graph=method == "plain")
        return NetworkPool(load, usable_cores(), threads)
    if not isinstance(model, Model):
        raise InvalidInputError(
            "model has to be the path of a face_landmarker.task, or a landmark network with all that a Model "
            f"has (docs/own-models.md), and this is {type(model).__name__}"
        )
    return NetworkPool(lambda: model, 1, threads)


def _name_of(model: Model) -> dict[str, str]:
    """The name of a model of one's own; the known errors are those of MediaPipe's."""
    if isinstance(model, MediapipeModel):
        return {}
    return {"model": type(model).__name__}
