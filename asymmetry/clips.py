"""A short video of one expression: two photos out of it, and each side's course in time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from asymmetry.core.arrays import Mask, Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.notes import Note
from asymmetry.core.records import make_plain
from asymmetry.core.table import Measurements
from asymmetry.errors import InvalidInputError
from asymmetry.extract import Extractor
from asymmetry.extract.following import follow_face
from asymmetry.extract.intake import Progress
from asymmetry.extract.tracking import Track, track_face
from asymmetry.metrics import movement
from asymmetry.metrics.expression import EXPRESSIONS
from asymmetry.metrics.movements import movement_catalogue
from asymmetry.photos.clips import DEFAULT_MAX_SECONDS, encode_png, pick_frames, read_frames
from asymmetry.photos.photo import PhotoSource
from asymmetry.photos.record import PhotoRecord, describe_photo
from asymmetry.photos.rows import label_rows
from asymmetry.photos.sources import PhotoBytes, load_source, name_source
from asymmetry.scoring import extractor_or
from asymmetry.series.likeness import compare_shapes, shapes
from asymmetry.timing.moments import Moments
from asymmetry.timing.smoothing import median_of
from asymmetry.timing.timing import Timing, time_expression

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["Clip", "read_clip"]

#: An eye of which more of the opening is gone closes, percent.
_CLOSING_PCT = 10.0
#: Frames of a clip that may look like another person's before it is told, as a share.
_STRANGE = 0.05
#: Where a face is so much larger or smaller in the next frame, within so many seconds, the picture jumps. In
#: clips without a cut it changed by 0.01 at most.
_JUMP, _NEXT_S = 0.05, 0.1


@dataclass(frozen=True, eq=False, repr=False)
class Clip:
    """One expression in a short video: two photos out of it, and each side's course in time.

    Attributes
    ----------
    name : str
        The clip's name.
    timing : Timing
        Onset, speed, peak, lag, blinks: see there.
    landmarks : Landmarks
        The frames at rest and at the height of the expression, n = 2, read as photos are.
    about : tuple of PhotoRecord
        The facts about both, for `Series.from_landmarks`.
    movement : Measurements
        How far each side moves from one to the other, n = 1, as `asymmetry.movement` has it.
    track : Track
        The face in all frames, read the fast way; brows, corners of mouth and eyes, and irises followed.
    pictures : tuple of ndarray of uint8, shape (H, W, 3)
        The pixels of both frames, upright, RGB.
    source : PhotoSource
        The clip's file, which a film strip reads once more.

    Examples
    --------
    ::

        clip = asymmetry.read_clip("2026-03-02 smile.mp4")
        clip.timing.lag.seconds  # right minus left
        clip.movement["commissure_travel_ratio"][0]  # weaker over stronger
    """

    name: str
    timing: Timing
    landmarks: Landmarks = field(repr=False)
    about: tuple[PhotoRecord, ...] = field(repr=False)
    movement: Measurements = field(repr=False)
    track: Track = field(repr=False)
    pictures: tuple[Pixels, ...] = field(repr=False)
    source: PhotoSource = field(repr=False)

    @property
    def expression(self) -> str | None:
        """The expression; None where the clip shows none."""
        return self.timing.expression

    @property
    def notes(self) -> tuple[Note, ...]:
        """The limits of the measurement."""
        of_photos = [note for each in self.movement.notes for note in each]
        return (*self.timing.notes, *of_photos)

    @property
    def photos(self) -> dict[str, PhotoBytes]:
        """Both frames as PNG files in memory, by their names."""
        return {
            record.photo: PhotoBytes(record.photo, encode_png(pixels), taken=record.iso_date)
            for record, pixels in zip(self.about, self.pictures, strict=True)
        }

    def to_table(self) -> Measurements:
        """Everything in time as a table of one row; ``diff`` is right minus left."""
        made = dict(self.track.landmarks.provenance)
        return self.timing.to_table(self.name, self.about[0].iso_date, **made)

    def to_dict(self) -> dict[str, Any]:
        """The clip as plain data, safe for JSON; without points and pictures."""
        trace, lids = self.timing.trace, self.timing.lids
        known = {
            "clip": self.name,
            "expression": self.expression,
            "frames_per_second": self.timing.frames_per_second,
            "photos": [record.photo for record in self.about],
            "movement": {name: values[0] for name, values in self.movement.items()},
            "timing": self.timing.to_dict(),
            "blinks": self.timing.blinks,
            "seconds": trace.seconds,
            trace.metric: {"unit": trace.unit, "right": trace.right, "left": trace.left},
            lids.metric: {"unit": lids.unit, "right": lids.right, "left": lids.left},
            "notes": [note.to_dict() for note in self.notes],
            "provenance": self.movement.provenance,
        }
        return {name: make_plain(value) for name, value in known.items()}

    def plot(self, language: str | os.PathLike[str] = "en") -> Figure:
        """Draw each side's course in time, and that of the lids (extra ``report``)."""
        from asymmetry.core.text import Text
        from asymmetry.report.plots.clip import draw_clip

        return draw_clip(self.timing, Text.load(language))

    def film_strip(self, path: str | os.PathLike[str], frames: int = 8) -> Path:
        """Write a picture of some frames side by side, eyes level and at one scale.

        The clip's file is read once more. The picture shows the face; only its owner may read it.

        Parameters
        ----------
        path : path
            Ending in ``.png`` or ``.jpg``.
        frames : int
            How many, at even times from the frame at rest over the height of the expression.

        Raises
        ------
        InvalidInputError
            If the path ends otherwise, or there is no such folder.
        """
        from asymmetry.report.film import draw_film, film_frames
        from asymmetry.report.side_by_side import check_picture

        target = check_picture(path)
        numbers = film_frames(self.timing, self.track.landmarks, frames)
        found = pick_frames(self.source, numbers)
        mirrored = bool(self.landmarks.provenance.get("mirrored"))
        shown = {number: _turn_back(pixels, mirrored) for number, pixels in found.items()}
        return draw_film(shown, self.track.landmarks, self.timing, target)

    def __repr__(self) -> str:
        timing, metric = self.timing, self.timing.trace.metric
        sides = f"right {timing.right.excursion:.1f}, left {timing.left.excursion:.1f}"
        return (
            f"Clip of {self.name} ({self.expression}, {len(self.track)} frames): {metric} {sides} "
            f"{timing.trace.unit}, lag {timing.lag.seconds:+.3f} s"
        )


