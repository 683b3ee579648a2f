"""Photos with flipped bits: how many are refused or noted, and how many are misread with a clean face.

    python -m benchmarks.damage [files of each format]

A portrait is stored in each format, 1 to 12 bits of the file are flipped anywhere, and it is read. A file is
misread if a left-right difference of the headlines is more than 1 mm off the undamaged file's.
"""

from __future__ import annotations

import io
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
import numpy.typing as npt
from PIL import Image

from asymmetry import Extractor, measure
from asymmetry.core.landmarks import Landmarks
from asymmetry.metrics.headline import HEADLINES
from asymmetry.photos.photo import read_photo
from benchmarks.fidelity.photos import london

__all__ = ["FORMATS", "flip_bits", "store"]

#: How a portrait is stored: Pillow's name of the format, and its options.
FORMATS: dict[str, tuple[str, dict[str, object]]] = {
    "JPEG": ("JPEG", {"quality": 90}),
    "JPEG 4:4:4": ("JPEG", {"quality": 95, "subsampling": 0}),
    "JPEG progressive": ("JPEG", {"quality": 90, "progressive": True}),
    "JPEG grey": ("JPEG", {"quality": 90}),
    "PNG": ("PNG", {"compress_level": 1}),
    "WebP": ("WEBP", {"quality": 90, "method": 0}),
    "TIFF": ("TIFF", {"compression": "tiff_lzw"}),
    "BMP": ("BMP", {}),
    "GIF": ("GIF", {}),
    "HEIC": ("HEIF", {"quality": 80}),
    "AVIF": ("AVIF", {"quality": 80, "speed": 10}),
}
FILES, MOST_BITS, MISREAD_MM, SIDE = 150, 12, 1.0, 1000


def store(pixels: npt.NDArray[np.uint8], name: str) -> bytes:
    """A photo's file in one of the formats."""
    kind, options = FORMATS[name]
    image = Image.fromarray(pixels)
    if name.endswith("grey"):
        image = image.convert("L")
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def flip_bits(data: bytes, rng: np.random.Generator) -> bytes:
    """The same file with 1 to 12 bits flipped."""
    damaged = bytearray(data)
    for place in rng.integers(0, 8 * len(data), rng.integers(1, MOST_BITS + 1)).tolist():
        damaged[place // 8] ^= 1 << place % 8
    return bytes(damaged)


def damaged_files(name: str, files: int) -> Iterator[tuple[bytes, list[bytes]]]:
    """Each portrait's file, and damaged copies of it."""
    portraits = london(tuning=False)
    rng = np.random.default_rng(len(name))
    for i, path in enumerate(portraits):
        image = Image.fromarray(read_photo(path).pixels)
        image.thumbnail((SIDE, SIDE))
        data = store(np.asarray(image), name)
        copies = len(range(i, files, len(portraits)))
        yield data, [flip_bits(data, rng) for _ in range(copies)]


def differences(row: Landmarks) -> npt.NDArray[np.float64]:
    """The headlines' left-right differences, mm."""
    table = measure(row, sd=False)
    return np.array([table[f"{each.metric}_diff_mm"][0] for each in HEADLINES])


def judge(
    extract: Callable[[list[bytes]], Landmarks], data: bytes, copies: list[bytes]
) -> Counter[str]:
    """How the damaged copies of a file end."""
    true, ends = differences(extract([data])), Counter[str]()
    for copy in copies:
        row = extract([copy])
        off = float(np.nanmax(np.abs(differences(row) - true), initial=0.0))
        read = "misread" if off > MISREAD_MM else "read well"
        ends[f"{read}, {row.status[0]}" if row.usable[0] else "refused"] += 1
    return ends


def main(files: int = FILES) -> None:
    """Print how the files of each format end."""
    import pillow_heif

    pillow_heif.register_heif_opener()
    with Extractor(threads=1) as extractor:
        for name in FORMATS:
            ends = Counter[str]()
            for data, copies in damaged_files(name, files):
                ends += judge(partial(extractor.extract), data, copies)
            print(f"{name:18} {dict(sorted(ends.items()))}", flush=True)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
