"""Irises found in the photo's own pixels: circles whose flanks stand out from the white of the eye.

The landmark model draws an iris 5 % too wide and half a millimetre too low, and a lid, a brow or a smile
drags it along. Millimetres, the level and MRD1 hang on it. So the circle is looked for where the photo
darkens from the white inwards, on both flanks between the lids.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.edges.lids import margin_numbers
from asymmetry.extract.edges.peaks import Refined, vertex
from asymmetry.extract.face.plane import light_at, places, surface
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.model.canonical import Canonical

__all__ = ["refine_irises"]

Pixels = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

# All lengths in canonical cm. The patch round an iris, as far as flanks are looked for: either way across,
# down and up.
_ACROSS, _DOWN, _UP = 1.1, 1.0, 0.7
# Its resolution, and the blur before steps are taken: finer than a limbus, which is some 0.5 mm wide, and
# broader than a lash.
_STEP, _SIGMA = 0.01, 0.03
# The flanks, in degrees above the horizontal through the centre.
_FLANK = np.radians(np.linspace(-60, 25, 27))
# Their normals, shape (flanks, places, 2).
_NORMALS = np.stack([np.stack([sign * np.cos(_FLANK), np.sin(_FLANK)], axis=-1) for sign in (1, -1)])
# Closer to a lid's margin there are its shadow, lashes or tears; in a narrow eye a share of its opening is
# kept away from each lid. In crops of the tuning people read by eye, pupils of London faces lie 0.35 mm
# higher than these circles and of portraits 0.1 mm. With 2 mm from the upper lid some irises read 5 to 15 %
# too wide.
_FROM_UPPER, _FROM_LOWER, _MOST_KEPT = 0.12, 0.10, 0.2
# Share of either flank that must be seen between the lids: a squint leaves no more of it.
_LEAST_SEEN = 0.15
# Radii: horizontal visible iris diameters of 10 to 15 mm, in faces of every width and turned by up to 20°.
_RADII: FloatArray = np.arange(0.50, 0.80, 0.03)
# How far an iris may lie from the mesh's, and how much higher it lies on average.
_REACH, _RISE = 0.15, 0.045
# Cost per cm² of that distance.
_PRIOR = 3.0
# Weakest step (log intensity) that is taken for a limbus. Of 16 people's photos 15 show 0.3 to 0.7.
_WEAKEST = 0.15
# Steps of the search: over all of it, then three either way around the best.
_COARSE, _FINE, _AROUND = 0.03, 0.01, 3
#: The mesh draws an iris this much too wide: 1.05, SD 0.03, against hand-placed rings of 16 people. The
#: circles found here: 1.00, SD 0.02.
IRIS_OVERREAD = 1.05

_LIDS = ("upper_lid", "lower_lid")
# The points of an iris, and where they lie from its centre in radii: outwards and up.
_RING = {
    "iris_centre": (0, 0),
    "iris_medial": (-1, 0),
    "iris_top": (0, 1),
    "iris_lateral": (1, 0),
    "iris_bottom": (0, -1),
}


def refine_irises(photo: Pixels, pose: Pose, canonical: Canonical, plane: FloatArray) -> Refined:
    """Move both irises onto the circles that the photo shows, equally wide.

    An eye that shows none keeps the mesh's iris, less what the mesh misdraws on average.

    Parameters
    ----------
    photo : ndarray of uint8, shape (H, W, 3)
        RGB, upright.
    pose : Pose
        Where the head is.
    canonical : Canonical
        The face's surface.
    plane : ndarray, shape (k, 2)
        Canonical x, y of all points, cm, the lids on their margins.

    Returns
    -------
    Refined
        Both sides are treated by the same code, so a mirrored photo gives mirrored irises.
    """
    eyes = [_Eye.of(photo, pose, canonical, plane, side) for side in SIDES]
    found = _found(eyes) or _Circles([None for _ in eyes], eyes[0].radius)
    plane = plane.copy()
    for eye, centre, side in zip(eyes, found.centres, SIDES, strict=True):
        outwards = np.array([-1.0 if side == "right" else 1.0, 1.0])
        ring = (0.0 if centre is None else centre) + found.radius * outwards * list(_RING.values())
        plane[MEDIAPIPE_478.of(side, tuple(_RING))] = _flat(eye.view.to_photo(ring), pose, canonical)
    return Refined(plane, {side: at is not None for side, at in zip(SIDES, found.centres, strict=True)})


def _flat(ring: FloatArray, pose: Pose, canonical: Canonical) -> FloatArray:
    """Canonical x, y of an iris's points in the photo, its centre first: as deep as the surface is there."""
    depth = canonical.depth_at(*pose.unproject(ring[:1], canonical.depth_at).T)
    return pose.unproject(ring, lambda x, _: np.broadcast_to(depth, x.shape))


