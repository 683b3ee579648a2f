"""The report: one HTML file with everything in it. Nothing in it points outside the file."""

from __future__ import annotations

import base64
import math
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from asymmetry.core.frame import IRIS_MM, face_frame
from asymmetry.errors import MissingExtraError, PhotoError
from asymmetry.extract.photo import read_photo
from asymmetry.metrics import catalogue
from asymmetry.report.charts import Course, chart, course, svg
from asymmetry.report.overlay import Crop, Gap, Overlay, face_crop, overlay
from asymmetry.series import HEADLINES, Headline, Series, notable, what_changed

__all__ = ["render", "write_report"]

#: The longer side of a picture, px, and how much all pictures together may take in the file, bytes.
_LONGEST, _SHORTEST = 720, 240
_PICTURES_BYTES = 4_500_000
#: What a pixel of a JPEG costs in the file at most, as base64: measured on small crops at the quality used.
_BYTES_PER_PX = 0.3
#: With more photos than this, a chart's description names its turning points only.
_MOST_SPOKEN = 40


@dataclass(frozen=True)
class Row:
    """A headline metric as text: right, left, difference, and in words."""

    headline: Headline
    right: str
    left: str
    diff: str
    words: str
    visible: bool


@dataclass(frozen=True)
class Card:
    """One measured photo on the page."""

    name: str
    when: str
    day: str
    reason: str
    rows: tuple[Row, ...]
    seen: tuple[str, ...]
    crop: Crop | None = None
    drawing: Overlay | None = None

    @property
    def picture(self) -> str:
        """The crop as a ``data:`` address."""
        return _data("image/jpeg", self.crop.jpeg) if self.crop else ""

    @property
    def alt(self) -> str:
        """What the picture shows, for those who hear it."""
        said = "; ".join(row.words for row in self.rows)
        return f"Face on {self.when or 'an unknown date'}. {said}."

    @property
    def gaps(self) -> list[tuple[Gap, Row]]:
        """The height differences to draw: those whose direction on the picture is that of the measurement."""
        rows = {row.headline.metric: row for row in self.rows}
        found = [(gap, rows[gap.metric]) for gap in (self.drawing.gaps if self.drawing else ())]
        return [(gap, row) for gap, row in found if row.diff.startswith("−" if gap.lower == "right" else "+")]


def write_report(series: Series, path: str | os.PathLike[str]) -> Path:
    """Write a series as a single HTML file.

    Parameters
    ----------
    series : Series
        What to show.
    path : path
        The file to write.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    MissingExtraError
        If matplotlib or jinja2 is not installed.
    """
    target = Path(path)
    # A file name that is no text in any encoding is written with backslashes.
    target.write_text(render(series), encoding="utf-8", errors="backslashreplace")
    return target


def render(series: Series) -> str:
    """A series as the text of one HTML page.

    Raises
    ------
    MissingExtraError
        If matplotlib or jinja2 is not installed.
    """
    try:
        import jinja2
    except ImportError as error:
        raise MissingExtraError("the report", "report") from error
    pages = jinja2.Environment(
        loader=jinja2.PackageLoader("asymmetry.report"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return pages.get_template("report.html.j2").render(_context(series))


def _context(series: Series) -> dict[str, Any]:
    table = series.static
    measured = np.flatnonzero(series.landmarks.usable)
    since = "treatment" if series.treated_on else "the first photo"
    courses = [course(table, headline) for headline in HEADLINES]
    charts = [
        (each, _data("image/svg+xml", svg(chart(each, days_since=since, treated=bool(series.treated_on)))))
        for each in courses
        if len(each)
    ]
    cards = list(_cards(series, measured.tolist()))
    failed = [row for row in range(len(series)) if row not in set(measured.tolist())]
    return {
        "series": series,
        "since": since,
        "dates": sorted({text[:10] for text in table["taken"].tolist() if text}),
        "changed": what_changed(series.changes()),
        "concerns": series.concerns(),
        "summary": [(each.headline, _turning_points(each)) for each in courses if len(each)],
        "charts": [(each, image, _spoken(each, since)) for each, image in charts],
        "cards": cards,
        "failed": [(str(table["photo"][i]), str(table["reason"][i])) for i in failed],
        "definitions": [(headline, catalogue()[headline.metric]) for headline in HEADLINES],
        "iris_mm": IRIS_MM,
        "provenance": {name: str(value) for name, value in table.provenance.items() if name != "metrics"},
    }


def _cards(series: Series, rows: list[int]) -> Iterator[Card]:
    table, roll = series.static, face_frame(series.landmarks, names=()).roll
    seen = notable(table)
    longest = math.sqrt(_PICTURES_BYTES / (_BYTES_PER_PX * max(len(rows), 1)))
    for i in rows:
        day = float(table["day"][i])
        card = Card(
            name=str(table["photo"][i]),
            when=str(table["taken"][i])[:10],
            day="" if math.isnan(day) else _day(day),
            reason=str(table["reason"][i]),
            rows=tuple(_row(table, headline, i) for headline in HEADLINES),
            seen=tuple(difference.words for difference in seen[i]),
        )
        crop = _crop(series, i, round(min(max(longest, _SHORTEST), _LONGEST)))
        drawing = overlay(series.landmarks[i], float(roll[i]), crop) if crop else None
        yield replace(card, crop=crop, drawing=drawing)


def _crop(series: Series, row: int, longest: int) -> Crop | None:
    """The face cut out of its photo; None where the photo is not to be had any more."""
    if series.folder is None:
        return None
    try:
        pixels = read_photo(series.folder / str(series.landmarks.photo[row])).pixels
    except PhotoError:
        return None
    if series.photos["mirrored"][row]:
        pixels = pixels[:, ::-1]
    return face_crop(pixels, series.landmarks.points[row], longest)


def _row(table: Mapping[str, Any], headline: Headline, i: int) -> Row:
    right, left, diff = (float(table[headline.column(side)][i]) for side in ("right", "left", "diff"))
    return Row(
        headline,
        _number(right),
        _number(left),
        _number(diff, "+"),
        headline.words(diff),
        headline.visible(diff),
    )


def _turning_points(course: Course) -> list[tuple[str, str, str, bool]]:
    """First difference, farthest from it, latest: title, day, words, whether others see it."""
    farthest = int(np.argmax(np.abs(course.diff - course.diff[0])))
    points = [("First photo", 0), ("Farthest from the first", farthest), ("Latest photo", len(course) - 1)]
    say, see = course.headline.words, course.headline.visible
    return [(title, _day(course.day[i]), say(course.diff[i]), see(course.diff[i])) for title, i in points]


def _spoken(course: Course, since: str) -> str:
    """A chart in words, with its numbers."""
    if len(course) > _MOST_SPOKEN:
        told = ", ".join(
            f"{title.lower()} {day}: {words}" for title, day, words, _ in _turning_points(course)
        )
    else:
        told = ", ".join(
            f"{_day(day)}: {_number(diff, '+')} mm" for day, diff in zip(course.day, course.diff, strict=True)
        )
    return f"{course.headline.title} over days since {since}; difference right minus left: {told}."


def _number(value: float, sign: str = "") -> str:
    """One decimal, a real minus, and a dash where there is nothing."""
    if math.isnan(value):
        return "–"
    text = f"{value:{sign}.1f}"
    return "0.0" if float(text) == 0 else text.replace("-", "−")


def _day(day: float) -> str:
    return f"day {day:.0f}".replace("-", "−")


def _data(kind: str, content: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
