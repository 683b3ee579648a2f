"""The report as a file: HTML that a browser opens without a complaint, PDF, and the command for both."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image, ImageFile

from asymmetry import Series
from asymmetry.cli import main
from asymmetry.core.notes import note_array
from asymmetry.errors import AsymmetryError, InvalidInputError, MissingExtraError
from asymmetry.report import write_report, writing
from asymmetry.synthetic import face
from tests.pages import dated, series, smiling

A4, LETTER = (595.3, 841.9), (612.0, 792.0)  # points
FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking "
    "--disable-component-update --disable-sync --disable-dev-shm-usage --enable-logging=stderr"
).split()


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """A report of three photos on disk."""
    folder = tmp_path / "photos"
    folder.mkdir()
    return series(3, folder, brow_right_mm=[0, -3.4, -1]).report(tmp_path / "report.html")


def opened(chromium: str, page: Path, profile: Path) -> tuple[str, list[str]]:
    """The page as it is after its script ran, and what was written to the console."""
    run = [chromium, *FLAGS, f"--user-data-dir={profile}", "--dump-dom", page.as_uri()]
    done = subprocess.run(run, capture_output=True, text=True, timeout=120, check=False)
    assert "<main" in done.stdout, done.stderr
    return done.stdout, [line for line in done.stderr.splitlines() if "CONSOLE" in line]


# In a browser


def test_a_browser_opens_it_without_a_complaint(
    chromium: str, written: Path, tmp_path: Path
) -> None:
    dom, console = opened(chromium, written, tmp_path / "profile")
    assert console == []
    assert '<figure class="fade">' in dom  # no longer hidden


def test_a_script_that_is_not_the_page_s_own_is_refused(
    chromium: str, written: Path, tmp_path: Path
) -> None:
    page = written.read_text(encoding="utf-8").replace(
        "</main>", "<p id='mark'></p><script>mark.innerText = 'it ran'</script></main>"
    )
    written.write_text(page, encoding="utf-8")
    dom, console = opened(chromium, written, tmp_path / "profile")
    assert "Content Security Policy" in "".join(console)
    assert ">it ran<" not in dom


def test_hostile_words_do_nothing_in_a_browser(chromium: str, tmp_path: Path) -> None:
    names = [
        "<script>document.title='x'<|script>.jpg",
        "\u202egpj.exe\U0001f600.jpg",
        "x" * 300 + ".jpg",
    ]
    made = replace(dated(face(3), [0, 1, 2], names), notes=note_array([[name] for name in names]))
    page = Series.from_landmarks(made, expression=["rest"] * 3).report(
        tmp_path / "r.html", pseudonym="<img src=x onerror=document.title='x'>"
    )
    dom, console = opened(chromium, page, tmp_path / "profile")
    assert console == []
    assert "<title>Facial asymmetry" in dom


# As PDF


@pytest.mark.usefixtures("pango")
@pytest.mark.parametrize(("paper", "size"), [("A4", A4), ("Letter", LETTER)])
def test_a_pdf_holds_the_same_words(paper: str, size: tuple[float, float], tmp_path: Path) -> None:
    pypdfium2 = pytest.importorskip("pypdfium2")
    (tmp_path / "photos").mkdir()
    made = series(6, tmp_path / "photos", brow_right_mm=[0, 0, 0, -3, -3, -3])
    target = made.report(tmp_path / "report.pdf", paper=paper)
    document = pypdfium2.PdfDocument(target)
    text = "".join(page.get_textpage().get_text_bounded() for page in document)
    sizes = [document.get_page_size(i) for i in range(len(document))]
    turned = [i for i, (width, height) in enumerate(sizes) if width > height]
    assert turned == [1]  # the sheet, on a page of its own
    for i, found in enumerate(sizes):
        assert sorted(found) == pytest.approx(sorted(size), abs=0.1), i
    assert f"page 2 of {len(document)}" in text
    assert text.count("Facial asymmetry over days") == 1 + len(
        document
    )  # its heading, and each page's
    assert "slider" not in text
    assert "Fade" not in text
    assert (
        "Right brow 3.0 mm lower (± 0.7) relative to the other side than at baseline"
        in " ".join(text.split())
    )
    assert "Where the numbers come from" in text
    kinds = [each.type for page in document for each in page.get_objects()]
    assert kinds.count(pypdfium2.raw.FPDF_PAGEOBJ_IMAGE) >= 6
    assert b"/JavaScript" not in target.read_bytes()
    document.close()


@pytest.mark.usefixtures("pango")
def test_a_pdf_fetches_nothing(tmp_path: Path) -> None:
    weasyprint = writing.load_weasyprint()
    fetcher = writing._fetcher(weasyprint)
    assert fetcher.fetch("data:text/plain,ok").read() == b"ok"
    (tmp_path / "a.txt").write_text("secret")
    for address in ((tmp_path / "a.txt").as_uri(), "http://127.0.0.1:9/a.png"):
        with pytest.raises(ValueError, match="disallowed protocol"):
            fetcher.fetch(address)


@pytest.mark.usefixtures("pango")
def test_making_a_pdf_leaves_pillow_strict() -> None:
    assert ImageFile.LOAD_TRUNCATED_IMAGES is False


def test_without_weasyprint_or_pango_it_is_told(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(MissingExtraError, match=r"asymmetry\[pdf\]"):
        write_report(series(1), tmp_path / "r.pdf")
    with monkeypatch.context() as alone:
        alone.setitem(sys.modules, "matplotlib", None)  # no other extra is told first
        with pytest.raises(MissingExtraError, match=r"asymmetry\[pdf\]"):
            writing.check_target(tmp_path / "r.pdf")

    class NoPango:
        def find_spec(self, name: str, *_: object) -> None:
            if name == "weasyprint":
                raise OSError("cannot load library 'libpango-1.0-0'")

    monkeypatch.delitem(sys.modules, "weasyprint")
    monkeypatch.setattr("sys.meta_path", [NoPango(), *sys.meta_path])
    with pytest.raises(AsymmetryError, match=r"libpango-1\.0-0 and libpangoft2-1\.0-0"):
        write_report(series(1), tmp_path / "r.pdf")
    assert list(tmp_path.iterdir()) == []


# As a file


@pytest.mark.parametrize("name", ["report.docx", "report", "none/report.html"])
def test_a_file_that_can_t_be_written_is_refused_at_once(name: str, tmp_path: Path) -> None:
    with pytest.raises(
        InvalidInputError, match=r"ending in \.html, \.htm or \.pdf|there is no folder"
    ):
        write_report(series(1), tmp_path / name)


def test_a_paper_that_is_not_known_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidInputError, match="use A4 or Letter"):
        series(1).report(tmp_path / "r.html", paper="A3")


def test_a_name_that_is_no_text_can_be_written(tmp_path: Path) -> None:
    made = Series.from_landmarks(dated(face(1), [0], ["\udcff.jpg"]))
    assert "\\udcff.jpg" in made.report(tmp_path / "report.html").read_text(encoding="utf-8")
    if importlib.util.find_spec("weasyprint"):
        try:
            assert made.report(tmp_path / "report.pdf").stat().st_size > 1000
        except AsymmetryError as error:
            pytest.skip(str(error))


# On the command line


@pytest.fixture
def photos(tmp_path: Path, portrait_path: Path) -> Path:
    folder = tmp_path / "jane doe"
    folder.mkdir()
    for day in ("2026-03-01", "2026-03-08"):
        with Image.open(portrait_path) as image:
            image.save(folder / f"{day} jane.jpg", quality=90 + int(day[-1]))
    return folder


def test_report_on_the_command_line(photos: Path, tmp_path: Path) -> None:
    target = tmp_path / "out.html"
    run = CliRunner().invoke(
        main,
        [
            "report",
            str(photos),
            "--treated-on",
            "2026-03-02",
            "-o",
            str(target),
            "--pseudonym",
            "P-17",
        ],
    )
    assert run.exit_code == 0, run.output
    assert run.stdout.splitlines()[-1] == str(target)
    page = target.read_text(encoding="utf-8")
    assert "P-17" in page
    assert "jane" not in page
    assert "<image" in page
    bare = tmp_path / "bare.html"
    run = CliRunner().invoke(main, ["report", str(photos), "-o", str(bare), "--no-photos"])
    assert run.exit_code == 0, run.output
    assert "<image" not in bare.read_text(encoding="utf-8")


def test_report_refuses_a_file_before_it_reads_photos(
    photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        "asymmetry.Series.from_folder", lambda *_, **__: pytest.fail("photos were read")
    )
    run = CliRunner().invoke(main, ["report", str(photos), "-o", "report.docx"])
    assert run.exit_code == 1
    assert "ending in .html, .htm or .pdf" in run.output


# In a notebook


def test_a_series_shows_itself() -> None:
    html = smiling()._repr_html_()
    assert html.startswith("<p>Series of 8 photos, days since treatment on 2026-03-01</p><ul><li>")
    assert "<table>" in html
    changed = series(6, brow_right_mm=[0, 0, 0, -3, -3, -3])._repr_html_()
    assert "<li><b>Day 40: right brow 3.0 mm lower" in changed
    hostile = Series.from_landmarks(dated(face(1), [0], ["<script>.jpg"]))._repr_html_()
    assert "<script>" not in hostile
