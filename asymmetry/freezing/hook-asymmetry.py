"""Parts that PyInstaller can't see: names loaded when first used, the stubs they stand in, and data."""

from __future__ import annotations

from PyInstaller.utils.hooks import collect_data_files, collect_submodules, copy_metadata

#: The hook's own room, and rooms that need an extra are looked at only if it is installed.
hiddenimports = collect_submodules(
    "asymmetry", filter=lambda name: not name.startswith("asymmetry.freezing"), on_error="ignore"
)
#: The model, tables, words, and the stubs by which lazy_loader finds names.
datas = collect_data_files("asymmetry", excludes=["freezing"]) + copy_metadata("asymmetry")
