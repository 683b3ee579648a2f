"""One photo before it is measured: its pixels, its date, its names, and a manifest's remarks on it."""
