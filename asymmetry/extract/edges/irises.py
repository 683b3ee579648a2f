"""Irises found in the photo's own pixels: circles whose flanks stand out from the white of the eye.

The landmark model draws an iris 5 % too wide and half a millimetre too low, and a lid, a brow or a smile
drags it along. Millimetres, the level and MRD1 depend on it. So the circle is looked for where the photo
darkens from the white inwards, on both flanks between the lids.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray, Mask, Pixels
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Side
from asymmetry.extract.edges.eye_patch import EyePatch, View
from asymmetry.extract.edges.lids import margin_numbers
from asymmetry.extract.edges.peaks import Refined, vertex
from asymmetry.extract.face.plane import light_at, places
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.model.canonical import Canonical

__all__ = ["IrisSearch", "draw_eyes", "refine_irises"]

_LIDS = ("upper_lid", "lower_lid")
# The points of an iris, and where they lie from its centre in radii: outwards and up.
_RING = {
    "iris_centre": (0, 0),
    "iris_medial": (-1, 0),
    "iris_top": (0, 1),
    "iris_lateral": (1, 0),
    "iris_bottom": (0, -1),
}


@dataclass(frozen=True)
class IrisSearch:
    """Where irises are looked for, and the criteria for them; lengths in canonical cm.

    Attributes
    ----------
    across, down, up : float
        The patch round an iris, as far as flanks are looked for: either way across, down and up.
    step, sigma : float
        Its resolution, and the blur before steps of light are taken: finer than a limbus, which is some
        0.5 mm wide, and broader than a lash.
    flank : tuple of float
        From and to where the flanks reach, in degrees above the horizontal through the centre.
    places : int
        Places along each flank.
    from_upper, from_lower, most_kept : float
        Closer to a lid's margin there are its shadow, lashes or tears; in a narrow eye this share of its
        opening at most is kept away from each lid. In crops of the tuning people read by eye, pupils of
        London faces lie 0.35 mm higher than these circles and of portraits 0.1 mm. With 2 mm from the upper
        lid some irises read 5 to 15 % too wide.
    least_seen : float
        Share of either flank that must be seen between the lids: a squint leaves no more of it.
    narrowest, widest, apart : float
        Radii that are tried, and how far they are apart: horizontal visible iris diameters of 10 to 15 mm, in
        faces of every width and turned by up to 20°.
    reach, rise : float
        How far an iris may lie from the mesh's, and how much higher it lies on average.
    prior : float
        Cost per cm² of that distance.
    weakest : float
        Weakest step (log intensity) that is taken for a limbus. Of 16 people's photos 15 show 0.3 to 0.7.
    coarse, fine : float
        Steps of the search: over all of it, then around the best.
    around : int
        Fine steps either way.
    overread : float
        The mesh draws an iris this much too wide: 1.05, SD 0.03, against hand-placed rings of 16 people. The
        circles found here: 1.00, SD 0.02.
    """

    across: float = 1.1
    down: float = 1.0
    up: float = 0.7
    step: float = 0.01
    sigma: float = 0.03
    flank: tuple[float, float] = (-60.0, 25.0)
    places: int = 27
    from_upper: float = 0.12
    from_lower: float = 0.10
    most_kept: float = 0.2
    least_seen: float = 0.15
    narrowest: float = 0.50
    widest: float = 0.80
    apart: float = 0.03
    reach: float = 0.15
    rise: float = 0.045
    prior: float = 3.0
    weakest: float = 0.15
    coarse: float = 0.03
    fine: float = 0.01
    around: int = 3
    overread: float = 1.05

    @cached_property
    def normals(self) -> FloatArray:
        """Normals of both flanks, shape (flanks, places, 2)."""
        angles = np.radians(np.linspace(*self.flank, self.places))
        flanks = [np.stack([sign * np.cos(angles), np.sin(angles)], axis=-1) for sign in (1, -1)]
        return np.stack(flanks)

    @property
    def radii(self) -> FloatArray:
        """Radii that are tried all over the reach."""
        return np.arange(self.narrowest, self.widest, self.apart)


def refine_irises(
    photo: Pixels,
    pose: Pose,
    canonical: Canonical,
    plane: FloatArray,
    search: IrisSearch,
    patches: Sequence[EyePatch] | None = None,
) -> Refined:
    """Move both irises onto the circles that the photo shows, equally wide.

    An eye that shows none keeps the mesh's iris, less the mesh's average error.

    Parameters
    ----------
    photo, pose, canonical, plane
        As for `asymmetry.extract.edges.brows.refine_brows`, the lids on their margins.
    search : IrisSearch
        Where irises are looked for.
    patches : sequence of EyePatch, optional
        The output of `draw_eyes`, where it is there already.

    Returns
    -------
    Refined
        Both sides are treated by the same code, so a mirrored photo gives mirrored irises.
    """
    patches = patches or draw_eyes(photo, pose, canonical, plane, search)
    eyes = [
        _Eye.of(patch, pose, canonical, plane, side, search)
        for patch, side in zip(patches, SIDES, strict=True)
    ]
    found = _find_irises(eyes, search) or _Circles([None for _ in eyes], eyes[0].radius)
    rings = []
    for eye, centre, side in zip(eyes, found.centres, SIDES, strict=True):
        outwards = np.array([-1.0 if side == "right" else 1.0, 1.0])
        ring = (0.0 if centre is None else centre) + found.radius * outwards * list(_RING.values())
        rings.append(eye.view.to_photo(ring))
    plane = plane.copy()
    numbers = [MEDIAPIPE_478.of(side, tuple(_RING)) for side in SIDES]
    plane[numbers] = _flat(np.array(rings), pose, canonical)
    return Refined(
        plane, {side: at is not None for side, at in zip(SIDES, found.centres, strict=True)}
    )


def draw_eyes(
    photo: Pixels, pose: Pose, canonical: Canonical, plane: FloatArray, search: IrisSearch
) -> list[EyePatch]:
    """The patch of each eye, in the order of `SIDES`; of the points it takes the mesh's irises alone."""
    step = search.step
    across = np.arange(-search.across, search.across + step / 2, step)
    up = np.arange(-search.down, search.up + step / 2, step)
    radius = _mesh_radius(plane, pose) / search.overread
    patches = []
    for side in SIDES:
        centre = plane[MEDIAPIPE_478.of(side, ("iris_centre",))[0]] + np.array([0.0, search.rise])
        view = View.of(pose, canonical, centre)
        light = light_at(photo, view.grid_to_photo(across, up))
        patches.append(EyePatch(view, radius, _steps(light, search)))
    return patches


