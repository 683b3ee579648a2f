"""Checks of an installation: missing or clashing packages, with advice."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path

from asymmetry.core.libraries import search_by_name
from asymmetry.errors import ModelError
from asymmetry.extract.model.file import bundled_model, verify

__all__ = ["Check", "examine"]

# The same limits as in pyproject.toml; a test compares them.
PYTHON_RANGE = ((3, 11), (3, 15))
OPENCV_RANGE = ((4, 13), None)
NEEDS = {
    "numpy": ((2,), None),
    "mediapipe": ((0, 10, 30), (0, 10, 32)),
    "ai-edge-litert": ((2, 1, 6), (3,)),
    "pillow": ((11, 3), None),
    "simplejpeg": ((1, 8), None),
    "click": ((8, 2), None),
    "lazy-loader": ((0, 4), None),
    "tqdm": ((4, 66), None),
}

#: Wheels that all install a package called ``cv2``; the last one overwrites the files of the others.
OPENCV_WHEELS = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)

# The package that runs the landmark networks.
_RUNTIME = "ai_edge_litert.interpreter"
# Packages that have to load.
_NEEDED = ("numpy", "PIL", "simplejpeg", "cv2", "mediapipe", _RUNTIME)
# Wheels of those packages whose wheel has another name.
_WHEELS = {"cv2": "opencv-python-headless", "PIL": "pillow", _RUNTIME: "ai-edge-litert"}

_REPORT: dict[str, tuple[int, ...]] = {"matplotlib": (3, 10), "jinja2": (3, 1)}
_TABLE: dict[str, tuple[int, ...]] = {"pandas": (2, 2), "pyarrow": (20,)}
_ARCHIVE = {**_TABLE, "fsspec": (2024, 6), "pebble": (5, 1)}
#: Packages of each extra and of the extras in it, each with its lowest version.
EXTRAS: dict[str, dict[str, tuple[int, ...]]] = {
    "report": _REPORT,
    "pdf": {**_REPORT, "weasyprint": (68, 1)},
    "table": _TABLE,
    "web": {
        "pebble": (5, 1),
        "platformdirs": (4,),
        "python-multipart": (0, 0, 18),
        "starlette": (0, 40),
        "uvicorn": (0, 30),
    },
    "heic": {"pillow-heif": (1, 8, 1)},
    "dicom": {
        "highdicom": (0, 25),
        "pydicom": (3,),
        "pylibjpeg": (2,),
        "pylibjpeg-openjpeg": (2, 3),
    },
    "xarray": {"xarray": (2024, 6)},
    "excel": {"python-calamine": (0, 6), "xlsxwriter": (3, 1)},
    "url": {"aiohttp": (3, 9), "fsspec": (2024, 6)},
    "archive": _ARCHIVE,
    "ray": {**_ARCHIVE, "ray": (2, 60)},
}

_Range = tuple[tuple[int, ...], tuple[int, ...] | None]


@dataclass(frozen=True)
class Check:
    """The result of one check.

    Attributes
    ----------
    name : str
        The subject, such as ``numpy``.
    ok : bool
        Whether it is as it should be.
    found : str
        The state, in words.
    advice : str
        A remedy; empty where none is needed.
    """

    name: str
    ok: bool
    found: str
    advice: str = ""


def examine(
    *, installed: Mapping[str, str] | None = None, model: Path | None = None
) -> list[Check]:
    """Check everything that extraction depends on.

    Parameters
    ----------
    installed : mapping of str to str, optional
        Version by name of each installed distribution. Default: those of this Python.
    model : pathlib.Path, optional
        The landmark model. Default: the one that was installed with the package.

    Returns
    -------
    list of Check
        In a healthy installation all of them are ok. A missing extra is no fault; one that is there and
        too old, or can't load, is.

    Examples
    --------
    >>> [check.name for check in examine()][:3]
    ['Python', 'numpy', 'mediapipe']
    """
    versions = installed
    if versions is None:
        versions = _installed_versions()
    python = ".".join(map(str, sys.version_info[:3]))
    return [
        _check_range("Python", python, PYTHON_RANGE),
        *(_check_range(name, versions.get(name), allowed) for name, allowed in NEEDS.items()),
        _check_opencv(versions),
        *(_check_import(name) for name in _NEEDED if installed is None),
        _check_model(model),
        *(_check_extra(name, versions, load=installed is None) for name in EXTRAS),
    ]


def _installed_versions() -> dict[str, str]:
    """Version of each installed distribution, by its normalized name (PEP 503)."""
    found = ((dist.metadata["Name"], dist.version) for dist in metadata.distributions())
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found if name}


def _check_range(name: str, version: str | None, allowed: _Range) -> Check:
    """Check that a version lies within its limits."""
    low, high = allowed
    wanted = f">={_join_numbers(low)}"
    if high is not None:
        wanted += f",<{_join_numbers(high)}"
    advice = f"pip install '{name}{wanted}'"
    if name == "Python":
        advice = f"install Python {wanted}"
    if version is None:
        return Check(name, False, "not installed", advice)
    if low <= _numbers(version) and (high is None or _numbers(version) < high):
        return Check(name, True, version)
    return Check(name, False, version, advice)


def _join_numbers(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version: ``"0.10.31rc1"`` gives (0, 10, 31)."""
    match = re.match(r"\d+(\.\d+)*", version)
    if match is None:
        return ()
    return tuple(map(int, match[0].split(".")))


