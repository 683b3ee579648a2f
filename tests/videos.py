"""Clips made here: a still photo whose parts move as told, encoded as a real video."""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels

MP4, AVI, WEBM = ("mp4v", ".mp4"), ("MJPG", ".avi"), ("VP80", ".webm")


def write_video(
    path: Path, frames: Sequence[Pixels], *, fps: float = 30.0, codec: str = "mp4v"
) -> Path:
    """Encode RGB frames of one size."""
    height, width = frames[0].shape[:2]
    writer = cv2.VideoWriter(
        str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*codec), fps, (width, height)
    )
    assert writer.isOpened(), codec
    for frame in frames:
        writer.write(frame[..., ::-1])
    writer.release()
    return path


def ease(share: FloatArray) -> FloatArray:
    """From 0 to 1 with no speed at either end: the way of least jerk (Flash and Hogan 1985)."""
    at = np.clip(share, 0.0, 1.0)
    return at**3 * (10 - 15 * at + 6 * at * at)


def rise_and_fall(seconds: FloatArray, onset: float, rise: float, hold: float) -> FloatArray:
    """0 up to the onset, then up to 1, there for a while, and down again."""
    return ease((seconds - onset) / rise) - ease((seconds - onset - rise - hold) / rise)


def shake(width: int, height: int, when: float) -> Callable[[Pixels], Pixels]:
    """The move of a camera in the hand at a moment, which makes a picture twice as large."""
    angle = 1.0 * np.sin(2 * np.pi * 0.7 * when)
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), angle, 2.0)
    matrix[:, 2] += [width / 2 + 4 * np.sin(5 * when), height / 2 + 3 * np.cos(6 * when)]
    return lambda pixels: np.asarray(
        cv2.warpAffine(pixels, matrix, (2 * width, 2 * height), borderMode=cv2.BORDER_REPLICATE),
        np.uint8,
    )


def change_box(path: Path, name: bytes, change: Callable[[bytearray, int], None]) -> None:
    """Change the content of an MP4 file's first box of a name; ``at`` is where the content begins."""
    content = bytearray(path.read_bytes())
    at = content.index(name) + 4
    change(content, at)
    path.write_bytes(content)


def turn_by_tag(path: Path) -> None:
    """Say in the track's matrix that the frames are to be shown turned clockwise by 90°."""

    def change(content: bytearray, at: int) -> None:
        matrix = (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
        content[at + 40 : at + 76] = struct.pack(">9i", *matrix)

    change_box(path, b"tkhd", change)


def stretch_times(path: Path, entries: Sequence[tuple[int, int]]) -> None:
    """Give an MP4's frames other durations: pairs of how many frames, and how long each is, in ticks.

    The index has to lie at the file's end, as OpenCV writes it.
    """
    content = bytearray(path.read_bytes())
    assert content.rindex(b"moov") > content.rindex(b"mdat")
    at = content.index(b"stts") - 4
    size = struct.unpack(">I", content[at : at + 4])[0]
    made = struct.pack(">I4sII", 16 + 8 * len(entries), b"stts", 0, len(entries))
    made += b"".join(struct.pack(">II", *entry) for entry in entries)
    content[at : at + size] = made
    if b"edts" in content:  # it would cut off what lasts longer than before
        edits = content.index(b"edts")
        content[edits : edits + 4] = b"free"
    for box in (b"moov", b"trak", b"mdia", b"minf", b"stbl"):
        start = content.index(box) - 4
        old = struct.unpack(">I", content[start : start + 4])[0]
        content[start : start + 4] = struct.pack(">I", old + len(made) - size)
    path.write_bytes(content)
