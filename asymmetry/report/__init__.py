"""The report: a series as one HTML page with pictures and charts (extra ``report``)."""

from __future__ import annotations

from asymmetry.report.page import render, write_report

__all__ = ["render", "write_report"]