def _check_opencv(versions: Mapping[str, str]) -> Check:
    """Check that exactly one of the wheels of OpenCV is installed."""
    found = [f"{name} {versions[name]}" for name in OPENCV_WHEELS if name in versions]
    if len(found) == 1:
        name, version = found[0].split()
        return replace(_check_range(name, version, OPENCV_RANGE), name="opencv", found=found[0])
    if not found:
        return Check("opencv", False, "not installed", "pip install opencv-python-headless")
    names = " ".join(name for name in OPENCV_WHEELS if name in versions)
    advice = (
        "they overwrite each other's files; keep one: "
        f"pip uninstall -y {names} && pip install opencv-python-headless"
    )
    return Check("opencv", False, ", ".join(found), advice)


def _check_import(name: str) -> Check:
    """Check that a package loads: an installed wheel may still lack a library of the system."""
    try:
        with search_by_name():
            importlib.import_module(name)
    except Exception as error:  # noqa: BLE001  a broken package may raise anything
        return Check(
            f"import {name}",
            False,
            f"fails: {error}",
            f"pip install --force-reinstall {_WHEELS.get(name, name)}",
        )
    return Check(f"import {name}", True, "works")


def _check_model(path: Path | None) -> Check:
    """Check the landmark model's file by its SHA-256."""
    try:
        if path is None:
            path = bundled_model()
        verify(path)
    except ModelError as error:
        return Check("model", False, str(error), "pip install --force-reinstall asymmetry")
    return Check("model", True, f"{path.name}, SHA-256 as expected")


def _check_extra(name: str, versions: Mapping[str, str], *, load: bool) -> Check:
    """List the packages of an extra that are there, missing or too old."""
    title, needs, advice = f"extra {name}", EXTRAS[name], f"pip install 'asymmetry[{name}]'"
    missing = [need for need in needs if need not in versions]
    if missing:
        found = f"not installed (optional; needs {', '.join(missing)})"
        return Check(title, True, found, advice)
    found = ", ".join(f"{need} {versions[need]}" for need in needs)
    old = [need for need, low in needs.items() if _numbers(versions[need]) < low]
    if old:
        wanted = ", ".join(f"{need}>={_join_numbers(needs[need])}" for need in old)
        return Check(title, False, f"{found}; too old: needs {wanted}", advice)
    if load and name == "pdf" and (fault := _find_pdf_fault()):
        return Check(title, False, f"{found}; {fault}", "install the library of the system")
    return Check(title, True, found)


def _find_pdf_fault() -> str:
    """Why no PDF can be made though all packages are there: libraries of the system are missing."""
    try:
        from asymmetry.report.writing import load_weasyprint

        load_weasyprint()
    except Exception as error:  # noqa: BLE001  a broken package may raise anything
        return str(error)
    return ""
