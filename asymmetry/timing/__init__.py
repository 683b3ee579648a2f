"""Each side's movement in time: onset, speed, peak, the lag between the sides, blinks. NumPy only."""