def read_clip(
    clip: PhotoSource,
    *,
    expression: str | None = None,
    mirrored: bool = False,
    extractor: Extractor | None = None,
    max_seconds: float = DEFAULT_MAX_SECONDS,
    progress: Progress | None = None,
) -> Clip:
    """Read a short video of one expression, from rest to its height.

    Each frame is read the fast way, a sharp and still one at rest and one at the height of the expression as
    photos are. From these two, brows, corners and irises are followed through all frames. Frames are decoded
    one by one, twice; nothing is written, and nothing leaves the computer.

    Parameters
    ----------
    clip : path, URL, bytes, PhotoBytes or open binary file
        MP4, MOV, WebM, Matroska or AVI.
    expression : str, optional
        The expression it shows. Default: that of its name, else it is read from the face.
    mirrored : bool
        The video was stored mirrored, as many selfies are.
    extractor : Extractor, optional
        Reads the points, in its own way: `mirrored` is then left at its default.
    max_seconds : float
        Longer clips are refused.
    progress : callable, optional
        Wraps the iterable of frames, as ``tqdm.tqdm`` does.

    Returns
    -------
    Clip
        Sides are the patient's own; differences are right minus left.

    Raises
    ------
    PhotoError
        If the clip can't be read: `UnreadablePhotoError` if it is no video, damaged or cut off,
        `UnsuitablePhotoError` if it is too long, `NoFaceError`, or `SeveralFacesError`.
    InvalidInputError
        If an argument is not one that this function takes.

    Examples
    --------
    >>> read_clip("no-such-clip.mp4")
    Traceback (most recent call last):
    ...
    asymmetry.errors.UnreadablePhotoError: no-such-clip.mp4: there is no such file
    """
    if extractor is not None and mirrored:
        raise InvalidInputError("read_clip: give mirrored to your own Extractor instead")
    known = tuple(name for name in EXPRESSIONS if name != "rest")
    if expression not in (None, *known):
        raise InvalidInputError(f"unknown expression {expression!r}: use one of {', '.join(known)}")
    name = name_source(clip)
    source, record = load_source(clip, name), describe_photo(name)
    if record.expression != "rest":
        expression = expression or record.expression
    frames: Any = read_frames(source, name=name, max_seconds=max_seconds)
    with extractor_or(extractor, mirrored=mirrored) as reader:
        track = track_face(progress(frames) if progress else frames, reader, name)
        timing = time_expression(track.landmarks, track.seconds, track.sharpness, expression)
        timing, landmarks, found = _read_moments(reader, source, timing)
    pictures = tuple(found[number] for number in timing.moments)
    if timing.expression != "eye_closure":
        again = read_frames(source, name=name, max_seconds=max_seconds)
        closing = _find_closing(timing)
        followed = follow_face(
            again, track.landmarks, found, mirrored=reader.mirrored, closing=closing
        )
        track, timing = replace(track, landmarks=followed), _time_again(followed, track, timing)
    notes = _list_doubts(track, timing.moments)
    timing = replace(timing, notes=(*timing.notes, *notes))
    about = _describe_moments(record, source, timing, track)
    landmarks = label_rows(landmarks, about)
    turned = tuple(
        _turn_back(pixels, bool(landmarks.provenance.get("mirrored"))) for pixels in pictures
    )
    moved = movement(landmarks[:1], landmarks[1:])
    return Clip(
        name=name,
        timing=timing,
        landmarks=landmarks,
        about=about,
        movement=moved,
        track=track,
        pictures=turned,
        source=source,
    )


