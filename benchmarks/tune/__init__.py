"""Scripts that make the library's constants from photos of the tuning people."""
