"""``python -m asymmetry`` is the command line."""

from __future__ import annotations

from asymmetry.cli import main

if __name__ == "__main__":
    main(prog_name="asymmetry")
