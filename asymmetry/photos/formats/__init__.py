"""The photo formats that come with the package, one module for each library that decodes them."""

from __future__ import annotations

from asymmetry.photos.formats.dicom import DICOM
from asymmetry.photos.formats.heic import HEIC
from asymmetry.photos.formats.jpeg import JPEG
from asymmetry.photos.formats.pillow import PILLOW_READERS
from asymmetry.photos.protocol import Reader

__all__ = ["BUILT_IN"]

#: In the order in which errors list them.
BUILT_IN: tuple[Reader, ...] = (JPEG, *PILLOW_READERS, HEIC, DICOM)
