"""Files that are made to take all memory or time, and very large ones: refused, or read within bounds.

    python -m benchmarks.bombs [action ...]

Each of `FILES` goes through each action in a process of its own. Prints seconds of a processor, peak memory
and the end, and what is beyond `MOST_SECONDS` for a refusal or `MOST_BYTES`. With all actions the table of
docs/limits.md is made anew.
"""

from __future__ import annotations

import gzip
import io
import struct
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from PIL import Image

from asymmetry.photos.formats.jpeg import MOST_SCANS
from asymmetry.photos.photo import LONGEST_SIDE
from asymmetry.photos.remote import MAX_FILE_BYTES
from benchmarks.fidelity.tables import FOLDER, Row, fill_page, markdown, write_table

__all__ = ["ACTIONS", "FILES", "MOST_BYTES", "MOST_SECONDS", "End", "run"]

#: Limits of a refusal beyond the program's start, s of a processor, and any end, bytes.
MOST_SECONDS, MOST_BYTES = 2.0, 2**30
PAGE = FOLDER.parent / "limits.md"
_END, _SCAN = b"\xff\xd9", b"\xff\xda"
_SIDES = (20_000, 30_000, LONGEST_SIDE + 1, 65_000)


def stored(width: int, height: int, kind: str = "JPEG", **options: object) -> bytes:
    """A photo of plain grey."""
    stream = io.BytesIO()
    Image.new("RGB", (width, height), (128, 128, 128)).save(stream, kind, **options)
    return stream.getvalue()


def png(width: int, height: int, *, rows: int = 0, bits: int = 8) -> bytes:
    """A PNG that says that it is so large, with so many rows of pixels packed to next to nothing."""
    head = struct.pack(">IIBBBBB", width, height, bits, 2, 0, 0, 0)
    row = bytes(1 + 3 * width * bits // 8)
    pixels = zlib.compress(row * rows, 9)
    chunks = ((b"IHDR", head), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*each) for each in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def png_with_text(size: int) -> bytes:
    """A small PNG with a text that unpacks to so many bytes."""
    data = png(40, 30, rows=30)
    text = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(size), 9))
    return data[:33] + text + data[33:]


def sized(data: bytes, width: int, height: int, kind: str) -> bytes:
    """The same file with another size in its header."""
    made = bytearray(data)
    if kind == "JPEG":
        at = next(i for i in range(len(data)) if data[i] == 0xFF and data[i + 1] in (0xC0, 0xC2))
        made[at + 5 : at + 9] = struct.pack(">HH", min(height, 65535), min(width, 65535))
    elif kind == "GIF":
        made[6:10] = struct.pack("<HH", min(width, 65535), min(height, 65535))
    else:
        made[18:26] = struct.pack("<ii", width, height)
    return bytes(made)


def many_scans(number: int) -> bytes:
    """A JPEG of 12 megapixels whose last scan is there again and again."""
    data = stored(4000, 3000, progressive=True)
    scan = data[data.rindex(_SCAN) : -len(_END)]
    return data[: -len(_END)] + scan * (number - data.count(_SCAN)) + _END


def many_frames(kind: str, number: int) -> bytes:
    """Very many pictures in one file."""
    frame = Image.new("RGB", (300, 300))
    stream = io.BytesIO()
    frame.save(stream, kind, save_all=True, append_images=[frame] * number)
    return stream.getvalue()


def rle_bmp() -> bytes:
    """A BMP of 64 megapixels in run lengths, which Pillow decodes one by one."""
    head = struct.pack("<IiiHHIIiiII", 40, 8000, 8000, 1, 8, 1, 0, 0, 0, 256, 0)
    runs = b"\xff\x00" * 250_000 + b"\x00\x01"
    return (
        b"BM" + struct.pack("<IHHI", 54 + 1024 + len(runs), 0, 0, 1078) + head + bytes(1024) + runs
    )


def icc(size: int) -> bytes:
    """A JPEG with a colour profile of so many bytes of nothing."""
    return stored(400, 300, icc_profile=bytes(size))


