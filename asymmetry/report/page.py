"""The report as HTML: one file with everything in it. Nothing in it points outside the file."""

from __future__ import annotations

import base64
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from importlib import resources
from typing import Any

import numpy as np

from asymmetry.core.frame import IRIS_MM
from asymmetry.core.text import ENGLISH, Text
from asymmetry.errors import MissingExtraError
from asymmetry.report.album import Album, Closely, Shown, make_album
from asymmetry.report.heat import FROM_MM, TO_MM, heat_colours
from asymmetry.report.moments import choose_moments, strip_rows, usual_rows
from asymmetry.report.naming import Names
from asymmetry.report.overlays import Contours, Differences, Guides, Heights, Layers, SideNames, Spread
from asymmetry.report.pictures import data_address
from asymmetry.report.plots.days import describe_days, draw_days
from asymmetry.report.plots.dots import describe_dots, draw_dots, summary_dots
from asymmetry.report.plots.pairs import describe_pairs, draw_pairs, movement_pairs
from asymmetry.report.plots.registry import list_plots
from asymmetry.report.plots.style import Setting, svg
from asymmetry.report.sections import Wording
from asymmetry.report.tables import Tables
from asymmetry.series import History
from asymmetry.series.change import Sides

__all__ = ["render"]

_MOST_FRAMES = 24
#: Shown in the footer: how the numbers came about. No paths.
_PROVENANCE = "asymmetry mediapipe method model_sha256 mirrored scale_source day_zero day_zero_is".split()


@dataclass(frozen=True)
class Drawn:
    """A plot on the page: its address, its content in words, and its heading."""

    address: str = field(repr=False)
    alt: str
    title: str = ""


@dataclass(frozen=True)
class Photo:
    """A photo on the page, with the SVG elements over it."""

    address: str = field(repr=False)
    width: int
    height: int
    alt: str
    drawing: str = field(default="", repr=False)


@dataclass(frozen=True)
class Card:
    """One measured photo on the page."""

    name: str
    day: str
    date: str
    expression: str
    differences: tuple[tuple[str, bool], ...]
    remarks: tuple[str, ...]
    photo: Photo | None


def render(
    series: History,
    *,
    photos: bool = True,
    pseudonym: str = "",
    language: str | os.PathLike[str] = ENGLISH,
) -> str:
    """A series as the text of one HTML page.

    Parameters
    ----------
    series : History
        The series to show.
    photos : bool
        Whether the faces are shown. Without them the report holds words, numbers and plots.
    pseudonym : str
        A name for the person. With one, file names are left out, as they often hold a name.
    language : str or path
        A language that is shipped, or a catalogue of words of one's own, see `Text.load`.

    Raises
    ------
    MissingExtraError
        If matplotlib or jinja2 is not installed.
    InvalidInputError
        If the language is not known.
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
    text = Text.load(language)
    changes = series.changes()
    wording = Wording(series, text, Names.of(series, text, pseudonym), changes)
    page = {"t": text, "pseudonym": pseudonym, **_script()}
    return pages.get_template("report.html.j2").render(
        page | _words(wording) | _plots(wording) | _pictures(wording, photos)
    )


def _script() -> dict[str, str]:
    """The page's own script, and its hash, by which the page allows this script and no other."""
    script = (resources.files("asymmetry.report") / "templates" / "report.js").read_text(encoding="utf-8")
    digest = hashlib.sha256(f"\n{script}".encode()).digest()
    return {"script": script, "script_hash": base64.b64encode(digest).decode("ascii")}


def _words(wording: Wording) -> dict[str, Any]:
    series, text, names = wording.series, wording.text, wording.names
    usable = series.landmarks.usable
    provenance = series.static.provenance
    tables = Tables(wording)
    all_tables = (tables.changes(), tables.photos(), tables.own(), tables.movements())
    return {
        "count": len(series),
        "dates": sorted({wording.date(row) for row in range(len(series))} - {""}),
        "treated_on": series.treated_on,
        "treated": series.treated,
        "affected": series.affected,
        "opening": wording.opening(),
        "changed": list(wording.change_sentences()),
        "seen": wording.visible_signs(),
        "to_show": list(wording.concern_sentences(series.concerns())),
        "tables": [table for table in all_tables if table.rows],
        "note": tables.note(),
        "notes": wording.notes(),
        "failed": [(names.shown[row], wording.reasons(row)) for row in np.flatnonzero(~usable).tolist()],
        "definitions": wording.definitions(),
        "error_sources": wording.error_sources(),
        "phases": wording.phases(),
        "plain": provenance.get("method") == "plain",
        "iris_mm": text.number(IRIS_MM, decimals=2),
        "provenance": list(wording.provenance(_PROVENANCE)),
    }


def _plots(wording: Wording) -> dict[str, Any]:
    series, text = wording.series, wording.text
    days = [entry.day for entry in series.timeline for _ in entry.notes]
    setting = Setting(text, series.treated, tuple(days))
    followed = [each for each in series.followed if len(each.diff)]
    dots = summary_dots(followed, wording.changes)
    bars = movement_pairs(followed, wording.changes)
    plots: dict[str, Any] = {"summary": None, "bars": None}
    if dots:
        figure = draw_dots(dots, setting, wording.since)
        plots["summary"] = _embed_figure(figure, describe_dots(dots, setting))
    if bars:
        plots["bars"] = _embed_figure(draw_pairs(bars, setting), describe_pairs(bars, setting))
    plots["courses"] = [*_draw_courses(followed, setting), *_draw_registered(series, setting)]
    return plots


