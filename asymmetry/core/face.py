"""Faces in their own frame: named points, each side as it is seen from that side."""

from __future__ import annotations

import functools
import operator
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.geometry import fit_mirror, mirror_sums
from asymmetry.core.schemes import SIDES, Scheme, Side, registered_schemes
from asymmetry.core.schemes.vocabulary import GROUPS
from asymmetry.errors import InvalidInputError

__all__ = ["REGIONS", "Face", "Half", "apart", "either", "iris_width"]

FloatArray = npt.NDArray[np.floating[Any]]

#: Regions of the comparison with the mirror image; the scheme's groups of these names.
REGIONS = ("upper", "middle", "lower")


@dataclass(frozen=True, eq=False)
class Half:
    """One side of n faces, seen so that both sides read alike: ``out`` leads off the midline, ``up`` is up.

    A metric written on a `Half` obeys the mirror law by construction. Its rows may be the right sides of n
    photos, the left ones, or both one after the other: a metric can't tell.

    Attributes
    ----------
    outward, upward : ndarray, shape (points, n)
        Distance from the midline, positive towards this side, and height over the pupil line, mm.
    rows : mapping of str to int
        Row of each point.
    """

    outward: FloatArray = field(repr=False)
    upward: FloatArray = field(repr=False)
    rows: Mapping[str, int] = field(repr=False)

    def out(self, name: str) -> FloatArray:
        """Distance of a point from the midline, positive towards this side, mm, shape (n,)."""
        try:
            found: FloatArray = self.outward[self.rows[name]]
        except KeyError:
            return _never_seen(self.outward, self.rows, name)
        return found

    def up(self, name: str) -> FloatArray:
        """Height of a point over the pupil line, mm, shape (n,)."""
        try:
            found: FloatArray = self.upward[self.rows[name]]
        except KeyError:
            return _never_seen(self.upward, self.rows, name)
        return found

    def height(self, marks: Mapping[str, float]) -> FloatArray:
        """Height of the weighted mean of named points over the pupil line, mm, shape (n,)."""
        return _weighted(self.up, marks)

    def sideways(self, marks: Mapping[str, float]) -> FloatArray:
        """Distance of the weighted mean of named points from the midline, mm, outwards, shape (n,)."""
        return _weighted(self.out, marks)


