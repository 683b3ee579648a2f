"""Series of made faces, and a parser of the pages that are made of them."""

from __future__ import annotations

import base64
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from asymmetry import Landmarks, Series
from asymmetry.synthetic import face

VOID = frozenset("area base br col embed hr img input link meta source track wbr".split())
POINTING = frozenset(
    "href src srcset action data poster xlink:href formaction background cite".split()
)
TREATED_ON = "2026-03-01"


class Page(HTMLParser):
    """Parses a page, checks that its tags nest, and collects what tests ask about."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.words: list[str] = []
        self.feed(text)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open[-1:] not in (["style"], ["script"]):
            self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def found(self, tag: str) -> list[dict[str, str]]:
        return [attrs for name, attrs in self.tags if name == tag]

    @property
    def addresses(self) -> list[str]:
        return [
            value for _, attrs in self.tags for name, value in attrs.items() if name in POINTING
        ]

    @property
    def spoken(self) -> list[str]:
        """The alternative texts of pictures and plots."""
        told = [attrs["aria-label"] for attrs in self.found("svg")]
        return told + [attrs["alt"] for attrs in self.found("img")]

    @property
    def pictures(self) -> list[bytes]:
        return [base64.b64decode(attrs["href"].partition(",")[2]) for attrs in self.found("image")]

    @property
    def plots(self) -> list[str]:
        return [
            base64.b64decode(attrs["src"].partition(",")[2]).decode() for attrs in self.found("img")
        ]


def dated(landmarks: Landmarks, days: list[int], names: list[str] | None = None) -> Landmarks:
    """Faces with a name and a date each: day 0 is 2026-03-01."""
    taken = [str(np.datetime64(TREATED_ON) + np.timedelta64(day, "D")) for day in days]
    photo = names or [f"{number} {day}.jpg" for number, day in enumerate(taken)]
    return replace(landmarks, photo=np.array(photo), taken=np.array(taken))


def series(
    n: int = 3,
    folder: Path | None = None,
    treated_on: str | None = TREATED_ON,
    expression: list[str | None] | None = None,
    **face_: Any,
) -> Series:
    """Made faces ten days apart, at rest, with a grey photo for each where a folder is given."""
    made = dated(face(n, px_per_mm=1.5, **face_), [10 * i - 10 for i in range(n)])
    if folder is not None:
        for name, size in zip(made.photo, made.size, strict=True):
            Image.new("RGB", tuple(size.tolist()), "grey").save(
                folder / str(name), exif=telling_exif()
            )
    expression = expression or ["rest"] * n
    return Series.from_landmarks(made, treated_on=treated_on, folder=folder, expression=expression)


def smiling(days: int = 4) -> Series:
    """A photo at rest and one with a smile on each day; the left corner's smile grows weaker."""
    still, weaker = np.zeros(days), np.linspace(8, 4, days)
    right = np.ravel([still, still + 8], order="F")
    left = np.ravel([still, weaker], order="F")
    made = face(2 * days, px_per_mm=4, mouth_corner_right_mm=right, mouth_corner_left_mm=left)
    when = [10 * (i // 2) - 10 for i in range(2 * days)]
    labels = ["rest", "smile_open"] * days
    return Series.from_landmarks(dated(made, when), treated_on=TREATED_ON, expression=labels)


def telling_exif() -> Image.Exif:
    """Tags that must not reach a report: a place, a camera's serial number, a name."""
    tags = Image.Exif()
    tags[0x010E] = "Jane Doe"
    tags.get_ifd(0x8825)[1] = "N"
    tags.get_ifd(0x8769)[0xA431] = "SERIAL-4711"
    return tags
