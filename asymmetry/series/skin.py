"""The skin of a series: the bruises that were followed over its days, and the findings that they make."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from asymmetry.core.notes import Note
from asymmetry.core.records import Record
from asymmetry.series.finding import Days, Finding
from asymmetry.series.swelling import SwellingCourse

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
    pictures : tuple of ndarray of uint8, d
        Both halves of the face, as of `asymmetry.tissue.picture.SkinPicture`.
    """

    day: npt.NDArray[np.float64]
    photos: tuple[str, ...]
    expression: str
    bruises: tuple[BruiseCourse, ...]
    swellings: tuple[SwellingCourse, ...] = ()
    baseline: str = ""
    pictures: tuple[npt.NDArray[np.uint8], ...] = field(default=(), repr=False)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """The bruises, then the swellings, as findings: against none."""
        bruises = [_tell_bruise(each, self) for each in self.told_bruises]
        return (*bruises, *(_tell_swelling(each, self) for each in self.swellings))

    @property
    def told_bruises(self) -> tuple[BruiseCourse, ...]:
        """The bruises without those that are marks that were always there."""
        return tuple(each for each in self.bruises if is_bruise(each) is not False)


#: The skin of a series of which it was not read.
NO_SKIN = SkinDays(np.empty(0), (), "", ())


def is_bruise(course: BruiseCourse) -> bool | None:
    """Whether a course is that of a bruise; None where that can't be told yet.

    Against a photo of before it is one. Against the other side a mark that was always there looks alike, but
    does not fade.

    Parameters
    ----------
    course : BruiseCourse
        Of a series.
    """
    if course.against == "baseline" or course.fades:
        return True
    if course.is_mole or float(course.day[-1]) - course.first_day > MARK_DAYS:
        return False
    return None


def _tell_bruise(course: BruiseCourse, skin: SkinDays) -> Finding:
    worst = course.largest
    area, latest = float(course.area_mm2[worst]), _latest(course)
    now, on_latest = float(course.area_mm2[latest]), float(course.day[latest])
    days = Days(
        first=course.first_day,
        worst=float(course.day[worst]),
        last=course.last_day,
        latest=on_latest,
        gone=course.gone_by,
    )
    return Finding(
        kind="bruise" if is_bruise(course) else "bruise or mark",
        part=course.region,
        side=course.side,
        measure=BRUISE,
        expression=skin.expression,
        unit="mm2",
        before=0.0,
        worst=area,
        now=now,
        regained=1 - now / area,
        error=_WITHIN * float(course.area_sd_mm2[worst]),
        noticeable=(),
        days=days,
        photos=(_names(skin.baseline), _names(skin.photos[worst]), _names(skin.photos[latest])),
        notes=(Note("bruise_by_mirror"),) if course.against == "mirror" else (),
    )


def _latest(course: BruiseCourse) -> int:
    """Number of the latest day on which its place is seen."""
    return int(np.flatnonzero(np.isfinite(course.depth_de))[-1])


def _names(photo: str) -> tuple[str, ...]:
    return (photo,) if photo else ()


def _tell_swelling(course: SwellingCourse, skin: SkinDays) -> Finding:
    there = np.flatnonzero(course.there)
    worst = int(there[np.argmax(course.value[there])])
    most, now = float(course.value[worst]), float(course.value[-1])
    days = Days(
        first=float(course.day[there[0]]),
        worst=float(course.day[worst]),
        last=float(course.day[there[-1]]),
        latest=float(course.day[-1]),
        gone=course.gone_by,
    )
    return Finding(
        kind="swelling",
        part=course.region,
        side=course.side,
        measure=SWELLING,
        expression=skin.expression,
        unit="mm",
        before=0.0,
        worst=most,
        now=now,
        regained=min(1 - now / most, 1.0),
        error=_WITHIN * float(course.sd[worst]),
        noticeable=(),
        days=days,
        photos=(_names(skin.baseline), course.photos[worst], course.photos[-1]),
    )
