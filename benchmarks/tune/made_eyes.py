"""Pictures for the network that reads lids: eyes of people, made anew with a known truth.

Lids are moved by a known amount, as a shutter over the eye or with the eye squeezed, and the picture is
turned, shifted, lit, shaded, made up, blurred and compressed. Of closed lids the lashes may be wiped off, and
the line between them dark, faint or wet.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.extract.edges.lids import EYE_PICTURE
from benchmarks.tune.eyes import AXIS, OUT, STEP, UP, Eye

__all__ = ["Made", "make_eye", "photographed"]

# Margins count most where they were read, over the pupil: normal weights of this width on a floor.
_WIDTH, _FLOOR = 0.15, 0.2
# Lids that are less apart than this meet, cm.
_MEETING = 0.1


@dataclass(frozen=True, eq=False)
class Made:
    """A picture for the network, and the truth in it.

    ``picture`` has the shape of `EYE_PICTURE`; ``heights`` (2, cells) are those of the margins at its
    columns, ``weights`` (cells,) the weight of each column.
    """

    picture: Pixels
    heights: FloatArray
    weights: FloatArray


@dataclass(frozen=True, eq=False)
class _Moved:
    """An eye with other margins, seen through a turned, scaled and shifted picture.

    ``at`` (rows, columns, 2) are the picture's places in the eye; ``was`` and ``now`` the upper and the
    lower margin there, before and after.
    """

    eye: Eye
    at: FloatArray
    was: FloatArray
    now: FloatArray
    squeezed: bool

    def drawn(self, rng: np.random.Generator) -> FloatArray:
        """The picture: skin stretches from where it is held to a margin; the eye is covered, or squeezed."""
        up = self.at[..., 1]
        (upper, lower), (high, low) = self.was, self.now
        raised, sunk = high - upper, low - lower
        above = up - raised * np.clip(
            (upper + 1.1 - up) / np.maximum(upper + 1.1 - high, 0.05), 0, 1
        )
        below = up - sunk * np.clip((up - lower + 1.1) / np.maximum(low - lower + 1.1, 0.05), 0, 1)
        source = np.where(up >= high, above, np.where(up <= low, below, self._eyeball(up)))
        shown = self._sampled(source)
        inside = (up < high) & (up > low)
        if (raised != 0).any() or (sunk != 0).any():
            # Lashes and the margin's own edge go along with the lid.
            edges = (
                (high - up, raised, rng.uniform(0.02, 0.13)),
                (up - low, sunk, rng.uniform(0.01, 0.06)),
            )
            for depth, moved, band in edges:
                share = (np.clip(1 - depth / band, 0, 1) * inside * (np.abs(moved) > 0.005))[
                    ..., None
                ]
                shown = shown * (1 - share) + self._sampled(up - moved) * share
        return shown

    def _eyeball(self, up: FloatArray) -> FloatArray:
        (upper, lower), (high, low) = self.was, self.now
        if self.squeezed:
            return np.asarray(lower + (up - low) * (upper - lower) / np.maximum(high - low, 0.01))
        middle = lower + 0.45 * (upper - lower)
        over = middle + (up - middle) * (upper - middle) / np.maximum(high - middle, 0.02)
        under = middle + (up - middle) * (lower - middle) / np.minimum(low - middle, -0.02)
        bared = np.where((up > middle) & (high > upper), over, up)
        return np.where((up < middle) & (low < lower), under, bared)

    def _sampled(self, up: FloatArray) -> FloatArray:
        columns = ((OUT - self.at[..., 0]) / STEP - 0.5).astype(np.float32)
        rows = ((UP - up) / STEP - 0.5).astype(np.float32)
        found = cv2.remap(
            self.eye.picture, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        )
        return np.asarray(found, dtype=np.float64)


def make_eye(
    eye: Eye, rng: np.random.Generator, *, plain: bool = False, opened: float | None = None
) -> Made:
    """One picture of an eye for the network, and its truth.

    Parameters
    ----------
    eye : Eye
        Whose.
    rng : Generator
        What is chosen by chance.
    plain : bool
        Only turn, scale and shift it.
    opened : float, optional
        How wide the eye shall be open, as a share. Default: by chance, or as it is where ``plain``.
    """
    factors = np.ones((2, len(AXIS)))
    if opened is not None:
        factors[0] = opened
    elif not plain:
        factors = _openings(eye, rng)
    gap = np.maximum(eye.upper - eye.lower, 0)
    low = eye.upper - factors[1] * gap
    lines = np.stack([low + factors[0] * (eye.upper - low), low])
    angle, size = np.radians(rng.normal() * 3.5), np.exp(rng.normal() * 0.07)
    turn = size * np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    turn[0, 1] += rng.normal() * 0.03
    shift = rng.normal(size=2) * 0.12
    at = EYE_PICTURE.grid() @ turn.T + shift
    was, now = (
        np.stack([np.interp(at[..., 0], AXIS, line) for line in pair])
        for pair in ((eye.upper, eye.lower), lines)
    )
    squeezed = not plain and rng.random() < 0.35
    shown = _Moved(eye, at, was, now, squeezed).drawn(rng)
    picture = (
        np.clip(shown, 0, 255).astype(np.uint8) if plain else _altered(shown, eye, at, now, rng)
    )
    return Made(picture, *_truth(eye, lines, turn, shift))


def _openings(eye: Eye, rng: np.random.Generator) -> FloatArray:
    """Factors on the opening by which the upper and the lower lid move, along `AXIS`."""
    factors = np.ones((2, len(AXIS)))
    chosen = rng.random()
    if chosen < 0.22:  # closed, or nearly
        factors[0] *= rng.uniform(0, 0.08) * (rng.random() < 0.5)
    elif chosen < 0.72:
        inner, outer = np.sort(eye.canthi[:, 0])
        tilt = (np.clip((AXIS - inner) / (outer - inner), 0, 1) - 0.5) * rng.normal() * 0.15
        factors[0] = np.clip(rng.uniform(0, 1.3) + tilt, 0, 1.4)
    if rng.random() < 0.4:
        factors[1] *= rng.uniform(0.35, 1.15)
    return factors


def _truth(
    eye: Eye, lines: FloatArray, turn: FloatArray, shift: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Heights of the margins, and weights, at the columns of the picture."""
    back = np.linalg.inv(turn)
    columns = EYE_PICTURE.columns
    heights = []
    for line in lines:
        seen = (np.column_stack([AXIS, line]) - shift) @ back.T
        order = np.argsort(seen[:, 0])
        heights.append(np.interp(columns, seen[order, 0], seen[order, 1]))
    counted = _FLOOR + np.exp(-((AXIS - eye.pupil[0]) ** 2) / (2 * _WIDTH**2))
    weights = eye.weight * np.interp(columns, seen[order, 0], counted[order])
    inner, outer = np.sort(((eye.canthi - shift) @ back.T)[:, 0])
    return np.array(heights), weights * ((columns > inner + 0.08) & (columns < outer - 0.08))


