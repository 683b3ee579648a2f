"""A series arranged as a `Sheet`: its courses by visit, with arrows where changes are called, and reasons."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from asymmetry.core.notes import Note
from asymmetry.core.schemes import SIDES, Side
from asymmetry.metrics import movement_catalogue
from asymmetry.metrics.eye import fissure_height
from asymmetry.metrics.headline import MORE_MOVEMENTS, MOVEMENT_HEADLINES, Headline
from asymmetry.series.change import Change, Sides
from asymmetry.series.course import Course
from asymmetry.series.finding import Finding
from asymmetry.series.history import History
from asymmetry.series.judging import is_of_another
from asymmetry.series.sheet import Arrow, Cell, Sheet, SheetRow, Visit
from asymmetry.series.skin import BRUISE, SkinDays

__all__ = ["make_sheet"]

#: The measures that are amounts, so that one side can be a percentage of the other: movements from rest, and
#: the opening between the lids. A height over the pupil line or a gap of 0 mm is none.
_AMOUNTS = {fissure_height.name, *(each.metric for each in MOVEMENT_HEADLINES.values())}
_SIGNS: Mapping[Side, int] = {"right": 1, "left": -1}
#: A side that went less than this part of a called difference's way has no arrow: the other one moved.
_OWN_PART = 0.25
#: The order of the rows: the face at rest, then the expressions from the brow down.
_ORDER = ("", *MOVEMENT_HEADLINES)


def make_sheet(series: History) -> Sheet:
    """Arrange a series by expression, measure and visit.

    Parameters
    ----------
    series : History
        The series.

    Returns
    -------
    Sheet
        Its rows are the courses that the series follows; an expression whose movement can't be told, because
        no photo at rest was measured, has a row without numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from dataclasses import replace
    >>> from asymmetry.synthetic import face
    >>> days = np.array(["2026-03-02", "2026-03-09"])
    >>> series = History.from_landmarks(replace(face(2, brow_right_mm=[0, -3]), taken=days))
    >>> sheet = make_sheet(series)
    >>> sheet.rows[0].part, [round(cell.right, 1) for cell in sheet.rows[0].cells]
    ('brow_height', [21.6, 18.6])
    """
    other = is_of_another(series.static.notes, "another_subject")
    others = set(series.static["photo"][other].tolist())
    entries = [each for each in series.timeline if math.isfinite(each.day)]
    entries = [each for each in entries if not others.issuperset(each.photos)]
    visits = tuple(Visit(each.day, each.date, each.phase, each.photos) for each in entries)
    changes = {(each.headline.name, each.expression): each for each in series.changes()}
    rows = [
        _make_row(sides, changes.get((sides.headline.name, sides.diff.expression)), series, visits)
        for sides in series.followed
    ]
    rows += _rows_without_rest(series, visits)
    rows += _bruise_rows(series, visits)
    return Sheet(visits, tuple(sorted(rows, key=_place)), series.affected)


def _place(row: SheetRow) -> int:
    if row.measure in movement_catalogue():
        return _ORDER.index(row.expression)
    return 0


def _bruise_rows(series: History, visits: Sequence[Visit]) -> Iterator[SheetRow]:
    """The area of all bruises, where the skin was read and one was found."""
    skin = series.skin_days
    if skin is not None and skin.told_bruises:
        cells = tuple(_bruise_cell(skin, visit.day) for visit in visits)
        yield SheetRow(BRUISE, BRUISE, skin.expression, "mm2", cells)


def _bruise_cell(skin: SkinDays, day: float) -> Cell:
    number = np.flatnonzero(skin.day == day)
    if not len(number):
        return Cell(math.nan, math.nan)
    sums = {
        side: sum(
            float(each.area_mm2[number[0]]) for each in skin.told_bruises if each.side == side
        )
        for side in SIDES
    }
    photo = skin.photos[number[0]]
    return Cell(sums["right"], sums["left"], photo=photo, photos=(photo,))


def _make_row(
    sides: Sides, change: Change | None, series: History, visits: Sequence[Visit]
) -> SheetRow:
    headline, expression = sides.headline, sides.diff.expression
    arrows = _find_arrows(sides, change, series.findings)
    cells = tuple(_make_cell(sides, visit.day, series, arrows) for visit in visits)
    row = SheetRow(headline.name, headline.metric, expression, headline.unit, cells)
    if change is None:
        return row
    return replace(
        row,
        since=change.since.note,
        right_before=change.right.before,
        left_before=change.left.before,
        error=change.mdc95,
        right_error=change.right.mdc95,
        left_error=change.left.mdc95,
    )


def _make_cell(
    sides: Sides, day: float, series: History, arrows: Mapping[tuple[Side, float], Arrow]
) -> Cell:
    right, left = _value_of_day(sides.right, day), _value_of_day(sides.left, day)
    used = {name: None for each in (sides.right, sides.left) for name in _photos_of_day(each, day)}
    notes: tuple[Note, ...] = ()
    if math.isnan(right) or math.isnan(left):
        notes = _explain_gap(series, sides.diff.expression, day)
    return Cell(
        right,
        left,
        percent=_percent(sides.headline, right, left, series.affected),
        right_arrow=arrows.get(("right", day), ""),
        left_arrow=arrows.get(("left", day), ""),
        photo=_choose_photo(series, tuple(used)),
        photos=tuple(used),
        notes=notes,
    )


def _value_of_day(course: Course, day: float) -> float:
    """Mean of a day; NaN where it has none."""
    found = np.flatnonzero(course.day == day)
    if not len(found):
        return math.nan
    return float(course.value[found[0]])


def _photos_of_day(course: Course, day: float) -> tuple[str, ...]:
    found = np.flatnonzero(course.day == day)
    if not len(found):
        return ()
    return course.photos[found[0]]


def _choose_photo(series: History, names: Sequence[str]) -> str:
    """The first photo without a caution, else the first."""
    status = dict(
        zip(series.static["photo"].tolist(), series.static["status"].tolist(), strict=True)
    )
    good = [name for name in names if status[name] == "ok"]
    return next(iter([*good, *names]), "")


def _percent(headline: Headline, right: float, left: float, affected: Side | None) -> float:
    """The affected side as a percentage of the healthy one, else the smaller of the larger."""
    if headline.metric not in _AMOUNTS or math.isnan(right + left):
        return math.nan
    pairs: Mapping[Side | None, tuple[float, float]] = {
        "right": (right, left),
        "left": (left, right),
        None: (min(right, left), max(right, left)),
    }
    part, whole = pairs[affected]
    least = 0.0
    if headline.metric in movement_catalogue():
        least = movement_catalogue()[headline.metric].noise or 0.0
    if whole <= least:
        return math.nan
    return 100 * part / whole


def _find_arrows(
    sides: Sides, change: Change | None, findings: Iterable[Finding]
) -> Mapping[tuple[Side, float], Arrow]:
    """The arrow of each side on each day on which a change is called, where the side itself went that way."""
    if change is None:
        return {}
    key = change.headline.name, change.expression
    told = [each for each in findings if (each.part, each.expression) == key and each.photos[0]]
    found = [
        (side, day, each.worst - each.before)
        for each in told
        if each.side == "both"
        for day in sides.diff.day.tolist()
        if each.days.first <= day <= each.days.last
        for side in SIDES
    ]
    if not found:
        for day in change.days_beyond:
            size = _value_of_day(sides.diff, day) - change.before
            moved = _told_sides(told, day) or (_farther_side(sides, change),)
            found += [(side, day, _SIGNS[side] * size) for side in moved]
    arrows = {
        (side, day): _arrow(size)
        for side, day, size in found
        if _own_change(sides, change, side, day) * size > _OWN_PART * size**2
    }
    for side in SIDES:
        for day in getattr(change, side).days_beyond:
            arrows[side, day] = _arrow(_own_change(sides, change, side, day))
    return arrows


def _told_sides(told: Sequence[Finding], day: float) -> tuple[Side, ...]:
    """The sides that are told to have moved on a day; of another day's finding, where no other tells it."""
    then = [each for each in told if each.days.first <= day <= each.days.last]
    return next((each.sides for each in (*then, *told)), ())


