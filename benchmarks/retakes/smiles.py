"""Smiles of which one side is weaker, as after a palsy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from asymmetry.synthetic.relief import Field
from asymmetry.synthetic.retake import Retake, Sitter, retake_photo

__all__ = ["LOSS", "WEAK_SMILE", "weaken_smile"]

#: The name of this change, and the share of the smile that the right side loses.
WEAK_SMILE, LOSS = "weak_smile", 0.4
# From the midline the loss begins within so many cells of the field on either side: 5 mm.
_ACROSS = 2.0


def weaken_smile(sitter: Sitter) -> Sitter:
    """A smiling face whose right side, the patient's own, smiles less by `LOSS`."""
    table = sitter.smile.table
    cells = np.arange(table.shape[1]) - (table.shape[1] - 1) / 2
    right = np.clip(0.5 - cells / (2 * _ACROSS), 0.0, 1.0)
    half = Field((table * right[None, :, None]).astype(np.float32))
    weaker = retake_photo(replace(sitter, smile=half), Retake(smile=-LOSS))
    points = sitter.landmarks.points.copy()
    points[0, :, :2] = weaker.points
    return replace(sitter, pixels=weaker.pixels, landmarks=replace(sitter.landmarks, points=points))
