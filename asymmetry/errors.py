"""The library's own errors. Each names the file it is about and what to do."""

from __future__ import annotations

from importlib.util import find_spec
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from asymmetry.core.notes import Note

__all__ = [
    "AsymmetryError",
    "DestinationError",
    "InvalidInputError",
    "MissingExtraError",
    "ModelError",
    "NoFaceError",
    "PhotoError",
    "PhotoTooLargeError",
    "SeveralFacesError",
    "UnreadablePhotoError",
    "UnsuitablePhotoError",
    "require",
]


class AsymmetryError(Exception):
    """Base of every error this library raises on purpose."""


class InvalidInputError(AsymmetryError, ValueError):
    """An argument has a value that the function does not accept; the message says which it accepts."""


class DestinationError(AsymmetryError):
    """Results can't be written where they were asked for; the message says why and names the remedy."""


class ModelError(AsymmetryError):
    """The face landmark model is missing or is not the one this version was measured with."""


class MissingExtraError(AsymmetryError, ImportError):
    """An optional dependency is not installed.

    Parameters
    ----------
    what : str
        The feature that was asked for, such as ``"reading HEIC photos"``.
    extra : str
        The extra that brings it, such as ``"heic"``.
    """

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(f"{what} needs an extra: pip install 'asymmetry[{extra}]'")
        self.what, self.extra = what, extra

    def __reduce__(self) -> tuple[type[MissingExtraError], tuple[str, str]]:
        # As exceptions are pickled, the message alone would be given to it, and a pool that sends it hangs.
        return type(self), (self.what, self.extra)


def require(module: str, what: str, extra: str) -> None:
    """Make sure, before any work is done, that an optional dependency is there. Nothing is imported.

    Parameters
    ----------
    module : str
        Its name for ``import``.
    what, extra : str
        As for `MissingExtraError`.

    Raises
    ------
    MissingExtraError
        If it is not installed.
    """
    try:
        found = find_spec(module)
    except ValueError:  # a module that was put together by hand
        return
    if found is None:
        raise MissingExtraError(what, extra)


class PhotoError(AsymmetryError):
    """One photo can't be used.

    Parameters
    ----------
    photo : str
        The file's name, or a stand-in such as ``"<array 3>"`` for pixels in memory.
    reason : Note or str
        The cause and the remedy.

    Attributes
    ----------
    photo : str
        As given.
    note : Note or str
        The reason as it was given.
    reason : str
        The reason in English.
    """

    #: The ``status`` that a table's row gets when this happens to a photo of a batch.
    status: ClassVar[Literal["no_face", "several_faces", "unreadable", "rejected"]] = "unreadable"

    def __init__(self, photo: str, reason: Note | str) -> None:
        super().__init__(f"{photo}: {reason}")
        self.photo = photo
        self.note = reason
        self.reason = str(reason)

    def __reduce__(self) -> tuple[type[PhotoError], tuple[str, Note | str]]:
        return type(self), (self.photo, self.note)


class UnreadablePhotoError(PhotoError):
    """The file is missing, damaged, or not a photo."""


class UnsuitablePhotoError(PhotoError):
    """The photo can be read, but not measured: it is too small to hold a face, or too large."""

    status = "rejected"


class PhotoTooLargeError(UnsuitablePhotoError):
    """The header announces more pixels than the limit; no pixel was decoded."""


class NoFaceError(PhotoError):
    """No face was found."""

    status = "no_face"


class SeveralFacesError(PhotoError):
    """Several faces were found and none of them is clearly the subject."""

    status = "several_faces"
