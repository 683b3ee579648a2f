"""Every constant of reading and judging a face, in one tree that is passed in and kept in provenance."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from asymmetry.extract.edges.brows import BrowSearch
from asymmetry.extract.edges.corners import CornerSearch
from asymmetry.extract.edges.irises import IrisSearch
from asymmetry.extract.edges.lids import LidSettings
from asymmetry.extract.edges.marks import MarkSettings
from asymmetry.extract.face.depth import AROUND_TEETH
from asymmetry.extract.halves.common import Field
from asymmetry.extract.halves.response import Response, load_response
from asymmetry.extract.judge.limits import JudgeSettings
from asymmetry.extract.judge.spread import SCATTER, Scatter

__all__ = ["Drawing", "Settings"]

# Those that describe their contents themselves.
_TABLES = ("response", "scatter")


@dataclass(frozen=True)
class Drawing:
    """How photos are shrunk for chimeras, and the share that the whole face shows.

    ``python -m benchmarks.tune.sweep`` varies each and prints the results on warps and renders.

    Attributes
    ----------
    alias_ratio, alias_sigma : float
        Photo px per chimera px above which the photo is blurred first, and the blur's sigma per px of ratio.
    weights_shown : float
        Share of a difference between both sides' expression weights that the whole face shows: about that of
        heights.
    """

    alias_ratio: float = 1.3
    alias_sigma: float = 0.45
    weights_shown: float = 0.8


@dataclass(frozen=True)
class Settings:
    """The constants of reading and judging a face.

    Attributes
    ----------
    drawing : Drawing
        Of chimeras.
    common : Field
        Of the shape that both halves are drawn in.
    brows : BrowSearch
        Of the dark bands that brows are.
    lids : LidSettings
        Of lid margins.
    irises : IrisSearch
        Of the circles that irises are.
    corners : CornerSearch
        Of the line between the lips.
    marks : MarkSettings
        Of brows, canthi and corners of the mouth.
    around_teeth : float
        Of `asymmetry.extract.face.depth.project_face`.
    response : Response
        The parts that the mesh drags along.
    judge : JudgeSettings
        Of parts that were not seen, and of faults of the photo.
    scatter : Scatter
        Of points' standard deviations.

    Examples
    --------
    >>> Settings().values()["around_teeth"]
    0.6
    """

    drawing: Drawing = field(default_factory=Drawing)
    common: Field = field(default_factory=Field)
    brows: BrowSearch = field(default_factory=BrowSearch)
    corners: CornerSearch = field(default_factory=CornerSearch)
    lids: LidSettings = field(default_factory=LidSettings)
    irises: IrisSearch = field(default_factory=IrisSearch)
    marks: MarkSettings = field(default_factory=MarkSettings)
    around_teeth: float = AROUND_TEETH
    response: Response = field(default_factory=load_response)
    judge: JudgeSettings = field(default_factory=JudgeSettings)
    scatter: Scatter = SCATTER

    def values(self) -> dict[str, Any]:
        """All of them as JSON values, for provenance."""
        plain = {
            item.name: getattr(self, item.name) for item in fields(self) if item.name not in _TABLES
        }
        made = {
            name: value if isinstance(value, float) else asdict(value)
            for name, value in plain.items()
        }
        tables = {"response": self.response.values(), "scatter": self.scatter.values()}
        values: dict[str, Any] = json.loads(json.dumps({**made, **tables}))
        return values
