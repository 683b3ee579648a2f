"""The pictures of a report. Each photo is read once, and all its pictures are made then."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from asymmetry.core.arrays import Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import Side
from asymmetry.errors import MissingExtraError, PhotoError
from asymmetry.extract.halves.chimeras import chimeras
from asymmetry.extract.model.canonical import Canonical, load_canonical
from asymmetry.photos.photo import read_photo
from asymmetry.photos.rows import own_limit
from asymmetry.report.heat import Heat, from_days, from_mirror, paint_heat
from asymmetry.report.moments import Moment, Story
from asymmetry.report.pictures import Frame, Picture, align_eyes, cut_face, encode_jpeg
from asymmetry.series import History

__all__ = ["Album", "Closely", "Shown", "make_album"]

#: Longer side of a photo's picture at most and at least, px, and the size of all of them in the file, bytes.
LONGEST, SHORTEST, ALL_BYTES = 640, 200, 3_000_000
#: Most bytes of a JPEG's pixel in the file, as base64: measured on small cuts at the quality used.
_BYTES_PER_PX = 0.3
# Room around the face, as a share of its height: in a photo's picture, and in the cut for all other pictures.
_MARGIN, _ROOM = 0.16, 0.45
# Longer side of the cut for all other pictures, and of that for chimeras, which are grainy if larger; px.
_WORKING, _CHIMERA = 1200, 720
#: Frames of the close pictures, of the coloured ones, and of the small ones.
CLOSE = Frame(scale=3.2)
HEAT = Frame(scale=1.8)
SMALL = Frame(width=130.0, height=170.0, eyes=62.0, scale=1.2)


@dataclass(frozen=True)
class Shown:
    """A picture in the file.

    Attributes
    ----------
    jpeg : bytes
        The picture, re-encoded.
    width, height : int
        Its size, px.
    faces : Landmarks or None
        The face's points in it, for pictures that overlays are drawn over.
    """

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    faces: Landmarks | None = field(default=None, repr=False)

    @classmethod
    def of(cls, pixels: Pixels, faces: Landmarks | None = None) -> Shown:
        """A picture as it goes into the file."""
        return cls(encode_jpeg(pixels), pixels.shape[1], pixels.shape[0], faces)


@dataclass(frozen=True)
class Closely:
    """The close pictures of one moment.

    Attributes
    ----------
    moment : Moment
        The moment.
    photo : Shown or None
        The photo with level eyes, at the scale of all moments; None where its own scale is not known.
    halves : mapping of side to Shown
        The face made of one side twice; empty where the head's turn is not known.
    heats : mapping of str to (Heat, Shown)
        Its differences from its mirror image (``"mirror"``) and from the moment before (``"days"``).
    """

    moment: Moment
    photo: Shown | None
    halves: Mapping[Side, Shown] = field(repr=False)
    heats: Mapping[str, tuple[Heat, Shown]] = field(repr=False)


@dataclass(frozen=True)
class Album:
    """All pictures of a report, by the row of their photo."""

    cards: Mapping[int, Shown] = field(default_factory=dict)
    frames: Mapping[int, Shown] = field(default_factory=dict)
    closely: Mapping[int, Closely] = field(default_factory=dict)


def make_album(
    series: History, cards: Sequence[int], frames: Iterable[int], stories: Sequence[Story]
) -> Album:
    """Read the photos and make every picture of them.

    Parameters
    ----------
    series : History
        The series; without a folder or photos of its own there are no pictures.
    cards : sequence of int
        Rows that get a picture of their own.
    frames : iterable of int
        Rows that get a small picture too, with level eyes at one scale.
    stories : sequence of Story
        Their moments get close pictures; in each story the others are compared with the first one.

    Returns
    -------
    Album
        The pictures, without photos that can't be read any more.
    """
    if not cards or (series.folder is None and not series.sources):
        return Album()
    longest = _card_size(len(cards))
    framed = set(frames)
    by_row = {
        moment.row: (moment, story.moments[0]) for story in stories for moment in story.moments
    }
    canonical = None
    if by_row:
        canonical = load_canonical()

    def make_pictures(row: int) -> _Pictures | None:
        photo = _read_picture(series, row)
        if photo is None:
            return None
        room = cut_face(photo, _WORKING, _ROOM)
        card = cut_face(room, longest, _MARGIN)
        pictures = _Pictures(Shown.of(card.pixels, card.faces))
        if row in framed and (frame := align_eyes(room, SMALL)):
            pictures.frame = Shown.of(frame.pixels)
        if canonical and row in by_row:
            pictures.close = _look_closely(series, *by_row[row], room, canonical)
        return pictures

    # Decoding and resampling release Python's lock.
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        made = dict(zip(cards, pool.map(make_pictures, cards), strict=True))
    found = {row: pictures for row, pictures in made.items() if pictures}
    return Album(
        cards={row: pictures.card for row, pictures in found.items()},
        frames={
            row: pictures.frame for row, pictures in found.items() if pictures.frame is not None
        },
        closely={
            row: pictures.close for row, pictures in found.items() if pictures.close is not None
        },
    )


def _card_size(cards: int) -> int:
    """Longer side of a photo's picture, px, with which some of them together fit into the file."""
    longest = math.sqrt(ALL_BYTES / (_BYTES_PER_PX * cards))
    return round(min(max(longest, SHORTEST), LONGEST))


@dataclass
class _Pictures:
    """The pictures of one photo."""

    card: Shown
    frame: Shown | None = None
    close: Closely | None = None


def _read_picture(series: History, row: int) -> Picture | None:
    """Read one photo as it was measured; None where it can't be read any more, or is another one now."""
    source = series.open_source(row)
    if source is None:
        return None
    try:
        limit = own_limit(series.landmarks, row)
        pixels = read_photo(source, max_megapixels=limit).pixels
    except (PhotoError, MissingExtraError):
        return None
    if pixels.shape[1::-1] != tuple(series.landmarks.size[row].tolist()):
        return None
    if series.photos["mirrored"][row]:
        pixels = pixels[:, ::-1]
    return Picture(pixels, series.landmarks[row], float(series.static["mm_per_px"][row]))


def _look_closely(
    series: History, moment: Moment, before: Moment, room: Picture, canonical: Canonical
) -> Closely:
    """Make the close pictures of one moment."""
    small = cut_face(room, _CHIMERA, _ROOM)
    halves = chimeras(small.pixels, small.faces.points[0], canonical=canonical)
    shown = {side: Shown.of(_narrow(pixels)) for side, pixels in halves.items()}
    large, picture = align_eyes(room, CLOSE), align_eyes(room, HEAT)
    if large is None or picture is None:
        return Closely(moment, None, shown, {})
    faces, scale = series.landmarks, series.static["mm_per_px"]
    found = {"mirror": from_mirror(faces[moment.rows], scale[moment.rows])}
    if moment is not before:
        scales = (scale[before.rows], scale[moment.rows])
        found["days"] = from_days(faces[before.rows], faces[moment.rows], scales)
    heats = {name: (heat, Shown.of(paint_heat(picture, heat))) for name, heat in found.items()}
    return Closely(moment, Shown.of(large.pixels, large.faces), shown, heats)


def _narrow(square: Pixels) -> Pixels:
    """The middle of a square, with the proportions of the close picture beside it."""
    spare = round(len(square) * (1 - CLOSE.width / CLOSE.height) / 2)
    return square[:, spare : len(square) - spare]
