"""Pictures of a face: cut out of its photo, or with level eyes in a fixed place and at a fixed scale."""

from __future__ import annotations

import base64
import io
import math
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from PIL import Image

from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.frame import face_frame
from asymmetry.core.landmarks import Landmarks

__all__ = [
    "Frame",
    "Picture",
    "align_eyes",
    "cut_face",
    "data_address",
    "encode_jpeg",
    "shrink_pixels",
]

_QUALITY = 84
# With more photo px per picture px than this, the photo is averaged before it is drawn.
_COARSE = 1.2


@dataclass(frozen=True)
class Picture:
    """A picture with the face's points in it.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (h, w, 3)
        RGB.
    faces : Landmarks
        The face, n = 1, in px of this picture.
    mm_per_px : float
        Its scale; NaN where it is not known.
    """

    pixels: Pixels = field(repr=False)
    faces: Landmarks = field(repr=False)
    mm_per_px: float = math.nan

    @property
    def width(self) -> int:
        """Width, px."""
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        """Height, px."""
        return int(self.pixels.shape[0])


@dataclass(frozen=True)
class Frame:
    """A part of the face's plane, in mm, with the eyes in a fixed place.

    Attributes
    ----------
    width, height : float
        Size, mm.
    eyes : float
        Distance of the outer canthi's middle from the upper edge, mm.
    scale : float
        Picture px per mm.
    """

    width: float = 170.0
    height: float = 220.0
    eyes: float = 85.0
    scale: float = 2.4

    @property
    def size(self) -> tuple[int, int]:
        """Width and height, px."""
        return round(self.width * self.scale), round(self.height * self.scale)


def cut_face(picture: Picture, longest: int, margin: float) -> Picture:
    """Cut the face out of a photo.

    Parameters
    ----------
    picture : Picture
        The upright photo. Where no point was seen, all of it is taken.
    longest : int
        Limit of the cut's longer side, px. Nothing is enlarged.
    margin : float
        Room around the face, as a share of its height.

    Returns
    -------
    Picture
    """
    size = np.array([picture.width, picture.height])
    points = picture.faces.points[0, :, :2].astype(np.float64)
    seen = points[np.isfinite(points[:, 0])]
    low, high, room = np.zeros(2), size.astype(np.float64), 0.0
    if len(seen):
        low, high = seen.min(axis=0), seen.max(axis=0)
        room = margin * (high - low)[1]
    x0, y0 = np.clip(np.floor(low - room), 0, size - 1).astype(int).tolist()
    x1, y1 = np.clip(np.ceil(high + room), (x0 + 1, y0 + 1), size).astype(int).tolist()
    zoom = min(1.0, longest / max(x1 - x0, y1 - y0))
    target = max(1, round((x1 - x0) * zoom)), max(1, round((y1 - y0) * zoom))
    part = np.ascontiguousarray(picture.pixels[y0:y1, x0:x1])
    pixels = np.asarray(cv2.resize(part, target, interpolation=cv2.INTER_AREA), np.uint8)
    matrix = np.array([[zoom, 0.0, -x0 * zoom], [0.0, zoom, -y0 * zoom]])
    faces = _move_points(picture.faces, matrix, target)
    return Picture(pixels, faces, picture.mm_per_px / zoom)


def align_eyes(picture: Picture, frame: Frame) -> Picture | None:
    """Turn and scale a photo so that the outer canthi are level and in the frame's place.

    Parameters
    ----------
    picture : Picture
        The photo, or a cut of it with enough room around the face.
    frame : Frame
        The part to show, and its scale.

    Returns
    -------
    Picture or None
        None where the corners of the eyes were not seen, or the scale is not known.
    """
    faces = picture.faces
    canthi = faces.points[0, list(faces.layout.pairs["outer_canthus"]), :2]
    middle = canthi.mean(axis=0, dtype=np.float64)
    roll = float(face_frame(faces, names=()).roll[0])
    if not np.isfinite([*middle, roll, picture.mm_per_px]).all():
        return None
    zoom, turn = frame.scale * picture.mm_per_px, np.radians(roll)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    matrix = np.empty((2, 3))
    matrix[:, :2] = zoom * rotation
    target = np.array([frame.size[0] / 2, frame.eyes * frame.scale])
    matrix[:, 2] = target - matrix[:, :2] @ middle
    return Picture(
        _warp_pixels(picture.pixels, matrix, frame.size),
        _move_points(faces, matrix, frame.size),
        1 / frame.scale,
    )


def _warp_pixels(pixels: Pixels, matrix: FloatArray, size: tuple[int, int]) -> Pixels:
    """Move pixels by an affine map of pixel-edge coordinates, without aliasing."""
    zoom = float(np.sqrt(np.linalg.det(matrix[:, :2])))
    if zoom * _COARSE < 1:
        smaller = tuple(max(1, round(each * zoom)) for each in pixels.shape[1::-1])
        grid = np.array(pixels.shape[1::-1]) / smaller
        shrunk = cv2.resize(pixels, smaller, interpolation=cv2.INTER_AREA)
        pixels = np.asarray(shrunk, dtype=np.uint8)
        matrix = np.column_stack([matrix[:, :2] * grid, matrix[:, 2]])
    between_centres = matrix.copy()
    between_centres[:, 2] += matrix[:, :2] @ (0.5, 0.5) - 0.5
    drawn = cv2.warpAffine(
        pixels, between_centres, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(drawn, dtype=np.uint8)


def _move_points(faces: Landmarks, matrix: FloatArray, size: tuple[int, int]) -> Landmarks:
    """Move one face's points by a similarity of the picture."""
    zoom = float(np.sqrt(np.linalg.det(matrix[:, :2])))
    points = faces.points.astype(np.float64)
    points[..., :2] = points[..., :2] @ matrix[:, :2].T + matrix[:, 2]
    points[..., 2] *= zoom
    return replace(faces, points=points, spread=faces.spread * zoom, size=np.array([size]))


def shrink_pixels(pixels: Pixels, width: int) -> Pixels:
    """A picture of at most this width, px.

    Examples
    --------
    >>> shrink_pixels(np.zeros((20, 40, 3), np.uint8), 10).shape
    (5, 10, 3)
    """
    height, whole = pixels.shape[:2]
    if whole <= width:
        return pixels
    size = width, max(round(height * width / whole), 1)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)


def encode_jpeg(pixels: Pixels) -> bytes:
    """Encode pixels as a JPEG file of their own: no EXIF, no place, no file name."""
    stream = io.BytesIO()
    image = Image.fromarray(np.ascontiguousarray(pixels))
    image.save(stream, "JPEG", quality=_QUALITY, optimize=True)
    return stream.getvalue()


def data_address(kind: str, content: bytes) -> str:
    """A ``data:`` address that holds a file.

    Examples
    --------
    >>> data_address("text/plain", b"ok")
    'data:text/plain;base64,b2s='
    """
    return f"data:{kind};base64,{base64.b64encode(content).decode('ascii')}"
