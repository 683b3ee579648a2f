"""Many photos through one Extractor, and through an archive: whether memory, handles and threads stay flat.

    python -m benchmarks.soak [photos] [extractor | fast | archive] [folder]

Prints what the process holds as it goes, and in the end the slopes: per thousand photos, after the first
tenth. ``fast`` is an Extractor of that method, in a third of the time. An archive is made by it in
``folder``, goes on where it was ended, and its processes are counted together. All photos make the table of
docs/limits.md anew.
"""

from __future__ import annotations

import io
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from asymmetry import Extractor, measure, score_archive
from asymmetry.archive import Progress
from asymmetry.extract.tools import Method
from asymmetry.photos.photo import read_photo
from benchmarks.fidelity.photos import london
from benchmarks.fidelity.tables import FOLDER, Row, fill_page, markdown, write_table

__all__ = ["Held", "held", "slopes", "small_faces", "table"]

PHOTOS, SIDE, EVERY = 5000, 300, 25
PAGE = FOLDER.parent / "limits.md"
KINDS = ("JPEG", "PNG", "WEBP", "JPEG")


class Held(NamedTuple):
    """Resources of processes: photos so far, resident memory in MB, open handles, threads."""

    photos: int
    megabytes: float
    handles: int
    threads: int


def held(photos: int, *processes: int | str) -> Held:
    """Resources of several processes together, by ``/proc``; those that have ended hold nothing."""
    memory = handles = threads = 0
    for each in processes or ("self",):
        try:
            status = Path(f"/proc/{each}/status").read_text()
            handles += len(list(Path(f"/proc/{each}/fd").iterdir()))
        except OSError:
            continue
        fields = dict(line.split(":", 1) for line in status.splitlines())
        memory += int(fields.get("VmRSS", "0 kB").split()[0])
        threads += int(fields["Threads"])
    return Held(photos, memory / 1024, handles, threads)


def small_faces(number: int) -> Iterator[tuple[str, bytes]]:
    """Small portraits of several people, each in other bytes: names and files; every hundredth is damaged."""
    faces = [Image.fromarray(read_photo(path).pixels) for path in london(tuning=False)]
    for i in range(number):
        side = SIDE + i % 37
        turned = faces[i % len(faces)].resize((side, side)).rotate(i % 7 - 3)
        with io.BytesIO() as stream:
            kind = KINDS[i % len(KINDS)]
            turned.save(stream, kind, quality=80 + i % 15)
            data = stream.getvalue()
        yield f"{i:05}.{kind.lower()}", data[: len(data) // 2] if i % 100 == 99 else data


def slopes(rows: list[Held]) -> dict[str, float]:
    """Growth per thousand photos of each, after the first tenth of the photos."""
    table = np.array([row for row in rows if row.photos > rows[-1].photos / 10], dtype=float)
    return {
        name: float(np.polyfit(table[:, 0], table[:, i], 1)[0] * 1000)
        for i, name in enumerate(Held._fields)
        if i
    }


def through_extractor(number: int, method: Method = "hemiface") -> list[Held]:
    """Photos one by one through one Extractor; what the process holds every few."""
    rows = []
    with Extractor(method=method, threads=1) as extractor:
        for i, (_, data) in enumerate(small_faces(number), 1):
            measure(extractor.extract([data]))
            if i % EVERY == 0:
                rows.append(held(i))
    return rows


def through_archive(number: int, folder: Path) -> list[Held]:
    """Photos through an archive of one worker; what its processes hold as it goes."""
    photos = folder / "photos"
    if not photos.is_dir():
        photos.mkdir(parents=True)
        for name, data in small_faces(number):
            (photos / name).write_bytes(data)
    rows = []

    def look(progress: Progress) -> None:
        rows.append(held(progress.done, os.getpid(), *_children(os.getpid())))

    score_archive(photos, folder / "scores.parquet", method="fast", workers=1, progress=look)
    return rows


def _children(process: int) -> list[int]:
    try:
        told = Path(f"/proc/{process}/task/{process}/children").read_text()
    except OSError:
        return []
    return [int(each) for each in told.split()]


def table(rows: list[Held]) -> list[Row]:
    """Resources at ten moments, and the growth per thousand photos."""
    growth = slopes(rows)
    some = rows[len(rows) // 10 - 1 :: max(len(rows) // 10, 1)]
    lines = [[f"{value:.0f}" for value in row] for row in some]
    last = ["growth per 1,000", *(f"{growth[name]:+.2f}" for name in Held._fields[1:])]
    return [["photos", "memory, MB", "handles", "threads"], *lines, last]


def main(number: int = PHOTOS, way: str = "extractor", folder: str = "") -> None:
    """Print what is held as it goes, and the slopes; of all photos into the page."""
    with tempfile.TemporaryDirectory() as made:
        if way == "archive":
            rows = through_archive(number, Path(folder or made))
        elif way == "fast":
            rows = through_extractor(number, "fast")
        else:
            rows = through_extractor(number)
    found = table(rows)
    print(markdown(found))
    if number == PHOTOS:
        write_table(f"soak_{way}", f"`python -m benchmarks.soak`: {number:,} photos, {way}.", found)
        PAGE.write_text(fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2]), *sys.argv[2:])