def _flat(rings: FloatArray, pose: Pose, canonical: Canonical) -> FloatArray:
    """Canonical x, y (eyes, points, 2) of irises in the photo, as deep as the surface is at their centres.

    The centres are the first points.
    """
    centres = pose.unproject(rings[:, 0], canonical.depth_at)
    depth = np.repeat(canonical.depth_at(*centres.T), rings.shape[1])
    return pose.unproject(rings, lambda *_: depth)


class _Circles(NamedTuple):
    """Both irises: their centres, cm from the mesh's, or None where none is seen, and their radius."""

    centres: list[FloatArray | None]
    radius: float


@dataclass(frozen=True)
class _Fit:
    """Circles of each radius in one eye: how well they show, and whether the best one is an iris.

    ``shown`` has shape (radii, up, across); ``value``, that of the best circle, and ``clear`` (radii,).
    """

    shown: FloatArray = field(repr=False)
    value: FloatArray
    clear: Mask
    start: FloatArray
    step: float

    def centre(self, radius: int) -> FloatArray:
        """Centre of the best circle of a radius, by its number, between the places that were tried."""
        shown = self.shown[radius]
        row, column = np.unravel_index(shown.argmax(), shown.shape)
        between = vertex(shown[row], int(column)), vertex(shown[:, column], int(row))
        place = np.array([column, row]) - len(shown) // 2 + between
        return np.asarray(self.start + place * self.step)


