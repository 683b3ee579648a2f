"""Readings of photos, kept from run to run, so that the words about them can be tried again at once."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import asymmetry.core
import asymmetry.extract
from asymmetry.core.landmarks import Landmarks
from asymmetry.extract import Extractor

__all__ = ["Reader", "code_version"]

#: Files of code and of networks; a change in any of them makes every reading anew.
_KINDS = ("*.py", "*.tflite", "*.npz", "*.toml", "*.task")


class Reader:
    """An `Extractor` that remembers: a photo of the same bytes is read once by one version of the code.

    Parameters
    ----------
    folder : pathlib.Path
        Where readings are kept.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    @functools.cached_property
    def extractor(self) -> Extractor:
        """The extractor; it is made when a photo is read that was not read before."""
        return Extractor(threads=1)

    @property
    def provenance(self) -> Mapping[str, Any]:
        """The extractor's."""
        return self.extractor.provenance

    def extract(self, photos: Iterable[Path], *, progress: object = None) -> Landmarks:  # noqa: ARG002
        """The points of photos that are files."""
        return Landmarks.concat(self._rows(photos))

    def _rows(self, photos: Iterable[Path]) -> Iterator[Landmarks]:
        for photo in photos:
            key = hashlib.sha256(code_version().encode() + Path(photo).read_bytes()).hexdigest()
            kept = self._folder / f"{key[:32]}.npz"
            if not kept.is_file():
                self.extractor.extract([photo]).save(kept)
            yield Landmarks.load(kept)


@functools.cache
def code_version() -> str:
    """A digest of what points depend on."""
    digest = hashlib.sha256()
    core = Path(asymmetry.core.__path__[0])
    files = [core / "landmarks.py", core / "version.py", *core.glob("schemes/*.py")]
    for folder in asymmetry.extract.__path__:
        files += [path for kind in _KINDS for path in Path(folder).rglob(kind)]
    for path in sorted(files):
        digest.update(path.read_bytes())
    return digest.hexdigest()
