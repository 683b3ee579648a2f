"""The camera of each photo, as far as it is known, and the days that another one took."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from asymmetry.core.arrays import Mask
from asymmetry.core.landmarks import Landmarks
from asymmetry.photos.record import PhotoRecord

__all__ = ["Camera", "find_strange_days", "used_cameras"]


class Camera(NamedTuple):
    """A camera, as far as it is known.

    Attributes
    ----------
    model : str
        Its name in the EXIF tags; empty where they have none.
    size : str
        Size of its pictures; empty where that tells nothing.
    """

    model: str = ""
    size: str = ""


def used_cameras(landmarks: Landmarks, about: Sequence[PhotoRecord] = ()) -> dict[str, Camera]:
    """The camera of each photo, by the photo's name: by its EXIF tags, and by the size of its picture.

    Pictures that are cropped have sizes of their own and tell nothing: a size counts where several photos
    share it, in a series in which several days share one.

    Parameters
    ----------
    landmarks : Landmarks
        A series' photos.
    about : sequence of PhotoRecord
        The facts known about them, in the same order; none where they are not known.

    Examples
    --------
    >>> used_cameras(Landmarks.blank(["a.jpg"], status="no_face"))
    {'a.jpg': Camera(model='', size='')}
    """
    sizes = [tuple(size) for size in np.sort(landmarks.size, axis=1).tolist()]
    days = (taken[:10] for taken in landmarks.taken.tolist())
    lasting = Counter(size for size, _ in set(zip(sizes, days, strict=True)))
    often = Counter(sizes) if max(lasting.values(), default=0) > 1 else Counter()
    names = {size: "{}×{}".format(*size) for size, count in often.items() if count > 1}
    models = [each.camera for each in about] or [""] * len(sizes)
    return {
        photo: Camera(model, names.get(size, ""))
        for photo, model, size in zip(landmarks.photo.tolist(), models, sizes, strict=True)
    }


def find_strange_days(
    photos: Sequence[Sequence[str]], old: Mask, new: Mask, cameras: Mapping[str, Camera]
) -> tuple[Mask, tuple[str, ...]]:
    """Find the days whose photos were all taken with a camera that the reference does not know.

    Names are compared where all photos of the day and of the reference have one, else the pictures' sizes.

    Parameters
    ----------
    photos : sequence of sequence of str, length d
        The photos of each day.
    old, new : ndarray of bool, shape (d,)
        The days of the reference, and those after it.
    cameras : mapping of str to Camera
        By the photo's name.

    Returns
    -------
    strange : ndarray of bool, shape (d,)
    models : tuple of str, length d
        The camera of each of them whose name is known; empty elsewhere.

    Examples
    --------
    >>> days, cameras = (
    ...     [["a.jpg"], ["b.jpg"]],
    ...     {"a.jpg": Camera("Phone 1"), "b.jpg": Camera("Phone 2")},
    ... )
    >>> find_strange_days(days, np.array([True, False]), np.array([False, True]), cameras)
    (array([False,  True]), ('', 'Phone 2'))
    """
    strange, models = np.zeros(len(photos), dtype=bool), [""] * len(photos)
    if not cameras:
        return strange, tuple(models)
    used = [{cameras.get(name, Camera()) for name in names} for names in photos]
    known = set().union(*(used[i] for i in np.flatnonzero(old).tolist()))
    for i in np.flatnonzero(new).tolist():
        strange[i], models[i] = _compare_cameras(known, used[i])
    return strange, tuple(models)


def _compare_cameras(known: set[Camera], used: set[Camera]) -> tuple[bool, str]:
    """Whether none of these cameras is known, and the name of one of them if that tells it."""
    models = {each[0] for each in known}, {each[0] for each in used}
    sizes = {each[1] for each in known}, {each[1] for each in used}
    if "" not in models[0] | models[1]:
        strange = models[0].isdisjoint(models[1])
        return strange, min(models[1]) if strange else ""
    return "" not in sizes[0] | sizes[1] and sizes[0].isdisjoint(sizes[1]), ""