@dataclass(frozen=True)
class _View:
    """From centimetres at an eye, across to the patient's left and up, to the photo and back."""

    origin: FloatArray
    axes: FloatArray

    @classmethod
    def of(cls, pose: Pose, canonical: Canonical, centre: FloatArray) -> _View:
        """The view of a point of the plane."""
        point = surface(canonical, centre)
        across = pose.rotation[:2, 0] / np.hypot(*pose.rotation[:2, 0]) * pose.scale_at(point)
        axes = np.array([[across[0], -across[1]], [-across[1], -across[0]]])
        return cls(pose.project(point)[:2], axes)

    def to_photo(self, at: FloatArray) -> FloatArray:
        """Photo x, y (..., 2), px, y down."""
        return self.origin + at @ self.axes

    def to_eye(self, at: FloatArray) -> FloatArray:
        """The inverse."""
        return (at - self.origin) @ np.linalg.inv(self.axes)


class _Circles(NamedTuple):
    """Both irises: their centres, cm from the mesh's, or None where none is seen, and their radius."""

    centres: list[FloatArray | None]
    radius: float


@dataclass(frozen=True)
class _Fit:
    """The best circle of each radius in one eye: how well it shows, its centre, and whether it is an iris.

    ``value`` and ``clear`` have shape (radii,), ``centre`` (radii, 2).
    """

    value: FloatArray
    centre: FloatArray
    clear: Mask


