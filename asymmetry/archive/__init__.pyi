from .parquet import read_landmarks
from .progress import Progress
from .reading import Person, list_subjects, read_archive, read_person
from .run import Summary, score_archive

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
