"""The pictures of a report. Each photo is read once, and everything that shows it is made of it then."""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import Side
from asymmetry.errors import MissingExtraError, PhotoError
from asymmetry.extract.halves.chimeras import chimeras
from asymmetry.extract.model.canonical import Canonical, load_canonical
from asymmetry.photos.photo import read_photo
from asymmetry.report.heat import Heat, from_days, from_mirror, heated
from asymmetry.report.moments import Moment
from asymmetry.report.pictures import Frame, Picture, aligned, face_cut, jpeg
from asymmetry.series import History

__all__ = ["Album", "Closely", "Shown", "album"]

Pixels = npt.NDArray[np.uint8]

#: Longer side of a photo's picture, px, and how much all of them together may take in the file, bytes.
LONGEST, SHORTEST, ALL_BYTES = 640, 200, 3_000_000
#: What a pixel of a JPEG takes in the file at most, as base64: measured on small cuts at the quality used.
_BYTES_PER_PX = 0.3
# Room around the face, as a share of its height: in a photo's picture, and in what all else is made of.
_MARGIN, _ROOM = 0.16, 0.45
# Longer side of what all else is made of, and of what chimeras are, which come out grainy of more; px.
_WORKING, _CHIMERA = 1200, 720
#: What is shown closely, what is coloured, and the frames of the film strip.
CLOSE, HEAT, STRIP = (
    Frame(scale=3.2),
    Frame(scale=1.8),
    Frame(width=130.0, height=170.0, eyes=62.0, scale=1.2),
)


@dataclass(frozen=True)
class Shown:
    """A picture in the file.

    Attributes
    ----------
    jpeg : bytes
        The picture, encoded anew.
    width, height : int
        Its size, px.
    faces : Landmarks or None
        The face's points in it, where something is drawn over it.
    """

    jpeg: bytes = field(repr=False)
    width: int
    height: int
    faces: Landmarks | None = field(default=None, repr=False)

    @classmethod
    def of(cls, pixels: Pixels, faces: Landmarks | None = None) -> Shown:
        """A picture as it goes into the file."""
        return cls(jpeg(pixels), pixels.shape[1], pixels.shape[0], faces)


@dataclass(frozen=True)
class Closely:
    """The close pictures of one moment.

    Attributes
    ----------
    moment : Moment
        Which.
    photo : Shown or None
        The photo, eyes level and at the scale that all moments share; None where that is not known.
    halves : mapping of side to Shown
        The face made of one side twice; empty where the head's turn is not known.
    heats : mapping of str to (Heat, Shown)
        Where it differs from its mirror image (``"mirror"``) and from the moment before (``"days"``).
    """

    moment: Moment
    photo: Shown | None
    halves: Mapping[Side, Shown] = field(repr=False)
    heats: Mapping[str, tuple[Heat, Shown]] = field(repr=False)


@dataclass(frozen=True)
class Album:
    """All pictures of a report, by the row of their photo."""

    cards: Mapping[int, Shown] = field(default_factory=dict)
    strip: Mapping[int, Shown] = field(default_factory=dict)
    closely: tuple[Closely, ...] = ()


def album(series: History, cards: Sequence[int], strip: Iterable[int], moments: Sequence[Moment]) -> Album:
    """Read the photos and make every picture of them.

    Parameters
    ----------
    series : History
        The series; without a folder or photos of its own there are no pictures.
    cards : sequence of int
        Rows that get a picture of their own.
    strip : iterable of int
        Rows of the film strip.
    moments : sequence of Moment
        What is looked at closely; the first one is what others are compared with.

    Returns
    -------
    Album
        A photo that is not to be had any more is left out.
    """
    if not cards or (series.folder is None and not series.sources):
        return Album()
    longest = math.sqrt(ALL_BYTES / (_BYTES_PER_PX * len(cards)))
    longest = round(min(max(longest, SHORTEST), LONGEST))
    framed, by_row = set(strip), {moment.row: moment for moment in moments}
    canonical = load_canonical() if moments else None

    def made(row: int) -> _Made | None:
        photo = _photo(series, row)
        if photo is None:
            return None
        room = face_cut(photo, _WORKING, _ROOM)
        frame = aligned(room, STRIP) if row in framed else None
        card = face_cut(room, longest, _MARGIN)
        moment = by_row.get(row)
        return _Made(
            card=Shown.of(card.pixels, card.faces),
            frame=Shown.of(frame.pixels) if frame else None,
            close=_closely(series, moment, moments[0], room, canonical) if moment and canonical else None,
        )

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # decoding and resampling leave Python's lock
        found = {row: each for row, each in zip(cards, pool.map(made, cards), strict=True) if each}
    closely = [found[moment.row].close for moment in moments if moment.row in found]
    return Album(
        cards={row: each.card for row, each in found.items()},
        strip={row: found[row].frame for row in strip if row in found and found[row].frame},  # type: ignore[misc]
        closely=tuple(each for each in closely if each is not None),
    )


@dataclass(frozen=True)
class _Made:
    card: Shown
    frame: Shown | None
    close: Closely | None


def _photo(series: History, row: int) -> Picture | None:
    """One photo as it was measured; None where it is not to be had any more, or is another one now."""
    name = str(series.landmarks.photo[row])
    source = series.sources.get(name)
    if source is None and series.folder is not None:
        source = series.folder / name
    if source is None:
        return None
    try:
        pixels = read_photo(source).pixels
    except (PhotoError, MissingExtraError):
        return None
    if pixels.shape[1::-1] != tuple(series.landmarks.size[row].tolist()):
        return None
    if series.photos["mirrored"][row]:
        pixels = pixels[:, ::-1]
    return Picture(pixels, series.landmarks[row], float(series.static["mm_per_px"][row]))


def _closely(series: History, moment: Moment, before: Moment, room: Picture, canonical: Canonical) -> Closely:
    small = face_cut(room, _CHIMERA, _ROOM)
    halves = chimeras(small.pixels, small.faces.points[0], canonical=canonical)
    shown = {side: Shown.of(_narrow(pixels)) for side, pixels in halves.items()}
    large, picture = aligned(room, CLOSE), aligned(room, HEAT)
    if large is None or picture is None:
        return Closely(moment, None, shown, {})
    faces, scale = series.landmarks, series.static["mm_per_px"]
    found = {"mirror": from_mirror(faces[moment.rows], scale[moment.rows])}
    if moment is not before:
        (old, new), scales = zip(
            *((faces[each.rows], scale[each.rows]) for each in (before, moment)), strict=True
        )
        found["days"] = from_days(old, new, scales)
    heats = {name: (heat, Shown.of(heated(picture, heat))) for name, heat in found.items()}
    return Closely(moment, Shown.of(large.pixels, large.faces), shown, heats)


def _narrow(square: Pixels) -> Pixels:
    """The middle of a square, as narrow as what is shown beside it."""
    spare = round(len(square) * (1 - CLOSE.width / CLOSE.height) / 2)
    return square[:, spare : len(square) - spare]
