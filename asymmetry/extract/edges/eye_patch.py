"""An eye's patch of the photo, in which its iris is looked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray
from asymmetry.extract.face.plane import surface
from asymmetry.extract.face.pose import Pose
from asymmetry.extract.model.canonical import Canonical

__all__ = ["EyePatch", "View"]


@dataclass(frozen=True)
class View:
    """From centimetres at an eye, across to the patient's left and up, to the photo and back."""

    origin: FloatArray
    axes: FloatArray

    @classmethod
    def of(cls, pose: Pose, canonical: Canonical, centre: FloatArray) -> View:
        """The view of a point of the plane."""
        point = surface(canonical, centre)
        across = pose.rotation[:2, 0] / np.hypot(*pose.rotation[:2, 0]) * pose.scale_at(point)
        axes = np.array([[across[0], -across[1]], [-across[1], -across[0]]])
        return cls(pose.project(point)[:2], axes)

    def to_photo(self, at: FloatArray) -> FloatArray:
        """Photo x, y (..., 2), px, y down."""
        return self.origin + at @ self.axes

    def grid_to_photo(self, across: FloatArray, up: FloatArray) -> FloatArray:
        """Photo x, y (rows, columns, 2) of the nodes of a grid."""
        at = np.empty((len(up), len(across), 2))
        for i in range(2):
            np.add.outer(
                self.origin[i] + up * self.axes[1, i], across * self.axes[0, i], out=at[..., i]
            )
        return at

    def to_eye(self, at: FloatArray) -> FloatArray:
        """The inverse."""
        return (at - self.origin) @ np.linalg.inv(self.axes)


class EyePatch(NamedTuple):
    """One eye's patch of the photo, level with the face but not turned to the front.

    ``radius`` is the mesh's, cm, less its mean error; ``steps`` has the steps of light across and up, shape
    (rows, columns, 2).
    """

    view: View
    radius: float
    steps: npt.NDArray[np.float32]
