"""One photo before it is measured: its pixels, its date, its names, and what a manifest says of it."""