@dataclass(frozen=True)
class _Eye:
    """One eye's patch of the photo, level with the face but not turned to the front.

    Lengths are cm at the eye, from the mesh's iris, less its mean errors. ``radius`` is the mesh's; ``lids``
    are the margins of both lids, x and y from point to point; ``steps`` has the steps of light across and up,
    shape (rows, columns, 2).
    """

    view: _View
    radius: float
    lids: tuple[FloatArray, FloatArray] = field(repr=False)
    steps: npt.NDArray[np.float32] = field(repr=False)

    @classmethod
    def of(cls, photo: Pixels, pose: Pose, canonical: Canonical, plane: FloatArray, side: Side) -> _Eye:
        """Draw the patch of one side."""
        centre = plane[MEDIAPIPE_478.of(side, ("iris_centre",))[0]] + np.array([0.0, _RISE])
        view = _View.of(pose, canonical, centre)
        margins = (view.to_eye(places(pose, canonical, plane[margin_numbers(side, lid)])) for lid in _LIDS)
        upper, lower = (line[np.argsort(line[:, 0])].T for line in margins)
        across = np.arange(-_ACROSS, _ACROSS + _STEP / 2, _STEP)
        up = np.arange(-_DOWN, _UP + _STEP / 2, _STEP)
        light = light_at(photo, view.to_photo(np.stack(np.meshgrid(across, up), axis=-1)))
        return cls(view, _mesh_radius(plane, pose) / IRIS_OVERREAD, (upper, lower), _steps(light))

    @property
    def opening(self) -> float:
        """How far the eye is open over the iris's centre, cm."""
        upper, lower = (float(np.interp(0.0, *line)) for line in self.lids)
        return max(upper - lower, 0.0)

    def search(
        self, radii: FloatArray, start: FloatArray, steps: int, step: float, weights: FloatArray
    ) -> _Fit:
        """The best circle of each radius whose centre lies up to ``steps`` from ``start`` either way."""
        axis = np.arange(-steps, steps + 1) * step
        across, up = start[:, None] + axis
        # Each step counts by how far it leads outwards along its normal.
        outwards = (_NORMALS * weights[..., None]).astype(np.float32).ravel()
        clear = self._steps_at(across, up, radii) @ outwards
        shown = clear - _PRIOR * (across**2 + up[:, None] ** 2)
        value = shown.reshape(len(radii), -1).max(axis=1)
        rows, columns = np.divmod(shown.reshape(len(radii), -1).argmax(axis=1), len(axis))
        between = [
            (vertex(v[i], j), vertex(v[:, j], i)) for v, i, j in zip(shown, rows, columns, strict=True)
        ]
        peak = start + (np.stack([columns, rows], axis=1) - steps + between) * step
        inside = (np.abs(np.stack([rows, columns]) - steps) < steps).all(axis=0)
        # Where a circle was found already, a finer one at the end of what is searched is one still.
        return _Fit(value, peak, (inside | (step <= _FINE)) & (value > _WEAKEST))

    def weights(self, centre: FloatArray, radius: float) -> FloatArray:
        """What each place of the flanks counts, (flanks, places): both flanks alike, nothing behind a lid.

        It is told for one circle and kept for those around it: told for each, it would favour circles that
        hide where they do not fit. All 0 where too little of a flank is seen.
        """
        at = centre + radius * _NORMALS
        below, above = (np.interp(at[..., 0], *line) for line in self.lids)
        most = _MOST_KEPT * self.opening
        low, high = above + min(_FROM_LOWER, most), below - min(_FROM_UPPER, most)
        seen = (at[..., 1] < high) & (at[..., 1] > low)
        count = seen.sum(axis=-1, keepdims=True)
        enough = (count >= _LEAST_SEEN * len(_FLANK)).all()
        return np.where(seen & enough, 1 / (len(_NORMALS) * np.maximum(count, 1)), 0.0)

    def _steps_at(self, across: FloatArray, up: FloatArray, radii: FloatArray) -> npt.NDArray[np.float32]:
        """The steps on the flanks of circles: (radii, up, across, steps in the order of `_NORMALS`)."""
        ring = radii[:, None, None] * _NORMALS.reshape(-1, 2).T[:, None, None]
        columns = ((across[:, None] + ring[0] + _ACROSS) / _STEP).astype(np.float32)[:, None]
        rows = ((up[:, None] + ring[1] + _DOWN) / _STEP).astype(np.float32)[:, :, None]
        shape = (len(radii), len(up), len(across), _NORMALS.size // 2)
        columns, rows = (np.broadcast_to(each, shape).reshape(-1, shape[-1]) for each in (columns, rows))
        found = cv2.remap(self.steps, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(found, dtype=np.float32).reshape(*shape[:-1], -1)


def _steps(light: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Steps of light across and up over the width of a limbus, shape (rows, columns, 2)."""
    smooth = cv2.GaussianBlur(light, (0, 0), _SIGMA / _STEP)
    across, up = (cv2.Sobel(smooth, cv2.CV_32F, dx, 1 - dx, ksize=1, scale=0.5 / _STEP) for dx in (1, 0))
    # A sharp step of height one, blurred by sigma, has its steepest slope of 1 / (sigma sqrt(2 pi)) there.
    return np.dstack([across, up]) * np.float32(_SIGMA * np.sqrt(2 * np.pi))


def _found(eyes: list[_Eye]) -> _Circles | None:
    """The irises that the photo shows.

    Looked for all over the reach, by what is seen of the mesh's irises; then again, by what is seen of those
    found; then finely around these.
    """
    nowhere: list[FloatArray | None] = [np.zeros(2) for _ in eyes]
    found: _Circles | None = _Circles(nowhere, eyes[0].radius)
    for _ in range(2):
        found = found and _best(eyes, found, nowhere, _RADII, round(_REACH / _COARSE), _COARSE)
    if found is None:
        return None
    radii = np.asarray(found.radius + np.arange(-_AROUND, _AROUND + 1) * _FINE, dtype=np.float64)
    return _best(eyes, found, found.centres, radii, _AROUND, _FINE)


def _best(
    eyes: list[_Eye],
    seen: _Circles,
    start: list[FloatArray | None],
    radii: FloatArray,
    steps: int,
    step: float,
) -> _Circles | None:
    """The circles of one radius that the eyes show best; None if that radius lies at an end.

    An eye without a start is left out.
    """
    fits = [
        None
        if begin is None or centre is None
        else eye.search(radii, begin, steps, step, eye.weights(centre, seen.radius))
        for eye, begin, centre in zip(eyes, start, seen.centres, strict=True)
    ]
    values = [fit.value for fit in fits if fit is not None and fit.clear.any()]
    if not values:
        return None
    value = np.sum(values, axis=0)
    best = int(np.argmax(value))
    if not 0 < best < len(radii) - 1:
        return None
    centres = [fit.centre[best] if fit is not None and fit.clear[best] else None for fit in fits]
    return _Circles(centres, float(radii[best] + vertex(value, best) * (radii[1] - radii[0])))


def _mesh_radius(plane: FloatArray, pose: Pose) -> float:
    """Mean of both irises, as the mesh has them, as wide as they look."""
    ends = (plane[list(MEDIAPIPE_478.pairs[name]), 0] for name in ("iris_medial", "iris_lateral"))
    return float(np.abs(np.subtract(*ends)).mean() / 2 * np.hypot(*pose.rotation[:2, 0]))
