"""One Extractor shared by threads: whether every number is that of one thread, and what it gains.

Six different faces are read over and over by four threads, 200 times each, as by those of a web service. Ends
with 1 if any number differs or any read fails. Run it as ``python -m benchmarks.threads`` or ``make bench``.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import get_args

import numpy as np
import skimage.data
from matplotlib import get_data_path
from PIL import Image

from asymmetry import Extractor, Landmarks, measure
from asymmetry.extract import Method
from benchmarks.core import machine

__all__ = ["main", "read_by_threads", "six_faces"]

THREADS, READS = 4, 200
#: Degrees by which each portrait is turned, so that no two faces are alike.
_TURNS = (0, 4, -5)


def six_faces(folder: Path | None = None) -> list[bytes]:
    """The first six photos of a folder; without one three readings each of two portraits.

    Parameters
    ----------
    folder : pathlib.Path, optional
        JPEG files.
    """
    if folder is not None:
        return [path.read_bytes() for path in sorted(folder.glob("*.jpg"))[:6]]
    hopper = Path(get_data_path(), "sample_data", "grace_hopper.jpg")
    people = Image.open(hopper).convert("RGB"), Image.fromarray(skimage.data.astronaut())
    return [
        _encode(person.rotate(angle, fillcolor=(128,) * 3)) for person in people for angle in _TURNS
    ]


def _encode(image: Image.Image) -> bytes:
    stream = BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def read_by_threads(
    extractor: Extractor, photos: list[bytes], threads: int, reads: int
) -> Counter[str]:
    """How many reads gave the numbers of one thread (``"exact"``), others, or an error, by its kind.

    Parameters
    ----------
    extractor : Extractor
        Shared by the threads.
    photos : list of bytes
        The photos, read in turn, each thread from another one on.
    threads, reads : int
        Number of threads, and of reads of each.
    """
    known = [_numbers(extractor.extract([photo])) for photo in photos]

    def read(start: int) -> Iterable[str]:
        for i in range(start, start + reads):
            try:
                found = _numbers(extractor.extract([photos[i % len(photos)]]))
            except Exception as error:  # noqa: BLE001  whatever it is, it is counted
                yield type(error).__name__
                continue
            yield "exact" if found == known[i % len(photos)] else "other numbers"

    counts: Counter[str] = Counter()
    with ThreadPoolExecutor(threads) as pool:
        for kinds in pool.map(lambda start: list(read(start)), range(threads)):
            counts.update(kinds)
    return counts


def _numbers(rows: Landmarks) -> bytes:
    """Every number of some rows, and every measurement of them, as bytes."""
    table = measure(rows)
    columns = [np.asarray(values).tobytes() for name, values in table.items() if name != "photo"]
    return b"".join(
        [rows.points.tobytes(), rows.pose.tobytes(), rows.blendshapes.tobytes(), *columns]
    )


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Reads of one Extractor by several threads.")
    parser.add_argument(
        "--method", choices=get_args(Method), default="hemiface", help="default: %(default)s"
    )
    parser.add_argument("--threads", type=int, default=THREADS, help="default: %(default)s")
    parser.add_argument(
        "--reads", type=int, default=READS, help="of each thread, default: %(default)s"
    )
    parser.add_argument(
        "--photos", type=Path, help="a folder of JPEG files, default: two portraits"
    )
    options = parser.parse_args()
    photos = six_faces(options.photos)
    with Extractor(method=options.method, threads=1) as extractor:
        start = time.perf_counter()
        read_by_threads(extractor, photos, 1, len(photos))
        alone = (time.perf_counter() - start) / (2 * len(photos))
        start = time.perf_counter()
        found = read_by_threads(extractor, photos, options.threads, options.reads)
        seconds = (time.perf_counter() - start) / (options.threads * options.reads + len(photos))
    print(
        f"{options.threads} threads × {options.reads} reads of {len(photos)} faces by {options.method}"
    )
    print(", ".join(f"{number} {kind}" for kind, number in found.most_common()))
    print(f"{1000 * seconds:.0f} ms a read, {1000 * alone:.0f} ms by one thread; {machine()}")
    sys.exit(set(found) != {"exact"})


if __name__ == "__main__":
    main()
