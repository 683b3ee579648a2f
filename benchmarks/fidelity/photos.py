"""Which photos constants may be chosen on, and which ones figures are reported on: said here only."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Literal

__all__ = [
    "SHARED",
    "TUNING_PEOPLE",
    "Folder",
    "faces",
    "further",
    "is_tuning",
    "london",
    "more",
    "people",
    "portraits",
    "renders",
]

SHARED = Path(__file__).resolve().parents[3] / "shared" / "faces"

#: People of the London set whose photos constants were chosen on; the other eight are for reporting.
TUNING_PEOPLE = ("009", "021", "034", "045", "096", "122", "126", "135")
#: Of the photos in these folders, sorted by name, one in three is for reporting: the third, the sixth, ...
Folder = Literal["more", "portraits"]
_ONE_IN = 3

#: A public-domain portrait inside a wheel, for where the London set is not there. Its outer canthi are 66 px
#: apart: a look at the edge. The one in matplotlib's wheel wears glasses, behind which lids are left out.
_WHEEL_PORTRAITS = (("skimage", "data/astronaut.png"),)


def london(expression: str = "neutral", *, tuning: bool) -> list[Path]:
    """Photos of the London set in one half of the split; empty where the set is not there."""
    found = sorted(SHARED.glob(f"london/*_{expression}.jpg"))
    return [path for path in found if (path.name[:3] in TUNING_PEOPLE) == tuning]


def more(*, tuning: bool) -> list[Path]:
    """Neutral photos of 61 more people of the London and Canada sets, in one half of the split."""
    return _part("more", tuning)


def further() -> list[Path]:
    """Every other neutral photo of the reporting half of `more`: eight people are too few for shares."""
    return more(tuning=False)[::2]


def portraits(*, tuning: bool) -> list[Path]:
    """Portraits of 26 people of 35 to 90 years, most of them smiling, in one half of the split."""
    return _part("portraits", tuning)


def people(*, tuning: bool) -> list[Path]:
    """All people at rest and smiling, and the portraits, in one half of the split."""
    still, smiling = london(tuning=tuning), london("smiling", tuning=tuning)
    return [*still, *smiling, *more(tuning=tuning), *portraits(tuning=tuning)]


def renders(*, tuning: bool) -> list[Path]:
    """Renders of a head in one half of the split: the second, the fourth, ... by name are for tuning."""
    return sorted(SHARED.glob("render/*.jpg"))[tuning::2]


def is_tuning(path: Path) -> bool:
    """Whether constants may be chosen on this photo of one of the three sets.

    Raises
    ------
    ValueError
        If the photo is in none of them.
    """
    if path.parent.name == "london":
        return path.name[:3] in TUNING_PEOPLE
    if path.parent.name == "more":
        return path in more(tuning=True)
    if path.parent.name == "portraits":
        return path in portraits(tuning=True)
    raise ValueError(f"{path} is in none of the folders that are split")


def wheel_portraits() -> list[Path]:
    """The portraits of those wheels that are installed."""
    paths = []
    for package, inside in _WHEEL_PORTRAITS:
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            paths.append(Path(spec.origin).parent / inside)
    return [path for path in paths if path.is_file()]


def faces(half: str) -> list[Path]:
    """Neutral photos to warp: of ``"tuning"``, ``"reporting"``, ``"others"`` or ``"wheels"``.

    The others are nine photos of two women whom no constant was chosen on. Where the London set is not
    there, the wheels' portraits are reported on.
    """
    if half == "others":
        return [
            *sorted(SHARED.glob("lisa/*.jpg")),
            *sorted(SHARED.glob("zoom/*.jpg")),
            *wheel_portraits(),
        ]
    found = [] if half == "wheels" else london(tuning=half == "tuning")
    return found if found or half == "tuning" else wheel_portraits()


def _part(folder: Folder, tuning: bool) -> list[Path]:
    found = sorted(SHARED.glob(f"{folder}/*.jpg"))
    return [path for i, path in enumerate(found) if (i % _ONE_IN != _ONE_IN - 1) == tuning]
