from .extractor import Extractor, Method
from .model.canonical import Canonical
from .model.landmarker import Reading
from .model.protocol import Detector, Model, SquareReader
from .settings import Settings

__all__ = [
    "Canonical",
    "Detector",
    "Extractor",
    "Method",
    "Model",
    "Reading",
    "Settings",
    "SquareReader",
]
