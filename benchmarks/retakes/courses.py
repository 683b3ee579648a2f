"""Series of retakes with a known course: quiet ones, steps, and recoveries."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.core.landmarks import Landmarks
from benchmarks.retakes.readings import Readings
from benchmarks.retakes.smiles import WEAK_SMILE

__all__ = ["exponential", "linear", "make_series", "make_smiles", "sigmoid", "step_at"]

#: The first visit of every series, and days from one to the next.
FIRST, EVERY = np.datetime64("2026-01-05"), 7


def make_series(
    readings: Readings,
    rng: np.random.Generator,
    visits: int,
    photos: int = 1,
    *,
    change: str = "",
    share: npt.ArrayLike = 0.0,
) -> Landmarks:
    """Dated photos of a face at rest, weekly visits drawn from a person's retakes.

    Parameters
    ----------
    readings : Readings
        The person's retakes.
    rng : numpy.random.Generator
        Draws the visits, none twice.
    visits, photos : int
        Visits, and photos at each; no more than there are retakes of.
    change : str
        A true change of `people.STEPS`; none where empty.
    share : array_like, shape (visits,)
        How much of that change is there at each visit. Between none and all of it points are interpolated
        between photos of the same retake.

    Returns
    -------
    Landmarks
        One row per photo, visit by visit.
    """
    drawn, rows = _draw(readings, rng, visits, photos)
    made = readings.rest[rows.ravel()]
    if change:
        made = _shifted(made, readings.rest[rows[:, 0]], readings.steps[change][drawn], share)
    return _dated(made, visits, photos)


def make_smiles(
    readings: Readings,
    rng: np.random.Generator,
    visits: int,
    photos: int = 1,
    *,
    share: npt.ArrayLike = 0.0,
) -> tuple[Landmarks, list[str]]:
    """Dated photos at rest and of smiles, and what each shows.

    Parameters
    ----------
    readings : Readings
        The person's retakes, with smiles.
    rng, visits, photos
        As for `make_series`; so many photos of each kind.
    share : array_like, shape (visits,)
        The part that is lost, at each visit, of the whole loss of the right side's smile, `smiles.LOSS`.
    """
    if readings.smiles is None:
        raise ValueError(f"{readings.name}: there is no photo of a smile")
    drawn, rows = _draw(readings, rng, visits, photos)
    smiles = readings.smiles[rows.ravel()]
    if np.any(share):
        smiles = _shifted(
            smiles, readings.smiles[rows[:, 0]], readings.steps[WEAK_SMILE][drawn], share
        )
    parts = [_dated(each, visits, photos) for each in (readings.rest[rows.ravel()], smiles)]
    names = np.array([f"smile_{name}" for name in parts[1].photo])
    joined = Landmarks.concat([parts[0], replace(parts[1], photo=names)])
    return joined, ["rest"] * len(parts[0]) + ["smile_open"] * len(parts[1])


def step_at(visits: int, first: int) -> FloatArray:
    """Nothing until a visit, all of the change from it on."""
    return (np.arange(visits) >= first).astype(np.float64)


def linear(days: FloatArray, whole: float) -> FloatArray:
    """The share left of a change that goes evenly within so many days."""
    return np.asarray(np.clip(1 - days / whole, 0.0, 1.0))


def exponential(days: FloatArray, tau: float) -> FloatArray:
    """The share left of a change that goes by the same share each day."""
    return np.asarray(np.exp(-days / tau))


def sigmoid(days: FloatArray, half: float, width: float) -> FloatArray:
    """The share left of a change that goes fastest on the day when half of it is left."""
    return np.asarray(1 / (1 + np.exp((days - half) / width)))


def _shifted(
    photos: Landmarks, before: Landmarks, after: Landmarks, share: npt.ArrayLike
) -> Landmarks:
    """All photos of each visit, their points moved by a share of the way between two photos of it."""
    shift = np.broadcast_to(share, (len(before),))[:, None, None] * (after.points - before.points)
    points = photos.points + np.repeat(shift, len(photos) // len(before), axis=0)
    return replace(photos, points=points.astype(photos.points.dtype))


def _draw(
    readings: Readings, rng: np.random.Generator, visits: int, photos: int
) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Visits, and rows of their photos (visits, photos); the first photo is the visit's first."""
    plan = readings.plan
    if visits > plan.visits or photos > plan.photos:
        raise ValueError(
            f"{readings.name}: there are {plan.visits} visits with {plan.photos} photos"
        )
    drawn = rng.choice(plan.visits, visits, replace=False)
    return drawn, drawn[:, None] * plan.photos + np.arange(photos)


def _dated(landmarks: Landmarks, visits: int, photos: int) -> Landmarks:
    """Photos with days and names."""
    days = np.repeat(EVERY * np.arange(visits), photos)
    names = np.array([f"{day:03d}_{i % photos}.jpg" for i, day in enumerate(days)])
    return replace(
        landmarks, taken=(FIRST + days.astype("timedelta64[D]")).astype(str), photo=names
    )
