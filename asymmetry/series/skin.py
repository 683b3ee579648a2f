"""The skin of a series: the bruises that were followed over its days, and the findings that they make."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import numpy.typing as npt

from asymmetry.core.notes import Note
from asymmetry.core.records import Record
from asymmetry.series.finding import Days, Finding, Kind
from asymmetry.series.sites import FromSite, nearest_site
from asymmetry.series.swelling import SwellingCourse
from asymmetry.series.treatments import Treatment, sites_by

if TYPE_CHECKING:
    from asymmetry.tissue.days import BruiseCourse

__all__ = ["BRUISE", "MARK_DAYS", "NO_SKIN", "SWELLING", "SkinDays", "is_bruise"]

#: The measures of findings about the skin.
BRUISE, SWELLING = "bruise_area", "swelling"
#: A mark that has not faded in so many days was always there: bruises last for one to three weeks, and fade.
MARK_DAYS = 14.0
#: Standard deviations of the error that is printed: 95 %.
_WITHIN = 1.96


@dataclass(frozen=True, eq=False)
class SkinDays(Record):
    """The skin of a series, one photo a day: the one in which most of it is seen.

    Attributes
    ----------
    day : ndarray, shape (d,)
        Days, rising.
    photos : tuple of str, d
        The names of the photos.
    expression : str
        The expression in them.
    bruises : tuple of BruiseCourse
        The bruises, the largest first.
    swellings : tuple of SwellingCourse
        The regions that were swollen on some day, against the baseline.
    baseline : str
        Name of the photo without bruises that the others were compared with, the latest of before the
        treatment; empty where the sides were compared with each other.
    treatments : tuple of Treatment
        In order of time, with their sites.
    pictures : tuple of ndarray of uint8, d
        Both halves of the face, as of `asymmetry.tissue.picture.SkinPicture`.
    swelling_maps : tuple of ndarray or None, d
        As of `asymmetry.tissue.swelling.Swelling`; None on days that could not be compared.
    unseen : tuple of str
        Regions in which bruises could not be judged on any day, on one side at least.
    """

    day: npt.NDArray[np.float64]
    photos: tuple[str, ...]
    expression: str
    bruises: tuple[BruiseCourse, ...]
    swellings: tuple[SwellingCourse, ...] = ()
    baseline: str = ""
    treatments: tuple[Treatment, ...] = ()
    pictures: tuple[npt.NDArray[np.uint8], ...] = field(default=(), repr=False)
    swelling_maps: tuple[npt.NDArray[np.float32] | None, ...] = field(default=(), repr=False)
    unseen: tuple[str, ...] = ()

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The bruises, then the swellings, as findings: against none."""
        bruises = [_tell_bruise(each, self) for each in self.told_bruises]
        return (*bruises, *(_tell_swelling(each, self) for each in self.swellings))

    @property
    def remarks(self) -> tuple[Note, ...]:
        """What was looked for and not found, and what could not be judged."""
        return tuple(_list_remarks(self))

    def site_of(self, course: BruiseCourse | SwellingCourse) -> FromSite | None:
        """The nearest site of the latest treatment before a course began; None where none is known.

        Parameters
        ----------
        course : BruiseCourse or SwellingCourse
            Of this series. A swelling is taken to be anywhere in its region.
        """
        sites = sites_by(course.first_day, self.treatments).sites
        if not sites:
            return None
        from asymmetry.tissue.atlas import REGIONS
        from asymmetry.tissue.density import load_grid

        grid = load_grid()
        if isinstance(course, SwellingCourse):
            region = grid.skin & (grid.region == REGIONS.index(course.region))
            return nearest_site(sites, region[None], grid.place, course.side)
        return nearest_site(sites, course.masks, grid.place, course.side, course.mm_per_cm)

    @property
    def told_bruises(self) -> tuple[BruiseCourse, ...]:
        """The bruises without those that are marks that were always there."""
        return tuple(each for each in self.bruises if is_bruise(each) is not False)


#: The skin of a series of which it was not read.
NO_SKIN = SkinDays(np.empty(0), (), "", ())


def is_bruise(course: BruiseCourse) -> bool | None:
    """Whether a course is that of a bruise; None where that can't be told yet.

    Against a photo from before it is one. Against the other side a mark that was always there looks alike,
    but does not fade.

    Parameters
    ----------
    course : BruiseCourse
        Of a series.
    """
    if course.against == "baseline" or course.fades:
        return True
    seen = course.day[np.isfinite(course.depth_de)]
    if course.is_mole or float(seen[-1]) - course.first_day > MARK_DAYS:
        return False
    return None


