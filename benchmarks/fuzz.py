"""Mutated files of every kind that is read: no crash, no hang, no foreign error, no memory without end.

    python -m benchmarks.fuzz [mutations] [seed] [first]

Each mutation has a number, and is made anew from the seed and that number alone: a run that was ended goes on
with ``first``. A finding is told as it is met, with what makes it again; the process that reads the files is
replaced where one ends it.
"""

from __future__ import annotations

import io
import json
import multiprocessing
import resource
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from functools import cache, partial
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
from PIL import Image, ImageCms

from asymmetry import Landmarks, measure
from asymmetry.archive import read_archive, read_landmarks
from asymmetry.archive.jobs import Job
from asymmetry.archive.ledger import Ledger
from asymmetry.errors import AsymmetryError
from asymmetry.photos.manifest import manifest_entries, read_notes
from asymmetry.photos.photo import read_date, read_photo, read_size
from asymmetry.photos.record import PhotoRecord

__all__ = ["KINDS", "MOST_BYTES", "MOST_SECONDS", "mutate", "read_mutation", "seeds"]

MUTATIONS, BATCH = 20_000, 500
#: Limits of one file: seconds of a processor, and bytes of the process that reads them all.
MOST_SECONDS, MOST_BYTES = 10.0, 1.5 * 2**30
#: Seconds by the clock after which a process hangs, on a computer that has other work too.
_PATIENCE = 120.0
_SIDE = 160
_EXTREMES = (
    b"\x00",
    b"\xff",
    b"\x7f\xff\xff\xff",
    b"\x80\x00\x00\x00",
    b"\xff\xff\xff\xff",
    b"\xff\xda",
)
_ABOUT = {"archive": {"source": "here"}}


def _read_any_photo(path: Path) -> None:
    data = path.read_bytes()
    read_size(data)
    read_date(data)
    read_photo(data, max_megapixels=20, name=path.name)
    read_photo(data, max_megapixels=20, least_side=40, name=path.name)


def _begin_again(path: Path) -> None:
    """An archive with a damaged file in its folder; `path` names the file by its suffix."""
    with tempfile.TemporaryDirectory() as folder:
        destination = Path(folder, "s.parquet")
        for damaged in (False, True):
            with Ledger(destination) as ledger:
                if damaged:
                    (ledger.folder / f"{path.stem}{path.suffix}").write_bytes(path.read_bytes())
                ledger.begin(_ABOUT, _few_jobs)
                assert all(len(part) == 2 for _, part in ledger.unfinished())


def _few_jobs() -> list[Job]:
    return [Job(name, PhotoRecord(name)) for name in ("a.jpg", "b.jpg")]


def _measure_saved(path: Path) -> None:
    measure(Landmarks.load(path, other_version=True))


def _read_parquet(path: Path) -> None:
    read_archive(path)
    measure(read_landmarks(path, other_version=True))


def _read_list(path: Path) -> None:
    list(manifest_entries(path))
    read_notes(path)


#: How the files of each suffix are read.
KINDS: dict[str, Callable[[Path], object]] = {
    **dict.fromkeys(
        (".jpg", ".png", ".webp", ".tif", ".gif", ".bmp", ".heic", ".avif", ".dcm"), _read_any_photo
    ),
    ".npz": _measure_saved,
    ".parquet": _read_parquet,
    ".csv": _read_list,
    ".xlsx": _read_list,
    ".json": _begin_again,
}


@cache
def seeds() -> dict[str, list[bytes]]:
    """Whole files of each suffix, small ones."""
    photos = {kind: [] for kind in KINDS} | _photo_seeds()
    with tempfile.TemporaryDirectory() as folder:
        return photos | _table_seeds(Path(folder))


