"""The report as a file: HTML, or a PDF of the same page."""

from __future__ import annotations

import logging
import os
from pathlib import Path
from typing import Any

from PIL import ImageFile

from asymmetry.core.arrays import check_switch
from asymmetry.core.files import replace_file
from asymmetry.core.libraries import search_by_name
from asymmetry.core.paths import file_to_write
from asymmetry.core.text import ENGLISH
from asymmetry.errors import AsymmetryError, InvalidInputError, MissingExtraError, require
from asymmetry.report.page import Audience, render
from asymmetry.series import History

__all__ = ["PAPERS", "check_target", "write_report"]

#: Sizes of paper.
PAPERS = ("A4", "Letter")
_SUFFIXES = (".html", ".htm", ".pdf")
_LOG = logging.getLogger(__name__)


def write_report(
    series: History,
    path: str | os.PathLike[str],
    *,
    photos: bool = True,
    pseudonym: str = "",
    language: str | os.PathLike[str] = ENGLISH,
    paper: str = "A4",
    audience: Audience = "both",
) -> Path:
    """Write a series as a single file.

    Parameters
    ----------
    series : History
        The series to show.
    path : path
        The file to write; its ending sets the format: ``.html`` or ``.pdf`` (extra ``pdf``).
    photos, pseudonym, language, audience
        As for `render`.
    paper : {"A4", "Letter"}
        The paper of a PDF; a browser prints on whatever paper it has.

    Returns
    -------
    pathlib.Path
        The file. The log names letters of a PDF that no font of this computer has.

    Raises
    ------
    MissingExtraError
        If matplotlib or jinja2 is not installed, or for a PDF weasyprint.
    AsymmetryError
        If the system's Pango is missing, which a PDF needs.
    InvalidInputError
        If the file's ending is another, or the language, the paper or the audience is not known.
    """
    target = check_target(path)
    check_switch("photos", photos)
    if paper not in PAPERS:
        raise InvalidInputError(f"paper {paper!r}: use {' or '.join(PAPERS)}")
    is_pdf = target.suffix.lower() == ".pdf"
    page = render(
        series,
        photos=photos,
        pseudonym=pseudonym,
        language=language,
        audience=audience,
        unfold=is_pdf,
    )
    # A file name that is no text in any encoding is written with backslashes.
    encoded = page.encode("utf-8", "backslashreplace")
    missing = ""
    with replace_file(target, private=photos) as made:
        if is_pdf:
            missing = _write_pdf(encoded.decode("utf-8"), made, paper)
        else:
            made.write_bytes(encoded)
    if missing:
        _LOG.warning(
            "%s: no font on this computer has these letters, boxes stand in their place: %s. Install a font "
            "that has them (Debian: fonts-noto) and write the report again.",
            target,
            missing,
        )
    return target


def _write_pdf(page: str, target: Path, paper: str) -> str:
    """Write a page as a PDF, and list the letters that no font has."""
    weasyprint = load_weasyprint()
    sizes = f"@page {{ size: {paper} }} @page sheet {{ size: {paper} landscape !important }}"
    document = weasyprint.HTML(string=page, url_fetcher=_fetcher(weasyprint))
    missing = _MissingLetters()
    engine = logging.getLogger("weasyprint")
    engine.addFilter(missing)
    try:
        document.write_pdf(target, stylesheets=[weasyprint.CSS(string=sizes)])
    finally:
        engine.removeFilter(missing)
    return " ".join(f"{each} (U+{ord(each):04X})" for each in sorted(missing.letters))


class _MissingLetters(logging.Filter):
    """Gathers the letters of which WeasyPrint warns that no font has them."""

    def __init__(self) -> None:
        super().__init__()
        self.letters: set[str] = set()

    def filter(self, record: logging.LogRecord) -> bool:
        """Keep the letter, and drop the record; let all others pass."""
        if not isinstance(record.msg, str) or not record.msg.startswith(".notdef glyph"):
            return True
        if isinstance(record.args, tuple):
            self.letters.update(map(str, record.args[:1]))
        return False


def check_target(path: str | os.PathLike[str]) -> Path:
    """The file that a report is to be written to, before any work is done for it.

    Parameters
    ----------
    path : path
        Ending in ``.html``, ``.htm`` or ``.pdf``.

    Raises
    ------
    InvalidInputError
        If it ends otherwise, or there is no such folder.
    DestinationError
        If it is a URL.
    MissingExtraError, AsymmetryError
        If the software that makes it is not installed.

    Examples
    --------
    >>> check_target("report.html").suffix
    '.html'
    """
    target = file_to_write(path, "report", _SUFFIXES)
    if target.suffix.lower() == ".pdf":
        load_weasyprint()  # first: its extra brings all that a report needs
    check_extras()
    return target


def check_extras() -> None:
    """Make sure that the packages every report needs are installed; raises `MissingExtraError`."""
    for module in ("jinja2", "matplotlib"):
        require(module, "the report", "report")


def load_weasyprint() -> Any:
    """WeasyPrint's module. It tells Pillow, for the whole process, to fill gaps in photos: not here."""
    strict = ImageFile.LOAD_TRUNCATED_IMAGES
    try:
        with search_by_name():
            import weasyprint
    except ImportError as error:
        raise MissingExtraError("a PDF", "pdf") from error
    except OSError as error:  # its libraries are the system's
        pango = "a PDF needs the system's Pango (Debian: libpango-1.0-0 and libpangoft2-1.0-0)"
        raise AsymmetryError(f"{pango}: {error}") from error
    finally:
        ImageFile.LOAD_TRUNCATED_IMAGES = strict
    return weasyprint


def _fetcher(weasyprint: Any) -> Any:
    """Fetches the page's own content, and nothing else."""
    return weasyprint.urls.URLFetcher(allowed_protocols={"data"})
