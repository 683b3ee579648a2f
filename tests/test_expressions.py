"""Expressions read from weights: known answers, laws, and people who smile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from asymmetry.core.arrays import FloatArray
from asymmetry.core.landmarks import Landmarks
from asymmetry.core.schemes import MEDIAPIPE_478
from asymmetry.errors import InvalidInputError
from asymmetry.extract import Extractor
from asymmetry.metrics import EXPRESSIONS, UNKNOWN, expressions
from tests.faces import Moves, changeable, model, number, photo

NAMES = MEDIAPIPE_478.expressions
CLOSED: Moves = {
    ("upper_lip_edge", None): (0, -3),
    ("lower_lip_edge", None): (0, 3),
}  # 6 mm apart before


def weights(given_weights: Mapping[str, float]) -> FloatArray:
    array = np.zeros(len(NAMES))
    for name, weight in given_weights.items():
        array[NAMES.index(name)] = weight
    return array


def face(given_weights: Mapping[str, float], moves: Moves | None = None) -> Landmarks:
    """A face with these weights; its lips are 6 mm apart unless they are moved."""
    return replace(photo(model(moves)), blendshapes=weights(given_weights)[None].astype(np.float32))


@pytest.mark.parametrize(
    ("given_weights", "label"),
    [
        ({}, "rest"),
        ({"mouthSmileRight": 0.9, "mouthSmileLeft": 0.9}, "smile_open"),
        ({"mouthSmileLeft": 0.9}, "smile_open"),  # one side is enough
        ({"mouthSmileRight": 0.9, "mouthSmileLeft": 0.1}, "smile_open"),
        ({"browInnerUp": 0.95}, "brow_raise"),
        ({"browOuterUpRight": 0.95}, "brow_raise"),
        ({"browDownLeft": 1.0}, "frown"),
        ({"eyeBlinkRight": 0.5, "eyeBlinkLeft": 0.1}, "eye_closure"),
        ({"mouthUpperUpLeft": 0.8}, "snarl"),
        ({"mouthPucker": 0.98}, "pucker"),
        ({"jawOpen": 0.9}, UNKNOWN),  # the mouth does something else
        # A movement that an expression brings along is not another one.
        (
            {
                "mouthSmileLeft": 0.9,
                "mouthUpperUpLeft": 0.8,
                "browDownLeft": 0.9,
                "eyeBlinkLeft": 0.4,
            },
            "smile_open",
        ),
        ({"eyeBlinkRight": 0.6, "browDownRight": 0.9}, "eye_closure"),
        # Between rest and a smile.
        ({"mouthSmileLeft": 0.55}, UNKNOWN),
    ],
)
def test_a_known_expression(given_weights: dict[str, float], label: str) -> None:
    found = expressions(face(given_weights))
    assert found.label.tolist() == [label]
    assert (found.confidence[0] > 0.5) == (label != UNKNOWN)


@pytest.mark.parametrize(("moves", "label"), [(None, "smile_open"), (CLOSED, "smile_closed")])
def test_lips_tell_an_open_smile_from_a_closed_one(moves: Moves | None, label: str) -> None:
    assert expressions(face({"mouthSmileLeft": 0.9}, moves)).label.tolist() == [label]


def test_lips_that_were_not_seen_tell_no_smile() -> None:
    hidden = face({"mouthSmileLeft": 0.9})
    changeable(hidden).points[0, number("upper_lip_edge", None)] = np.nan
    assert expressions(hidden).label.tolist() == [UNKNOWN]


def test_the_persons_own_rest_is_what_counts() -> None:
    """Someone whose brows are always low, and whose mouth always seems to smile a little."""
    own = {"browDownLeft": 0.85, "browDownRight": 0.8, "mouthSmileLeft": 0.45}
    assert expressions(face(own)).label.tolist() == ["frown"]
    assert expressions(face(own), rest=weights(own)).label.tolist() == ["rest"]
    slight = own | {"mouthSmileLeft": 0.8}
    assert expressions(face(slight, CLOSED), rest=weights(own)).label.tolist() == ["smile_closed"]
    two = Landmarks.concat([face(own), face(slight, CLOSED)])
    each = expressions(two, rest=[weights(own), weights(slight)])
    assert each.label.tolist() == ["rest", "rest"]


#: Weight, label, and the ranges in which it tells that expression more and more: alone, and beyond rest.
RANGES = [
    ("mouthSmileLeft", "smile_closed", (0.35, 0.75), (0.2, 0.6)),
    ("mouthPucker", "pucker", (0.75, 0.95), (0.3, 0.7)),
    ("eyeBlinkRight", "eye_closure", (0.27, 0.47), (0.15, 0.35)),
    ("browInnerUp", "brow_raise", (0.45, 0.85), (0.15, 0.55)),
    ("noseSneerLeft", "snarl", (0.3, 0.7), (0.15, 0.55)),
    ("browDownRight", "frown", (0.65, 0.95), (0.15, 0.55)),
    ("jawOpen", UNKNOWN, (0.3, 0.7), (0.2, 0.6)),
]


@pytest.mark.parametrize(("weight", "label", "alone", "beyond"), RANGES)
@pytest.mark.parametrize("share", [0.3, 0.7])
def test_a_weight_tells_as_much_as_it_is_into_its_range(
    weight: str,
    label: str,
    alone: tuple[float, float],
    beyond: tuple[float, float],
    share: float,
) -> None:
    """At 0.7 of the range the expression leads over rest by 0.7 - 0.3, and at 0.3 rest leads by as much."""
    for rest, (start, end) in ((None, alone), (np.zeros(len(NAMES)), beyond)):
        found = expressions(face({weight: start + share * (end - start)}, CLOSED), rest=rest)
        assert found.label.tolist() == ["rest" if share < 0.5 else label]
        if found.label[0] != UNKNOWN:
            assert found.confidence[0] == pytest.approx(0.4, abs=1e-3)


@pytest.mark.parametrize(("lead", "label"), [(0.08, UNKNOWN), (0.12, "smile_closed")])
def test_two_that_are_nearly_as_likely_are_not_told_apart(lead: float, label: str) -> None:
    halfway, width = 0.55, 0.4
    smile = face({"mouthSmileLeft": halfway + lead / 2 * width}, CLOSED)
    assert expressions(smile).label.tolist() == [label]


@pytest.mark.parametrize(("gap", "label"), [(1.7, "smile_open"), (1.3, "smile_closed")])
def test_a_smile_is_open_from_1_5_mm_between_the_lips(gap: float, label: str) -> None:
    nearer = (6 - gap) / 2
    lips: Moves = {("upper_lip_edge", None): (0, -nearer), ("lower_lip_edge", None): (0, nearer)}
    assert expressions(face({"mouthSmileLeft": 0.9}, lips)).label.tolist() == [label]


def test_where_rest_leaves_no_way_a_tenth_stands_for_it() -> None:
    """From 0.95 to 1: half of a tenth, which is three quarters into a smile's range beyond rest."""
    found = expressions(face({"mouthSmileLeft": 1.0}), rest=weights({"mouthSmileLeft": 0.95}))
    assert found.label.tolist() == ["smile_open"]
    assert found.confidence[0] == pytest.approx(0.75 - 0.25, abs=1e-3)


