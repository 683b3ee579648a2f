"""The cost of files at the limits of reading, and how fast files beyond them are refused.

    python -m benchmarks.limits

Seconds of a processor and peak memory, each in a process of its own.
"""

from __future__ import annotations

import io
import multiprocessing
import resource
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

import numpy as np
from PIL import Image

from asymmetry.errors import PhotoError
from asymmetry.photos.formats.jpeg import MOST_SCANS
from asymmetry.photos.photo import DEFAULT_MAX_MEGAPIXELS, LONGEST_SIDE, read_photo
from asymmetry.photos.remote import MAX_FILE_BYTES

_END, _SCAN = b"\xff\xd9", b"\xff\xda"


def stored(width: int, height: int, kind: str = "JPEG", **options: object) -> bytes:
    """A photo of plain grey."""
    stream = io.BytesIO()
    Image.fromarray(np.full((height, width, 3), 128, np.uint8)).save(stream, kind, **options)
    return stream.getvalue()


def many_scans(number: int) -> bytes:
    """A JPEG of 12 megapixels whose last scan is there again and again."""
    data = stored(4000, 3000, progressive=True)
    scan = data[data.rindex(_SCAN) : -len(_END)]
    more = number - data.count(_SCAN)
    return data[: -len(_END)] + scan * more + _END


#: Files by what they are, made when they are asked for.
FILES: dict[str, Callable[[], bytes]] = {
    "12 megapixels": lambda: stored(4000, 3000),
    f"12 megapixels in {MOST_SCANS} scans": lambda: many_scans(MOST_SCANS),
    f"12 megapixels in {MOST_SCANS + 1} scans": lambda: many_scans(MOST_SCANS + 1),
    "12 megapixels in 2000 scans": lambda: many_scans(2000),
    f"{DEFAULT_MAX_MEGAPIXELS:.0f} megapixels": lambda: stored(10000, 10000),
    "120 megapixels": lambda: stored(12000, 10000),
    f"a side of {LONGEST_SIDE} px": lambda: stored(LONGEST_SIDE, 60, "PNG"),
    f"a side of {LONGEST_SIDE + 1} px": lambda: stored(LONGEST_SIDE + 1, 60, "PNG"),
    "a small JPEG and 400 MiB behind it": lambda: stored(400, 300) + bytes(MAX_FILE_BYTES - 2**20),
}


def _read(name: str, sender: Connection) -> None:
    data = FILES[name]()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began, end = time.process_time(), "read"
    try:
        read_photo(data)
    except PhotoError:
        end = "refused"
    seconds = time.process_time() - began
    more = max(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before, 0) / 1024
    sender.send(f"{name}: {end}, {seconds:.1f} s, {more:.0f} MB more than to make it")


def main() -> None:
    """Print what each costs."""
    context = multiprocessing.get_context("spawn")
    for name in FILES:
        receiver, sender = context.Pipe(duplex=False)
        process = context.Process(target=_read, args=(name, sender))
        process.start()
        print(receiver.recv(), flush=True)
        process.join()


if __name__ == "__main__":
    main()
