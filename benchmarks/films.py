"""Clips with a known loss and lag: a photo's parts are moved frame by frame, each side on its own.

Each frame is photographed again: the head turns a little, the camera shakes, there is grain, and all of it is
encoded as a video.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry import Extractor
from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.schemes import SIDES, Side
from asymmetry.synthetic import Move, Part, Retake, prepare_sitter, retake_photo, warp_photo
from tests.videos import stretch_times

__all__ = ["HOLD", "ONSET", "RATE", "RISE", "SIZE", "Case", "film", "shake"]

#: Frames per second unless a case has another rate, and how long a clip is, s.
RATE, _LENGTH = 30.0, 1.5
#: A movement begins at the onset, takes so long, is held and goes back, s.
ONSET, RISE, HOLD = 0.3, 0.4, 0.2
#: Size of the video, px.
SIZE = (960, 720)
#: Turns of the head, degrees, and shake of the camera, px: amplitude and times per second.
_YAW, _PITCH, _ROLL, _SHAKE = (3.0, 0.4), (2.0, 0.3), (1.5, 0.7), (6.0, 1.1)
_GRAIN, _GRAINS = 3.0, 7
#: OpenCV's MP4 has so many ticks for each frame; frames of a variable rate last this share of the even time.
_TICKS, _UNEVEN = 512, (0.7, 1.5)


@dataclass(frozen=True)
class Case:
    """A movement: the part, how far it goes up and out, mm, and the weaker side's share, and its lag, s.

    ``rate`` is that of frames per second; ``uneven`` frames last for different times.
    """

    name: str
    expression: str
    part: Part
    up_mm: float
    out_mm: float
    weak: Side
    share: float
    lag: float
    rate: float = RATE
    uneven: bool = False

    @property
    def ticks(self) -> npt.NDArray[np.int64]:
        """How long each frame lasts, `_TICKS` in one of an even rate."""
        count = round(_LENGTH * self.rate)
        if not self.uneven:
            return np.full(count, _TICKS)
        return np.rint(_TICKS * np.random.default_rng(count).uniform(*_UNEVEN, count)).astype(int)

    @property
    def seconds(self) -> FloatArray:
        """Times of the frames."""
        return np.concatenate([[0], np.cumsum(self.ticks[:-1])]) / _TICKS / self.rate

    def ways(self) -> dict[Side, FloatArray]:
        """The share of the whole way that each side has gone in each frame."""
        return {
            side: self.share * _course(self.seconds - self.lag)
            if side == self.weak
            else _course(self.seconds)
            for side in SIDES
        }

    def moves(self, shares: Mapping[Side, float]) -> list[Move]:
        """The parts moved by a share of the whole way on each side."""
        return [
            Move(self.part, side, up_mm=self.up_mm * share, out_mm=self.out_mm * share)
            for side, share in shares.items()
        ]


def _course(seconds: FloatArray) -> FloatArray:
    return _ease((seconds - ONSET) / RISE) - _ease((seconds - ONSET - RISE - HOLD) / RISE)


def _ease(share: FloatArray) -> FloatArray:
    """From 0 to 1 by the way of least jerk (Flash and Hogan 1985)."""
    at = np.clip(share, 0.0, 1.0)
    return np.asarray(at**3 * (10 - 15 * at + 6 * at * at))


def film(path: Path, case: Case, photo: Pixels, extractor: Extractor, seed: int) -> None:
    """Encode one clip of a photo."""
    landmarks = extractor.extract([photo])
    sitter, ways = prepare_sitter(photo, landmarks), case.ways()
    writer = cv2.VideoWriter(
        str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), case.rate, SIZE
    )
    phases = np.random.default_rng(seed).uniform(0, 2 * np.pi, 5)
    for frame, when in enumerate(case.seconds):
        moves = case.moves({side: float(way[frame]) for side, way in ways.items()})
        moved = replace(sitter, pixels=warp_photo(photo, landmarks, moves).pixels)
        yaw, pitch, roll = (
            size * np.sin(2 * np.pi * speed * when + phase)
            for (size, speed), phase in zip((_YAW, _PITCH, _ROLL), phases, strict=False)
        )
        turned = retake_photo(moved, Retake(yaw_deg=yaw, pitch_deg=pitch, roll_deg=roll)).pixels
        writer.write(shake(turned, when, phases[3:])[..., ::-1])
    writer.release()
    if case.uneven:
        stretch_times(path, [(1, int(ticks)) for ticks in case.ticks])


@functools.cache
def _grains() -> list[npt.NDArray[np.int16]]:
    """Some pictures of grain, for frames to take in turn."""
    rng, (width, height) = np.random.default_rng(0), SIZE
    return [rng.normal(0, _GRAIN, (height, width, 3)).astype(np.int16) for _ in range(_GRAINS)]


def shake(pixels: Pixels, when: float, phases: FloatArray) -> Pixels:
    """A frame as a camera in the hand sees it, with grain."""
    size, speed = _SHAKE
    across, down = size * np.sin(2 * np.pi * speed * when + phases)
    width, height = SIZE
    left, top = (width - pixels.shape[1]) / 2 + across, (height - pixels.shape[0]) / 2 + down
    matrix = np.array([[1.0, 0.0, left], [0.0, 1.0, top]])
    seen = cv2.warpAffine(pixels, matrix, SIZE, borderMode=cv2.BORDER_REPLICATE)
    grain = _grains()[round(when * RATE) % _GRAINS]
    return np.asarray(np.clip(seen + grain, 0, 255), np.uint8)
