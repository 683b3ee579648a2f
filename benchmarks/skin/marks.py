"""Marks that look like bruises and are none: painted on people, with a light and a JPEG of its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType

import cv2
import numpy as np

from asymmetry.core.arrays import Pixels
from asymmetry.synthetic.bruise import Bruise, paint_bruise
from asymmetry.tissue.colour import linear_from_srgb, srgb_from_linear
from benchmarks.skin.making import Person

__all__ = ["MARKS", "mark"]

Rng = np.random.Generator
Marking = Callable[[Person, Rng], Pixels]

# Places on the canonical face, cm outwards and up: middle of the cheek, below the eye, jaw.
_CHEEK, _UNDER_EYE = (4.2, -0.6), (3.1, 1.7)


def mark(person: Person, name: str, rng: Rng) -> Person:
    """The person with a mark of `MARKS`."""
    return replace(person, pixels=MARKS[name](person, rng))


def _spots(person: Person, spots: list[Bruise]) -> Pixels:
    pixels = person.pixels
    for spot in spots:
        pixels = paint_bruise(pixels, person.landmarks, spot, mm_per_px=person.mm_per_px).pixels
    return pixels


def _mole(size_mm: float, count: int) -> Marking:
    def paint(person: Person, rng: Rng) -> Pixels:
        area = np.pi * (size_mm / 2) ** 2
        places = [(rng.uniform(2.2, 5.2), rng.uniform(-3.0, 0.8)) for _ in range(count)]
        return _spots(
            person,
            [
                Bruise("right" if rng.random() < 0.5 else "left", out, up, area, 22.0, "brown", 0.4)
                for out, up in places
            ],
        )

    return paint


def _freckles(person: Person, rng: Rng) -> Pixels:
    return _spots(
        person,
        [
            Bruise(side, rng.uniform(1.8, 5.2), rng.uniform(-1.5, 1.2), 3.0, 8.0, "brown", 0.4)
            for side in ("right", "left")
            for _ in range(20)
        ],
    )


def _pair(
    place: tuple[float, float], area: float, depth: float, hue: str, edge: float, more: float
) -> Marking:
    """The same on both sides, on one of them by so many times."""

    def paint(person: Person, rng: Rng) -> Pixels:
        times = (1.0, more) if rng.random() < 0.5 else (more, 1.0)
        return _spots(
            person,
            [
                Bruise("right", *place, area, depth * times[0], hue, edge, 1),
                Bruise("left", *place, area, depth * times[1], hue, edge, 1),
            ],
        )

    return paint


def _foundation(person: Person, rng: Rng) -> Pixels:  # noqa: ARG001
    light = linear_from_srgb(person.pixels)
    skin = np.median(light.reshape(-1, 3), axis=0)
    return srgb_from_linear(light * 0.65 + skin * np.array([1.02, 1.0, 0.95]) * 0.35)


def _stubble(person: Person, rng: Rng) -> Pixels:
    """Grains of shade over jaw, chin and lip, on one side a little denser."""
    points = person.landmarks.points[0, :, :2]
    layout = person.landmarks.layout
    low = points[layout.midline["subnasale"], 1]
    middle = points[layout.midline["philtrum"], 0]
    height, width = person.pixels.shape[:2]
    rows, columns = np.mgrid[:height, :width]
    below = np.clip((rows - low) / (4 / person.mm_per_px), 0, 1)
    dense = 1 + 0.15 * np.sign(columns - middle)
    grain = cv2.GaussianBlur(rng.random((height, width)), (0, 0), 0.8) > 0.52
    shade = np.exp(-0.35 * below * dense * (0.4 + grain))
    return srgb_from_linear(linear_from_srgb(person.pixels) * shade[..., None])


def _glare(person: Person, rng: Rng) -> Pixels:
    light = linear_from_srgb(person.pixels).astype(np.float64)
    for _ in range(4):
        side = int(rng.integers(2))
        row, column = int(rng.integers(60, 250)), int(rng.integers(25, 110))
        x, y = person.picture.at[side, row, column]
        rows, columns = np.mgrid[: light.shape[0], : light.shape[1]]
        size = rng.uniform(4, 8) / person.mm_per_px
        blob = np.exp(-(((columns - x) / size) ** 2 + ((rows - y) / (1.6 * size)) ** 2))
        light += (0.5 * blob)[..., None]
    return srgb_from_linear(light)


def _strands(person: Person, rng: Rng) -> Pixels:
    pixels = person.pixels.copy()
    side = int(rng.integers(2))
    for _ in range(9):
        column = int(rng.integers(50, 110))
        ends = [
            person.picture.at[side, row, column + shift]
            for row, shift in ((25, 0), (80, 12), (150, 30))
        ]
        line = np.array(ends, np.float32).round().astype(np.int32)
        cv2.polylines(
            pixels, [line], False, (45, 32, 25), max(1, round(0.35 / person.mm_per_px)), cv2.LINE_AA
        )
    return pixels


def _shadow(person: Person, rng: Rng) -> Pixels:
    """A hard shadow beside the nose, as of a lamp aside: 0.6 of the light, a little bluer."""
    side = int(rng.integers(2))
    corners = [(95, 22), (150, 62), (200, 60), (205, 38), (150, 30)]
    outline = np.array([person.picture.at[side, row, column] for row, column in corners])
    shade = np.zeros(person.pixels.shape[:2], np.float32)
    cv2.fillPoly(shade, [outline.round().astype(np.int32)], (1.0,))
    shade = cv2.GaussianBlur(shade, (0, 0), 0.8 / person.mm_per_px)[..., None]
    dark = 1 - shade * (1 - np.array([0.58, 0.60, 0.63]))
    return srgb_from_linear(linear_from_srgb(person.pixels) * dark)


MARKS: Mapping[str, Marking] = MappingProxyType(
    {
        "three moles of 4 mm": _mole(4.0, 3),
        "a mole of 7 mm": _mole(7.0, 1),
        "freckles": _freckles,
        "blush": _pair(_CHEEK, 900.0, 5.0, "red", 6.0, 1.0),
        "blush, uneven": _pair(_CHEEK, 900.0, 4.0, "red", 6.0, 1.5),
        "circles under the eyes": _pair(_UNDER_EYE, 220.0, 5.0, "purple", 2.5, 1.0),
        "circles, uneven": _pair(_UNDER_EYE, 220.0, 4.0, "purple", 2.5, 1.5),
        "foundation": _foundation,
        "stubble": _stubble,
        "glare": _glare,
        "hair strands": _strands,
        "a hard shadow": _shadow,
    }
)