def _altered(
    shown: FloatArray, eye: Eye, at: FloatArray, now: FloatArray, rng: np.random.Generator
) -> Pixels:
    """The picture under other light and skin, made up, shaded, blurred, grainy and compressed."""
    shown = _closed(shown, at, now, eye, rng)
    out, up = at[..., 0], at[..., 1]
    depth, height = np.minimum(now[0] - up, up - now[1]), up - now
    inside = np.clip(depth / 0.03 + 0.5, 0, 1)
    inner, outer = np.sort(eye.canthi[:, 0])
    across = np.clip(np.minimum(out - inner, outer - out) / 0.15 + 0.5, 0, 1)
    for chance, factor in _paints(eye, at, height, inside, across, rng):
        if rng.random() < chance:
            shown = shown * factor()
    if rng.random() < 0.3:
        shown = _with_lashes(shown, up - now[0], across, rng)
    if rng.random() < 0.12:  # a reflection
        spot = ((out - rng.normal() * 0.8) / rng.uniform(0.05, 0.5)) ** 2
        spot += ((up - rng.normal() * 0.5) / rng.uniform(0.05, 0.3)) ** 2
        shown = shown + np.exp(-spot)[..., None] * rng.uniform(60, 230)
    return photographed(shown, rng)


def _paints(
    eye: Eye,
    at: FloatArray,
    height: FloatArray,
    inside: FloatArray,
    across: FloatArray,
    rng: np.random.Generator,
) -> Iterator[tuple[float, Callable[[], FloatArray]]]:
    """Changes of light: how often each happens, and a function that gives its factor (h, w, 1 or 3)."""
    out, up = at[..., 0], at[..., 1]
    within, (over, above_lower) = inside[..., None], height

    def skin() -> FloatArray:
        tint = np.array([1, rng.uniform(0.82, 1.02), rng.uniform(0.7, 1.02)]) * rng.uniform(
            0.3, 1.05
        )
        return within + (1 - within) * tint

    def iris() -> FloatArray:
        away = np.hypot(out - eye.pupil[0], up - eye.pupil[1])
        disc = np.clip((eye.radius - away) / 0.04 + 0.5, 0, 1) * inside
        return 1 - disc[..., None] * (1 - rng.uniform(0.25, 1.2))

    def eyeball() -> FloatArray:
        tint = np.array([1, rng.uniform(0.85, 1), rng.uniform(0.85, 1)]) * rng.uniform(0.45, 1.1)
        return 1 - within * (1 - tint)

    def shade_of_lid() -> FloatArray:
        near = np.clip(1 + over / rng.uniform(0.05, 0.35), 0, 1) * inside
        return 1 - near[..., None] * rng.uniform(0, 0.6)

    def make_up() -> FloatArray:
        broad = rng.uniform(0.02, 0.1) if rng.random() < 0.5 else rng.uniform(0.1, 0.7)
        near = np.clip(1 - over / broad, 0, 1) * (over >= -rng.uniform(0, 0.04)) * across
        tint = np.array([1, rng.uniform(0.8, 1.1), rng.uniform(0.8, 1.1)])
        return 1 - near[..., None] * rng.uniform(0.2, 0.85) * tint

    def lower_line() -> FloatArray:
        near = np.clip(1 + above_lower / rng.uniform(0.03, 0.2), 0, 1) * (above_lower <= 0) * across
        return 1 - near[..., None] * rng.uniform(0.1, 0.6)

    def side_light() -> FloatArray:
        right, high = rng.normal(size=2) * 0.25
        return np.asarray(np.exp(right * out + high * up)[..., None])

    def shadow() -> FloatArray:
        turn, soft = rng.uniform(0, 2 * np.pi), rng.uniform(0.15, 0.8)
        past = (out - rng.normal()) * np.cos(turn) + (up - rng.normal() * 0.8) * np.sin(turn)
        return 1 - (rng.uniform(0, 0.6) / (1 + np.exp(-3 * past / soft)))[..., None]

    yield from (
        (0.5, skin),
        (0.35, iris),
        (0.4, eyeball),
        (0.4, shade_of_lid),
        (0.35, make_up),
        (0.25, lower_line),
        (0.5, side_light),
        (0.3, shadow),
    )


