from .parquet import read_landmarks
from .reading import Person, list_subjects, read_archive, read_person
from .run import Progress, Summary, score_archive

__all__ = [
    "Person",
    "Progress",
    "Summary",
    "list_subjects",
    "read_archive",
    "read_landmarks",
    "read_person",
    "score_archive",
]