def packed(data: bytes, name: str = "a.jpg") -> bytes:
    """A zip, which is no photo."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, data)
    return stream.getvalue()


def _sizes(kind: str, small: bytes) -> dict[str, Callable[[], bytes]]:
    return {
        f"{kind} of {side} px a side": lambda side=side: sized(small, side, side, kind)
        for side in _SIDES
    }


#: Files by what they are, made when they are asked for.
FILES: dict[str, Callable[[], bytes]] = {
    **{f"PNG of {side} px a side, no pixels": lambda side=side: png(side, side) for side in _SIDES},
    **_sizes("JPEG", stored(64, 48)),
    **_sizes("GIF", stored(64, 48, "GIF")),
    **_sizes("BMP", stored(64, 48, "BMP")),
    "PNG of 2³¹ px a side": lambda: png(2**31 - 1, 2**31 - 1),
    "PNG of a side of 0": lambda: png(0, 30),
    "PNG of 400 megapixels, packed": lambda: png(20_000, 20_000, rows=2000),
    "PNG of 99 megapixels, packed": lambda: png(9900, 10_000, rows=10_000),
    "PNG of 16 bits, 64 megapixels": lambda: png(8000, 8000, rows=8000, bits=16),
    "PNG, one row of 32766 px": lambda: png(LONGEST_SIDE, 1, rows=1),
    "PNG, a column of 60000 px": lambda: png(1, 60_000, rows=60_000),
    "PNG with a text of 300 MB": lambda: png_with_text(300 * 2**20),
    "JPEG, 12 megapixels, the most scans": lambda: many_scans(MOST_SCANS),
    "JPEG, 12 megapixels, one scan more": lambda: many_scans(MOST_SCANS + 1),
    "JPEG, 12 megapixels, 2000 scans": lambda: many_scans(2000),
    "JPEG, 100 megapixels": lambda: stored(10_000, 10_000),
    "JPEG, 101 megapixels": lambda: stored(10_100, 10_000),
    "JPEG with 390 MiB behind it": lambda: stored(400, 300) + bytes(390 * 2**20),
    "JPEG beyond the longest file": lambda: stored(400, 300) + bytes(MAX_FILE_BYTES),
    "JPEG with a profile of 14 MB": lambda: icc(14 * 10**6),
    "WebP, 16000 px a side": lambda: stored(16_000, 16_000, "WEBP", lossless=True, quality=0),
    "TIFF, 400 megapixels, packed": lambda: stored(
        20_000, 20_000, "TIFF", compression="tiff_deflate"
    ),
    "TIFF of 300 pages": lambda: many_frames("TIFF", 300),
    "GIF of 3000 frames": lambda: many_frames("GIF", 3000),
    "BMP in run lengths": rle_bmp,
    "zip of a bomb": lambda: packed(bytes(500 * 2**20)),
    "JPEG that begins and never ends": lambda: stored(64, 48)[:180] + b"\xff" * 10**7,
    "gzip of nothing": lambda: gzip.compress(bytes(100 * 2**20)),
    "zeros": lambda: bytes(50 * 2**20),
}
#: Commands that are run on a file in a folder of its own.
ACTIONS: dict[str, Callable[[Path], list[str]]] = {
    "photo": lambda file: ["photo", "--method", "fast", str(file)],
    "series": lambda file: ["series", str(file.parent)],
    "report": lambda file: ["report", str(file.parent), "-o", str(file.parent / "report.html")],
}
#: Says what a command took: seconds since Python started, and the peak of memory.
_COMMAND = """
import re, sys, time
from pathlib import Path
from asymmetry.cli import main
import asymmetry.people, asymmetry.scoring, asymmetry.report
began = time.process_time()
try:
    main(sys.argv[1:])
except SystemExit as end:
    took = time.process_time() - began
    told = Path("/proc/self/status").read_text()  # getrusage counts what the parent held, too
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", told)[1]) * 1024
    print(f"\\n{took} {peak} {end.code or 0}")
"""


class End(NamedTuple):
    """How a file ended: seconds of a processor, bytes at the peak, the exit code, and what was told."""

    seconds: float
    peak: int
    code: int
    told: str

    @property
    def was_read(self) -> bool:
        """Whether its pixels were decoded; there is no face in them."""
        return self.code == 0 or "no face" in self.told

    @property
    def is_bounded(self) -> bool:
        """Whether it was refused in time, with a reason, or measured; in little memory, without a crash."""
        in_time = self.was_read or self.seconds < MOST_SECONDS
        is_told = "not scored: " in self.told and "Traceback" not in self.told
        return in_time and is_told and self.peak < MOST_BYTES and self.code in (1, 3)


def run(action: str, file: Path) -> End:
    """Do something with a file, in a process of its own."""
    command = [sys.executable, "-W", "ignore", "-c", _COMMAND, *ACTIONS[action](file)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        return End(0.0, 0, done.returncode or 99, done.stderr[-300:])
    seconds, peak, code = lines[-1].split()
    return End(float(seconds), int(peak), int(code), done.stdout + done.stderr)


def summary(action: str, ends: list[End]) -> Row:
    """A row of the table: how all files ended by one action."""
    refused = [end.seconds for end in ends if not end.was_read]
    read = [end.seconds for end in ends if end.was_read]
    return [
        f"`{action}`",
        f"{len(refused)}, {max(refused):.1f}",
        f"{len(read)}, {max(read):.1f}",
        f"{max(end.peak for end in ends) / 2**20:.0f}",
        str(sum(not end.is_bounded for end in ends)),
    ]


def tell(name: str, action: str, end: End) -> None:
    """Print how one file ended."""
    mark = "" if end.is_bounded else "  OUT OF BOUNDS " + end.told[-200:]
    took = f"{end.seconds:.1f} s, {end.peak / 2**20:.0f} MB, exit {end.code}"
    print(f"{name}, {action}: {took}{mark}", flush=True)


def main(actions: list[str]) -> int:
    """Print all ends, and make the table; how many are out of bounds."""
    ends: dict[str, list[End]] = {action: [] for action in actions or ACTIONS}
    for name, make in FILES.items():
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder, "2026-03-01.jpg")
            file.write_bytes(make())
            for action, found in ends.items():
                found.append(run(action, file))
                tell(name, action, found[-1])
    head = [
        "command",
        "refused; slowest, s",
        "read; slowest, s",
        "most memory, MB",
        "out of bounds",
    ]
    table = [head, *(summary(*each) for each in ends.items())]
    if not actions:
        write_table("bombs", f"`python -m benchmarks.bombs`: {len(FILES)} files.", table)
        PAGE.write_text(fill_page(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
    print(markdown(table))
    return sum(not end.is_bounded for found in ends.values() for end in found)


if __name__ == "__main__":
    sys.exit(min(main(sys.argv[1:]), 1))
