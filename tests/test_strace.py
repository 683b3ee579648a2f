"""Every command under strace: it starts no other program, and opens no socket but the page's own."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from asymmetry.core.arrays import Pixels
from asymmetry.errors import AsymmetryError
from asymmetry.report.writing import check_target
from tests.archives import ROOT
from tests.servers import running_server
from tests.videos import write_video

TRACE = (
    "strace",
    "-D",
    "-f",
    "--seccomp-bpf",
    "-e",
    "trace=execve,execveat,socket,bind,connect",
    "-o",
)
STARTED, FAILED = re.compile(r'exec\w+\((?:\w+, )?"(.*?)"'), re.compile(r"= -1 E")
SOCKET = re.compile(r"socket\((\w+)")
#: Sockets that stay on the machine: files, and questions to the kernel.
LOCAL = {"AF_UNIX", "AF_NETLINK"}

Photos = tuple[Path, Path]


@pytest.fixture(scope="module", autouse=True)
def _needs_strace(tmp_path_factory: pytest.TempPathFactory) -> None:
    if sys.platform != "linux" or not shutil.which("strace"):
        pytest.skip("strace is not installed")
    told = tmp_path_factory.mktemp("strace") / "trace"
    done = subprocess.run([*TRACE, told, "true"], capture_output=True, text=True, check=False)
    if done.returncode or "execve" not in told.read_text():
        pytest.skip(f"strace can't be used here: {done.stderr}")


@pytest.fixture(scope="module")
def photos(portrait_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("photos")
    for day in ("2026-03-01", "2026-03-15"):
        # Bytes behind a JPEG's end make it another file: one that is there twice is measured once.
        (folder / f"{day}.jpg").write_bytes(portrait_path.read_bytes() + day.encode())
    return folder


def programs(trace: str) -> set[str]:
    """The programs that were started."""
    lines = [line for line in trace.splitlines() if not FAILED.search(line)]
    return {found[1] for line in lines if (found := STARTED.search(line))}


def internet(trace: str) -> list[str]:
    """Calls on sockets that are not local."""
    made = [line for line in trace.splitlines() if SOCKET.search(line)]
    opened = [line for line in made if SOCKET.findall(line)[0] not in LOCAL]
    named = [line for line in trace.splitlines() if "sin_addr" in line or "sin6_addr" in line]
    return opened + named


def traced(path: Path, *arguments: object) -> str:
    """System calls of a command."""
    run = [*TRACE, path, sys.executable, "-W", "ignore", "-m", "asymmetry", *arguments]
    done = subprocess.run(
        [str(each) for each in run], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode in (0, 3), done.stdout + done.stderr
    return path.read_text()


def test_what_is_done_is_seen(tmp_path: Path) -> None:
    code = "import socket, subprocess; socket.socket(); subprocess.run(['/bin/true'])"
    trace = tmp_path / "trace"
    subprocess.run([*TRACE, trace, sys.executable, "-c", code], check=True)
    assert "/bin/true" in programs(trace.read_text())
    assert len(internet(trace.read_text())) == 1


COMMANDS: dict[str, Callable[[Path, Path], list[object]]] = {
    "photo": lambda photos, _: ["photo", *sorted(photos.iterdir())],
    "plain": lambda photos, _: ["photo", "--method", "plain", *sorted(photos.iterdir())],
    "series": lambda photos, out: ["series", photos, "-o", out],
    "report": lambda photos, out: ["report", photos, "-o", out / "a.html"],
    "report.pdf": lambda photos, out: ["report", photos, "-o", out / "a.pdf"],
    "archive": lambda photos, out: ["archive", photos, "-o", out / "a.parquet", "--csv"],
    "compare": lambda photos, out: ["compare", *sorted(photos.iterdir()), "-o", out / "a.jpg"],
    "doctor": lambda _, __: ["doctor"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_starts_nothing_and_opens_nothing(
    name: str, photos: Path, tmp_path: Path
) -> None:
    try:
        check_target(f"report{Path(name).suffix or '.html'}")
    except AsymmetryError as error:
        pytest.skip(str(error))
    trace = traced(tmp_path / "trace", *COMMANDS[name](photos, tmp_path))
    assert programs(trace) == {sys.executable}  # an archive's workers among them
    assert internet(trace) == []


def test_a_clip_starts_nothing_and_opens_nothing(astronaut: Pixels, tmp_path: Path) -> None:
    clip = write_video(tmp_path / "a.mp4", [astronaut] * 6)
    trace = traced(tmp_path / "trace", "clip", clip)
    assert programs(trace) == {sys.executable}
    assert internet(trace) == []


def test_the_page_opens_its_own_socket_alone(photos: Path, tmp_path: Path) -> None:
    trace = tmp_path / "trace"
    with running_server(tmp_path / "data", "--workers", "1", under=(*TRACE, str(trace))) as served:
        patient = served.add_patient()
        given = [(path.name, path.read_bytes()) for path in sorted(photos.iterdir())]
        answer = served.bring(patient, given)
        assert answer.status_code == 202, answer.text
        for photo in answer.json()["photos"]:
            served.wait(photo["id"])
    assert programs(trace.read_text()) == {sys.executable}
    opened = internet(trace.read_text())
    assert [line for line in opened if "connect(" in line] == []
    bound = [line for line in opened if "bind(" in line]
    assert len(bound) == 1
    assert "127.0.0.1" in bound[0]
    assert len(opened) == len([line for line in opened if "socket(" in line]) + 1 == 2
