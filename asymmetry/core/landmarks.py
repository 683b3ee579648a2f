"""`Landmarks`: the points of n photos, one row per photo, as a struct of arrays."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import as_numbers, as_texts, list_parts, read_only, same_values
from asymmetry.core.columns import USABLE, Status, check_columns
from asymmetry.core.files import open_arrays, replace_file
from asymmetry.core.gate import check_points
from asymmetry.core.labelled import landmark_dataset
from asymmetry.core.notes import (
    Note,
    NoteArray,
    load_notes,
    mirror_notes,
    note_array,
    pack_notes,
    reason_column,
)
from asymmetry.core.schemes import MEDIAPIPE_478, Scheme, Side, get_scheme
from asymmetry.core.version import check_score_version, joined_provenance
from asymmetry.errors import InvalidInputError

__all__ = ["Landmarks"]

FloatArray = npt.NDArray[np.floating[Any]]
StrArray = npt.NDArray[np.str_]


@dataclass(frozen=True, eq=False, kw_only=True)
class Landmarks:
    """Points of n photos. Row i is photo i; a photo that failed keeps its row, with NaN and a reason.

    Nothing in it can be changed: its arrays are read-only views, which cost no copy, so an array that was
    given stays its owner's. ``replace`` of `dataclasses` makes another. Two are equal if all arrays and the
    scheme are, NaN being equal to NaN; how they came about is not compared.

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
    status : ndarray of str, shape (n,)
        One of ok, warn, no_face, several_faces, unreadable, rejected.
    notes : ndarray of tuple of Note, shape (n,)
        Why, as data: see `asymmetry.core.notes`. Default: none.
    quality : ndarray of float32, shape (n, 7)
        The facts that `asymmetry.core.columns.QUALITY` names. Default: not known, NaN.
    focal_px : ndarray of float64, shape (n,)
        Focal length of the camera, px of the photo. Default: not known, NaN; 1 m away is assumed.
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
    notes: NoteArray = field(default_factory=lambda: np.empty(0, np.object_), repr=False)
    quality: FloatArray = field(default_factory=lambda: np.empty((0, 0), np.float32), repr=False)
    focal_px: FloatArray = field(default_factory=lambda: np.empty(0), repr=False)
    scheme: str = MEDIAPIPE_478.name
    provenance: Mapping[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        scheme = get_scheme(self.scheme)
        if np.ndim(self.points) == 0:
            raise InvalidInputError(f"Landmarks.points has no rows; it needs (n, {scheme.size}, 3)")
        n = len(self.points)
        given = {name: getattr(self, name) for name in _ARRAYS}
        for name, column in check_columns(given, n, scheme).items():
            object.__setattr__(self, name, column)
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
        check: bool = True,
        **columns: Any,
    ) -> Landmarks:
        """Build landmarks from points alone; columns that are not given are frontal, unknown or empty.

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
        check : bool
            Refuse points that are surely none of a photo, see `asymmetry.core.gate`.
        **columns
            Any other field of `Landmarks`.

        Raises
        ------
        InvalidInputError
            If a shape does not fit, there is no such field, or the points are shares of the photo's size
            (0 to 1), run upwards, or have right and left exchanged.

        Examples
        --------
        >>> Landmarks.from_points(np.zeros((2, 478, 3))).photo.tolist()
        ['0', '1']
        """
        array = as_numbers("points", points, np.float32)
        k = get_scheme(scheme).size
        if array.ndim == 0 or array.shape[1:] != (k, 3):
            raise InvalidInputError(f"points have shape {array.shape}; {scheme} needs (n, {k}, 3)")
        n = len(array)
        unknown = sorted(set(columns) - {*_ARRAYS, "provenance"})
        if unknown:
            known = ", ".join(_ARRAYS)
            raise InvalidInputError(f"Landmarks has no field {', '.join(unknown)}; it has {known}")
        names = [str(row) for row in range(n)] if photo is None else photo
        blank = cls.blank(names, status="ok", scheme=scheme)
        if len(blank) != n:
            raise InvalidInputError(f"faces: {n}, but names of photos: {len(blank)}")
        if check:
            check_points(array, blank.layout, blank.photo)
        if size is None:
            extent = np.nan_to_num(array[..., :2]).max(axis=1, initial=0.0)
            size = np.ceil(extent).astype(np.int64)
        if pose is None:
            pose = np.broadcast_to(np.eye(3), (n, 3, 3))
        pose, size = as_numbers("pose", pose, np.float64), as_numbers("size", size, np.int64)
        return replace(blank, points=array, pose=pose, size=size, **columns)

    @classmethod
    def blank(
        cls,
        photo: Sequence[str],
        *,
        status: Status,
        reason: Note | str = "",
        scheme: str = MEDIAPIPE_478.name,
        provenance: Mapping[str, Any] | None = None,
    ) -> Landmarks:
        """Rows without points: photos that could not be measured, or rows to be filled with `replace`.

        A ``reason`` is a note, or a text of one's own.

        Examples
        --------
        >>> blank = Landmarks.blank(["x.jpg"], status="rejected", reason="by hand")
        >>> bool(np.isnan(blank.points).all()), blank.reason.tolist(), blank.notes[0]
        (True, ['by hand'], (Note('text', text='by hand'),))
        """
        layout, names = get_scheme(scheme), as_texts("photo", photo)
        n = len(names)
        return cls(
            points=np.full((n, layout.size, 3), np.nan, np.float32),
            spread=np.full((n, layout.size), np.nan, np.float32),
            pose=np.full((n, 3, 3), np.nan),
            blendshapes=np.full((n, len(layout.expressions)), np.nan, np.float32),
            size=np.zeros((n, 2), np.int64),
            photo=names,
            taken=np.full(n, ""),
            status=np.full(n, status),
            notes=note_array([(reason,)] * n),
            scheme=scheme,
            provenance=provenance or {},
        )

    @classmethod
    def concat(cls, parts: Iterable[Landmarks]) -> Landmarks:
        """Join landmarks of one scheme row-wise.

        Where the parts came about in the same way, that is the provenance of the whole. Else it is the
        entries they agree on, and each one's own under ``"mixture"``. Parts that say nothing and hold no
        measured photo, such as those of `blank`, are left out of it.

        Raises
        ------
        InvalidInputError
            If the parts have different schemes, or their numbers are of different versions.

        Examples
        --------
        >>> one = Landmarks.blank(["a.jpg"], status="no_face")
        >>> len(Landmarks.concat([one, one]))
        2
        """
        parts = list_parts(parts, Landmarks)
        if not parts:
            return cls.blank([], status="ok")
        if len({part.scheme for part in parts}) > 1:
            raise InvalidInputError("landmarks of different schemes can't be joined")
        joined: Any = {
            name: np.concatenate([getattr(part, name) for part in parts]) for name in _ARRAYS
        }
        told = (part.provenance for part in parts if part.provenance or part.usable.any())
        return replace(parts[0], **joined, provenance=joined_provenance(told))

    @property
    def usable(self) -> npt.NDArray[np.bool_]:
        """Whether each row was measured: status ok or warn, shape (n,)."""
        usable: npt.NDArray[np.bool_] = np.any([self.status == each for each in USABLE], axis=0)
        return usable

    @property
    def reason(self) -> StrArray:
        """The notes of each photo in English, shape (n,); often empty."""
        return reason_column(self.notes)

    @property
    def layout(self) -> Scheme:
        """The landmark scheme itself."""
        return get_scheme(self.scheme)

    def __len__(self) -> int:
        return len(self.points)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Landmarks):
            return NotImplemented
        return self.scheme == other.scheme and all(
            same_values(getattr(self, name), getattr(other, name)) for name in _ARRAYS
        )

    __hash__ = None  # type: ignore[assignment]

    def __getitem__(self, rows: int | slice | Sequence[int] | npt.NDArray[Any]) -> Landmarks:
        """Rows as Landmarks; an integer gives one row, so that the batch axis always stays."""
        if isinstance(rows, (int, np.integer)):
            rows = [range(len(self))[int(rows)]]
        some: Any = {name: read_only(getattr(self, name)[rows]) for name in _ARRAYS}
        if some["photo"].ndim != 1:
            return replace(self, **some)
        part = object.__new__(type(self))  # some rows of checked landmarks are not checked again
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
            As for `Scheme.number`.

        Examples
        --------
        >>> Landmarks.blank(["a.jpg", "b.jpg"], status="no_face").point("commissure", "right").shape
        (2, 3)
        """
        return np.asarray(self.points[:, self.layout.number(name, side)])

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
            blendshapes=self.blendshapes[:, layout.expression_twins],
            notes=mirror_notes(self.notes),
        )

    to_xarray = landmark_dataset

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write to one ``.npz`` file, without pickles.

        Parameters
        ----------
        path : path
            A file of this machine, written as named; no suffix is added. A new one is for its owner alone.

        Raises
        ------
        DestinationError
            If it can't be written; an old file is as it was then.
        """
        meta = json.dumps({"scheme": self.scheme, "provenance": dict(self.provenance)})
        arrays = {name: getattr(self, name) for name in _ARRAYS} | {"notes": pack_notes(self.notes)}
        with replace_file(path, private=True) as made, made.open("wb") as file:
            np.savez_compressed(file, meta=np.array(meta), **arrays)

    @classmethod
    def load(cls, path: str | os.PathLike[str], *, other_version: bool = False) -> Landmarks:
        """Read a file that `save` wrote.

        Parameters
        ----------
        path : path
            The file; a FileNotFoundError says that there is none.
        other_version : bool
            Take points, too, that another version of the numbers read. Don't put them into one course with
            those of this one.

        Raises
        ------
        InvalidInputError
            If the file was not written by `save`, or another version of the numbers read its points.
        """
        with open_arrays(path, "saved landmarks") as archive:
            meta = json.loads(str(archive["meta"]))
            # Files of version 0.1.0 hold no quality and focal lengths, and reasons in place of notes.
            there = [each for each in _ARRAYS if each in archive or each not in _LATER]
            arrays = {each: archive[each] for each in there}
            _check_kinds(arrays)
            read = cls(**{**arrays, "notes": load_notes(archive)}, **meta)
        if not other_version:
            check_score_version(read.provenance, os.fspath(path))
        return read


_META = {"scheme", "provenance"}
_ARRAYS = tuple(item.name for item in fields(Landmarks) if item.name not in _META)
_LATER = ("quality", "notes", "focal_px")


def _check_kinds(arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Refuse arrays whose values are of another kind than they should be."""
    blank = Landmarks.blank([], status="ok")
    for name in set(arrays) - {"notes"}:
        wanted, found = getattr(blank, name).dtype, arrays[name].dtype
        if found.kind != wanted.kind:
            raise InvalidInputError(f"{name} is {found} and should be {wanted}")
