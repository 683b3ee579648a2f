"""Bruises over days: those of all days put together by their place, and each followed at that place."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray, Mask
from asymmetry.core.records import Record
from asymmetry.core.schemes import SIDES, Side
from asymmetry.tissue.atlas import REGIONS
from asymmetry.tissue.bruises import Bruises
from asymmetry.tissue.density import Density, load_grid
from asymmetry.tissue.following import Followed, follow_patch
from asymmetry.tissue.outline import grow
from asymmetry.tissue.patches import MOLE_DE, MOLE_MM2, Patch

__all__ = ["BruiseCourse", "find_returns", "follow_bruises"]

#: Patches nearer to each other than this are one bruise, mm: a core and its rim, or a bruise that spreads.
_NEAR_MM = 3
#: A bruise that is not found again is seen at its place from this CIEDE2000 on, and beyond its error. The two
#: sides' own colours differ by nearly as much.
_SEEN_DE = {"baseline": 1.5, "mirror": 2.0}
#: A bruise has faded if the mean of so many latest days is below this part of the first half of its days.
_FADED, _LATEST = 0.6, 2
#: Error of the area of a bruise that is too faint to be found again, as a share of it.
_FAINT = 0.3
#: A bruise that was found on one day alone has to stand out so many times as far as where a patch begins.
_ONCE = 1.5
#: What is not there on so many photos in a row, or in one within so many days, had gone: it is another one.
_GONE_PHOTOS, _GONE_DAYS = 2, 14.0
#: Hues in which bruises begin. What is there again in another within those days was covered, as by make-up.
_FRESH = ("red-purple", "blue")
#: A bruise lasts longer than this, days: a patch that the next photo within them does not show was a shadow.
_LASTS = 3.0


@dataclass(frozen=True, eq=False)
class BruiseCourse(Record):
    """One bruise over days; arrays have one element for each day with a photo.

    Attributes
    ----------
    side : {"right", "left"}
        The patient's side.
    region : str
        The region in which most of it lies on the day on which it is largest, of
        `asymmetry.tissue.atlas.REGIONS`.
    day : ndarray, shape (d,)
        Days, rising.
    found : ndarray of bool, shape (d,)
        It was found on that day without knowing of the other days.
    area_mm2, area_sd_mm2 : ndarray, shape (d,)
        Its area, and the standard deviation of that; 0 where it is gone, NaN where its place is not seen.
    depth_de, depth_sd_de : ndarray, shape (d,)
        Its mean CIEDE2000 against the skin without it.
    hue : tuple of str, d
        Its hue; empty where it is too faint to have one.
    reach_mm : ndarray, shape (d,)
        Distance of its farthest point from its middle on the first day on which it was found; NaN where it
        was not found.
    against : {"mirror", "baseline"}
        Compared with the other side, or with a photo without it.
    mask : ndarray of bool, shape (h, w)
        Its place, on the day on which it is largest.
    masks : ndarray of bool, shape (d, h, w)
        Its place on each day; nowhere on days on which it was not found.
    mm_per_cm : float
        Millimetres of this face per cm of the atlas.
    evidence : ndarray of float32, shape (d, h, w)
        How far each pixel of its side stands out on each day; 1 is where a bruise begins.
    """

    side: Side
    region: str
    day: FloatArray
    found: Mask
    area_mm2: FloatArray
    area_sd_mm2: FloatArray
    depth_de: FloatArray
    depth_sd_de: FloatArray
    hue: tuple[str, ...]
    reach_mm: FloatArray
    against: str
    mask: Mask = field(repr=False)
    masks: Mask = field(repr=False)
    mm_per_cm: float
    evidence: npt.NDArray[np.floating[Any]] = field(repr=False)

    @property
    def largest(self) -> int:
        """Number of the day, of those on which it was found, on which its area is largest."""
        return int(np.argmax(np.where(self.found, self.area_mm2, -1.0)))

    @property
    def first_day(self) -> float:
        """The first day on which it was found."""
        return float(self.day[self.found][0])

    @property
    def last_day(self) -> float:
        """The last day on which it is seen."""
        return float(self.day[self.is_there][-1])

    @property
    def gone_by(self) -> float:
        """The first day from which on it is not seen any more; NaN while it lasts."""
        later = np.isfinite(self.depth_de) & (self.day > self.last_day)
        return float(self.day[later][0]) if later.any() else math.nan

    @property
    def fades(self) -> bool:
        """Whether it became fainter: a mark that was always there, such as a birthmark, does not."""
        depth = self.depth_de[np.isfinite(self.depth_de) & (self.day >= self.first_day)]
        first, latest = depth[: max(len(depth) // 2, 1)], depth[-_LATEST:]
        return bool(latest.mean() < _FADED * np.median(first))

    @property
    def is_mole(self) -> bool:
        """Whether it is small and deep on most days, as moles are."""
        area = np.median(self.area_mm2[self.found])
        depth = np.median(self.depth_de[self.found])
        return bool(area < MOLE_MM2 and depth > MOLE_DE)

    @property
    def is_there(self) -> Mask:
        """The days on which it is found or seen at its place, shape (d,)."""
        return np.asarray(self.found | (self.area_mm2 > 0))


def follow_bruises(
    day: npt.ArrayLike, photos: Sequence[tuple[Density, Bruises]], before: Density | None = None
) -> tuple[BruiseCourse, ...]:
    """The bruises of a person's photos over days.

    Patches of all days that touch each other are one bruise. It is then read at its place on every day, also
    on those on which it would not be found again.

    Parameters
    ----------
    day : array_like, shape (d,)
        Days, rising, one photo each.
    photos : sequence of (Density, Bruises), d
        The photos, and the bruises in each.
    before : Density, optional
        The photo without bruises that they were compared with.

    Returns
    -------
    tuple of BruiseCourse
        The largest first. A patch of one day among several that hardly stands out is none.

    Examples
    --------
    >>> follow_bruises([], [])
    ()
    """
    days = np.asarray(day, dtype=np.float64)
    densities = [density for density, _ in photos]
    patches = [(number, patch) for number, (_, each) in enumerate(photos) for patch in each.patches]
    evidence = np.array([each.evidence for _, each in photos])
    made = [
        each
        for group in _group(patches)
        if _is_sure(group, days)
        for each in _split_episodes(_follow(days, densities, before, group, evidence))
    ]
    return tuple(sorted(made, key=lambda each: -float(np.nanmax(each.area_mm2))))


def find_returns(day: FloatArray, there: Mask, seen: Mask) -> list[int]:
    """Numbers of the days on which something that had gone is there again.

    Parameters
    ----------
    day : ndarray, shape (d,)
        Days, rising.
    there, seen : ndarray of bool, shape (d,)
        Whether it is there, and whether its place is seen.

    Examples
    --------
    >>> there = np.array([True, False, False, True])
    >>> find_returns(np.arange(4.0), there, np.ones(4, dtype=bool))
    [3]
    """
    days, found = np.flatnonzero(there), []
    for last, number in zip(days[:-1].tolist(), days[1:].tolist(), strict=True):
        gone = int((seen & ~there)[last:number].sum())
        long = day[number] - day[last] >= _GONE_DAYS
        if gone >= _GONE_PHOTOS or (gone and long):
            found.append(number)
    return found


def _split_episodes(course: BruiseCourse) -> list[BruiseCourse]:
    """The course; one of each time that a bruise at its place came, where it had gone in between."""
    there = course.is_there
    starts = [
        start
        for start in find_returns(course.day, there, np.isfinite(course.depth_de))
        if course.hue[start] in _FRESH
        or course.day[start] - course.day[:start][there[:start]][-1] >= _GONE_DAYS
    ]
    number, made = np.arange(len(course.day)), []
    for first, end in zip([0, *starts], [*starts, len(number)], strict=True):
        own = (number >= first) & (number < end)
        made.append(
            replace(
                course,
                found=course.found & own,
                area_mm2=np.where(own, course.area_mm2, 0.0),
                area_sd_mm2=np.where(own, course.area_sd_mm2, 0.0),
                hue=tuple(hue if mine else "" for hue, mine in zip(course.hue, own, strict=True)),
                masks=course.masks & own[:, None, None],
                depth_de=np.where(own, course.depth_de, np.nan),
                depth_sd_de=np.where(own, course.depth_sd_de, np.nan),
                reach_mm=np.where(own, course.reach_mm, np.nan),
            )
        )
    return made if starts else [course]


_Found = tuple[int, Patch]


def _group(patches: Sequence[_Found]) -> list[list[_Found]]:
    """Patches of one side that touch each other, on whichever days."""
    groups: list[tuple[Mask, list[_Found]]] = []
    for number, patch in patches:
        wide = grow(patch.mask, _NEAR_MM)
        touched = [
            each for each in groups if each[1][0][1].side == patch.side and (each[0] & wide).any()
        ]
        mask, members = patch.mask.copy(), [(number, patch)]
        for group in touched:
            mask |= group[0]
            members = [*group[1], *members]
        groups = [each for each in groups if not any(each is one for one in touched)]
        groups.append((mask, members))
    return [members for _, members in groups]


def _is_sure(group: Sequence[_Found], days: FloatArray) -> bool:
    seen = {number for number, _ in group}
    if len(days) < 2 or len(seen) > 1:
        return True
    later = days[min(seen) + 1 :]
    lasts = not len(later) or float(later[0] - days[min(seen)]) > _LASTS
    return lasts and max(patch.strength for _, patch in group) > _ONCE


def _follow(
    days: FloatArray,
    photos: Sequence[Density],
    before: Density | None,
    group: Sequence[_Found],
    evidence: npt.NDArray[np.floating[Any]],
) -> BruiseCourse:
    by_day = [[patch for number, patch in group if number == i] for i in range(len(days))]
    areas = [sum(patch.area_mm2 for patch in each) for each in by_day]
    largest = by_day[int(np.argmax(areas))]
    whole = _join(largest)
    against = "mirror" if before is None else "baseline"
    read = []
    for number, (each, photo) in enumerate(zip(by_day, photos, strict=True)):
        if each:
            read.append(_read_found(each))
            continue
        place = _join(by_day[_nearest(days, by_day, number)])  # a bruise sinks
        read.append(_read_faint(follow_patch(place, photo, before), place, against))
    first = next(each for each in by_day if each)
    return BruiseCourse(
        side=whole.side,
        region=whole.region,
        day=days,
        found=np.array([bool(each) for each in by_day]),
        area_mm2=_once_gone(by_day, np.array([each.area for each in read])),
        area_sd_mm2=np.array([each.area_sd for each in read]),
        depth_de=np.array([each.depth for each in read]),
        depth_sd_de=np.array([each.depth_sd for each in read]),
        hue=tuple(each.hue for each in read),
        reach_mm=np.array([_reach(each, _join(first)) for each in by_day]),
        against=against,
        mask=whole.mask,
        masks=np.array([_place_of(each) for each in by_day]),
        mm_per_cm=whole.mm_per_cm,
        evidence=evidence[:, SIDES.index(whole.side)],
    )


def _nearest(days: FloatArray, by_day: Sequence[Sequence[Patch]], number: int) -> int:
    """Number of the nearest day on which it was found."""
    known = [other for other, found in enumerate(by_day) if found]
    return min(known, key=lambda other: abs(days[other] - days[number]))


def _once_gone(by_day: Sequence[Sequence[Patch]], area: FloatArray) -> FloatArray:
    """Areas in which a bruise that is gone stays gone, unless it is found again."""
    last = max(number for number, found in enumerate(by_day) if found)
    over = np.arange(len(area)) > last
    gone = np.logical_or.accumulate(over & (area == 0))
    return np.where(gone & np.isfinite(area), 0.0, area)


def _join(patches: Sequence[Patch]) -> Patch:
    """Patches of one day as one: the place of all, in the region where most of it lies."""
    parts = np.sum([patch.parts for patch in patches], axis=0)
    return replace(
        patches[0],
        mask=_place_of(patches),
        parts=parts,
        region=REGIONS[int(np.argmax(parts))],
        area_mm2=float(parts.sum()),
    )


@dataclass(frozen=True)
class _Reading:
    """A bruise on one day."""

    area: float
    area_sd: float
    depth: float
    depth_sd: float
    hue: str


def _read_found(found: Sequence[Patch]) -> _Reading:
    """As it was found on the day."""
    areas = np.array([patch.area_mm2 for patch in found])
    depths = np.array([patch.depth_de for patch in found])
    sds = np.array([patch.area_sd_mm2 for patch in found])
    largest = found[int(np.argmax(areas))]
    return _Reading(
        area=float(areas.sum()),
        area_sd=float(np.linalg.norm(sds)),
        depth=float(areas @ depths / areas.sum()),
        depth_sd=largest.depth_sd_de,
        hue=largest.hue,
    )


def _read_faint(followed: Followed, whole: Patch, against: str) -> _Reading:
    """As it was read at its known place, on a day on which it was not found."""
    known = followed.depth_de, followed.depth_sd_de
    if math.isnan(followed.depth_de):
        return _Reading(math.nan, math.nan, *known, "")
    if followed.is_gone or followed.depth_de < _SEEN_DE[against]:
        return _Reading(0.0, 0.0, *known, "")
    area = min(followed.area_mm2, whole.area_mm2)
    return _Reading(area, _FAINT * area, *known, followed.hue)


def _place_of(patches: Sequence[Patch]) -> Mask:
    """The pixels of any of the patches."""
    nowhere = np.zeros(load_grid().skin.shape, bool)
    return np.asarray(np.any([nowhere, *(patch.mask for patch in patches)], axis=0))


def _reach(found: Sequence[Patch], first: Patch) -> float:
    """Distance of the farthest point from the middle of the first day's place, mm."""
    if not found:
        return math.nan
    place: npt.NDArray[Any] = load_grid().place * first.mm_per_cm
    away = place[_place_of(found)] - place[first.mask].mean(axis=0)
    return float(np.hypot(away[:, 0], away[:, 1]).max())
