"""Signed left/right facial measurements in millimetres from dated photos, and how they change.

Names are loaded when they are first used, so that ``import asymmetry`` costs next to nothing. They are listed
in ``__init__.pyi``, which type checkers read too.

Examples
--------
>>> import asymmetry
>>> asymmetry.Scale().source
'iris'
"""

from __future__ import annotations

import logging

import lazy_loader

# Messages are logged only where a program asks to hear them.
logging.getLogger(__name__).addHandler(logging.NullHandler())

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
