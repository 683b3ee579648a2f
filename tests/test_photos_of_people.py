"""Photos of people, read once: nothing is said of faces that hide nothing, and faults where they are."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from asymmetry import Extractor, Landmarks
from asymmetry.core.notes import Note
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.extract.judge.limits import QualityLimits
from asymmetry.extract.judge.quality import faults
from tests.notes import codes

RENDERS = ("neutral", "squint")


@pytest.fixture(scope="module")
def read(shared_faces: Path) -> Landmarks:
    """Sixteen people of several origins, neutral and smiling; old prints; renders of one head."""
    folders = ("london", "lisa", "zoom", "darwin1872", "astronaut")
    photos = [
        path for folder in folders for path in sorted((shared_faces / folder).glob("*.[jp][pn]g"))
    ]
    renders = sorted((shared_faces / "render").glob("*.jpg"))
    photos += [path for path in renders if any(kind in path.name for kind in RENDERS)]
    with Extractor() as extractor:
        return extractor.extract(photos)


def among(read: Landmarks, *parts: str) -> Landmarks:
    """The rows whose photo's path has one of these in it."""
    return read[np.array([any(part in name for part in parts) for name in read.photo])]


@pytest.fixture(scope="module")
def people(read: Landmarks) -> Landmarks:
    """Beards, make-up, a fringe, hats; nobody hides a part of the face, or wears glasses."""
    rows = read[np.array(["/render/" not in name for name in read.photo])]
    assert len(rows) == 51
    return rows


def test_no_false_alarm_on_any_face(people: Landmarks) -> None:
    assert people.usable.all()
    alarms = {
        Path(name).name: notes
        for name, notes in zip(people.photo, people.notes, strict=True)
        if {"covered", "eye_closed"} & set(codes(notes))
    }
    assert alarms == {}


def test_no_face_without_glasses_is_said_to_wear_some(people: Landmarks) -> None:
    assert not any(Note("glasses") in notes for notes in people.notes)


def test_squints_and_smiles_keep_their_irises(read: Landmarks) -> None:
    rows = among(read, "squint", "smiling.jpg")
    assert len(rows) == 21
    iris = MEDIAPIPE_478.groups["iris"]
    assert np.isfinite(
        rows.points[:, MEDIAPIPE_478.right(iris) + MEDIAPIPE_478.left(iris), 0]
    ).all()


def test_good_photos_of_many_people_are_left_alone(people: Landmarks) -> None:
    studio = among(people, "/london/", "/zoom/")
    assert len(studio) == 36
    assert not [note for row in studio.quality for note in faults(row, QualityLimits())]


def test_light_from_the_side_is_noted_where_it_is(read: Landmarks) -> None:
    rows = among(among(read, "/render/"), "neutral")
    assert len(rows)
    for name, notes in zip(rows.photo, rows.notes, strict=True):
        assert ("side_light" in codes(notes)) == ("_light" in name), name


def test_only_an_engraving_is_grainy(read: Landmarks) -> None:
    rows = among(read, "/london/", "/lisa/", "/zoom/", "/darwin1872/", "neutral")
    flags = [codes(notes) for notes in rows.notes]
    grainy = [
        Path(name).name for name, each in zip(rows.photo, flags, strict=True) if "grainy" in each
    ]
    assert grainy == ["fig20_terror_engraving.jpg"]
    assert not any({"blurred", "dark", "overexposed", "small_face"} & set(each) for each in flags)
