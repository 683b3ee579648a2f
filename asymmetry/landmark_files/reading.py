"""`read_landmarks`: a file of points from elsewhere → `Landmarks`."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import check_switches
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note, note_array
from asymmetry.core.paths import as_path, open_file
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.errors import AsymmetryError, InvalidInputError
from asymmetry.landmark_files.mediapipe import find_result, plain_result
from asymmetry.landmark_files.placing import (
    Camera,
    Exchanged,
    find_photos,
    in_pixels,
    with_right_sides,
)
from asymmetry.landmark_files.protocol import FoundFaces
from asymmetry.landmark_files.registry import find_format

__all__ = ["read_landmarks"]

FloatArray = npt.NDArray[np.floating[Any]]

#: The largest file that is read; 10,000 faces of 478 points take 300 MB.
_MAX_BYTES = 500_000_000


def read_landmarks(
    source: str | os.PathLike[str] | object,
    *,
    scheme: str = "",
    photo: str | os.PathLike[str] | Sequence[str | os.PathLike[str]] | None = None,
    size: npt.ArrayLike | None = None,
    upwards: bool | None = None,
    mirrored: bool = False,
    exchanged: Exchanged | None = None,
) -> Landmarks:
    """Read points that another program, or a hand, has put on photos.

    Parameters
    ----------
    source : path, or a result of MediaPipe
        iBUG's ``.pts``, CSV with a row a face (``x_0, y_0, ...``) or a point (``x, y``), OpenFace's CSV,
        WFLW's lists, text files of Emotrics and Emotrics+, JSON of MediaPipe's results, ``.tps``, WebMorph's
        ``.tem``, a ``.npz`` of `Landmarks.save`, and formats of `register_landmark_format`. The
        content counts, not the suffix.
    scheme : str
        Name of the landmark scheme. Default: the one that has so many points.
    photo : path or sequence of path, optional
        The photos' files, for their sizes and names. Default: those that the file names, or one of its own
        name, if they lie beside it.
    size : array_like, shape (2,) or (n, 2), optional
        Width and height of the upright photos, px. Default: those of the photos. Saved landmarks keep
        theirs.
    upwards : bool, optional
        Whether y runs up from the photo's lower edge. Default: as in the format: only in ``.tps``.
    mirrored : bool
        The photos were saved mirrored, as many selfies are, and the points were found in them as in others.
    exchanged : {"numbers", "photo"}, optional
        How right and left are exchanged: the points' numbers, each of which then means its twin;
        or the photo, which was saved mirrored while the points have the patient's own sides.

    Returns
    -------
    Landmarks
        A row for each photo. Points that a scheme lacks are NaN in `measure`, with the reason. A pose that
        the file does not tell is found for MediaPipe's 478 points; any other face counts as frontal, and a
        note says so.

    Raises
    ------
    InvalidInputError
        If it is no such file, is cut off, or its points are surely wrong: shares of a photo's size that is
        not known, y that runs up, or right and left exchanged. The message says how to settle it.

    Examples
    --------
    >>> read_landmarks("no-such-file.pts")
    Traceback (most recent call last):
    ...
    asymmetry.errors.InvalidInputError: no-such-file.pts: no such file
    """
    check_switches(mirrored=mirrored)
    if not isinstance(source, (str, os.PathLike)):
        name = "the result"
        form = "MediaPipe"
        found = find_result(plain_result(source), scheme)
        folder = Path()
    else:
        path = as_path(source)
        if path.suffix.lower() == ".npz":
            if upwards is not None or exchanged is not None:
                raise InvalidInputError(
                    f"{path}: in saved landmarks y runs down and the sides are the patient's own: "
                    "leave upwards and exchanged out"
                )
            made = Landmarks.load(path)
            return made.mirrored() if mirrored else made
        name, folder = str(path), path.parent
        form, found = _read_file(path, scheme)
    if upwards is not None:
        found = replace(found, upwards=upwards)
    names, cameras = find_photos(found, name, folder, photo, size)
    points = in_pixels(found, name, cameras)
    points = with_right_sides(points, found.scheme, name, cameras, exchanged)
    made = _as_landmarks(points, found, names, cameras, {"read_from": form, **found.told})
    return made.mirrored() if mirrored else made


def _read_file(path: Path, scheme: str) -> tuple[str, FoundFaces]:
    """The format's name, and the content of a file."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise InvalidInputError(f"{path}: larger than {_MAX_BYTES // 10**6} MB: split it")
        with open_file(path) as stream:
            text = stream.read().decode("utf-8-sig")
    except FileNotFoundError:
        raise InvalidInputError(f"{path}: no such file") from None
    except UnicodeDecodeError:
        raise InvalidInputError(
            f"{path}: not a text file in UTF-8: spreadsheets save one as 'CSV UTF-8'"
        ) from None
    except OSError as error:
        raise InvalidInputError(f"{path}: can't be read ({error})") from error
    if not text.strip():
        raise InvalidInputError(f"{path}: it is empty")
    try:
        form = find_format(text, str(path))
        return form.name, form.read(text, scheme)
    except InvalidInputError as error:
        if str(error).startswith(str(path)):
            raise
        raise InvalidInputError(f"{path}: {error}") from error
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RecursionError) as error:
        raise InvalidInputError(f"{path}: not a whole {form.name} file ({error})") from error


def _as_landmarks(
    points: npt.NDArray[np.float64],
    found: FoundFaces,
    names: Sequence[str],
    cameras: Sequence[Camera],
    told: dict[str, Any],
) -> Landmarks:
    """The rows, each with a pose, and a note where it is not known."""
    poses = found.pose
    if poses is None and found.scheme == MEDIAPIPE_478.name and np.any(points[..., 2]):
        poses = np.array([_fit(face, camera) for face, camera in zip(points, cameras, strict=True)])
    faces = [
        0 if count == 1 and np.isnan(face).all() else count
        for count, face in zip(found.faces or [1] * len(points), points, strict=True)
    ]
    known = [(camera.width, camera.height) for camera in cameras]
    columns: dict[str, Any] = {
        "status": np.array([_status(count) for count in faces]),
        "notes": note_array([_notes(count, poses is not None) for count in faces]),
        "focal_px": np.array([camera.focal for camera in cameras]),
    }
    if found.blendshapes is not None:
        columns["blendshapes"] = np.asarray(found.blendshapes, dtype=np.float32)
    return Landmarks.from_points(
        points,
        pose=poses,
        size=None if np.isnan(known).any() else known,
        photo=names,
        scheme=found.scheme,
        check=False,
        provenance=told,
        **columns,
    )


def _status(faces: int) -> str:
    return {0: "no_face", 1: "ok"}.get(faces, "several_faces")


def _notes(faces: int, posed: bool) -> list[Note]:
    """Notes on a photo with so many faces in its file."""
    if faces == 0:
        return [Note("no_face_in_file")]
    if faces > 1:
        return [Note("several_faces_in_file", count=faces)]
    return [] if posed else [Note("frontal_assumed")]


def _fit(points: npt.NDArray[np.float64], camera: Camera) -> FloatArray:
    """The head's pose by MediaPipe's 478 points, as the extractor finds it."""
    from asymmetry.extract.face.pose import fit_pose
    from asymmetry.extract.model.canonical import load_canonical

    if np.isnan(points).any():
        return np.full((3, 3), np.nan) if np.isnan(points).all() else np.eye(3)
    try:
        vertices = load_canonical().vertices
    except AsymmetryError:
        return np.eye(3)
    return np.asarray(fit_pose(points, vertices, focal_px=camera.focal).rotation)
