"""Who may ask: the token, the cookie that it is exchanged for, and the lock after a pause."""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Mapping

__all__ = ["Access"]


class Access:
    """The token of one run, and the sessions of the browsers that showed it.

    Parameters
    ----------
    port : int
        The server's; cookies of servers on other ports are others.
    token : str, optional
        Default: a new one that can't be guessed.
    lock_after : float, optional
        Minutes without a request after which a session ends. Default: never.
    clock : callable
        Seconds that only grow.

    Examples
    --------
    >>> access = Access(8000, "secret")
    >>> session = access.open_session("secret")
    >>> access.allows({"cookie": f"{access.cookie}={session}"}), access.allows({"cookie": "a=b"})
    (True, False)
    """

    def __init__(
        self,
        port: int,
        token: str | None = None,
        *,
        lock_after: float | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.token = token or secrets.token_urlsafe(32)
        self.cookie = f"asymmetry-{port}"
        self._lock_after, self._clock = lock_after, clock
        self._passes: set[str] = set()
        self._sessions: dict[str, float] = {}
        self._mutex = threading.Lock()

    def make_pass(self) -> str:
        """A token for one session: others on this computer can read the command line of a browser."""
        made = secrets.token_urlsafe(32)
        with self._mutex:
            self._passes.add(made)
        return made

    def open_session(self, token: str) -> str | None:
        """A session for whoever shows the token, or a pass for the first time; None for others."""
        session = secrets.token_urlsafe(32)
        with self._mutex:
            if token in self._passes:
                self._passes.remove(token)
            elif not _same(token, self.token):
                return None
            self._sessions[session] = self._clock()
        return session

    def allows(self, headers: Mapping[str, str], *, touch: bool = True) -> bool:
        """Whether a request shows the token, or the cookie of a session that goes on.

        Parameters
        ----------
        headers : mapping of str to str
            Of the request, by names in lower case.
        touch : bool
            The request is a person's doing, and starts the time of `lock_after` again.
        """
        scheme, _, shown = headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            return _same(shown, self.token)
        session = _read_cookie(headers.get("cookie", ""), self.cookie)
        with self._mutex:
            last = self._sessions.get(session)
            if last is None:
                return False
            now = self._clock()
            if self._lock_after is not None and now - last > 60 * self._lock_after:
                del self._sessions[session]
                return False
            if touch:
                self._sessions[session] = now
            return True


def _same(shown: str, known: str) -> bool:
    return secrets.compare_digest(shown.encode("utf-8", "replace"), known.encode())


def _read_cookie(header: str, name: str) -> str:
    """A cookie's value. Others may be of any form: all servers of 127.0.0.1 share theirs."""
    pairs = (each.strip().partition("=") for each in header.split(";"))
    return next((value for key, _, value in pairs if key == name), "")
