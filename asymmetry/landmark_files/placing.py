"""Points as a file has them → px of the upright photo, by the patient's own sides."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from asymmetry.core.gate import FAULTS, find_faults
from asymmetry.core.paths import as_path
from asymmetry.core.schemes import get_scheme
from asymmetry.errors import InvalidInputError
from asymmetry.landmark_files.protocol import PIXEL_CENTRE, FoundFaces
from asymmetry.photos.camera import focal_from_exif
from asymmetry.photos.photo import read_size, read_tags
from asymmetry.photos.readers import photo_suffixes

__all__ = ["Camera", "Exchanged", "find_photos", "in_pixels", "with_right_sides"]

FloatArray = npt.NDArray[np.floating[Any]]

#: Right and left may be exchanged in two ways: the numbers of the points, or the photo.
Exchanged = Literal["numbers", "photo"]
#: EXIF orientations whose rows are the upright photo's columns.
_SIDEWAYS = (5, 6, 7, 8)
_ORIENTATION = 0x0112
_REMEDIES = {
    "shares": "say size=(width, height) in px, or photo=, the photo's file",
    "upwards": "say upwards=True, with the photo's size or file",
    "exchanged": "say exchanged='numbers' if the file numbers the sides the other way round, or "
    "exchanged='photo' if the sides' names are right and the photo was saved mirrored",
    "irises": "sides are the patient's own for both, so exchange the irises in the file",
}
#: Both coordinates of a point that was not placed, as programs write it.
_NOWHERE = (-1.0, 0.0)


@dataclass(frozen=True)
class Camera:
    """The photo that points belong to: its upright size, px, and its focal length, px; NaN if not known."""

    width: float = math.nan
    height: float = math.nan
    focal: float = math.nan


def find_photos(
    found: FoundFaces, name: str, folder: Path, photo: Any, size: npt.ArrayLike | None
) -> tuple[list[str], list[Camera]]:
    """Names of the photos, and their cameras as far as they are known."""
    n = len(found.points)
    names = list(found.photo) or [
        Path(name).stem if n == 1 else f"{Path(name).stem} {i}" for i in range(n)
    ]
    paths = _find_photos(photo, n, name)
    if paths:
        names = [str(path) for path in paths]
    else:
        paths = [_beside(folder, each) for each in names]
        if not found.photo and n == 1 and paths[0] is not None:
            names = [paths[0].name]
    cameras = [_camera(path) for path in paths]
    given = size if size is not None else found.size
    if given is not None:
        sizes = _sizes(given, n, name)
        cameras = [
            replace(each, width=w, height=h) for each, (w, h) in zip(cameras, sizes, strict=True)
        ]
    return names, cameras


def _find_photos(photo: Any, n: int, name: str) -> list[Path | None]:
    """The photos that the caller names, one for each face; none where there are none."""
    if photo is None:
        return []
    one = isinstance(photo, (str, os.PathLike))
    paths = [as_path(each) for each in ([photo] if one else photo)]
    if len(paths) != n:
        raise InvalidInputError(f"{name}: {n} faces, and {len(paths)} photos for them")
    for path in paths:
        if read_size(path) is None:
            raise InvalidInputError(f"{path}: can't be read as a photo")
    return list(paths)


def _sizes(size: npt.ArrayLike, n: int, name: str) -> list[list[float]]:
    try:
        sizes: list[list[float]] = np.broadcast_to(
            np.asarray(size, dtype=np.float64), (n, 2)
        ).tolist()
    except (TypeError, ValueError):
        raise InvalidInputError(
            f"{name}: size has to be (width, height), or one for each of its {n} photos"
        ) from None
    return sizes


def _beside(folder: Path, name: str) -> Path | None:
    """The photo of that name, or with another suffix, in a folder; None where there is none."""
    plain = Path(name.replace("\\", "/")).name
    if not plain:
        return None
    for suffix in ("", *sorted(photo_suffixes())):
        path = folder / (plain if not suffix else Path(plain).with_suffix(suffix).name)
        if path.suffix.lower() in photo_suffixes() and path.is_file():
            return path
    return None


def _camera(path: Path | None) -> Camera:
    """The upright size and the focal length that a photo's header tells."""
    size = None if path is None else read_size(path)
    if path is None or size is None:
        return Camera()
    tags = read_tags(path)
    width, height = size[::-1] if tags.get(_ORIENTATION) in _SIDEWAYS else size
    return Camera(width, height, focal_from_exif(tags, size))


