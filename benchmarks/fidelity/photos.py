"""Which photos constants may be chosen on, and which ones figures are reported on: said here only."""

from __future__ import annotations

import importlib.util
from pathlib import Path

SHARED = Path(__file__).resolve().parents[3] / "shared" / "faces"

#: People of the London set whose photos constants were chosen on; the other eight are for reporting.
TUNING_PEOPLE = ("009", "021", "034", "045", "096", "122", "126", "135")

#: A public-domain portrait inside a wheel, for where the London set is not there. Its outer canthi are 66 px
#: apart: a look at the edge. The one in matplotlib's wheel wears glasses, behind which lids are left out.
_WHEEL_PORTRAITS = (("skimage", "data/astronaut.png"),)


def london(expression: str = "neutral", *, tuning: bool) -> list[Path]:
    """Photos of the London set in one half of the split; empty where the set is not there."""
    found = sorted(SHARED.glob(f"london/*_{expression}.jpg"))
    return [path for path in found if (path.name[:3] in TUNING_PEOPLE) == tuning]


def wheel_portraits() -> list[Path]:
    """The portraits of those wheels that are installed."""
    paths = []
    for package, inside in _WHEEL_PORTRAITS:
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None:
            paths.append(Path(spec.origin).parent / inside)
    return [path for path in paths if path.is_file()]


def faces(half: str) -> list[Path]:
    """Neutral photos to warp: of ``"tuning"``, ``"reporting"``, ``"others"`` or ``"portraits"``.

    The others are nine photos of two women whom no constant was chosen on. Where the London set is not
    there, the wheels' portraits are reported on.
    """
    if half == "others":
        return [*sorted(SHARED.glob("lisa/*.jpg")), *sorted(SHARED.glob("zoom/*.jpg")), *wheel_portraits()]
    found = [] if half == "portraits" else london(tuning=half == "tuning")
    return found if found or half == "tuning" else wheel_portraits()
