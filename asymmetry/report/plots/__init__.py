"""Plots, one module per kind. Each draws into axes that it is given, and describes its figure in words."""