@given(
    st.lists(
        st.lists(st.floats(0, 1), min_size=len(NAMES), max_size=len(NAMES)), min_size=1, max_size=4
    )
)
def test_mirror_and_batch_change_nothing(table: list[list[float]]) -> None:
    faces = replace(
        photo()[[0] * len(table)],
        blendshapes=np.array(table, dtype=np.float32),
        photo=np.array(["a"] * len(table)),
    )
    found = expressions(faces)
    singles = [expressions(faces[i]) for i in range(len(faces))]
    for other in (expressions(faces.mirrored()), map(np.concatenate, zip(*singles, strict=True))):
        label, confidence = other
        assert found.label.tolist() == label.tolist()
        assert found.confidence.tobytes() == confidence.tobytes()
    assert set(found.label.tolist()) <= {*EXPRESSIONS, UNKNOWN}
    assert ((found.confidence >= 0) & (found.confidence <= 1)).all()
    assert ((found.confidence == 0) == (found.label == UNKNOWN)).all()


def test_what_was_not_measured_is_unknown() -> None:
    failed = Landmarks.blank(["dark.jpg"], status="no_face", reason="no face found")
    rejected = replace(face({"mouthSmileLeft": 0.9}), status=np.array(["rejected"]))
    found = expressions(Landmarks.concat([failed, rejected]))
    assert found.label.tolist() == [UNKNOWN, UNKNOWN]
    assert found.confidence.tolist() == [0, 0]
    empty = expressions(Landmarks.blank([], status="ok"))
    assert (empty.label.shape, empty.confidence.shape) == ((0,), (0,))


def test_rest_of_another_shape_is_refused() -> None:
    with pytest.raises(InvalidInputError, match="rest has shape"):
        expressions(photo(), rest=np.zeros((2, len(NAMES))))


@pytest.mark.slow
def test_people_at_rest_and_smiling(shared_faces: Path) -> None:
    neutral = sorted((shared_faces / "london").glob("*_neutral.jpg"))
    smiling = [path.with_name(path.name.replace("neutral", "smiling")) for path in neutral]
    with Extractor() as extractor:
        rest, smile = extractor.extract(neutral), extractor.extract(smiling)
    assert len(neutral) >= 16
    assert set(expressions(rest).label.tolist()) <= {"rest", UNKNOWN}
    assert np.strings.startswith(expressions(smile).label, "smile").sum() >= 15
    known = expressions(smile, rest=rest.blendshapes)
    assert np.strings.startswith(known.label, "smile").all()
    assert (expressions(rest, rest=rest.blendshapes).label == "rest").all()


@pytest.mark.slow
def test_renders_of_one_sided_expressions(shared_faces: Path) -> None:
    shown = {
        "neutral": "rest",
        "rest_droop_R": "rest",
        "smile_L100_R000": "smile_closed",
        "smile_L050_R100": "smile_closed",
        "smile_L100_R030_squint_L": "smile_closed",
        "brow_L075": "brow_raise",
        "brow_L100_R100": "brow_raise",
        "blink_L100_R030": "eye_closure",
        "blink_L100_R100": "eye_closure",
    }
    with Extractor() as extractor:
        landmarks = extractor.extract(
            [shared_faces / "render" / f"id0_{name}_y+00.jpg" for name in shown]
        )
    found = expressions(landmarks)
    assert found.label.tolist() == list(shown.values())
    assert found.confidence.min() > 0.5
