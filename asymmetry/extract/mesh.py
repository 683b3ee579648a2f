"""The landmark model's own network, for a face whose place is known.

MediaPipe's Face Landmarker looks for a face with a detector, cuts it out and hands it to this network. A
chimera is drawn where the face shall be. So nothing has to be looked for, and what a detector finds a little
elsewhere each time is not in the reading.
"""

from __future__ import annotations

import os
import tempfile
import zipfile
from pathlib import Path

import cv2
import numpy as np
import numpy.typing as npt

from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.errors import ModelError
from asymmetry.extract.model import model_file

__all__ = ["INPUT_FILL", "INPUT_SIDE", "Mesh"]

Pixels = npt.NDArray[np.uint8]
FloatArray = npt.NDArray[np.float64]

#: Width and height of the picture that the network reads, px, and the share of it that a face fills:
#: MediaPipe cuts out 1.5 times the larger extent of the points.
INPUT_SIDE, INPUT_FILL = 256, 1 / 1.5
# A picture shows a face if its score is above this, the logit of MediaPipe's 0.5.
_LEAST_SCORE = 0.0
_POINTS_MEMBER, _WEIGHTS_MEMBER = "face_landmarks_detector.tflite", "face_blendshapes.tflite"
# The network's outputs: the points, and the score.
_OUTPUTS = ("Identity", "Identity_1")


class Mesh:
    """The networks for points and for expression weights, loaded once.

    Parameters
    ----------
    model : path, optional
        A ``face_landmarker.task`` file. Default: the one that is installed with the package.

    Raises
    ------
    ModelError
        If the file is missing, or holds no such networks.
    """

    def __init__(self, model: str | os.PathLike[str] | None = None) -> None:
        path = model_file(model)
        try:
            # From files: of a network in memory OpenCV 5 takes no engine.
            with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
                archive.extractall(folder, (_POINTS_MEMBER, _WEIGHTS_MEMBER))
                self._points = _network(Path(folder, _POINTS_MEMBER))
                self._weights = _network(Path(folder, _WEIGHTS_MEMBER))
        except (OSError, KeyError, zipfile.BadZipFile, cv2.error) as error:
            raise ModelError(f"{path}: its networks can't be read ({error})") from error

    def read(self, picture: Pixels) -> FloatArray | None:
        """The face's points in a picture that it is upright in the middle of.

        Parameters
        ----------
        picture : ndarray of uint8, shape (INPUT_SIDE, INPUT_SIDE, 3)
            RGB; the face fills `INPUT_FILL` of its height.

        Returns
        -------
        ndarray, shape (478, 3), or None
            Pixel-edge coordinates, y down; None if the network sees no face.
        """
        self._points.setInput(cv2.dnn.blobFromImage(picture, 1 / 255))
        points, score = self._points.forward(_OUTPUTS)
        if score.item() <= _LEAST_SCORE:
            return None
        return np.asarray(points, dtype=np.float64).reshape(MEDIAPIPE_478.size, 3)

    def weights(self, points: FloatArray) -> FloatArray:
        """Expression weights (52,) of a face's points (478, 3), in px of any scale."""
        self._weights.setInput(points[None, MEDIAPIPE_478.expressive, :2].astype(np.float32))
        return np.asarray(self._weights.forward(), dtype=np.float64).ravel()


def _network(path: Path) -> cv2.dnn.Net:
    # OpenCV 5's newer engine hands out only one of a network's outputs; OpenCV 4 has but the classic one.
    if hasattr(cv2.dnn, "ENGINE_CLASSIC"):
        return cv2.dnn.readNetFromTFLite(str(path), cv2.dnn.ENGINE_CLASSIC)
    return cv2.dnn.readNetFromTFLite(str(path))
