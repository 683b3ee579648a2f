"""``python -m benchmarks.fidelity``: how much of a known asymmetry each method reads.

Prints one table and writes it as Markdown for the docs. Runs on ``../shared/faces`` where that is there, and
on the portrait in scikit-image's wheel everywhere.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import platform
import time
from pathlib import Path
from typing import Any

import numpy as np

from asymmetry.core.landmarks import Landmarks
from benchmarks.fidelity import cases, measures, methods, photos, renders, templates
from benchmarks.fidelity.scores import Agreement

_PARTS = {"brow": "brow height", "mouth_corner": "mouth corner height", "upper_lid": "lid opening"}
Row = list[str]


def _flipped(found: list[cases.Subject]) -> list[cases.Pixels]:
    return [np.ascontiguousarray(subject.pixels[:, ::-1]) for subject in found]


class Run:
    """The photos of one half of the split, made once and read by every method."""

    def __init__(self, half: str) -> None:
        self.half = half
        self.subjects = cases.subjects(photos.faces(half))
        self.cases = list(cases.warps(self.subjects))
        self.copies = list(cases.jittered(self.subjects))
        self.renders = renders.load()
        self.templates = templates.photos()
        self.symmetric = sorted(photos.SHARED.glob("warped/*_symmetric.jpg"))

    def of(self, name: str) -> dict[str, Any]:
        """Everything that is measured of one method."""
        with methods.reader(name) as reader:
            before = reader.extract([subject.pixels for subject in self.subjects])
            start = time.perf_counter()
            after = reader.extract([case.pixels for case in self.cases])
            took = (time.perf_counter() - start) / len(self.cases)
            changes = measures.warp_changes(self.subjects, before, self.cases, after)
            copies = reader.extract(self.copies)
            return {
                "warps": measures.warp_agreement(changes),
                "honesty": measures.honesty(changes, copies),
                "repeat": measures.repeat_sd(copies),
                "mirror": measures.mirror_error(before, reader.extract(_flipped(self.subjects))),
                "symmetric": measures.largest(self._read(reader, self.symmetric)),
                "renders": self._renders(reader),
                "templates": templates.template_rows(self.templates, self._read(reader, self.templates))
                if self.templates
                else {},
                "ms": 1000 * took,
            }

    @staticmethod
    def _read(reader: methods.Reader, paths: list[Path]) -> Landmarks:
        return reader.extract(paths) if paths else Landmarks.blank([], status="ok")

    def _renders(self, reader: methods.Reader) -> dict[str, Any]:
        if self.renders is None:
            return {}
        landmarks = reader.extract(self.renders.paths)
        return {
            "rows": renders.render_rows(self.renders, landmarks),
            "lids": renders.lid_rows(self.renders, landmarks),
        }


def warp_rows(results: dict[str, dict[str, Any]]) -> list[Row]:
    """Known warps of real photos: a row per part and method."""
    rows = [
        [
            "difference right-left",
            "method",
            "gain",
            "per person",
            "RMSE",
            "median",
            "cross-talk",
            "missing",
            "n",
        ]
    ]
    for part, label in _PARTS.items():
        for name, result in results.items():
            a: Agreement = result["warps"][part]
            rows.append(
                [
                    label,
                    name,
                    f"{a.gain:.2f}",
                    f"{a.low:.2f}-{a.high:.2f}",
                    f"{a.rmse:.2f}",
                    f"{a.median:.2f}",
                    f"{100 * a.crosstalk:+.0f} %",
                    f"{100 * a.missing:.0f} %",
                    str(a.n),
                ]
            )
    return rows


def law_rows(results: dict[str, dict[str, Any]]) -> list[Row]:
    """Repeatability, mirror law, symmetric photos, hand-placed points, price."""
    rows = [["method", "what", *_PARTS.values()]]
    for name, result in results.items():
        for what, key in (
            ("SD of repeats, mm", "repeat"),
            ("mirror law, largest miss, mm", "mirror"),
            ("symmetric photo, largest difference, mm", "symmetric"),
        ):
            rows.append([name, what, *(f"{result[key][part]:.2f}" for part in _PARTS)])
        within = result["honesty"]
        if np.isfinite(list(within.values())).all():
            cells = ("{:.0f}, {:.0f} %".format(*(100 * share for share in within[p])) for p in _PARTS)
            rows.append([name, "errors within 1 and 2 SD", *cells])
        if result["templates"]:
            hand = result["templates"]
            rows.append(
                [
                    name,
                    "hand-placed points, r and SD ratio",
                    *("{:.2f}, {:.2f}".format(*hand[p]) for p in _PARTS),
                ]
            )
    return rows


def render_table(results: dict[str, dict[str, Any]]) -> list[Row]:
    """Exact renders: gain and error by yaw."""
    rows = [["difference right-left", "method", "yaw", "gain", "RMSE", "n"]]
    for part, label in _PARTS.items():
        for name, result in results.items():
            rows += [
                [label, name, f"±{r['yaw']}°", f"{r['gain']:.2f}", f"{r['rmse']:.2f}", str(r["n"])]
                for r in result["renders"].get("rows", [])
                if r["part"] == part
            ]
    return rows


def price_rows(results: dict[str, dict[str, Any]]) -> list[Row]:
    """Milliseconds a photo; closed and open lids of the renders."""
    rows = [["method", "ms a photo", "× plain", "closed lid reads, mm", "open lid off by, mm"]]
    plain = results.get("plain", next(iter(results.values())))["ms"]
    for name, result in results.items():
        lids = result["renders"].get("lids", {})
        shown = (f"{lids[key]:.1f}" if key in lids else "" for key in ("closed_reads", "open_error"))
        rows.append([name, f"{result['ms']:.0f}", f"{result['ms'] / plain:.1f}", *shown])
    return rows


def markdown(rows: list[Row]) -> str:
    """Rows as a Markdown table, the first one its head; aligned, so that it reads in a terminal too."""
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = [
        "| " + " | ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)) + " |" for row in rows
    ]
    lines.insert(1, "|" + "|".join("-" * (w + 2) for w in widths) + "|")
    return "\n".join(lines)


def report(results: dict[str, dict[str, Any]], run: Run) -> str:
    """All tables, with what they were measured on."""
    versions = ", ".join(
        f"{p} {importlib.metadata.version(p)}" for p in ("mediapipe", "numpy", "opencv-python-headless")
    )
    people = len(run.subjects)
    parts = [
        f"{len(run.cases)} warps of {people} {run.half} photos, 0.5 to 6 mm, both sides.",
        f"Python {platform.python_version()}, {versions}.",
        "### Known warps of real photos\n\n" + markdown(warp_rows(results)),
        "### Laws\n\n" + markdown(law_rows(results)),
    ]
    if run.renders is not None:
        parts.append("### Exact renders\n\n" + markdown(render_table(results)))
    parts.append("### Price\n\n" + markdown(price_rows(results)))
    return "\n\n".join(parts) + "\n"


def main() -> None:
    """Measure, print, and write if asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fidelity", description=__doc__)
    parser.add_argument("--method", action="append", choices=methods.names(), help="default: all of them")
    parser.add_argument("--photos", choices=("reporting", "tuning", "others", "wheels"), default="reporting")
    parser.add_argument("--markdown", type=Path, help="write the tables to this file too")
    chosen = parser.parse_args()
    run = Run(chosen.photos)
    results = {name: run.of(name) for name in chosen.method or methods.names()}
    text = report(results, run)
    print(text)
    if chosen.markdown:
        chosen.markdown.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