@dataclass(frozen=True)
class _Eye:
    """One eye: its `EyePatch`, and the margins of both lids, x and y from point to point.

    Lengths are cm at the eye, from the mesh's iris, less its mean errors.
    """

    settings: IrisSearch
    view: View
    radius: float
    lids: tuple[FloatArray, FloatArray] = field(repr=False)
    steps: npt.NDArray[np.float32] = field(repr=False)

    @classmethod
    def of(
        cls,
        patch: EyePatch,
        pose: Pose,
        canonical: Canonical,
        plane: FloatArray,
        side: Side,
        settings: IrisSearch,
    ) -> _Eye:
        """The eye of one side, with the lids that the points have."""
        view, radius, steps = patch
        margins = [
            view.to_eye(places(pose, canonical, plane[margin_numbers(side, lid)])) for lid in _LIDS
        ]
        lids = [line[np.argsort(line[:, 0])].T for line in margins]
        return cls(settings, view, radius, (lids[0], lids[1]), steps)

    @property
    def opening(self) -> float:
        """How far the eye is open over the iris's centre, cm."""
        upper, lower = self.lids
        return max(float(np.interp(0.0, *upper)) - float(np.interp(0.0, *lower)), 0.0)

    def search(
        self, radii: FloatArray, start: FloatArray, steps: int, step: float, weights: FloatArray
    ) -> _Fit:
        """The best circle of each radius whose centre lies up to ``steps`` from ``start`` either way."""
        axis = np.arange(-steps, steps + 1) * step
        across, up = start[:, None] + axis
        # Each step counts by how far it leads outwards along its normal; parts behind a lid don't count.
        seen = np.flatnonzero(weights) if weights.any() else slice(None)
        normals = self.settings.normals.reshape(-1, 2)[seen]
        outwards = (normals * weights.ravel()[seen, None]).astype(np.float32).ravel()
        clear = self._steps_at(across, up, radii, normals) @ outwards
        shown = clear - self.settings.prior * (across**2 + up[:, None] ** 2)
        flat = shown.reshape(len(radii), -1)
        rows, columns = np.divmod(flat.argmax(axis=1), len(axis))
        inside = (np.abs(np.stack([rows, columns]) - steps) < steps).all(axis=0)
        # Where a circle was found already, a finer one at the end of the searched range is one still.
        found = inside | (step <= self.settings.fine)
        value = flat.max(axis=1)
        return _Fit(shown, value, found & (value > self.settings.weakest), start, step)

    def weights(self, centre: FloatArray, radius: float) -> FloatArray:
        """The weight of each place of the flanks, (flanks, places): both flanks alike, nothing behind a lid.

        It is told for one circle and kept for those around it: told for each, it would favour circles that
        hide where they do not fit. All 0 where too little of a flank is seen.
        """
        settings, normals = self.settings, self.settings.normals
        at = centre + radius * normals
        upper, lower = self.lids
        below, above = np.interp(at[..., 0], *upper), np.interp(at[..., 0], *lower)
        most = settings.most_kept * self.opening
        low = above + min(settings.from_lower, most)
        high = below - min(settings.from_upper, most)
        seen = (at[..., 1] < high) & (at[..., 1] > low)
        count = seen.sum(axis=-1, keepdims=True)
        enough = (count >= settings.least_seen * settings.places).all()
        return np.where(seen & enough, 1 / (len(normals) * np.maximum(count, 1)), 0.0)

    def _steps_at(
        self, across: FloatArray, up: FloatArray, radii: FloatArray, normals: FloatArray
    ) -> npt.NDArray[np.float32]:
        """The steps on the flanks of circles: (radii, up, across, steps in the order of the normals)."""
        settings = self.settings
        ring = radii[:, None, None] * normals.T[:, None, None]
        columns = ((across[:, None] + ring[0] + settings.across) / settings.step).astype(np.float32)
        rows = ((up[:, None] + ring[1] + settings.down) / settings.step).astype(np.float32)
        shape = (len(radii), len(up), len(across), len(normals))
        columns = np.broadcast_to(columns[:, None], shape).reshape(-1, shape[-1])
        rows = np.broadcast_to(rows[:, :, None], shape).reshape(-1, shape[-1])
        found = cv2.remap(
            self.steps, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(found, dtype=np.float32).reshape(*shape[:-1], -1)


def _steps(light: npt.NDArray[np.float32], settings: IrisSearch) -> npt.NDArray[np.float32]:
    """Steps of light across and up over the width of a limbus, shape (rows, columns, 2)."""
    step, sigma = settings.step, settings.sigma
    smooth = cv2.GaussianBlur(light, (0, 0), sigma / step)
    across = cv2.Sobel(smooth, cv2.CV_32F, 1, 0, ksize=1, scale=0.5 / step)
    up = cv2.Sobel(smooth, cv2.CV_32F, 0, 1, ksize=1, scale=0.5 / step)
    # A sharp step of height one, blurred by sigma, has its steepest slope of 1 / (sigma sqrt(2 pi)) there.
    return np.dstack([across, up]) * np.float32(sigma * np.sqrt(2 * np.pi))


def _find_irises(eyes: list[_Eye], search: IrisSearch) -> _Circles | None:
    """The irises that the photo shows.

    Looked for all over the reach, by the visible parts of the mesh's irises; then again, by those of the
    irises found; then finely around these.
    """
    nowhere: list[FloatArray | None] = [np.zeros(2) for _ in eyes]
    found: _Circles | None = _Circles(nowhere, eyes[0].radius)
    for _ in range(2):
        steps = round(search.reach / search.coarse)
        found = found and _best(eyes, found, nowhere, search.radii, steps, search.coarse)
    if found is None:
        return None
    offsets = np.arange(-search.around, search.around + 1) * search.fine
    radii = np.asarray(found.radius + offsets, dtype=np.float64)
    return _best(eyes, found, found.centres, radii, search.around, search.fine)


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
    centres = [fit.centre(best) if fit is not None and fit.clear[best] else None for fit in fits]
    return _Circles(centres, float(radii[best] + vertex(value, best) * (radii[1] - radii[0])))


def _mesh_radius(plane: FloatArray, pose: Pose) -> float:
    """Mean of both irises, as the mesh has them, as wide as they look."""
    ends = (plane[list(MEDIAPIPE_478.pairs[name]), 0] for name in ("iris_medial", "iris_lateral"))
    return float(np.abs(np.subtract(*ends)).mean() / 2 * np.hypot(*pose.rotation[:2, 0]))
