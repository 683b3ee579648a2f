"""Photos with flipped bits: how many are refused or noted, and how many are misread with a clean face.

    python -m benchmarks.damage [files of each format]
    python -m benchmarks.damage whole

A portrait is stored in each format, 1 to 12 bits of the file are flipped anywhere, and it is read. A file is
misread if a left-right difference of the headlines is more than 1 mm off the undamaged file's. ``whole``
counts undamaged JPEGs that are taken for damaged, as photos are and with what people and programs put into
them.
"""

from __future__ import annotations

import io
import itertools
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from PIL import Image

from asymmetry import Extractor, measure
from asymmetry.core.arrays import FloatArray, Pixels
from asymmetry.core.landmarks import Landmarks
from asymmetry.metrics.headline import HEADLINES
from asymmetry.photos.photo import read_photo
from benchmarks.fidelity.photos import london

__all__ = ["DRESSINGS", "FORMATS", "flip_bits", "store"]

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


def store(pixels: Pixels, name: str) -> bytes:
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


def differences(row: Landmarks) -> FloatArray:
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


def bordered(pixels: Pixels) -> Pixels:
    """Bars above and below, which end where blocks do."""
    made = pixels.copy()
    made[:96], made[-96:] = 0, 255
    return made


def striped(pixels: Pixels) -> Pixels:
    """Every other row of blocks is brighter."""
    made = pixels // 4 * 3
    for top in range(0, len(made), 32):
        made[top : top + 16] += 25
    return made


def labelled(pixels: Pixels) -> Pixels:
    """Bars that the photo shines through, one across and one from a column on."""
    made = pixels.copy()
    made[-160:-64] //= 2
    made[64:80, 160:] = made[64:80, 160:] // 2 + 90
    return made


def paired(pixels: Pixels) -> Pixels:
    """Four photos in one."""
    small = pixels[::2, ::2]
    upper, lower = np.hstack([small, small[:, ::-1] // 2]), np.hstack([255 - small, small])
    return np.vstack([upper, lower])


def stepped(pixels: Pixels) -> Pixels:
    """Brighter below a stair whose steps are blocks."""
    made = pixels // 4 * 3
    for i in range(0, min(made.shape[:2]), 16):
        made[i:, i : i + 16] += 40
    return made


def shown(pixels: Pixels) -> Pixels:
    """In a program's window."""
    made = np.full_like(pixels, 245)
    small = pixels[::2, ::2]
    made[:32], made[64:80, 320:] = (30, 60, 160), 200
    made[96 : 96 + len(small), 32 : 32 + small.shape[1]] = small
    return made


DRESSINGS: tuple[Callable[[Pixels], Pixels], ...] = (
    np.copy,
    bordered,
    striped,
    labelled,
    paired,
    stepped,
    shown,
)
_QUALITIES, _SUBSAMPLINGS, _REDUCED = (30, 60, 75, 85, 95), ("4:4:4", "4:2:2", "4:2:0"), (1, 2, 4)


def whole() -> None:
    """Print how many undamaged JPEGs are taken for damaged, each read in full and coarser."""
    noted, read = Counter[str](), 0
    for i, path in enumerate((*london(tuning=True), *london(tuning=False))):
        portrait = Image.fromarray(read_photo(path).pixels).resize((SIDE, SIDE))
        for j, (dress, quality) in enumerate(itertools.product(DRESSINGS, _QUALITIES)):
            kind = _SUBSAMPLINGS[(i + j) % 3]
            stream = io.BytesIO()
            dressed = Image.fromarray(dress(np.asarray(portrait)))
            dressed.save(stream, "JPEG", quality=quality, subsampling=kind)
            for reduced in _REDUCED:
                photo = read_photo(stream.getvalue(), least_side=SIDE // reduced)
                noted[dress.__name__] += bool(photo.damage)
                read += 1
    print(f"{noted.total()} of {read} readings of whole photos are noted: {dict(+noted)}")


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
    if sys.argv[1:] == ["whole"]:
        whole()
    else:
        main(*map(int, sys.argv[1:]))
