"""Many photos → Parquet: one row per photo, failures included, none lost and none twice.

The names are loaded when they are first used.
"""

from __future__ import annotations

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
