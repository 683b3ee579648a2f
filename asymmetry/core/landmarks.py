"""`Landmarks`: the points of n photos, one row per photo, as a struct of arrays."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args

import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478, Scheme, Side, get_scheme
from asymmetry.errors import InvalidInputError

__all__ = ["QUALITY", "Landmarks", "Status"]

FloatArray = npt.NDArray[np.floating[Any]]
StrArray = npt.NDArray[np.str_]
Status = Literal["ok", "warn", "no_face", "several_faces", "unreadable", "rejected"]

#: What is known of a photo's quality: pixels per mm of the face, brightness (0 to 255) that a quarter of it
#: exceeds, share that is white, how many times as much light one half gets, blur (mm), noise (% of the
#: brightness), and how many times JPEG's blocks show. Limits: `asymmetry.extract.judge.quality.FAULTS`.
QUALITY = ("px_per_mm", "brightness", "burnt", "side_light", "blur_mm", "grain", "blocks")
_USABLE = ("ok", "warn")


@dataclass(frozen=True, eq=False, kw_only=True)
class Landmarks:
    """Points of n photos. Row i is photo i; a photo that failed keeps its row, with NaN and a reason.

    Attributes
    ----------
    points : ndarray of float32, shape (n, k, 3)
        Pixels of the upright photo. Origin at the top-left edge, x right, y down, z away from the camera.
    spread : ndarray of float32, shape (n, k)
        Standard deviation of each point's readings within the method, in px. NaN where it is not known.
    pose : ndarray of float64, shape (n, 3, 3)
        Rotation from the face's own axes (x to the patient's left, y up, z out of the face) to the camera's
        (x right, y up, z towards the camera).
    blendshapes : ndarray of float32, shape (n, 52)
        Expression weights, 0 to 1, in the scheme's order.
    size : ndarray of int, shape (n, 2)
        Width and height of the photo in px.
    photo, taken : ndarray of str, shape (n,)
        The photo's name, and when it was taken (ISO 8601; empty where not known).
    status, reason : ndarray of str, shape (n,)
        One of ok, warn, no_face, several_faces, unreadable, rejected; and why, in words.
    quality : ndarray of float32, shape (n, 7)
        What is in `QUALITY`. Default: not known, NaN.
    scheme : str
        Name of the landmark scheme.
    provenance : mapping
        How the points came about: method, model hash, package version. JSON values only.

    Raises
    ------
    InvalidInputError
        If an array's shape does not fit the others.

    Examples
    --------
    >>> lm = Landmarks.blank(["a.jpg", "b.jpg"], status="no_face", reason="no face found")
    >>> len(lm), lm[:1].photo.tolist(), lm.usable.tolist()
    (2, ['a.jpg'], [False, False])
    """

    points: FloatArray = field(repr=False)
    spread: FloatArray = field(repr=False)
    pose: FloatArray = field(repr=False)
    blendshapes: FloatArray = field(repr=False)
    size: npt.NDArray[np.integer[Any]] = field(repr=False)
    photo: StrArray
    taken: StrArray = field(repr=False)
    status: StrArray
    reason: StrArray = field(repr=False)
    quality: FloatArray = field(default_factory=lambda: np.empty((0, 0), np.float32), repr=False)
    scheme: str = MEDIAPIPE_478.name
    provenance: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        scheme = get_scheme(self.scheme)
        n, k = len(self.points), scheme.size
        if self.quality.shape == (0, 0):
            object.__setattr__(self, "quality", np.full((n, len(QUALITY)), np.nan, np.float32))
        shapes = {
            "points": (n, k, 3),
            "spread": (n, k),
            "pose": (n, 3, 3),
            "blendshapes": (n, len(scheme.expressions)),
            "size": (n, 2),
            "quality": (n, len(QUALITY)),
        } | dict.fromkeys(("photo", "taken", "status", "reason"), (n,))
        for name, shape in shapes.items():
            found = np.shape(getattr(self, name))
            if found != shape:
                raise InvalidInputError(
                    f"Landmarks.{name} has shape {found}; {self.scheme} with n={n} needs {shape}"
                )
        unknown = set(np.unique(self.status).tolist()) - set(get_args(Status))
        if unknown:
            raise InvalidInputError(f"unknown status {sorted(unknown)}; known: {', '.join(get_args(Status))}")
        object.__setattr__(self, "provenance", dict(self.provenance))

    @classmethod
    def from_points(
        cls,
        points: npt.ArrayLike,
        *,
        pose: npt.ArrayLike | None = None,
        size: npt.ArrayLike | None = None,
        photo: Sequence[str] | None = None,
        scheme: str = MEDIAPIPE_478.name,
        **columns: Any,
    ) -> Landmarks:
        """Build landmarks from points alone; what is not given is frontal, unknown or empty.

        Parameters
        ----------
        points : array_like, shape (n, k, 3)
            Points in px, y down.
        pose : array_like, shape (n, 3, 3), optional
            Rotation of each head. Default: frontal.
        size : array_like, shape (n, 2), optional
            Width and height of each photo. Default: just large enough for the points.
        photo : sequence of str, optional
            Names of the photos. Default: ``"0"``, ``"1"``, ...
        scheme : str
            Name of the landmark scheme.
        **columns
            Any other field of `Landmarks`.

        Examples
        --------
        >>> Landmarks.from_points(np.zeros((2, 478, 3))).photo.tolist()
        ['0', '1']
        """
        array = np.asarray(points, dtype=np.float32)
        n = len(array)
        blank = cls.blank([str(i) for i in range(n)] if photo is None else photo, status="ok", scheme=scheme)
        if size is None:
            extent = np.nan_to_num(array[..., :2]).max(axis=1, initial=0.0)
            size = np.ceil(extent).astype(np.int64)
        pose = np.broadcast_to(np.eye(3), (n, 3, 3)) if pose is None else np.asarray(pose, dtype=np.float64)
        return replace(blank, points=array, pose=pose, size=np.asarray(size, dtype=np.int64), **columns)

    @classmethod
    def blank(
        cls,
        photo: Sequence[str],
        *,
        status: Status,
        reason: str = "",
        scheme: str = MEDIAPIPE_478.name,
        provenance: Mapping[str, Any] | None = None,
    ) -> Landmarks:
        """Rows without points: photos that could not be measured, or rows to be filled with `replace`.

        Examples
        --------
        >>> bool(np.isnan(Landmarks.blank(["x.jpg"], status="unreadable").points).all())
        True
        """
        layout = get_scheme(scheme)
        n = len(photo)
        return cls(
            points=np.full((n, layout.size, 3), np.nan, np.float32),
            spread=np.full((n, layout.size), np.nan, np.float32),
            pose=np.full((n, 3, 3), np.nan),
            blendshapes=np.full((n, len(layout.expressions)), np.nan, np.float32),
            size=np.zeros((n, 2), np.int64),
            photo=np.array(photo, dtype=np.str_).reshape(n),
            taken=np.full(n, ""),
            status=np.full(n, status),
            reason=np.full(n, reason),
            scheme=scheme,
            provenance=provenance or {},
        )

    @classmethod
    def concat(cls, parts: Iterable[Landmarks]) -> Landmarks:
        """Join landmarks of one scheme row-wise; provenance is taken from the first part.

        Raises
        ------
        InvalidInputError
            If the parts have different schemes.

        Examples
        --------
        >>> one = Landmarks.blank(["a.jpg"], status="no_face")
        >>> len(Landmarks.concat([one, one]))
        2
        """
        parts = list(parts)
        if not parts:
            return cls.blank([], status="ok")
        if len({part.scheme for part in parts}) > 1:
            raise InvalidInputError("landmarks of different schemes can't be joined")
        joined: dict[str, Any] = {
            name: np.concatenate([getattr(part, name) for part in parts]) for name in _ARRAYS
        }
        return replace(parts[0], **joined)

    @property
    def usable(self) -> npt.NDArray[np.bool_]:
        """Whether each row was measured: status ok or warn, shape (n,)."""
        return np.isin(self.status, _USABLE)

    @property
    def layout(self) -> Scheme:
        """The landmark scheme itself."""
        return get_scheme(self.scheme)

    def __len__(self) -> int:
        return len(self.points)

    def __getitem__(self, rows: int | slice | Sequence[int] | npt.NDArray[Any]) -> Landmarks:
        """Rows as Landmarks; an integer gives one row, so that the batch axis always stays."""
        if isinstance(rows, (int, np.integer)):
            rows = [range(len(self))[int(rows)]]
        some = {name: getattr(self, name)[rows] for name in _ARRAYS}
        if not isinstance(rows, slice):
            return replace(self, **some)
        part = object.__new__(type(self))  # a slice of what was checked is not checked again
        vars(part).update(vars(self), **some)
        return part

    def point(self, name: str, side: Side | None = None) -> FloatArray:
        """One named point of each photo.

        Parameters
        ----------
        name : str
            As in ``layout.pairs``, such as ``"commissure"``, or ``layout.midline``.
        side : {"right", "left"}, optional
            The patient's own; none for a point of the midline.

        Returns
        -------
        ndarray, shape (n, 3)
            x, y and z in px; ``[:, :2]`` is its place in the photo. NaN where it was not seen.

        Raises
        ------
        InvalidInputError
            If no point has that name, a pair is asked for without a side, or the midline with one.

        Examples
        --------
        >>> lm = Landmarks.from_points(np.zeros((2, 478, 3)))
        >>> lm.point("commissure", "right").shape
        (2, 3)
        >>> lm.point("comissure", "right")
        Traceback (most recent call last):
        ...
        asymmetry.errors.InvalidInputError: no point is called 'comissure'; perhaps ...
        """
        points: FloatArray = self.points[:, self.layout.number(name, side)]
        return points

    def mirrored(self) -> Landmarks:
        """The landmarks of the mirror image of each photo.

        Right and left change places: use it for a photo that was stored mirrored, as many selfies are.
        The mirror is ``x -> width - x``; mirroring twice gives the same landmarks back, up to rounding.

        Examples
        --------
        >>> lm = Landmarks.from_points(np.zeros((1, 478, 3)), size=[[100, 80]])
        >>> lm.mirrored().points[0, 0].tolist()
        [100.0, 0.0, 0.0]
        """
        layout = self.layout
        points = self.points[:, layout.mirror]
        points[..., 0] = self.size[:, :1] - points[..., 0]
        flip = np.array([-1.0, 1.0, 1.0])
        return replace(
            self,
            points=points,
            spread=self.spread[:, layout.mirror],
            pose=self.pose * flip[:, None] * flip,
            blendshapes=self.blendshapes[:, _mirrored_names(layout.expressions)],
        )

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write to one ``.npz`` file, without pickles.

        Parameters
        ----------
        path : path
            Written as named; no suffix is added.
        """
        meta = json.dumps({"scheme": self.scheme, "provenance": dict(self.provenance)})
        with Path(path).open("wb") as file:
            np.savez_compressed(file, meta=np.array(meta), **{name: getattr(self, name) for name in _ARRAYS})

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> Landmarks:
        """Read what `save` wrote.

        Raises
        ------
        InvalidInputError
            If the file was not written by `save`.
        """
        try:
            with np.load(path, allow_pickle=False) as archive:
                meta = json.loads(str(archive["meta"]))
                # Files of version 0.1.0 hold no quality.
                return cls(**{n: archive[n] for n in _ARRAYS if n != "quality" or n in archive}, **meta)
        except (KeyError, ValueError, EOFError, OSError) as error:
            if isinstance(error, FileNotFoundError):
                raise
            raise InvalidInputError(f"{os.fspath(path)}: not a file of saved landmarks ({error})") from error


_ARRAYS = tuple(item.name for item in fields(Landmarks) if item.name not in ("scheme", "provenance"))


def _mirrored_names(names: Sequence[str]) -> list[int]:
    """For each name the position of the name with Right and Left exchanged."""

    def twin(name: str) -> str:
        if name.endswith("Left"):
            return name.removesuffix("Left") + "Right"
        return name.removesuffix("Right") + "Left" if name.endswith("Right") else name

    return [names.index(twin(name)) for name in names]
