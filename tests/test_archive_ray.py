"""Archives on a real Ray cluster of two nodes, which loses a worker midway and tells nobody of itself."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import asymmetry
from asymmetry.archive.ledger import FEWEST
from asymmetry.errors import MissingExtraError
from tests.archives import CRASHING, ROOT, plain, portraits

pytest.importorskip("pyarrow", reason="the extra archive is not installed")

PORTRAITS = 3 * FEWEST

#: Starts a cluster, kills an actor when the first part is done, and prints what it saw.
ON_TWO_NODES = """
import json, os, signal, sys
from pathlib import Path
import ray
from ray.cluster_utils import Cluster
import asymmetry
from asymmetry.archive.on_ray import SILENT

def actors():
    found = []
    for each in Path("/proc").glob("[0-9]*"):
        try:
            if b"ray::MapWorker" in (each / "cmdline").read_bytes():
                found.append(int(each.name))
        except OSError:
            pass
    return found

killed = []
def watch(now):
    if now.done and not killed:
        killed.append(actors()[0])
        os.kill(killed[0], signal.SIGKILL)

if __name__ == "__main__":
    source, destination = sys.argv[1:]
    os.environ.update(SILENT)
    node = {"num_cpus": 1, "object_store_memory": 100 * 2**20}
    cluster = Cluster(initialize_head=True, head_node_args={**node, "include_dashboard": False})
    cluster.add_node(**node)
    made = asymmetry.score_archive(
        source, destination, engine="ray", ray_address=cluster.address, method="fast", progress=watch
    )
    ray.init(address=cluster.address, log_to_driver=False)
    nodes = sum(each["Alive"] for each in ray.nodes())
    ray.shutdown()
    cluster.shutdown()
    print(json.dumps({"photos": made.photos, "nodes": nodes, "killed": len(killed)}))
"""

#: Imported by every Python process of the run: notes where each connects to.
NOTES = """
import os, socket, sys
def note(event, arguments):
    if event == "socket.connect":
        connection, address = arguments
        if connection.family == socket.AF_UNIX or connection.type & socket.SOCK_DGRAM:
            return
        host = address[0]
    elif event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        return
    with open(os.environ["CONNECTIONS"], "a") as file:
        file.write(f"{host}\\n")
sys.addaudithook(note)
"""

#: Scores with Ray in a program that has settings of its own for Ray's log, and looks whether they are back.
QUIET = """
import logging, sys
import asymmetry, ray.data

def settings():
    loggers = map(logging.getLogger, ("ray", "ray.data"))
    known = [(each.level, each.propagate, len(each.handlers)) for each in loggers]
    return known, ray.data.DataContext.get_current().enable_progress_bars

if __name__ == "__main__":
    logging.getLogger("ray").setLevel(logging.INFO)
    logging.getLogger("ray.data").setLevel(logging.DEBUG)
    before = settings()
    asymmetry.score_archive(*sys.argv[1:], engine="ray", workers=1, method="plain")
    assert settings() == before, (before, settings())
"""


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory, portrait_path: Path) -> Path:
    folder = portraits(tmp_path_factory.mktemp("photos"), portrait_path, PORTRAITS, every=3)
    (folder / "cut.jpg").write_bytes(portrait_path.read_bytes()[:9000])
    return folder


def python(script: Path, *arguments: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, script, *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="looks for processes in /proc")
def test_two_nodes_that_lose_a_worker_give_the_local_rows(photos: Path, tmp_path: Path) -> None:
    pytest.importorskip("ray", reason="the extra ray is not installed")
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "sitecustomize.py").write_text(NOTES)
    (tmp_path / "script.py").write_text(ON_TWO_NODES)
    done = python(
        tmp_path / "script.py",
        photos,
        tmp_path / "ray.parquet",
        PYTHONPATH=f"{tmp_path / 'notes'}:{ROOT}",
        CONNECTIONS=str(tmp_path / "connections"),
    )
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout.splitlines()[-1])
    assert said == {"photos": PORTRAITS + 1, "nodes": 2, "killed": 1}
    asymmetry.score_archive(photos, tmp_path / "local.parquet", method="fast")
    assert (tmp_path / "ray.parquet").read_bytes() == (tmp_path / "local.parquet").read_bytes()
    assert not (tmp_path / "ray.parquet.unfinished").exists()
    own = _own_addresses()
    connected = (tmp_path / "connections").read_text().split()
    assert "127.0.0.1" in connected  # the notes are taken
    assert set(connected) <= own


def _own_addresses() -> set[str]:
    """Addresses of this machine."""
    found = {info[4][0] for info in socket.getaddrinfo(socket.gethostname(), None)}
    with socket.socket(
        socket.AF_INET, socket.SOCK_DGRAM
    ) as probe:  # sends nothing: asks for the route
        try:
            probe.connect(("192.0.2.1", 9))
            found.add(probe.getsockname()[0])
        except OSError:
            pass
    return {str(address) for address in found} | {
        "127.0.0.1",
        "::1",
        "localhost",
        socket.gethostname(),
        "None",
    }


@pytest.mark.slow
def test_ray_of_its_own_keeps_its_counsel_and_puts_settings_back(
    tmp_path: Path, portrait_path: Path
) -> None:
    pytest.importorskip("ray", reason="the extra ray is not installed")
    (tmp_path / "few").mkdir()
    (tmp_path / "few" / "a.jpg").write_bytes(portrait_path.read_bytes())
    plain(tmp_path / "few" / "grey.jpg", CRASHING)
    (tmp_path / "script.py").write_text(QUIET)
    (tmp_path / "notes").mkdir()
    (tmp_path / "notes" / "sitecustomize.py").write_text(NOTES)
    done = python(
        tmp_path / "script.py",
        tmp_path / "few",
        tmp_path / "s.parquet",
        PYTHONPATH=f"{tmp_path / 'notes'}:{ROOT}",
        CONNECTIONS=str(tmp_path / "connections"),
    )
    assert done.returncode == 0, done.stderr
    assert set((tmp_path / "connections").read_text().split()) <= _own_addresses()
    assert done.stderr == ""
    asymmetry.score_archive(tmp_path / "few", tmp_path / "l.parquet", workers=1, method="plain")
    assert (tmp_path / "s.parquet").read_bytes() == (tmp_path / "l.parquet").read_bytes()


def test_without_ray_it_says_what_to_install(
    tmp_path: Path, portrait_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match=r"asymmetry\[ray\]"):
        asymmetry.score_archive(portrait_path, tmp_path / "s.parquet", engine="ray", method="plain")


@pytest.mark.slow
def test_no_cluster_at_an_address(tmp_path: Path, portrait_path: Path) -> None:
    pytest.importorskip("ray", reason="the extra ray is not installed")
    (tmp_path / "script.py").write_text(
        "import sys, asymmetry\n"
        "from asymmetry.errors import InvalidInputError\n"
        "try:\n"
        "    asymmetry.score_archive(*sys.argv[1:], engine='ray', ray_address='no-such-kind://x')\n"
        "except InvalidInputError as error:\n"
        "    print(error)\n"
    )
    done = python(tmp_path / "script.py", portrait_path, tmp_path / "s.parquet")
    assert "no Ray cluster at no-such-kind://x" in done.stdout, done.stderr
