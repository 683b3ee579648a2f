"""Where photos of a person are taken, and how far they differ there between visits and between photos."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from asymmetry.synthetic.retake import Retake

__all__ = ["CLINIC", "HOME", "SETTINGS", "Setting", "draw_occasion", "draw_photo"]


@dataclass(frozen=True)
class Setting:
    """How far photos of one person differ.

    The photos of one visit share the camera's place and distance, the light, the exposure, the size and the
    file's quality. They differ in how the head is held, in gaze, blur and expression. A pair is the least and
    the most of an even distribution; a single number is a standard deviation.

    Attributes
    ----------
    yaw_deg, pitch_deg, roll_deg : float
        Of the head towards the camera, about where it was in the sitter's photo.
    camera : float
        The share of these variances that is the camera's place, and so the visit's.
    distance_cm : tuple of float
        From the camera.
    light : tuple of float
        The share of the light that comes from one direction.
    light_off_deg : tuple of float
        How far off the camera that light stands; whether above, below or aside is even.
    exposure_stops : float
        Of the exposure.
    canthi_px : tuple of float
        Distance of the outer canthi in the photo.
    blur_px : tuple of float
        Standard deviation of the blur.
    jpeg : tuple of int
        Quality of the file.
    gaze_left_mm, gaze_up_mm : float
        Of the irises' place.
    smile : tuple of float
        The share of a full smile in a face at rest.
    effort : float
        Of a smile that is asked for, as a share of it.
    """

    yaw_deg: float
    pitch_deg: float
    roll_deg: float
    camera: float
    distance_cm: tuple[float, float]
    light: tuple[float, float]
    light_off_deg: tuple[float, float]
    exposure_stops: float
    canthi_px: tuple[float, float]
    blur_px: tuple[float, float]
    jpeg: tuple[int, int]
    gaze_left_mm: float
    gaze_up_mm: float
    smile: tuple[float, float] = (0.0, 0.1)
    effort: float = 0.15


#: Selfies: a phone at arm's length, in the light there is, sent by a messenger; eyes on the screen rather
#: than on the lens (0.4 mm are 2°).
HOME = Setting(
    yaw_deg=3.0,
    pitch_deg=4.0,
    roll_deg=3.0,
    camera=0.5,
    distance_cm=(35.0, 70.0),
    light=(0.0, 0.5),
    light_off_deg=(0.0, 70.0),
    exposure_stops=0.3,
    canthi_px=(120.0, 300.0),
    blur_px=(0.3, 1.2),
    jpeg=(70, 95),
    gaze_left_mm=0.4,
    gaze_up_mm=0.3,
)
#: A clinic's own corner: a camera on a stand at 1 m, its lamps, a mark to look at.
CLINIC = Setting(
    yaw_deg=1.5,
    pitch_deg=2.0,
    roll_deg=1.5,
    camera=0.5,
    distance_cm=(100.0, 100.0),
    light=(0.0, 0.0),
    light_off_deg=(0.0, 0.0),
    exposure_stops=0.05,
    canthi_px=(250.0, 300.0),
    blur_px=(0.3, 0.6),
    jpeg=(90, 95),
    gaze_left_mm=0.2,
    gaze_up_mm=0.15,
)
SETTINGS: Mapping[str, Setting] = MappingProxyType({"home": HOME, "clinic": CLINIC})

_TURNS = ("yaw_deg", "pitch_deg", "roll_deg")


def draw_occasion(setting: Setting, rng: np.random.Generator) -> Retake:
    """Draw the part that all photos of one visit share.

    Parameters
    ----------
    setting : Setting
        Where they are taken.
    rng : numpy.random.Generator
        The source of chance.

    Examples
    --------
    >>> draw_occasion(CLINIC, np.random.default_rng(1)).distance_cm
    100.0
    """
    place = np.sqrt(setting.camera)
    yaw, pitch, roll = rng.normal(0, [place * getattr(setting, turn) for turn in _TURNS]).tolist()
    return Retake(
        yaw_deg=yaw,
        pitch_deg=pitch,
        roll_deg=roll,
        distance_cm=rng.uniform(*setting.distance_cm),
        light_from_deg=rng.uniform(0, 360),
        light_off_deg=rng.uniform(*setting.light_off_deg),
        light=rng.uniform(*setting.light),
        exposure_stops=rng.normal(0, setting.exposure_stops),
        canthi_px=rng.uniform(*setting.canthi_px),
        jpeg=int(rng.integers(*setting.jpeg, endpoint=True)),
    )


def draw_photo(
    setting: Setting, rng: np.random.Generator, occasion: Retake, *, smiling: bool = False
) -> Retake:
    """Draw one photo of a visit.

    Parameters
    ----------
    setting : Setting
        Where it is taken.
    rng : numpy.random.Generator
        The source of chance.
    occasion : Retake
        The part that the visit's photos share, of `draw_occasion`.
    smiling : bool
        Whether the sitter's photo shows a full smile, which is then made with another effort. Otherwise it
        shows a face at rest, to which a little of the smile is added.
    """
    own = np.sqrt(1 - setting.camera)
    turns = {
        turn: getattr(occasion, turn) + rng.normal(0, own * getattr(setting, turn))
        for turn in _TURNS
    }
    smile = rng.normal(0, setting.effort) if smiling else rng.uniform(*setting.smile)
    return replace(
        occasion,
        **turns,
        blur_px=rng.uniform(*setting.blur_px),
        gaze_left_mm=rng.normal(0, setting.gaze_left_mm),
        gaze_up_mm=rng.normal(0, setting.gaze_up_mm),
        smile=smile,
    )
