"""A patient's photos stay on the machine: the kernel ends a program that opens an internet socket."""

from __future__ import annotations

import platform
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from asymmetry.errors import AsymmetryError
from asymmetry.report.writing import check_target
from tests.dicoms import JPEG, dicom_bytes

ROOT = Path(__file__).resolve().parents[1]

# Number of the system call socket(2) on each kind of Linux machine.
SOCKET_CALL = {"x86_64": 41, "aarch64": 198}.get(platform.machine())

# Run by the child: a seccomp filter (linux/seccomp.h, linux/bpf_common.h), which native code can't get round,
# then the program. Sockets that stay on the machine (AF_UNIX) are left alone.
WITHOUT_INTERNET = f"""
import ctypes, os, socket, struct, sys
load, equal, answer = 0x20, 0x15, 0x06  # BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_RET|K
call_number, first_argument = 0, 16  # offsets in struct seccomp_data
program = b"".join(struct.pack("HBBI", *step) for step in (
    (load, 0, 0, call_number), (equal, 0, 4, {SOCKET_CALL}),
    (load, 0, 0, first_argument), (equal, 1, 0, socket.AF_INET), (equal, 0, 1, socket.AF_INET6),
    (answer, 0, 0, 0x80000000),  # SECCOMP_RET_KILL_PROCESS
    (answer, 0, 0, 0x7FFF0000),  # SECCOMP_RET_ALLOW
))
steps = ctypes.create_string_buffer(program)
rules = ctypes.create_string_buffer(struct.pack("HP", len(program) // 8, ctypes.addressof(steps)))
prctl = ctypes.CDLL(None, use_errno=True).prctl
if prctl(38, 1, 0, 0, 0) or prctl(22, 2, rules):  # PR_SET_NO_NEW_PRIVS; PR_SET_SECCOMP, SECCOMP_MODE_FILTER
    sys.exit("no seccomp: " + os.strerror(ctypes.get_errno()))
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""


def without_internet(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """Run Python with these arguments; an internet socket ends it."""
    if sys.platform != "linux" or SOCKET_CALL is None:
        pytest.skip("needs Linux on x86_64 or aarch64")
    run = [sys.executable, "-c", WITHOUT_INTERNET, *map(str, arguments)]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.stderr.startswith("no seccomp"):
        pytest.skip(done.stderr)
    return done


@pytest.mark.parametrize("family", ["AF_INET", "AF_INET6"])
def test_an_internet_socket_is_noticed(family: str) -> None:
    done = without_internet("-c", f"import socket; socket.socket(socket.{family}); print('opened')")
    assert done.returncode == -signal.SIGSYS
    assert "opened" not in done.stdout


def test_scoring_a_photo_opens_none(portrait_path: Path) -> None:
    done = without_internet("-m", "asymmetry", "photo", "--json", portrait_path)
    assert done.returncode == 0, done.stderr
    assert "brow_height_diff_mm" in done.stdout


def test_dicom_in_and_hospital_files_out_open_none(portrait_path: Path, tmp_path: Path) -> None:
    pytest.importorskip("highdicom", reason="the extra dicom is not installed")
    photo = tmp_path / "a.dcm"
    photo.write_bytes(dicom_bytes(portrait_path.read_bytes(), JPEG, "YBR_FULL_422"))
    written = ["--fhir", tmp_path / "a.json", "--dicom-sr", tmp_path / "sr.dcm"]
    # pydicom imports requests where that is installed, for its own test files, and requests asks by a socket
    # that is bound to this machine whether there is IPv6. It sends nothing; here it would hide all else.
    alone = "import sys; sys.modules['requests'] = None; from asymmetry.cli import main; main()"
    done = without_internet("-c", alone, "photo", photo, "--method", "fast", *written)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "a.json").is_file()
    assert (tmp_path / "sr.dcm").is_file()


def test_a_series_and_its_report_open_none(portrait_path: Path, tmp_path: Path) -> None:
    photos = tmp_path / "photos"
    photos.mkdir()
    for day in ("2024-03-01", "2024-03-15"):
        # Bytes behind a JPEG's end make it another file: one that is there twice is measured once.
        (photos / f"{day}.jpg").write_bytes(portrait_path.read_bytes() + day.encode())
    done = without_internet(
        "-m", "asymmetry", "series", photos, "--treated-on", "2024-03-02", "-o", tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.glob("*.html"))


def test_a_pdf_opens_none(portrait_path: Path, tmp_path: Path) -> None:
    try:
        check_target("report.pdf")
    except AsymmetryError as error:
        pytest.skip(str(error))
    (tmp_path / "2024-03-01.jpg").write_bytes(portrait_path.read_bytes())
    done = without_internet("-m", "asymmetry", "report", tmp_path, "-o", tmp_path / "report.pdf")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")


#: Run by the child: notes each program that Python starts, and ends with their names.
PROGRAMS = """
import sys
started = []
def note(event, arguments):
    if event in ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.system"):
        started.append(str(arguments[0]))
sys.addaudithook(note)
from asymmetry.cli import main
try:
    main(sys.argv[1:])
finally:
    print("started", sorted(set(started)))
"""


@pytest.mark.parametrize("command", ["photo", "doctor", "report"])
def test_no_compiler_is_started(command: str, portrait_path: Path, tmp_path: Path) -> None:
    """Libraries are found by their names: Python's own search runs ldconfig, gcc and ld."""
    (tmp_path / "2024-03-01.jpg").write_bytes(portrait_path.read_bytes())
    given = {
        "photo": ["photo", "--method", "plain", str(portrait_path)],
        "doctor": ["doctor"],
        "report": ["report", str(tmp_path), "-o", str(tmp_path / "report.pdf")],
    }
    run = [sys.executable, "-W", "ignore", "-c", PROGRAMS, *given[command]]
    done = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "started []" in done.stdout, done.stdout + done.stderr


def test_an_archive_opens_none(portrait_path: Path, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow", reason="the extra archive is not installed")
    path = tmp_path / "scores.parquet"
    done = without_internet(
        "-m", "asymmetry", "archive", portrait_path, "-o", path, "--method", "plain"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("1 photo: 1 warn")  # glasses
