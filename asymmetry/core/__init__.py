"""Arrays, frames and tables. NumPy only."""
