from .extractor import Extractor, Method

__all__ = [
    "Extractor",
    "Method",
]