def _own_change(sides: Sides, change: Change, side: Side, day: float) -> float:
    """A side's change on a day against its own former self."""
    before: float = getattr(change, side).before
    return _value_of_day(getattr(sides, side), day) - before


def _farther_side(sides: Sides, change: Change) -> Side:
    """The side that moved farther on the days on which a change is called."""
    moved = {}
    for side in SIDES:
        course: Course = getattr(sides, side)
        days = np.isin(course.day, change.days_beyond)
        moved[side] = abs(
            float(course.value[days].sum()) - getattr(change, side).before * int(days.sum())
        )
    return max(SIDES, key=moved.__getitem__)


def _arrow(size: float) -> Arrow:
    if size > 0:
        return "up"
    return "down"


def _explain_gap(series: History, expression: str, day: float) -> tuple[Note, ...]:
    """Why a side was not measured on a day: the notes on its photos, or that there is none."""
    found: list[Note] = []
    for table in (series.static, series.moved):
        rows = np.flatnonzero((table["day"] == day) & (table["expression"] == expression))
        found += [note for row in rows.tolist() for note in table.notes[row]]
    if found:
        return tuple(dict.fromkeys(found))
    if ((series.static["day"] == day) & (series.static["expression"] == expression)).any():
        return (Note("not_measured"),)
    return (Note("no_photo_of_expression", expression=expression),)


def _rows_without_rest(series: History, visits: Sequence[Visit]) -> Iterator[SheetRow]:
    """A row for each movement that can't be told, because no photo at rest was measured."""
    known = {(each.headline.name, each.diff.expression) for each in series.followed}
    shown = set(series.static["expression"].tolist())
    for expression, headline in MOVEMENT_HEADLINES.items():
        for each in (headline, *MORE_MOVEMENTS.get(expression, ())):
            if expression in shown and (each.name, expression) not in known:
                cells = tuple(_blank_cell(series, expression, visit.day) for visit in visits)
                yield SheetRow(each.name, each.metric, expression, each.unit, cells)


def _blank_cell(series: History, expression: str, day: float) -> Cell:
    there = (series.static["day"] == day) & (series.static["expression"] == expression)
    if not there.any():
        return Cell(notes=(Note("no_photo_of_expression", expression=expression),))
    return Cell(notes=(Note("no_rest_photo"),))
