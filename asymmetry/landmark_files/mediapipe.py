"""JSON of faces: the results of MediaPipe's Face Landmarker, in any spelling, and files of our own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from asymmetry.core.landmarks import Landmarks
from asymmetry.core.records import make_plain
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.errors import InvalidInputError
from asymmetry.landmark_files.points import as_scheme
from asymmetry.landmark_files.protocol import FoundFaces, LandmarkFormat

__all__ = ["JSON", "find_result", "plain_result"]

FloatArray = npt.NDArray[np.floating[Any]]

#: Names of the faces in results: the Tasks of Python and the web, and the Face Mesh before them.
_FACES = (
    "face_landmarks faceLandmarks multi_face_landmarks multiFaceLandmarks landmarks faces points"
).split()
_WEIGHTS = ("face_blendshapes", "faceBlendshapes")


def plain_result(result: object) -> dict[str, Any]:
    """A result of MediaPipe's as plain data.

    Parameters
    ----------
    result : FaceLandmarkerResult, or a result of the Face Mesh
        As MediaPipe's Python package gives it.

    Raises
    ------
    InvalidInputError
        If it is neither.
    """
    faces = getattr(result, "face_landmarks", None)
    if faces is None and hasattr(result, "multi_face_landmarks"):
        faces = getattr(result, "multi_face_landmarks", None) or []
    if faces is None:
        raise InvalidInputError(
            f"landmarks are read from a path or a result of MediaPipe, not {type(result).__name__}"
        )
    weights = getattr(result, "face_blendshapes", None) or []
    return {
        "face_landmarks": [
            [(p.x, p.y, p.z) for p in getattr(face, "landmark", face)] for face in faces
        ],
        "face_blendshapes": [
            [(each.category_name, each.score) for each in face] for face in weights
        ],
    }


def _recognise(text: str) -> bool:
    return text.lstrip()[:1] in ("{", "[")


def _read(text: str, scheme: str) -> FoundFaces:
    data = json.loads(text)
    if isinstance(data, dict) and isinstance(data.get("faces"), list) and "scheme" in data:
        return _read_own(data)
    return find_result(data, scheme)


def find_result(data: Any, scheme: str = "") -> FoundFaces:
    """The one face in a result of MediaPipe's; a row without points where it has none, or several.

    Parameters
    ----------
    data : dict or list
        The result as plain data, the points of one face alone, or a list of results, as of a video's frames:
        a row each.
    scheme : str
        As for `LandmarkFormat.read`.

    Examples
    --------
    >>> find_result({"faceLandmarks": []}).faces
    [0]
    """
    if isinstance(data, list):
        if data and _is_result(data[0]):
            return _join([find_result(each, scheme) for each in data])
        data = {"landmarks": data}
    faces = next((data[name] for name in _FACES if name in data), None)
    if faces is None:
        raise InvalidInputError(f"it has none of the entries {', '.join(_FACES)}")
    if faces and _is_point(faces[0]):
        faces = [faces]
    if len(faces) != 1:
        blank = np.full((1, MEDIAPIPE_478.size, 3), np.nan)
        return FoundFaces(points=blank, scheme=MEDIAPIPE_478.name, faces=[len(faces)])
    points, name = as_scheme(_points(faces[0])[None], scheme)
    weights = next((data[each] for each in _WEIGHTS if data.get(each)), None)
    shapes = _weights(weights[0]) if weights and name == MEDIAPIPE_478.name else None
    return FoundFaces(points=points, scheme=name, blendshapes=shapes)


def _is_result(value: Any) -> bool:
    return isinstance(value, Mapping) and any(isinstance(value.get(name), list) for name in _FACES)


def _join(found: Sequence[FoundFaces]) -> FoundFaces:
    """Results of several photos as one."""
    schemes = {each.scheme for each in found}
    if len(schemes) > 1:
        raise InvalidInputError(
            f"its results are of different schemes: {', '.join(sorted(schemes))}"
        )
    weights = [each.blendshapes for each in found]
    unknown = np.full((1, len(MEDIAPIPE_478.expressions)), np.nan)
    known = [unknown if each is None else each for each in weights]
    return FoundFaces(
        points=np.concatenate([each.points for each in found]),
        scheme=schemes.pop(),
        faces=[(each.faces or [1])[0] for each in found],
        blendshapes=np.concatenate(known) if any(w is not None for w in weights) else None,
    )


def _is_point(value: Any) -> bool:
    """Whether a value is a point, as a list of numbers or by the names of its coordinates."""
    if isinstance(value, Mapping):
        return "x" in value and "y" in value
    return isinstance(value, Sequence) and bool(value) and isinstance(value[0], (int, float))


def _points(face: Any) -> FloatArray:
    """The points of a face, shape (k, 2) or (k, 3)."""
    if isinstance(face, Mapping):
        face = face.get("landmark", face.get("landmarks"))
    placed = [point for point in face or () if point is not None]
    if placed and isinstance(placed[0], Mapping):
        face = [point and [point[axis] for axis in "xyz" if axis in point] for point in face]
    size = min([3, *[len(point) for point in face if point is not None]])
    blank = [np.nan] * size
    return np.array([blank if point is None else point[:size] for point in face], dtype=np.float64)


def _weights(face: Any) -> FloatArray:
    """The expression weights of a face by their names, shape (1, 52); NaN for those that it lacks."""
    if isinstance(face, Mapping):
        face = face.get("categories", [])
    found = dict(_weight(each) for each in face)
    names: Iterable[str] = MEDIAPIPE_478.expressions
    return np.array([[found.get(name, np.nan) for name in names]])


def _weight(each: Any) -> tuple[str, float]:
    """Name and weight of one expression."""
    if isinstance(each, Mapping):
        return str(each.get("categoryName", each.get("category_name"))), float(each["score"])
    name, score = each
    return str(name), float(score)


def _read_own(data: Mapping[str, Any]) -> FoundFaces:
    """A file that `_write` wrote."""
    faces = data["faces"]
    points = [[[np.nan if v is None else v for v in p] for p in face["points"]] for face in faces]
    poses = [face["pose"] for face in faces]
    return FoundFaces(
        points=np.array(points, dtype=np.float64),
        scheme=str(data["scheme"]),
        photo=[face["photo"] for face in faces],
        size=np.array([face["size"] for face in faces]),
        pose=np.array([_numbers(pose) for pose in poses]),
    )


def _numbers(pose: list[list[float | None]]) -> list[list[float]]:
    return [[np.nan if value is None else value for value in row] for row in pose]


def _write(landmarks: Landmarks) -> str:
    faces = [
        {
            "photo": str(landmarks.photo[row]),
            "size": landmarks.size[row],
            "pose": landmarks.pose[row],
            "points": landmarks.points[row],
        }
        for row in range(len(landmarks))
    ]
    return json.dumps(make_plain({"scheme": landmarks.scheme, "faces": faces})) + "\n"


JSON = LandmarkFormat("JSON", (".json",), _recognise, _read, _write, many=True)