def _list_remarks(skin: SkinDays) -> Iterator[Note]:
    days = len(skin.day)
    if not days:
        yield Note("skin_not_judged")
        return
    if not skin.bruises and skin.baseline:
        yield Note("no_bruise_found", days=days)
    elif not skin.bruises:
        yield Note("no_bruise_by_mirror", days=days)
    if skin.unseen:
        yield Note("skin_never_seen", regions=skin.unseen)
    for each in skin.bruises:
        if is_bruise(each) is False:
            yield Note("mark_of_skin", side=each.side, region=each.region)
    measured = sum(each is not None for each in skin.swelling_maps)
    if not skin.baseline:
        yield Note("swelling_without_baseline")
    elif not measured:
        yield Note("swelling_never_measured")
    elif not skin.swellings:
        yield Note("no_swelling_found", days=measured)


def _tell_bruise(course: BruiseCourse, skin: SkinDays) -> Finding:
    worst, latest = course.largest, _latest(course)
    return _tell(
        skin,
        course,
        kind="bruise" if is_bruise(course) else "bruise or mark",
        size=_Size(
            measure=BRUISE,
            unit="mm2",
            worst=float(course.area_mm2[worst]),
            now=float(course.area_mm2[latest]),
            sd=float(course.area_sd_mm2[worst]),
        ),
        days=Days(
            first=course.first_day,
            worst=float(course.day[worst]),
            last=course.last_day,
            latest=float(course.day[latest]),
            gone=course.gone_by,
        ),
        photos=(_names(skin.photos[worst]), _names(skin.photos[latest])),
        notes=tuple(_list_doubts(course)),
    )


def _list_doubts(course: BruiseCourse) -> Iterator[Note]:
    if course.against == "mirror":
        yield Note("bruise_by_mirror")
    if np.isfinite(course.depth_de).sum() > course.found.sum() == 1:
        yield Note("bruise_of_one_day")


def _tell_swelling(course: SwellingCourse, skin: SkinDays) -> Finding:
    worst = course.largest
    return _tell(
        skin,
        course,
        kind="swelling",
        size=_Size(
            measure=SWELLING,
            unit="mm",
            worst=float(course.value[worst]),
            now=float(course.value[-1]),
            sd=float(course.sd[worst]),
        ),
        days=Days(
            first=course.first_day,
            worst=float(course.day[worst]),
            last=course.last_day,
            latest=float(course.day[-1]),
            gone=course.gone_by,
        ),
        photos=(course.photos[worst], course.photos[-1]),
    )


class _Size(NamedTuple):
    """A course's size: on the worst day with its standard deviation, and now."""

    measure: str
    unit: str
    worst: float
    now: float
    sd: float


def _tell(
    skin: SkinDays,
    course: BruiseCourse | SwellingCourse,
    *,
    kind: Kind,
    size: _Size,
    days: Days,
    photos: tuple[tuple[str, ...], tuple[str, ...]],
    notes: tuple[Note, ...] = (),
) -> Finding:
    """A course as a finding, with its distance from the treated sites."""
    return Finding(
        kind=kind,
        part=course.region,
        side=course.side,
        measure=size.measure,
        expression=skin.expression,
        unit=size.unit,
        before=0.0,
        worst=size.worst,
        now=size.now,
        regained=min(1 - size.now / size.worst, 1.0),
        error=_WITHIN * size.sd,
        noticeable=(),
        days=days,
        photos=(_names(skin.baseline), *photos),
        notes=(*notes, *_tell_sites(skin, course)),
    )


def _tell_sites(skin: SkinDays, course: BruiseCourse | SwellingCourse) -> Iterator[Note]:
    """How far from the treated sites it lies, and which of their words were not understood."""
    near = skin.site_of(course)
    if near is not None:
        of_region = isinstance(course, SwellingCourse)
        yield near.tell(of_region=of_region)
    unknown = sites_by(course.first_day, skin.treatments).unknown
    if unknown:
        yield Note("sites_unknown", sites=unknown)


def _latest(course: BruiseCourse) -> int:
    """Number of the latest day on which its place is seen."""
    return int(np.flatnonzero(np.isfinite(course.depth_de))[-1])


def _names(photo: str) -> tuple[str, ...]:
    return (photo,) if photo else ()
