from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import asymmetry

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("name", asymmetry.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(asymmetry, name) is not None


def test_dir_lists_the_public_names() -> None:
    assert set(asymmetry.__all__) <= set(dir(asymmetry))


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no_such_name"):
        getattr(asymmetry, "no_such_name")  # noqa: B009  the name is not there for a type checker either


@pytest.mark.parametrize(
    "package", ["asymmetry", "asymmetry.archive", "asymmetry.extract", "asymmetry.report"]
)
def test_names_are_those_of_their_homes(package: str) -> None:
    """As the stub has them, which is what type checkers read."""
    room = import_module(package)
    stub = ast.parse(Path(str(room.__file__)).with_suffix(".pyi").read_text(encoding="utf-8"))
    homes = [node for node in stub.body if isinstance(node, ast.ImportFrom) and node.module]
    assert homes
    for node in homes:
        for name in node.names:
            home = import_module(f"{package}.{node.module}")
            assert getattr(room, name.name) is getattr(home, name.name)


@pytest.mark.parametrize("room", ["archive", "extract", "report"])
def test_rooms_have_their_public_names_and_list_them(room: str) -> None:
    module = import_module(f"asymmetry.{room}")
    assert set(module.__all__) <= set(dir(module))
    for name in module.__all__:
        assert getattr(module, name) is not None


@pytest.mark.parametrize(
    ("code", "unwanted"),
    [
        ("import asymmetry", {"numpy", "cv2", "mediapipe", "pandas", "PIL", "matplotlib"}),
        (
            "import asymmetry; asymmetry.Landmarks, asymmetry.measure",
            {"cv2", "mediapipe", "pandas", "PIL"},
        ),
        (
            "import asymmetry; asymmetry.Series, asymmetry.score",
            {"mediapipe", "pandas", "matplotlib"},
        ),
        ("import asymmetry.cli", {"numpy", "cv2", "mediapipe", "pandas", "tqdm"}),
        ("import asymmetry.report", {"mediapipe", "pandas", "matplotlib", "jinja2"}),
    ],
)
def test_a_name_loads_no_more_than_it_needs(code: str, unwanted: set[str]) -> None:
    said = f"{code}; import sys; print(*sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert unwanted & set(run.stdout.split()) == set()
