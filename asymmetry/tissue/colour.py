"""Colours of pixels: linear light, CIE L*a*b* and the difference CIEDE2000, for arrays of any shape."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

__all__ = [
    "FLOOR",
    "Light",
    "delta_e",
    "density_from_srgb",
    "lab_from_linear",
    "linear_from_srgb",
    "luminance",
    "srgb_from_linear",
]

FloatArray = npt.NDArray[np.floating[Any]]
Light = npt.NDArray[np.float32]

#: Added to linear light before its logarithm, so that noise in the dark counts little.
FLOOR = 0.004
# Linear sRGB to CIE XYZ and the white point, D65 (IEC 61966-2-1).
_TO_XYZ = np.array(
    [
        [0.412453, 0.357580, 0.180423],
        [0.212671, 0.715160, 0.072169],
        [0.019334, 0.119193, 0.950227],
    ]
)
_WHITE = np.array([0.95047, 1.0, 1.08883])
# The weights of chroma and of hue depend on chroma to the seventh power, against 25 to the seventh.
_CHROMA_7 = 25.0**7


def _decode(values: FloatArray) -> FloatArray:
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def _encode(light: FloatArray) -> FloatArray:
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


# Powers are slow, so both ways are looked up. In the dark 20 steps of the light make one of the pixels.
_STEPS = 2**16 - 1
_LINEAR = _decode(np.arange(256) / 255).astype(np.float32)
_DENSITY = np.asarray(-np.log(_LINEAR + np.float32(FLOOR)), dtype=np.float32)
_CURVE = np.rint(_encode(np.arange(_STEPS + 1) / _STEPS) * 255).astype(np.uint8)


def _look_up(table: Light, pixels: npt.NDArray[np.uint8]) -> Light:
    return np.asarray(cv2.LUT(pixels.reshape(1, -1), table), np.float32).reshape(pixels.shape)


def linear_from_srgb(pixels: npt.NDArray[np.uint8]) -> Light:
    """Linear light, 0 to 1, of sRGB pixels of 8 bits.

    Examples
    --------
    >>> linear_from_srgb(np.array([0, 255], np.uint8)).tolist()
    [0.0, 1.0]
    """
    return _look_up(_LINEAR, pixels)


def density_from_srgb(pixels: npt.NDArray[np.uint8]) -> Light:
    """Optical density, ``-log(light + FLOOR)``, of sRGB pixels of 8 bits.

    Examples
    --------
    >>> density_from_srgb(np.array([0, 255], np.uint8)).astype(float).round(3).tolist()
    [5.521, -0.004]
    """
    return _look_up(_DENSITY, pixels)


def srgb_from_linear(light: FloatArray) -> npt.NDArray[np.uint8]:
    """The sRGB pixels of 8 bits of linear light; values beyond 0 and 1 are cut off.

    Examples
    --------
    >>> srgb_from_linear(linear_from_srgb(np.array([7, 130], np.uint8))).tolist()
    [7, 130]
    """
    return _CURVE[np.rint(np.clip(light, 0.0, 1.0) * _STEPS).astype(np.uint16)]


def luminance(light: FloatArray) -> FloatArray:
    """Luminance Y, 0 to 1, of linear sRGB, shape (..., 3).

    Examples
    --------
    >>> luminance(np.ones(3)).round(3).item()
    1.0
    """
    red, green, blue = np.moveaxis(light, -1, 0)
    return np.asarray(_TO_XYZ[1, 0] * red + _TO_XYZ[1, 1] * green + _TO_XYZ[1, 2] * blue)


def lab_from_linear(light: FloatArray) -> FloatArray:
    """CIE L*a*b* under D65, 2°, of linear sRGB.

    Parameters
    ----------
    light : ndarray, shape (..., 3)
        Red, green and blue, 0 to 1.

    Returns
    -------
    ndarray, shape (..., 3)
        L* 0 to 100, a* and b*.

    Examples
    --------
    >>> lab_from_linear(np.ones(3)).round(1).tolist()
    [100.0, -0.0, 0.0]
    """
    xyz = np.asarray(light) @ _TO_XYZ.T / _WHITE
    cubed = np.where(xyz > 0.008856, np.cbrt(xyz), 7.787 * xyz + 16 / 116)
    x, y, z = cubed[..., 0], cubed[..., 1], cubed[..., 2]
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def delta_e(one: FloatArray, other: FloatArray) -> FloatArray:
    """Colour difference CIEDE2000 (Sharma, Wu and Dalal 2005), unit ``de``.

    Parameters
    ----------
    one, other : ndarray, shape (..., 3)
        L*a*b*.

    Returns
    -------
    ndarray, shape (...)
        0 for equal colours; about 1 is just seen between large fields side by side.

    Examples
    --------
    >>> delta_e(np.array([50.0, 2.6772, -79.7751]), np.array([50.0, 0.0, -82.7485])).round(4).item()
    2.0425
    """
    chroma = (np.hypot(one[..., 1], one[..., 2]) + np.hypot(other[..., 1], other[..., 2])) / 2
    stretch = 1.5 - 0.5 * np.sqrt(chroma**7 / (chroma**7 + _CHROMA_7))
    c1, h1 = _chroma_and_hue(one, stretch)
    c2, h2 = _chroma_and_hue(other, stretch)
    hue, across = _middle_hue(h1, h2, c1 * c2)
    light, middle = (one[..., 0] + other[..., 0]) / 2, (c1 + c2) / 2
    toning = (
        1
        - 0.17 * np.cos(hue - np.radians(30))
        + 0.24 * np.cos(2 * hue)
        + 0.32 * np.cos(3 * hue + np.radians(6))
        - 0.20 * np.cos(4 * hue - np.radians(63))
    )
    of_light = 1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2)
    dl = (other[..., 0] - one[..., 0]) / of_light
    dc = (c2 - c1) / (1 + 0.045 * middle)
    dh = 2 * np.sqrt(c1 * c2) * np.sin(across / 2) / (1 + 0.015 * middle * toning)
    turn = np.radians(60) * np.exp(-(((np.degrees(hue) - 275) / 25) ** 2))
    mixed = -np.sin(turn) * 2 * np.sqrt(middle**7 / (middle**7 + _CHROMA_7))
    return np.asarray(np.sqrt(np.maximum(dl**2 + dc**2 + dh**2 + mixed * dc * dh, 0.0)))


def _chroma_and_hue(lab: FloatArray, stretch: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Chroma, and hue in radians from 0 to 2π, with a* stretched where colours are dull."""
    a, b = lab[..., 1] * stretch, lab[..., 2]
    return np.hypot(a, b), np.arctan2(b, a) % (2 * np.pi)


def _middle_hue(
    h1: FloatArray, h2: FloatArray, chroma: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The hue in the middle of two, on the shorter way round, and the way from one to the other."""
    across = h2 - h1
    across = np.where(across > np.pi, across - 2 * np.pi, across)
    across = np.where(across < -np.pi, across + 2 * np.pi, across)
    grey = chroma == 0
    across = np.where(grey, 0.0, across)
    middle = np.where(grey, h1 + h2, (h1 + across / 2) % (2 * np.pi))
    return middle, across
