"""The report as a file: HTML, or a PDF of the same page."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from PIL import ImageFile

from asymmetry.core.paths import local_path
from asymmetry.core.text import ENGLISH
from asymmetry.errors import AsymmetryError, InvalidInputError, MissingExtraError, require
from asymmetry.report.page import render
from asymmetry.series import History

__all__ = ["PAPERS", "check_target", "write_report"]

#: Sizes of paper.
PAPERS = ("A4", "Letter")
_HTML = (".html", ".htm")


def write_report(
    series: History,
    path: str | os.PathLike[str],
    *,
    photos: bool = True,
    pseudonym: str = "",
    language: str | os.PathLike[str] = ENGLISH,
    paper: str = "A4",
) -> Path:
    """Write a series as a single file.

    Parameters
    ----------
    series : History
        The series to show.
    path : path
        The file to write; its ending sets the format: ``.html`` or ``.pdf`` (extra ``pdf``).
    photos, pseudonym, language
        As for `render`.
    paper : {"A4", "Letter"}
        The paper of a PDF; a browser prints on whatever paper it has.

    Returns
    -------
    pathlib.Path
        The file.

    Raises
    ------
    MissingExtraError
        If matplotlib or jinja2 is not installed, or for a PDF weasyprint.
    AsymmetryError
        If the system's Pango is missing, which a PDF needs.
    InvalidInputError
        If the file's ending is another, or the language or the paper is not known.
    """
    target = check_target(path)
    if paper not in PAPERS:
        raise InvalidInputError(f"paper {paper!r}: use {' or '.join(PAPERS)}")
    page = render(series, photos=photos, pseudonym=pseudonym, language=language)
    # A file name that is no text in any encoding is written with backslashes.
    encoded = page.encode("utf-8", "backslashreplace")
    if target.suffix.lower() == ".pdf":
        weasyprint = _weasyprint()
        sheet = weasyprint.CSS(string=f"@page {{ size: {paper} }}")
        document = weasyprint.HTML(string=encoded.decode("utf-8"), url_fetcher=_fetcher(weasyprint))
        document.write_pdf(target, stylesheets=[sheet])
    else:
        target.write_bytes(encoded)
    return target


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
    target = local_path(path)
    if target.suffix.lower() not in (*_HTML, ".pdf"):
        raise InvalidInputError(f"{target}: a report is written to a file ending in .html or .pdf")
    if not target.parent.is_dir():
        raise InvalidInputError(f"{target}: there is no folder {target.parent}")
    check_extras()
    if target.suffix.lower() == ".pdf":
        _weasyprint()
    return target


def check_extras() -> None:
    """Make sure that the packages every report needs are installed; raises `MissingExtraError`."""
    for module in ("jinja2", "matplotlib"):
        require(module, "the report", "report")


def _weasyprint() -> Any:
    """The module. It tells Pillow to fill gaps in incomplete photos, for the whole process: not here."""
    strict = ImageFile.LOAD_TRUNCATED_IMAGES
    try:
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