def _photo_seeds() -> dict[str, list[bytes]]:
    import pillow_heif

    pillow_heif.register_heif_opener()
    y, x = np.mgrid[:_SIDE, :_SIDE]
    noise = np.random.default_rng(0).integers(0, 60, (_SIDE, _SIDE, 3))
    image = Image.fromarray((np.stack([x, y, x + y], axis=-1) // 2 + noise).astype(np.uint8))
    exif = image.getexif()
    exif[0x0112], exif[0x0132], exif[0x010F] = 6, "2026:03-09 10:11:12", "Camera"
    exif.get_ifd(0x8769)[0x9003] = "2026:03:09 10:11:12"
    said = {
        "exif": exif,
        "icc_profile": ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(),
    }
    store = partial(_store, image)
    return {
        ".jpg": [
            store("JPEG", quality=80, **said),
            store("JPEG", progressive=True, **said),
            _store(image.convert("L"), "JPEG"),
            _store(image.convert("CMYK"), "JPEG"),
        ],
        ".png": [store("PNG", **said), _store(image.convert("P"), "PNG")],
        ".webp": [store("WEBP", **said), store("WEBP", lossless=True)],
        ".tif": [store("TIFF", compression=c) for c in ("raw", "tiff_lzw", "jpeg", "tiff_deflate")],
        ".gif": [store("GIF"), store("GIF", save_all=True, append_images=[image.rotate(9)])],
        ".bmp": [store("BMP"), _store(image.convert("P"), "BMP")],
        ".heic": [store("HEIF", **said)],
        ".avif": [store("AVIF", **said)],
        ".dcm": [_store_dicom(image)],
    }


def _store(image: Image.Image, kind: str, **options: object) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def _store_dicom(image: Image.Image) -> bytes:
    import pydicom
    from pydicom.dataset import FileDataset, FileMetaDataset
    from pydicom.uid import ExplicitVRLittleEndian, VLPhotographicImageStorage, generate_uid

    meta = FileMetaDataset()
    meta.TransferSyntaxUID, meta.MediaStorageSOPClassUID = (
        ExplicitVRLittleEndian,
        VLPhotographicImageStorage,
    )
    meta.MediaStorageSOPInstanceUID = generate_uid(entropy_srcs=["photo"])
    file = FileDataset("", {}, file_meta=meta, preamble=bytes(128))
    file.SOPClassUID, file.SOPInstanceUID = (
        VLPhotographicImageStorage,
        meta.MediaStorageSOPInstanceUID,
    )
    file.Rows, file.Columns, file.SamplesPerPixel = image.height, image.width, 3
    file.BitsAllocated, file.BitsStored, file.HighBit, file.PixelRepresentation = 8, 8, 7, 0
    file.PhotometricInterpretation, file.PlanarConfiguration = "RGB", 0
    file.ContentDate, file.PixelData = "20260309", image.tobytes()
    stream = io.BytesIO()
    pydicom.dcmwrite(stream, file, enforce_file_format=True)
    return stream.getvalue()


def _table_seeds(folder: Path) -> dict[str, list[bytes]]:
    import xlsxwriter

    from asymmetry.archive.parquet import part_table, write_part
    from asymmetry.archive.rows import Row

    rng = np.random.default_rng(0)
    rows = Landmarks.from_points(
        rng.normal(500, 90, (2, 478, 3)), check=False, photo=["a.jpg", "b.jpg"]
    )
    rows.save(folder / "a.npz")
    table = part_table(_few_jobs(), [Row(rows[i]) for i in range(2)], {}, landmarks=True)
    write_part(table, folder / "a.parquet")
    lines = [
        ["photo", "taken", "expression", "date", "text"],
        ["a.jpg", "2026-03-09", "smile", "3/9/2026", "better"],
    ]
    text = "\n".join(map(",".join, lines))
    with xlsxwriter.Workbook(folder / "a.xlsx") as book:
        page = book.add_worksheet()
        for number, cells in enumerate(lines):
            page.write_row(number, 0, cells)
    with Ledger(folder / "s.parquet") as ledger:
        ledger.begin(_ABOUT, _few_jobs)
        sealed = (ledger.folder / "ledger.json").read_bytes()
    return {
        ".npz": [(folder / "a.npz").read_bytes()],
        ".parquet": [(folder / "a.parquet").read_bytes()],
        ".xlsx": [(folder / "a.xlsx").read_bytes()],
        ".csv": [text.encode(), text.encode("utf-16")],
        ".json": [sealed, json.dumps([1, 2]).encode()],
    }


def mutate(data: bytes, rng: np.random.Generator) -> bytes:
    """A file with one to six things wrong: bits, bytes, pieces gone, doubled or moved, extreme numbers."""
    made = bytearray(data)
    for _ in range(int(rng.integers(1, 7))):
        # Half of them near the beginning, where the headers are.
        end = len(made) if rng.random() < 0.5 else min(len(made), 400)
        at, length = int(rng.integers(max(end, 1))), int(rng.integers(1, 40))
        piece = bytes(made[at : at + length])
        kind = int(rng.integers(7))
        if kind == 0 and made:
            made[at] ^= 1 << int(rng.integers(8))
        elif kind == 1:
            made[at : at + length] = rng.bytes(length)
        elif kind == 2:
            del made[at : at + length]
        elif kind == 3:
            made[at:at] = piece
        elif kind == 4:
            extreme = _EXTREMES[int(rng.integers(len(_EXTREMES)))]
            made[at : at + len(extreme)] = extreme
        elif kind == 5:
            made[int(rng.integers(len(made) + 1)) :][:length] = piece
        elif rng.random() < 0.2:
            del made[at:]
    return bytes(made)


def read_mutation(seed: int, number: int, folder: Path) -> tuple[str, str]:
    """Make a mutation, read it, and say its kind and what came of it: read, refused, or a foreign error."""
    rng = np.random.default_rng([seed, number])
    suffix = list(KINDS)[int(rng.integers(len(KINDS)))]
    whole = seeds()[suffix]
    path = folder / ("ledger.json" if suffix == ".json" else f"a{suffix}")
    path.write_bytes(mutate(whole[int(rng.integers(len(whole)))], rng))
    began = time.process_time()
    try:
        KINDS[suffix](path)
    except AsymmetryError:
        return suffix, "refused"
    except Exception as error:  # noqa: BLE001  whatever it is, it is a finding
        return suffix, f"{type(error).__name__}: {error}"
    seconds = time.process_time() - began
    return suffix, "read" if seconds < MOST_SECONDS else f"took {seconds:.0f} s"


def _work(seed: int, first: int, last: int, sender: Connection) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for number in range(first, last):
            sender.send((number, *read_mutation(seed, number, Path(folder))))
    sender.send((last, "memory", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024))


def main(mutations: int = MUTATIONS, seed: int = 0, first: int = 0) -> int:
    """Read the mutations; the number of findings."""
    context, ends, findings, next_one = multiprocessing.get_context("spawn"), Counter(), 0, first
    began = time.monotonic()
    while next_one < first + mutations:
        last = min(next_one + BATCH, first + mutations)
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_work, args=(seed, next_one, last, sender))
        process.start()
        sender.close()
        try:
            while next_one < last and receiver.poll(_PATIENCE):
                next_one, kind, end = receiver.recv()
                next_one += 1
                ends[kind, end if end in ("read", "refused") else "foreign"] += 1
                if end not in ("read", "refused"):
                    findings += 1
                    print(f"{seed} {next_one - 1} {kind}: {end}", flush=True)
            _, _, memory = receiver.recv() if receiver.poll(_PATIENCE) else (0, "", float("inf"))
        except EOFError:
            memory = 0
        if memory > MOST_BYTES or next_one < last:
            findings += 1
            print(
                f"{seed} {next_one}: the process ended, hung or took {memory / 2**20:.0f} MB",
                flush=True,
            )
            next_one += next_one < last
        process.kill()
        process.join()
        print(f"{next_one - first} mutations, {time.monotonic() - began:.0f} s", flush=True)
    print(dict(sorted(ends.items())))
    print(f"{findings} findings")
    return findings


if __name__ == "__main__":
    sys.exit(min(main(*map(int, sys.argv[1:])), 1))
