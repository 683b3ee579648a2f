"""The photos of made series as files, kept from run to run by what they show."""

from __future__ import annotations

import functools
import hashlib
import shutil
import zlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from PIL import ExifTags, Image

from asymmetry.core.arrays import Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.errors import InvalidInputError
from asymmetry.photos.photo import read_photo
from asymmetry.synthetic import Move, jitter_photo, warp_photo
from benchmarks.fidelity.eyes import close_lid
from benchmarks.fidelity.photos import SHARED
from benchmarks.verdicts.courses import Case, Pose, Shot
from benchmarks.verdicts.reading import Reader

__all__ = ["DAY_ZERO", "Studio", "photo_name"]

DAY_ZERO = date(2026, 3, 9)
_FIRST_PHOTO, _NEXT_PHOTO = time(9, 10), timedelta(minutes=2)
_JPEG_QUALITY = 95
#: A photo that the hand shook: the length of the blur as a part of the photo's width.
_SHAKEN = 0.025
_WRONG_YEAR = timedelta(days=365)
#: Where a face has no room for a move, it is made shorter: to these parts of it.
_SHARES = (1.0, 0.85, 0.7, 0.55)
#: Raise it where photos are made in another way than before.
_MADE = 1


class Studio:
    """Makes photos of a case; those that it made before are taken from a folder.

    Parameters
    ----------
    folder : pathlib.Path
        Where made photos are kept.
    reader : Reader
        Reads where the parts of a face are.
    """

    def __init__(self, folder: Path, reader: Reader) -> None:
        self._folder, self._reader = folder, reader
        folder.mkdir(parents=True, exist_ok=True)

    def fill_folder(self, case: Case, folder: Path, others: Sequence[str]) -> None:
        """Write the photos of a case.

        Parameters
        ----------
        case : Case
            The case.
        folder : pathlib.Path
            An empty folder.
        others : sequence of str
            People of whom one is the other person in the series.
        """
        stranger = next(person for person in others if person != case.person)
        for number, shot in enumerate(case.shots):
            person = case.person
            if shot.flaw == "other person":
                person = stranger
            shutil.copy(self.make_photo(person, shot, number), folder / photo_name(case, number))

    def make_photo(self, person: str, shot: Shot, number: int) -> Path:
        """The file of one photo, made if it is not there."""
        key = hashlib.sha256(repr((_MADE, person, shot, number)).encode()).hexdigest()
        path = self._folder / f"{key[:32]}.jpg"
        if not path.is_file():
            _write(path, self._pixels(person, shot), _clock(shot, number))
        return path

    def _pixels(self, person: str, shot: Shot) -> Pixels:
        seed = zlib.crc32(repr((person, shot.day, shot.expression, shot.take)).encode())
        pixels = jitter_photo(self._posed(person, shot.pose), np.random.default_rng(seed)).pixels
        if shot.flaw == "mirrored":
            return np.ascontiguousarray(pixels[:, ::-1])
        if shot.flaw == "blurred":
            return _shake(pixels)
        return pixels

    @functools.lru_cache(maxsize=64)  # noqa: B019  a studio lives as long as the run
    def _posed(self, person: str, pose: Pose) -> Pixels:
        """A person's photo in a pose."""
        pixels, landmarks = self._sitter(person, pose.smiling)
        for side, share in pose.closed:
            pixels = close_lid(pixels, landmarks, side, share=share).pixels
        return _move(pixels, landmarks, pose.moves)

    @functools.lru_cache(maxsize=64)  # noqa: B019
    def _sitter(self, person: str, smiling: bool) -> tuple[Pixels, Landmarks]:
        path = _find_photo(person, "smiling" if smiling else "neutral")
        return read_photo(path).pixels, self._reader.extract([path])


def _move(pixels: Pixels, landmarks: Landmarks, moves: Sequence[Move]) -> Pixels:
    """Move parts as far as is asked for, or as this face has room for."""
    for share in _SHARES[:-1]:
        try:
            return warp_photo(pixels, landmarks, [_shorten(move, share) for move in moves]).pixels
        except InvalidInputError:
            continue
    return warp_photo(pixels, landmarks, [_shorten(move, _SHARES[-1]) for move in moves]).pixels


def _shorten(move: Move, share: float) -> Move:
    return replace(move, up_mm=share * move.up_mm, out_mm=share * move.out_mm)


def photo_name(case: Case, number: int) -> str:
    """The name of a case's photo: with its expression, or as a camera names it."""
    shot = case.shots[number]
    if case.labelled:
        return f"{_clock(replace(shot, flaw=''), number).date()} {shot.expression} {number}.jpg"
    return f"IMG_{1000 + number}.jpg"


def _clock(shot: Shot, number: int) -> datetime:
    when = (
        datetime.combine(DAY_ZERO + timedelta(days=shot.day), _FIRST_PHOTO) + number * _NEXT_PHOTO
    )
    if shot.flaw == "misdated":
        return when - _WRONG_YEAR
    if shot.flaw == "dated late":
        return when + _WRONG_YEAR
    return when


def _find_photo(person: str, expression: str) -> Path:
    """A person's photo, in one of the sets of neutral and smiling faces."""
    names = (f"london/{person}_{expression}.jpg", f"more/{person}.jpg")
    return next(path for path in map(SHARED.joinpath, names) if path.is_file())


def _shake(pixels: Pixels) -> Pixels:
    """Blur along a line."""
    length = int(_SHAKEN * pixels.shape[1]) | 1
    line = np.eye(length, dtype=np.float32) / length
    return np.asarray(cv2.filter2D(pixels, -1, line), dtype=np.uint8)


def _write(path: Path, pixels: Pixels, taken: datetime) -> None:
    exif: Any = Image.Exif()
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.DateTimeOriginal] = taken.strftime(
        "%Y:%m:%d %H:%M:%S"
    )
    exif[ExifTags.Base.Make], exif[ExifTags.Base.Model] = "Made", "Verdicts"
    Image.fromarray(pixels).save(path, quality=_JPEG_QUALITY, exif=exif)
