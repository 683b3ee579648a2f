from . import (
    archive,
    core,
    errors,
    extract,
    hospital,
    landmark_files,
    metrics,
    photos,
    report,
    series,
    synthetic,
    tissue,
)
from .archive import read_archive, score_archive
from .clips import Clip, read_clip
from .core.frame import Scale
from .core.landmarks import Landmarks
from .core.notes import Note
from .core.schemes import Scheme, register_scheme
from .core.table import Measurements
from .core.version import __version__
from .errors import AsymmetryError, PhotoError
from .extract import Extractor
from .landmark_files import (
    LandmarkFormat,
    read_landmarks,
    register_landmark_format,
    write_landmarks,
)
from .metrics import Face, Half, Norm, Norms, measure, metric, movement, movement_metric, norms
from .people import Series
from .photos.photo import PhotoSource
from .photos.readers import Reader, register_reader
from .photos.sources import PhotoBytes
from .scoring import Score, score
from .skin_photos import Skin, skin
from .two_photos import compare

__all__ = [
    "AsymmetryError",
    "Clip",
    "Extractor",
    "Face",
    "Half",
    "LandmarkFormat",
    "Landmarks",
    "Measurements",
    "Norm",
    "Norms",
    "Note",
    "PhotoBytes",
    "PhotoError",
    "PhotoSource",
    "Reader",
    "Scale",
    "Scheme",
    "Score",
    "Series",
    "Skin",
    "__version__",
    "archive",
    "compare",
    "core",
    "errors",
    "extract",
    "hospital",
    "landmark_files",
    "measure",
    "metric",
    "metrics",
    "movement",
    "movement_metric",
    "norms",
    "photos",
    "read_archive",
    "read_clip",
    "read_landmarks",
    "register_landmark_format",
    "register_reader",
    "register_scheme",
    "report",
    "score",
    "score_archive",
    "series",
    "skin",
    "synthetic",
    "tissue",
    "write_landmarks",
]
