"""``python docs/gallery.py``: runs each example, and writes its output and pictures into docs/gallery.md.

The faces are of Eileen Collins (NASA, public domain) and Grace Hopper (US Navy, public domain).
"""

from __future__ import annotations

import ast
import base64
import io
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
from matplotlib import get_data_path
from PIL import Image

from asymmetry import Extractor
from asymmetry.photos.photo import read_photo
from asymmetry.synthetic import Move, demo_portrait, make_demo, warp_photo

ROOT = Path(__file__).resolve().parents[1]
EXAMPLES = ROOT / "examples"
PAGE = Path(__file__).with_name("gallery.md")
FOLDER = Path(__file__).with_name("gallery")
#: Pictures: their greatest width, px, and number of colours. Of long outputs so many lines are shown.
_WIDTH, _COLOURS, _LINES = 900, 128, 12
_HEAD = """# Gallery

Each of the [examples](../examples), run as it stands, and what it shows. Written by `python docs/gallery.py`.
The faces are of Eileen Collins (NASA, public domain) and Grace Hopper (US Navy, public domain). The asymmetry
of the first is synthetic.
"""


@dataclass(frozen=True)
class Shown:
    """An example's run: the command, the output, and a picture."""

    command: str
    output: str
    picture: Image.Image | None = None


def run(name: str, *given: str, folder: Path) -> Shown:
    """Run an example in a folder, as its docstring says."""
    command = [sys.executable, str(EXAMPLES / name), *given]
    made = subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True)
    return Shown(" ".join(["python", f"examples/{name}", *given]), made.stdout)


def one_photo(folder: Path) -> Shown:
    """The portrait that matplotlib brings."""
    shutil.copy(hopper(), folder / "portrait.jpg")
    shown = run("one_photo.py", "portrait.jpg", folder=folder)
    with Image.open(hopper()) as photo:
        return Shown(shown.command, shown.output, photo.convert("RGB"))


def before_after(folder: Path) -> Shown:
    """The demo's portrait, before and after its brow was lowered."""
    shown = run("before_after.py", "figure.png", folder=folder)
    return Shown(shown.command, shown.output, Image.open(folder / "figure.png"))


def one_series(folder: Path) -> Shown:
    """The demo's patient; the picture is the first page of the report."""
    made = make_demo(folder / "photos")
    given = ("photos", str(made.treated_on), "report.pdf")
    shown = run("one_series.py", *given, folder=folder)
    document = pypdfium2.PdfDocument(folder / "report.pdf")
    page = document[0].render(scale=1.5).to_pil()
    document.close()
    return Shown(shown.command, shown.output, page)


def one_clip(folder: Path) -> Shown:
    """A smile whose left side comes later and goes half as far, made of one photo."""
    film_smile(folder / "smile.mp4")
    shown = run("one_clip.py", "smile.mp4", "plot.png", "film.png", folder=folder)
    return Shown(shown.command, shown.output, _below(folder / "plot.png", folder / "film.png"))


def film_smile(path: Path) -> None:
    """Encode two seconds of a smile: the right corner rises by 5 mm, the left one by half, 100 ms later."""
    portrait = demo_portrait()
    whole = read_photo(portrait.path).pixels
    with Extractor() as extractor:
        landmarks = extractor.extract([whole])
    height, width = whole.shape[:2]
    writer = cv2.VideoWriter(
        str(path), cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*"mp4v"), 30.0, (width, height)
    )
    for second in np.arange(60) / 30:
        moves = [
            Move("mouth_corner", "right", up_mm=5.0 * _course(second - 0.5)),
            Move("mouth_corner", "left", up_mm=2.5 * _course(second - 0.6)),
        ]
        writer.write(np.ascontiguousarray(warp_photo(whole, landmarks, moves).pixels[..., ::-1]))
    writer.release()


def _course(since: float) -> float:
    """Up within 0.4 s, held for 0.4 s, and back, by the way of least jerk (Flash and Hogan 1985)."""
    shares = np.clip([since / 0.4, (since - 0.8) / 0.4], 0.0, 1.0)
    up, down = shares**3 * (10 - 15 * shares + 6 * shares * shares)
    return float(up - down)


def archive_query(folder: Path) -> Shown:
    """Two people and a file that is no photo."""
    portraits = {"collins": demo_portrait().path, "hopper": hopper()}
    for person, photo in portraits.items():
        (folder / "photos" / person).mkdir(parents=True)
        shutil.copy(photo, folder / "photos" / person / f"2026-03-02{photo.suffix}")
    (folder / "photos" / "hopper" / "torn.jpg").write_bytes(b"no photo")
    return run("archive_query.py", "photos", "scores.parquet", folder=folder)


