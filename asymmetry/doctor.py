"""What is missing or clashing in an installation, and what to do about it."""

from __future__ import annotations

import importlib
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from asymmetry.errors import ModelError
from asymmetry.extract.model.file import bundled_model, verify

__all__ = ["Check", "examine"]

# The same limits as in pyproject.toml; a test compares them.
PYTHON_RANGE = ((3, 11), (3, 14))
MEDIAPIPE_RANGE = ((0, 10, 30), (0, 10, 32))
LITERT_RANGE = ((2, 1, 6), (3,))
NUMPY_RANGE = ((2,), None)

#: Wheels that all install a package called ``cv2``: the one installed last overwrites the others' files.
OPENCV_WHEELS = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)

# What runs the landmark networks.
_RUNTIME = "ai_edge_litert.interpreter"
# What has to load.
_NEEDED = ("numpy", "PIL", "simplejpeg", "cv2", "mediapipe", _RUNTIME)
# What to install for a package that does not load, where its name is another.
_WHEELS = {"cv2": "opencv-python-headless", "PIL": "pillow", _RUNTIME: "ai-edge-litert"}

#: What each extra brings.
EXTRAS = {
    "report": ("matplotlib", "jinja2"),
    "pdf": ("weasyprint",),
    "table": ("pandas", "pyarrow"),
    "web": ("starlette", "uvicorn", "python-multipart"),
    "heic": ("pillow-heif",),
    "dicom": ("pydicom",),
    "url": ("aiohttp", "fsspec"),
    "archive": ("fsspec", "pebble"),
    "ray": ("ray",),
}

_Range = tuple[tuple[int, ...], tuple[int, ...] | None]


@dataclass(frozen=True)
class Check:
    """One thing that was looked at.

    Attributes
    ----------
    name : str
        What was looked at.
    ok : bool
        Whether it is as it should be.
    found : str
        What is there, in words.
    advice : str
        What to do; empty when nothing need be done.
    """

    name: str
    ok: bool
    found: str
    advice: str = ""


def examine(*, installed: Mapping[str, str] | None = None, model: Path | None = None) -> list[Check]:
    """Look at everything that extraction stands on.

    Parameters
    ----------
    installed : mapping of str to str, optional
        Version by name of each installed distribution. Default: those of this Python.
    model : pathlib.Path, optional
        The landmark model. Default: the one that was installed with the package.

    Returns
    -------
    list of Check
        A healthy installation has only checks that are ok. An extra that is not installed is no fault.

    Examples
    --------
    >>> [check.name for check in examine()][:3]
    ['Python', 'numpy', 'mediapipe']
    """
    versions = _installed() if installed is None else installed
    python = ".".join(map(str, sys.version_info[:3]))
    return [
        _in_range("Python", python, PYTHON_RANGE),
        _in_range("numpy", versions.get("numpy"), NUMPY_RANGE),
        _in_range("mediapipe", versions.get("mediapipe"), MEDIAPIPE_RANGE),
        _in_range("ai-edge-litert", versions.get("ai-edge-litert"), LITERT_RANGE),
        _one_opencv(versions),
        *(_imports(name) for name in _NEEDED if installed is None),
        _model(model),
        *(_extra(name, needs, versions) for name, needs in EXTRAS.items()),
    ]


def _installed() -> dict[str, str]:
    found = ((dist.metadata["Name"], dist.version) for dist in metadata.distributions())
    return {re.sub(r"[-_.]+", "-", name).lower(): version for name, version in found if name}


def _in_range(name: str, version: str | None, allowed: _Range) -> Check:
    low, high = (".".join(map(str, end)) if end else "" for end in allowed)
    wanted = f">={low},<{high}" if high else f">={low}"
    advice = f"install Python {wanted}" if name == "Python" else f"pip install '{name}{wanted}'"
    if version is None:
        return Check(name, False, "not installed", advice)
    ok = allowed[0] <= _numbers(version) and (allowed[1] is None or _numbers(version) < allowed[1])
    return Check(name, ok, version, "" if ok else advice)


def _numbers(version: str) -> tuple[int, ...]:
    """The leading numbers of a version: ``"0.10.31rc1"`` gives (0, 10, 31)."""
    match = re.match(r"\d+(\.\d+)*", version)
    return tuple(map(int, match[0].split("."))) if match else ()


def _one_opencv(versions: Mapping[str, str]) -> Check:
    found = [f"{name} {versions[name]}" for name in OPENCV_WHEELS if name in versions]
    if len(found) == 1:
        return Check("opencv", True, found[0])
    if not found:
        return Check("opencv", False, "not installed", "pip install opencv-python-headless")
    names = " ".join(name for name in OPENCV_WHEELS if name in versions)
    advice = (
        "they overwrite each other's files; keep one: "
        f"pip uninstall -y {names} && pip install opencv-python-headless"
    )
    return Check("opencv", False, ", ".join(found), advice)


def _imports(name: str) -> Check:
    """Whether a package loads: a wheel may be installed and yet lack a library of the system."""
    try:
        importlib.import_module(name)
    except Exception as error:  # noqa: BLE001  whatever a broken package raises is what to report
        return Check(
            f"import {name}",
            False,
            f"fails: {error}",
            f"pip install --force-reinstall {_WHEELS.get(name, name)}",
        )
    return Check(f"import {name}", True, "works")


def _model(path: Path | None) -> Check:
    try:
        path = bundled_model() if path is None else path
        verify(path)
    except ModelError as error:
        return Check("model", False, str(error), "pip install --force-reinstall asymmetry")
    return Check("model", True, f"{path.name}, SHA-256 as expected")


def _extra(name: str, needs: tuple[str, ...], versions: Mapping[str, str]) -> Check:
    missing = [need for need in needs if need not in versions]
    if missing:
        found = f"not installed (optional; needs {', '.join(missing)})"
        return Check(f"extra {name}", True, found, f"pip install 'asymmetry[{name}]'")
    return Check(f"extra {name}", True, ", ".join(f"{need} {versions[need]}" for need in needs))
