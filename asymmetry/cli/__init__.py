"""The command line. The only place that prints."""

from __future__ import annotations

from asymmetry.cli.commands import main

__all__ = ["main"]
