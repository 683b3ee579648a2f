"""Archives for tests: small photos in folders, a decoder that crashes, hangs or waits, runs in a process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[1]
GREY = (128, 128, 128)

#: Width of a photo on which the decoder of `BREAKS` ends its process, or never comes back, or waits until the
#: file is there that the variable `HELD_UNTIL` names.
CRASHING, HANGING, HELD = 641, 642, 643
HELD_UNTIL = "ASYMMETRY_TEST_HELD_UNTIL"

#: Imported by every Python process that has its folder on the path: breaks the JPEG decoder.
BREAKS = f"""
import os, signal, time
import simplejpeg
whole = simplejpeg.decode_jpeg
def decode(data, colorspace, **how):
    if how["min_width"] == {CRASHING}:
        os.kill(os.getpid(), signal.SIGSEGV)
    if how["min_width"] == {HANGING}:
        time.sleep(3600)
    while how["min_width"] == {HELD} and not os.path.exists(os.environ["{HELD_UNTIL}"]):
        time.sleep(0.05)
    return whole(data, colorspace, **how)
simplejpeg.decode_jpeg = decode
"""


def portraits(folder: Path, source: Path, number: int, *, side: int = 300, every: int = 1) -> Path:
    """``number`` different files in folders ``P00``, ``P01``, ...: each of so many is a small portrait.

    The others are torn, which is said at once: where only rows matter, they are as good.
    """
    with Image.open(source) as image:
        whole = image.convert("RGB")
    for i in range(number):
        path = folder / f"P{i % 5:02d}" / f"{i:03d} 2026-03-{i % 28 + 1:02d}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        if i % every:
            path.write_bytes(b"\xff\xd8 torn %d" % i)
            continue
        turned = whole.rotate(i % 7 - 3, resample=Image.Resampling.BILINEAR, fillcolor=GREY)
        turned.resize((side + i, side + i)).save(path, quality=90)
    return folder


def plain(path: Path, width: int) -> None:
    """A grey JPEG of some width."""
    Image.new("RGB", (width, 480), GREY).save(path)


def start(*arguments: str | Path, path: Path | None = None) -> subprocess.Popen[str]:
    """``asymmetry archive`` in a session of its own, with a folder before all others on Python's path."""
    command = [sys.executable, "-m", "asymmetry", "archive", *map(str, arguments)]
    environment = os.environ | ({"PYTHONPATH": str(path)} if path else {})
    # A shell starts what runs in its background deaf to Ctrl-C, and all that is started from there would be.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def run(*arguments: str | Path, path: Path | None = None) -> str:
    """Run it to its end; what it prints."""
    with start(*arguments, path=path) as process:
        out, err = process.communicate(timeout=300)
    assert process.returncode == 0, err
    return out


def alive_in_session(session: int) -> list[int]:
    """Processes that a run left behind, Linux only."""
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            fields = (each / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(each.name))
    return found


def kill(process: subprocess.Popen[str], number: signal.Signals, *, group: bool = False) -> None:
    """Send a signal, and wait for the end."""
    if group:
        os.killpg(process.pid, number)
    else:
        os.kill(process.pid, number)
    process.communicate(timeout=60)
