"""The canonical face inside the model file: exactly symmetric vertices, and a smooth depth map of them."""

from __future__ import annotations

import functools
import os
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.arrays import FloatArray, read_only
from asymmetry.core.schemes import MEDIAPIPE_478, Scheme
from asymmetry.errors import ModelError
from asymmetry.extract.model.file import model_file

__all__ = ["Canonical", "canonical_mesh", "load_canonical"]

Floats = npt.NDArray[np.float32]

_MEMBER = "geometry_pipeline_metadata_landmarks.binarypb"
# Field numbers of MediaPipe's GeometryPipelineMetadata.canonical_mesh and Mesh3d.vertex_buffer, and the
# floats of a vertex (x, y, z, u, v).
_MESH_FIELD, _VERTEX_FIELD, _VERTEX_FLOATS = 1, 3, 5

# Half-extent of the depth map, cm: the canonical face is 15.5 wide and 17.7 high.
_EXTENT = 16.0
# Cells per cm of the depth map, and the blur that takes the facets out of it (cm).
_CELLS, _BLUR = 4, 0.5
# Thin-plate smoothing (relative to the kernel's diagonal): passes within 0.5 mm of the vertices.
_STIFFNESS = 1e-3
# Places that it is read at at a time.
_READ = 128


def canonical_mesh(model: str | os.PathLike[str] | None = None) -> FloatArray:
    """Vertices of the model's canonical face, exactly mirror-symmetric about x = 0.

    Parameters
    ----------
    model : path, optional
        A ``face_landmarker.task`` file. Default: the one that is installed with the package.

    Returns
    -------
    ndarray, shape (468, 3)
        Centimetres; x to the patient's left, y up, z out of the face.

    Raises
    ------
    ModelError
        If the file is missing or holds no canonical face.

    Examples
    --------
    >>> canonical_mesh().shape
    (468, 3)
    """
    path = model_file(model)
    try:
        with zipfile.ZipFile(path) as archive:
            message = archive.read(_MEMBER)
        mesh = next(
            value
            for number, value in _fields(message)
            if number == _MESH_FIELD and isinstance(value, bytes)
        )
        floats = [value for number, value in _fields(mesh) if number == _VERTEX_FIELD]
        return np.array(floats, dtype=np.float64).reshape(-1, _VERTEX_FLOATS)[:, :3]
    except (
        OSError,
        KeyError,
        ValueError,
        StopIteration,
        zipfile.BadZipFile,
        struct.error,
        IndexError,
    ) as error:
        raise ModelError(f"{path}: no canonical face in this model file ({error})") from error


def _fields(message: bytes) -> Iterator[tuple[int, float | int | bytes]]:
    """Fields of a protocol-buffer message: (number, value)."""
    at = 0

    def varint() -> int:
        nonlocal at
        value = shift = 0
        while True:
            byte = message[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(message):
        tag = varint()
        kind = tag & 7
        if kind == 0:
            yield tag >> 3, varint()
        elif kind == 5:
            yield tag >> 3, struct.unpack_from("<f", message, at)[0]
            at += 4
        elif kind == 2:
            length = varint()
            yield tag >> 3, message[at : at + length]
            at += length
        else:
            raise ValueError(f"wire type {kind}")


@dataclass(frozen=True)
class Canonical:
    """The canonical face as vertices and as a surface z(x, y).

    Attributes
    ----------
    vertices : ndarray, shape (468, 3)
        Centimetres; x to the patient's left, y up, z out of the face.
    depth : ndarray of float32, shape (h, w)
        The surface, sampled ``_CELLS`` per cm over ±``_EXTENT`` cm, symmetric about its middle column.
    scheme : Scheme
        The scheme of the vertices, by their number. A model may have more points than the canonical face.
    """

    vertices: FloatArray = field(repr=False)
    depth: npt.NDArray[np.float32] = field(repr=False)
    scheme: Scheme = MEDIAPIPE_478

    def depth_at(self, x: npt.ArrayLike, y: npt.ArrayLike) -> FloatArray:
        """Depth of the surface, cm, at points of any one shape (x to the left, y up, cm).

        Both sides are read from the same half, so that the surface is symmetric to the last bit.
        """
        columns = np.asarray((np.abs(x) + _EXTENT) * _CELLS, dtype=np.float32)
        rows = np.asarray((_EXTENT - np.asarray(y)) * _CELLS, dtype=np.float32)
        if columns.ndim == 2:
            return self._read(columns, rows).astype(np.float64)
        found = self._read(columns.reshape(-1, 1), rows.reshape(-1, 1))
        return found.astype(np.float64).reshape(columns.shape)

    def _read(self, columns: Floats, rows: Floats) -> Floats:
        """The map at columns and rows (h, w), between its cells."""
        return np.asarray(
            cv2.remap(self.depth, columns, rows, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        )


def load_canonical(model: str | os.PathLike[str] | None = None) -> Canonical:
    """The canonical face of a model file, with its depth map.

    The surface is a thin-plate spline through the vertices, made symmetric, blurred a little, and carried
    on outside the face by the spline itself, but never deeper than the face is. A deeper one smears the far
    side of a turned head over half of its chimera, and the model then reads mouths and canthi 1 mm too high.

    Examples
    --------
    >>> round(float(load_canonical().depth_at(0.0, -0.46)), 1)
    7.3
    """
    vertices = canonical_mesh(model)
    return Canonical(vertices, _depth_map(vertices.tobytes()))


@functools.lru_cache(maxsize=2)
def _depth_map(mesh: bytes) -> npt.NDArray[np.float32]:
    """The surface of vertices, given by their bytes; to make it takes as long as to load all networks."""
    vertices = np.frombuffer(mesh).reshape(-1, 3)
    axis = np.arange(-_EXTENT * _CELLS, _EXTENT * _CELLS + 1) / _CELLS
    x, y = np.meshgrid(axis[axis >= 0], -axis)
    where = np.stack([x.ravel(), y.ravel()], axis=1)
    half = _thin_plate(vertices[:, :2], vertices[:, 2], where).reshape(x.shape)
    surface = np.clip(np.hstack([half[:, :0:-1], half]), vertices[:, 2].min(), vertices[:, 2].max())
    smooth = cv2.GaussianBlur(surface, (0, 0), _BLUR * _CELLS)
    return read_only(np.ascontiguousarray((smooth + smooth[:, ::-1]) / 2, dtype=np.float32))


def _thin_plate(at: FloatArray, values: FloatArray, where: FloatArray) -> FloatArray:
    """Thin-plate spline through (n, 2) points, read at (m, 2) others."""

    def kernel(a: FloatArray, b: FloatArray) -> FloatArray:
        r2 = np.subtract.outer(a[:, 0], b[:, 0]) ** 2 + np.subtract.outer(a[:, 1], b[:, 1]) ** 2
        return np.asarray(r2 * np.log(np.maximum(r2, 1e-12)) / 2)

    n = len(at)
    plane = np.column_stack([np.ones(n), at])
    system = np.zeros((n + 3, n + 3))
    system[:n, :n] = kernel(at, at) + _STIFFNESS * n * np.eye(n)
    system[:n, n:], system[n:, :n] = plane, plane.T
    weights = np.linalg.solve(system, np.concatenate([values, np.zeros(3)]))
    # Few at a time: all at once take three times as long, for memory that no cache holds.
    parts = np.array_split(where, max(len(where) // _READ, 1))
    bent = np.concatenate([kernel(part, at) @ weights[:n] for part in parts])
    return np.asarray(bent + np.column_stack([np.ones(len(where)), where]) @ weights[n:])
