"""The faces on the page: each picture with its words, and the SVG elements over it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from asymmetry.core.text import Text
from asymmetry.report.album import Album, Closely, Shown, make_album
from asymmetry.report.captions import Captions
from asymmetry.report.heat import FROM_MM, TO_MM, heat_colours
from asymmetry.report.moments import Moment, Story, choose_stories, rows_of, strip_rows
from asymmetry.report.overlays import (
    Contours,
    Differences,
    Guides,
    Heights,
    Layers,
    SideNames,
    Spread,
)
from asymmetry.report.pictures import data_address
from asymmetry.report.sections import Wording
from asymmetry.series import Finding

__all__ = ["Card", "Frame", "Photo", "place_faces"]

_MOST_FRAMES = 24
#: Findings whose expressions are shown before and after.
_MOST_STORIES = 3


@dataclass(frozen=True)
class Photo:
    """A photo on the page, with the SVG elements over it."""

    address: str = field(repr=False)
    width: int
    height: int
    alt: str
    drawing: str = field(default="", repr=False)


@dataclass(frozen=True)
class Frame:
    """A picture with the day, and the findings that are seen on it; its name is one of this page only."""

    photo: Photo
    name: str
    day: str
    kind: str = ""
    caption: str = ""


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


def place_faces(wording: Wording, photos: bool, small: Iterable[int] = ()) -> dict[str, Any]:
    """Make all pictures of faces, for the page's template.

    Parameters
    ----------
    wording : Wording
        The series in words.
    photos : bool
        Whether the faces are shown.
    small : iterable of int
        Rows that get a small picture beside those of the film strip; by row in ``small``.
    """
    series = wording.series
    rows = np.flatnonzero(series.landmarks.usable).tolist()
    stories = choose_stories(series)[:_MOST_STORIES]
    strip: list[int] = []
    if stories:
        main = stories[0]
        strip = strip_rows(series, main.expression, main.moments, _MOST_FRAMES).tolist()
    album = Album()
    if photos:
        album = make_album(series, rows, {*strip, *small}, stories)
    captions = Captions(wording)
    told = [_tell_story(wording, story, album, captions) for story in stories]
    shown = [each for each in told if each["frames"]]
    days = 0
    if stories:
        days = len(np.unique(series.static["day"][rows_of(series, stories[0].expression)]))
    return {
        "cards": list(_make_cards(wording, rows, album)),
        "missing": photos and bool(rows) and not album.cards,
        "remarks": [
            (wording.names.shown[row], wording.remarks(row)) for row in rows if wording.remarks(row)
        ],
        "stories": shown,
        "strip": list(_film_strip(wording, strip, stories, album, captions)),
        "strip_of": days,
        "small": {row: _photo(frame, wording.alt_text(row)) for row, frame in album.frames.items()},
        "scale": _scale(wording.text),
    }


def _tell_story(wording: Wording, story: Story, album: Album, captions: Captions) -> dict[str, Any]:
    """One finding's pictures: side by side, for the slider, and in halves."""
    there = [moment for moment in story.moments if moment.row in album.closely]
    about = story.finding
    frames = [
        frame for moment in there for frame in _frame(wording, moment, album, captions, about)
    ]
    pairs: list[tuple[Frame, Frame]] = []
    if frames and frames[0].kind in ("before", "first"):
        pairs = [(frames[0], each) for each in frames[1:]]
    return {
        "expression": wording.text.known("expressions", story.expression),
        "frames": frames,
        "pairs": pairs,
        "closely": [_closely(wording, album.closely[moment.row]) for moment in there],
    }


def _frame(
    wording: Wording, moment: Moment, album: Album, captions: Captions, about: Finding | None
) -> Iterator[Frame]:
    shown = album.closely[moment.row].photo
    if shown is not None:
        photo = _photo(shown, wording.alt_text(moment.row))
        caption = ""
        if moment.kind != "before":
            caption = captions.of_photo(moment.row, about)
        yield Frame(photo, f"row-{moment.row}", wording.text.day(moment.day), moment.kind, caption)


def _film_strip(
    wording: Wording,
    strip: Sequence[int],
    stories: Sequence[Story],
    album: Album,
    captions: Captions,
) -> Iterator[Frame]:
    """The frames of a film strip, each with its day; a single one is no strip."""
    rows = [row for row in strip if row in album.frames]
    if len(rows) < 2:
        return
    first = stories[0].moments[0]
    before = set(first.rows.tolist()) if first.kind == "before" else set()
    for row in rows:
        day = wording.text.day(float(wording.series.static["day"][row]))
        caption = "" if row in before else captions.of_photo(row)
        yield Frame(_photo(album.frames[row], day), f"small-{row}", day, caption=caption)


def _make_cards(wording: Wording, rows: Iterable[int], album: Album) -> Iterator[Card]:
    """A card for each row, also for a photo that is gone; none if all of them are."""
    if not album.cards:
        return
    for row in rows:
        yield _card(wording, row, album.cards.get(row))


def _card(wording: Wording, row: int, shown: Shown | None) -> Card:
    series, text = wording.series, wording.text
    numbers = wording.static.select([row])
    layers = Layers(
        (Guides(), Contours(), Differences(numbers, text.decimal, all=True), _letters(text))
    )
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
    return {"title": text(f"moments.{moment.kind}"), "day": parts["day"], "pictures": pictures}


def _scale(text: Text) -> dict[str, str]:
    """The heat map's scale, as colours from left to right, and its ends."""
    stops = (
        tuple(round(255 * part) for part in colour) for colour in heat_colours(np.linspace(0, 1, 9))
    )
    colours = ", ".join("rgb({}, {}, {})".format(*stop) for stop in stops)
    return {"colours": colours, "low": text.number(FROM_MM), "high": text.number(TO_MM, decimals=0)}
