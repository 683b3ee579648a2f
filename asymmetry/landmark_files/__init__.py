"""Landmarks in other programs' files: each format is one small reader, and a writer where one makes sense."""

from __future__ import annotations

from asymmetry.landmark_files.points import as_scheme, number_rows
from asymmetry.landmark_files.protocol import FoundFaces, LandmarkFormat
from asymmetry.landmark_files.reading import read_landmarks
from asymmetry.landmark_files.registry import register_landmark_format, unregister_landmark_format
from asymmetry.landmark_files.writing import write_landmarks

__all__ = [
    "FoundFaces",
    "LandmarkFormat",
    "as_scheme",
    "number_rows",
    "read_landmarks",
    "register_landmark_format",
    "unregister_landmark_format",
    "write_landmarks",
]
