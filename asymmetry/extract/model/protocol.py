"""`Model`: the interface of a landmark network for an `Extractor`, so that any may take MediaPipe's place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol, runtime_checkable

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.schemes import Scheme
from asymmetry.extract.model.canonical import Canonical
from asymmetry.extract.model.landmarker import Reading

__all__ = ["Batches", "Detector", "Model", "SquareReader", "detect_each", "read_squares"]


class Detector(Protocol):
    """The places of faces in a picture, and a first reading of each."""

    @property
    def scheme(self) -> Scheme:
        """The scheme of the points."""
        ...

    def detect(self, pixels: Pixels) -> list[Reading]:
        """Faces in an RGB picture, shape (H, W, 3), the largest first; none is an empty list.

        A reading's points are px with their origin at the picture's top-left edge, x right, y down and z
        away from the camera. Its expression weights are as many as the scheme has.
        """
        ...


class SquareReader(Protocol):
    """Reads a face whose place is known."""

    def read_square(self, picture: Pixels) -> tuple[FloatArray, float]:
        """Points of the one face in a square picture, and how sure it is that there is one.

        Parameters
        ----------
        picture : ndarray of uint8, shape (256, 256, 3)
            RGB. An upright face is in the middle and fills two thirds of the height.

        Returns
        -------
        points : ndarray, shape (k, 3)
            Px of the picture, as for `Detector.detect`.
        score : float
            Up to 0 where there is no face, above 15 where it is surely one the right way up. Of a network
            that gives a probability p, ``30 * (2 * p - 1)`` will do.
        """
        ...

    def weigh_expressions(self, points: FloatArray) -> FloatArray:
        """Expression weights of a face's points (k, 3), 0 to 1, in the scheme's order; empty without."""
        ...


@runtime_checkable
class Model(Detector, SquareReader, Protocol):
    """A landmark network with its own points: ``Extractor(model=...)`` takes one.

    Of a model with MediaPipe's 478 points all is read that MediaPipe's own gives. Of other points each half
    is still read from a face made of that half and its mirror image; edges of lids, irises, brows and lips
    are not looked for in the pixels, covered parts are not noticed, and the spread of points is not known.
    """

    @property
    def canonical(self) -> Canonical:
        """The face that it takes for normal, exactly symmetric, in the model's scheme."""
        ...

    @property
    def provenance(self) -> Mapping[str, Any]:
        """Facts about it that are kept with the points, such as its name and a hash; JSON values only."""
        ...

    def close(self) -> None:
        """Free its resources; safe to call twice."""
        ...


@runtime_checkable
class Batches(Protocol):
    """Optional methods of a `Model`: several pictures read in one call, which threads can share."""

    def detect_each(self, pictures: Sequence[Pixels]) -> list[list[Reading]]:
        """As `Detector.detect`, for each picture."""
        ...

    def read_squares(self, pictures: Sequence[Pixels]) -> list[tuple[FloatArray, float]]:
        """As `SquareReader.read_square`, for each picture."""
        ...


def detect_each(detector: Detector, pictures: Sequence[Pixels]) -> list[list[Reading]]:
    """The faces in each of several pictures, by one call of a detector that can."""
    if isinstance(detector, Batches):
        return detector.detect_each(pictures)
    return [detector.detect(picture) for picture in pictures]


def read_squares(
    reader: SquareReader, pictures: Sequence[Pixels]
) -> list[tuple[FloatArray, float]]:
    """The face in each of several square pictures, by one call of a reader that can."""
    if isinstance(reader, Batches):
        return reader.read_squares(pictures)
    return [reader.read_square(picture) for picture in pictures]
