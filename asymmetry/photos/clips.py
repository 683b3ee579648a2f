"""Clips: the frames of a short video one by one, upright, each with its time. Nothing is kept or written."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from io import SEEK_END, BytesIO
from typing import Any, BinaryIO, NamedTuple

import cv2
import numpy as np
from PIL import Image

from asymmetry.core.arrays import Pixels, is_number
from asymmetry.core.notes import Note
from asymmetry.core.quiet import quiet
from asymmetry.errors import InvalidInputError, UnreadablePhotoError, UnsuitablePhotoError
from asymmetry.photos.photo import DEFAULT_MAX_MEGAPIXELS, PhotoSource, check_limit, opened
from asymmetry.photos.sources import load_source, name_source

__all__ = ["DEFAULT_MAX_SECONDS", "Frame", "encode_png", "pick_frames", "read_frames"]

#: A clip shows one expression; a longer one is refused unless the caller says otherwise.
DEFAULT_MAX_SECONDS = 60.0
#: A file of which fewer of its frames can be decoded than this share was cut off. Some formats only estimate
#: how many there are.
_LEAST_READ = 0.9
#: Where the name of a kind of file stands in its first bytes, and that name. Others, such as play lists, may
#: name further files and addresses, which FFmpeg would open.
_BOXES = (b"ftyp", b"moov", b"mdat", b"free", b"wide", b"skip")
_STARTS = (*((4, box) for box in _BOXES), (0, b"\x1a\x45\xdf\xa3"), (8, b"AVI "))
_HEAD_BYTES, _BOX_HEAD = 16, 8


class Frame(NamedTuple):
    """One frame: its number from 0, seconds since the first one, and upright RGB pixels (H, W, 3)."""

    number: int
    seconds: float
    pixels: Pixels


def read_frames(
    source: PhotoSource,
    *,
    name: str | None = None,
    max_seconds: float = DEFAULT_MAX_SECONDS,
    max_megapixels: float = DEFAULT_MAX_MEGAPIXELS,
) -> Iterator[Frame]:
    """Decode a clip frame by frame; one frame is in memory at a time.

    Parameters
    ----------
    source : path, URL, bytes, PhotoBytes or open binary file
        MP4, MOV, WebM, Matroska or AVI, in whatever codec OpenCV decodes: H.264, HEVC, VP8, VP9, AV1, MPEG-4,
        MJPEG. It is turned upright as its rotation tag says.
    name : str, optional
        Its name in errors; by default the path.
    max_seconds : float
        Longer clips are refused.
    max_megapixels : float
        Clips of larger frames are refused before one is decoded.

    Yields
    ------
    Frame
        In order of time. The seconds are the file's own time stamps, so that a variable frame rate does no
        harm.

    Raises
    ------
    UnreadablePhotoError
        If the file is missing, no video, holds no picture that can be decoded, or is cut off.
    UnsuitablePhotoError
        If it is too long, or its frames are too large.
    InvalidInputError
        If it is nothing that a file can be, or a limit is not a positive number.

    Examples
    --------
    >>> next(read_frames("no-such-clip.mp4"))
    Traceback (most recent call last):
    ...
    asymmetry.errors.UnreadablePhotoError: no-such-clip.mp4: there is no such file
    """
    check_limit(max_megapixels)
    given: object = max_seconds
    if not is_number(given) or not given > 0:
        raise InvalidInputError(f"max_seconds: {max_seconds!r} is not a number above 0")
    name = name or name_source(source)
    if isinstance(source, np.ndarray) or hasattr(source, "getexif"):
        raise InvalidInputError(f"{name}: a clip is a file of a video, and this is a picture")
    with opened(load_source(source, name), name) as stream, _Decoder(stream, name) as decoder:
        decoder.check_size(max_megapixels)
        decoder.check_length(max_seconds)
        yield from decoder.frames(max_seconds)


def pick_frames(source: PhotoSource, numbers: Collection[int]) -> dict[int, Pixels]:
    """Some frames of a clip by their numbers; all others are passed over without keeping them.

    Parameters
    ----------
    source : path, bytes, PhotoBytes
        The clip, which `read_frames` has read.
    numbers : collection of int
        Numbers of `Frame`.
    """
    wanted, name = set(numbers), name_source(source)
    if not wanted:
        return {}
    with opened(source, name) as stream, _Decoder(stream, name) as decoder:
        return dict(decoder.pick(wanted))


class _Decoder:
    """OpenCV's decoder on an open file. A context manager."""

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self._name = name
        head = stream.read(_HEAD_BYTES)
        if not head:
            raise UnreadablePhotoError(name, Note("empty_file"))
        if not any(head[at : at + len(kind)] == kind for at, kind in _STARTS):
            raise UnreadablePhotoError(name, Note("clip_no_video"))
        self._has_boxes = head[4:8] in _BOXES
        if self._has_boxes and _ends_early(stream):
            raise UnreadablePhotoError(name, Note("clip_cut_off"))
        stream.seek(0)
        with quiet(), _silent_opencv():
            self._capture = cv2.VideoCapture(stream, cv2.CAP_FFMPEG, [])  # type: ignore[call-overload]
        if not self._capture.isOpened():
            raise UnreadablePhotoError(name, Note("clip_no_picture"))

    def __enter__(self) -> _Decoder:
        return self

    def __exit__(self, *_: object) -> None:
        self._capture.release()

    def check_size(self, max_megapixels: float) -> None:
        """Refuse frames that are too large."""
        width = int(self._capture.get(cv2.CAP_PROP_FRAME_WIDTH))
        height = int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        megapixels = width * height / 1e6
        if megapixels > max_megapixels:
            found = {"width": width, "height": height, "megapixels": megapixels}
            raise UnsuitablePhotoError(
                self._name, Note("too_many_megapixels", limit=max_megapixels, **found)
            )

    def check_length(self, max_seconds: float) -> None:
        """Refuse a clip whose header announces too many frames."""
        rate = self._rate()
        if rate and self._frame_count() / rate > max_seconds + 1 / rate:
            self._refuse_length(self._frame_count() / rate, max_seconds)

    def _refuse_length(self, seconds: float, limit: float) -> None:
        raise UnsuitablePhotoError(self._name, Note("clip_too_long", seconds=seconds, limit=limit))

    def _rate(self) -> float:
        """Frames per second; 0 where the file does not say it."""
        return max(float(self._capture.get(cv2.CAP_PROP_FPS)), 0.0)

    def _frame_count(self) -> float:
        """How many frames there should be; 0 where the file does not say it."""
        return max(float(self._capture.get(cv2.CAP_PROP_FRAME_COUNT)), 0.0)

    def frames(self, max_seconds: float) -> Iterator[Frame]:
        """Decode all frames."""
        number, seconds, first = 0, 0.0, 0.0
        while True:
            with quiet():
                there, pixels = self._capture.read()
            if not there:
                break
            stamp = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            if number == 0:
                first = stamp
            seconds = self._time(number, stamp - first, seconds)
            if seconds > max_seconds:
                self._refuse_length(seconds, max_seconds)
            yield Frame(number, seconds, _rgb(pixels))
            number += 1
        self._check_end(number)

    def _time(self, number: int, seconds: float, before: float) -> float:
        """The time of a frame; a file without time stamps has its frames at an even rate."""
        if number == 0 or seconds > before:
            return seconds
        rate = self._rate()
        if not rate:
            raise UnreadablePhotoError(self._name, Note("clip_no_times"))
        return before + 1 / rate

    def _check_end(self, read: int) -> None:
        """Refuse a clip of which a part is missing."""
        if read == 0:
            raise UnreadablePhotoError(self._name, Note("clip_no_picture"))
        announced = round(self._frame_count())
        # An MP4 that was trimmed may hold more frames than it shows.
        if not self._has_boxes and read < _LEAST_READ * announced:
            raise UnreadablePhotoError(
                self._name, Note("clip_cut_short", read=read, announced=announced)
            )

    def pick(self, wanted: set[int]) -> Iterator[tuple[int, Pixels]]:
        """Decode some frames."""
        for number in range(max(wanted) + 1):
            with quiet():
                there = self._capture.grab()
            if not there:
                return
            if number in wanted:
                _, pixels = self._capture.retrieve()
                yield number, _rgb(pixels)


@contextmanager
def _silent_opencv() -> Iterator[None]:
    """Keep OpenCV's own warnings off the terminal: a file that it can't open is told by an error."""
    before = cv2.utils.logging.getLogLevel()
    cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        yield
    finally:
        cv2.utils.logging.setLogLevel(before)


def _ends_early(stream: BinaryIO) -> bool:
    """Whether an ISO media file (ISO/IEC 14496-12) ends within its pictures or its index."""
    end, at = stream.seek(0, SEEK_END), 0
    while at + _BOX_HEAD <= end:
        stream.seek(at)
        head = stream.read(2 * _BOX_HEAD)
        size, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if size == 1:  # the size stands behind, in 64 bits
            size = int.from_bytes(head[8:], "big")
        if size < _BOX_HEAD:  # 0: up to the file's end
            return False
        if at + size > end and kind in _BOXES:
            return True
        at += size
    return False


def encode_png(pixels: Pixels) -> bytes:
    """Pixels as a PNG file of their own, which loses nothing."""
    stream = BytesIO()
    Image.fromarray(pixels).save(stream, "PNG", compress_level=1)
    return stream.getvalue()


def _rgb(pixels: Any) -> Pixels:
    return np.asarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB), dtype=np.uint8)