def _closed(
    shown: FloatArray, at: FloatArray, now: FloatArray, eye: Eye, rng: np.random.Generator
) -> FloatArray:
    """Where lids meet: lashes wiped off, and a line that may be dark, faint, wet or not there."""
    inner, outer = np.sort(eye.canthi[:, 0])
    out = at[..., 0]
    shut = np.clip((_MEETING - (now[0] - now[1])) / (0.5 * _MEETING), 0, 1)
    shut = shut * np.clip(np.minimum(out - inner, outer - out) / 0.1 + 0.5, 0, 1)
    if not shut.any():
        return shown
    over = at[..., 1] - now.mean(axis=0)
    if rng.random() < 0.5:
        band = rng.uniform(0.04, 0.2)
        columns, rows = np.meshgrid(*(np.arange(n, dtype=np.float32) for n in shown.shape[1::-1]))
        ends = [
            cv2.remap(
                shown.astype(np.float32),
                columns,
                (rows - (side * band - over) / EYE_PICTURE.step).astype(np.float32),
                cv2.INTER_LINEAR,
                borderMode=cv2.BORDER_REPLICATE,
            )
            for side in (-1, 1)
        ]
        high = np.clip((over / band + 1) / 2, 0, 1)[..., None]
        share = (shut * (np.abs(over) < band) * rng.uniform(0.5, 1))[..., None]
        shown = shown * (1 - share) + (ends[0] * (1 - high) + ends[1] * high) * share
    broken = np.interp(out, np.linspace(inner, outer, 9), rng.uniform(0, 1, 9))
    if rng.random() < 0.7:
        line = np.exp(-(((over - rng.normal() * 0.02) / rng.uniform(0.01, 0.05)) ** 2))
        line *= shut * (broken if rng.random() < 0.3 else 1)
        shown = shown * (1 - line[..., None] * rng.uniform(0.1, 0.85))
    if rng.random() < 0.35:
        line = np.exp(-(((over + rng.uniform(0, 0.03)) / rng.uniform(0.01, 0.03)) ** 2))
        line *= shut * (broken if rng.random() < 0.7 else 1)
        shown = shown + line[..., None] * rng.uniform(20, 140)
    return shown


