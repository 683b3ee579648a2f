"""The networks and constants that a face is read with."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from asymmetry.extract.hemiface import EdgeNetworks
from asymmetry.extract.model.canonical import Canonical
from asymmetry.extract.model.protocol import Detector, SquareReader
from asymmetry.extract.networks import Networks
from asymmetry.extract.settings import Settings

__all__ = ["SIZES", "Method", "Tools"]

Method = Literal["hemiface", "fast", "plain"]

#: Sizes at which each method reads the chimeras (two calls of the landmark network each).
SIZES: dict[Method, tuple[float, ...]] = {"hemiface": (1.05, 0.95), "fast": (1.0,), "plain": ()}


@dataclass(frozen=True, eq=False)
class Tools:
    """The networks and constants that a face is read with. Only one thread may use them at a time.

    Attributes
    ----------
    networks : Networks
        The loaded networks.
    method : {"hemiface", "fast", "plain"}
        As for `Extractor`.
    settings : Settings
        The constants.
    """

    networks: Networks = field(repr=False)
    method: Method
    settings: Settings = field(repr=False)

    @property
    def canonical(self) -> Canonical:
        """The symmetric face that the model takes for normal."""
        return self.networks.model.canonical

    @property
    def landmarker(self) -> Detector:
        """Finds faces in a photo."""
        return self.networks.model

    @property
    def mesh(self) -> SquareReader:
        """Reads a face whose place is known."""
        return self.networks.model

    @property
    def edges(self) -> EdgeNetworks:
        """Read lids, brows, canthi and corners of the mouth in the pixels."""
        return self.networks.edges
