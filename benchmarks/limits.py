"""The cost of files at the limits of reading, and how fast files beyond them are refused.

    python -m benchmarks.limits

Seconds of a processor and peak memory, each in a process of its own.
"""

from __future__ import annotations

import multiprocessing
import resource
import time
from collections.abc import Callable
from multiprocessing.connection import Connection

from asymmetry.errors import PhotoError
from asymmetry.photos.formats.jpeg import MOST_SCANS
from asymmetry.photos.photo import DEFAULT_MAX_MEGAPIXELS, LONGEST_SIDE, read_photo
from asymmetry.photos.remote import MAX_FILE_BYTES
from benchmarks.bombs import many_scans, stored

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