def hopper() -> Path:
    """The portrait that matplotlib brings."""
    return Path(get_data_path(), "sample_data", "grace_hopper.jpg")


def app(folder: Path) -> Shown:  # noqa: ARG001  it writes nothing
    """One photo sent to the service; some of its answer."""
    from starlette.testclient import TestClient

    sys.path.insert(0, str(EXAMPLES))
    import app as service

    with TestClient(service.app) as client:
        answer = client.post("/score", content=hopper().read_bytes()).json()
    service.EXTRACTOR.close()
    some = {"status": answer["status"], "reason": answer["reason"]}
    some["values"] = {
        name: answer["values"][name] for name in ("brow_height_diff_mm", "mrd1_right_mm")
    }
    command = "curl --data-binary @portrait.jpg http://127.0.0.1:8000/score"
    return Shown(command, json.dumps(some, indent=2))


def one_patient(folder: Path) -> Shown:
    """The notebook; the picture is its plot."""
    import nbclient
    import nbformat

    notebook = nbformat.read(EXAMPLES / "one_patient.ipynb", as_version=4)
    resources = {"metadata": {"path": str(folder)}}
    run = nbclient.NotebookClient(notebook, timeout=None, resources=resources).execute()
    told, picture = [], None
    for output in (output for cell in run.cells for output in cell.get("outputs", ())):
        told.append(output.get("text", ""))
        drawn = output.get("data", {}).get("image/png")
        if drawn:
            picture = Image.open(io.BytesIO(base64.b64decode(drawn)))
    return Shown("jupyter lab examples/one_patient.ipynb", "".join(told), picture)


RUNS: dict[str, Callable[[Path], Shown]] = {
    "one_photo.py": one_photo,
    "before_after.py": before_after,
    "one_series.py": one_series,
    "one_clip.py": one_clip,
    "archive_query.py": archive_query,
    "app.py": app,
    "one_patient.ipynb": one_patient,
}


def _below(*paths: Path) -> Image.Image:
    """Pictures of one width, one below the other."""
    parts = [_narrow(Image.open(path)) for path in paths]
    whole = Image.new("RGB", (_WIDTH, sum(part.height for part in parts)), "white")
    top = 0
    for part in parts:
        whole.paste(part, (0, top))
        top += part.height
    return whole


def _narrow(picture: Image.Image, *, enlarge: bool = True) -> Image.Image:
    picture = picture.convert("RGB")
    width = _WIDTH
    if not enlarge:
        width = min(_WIDTH, picture.width)
    return picture.resize((width, round(picture.height * width / picture.width)))


def section(name: str, shown: Shown) -> Iterator[str]:
    """An example's part of the page."""
    yield f"\n## {name}\n"
    yield f"{purpose(EXAMPLES / name)}\n"
    if name.endswith(".py"):
        yield f"```py\n{(EXAMPLES / name).read_text(encoding='utf-8').rstrip()}\n```\n"
    yield f"```console\n$ {shown.command}"
    lines = shown.output.rstrip().splitlines()
    yield from lines[:_LINES]
    if len(lines) > _LINES:
        yield "..."
    yield "```"
    if shown.picture is not None:
        yield f"\n![What {name} shows](gallery/{Path(name).stem}.png)"


def purpose(example: Path) -> str:
    """The first sentence of an example's docstring, or of a notebook's heading."""
    text = example.read_text(encoding="utf-8")
    if example.suffix == ".ipynb":
        heading = "".join(json.loads(text)["cells"][0]["source"])
        return heading.splitlines()[0].removeprefix("# ") + "."
    return (ast.get_docstring(ast.parse(text)) or "").partition("\n\n")[0].replace("\n", " ")


def main(chosen: Sequence[str] = ()) -> None:
    """Run the examples and write the page; with names print the output of those, and write nothing."""
    parts = [_HEAD.rstrip()]
    FOLDER.mkdir(exist_ok=True)
    for name, show in RUNS.items():
        if chosen and name not in chosen:
            continue
        with tempfile.TemporaryDirectory() as folder:
            shown = show(Path(folder))
            if shown.picture is not None:
                small = _narrow(shown.picture, enlarge=False).quantize(_COLOURS, kmeans=2)
                small.save(FOLDER / f"{Path(name).stem}.png", optimize=True)
        parts += section(name, shown)
    text = "\n".join(parts).rstrip() + "\n"
    if chosen:
        sys.stdout.write(text)
        return
    PAGE.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
