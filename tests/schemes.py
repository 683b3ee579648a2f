"""Faces of MediaPipe's points told in another scheme: its points put on the same contours."""

from __future__ import annotations

import numpy as np
import pytest

from asymmetry.core import schemes
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478, SIDES, Scheme
from asymmetry.core.schemes.vocabulary import STATIONS, ends_of
from asymmetry.core.stations import read_contour

#: The edge of the face from the height of the eyes to the chin, as MediaPipe has it beyond its jaw.
CHEEK = ("temple_3", "temple_4")
#: The package's schemes beside MediaPipe's.
OTHERS = [
    each for each in vars(schemes).values() if isinstance(each, Scheme) and each != MEDIAPIPE_478
]
#: Tests of these, and of MediaPipe's too.
other = pytest.mark.parametrize("scheme", OTHERS, ids=lambda scheme: scheme.name)
every = pytest.mark.parametrize("scheme", [MEDIAPIPE_478, *OTHERS], ids=lambda scheme: scheme.name)


def told_in(landmarks: Landmarks, scheme: Scheme) -> Landmarks:
    """The same faces by another scheme's points; those that it alone has lie evenly along their contour."""
    points = np.full((len(landmarks), scheme.size, 3), np.nan)
    layout = landmarks.layout
    for name, pair in scheme.named.items():
        if layout.has(name):
            points[:, list(pair)] = landmarks.points[:, list(layout.named[name])]
    for contour, own in scheme.contours.items():
        shares = tuple(np.linspace(0, 1, len(own)))
        for side in range(len(SIDES)):
            chain = landmarks.points[:, [layout.named[name][side] for name in outline(contour)]]
            places = [scheme.named[name][side] for name in own]
            unset = np.isnan(points[:, places, 0]).all(axis=0)
            points[:, np.array(places)[unset]] = read_contour(chain, shares)[:, unset]
    return Landmarks.from_points(
        points,
        pose=landmarks.pose,
        size=landmarks.size,
        photo=landmarks.photo.tolist(),
        scheme=scheme.name,
    )


def outline(contour: str) -> tuple[str, ...]:
    """The names of a contour's points in the vocabulary, both ends among them, without repeats."""
    first, last = ends_of(contour)
    between = CHEEK if contour == "jaw" else ()
    return tuple(dict.fromkeys((first, *between, *STATIONS[contour], last)))