@dataclass(frozen=True, eq=False)
class Face:
    """n faces in their own frame.

    Each side is kept as it is seen from that side, so that both are one table for a metric. A point of the
    midline is on both sides: it is as far out on the one as it is in on the other. A point that only other
    landmark schemes have was never seen: NaN.

    Attributes
    ----------
    points : ndarray, shape (2, names, 2, n)
        Distance from the midline, positive towards the point's own side, and height over the pupil line; of
        the scheme's pairs and then of its midline, right before left.
    rows : mapping of str to int
        Row of each name.
    layout : Scheme
        Meaning of the names.
    roll : ndarray, shape (n,)
        In-plane rotation that was removed, degrees, positive anticlockwise as seen in the photo.
    mm_per_px : ndarray, shape (n,)
        The scale that was used.
    """

    points: FloatArray = field(repr=False)
    rows: Mapping[str, int] = field(repr=False)
    layout: Scheme
    roll: FloatArray = field(repr=False)
    mm_per_px: FloatArray = field(repr=False)

    @property
    def size(self) -> int:
        """Number of faces, n."""
        return int(self.points.shape[-1])

    def point(self, name: str, side: Side | None = None) -> FloatArray:
        """Coordinates x, to the patient's left, and y, up, of one point, shape (2, n).

        No side on the midline.
        """
        half = self.half(side or "left")
        out, up = half.out(name), half.up(name)
        if side == "right":
            out = -out
        return np.array([out, up])

    def pair(self, name: str) -> tuple[FloatArray, FloatArray]:
        """The right and the left point of that name."""
        return self.point(name, "right"), self.point(name, "left")

    def half(self, side: Side) -> Half:
        """One side of the faces."""
        out, up = self.points[:, :, SIDES.index(side)]
        return Half(out, up, self.rows)

    def halves(self) -> Half:
        """All right sides and then all left sides, 2n rows, so that a metric measures both at once."""
        return self._halves

    @functools.cached_property
    def _halves(self) -> Half:
        out, up = self.points.reshape(2, len(self.rows), 2 * self.size)
        return Half(out, up, self.rows)

    def named(self, names: Sequence[str]) -> FloatArray:
        """Several points as in `points`, shape (2, names, 2, n); NaN where the scheme lacks one."""
        rows = [_find(self.rows, name) for name in names]
        found: FloatArray = self.points[:, [row or 0 for row in rows]]
        found[:, [at for at, row in enumerate(rows) if row is None]] = np.nan
        return found

    def select(self, rows: slice | npt.NDArray[np.intp]) -> Face:
        """Some of the faces."""
        some = {name: getattr(self, name)[..., rows] for name in ("points", "roll", "mm_per_px")}
        return replace(self, **some)

    @functools.cached_property
    def mirror_squares(self) -> Mapping[str, tuple[FloatArray, int]]:
        """Sum of the squared distances to the mirror image, mm2, and number of points, by region.

        The mirror image is laid over all regions at once, see `asymmetry.core.geometry.mirror_squares`.
        """
        rows, sizes = self.mirror_rows
        if rows is None:
            return self.by_region(np.full((len(REGIONS), self.size), np.nan), sizes)
        return self.by_region(fit_mirror(self.mirror_sums, sizes), sizes)

    @functools.cached_property
    def mirror_sums(self) -> FloatArray:
        """Sums that the distance from the mirror image depends on, as `asymmetry.core.geometry.mirror_sums`.

        Only where the scheme has all points of the regions.
        """
        rows, sizes = self.mirror_rows
        return mirror_sums(self.points[:, rows], sizes)

    @functools.cached_property
    def mirror_rows(self) -> tuple[list[int] | None, list[tuple[int, int]]]:
        """Rows of the regions' points, and how many are pairs and single ones in each region.

        No rows where the scheme lacks one of them.
        """
        groups = self.layout.groups
        # Where the scheme has no pair of a region, its usual points are asked for in vain: not measured.
        names = [
            (groups[region] or GROUPS[region], groups[f"{region}_midline"]) for region in REGIONS
        ]
        found = [_find(self.rows, name) for paired, single in names for name in (*paired, *single)]
        rows = [row for row in found if row is not None]
        sizes = [(len(paired), len(single)) for paired, single in names]
        return (rows if len(rows) == len(found) else None), sizes

    @staticmethod
    def by_region(
        squares: FloatArray, sizes: Sequence[tuple[int, int]]
    ) -> Mapping[str, tuple[FloatArray, int]]:
        """Sums of squares with the number of points that each is of, by region."""
        counts = [2 * paired + single for paired, single in sizes]
        return dict(zip(REGIONS, zip(squares, counts, strict=True), strict=True))


def _weighted(coordinate: Callable[[str], FloatArray], marks: Mapping[str, float]) -> FloatArray:
    """Weighted mean of a coordinate of named points."""
    terms = [weight * coordinate(name) for name, weight in marks.items()]
    return functools.reduce(operator.add, terms)


def apart(face: Face, name: str) -> FloatArray:
    """Distance between the right and the left point in the frontal plane, shape (n,)."""
    (right, left), (right_up, left_up) = face.points[:, face.rows[name]]
    return _length(np.array([right + left, right_up - left_up]))


def iris_width(face: Face) -> FloatArray:
    """Width of the irises, the mean of both or that of the one that was seen, shape (n,)."""
    lateral = face.points[:, face.rows["iris_lateral"]]
    medial = face.points[:, face.rows["iris_medial"]]
    return either(*_length(lateral - medial))


def either(right: FloatArray, left: FloatArray) -> FloatArray:
    """The mean of both sides, or the one that was seen; NaN where neither was."""
    mean: FloatArray = (right + left) / 2
    if (lone := np.isnan(mean)).any():
        mean = np.where(lone, np.where(np.isnan(right), left, right), mean)
    return mean


def _length(steps: FloatArray) -> FloatArray:
    """Length in the frontal plane of steps out and up."""
    out, up = steps
    length: FloatArray = np.sqrt(out * out + up * up)
    return length


def _find(rows: Mapping[str, int], name: str) -> int | None:
    """The row of a point; None if only other schemes than the faces' have it."""
    try:
        return rows[name]
    except KeyError:
        if any(scheme.has(name) for scheme in registered_schemes()):
            return None
    alike = ", ".join(get_close_matches(name, rows)) or "see asymmetry.core.schemes.vocabulary"
    raise InvalidInputError(f"no landmark scheme has a point {name!r}; alike: {alike}")


def _never_seen(values: FloatArray, rows: Mapping[str, int], name: str) -> FloatArray:
    """NaN for a point that only other schemes than the faces' have, shape (n,)."""
    _find(rows, name)
    return np.full(values.shape[1:], np.nan)
