"""The networks and constants that a face is read with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from asymmetry.extract.edges.lids import LidNetwork
from asymmetry.extract.model.canonical import Canonical, load_canonical
from asymmetry.extract.model.landmarker import Landmarker
from asymmetry.extract.model.mesh import Mesh
from asymmetry.extract.settings import Settings

__all__ = ["SIZES", "Method", "Tools"]

Method = Literal["hemiface", "fast", "plain"]

#: Sizes at which each method reads the chimeras (two calls of the landmark network each).
SIZES: dict[Method, tuple[float, ...]] = {"hemiface": (1.05, 0.95), "fast": (1.0,), "plain": ()}


@dataclass(frozen=True, eq=False)
class Tools:
    """What a face is read with.

    Attributes
    ----------
    canonical : Canonical
        The symmetric face that the model takes for normal.
    landmarker : Landmarker
        Finds faces in a photo.
    mesh : Mesh
        Reads a face whose place is known.
    lid_network : LidNetwork
        Reads the margins of lids.
    method : {"hemiface", "fast", "plain"}
        As for `Extractor`.
    settings : Settings
        The constants.
    """

    canonical: Canonical = field(repr=False)
    landmarker: Landmarker = field(repr=False)
    mesh: Mesh = field(repr=False)
    lid_network: LidNetwork = field(repr=False)
    method: Method
    settings: Settings = field(repr=False)

    @classmethod
    def load(cls, model: Path, method: Method, settings: Settings) -> Tools:
        """Load the networks of a model file.

        Raises
        ------
        ModelError
            If it is missing or can't be loaded.
        """
        return cls(
            canonical=load_canonical(model),
            landmarker=Landmarker(model),
            mesh=Mesh(model),
            lid_network=LidNetwork(),
            method=method,
            settings=settings,
        )
