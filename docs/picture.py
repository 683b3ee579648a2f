"""Make the README's picture, pages of the demo's report: ``python docs/picture.py docs/report.png``.

The portrait is of Eileen Collins (NASA, public domain); the asymmetry in it is synthetic.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

import pypdfium2
from PIL import Image, ImageOps

from asymmetry import Series
from asymmetry.synthetic import make_demo

# Pages that show most, the width of each in the picture and the gap between and around them, px.
_PAGES, _WIDTH, _GAP = (0, 2, 3), 470, 10
_BEHIND = "#d0d7de"
# So few colours keep the file small, and hardly show after a few rounds of choosing them.
_COLOURS, _ROUNDS = 256, 4


def main(target: Path) -> None:
    """Write the picture."""
    with tempfile.TemporaryDirectory() as folder:
        made = make_demo(Path(folder) / "photos")
        read = Series.from_folder(made.folder, treated_on=made.treated_on)
        report = read.report(Path(folder) / "report.pdf")
        document = pypdfium2.PdfDocument(report.read_bytes())
        pages = [_page(document[number]) for number in _PAGES]
        document.close()
    height = max(_filled(page) for page in pages) + _GAP
    size = (len(pages) * (_WIDTH + _GAP) + _GAP, height + 2 * _GAP)
    picture = Image.new("RGB", size, _BEHIND)
    for number, page in enumerate(pages):
        picture.paste(page.crop((0, 0, _WIDTH, height)), (_GAP + number * (_WIDTH + _GAP), _GAP))
    picture.quantize(_COLOURS, Image.Quantize.MEDIANCUT, kmeans=_ROUNDS).save(target, optimize=True)


def _page(page: pypdfium2.PdfPage) -> Image.Image:
    width, _ = page.get_size()
    image: Image.Image = page.render(scale=_WIDTH / width).to_pil()
    return image.convert("RGB")


def _filled(page: Image.Image) -> int:
    """Height down to the last row that is not white."""
    return ImageOps.invert(page).getbbox()[3]


if __name__ == "__main__":
    main(Path(sys.argv[1]))