def in_pixels(found: FoundFaces, name: str, cameras: Sequence[Camera]) -> npt.NDArray[np.float64]:
    """The points in px from the photo's upper left corner, y down, with a depth, shape (n, k, 3)."""
    points = np.array(found.points, dtype=np.float64)
    points[~np.isfinite(points)] = np.nan
    for value in _NOWHERE:
        points[(points[..., :2] == value).all(axis=2)] = np.nan
    if points.shape[2] == 2:
        points = np.concatenate([points, np.where(np.isnan(points[..., :1]), np.nan, 0.0)], axis=2)
    shares = find_faults(points, get_scheme(found.scheme))["shares"]
    width = np.array([each.width for each in cameras])[:, None]
    height = np.array([each.height for each in cameras])[:, None]
    unknown = np.isnan(width[:, 0])
    for fault, wrong in (("shares", shares), ("upwards", np.full(len(points), found.upwards))):
        if (wrong & unknown).any():
            why = (
                FAULTS["shares"]
                if fault == "shares"
                else "its y runs up from the photo's lower edge"
            )
            raise InvalidInputError(f"{name}: {why}: {_REMEDIES['shares']}")
    points = np.where(
        shares[:, None, None], points * np.stack([width, height, width], axis=2), points
    )
    points[..., :2] += np.where(shares[:, None, None], 0.0, PIXEL_CENTRE - found.first_pixel)
    if found.upwards:
        points[..., 1] = height - points[..., 1]
    _check_inside(points, width, height, name)
    return points


def _check_inside(points: FloatArray, width: FloatArray, height: FloatArray, name: str) -> None:
    """Refuse points that were placed on another copy of the photo than the one that is there."""
    with np.errstate(invalid="ignore"):
        seen = np.isfinite(points[..., 0]).sum(axis=1)
        beyond = (
            (points[..., 0] > width) | (points[..., 1] > height) | (points[..., :2] < 0).any(axis=2)
        )
        wrong = beyond.sum(axis=1) > seen / 2
    if wrong.any():
        row = int(wrong.argmax())
        told = f"{width[row, 0]:.0f} × {height[row, 0]:.0f} px"
        raise InvalidInputError(
            f"{name}: most points lie outside of the photo, which is {told}: they may belong to a copy of "
            "another size, so name that one by photo=, or its size="
        )


def with_right_sides(
    points: npt.NDArray[np.float64],
    scheme: str,
    name: str,
    cameras: Sequence[Camera],
    exchanged: Exchanged | None,
) -> npt.NDArray[np.float64]:
    """The points by the patient's own sides; refused where they are surely not."""
    layout = get_scheme(scheme)
    if exchanged == "numbers":
        points = points[:, layout.mirror]
    elif exchanged == "photo":
        width = np.array([each.width for each in cameras])
        middle = np.nan_to_num(np.nanmax(points[..., 0], axis=1, initial=0.0))
        points = points * [-1, 1, 1]
        points[..., 0] += np.where(np.isnan(width), middle, width)[:, None]
    elif exchanged is not None:
        raise InvalidInputError(f"exchanged: 'numbers' or 'photo', not {exchanged!r}")
    for fault, wrong in find_faults(points, layout).items():
        if wrong.any():
            raise InvalidInputError(f"{name}: {FAULTS[fault]}: {_REMEDIES[fault]}")
    return points
