"""Parts that PyInstaller can't see: names loaded when first used, the stubs they stand in, and data."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError

from PyInstaller.utils.hooks import collect_data_files, collect_submodules, copy_metadata

from asymmetry.doctor import EXTRAS, NEEDS, OPENCV_WHEELS


def _versions_of(name: str) -> list[tuple[str, str]]:
    """The file in which a package's version stands; none if it is not installed."""
    try:
        return list(copy_metadata(name))
    except PackageNotFoundError:
        return []


#: The hook's own room, and rooms that need an extra are looked at only if it is installed.
hiddenimports = collect_submodules(
    "asymmetry", filter=lambda name: not name.startswith("asymmetry.freezing"), on_error="ignore"
)
#: The model, tables, words, and the stubs by which lazy_loader finds names.
datas = collect_data_files("asymmetry", excludes=["freezing"]) + copy_metadata("asymmetry")
#: The versions that ``asymmetry doctor`` checks.
_CHECKED = {*NEEDS, *OPENCV_WHEELS, *(name for extra in EXTRAS.values() for name in extra)}
datas += [each for name in sorted(_CHECKED) for each in _versions_of(name)]
