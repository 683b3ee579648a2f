"""A painted bruise over days, through `asymmetry series`: when it is gone, its hues, and quiet people."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from asymmetry import Extractor, Series
from asymmetry.core.arrays import Pixels
from asymmetry.core.schemes import Side
from asymmetry.synthetic.bruise import Bruise, paint_bruise
from asymmetry.synthetic.retake import Sitter, prepare_sitter, retake_photo
from asymmetry.synthetic.setting import HOME, draw_occasion, draw_photo
from asymmetry.tissue.days import BruiseCourse
from benchmarks.fidelity import photos, tables
from benchmarks.skin.light import CASTS, Light, light_photo
from benchmarks.skin.making import HUE_CLASS, Person, read_people

__all__ = ["COURSE", "CourseScore", "bruise_on", "follow_painted"]

#: Days after the treatment on which a photo is taken; three before it.
DAYS = (-6, -3, -1, 0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16)
#: A bruise as it is on some days: its hue, CIEDE2000 and area, mm². In between they are drawn evenly.
COURSE = {
    0: ("red", 10.0, 120.0),
    2: ("blue", 10.0, 180.0),
    4: ("green", 8.0, 250.0),
    6: ("yellow", 6.0, 250.0),
    14: ("yellow", 0.0, 250.0),
}
#: The painted bruise is gone on this day; and its CIEDE2000 is less than can be seen by then.
GONE = 14.0


@dataclass(frozen=True)
class CourseScore:
    """A painted course as it was read.

    Attributes
    ----------
    found : bool
        The bruise was found, on its side.
    gone_by : float
        The first day on which it is told gone.
    hues : int
        Days on which it had its painted hue, of those on which a hue was told.
    told : int
        Days on which a hue was told.
    in_order : bool
        The hues came in their order.
    others : int
        Bruises that are told and were not painted.
    """

    found: bool
    gone_by: float
    hues: int
    told: int
    in_order: bool
    others: int


def bruise_on(day: float, bruise: Bruise) -> Bruise | None:
    """A bruise as it is on a day; None before and after."""
    known = sorted(COURSE)
    if not known[0] <= day < GONE:
        return None
    hue = COURSE[max(each for each in known if each <= day)][0]
    sizes = np.array([COURSE[each][1:] for each in known])
    depth, area = (float(np.interp(day, known, column)) for column in sizes.T)
    return replace(bruise, hue=hue, delta_e=depth, area_mm2=area)


def follow_painted(
    person: Person,
    bruise: Bruise | None,
    rng: np.random.Generator,
    extractor: Extractor,
    *,
    before: bool = True,
) -> tuple[Series, CourseScore]:
    """Photograph a person day by day, paint the bruise of each day, and read the folder as a series.

    Parameters
    ----------
    person : Person
        The person.
    bruise : Bruise or None
        Its place, side and outline; None for a person without one.
    rng : numpy.random.Generator
        Draws the light, the pose and the camera of each day.
    extractor : Extractor
        Reads the photos.
    before : bool
        There are photos of before the treatment.
    """
    sitter = prepare_sitter(person.pixels, person.landmarks)
    with tempfile.TemporaryDirectory() as folder:
        for day in DAYS if before else DAYS[3:]:
            pixels = _photograph(person, sitter, day, bruise, rng)
            quality = int(rng.integers(78, 93))
            Image.fromarray(pixels).save(Path(folder) / _name(day), quality=quality)
        made = Series.from_folder(folder, treated_on=_ZERO, extractor=extractor, measure_skin=True)
    return made, _score(made, bruise)


_ZERO = "2026-03-09"


def _name(day: int) -> str:
    return f"{np.datetime64(_ZERO) + np.timedelta64(day, 'D')} rest.jpg"


def _photograph(
    person: Person, sitter: Sitter, day: float, bruise: Bruise | None, rng: np.random.Generator
) -> Pixels:
    taken = replace(
        draw_photo(HOME, rng, draw_occasion(HOME, rng)),
        canthi_px=float(rng.uniform(220, 300)),
        light=float(rng.uniform(0, 0.5)),
        light_from_deg=float(rng.choice([90, 270]) + rng.uniform(-50, 50)),
        light_off_deg=float(rng.uniform(0, 50)),
        jpeg=0,
    )
    made = retake_photo(sitter, taken)
    now = bruise and bruise_on(day, bruise)
    pixels = made.pixels
    if now is not None:
        pixels = _paint(pixels, made.points, person, now)
    cast = CASTS[rng.integers(len(CASTS))]
    return light_photo(pixels, person.picture, Light(cast=cast, jpeg=0))


def _paint(
    pixels: Pixels, points: npt.NDArray[np.floating], person: Person, bruise: Bruise
) -> Pixels:
    """The bruise in a retaken photo."""
    canthi = list(person.landmarks.layout.pairs["outer_canthus"])
    old = np.linalg.norm(np.subtract(*person.landmarks.points[0, canthi, :2]))
    new = np.linalg.norm(np.subtract(*points[canthi]))
    flat = np.concatenate([points, np.zeros((len(points), 1))], axis=1)[None].astype(np.float32)
    height, width = pixels.shape[:2]
    landmarks = replace(
        person.landmarks,
        points=flat,
        size=np.array([[width, height]]),
        focal_px=np.array([np.nan]),
    )
    scale = person.mm_per_px * float(old / new)
    return paint_bruise(pixels, landmarks, bruise, mm_per_px=scale).pixels


def _score(series: Series, bruise: Bruise | None) -> CourseScore:
    courses = series.skin_days.told_bruises if series.skin_days else ()
    own = [
        each
        for each in courses
        if bruise is not None and each.side == bruise.side and each.region == "cheek"
    ]
    if bruise is None or not own:
        return CourseScore(False, np.nan, 0, 0, False, len(courses))
    course = own[0]
    painted = [bruise_on(day, bruise) for day in course.day.tolist()]
    told = [
        (HUE_CLASS[true.hue], read)
        for true, read in zip(painted, course.hue, strict=True)
        if true is not None and read
    ]
    return CourseScore(
        found=True,
        gone_by=course.gone_by,
        hues=sum(true == read for true, read in told),
        told=len(told),
        in_order=_in_order(course),
        others=len(courses) - 1,
    )


def _in_order(course: BruiseCourse) -> bool:
    """Whether hues came in the order of a painted course, each of them once."""
    order = [HUE_CLASS[hue] for hue, _, _ in COURSE.values()]
    seen = [order.index(hue) for hue in course.hue if hue]
    return seen == sorted(seen)


def main() -> None:
    """Follow painted and quiet courses of people on whom nothing was tuned, and write the table."""
    people = read_people(photos.london(tuning=False))
    rng, rows = np.random.default_rng(SEED), [HEAD]
    with Extractor() as extractor:
        for before in (True, False):
            painted, quiet = [], []
            for person in people:
                side: Side = "right" if rng.random() < _HALF else "left"
                bruise = Bruise(side, 4.2, -1.6, 120, 10, seed=int(rng.integers(1000)))
                how = {"before": before}
                painted.append(follow_painted(person, bruise, rng, extractor, **how)[1])
                quiet.append(follow_painted(person, None, rng, extractor, **how)[1])
            rows.append(_row(painted, quiet, before=before))
    said = f"`python -m benchmarks.skin.course`: {len(people)} people, a bruise on a cheek, 12 days"
    tables.write_table("skin_series", said, rows)
    print(tables.markdown(rows))


SEED = 29
_HALF = 0.5
HEAD = [
    "compared with",
    "found, on its side",
    "gone within 2 days of the truth",
    "hue right, of days on which it is told",
    "hues in order",
    "another bruise told beside it",
    "quiet people: a bruise told",
]


def _row(painted: list[CourseScore], quiet: list[CourseScore], *, before: bool) -> list[str]:
    found = [each for each in painted if each.found]
    gone = [abs(each.gone_by - GONE) <= 2 for each in found]
    hues, told = (sum(getattr(each, name) for each in found) for name in ("hues", "told"))
    return [
        "a photo of before" if before else "the other side",
        f"{len(found)} of {len(painted)}",
        f"{sum(gone)} of {len(found)}",
        f"{hues} of {told}",
        f"{sum(each.in_order for each in found)} of {len(found)}",
        f"{sum(each.others > 0 for each in painted)} of {len(painted)}",
        f"{sum(each.others > 0 for each in quiet)} of {len(quiet)}",
    ]


if __name__ == "__main__":
    main()
