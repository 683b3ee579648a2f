from .parquet import read_landmarks
from .run import Progress, Summary, score_archive

__all__ = [
    "Progress",
    "Summary",
    "read_landmarks",
    "score_archive",
]
