"""Plots, one module per kind. Each draws into axes that it is given, and says what its figure shows."""