def _read_moments(
    reader: Extractor, source: PhotoSource, timing: Timing
) -> tuple[Timing, Landmarks, dict[int, Pixels]]:
    """Read a few frames of each moment, and keep the two between which the face moves as it mostly does."""
    rest, peak = timing.choices
    found = pick_frames(source, {*rest, *peak})
    landmarks = reader.extract([found[number] for number in (*rest, *peak)])
    pairs = np.indices((len(rest), len(peak))).reshape(2, -1)
    pairs[1] += len(rest)
    metric = timing.trace.metric
    moved = movement(*(landmarks[each] for each in pairs), metrics=[metric], keep_noise=True)
    ways = np.array([moved[name] for name in movement_catalogue()[metric].columns[:2]])
    odd = np.array([np.abs(way - median_of(way)) for way in ways]).sum(axis=0)
    pair = pairs[:, np.where(np.isfinite(odd), odd, np.inf).argmin()]
    chosen = Moments(*np.array([*rest, *peak])[pair].tolist())
    anchors = {number: found[number] for number in chosen}
    return replace(timing, moments=chosen), landmarks[pair], anchors


def _find_closing(timing: Timing) -> Mask:
    """Frames in which the right and the left eye close, shape (2, n)."""
    return np.stack([line.value > _CLOSING_PCT for line in timing.lids.smooth])


def _list_doubts(track: Track, moments: Moments) -> Iterator[Note]:
    """Whether the clip seems to show two people, or to be put together of parts."""
    landmarks = track.landmarks
    shape, seen = shapes(landmarks), np.flatnonzero(landmarks.usable)
    strange = [compare_shapes(shape[[moments.rest, row]]) == "different" for row in seen.tolist()]
    if np.mean(strange) > _STRANGE:
        yield Note("clip_other_person", share=float(np.mean(strange)))
    right, left = landmarks.layout.pairs["outer_canthus"]
    across = landmarks.points[seen, right, :2] - landmarks.points[seen, left, :2]
    size, seconds = np.linalg.norm(across.astype(np.float64), axis=-1), track.seconds[seen]
    jumps = np.abs(np.diff(np.log(size))) > _JUMP
    jumps &= np.diff(seconds) <= _NEXT_S
    if jumps.any():
        yield Note("clip_jumps", seconds=float(seconds[1:][jumps][0]))


def _time_again(followed: Landmarks, track: Track, timing: Timing) -> Timing:
    """The timing of points that were followed from its two frames."""
    found = time_expression(followed, track.seconds, track.sharpness, timing.expression)
    return replace(found, moments=timing.moments, choices=timing.choices)


def _describe_moments(
    record: PhotoRecord, source: PhotoSource, timing: Timing, track: Track
) -> tuple[PhotoRecord, ...]:
    """The facts about both frames."""
    given = source.when if isinstance(source, PhotoBytes) else None
    dated = record.add_dates([given])
    labels = ("rest", timing.expression)
    return tuple(
        replace(
            dated,
            photo=f"{record.photo} {track.seconds[number]:.2f} s",
            expression=label,
            mirrored=None,
        )
        for number, label in zip(timing.moments, labels, strict=True)
    )


def _turn_back(pixels: Pixels, mirrored: bool) -> Pixels:
    """A frame as it was measured."""
    return np.ascontiguousarray(pixels[:, ::-1]) if mirrored else pixels
