"""Fixtures that any test may use: real photos, and how hypothesis runs."""

from __future__ import annotations

import os
from pathlib import Path

import hypothesis
import numpy as np
import numpy.typing as npt
import pytest
import skimage
from matplotlib import get_data_path
from PIL import Image

ROOT = Path(__file__).resolve().parents[1]

hypothesis.settings.register_profile("local", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")


def _shared(name: str) -> Path:
    folder = ROOT.parent / "shared" / name
    if not folder.is_dir():
        pytest.skip(f"../shared/{name} is not there")
    return folder


@pytest.fixture(scope="session")
def shared_faces() -> Path:
    """Folder of real and rendered faces with known asymmetries."""
    return _shared("faces")


@pytest.fixture(scope="session")
def ugly() -> Path:
    """Folder of damaged, rotated, oddly encoded and misleading photos."""
    return _shared("ugly")


@pytest.fixture(scope="session")
def portrait_path() -> Path:
    """A public-domain portrait, JPEG, 512 by 600 pixels."""
    return Path(get_data_path(), "sample_data", "grace_hopper.jpg")


@pytest.fixture(scope="session")
def astronaut_path() -> Path:
    """A public-domain portrait, PNG, 512 by 512 pixels."""
    return Path(skimage.__file__).parent / "data" / "astronaut.png"


@pytest.fixture(scope="session")
def astronaut(astronaut_path: Path) -> npt.NDArray[np.uint8]:
    """The same portrait as RGB pixels of shape (512, 512, 3), not to be written to."""
    with Image.open(astronaut_path) as image:
        pixels = np.asarray(image.convert("RGB"))
    pixels.flags.writeable = False
    return pixels
