"""`serve`: the page on this computer, from its first line to its end."""

from __future__ import annotations

import socket
import sys
import threading
import time
import webbrowser
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from asymmetry.errors import AsymmetryError, DestinationError, require
from asymmetry.web.access import Access
from asymmetry.web.guard import Limits

__all__ = ["default_folder", "serve"]

_HOST = "127.0.0.1"
_POLL = 0.05


def default_folder() -> Path:
    """The platform's own folder for a user's data; raises `DestinationError` for a user without a home."""
    require("platformdirs", "the page", "web")
    import platformdirs

    try:
        folder = Path(platformdirs.user_data_dir("asymmetry", appauthor=False))
    except RuntimeError:
        folder = Path("~")
    if not folder.is_absolute():  # as older ones of platformdirs leave it
        raise DestinationError(
            "this user has no home folder, so name the one for patients and photos: --data, or folder="
        )
    return folder


def serve(
    folder: Path | None = None,
    *,
    port: int = 0,
    open_browser: bool = True,
    lock_after: float | None = None,
    workers: int | None = None,
    demo: bool = True,
    announce: Callable[[str], object] = print,
) -> None:
    """Serve the page until Ctrl-C or SIGTERM.

    Parameters
    ----------
    folder : pathlib.Path, optional
        Where patients and photos are kept. Default: `default_folder`.
    port : int
        Of 127.0.0.1; 0 for a free one.
    open_browser : bool
        Open the page in the browser.
    lock_after : float, optional
        Minutes without a request after which the page is locked. Default: never.
    workers : int, optional
        Worker processes that read photos. Default: one for each usable core.
    demo : bool
        Show the demo's patient in a store that is new.
    announce : callable
        Called once, when the page answers, with its address.

    Raises
    ------
    MissingExtraError
        If a package of the extra ``web`` is not installed.
    StoreInUseError
        If another server works on the same data.
    AsymmetryError
        If the port is taken.
    """
    for module in ("starlette", "uvicorn", "python_multipart", "pebble"):
        require(module, "the page", "web")
    from asymmetry.web.app import make_app
    from asymmetry.web.demo import add_demo
    from asymmetry.web.desk import Desk
    from asymmetry.web.events import Events
    from asymmetry.web.store.store import Store
    from asymmetry.web.uvicorn_server import Server, configure
    from asymmetry.web.work import Work

    with ExitStack() as stack:
        store = stack.enter_context(Store(folder or default_folder(), alone=True))
        listening = stack.enter_context(_bind(port))
        taken = int(listening.getsockname()[1])
        access, events, limits = Access(taken, lock_after=lock_after), Events(), Limits()

        def tell(photo: str) -> None:
            found = store.photo(photo)
            events.tell("photo", {"id": photo, "patient": found.patient, "status": found.status})

        work = stack.enter_context(
            Work(store, tell, workers=workers, max_megapixels=limits.megapixels)
        )
        app = make_app(Desk(store, work, events, access, limits), taken)
        server = Server(configure(app), events.close)
        if demo and store.is_new:
            threading.Thread(
                target=add_demo, args=(store, work, events, limits), daemon=True
            ).start()
        address = f"http://{_HOST}:{taken}/?token="
        opened = address + access.make_pass() if open_browser else None
        started = threading.Thread(
            target=_announce, args=(server, address + access.token, opened, announce), daemon=True
        )
        started.start()
        server.run(sockets=[listening])


def _bind(port: int) -> socket.socket:
    """A socket of this computer alone."""
    # asyncio sends small answers at once only on sockets that name their protocol; else each waits 40 ms.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if sys.platform != "win32":  # there it would let another program take the port over
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((_HOST, port))
    except OSError as error:
        listening.close()
        raise AsymmetryError(
            f"port {port} can't be used ({error.strerror}); give another --port"
        ) from error
    return listening


def _announce(
    server: object, address: str, opened: str | None, announce: Callable[[str], object]
) -> None:
    """Say the address when the server answers, and open the browser at its own."""
    while not getattr(server, "started", False):
        time.sleep(_POLL)
    announce(address)
    if opened:
        webbrowser.open(opened)
