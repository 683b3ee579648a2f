"""Scripts that make or justify the constants of `asymmetry.extract`, on tuning people only."""