def _with_lashes(
    shown: FloatArray, over: FloatArray, across: FloatArray, rng: np.random.Generator
) -> FloatArray:
    """Thin dark lines that start on the upper margin, most of them upwards."""
    columns = over.shape[1]
    lines = np.zeros(over.shape, np.float32)
    for _ in range(rng.integers(5, 25)):
        column = int(rng.integers(8, columns - 8))
        row = int(np.argmin(np.abs(over[:, column])))
        lean, length = rng.normal() * 0.5, rng.uniform(3, 12) * (1 if rng.random() < 0.35 else -1)
        end = column + length * np.sin(lean), row + length * np.cos(lean)
        cv2.line(
            lines, (column * 8, row * 8), tuple(round(v * 8) for v in end), 1.0, 1, cv2.LINE_AA, 3
        )
    return np.asarray(shown * (1 - (lines * across)[..., None] * rng.uniform(0.3, 0.9)))


def photographed(shown: FloatArray, rng: np.random.Generator) -> Pixels:
    """A camera's picture of it: colours, contrast, exposure, blur, noise, compression."""
    if rng.random() < 0.2:
        grey = shown.mean(axis=-1, keepdims=True)
        shown = grey + (shown - grey) * rng.uniform(0, 0.6)
    light = np.clip(shown * np.exp(rng.normal(size=3) * 0.06), 0, 255) / 255
    light = light ** np.exp(rng.normal() * 0.3) * np.exp(rng.normal() * 0.3)
    shown = np.clip(light + rng.normal() * 0.02, 0, 1) * 255
    if rng.random() < 0.5:
        shown = cv2.GaussianBlur(shown, (0, 0), rng.uniform(0.3, 1.6))
    if rng.random() < 0.5:
        shown = shown + rng.normal(size=shown.shape) * rng.uniform(0, 8)
    picture = np.clip(shown, 0, 255).astype(np.uint8)
    if rng.random() < 0.4:
        quality = [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(25, 95))]
        picture = cv2.imdecode(cv2.imencode(".jpg", picture, quality)[1], cv2.IMREAD_COLOR)
    return np.asarray(picture, dtype=np.uint8)
