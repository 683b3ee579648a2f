"""How long a report takes beyond extraction, and how large it is.

Run it as ``python -m benchmarks.report``. Times differ from machine to machine; the first figure is the plain
decoding of the same photos, in one thread, for comparison.
"""

from __future__ import annotations

import argparse
import os
import platform
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image

from asymmetry.errors import AsymmetryError
from asymmetry.people import Series
from asymmetry.photos.photo import read_photo
from asymmetry.report import render
from asymmetry.synthetic import demo_portrait, face
from benchmarks.core import fastest

__all__ = ["main", "one_series", "report"]

_RUNS = 3
_MILLION = 1e6
TREATED_ON = "2026-03-09"


def one_series(folder: Path, photos: int, megapixels: float) -> Series:
    """A person's photos of that size: the demo's portrait, with made points, two a day every week.

    Parameters
    ----------
    folder : pathlib.Path
        Where to write the photos.
    photos : int
        Number of photos.
    megapixels : float
        Size of each.
    """
    side = int(np.sqrt(megapixels * _MILLION))
    made = face(
        photos, px_per_mm=side / 220, brow_right_mm=-np.linspace(0, 3, photos), noise_px=0.4
    )
    size = tuple(made.size[0].tolist())
    with Image.open(demo_portrait().path) as portrait:
        pixels = portrait.convert("RGB").resize(size)
    names = [f"{number}.jpg" for number in range(photos)]
    for name in names:
        pixels.save(folder / name, quality=90)
    days = np.datetime64(TREATED_ON) + (7 * (np.arange(photos) // 2) - 14).astype("timedelta64[D]")
    dated = replace(made, photo=np.array(names), taken=days.astype(str))
    return Series.from_landmarks(
        dated, treated_on=TREATED_ON, folder=folder, expression=["rest"] * photos
    )


def report(photos: int, megapixels: float) -> str:
    """Measure, and say so in a small table.

    Parameters
    ----------
    photos : int
        Number of photos.
    megapixels : float
        Size of each.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        made = one_series(folder, photos, megapixels)
        text = render(made)
        target = folder / "report.pdf"
        tasks: dict[str, Callable[[], object]] = {
            "decoding the photos alone": lambda: [
                read_photo(path) for path in folder.glob("*.jpg")
            ],
            "HTML": lambda: render(made),
            "HTML without photos": lambda: render(made, photos=False),
        }
        seconds = {task: fastest(run, _RUNS) for task, run in tasks.items()}
        try:
            seconds["PDF"] = fastest(lambda: made.report(target), 1)
        except AsymmetryError as error:
            print(f"no PDF: {error}")
        sizes = {"HTML": len(text.encode())} | (
            {"PDF": target.stat().st_size} if target.exists() else {}
        )
    lines = [f"{f'{photos} photos of {megapixels:g} megapixels':32}{'seconds':>10}{'MB':>8}"]
    for task, taken in seconds.items():
        size = f"{sizes[task] / _MILLION:8.1f}" if task in sizes else ""
        lines.append(f"{task:32}{taken:10.2f}{size}")
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {platform.system()}"
    return "\n".join(
        [*lines, "", f"{machine}; Python {platform.python_version()}; fastest of {_RUNS} runs"]
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="How long a report takes beyond extraction.")
    parser.add_argument(
        "--photos", type=int, default=40, help="number of photos (default: %(default)s)"
    )
    parser.add_argument(
        "--megapixels", type=float, nargs="+", default=[1.0, 12.0], help="size of each photo"
    )
    arguments = parser.parse_args()
    for megapixels in arguments.megapixels:
        print(report(arguments.photos, megapixels), end="\n\n")


if __name__ == "__main__":
    main()