def _draw_courses(followed: Sequence[Sides], setting: Setting) -> Iterator[Drawn]:
    """Each metric that has more than one day."""
    for each in followed:
        if len(each.diff) > 1:
            title = setting.text.known("titles", each.headline.name)
            yield _embed_figure(draw_days(each, setting), describe_days(each, setting), title)


def _draw_registered(series: History, setting: Setting) -> Iterator[Drawn]:
    for plot in list_plots():
        figure = plot.draw(series, setting)
        if figure is not None:
            yield _embed_figure(figure, plot.describe(series, setting), plot.title)


def _embed_figure(figure: Any, alt: str, title: str = "") -> Drawn:
    return Drawn(data_address("image/svg+xml", svg(figure)), alt, title)


def _pictures(wording: Wording, photos: bool) -> dict[str, Any]:
    series = wording.series
    rows = np.flatnonzero(series.landmarks.usable).tolist()
    album = Album()
    if photos:
        moments = choose_moments(series, wording.changes)
        frames = strip_rows(series, moments, _MOST_FRAMES).tolist()
        album = make_album(series, rows, frames, moments)
    return {
        "cards": list(_make_cards(wording, rows, album)),
        "missing": photos and bool(rows) and not album.cards,
        "remarks": [(wording.names.shown[row], wording.remarks(row)) for row in rows if wording.remarks(row)],
        "strip": list(_film_strip(wording, album)),
        "strip_of": len(np.unique(series.static["day"][usual_rows(series)])),
        "compared": list(_compare_moments(wording, album)),
        "closely": [_closely(wording, each) for each in album.closely],
        "scale": _scale(wording.text),
    }


def _film_strip(wording: Wording, album: Album) -> Iterator[tuple[str, Photo]]:
    """The frames of a film strip, each with its day; a single one is no strip."""
    if len(album.strip) < 2:
        return
    for row, shown in album.strip.items():
        day = wording.text.day(float(wording.series.static["day"][row]))
        yield day, _photo(shown, day)


def _make_cards(wording: Wording, rows: Iterable[int], album: Album) -> Iterator[Card]:
    """A card for each row, also for a photo that is gone; none if all of them are."""
    if not album.cards:
        return
    for row in rows:
        yield _card(wording, row, album.cards.get(row))


def _card(wording: Wording, row: int, shown: Shown | None) -> Card:
    series, text = wording.series, wording.text
    numbers = series.static.select([row])
    layers = Layers((Guides(), Contours(), Differences(numbers, text.decimal, all=True), _letters(text)))
    photo = None
    if shown is not None:
        photo = _photo(shown, wording.alt_text(row), layers)
    return Card(
        name=wording.names.shown[row],
        day=text.day(float(series.static["day"][row])),
        date=wording.date(row),
        expression=wording.expression(row),
        differences=tuple(wording.differences(row)),
        remarks=wording.remarks(row),
        photo=photo,
    )


def _letters(text: Text) -> SideNames:
    return SideNames(text("photos.right_letter"), text("photos.left_letter"))


def _photo(shown: Shown, alt: str, overlay: Layers | None = None) -> Photo:
    drawing = ""
    if overlay and shown.faces:
        drawing = overlay.svg(shown.faces)
    return Photo(data_address("image/jpeg", shown.jpeg), shown.width, shown.height, alt, drawing)


def _compare_moments(wording: Wording, album: Album) -> Iterator[tuple[tuple[str, Photo], ...]]:
    """The moment before with each later one, as far as both are there: day and photo."""
    kinds, shown = [], []
    for each in album.closely:
        if each.photo:
            kinds.append(each.moment.kind)
            alt = wording.alt_text(each.moment.row)
            shown.append((wording.text.day(each.moment.day), _photo(each.photo, alt)))
    if kinds and kinds[0] == "before":
        before, *later = shown
        yield from ((before, each) for each in later)


def _closely(wording: Wording, each: Closely) -> dict[str, Any]:
    """One moment: its heading, and pictures with their captions."""
    text, moment = wording.text, each.moment
    numbers = wording.static.select([moment.row]), text.decimal
    layers = Layers(
        (Guides(), Spread(), Contours(), Heights(*numbers), Differences(*numbers), _letters(text))
    )
    told = wording.difference_sentence(moment.row)
    parts = {"day": text.day(moment.day), "since": wording.since, "told": told}
    pictures = []
    if each.photo:
        alt = text("halves.alt_measured", **parts)
        pictures.append((text("halves.measured"), _photo(each.photo, alt, layers)))
    for side, half in each.halves.items():
        pictures.append((text(f"halves.{side}"), _photo(half, text(f"halves.alt_{side}", **parts))))
    for name, (heat, shown) in each.heats.items():
        alt = text(f"halves.alt_{name}", mm=text.number(heat.most), **parts)
        pictures.append((text(f"halves.{name}", **parts), _photo(shown, alt)))
    return {"title": text(f"halves.moment_{moment.kind}"), "day": parts["day"], "pictures": pictures}


def _scale(text: Text) -> dict[str, str]:
    """The heat map's scale, as colours from left to right, and its ends."""
    stops = (tuple(round(255 * part) for part in colour) for colour in heat_colours(np.linspace(0, 1, 9)))
    colours = ", ".join("rgb({}, {}, {})".format(*stop) for stop in stops)
    return {"colours": colours, "low": text.number(FROM_MM), "high": text.number(TO_MM, decimals=0)}
